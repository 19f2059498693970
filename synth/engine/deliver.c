/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/engine/deliver.h"

#include "checker/equiv/objects.h"
#include "checker/exec/kernel.h"
#include "encode/object/patch.h"
#include "synth/draft/alloc.h"

#include <string.h>

struct delivery {
	const struct object *o;
	struct optimize_item *items;
	size_t n;
	const struct deliver_options *opt;
	struct object_patch *patches;
	size_t n_patches;
};

static bool is_changed(const struct optimize_item *item)
{
	return item->done && item->outcome.final > 0;
}

static struct object_patch patch_of(const struct delivery *d, size_t i)
{
	const struct optimize_item *item = &d->items[i];
	const struct outcome *o = &item->outcome;
	const struct version *v = &o->engine.steps[o->final].v;
	return (struct object_patch){item->program, v->p, v->origin};
}

static void gather_patches(struct delivery *d)
{
	d->n_patches = 0;
	for (size_t i = 0; i < d->n; i++)
		if (is_changed(&d->items[i]))
			d->patches[d->n_patches++] = patch_of(d, i);
}

/* The object that the bytes are, with the types that the section's name does not tell. */
static struct object *read_back(const struct delivery *d, const uint8_t *bytes, size_t len, char *err, size_t errlen)
{
	struct object *o;
	if (object_parse(d->o->path, bytes, len, &o, err, errlen) != OBJECT_OK)
		return NULL;
	for (size_t i = 0; i < o->n_programs; i++)
		if (o->programs[i]->type == PROGTYPE_UNSPEC)
			o->programs[i]->type = d->opt->type;
	return o;
}

/* Of each changed program by itself: can it be written? Those that can't are taken back. */
static void drop_unwritable(struct delivery *d)
{
	char err[300], why[400];
	for (size_t i = 0; i < d->n; i++) {
		uint8_t *bytes = NULL;
		size_t len;
		if (!is_changed(&d->items[i]))
			continue;
		struct object_patch patch = patch_of(d, i);
		if (object_patch_bytes(d->o, &patch, 1, &bytes, &len, err, sizeof err)) {
			free(bytes);
			continue;
		}
		snprintf(why, sizeof why, "it can't be written: %s", err);
		outcome_take_back(&d->items[i].outcome, 0, why);
	}
	gather_patches(d);
}

/* The kernel's opinion of a program once its relocations have their values; false: it has none, or refuses. */
static bool loads(struct object *o, const char *name, const char *section)
{
	for (size_t i = 0; i < o->n_programs; i++) {
		const struct program *p = o->programs[i];
		if (!strcmp(p->name, name) && !strcmp(p->section, section))
			return !p->error && kernel_verify(p, NULL, 0, NULL) == KERNEL_RAN;
	}
	return false;
}

/* The same file with its CO-RE relocations resolved; NULL: it can't be. */
static struct object *resolved(const struct delivery *d, const struct object_patch *patches, size_t n)
{
	char err[300];
	uint8_t *bytes;
	size_t len;
	if (!object_patch_bytes(d->o, patches, n, &bytes, &len, err, sizeof err))
		return NULL;
	struct object *o = read_back(d, bytes, len, err, sizeof err);
	free(bytes);
	if (o && object_resolve(o, d->opt->btf, err, sizeof err) != OBJECT_OK) {
		object_free(o);
		return NULL;
	}
	return o;
}

/* The engine could not ask the kernel about programs whose relocations were symbolic. */
static void drop_refused(struct delivery *d)
{
	struct object *before = resolved(d, NULL, 0), *after = resolved(d, d->patches, d->n_patches);
	for (size_t i = 0; before && after && i < d->n; i++) {
		struct optimize_item *item = &d->items[i];
		const struct program *p = item->program;
		if (!is_changed(item) || !program_is_symbolic(p) || !loads(before, p->name, p->section))
			continue;
		item->outcome.engine.loads = true;
		item->outcome.accept.loads = loads(after, p->name, p->section);
		if (!item->outcome.accept.loads)
			outcome_take_back(&item->outcome, 0, "the live kernel refuses it once its types are known");
	}
	object_free(before);
	object_free(after);
	gather_patches(d);
}

static bool is_equal(const struct program *a, const struct program *b)
{
	char err[200];
	struct solver *solver = objects_open_solver(SOLVER_DEFAULT, 60, 30, 0, err, sizeof err);
	struct equiv_options eo = {.solver = solver};
	struct equiv_result r;
	equiv_programs(a, b, &eo, &r);
	bool same = r.verdict == VERDICT_PROVED;
	equiv_release(&r);
	solver_close(solver);
	return same;
}

static const struct program *chosen(const struct delivery *d, const struct program *p)
{
	for (size_t i = 0; i < d->n_patches; i++)
		if (d->patches[i].before == p)
			return d->patches[i].after;
	return p;
}

/* Does the file say what was proved? */
static bool check_bytes(const struct delivery *d, const uint8_t *bytes, size_t len, char *err, size_t errlen)
{
	struct object *o = read_back(d, bytes, len, err, errlen);
	bool good = o && o->n_programs == d->o->n_programs;
	for (size_t i = 0; good && i < o->n_programs; i++) {
		const struct program *p = d->o->programs[i], *q = o->programs[i];
		good =
		    p->error ? q->error != NULL : !q->error && !strcmp(p->name, q->name) && is_equal(chosen(d, p), q);
		if (!good)
			snprintf(err, errlen, "program %s was written as another one", p->name);
	}
	object_free(o);
	return good;
}

static enum deliver_status write_file(const struct delivery *d, const char *path, char *err, size_t len)
{
	uint8_t *bytes;
	size_t n;
	if (!object_patch_bytes(d->o, d->patches, d->n_patches, &bytes, &n, err, len))
		return DELIVER_WRONG;
	bool good = check_bytes(d, bytes, n, err, len);
	free(bytes);
	if (!good)
		return DELIVER_WRONG;
	return object_patch(d->o, d->patches, d->n_patches, path, err, len) ? DELIVER_DONE : DELIVER_REFUSED;
}

enum deliver_status deliver_object(const struct object *o, struct optimize_item *items, size_t n,
				   const struct deliver_options *opt, const char *path, char *err, size_t len)
{
	struct delivery d = {.o = o, .items = items, .n = n, .opt = opt};
	d.patches = checked(calloc(n + 1, sizeof *d.patches));
	drop_unwritable(&d);
	if (o->n_core_relos && opt->kernel)
		drop_refused(&d);
	enum deliver_status s = write_file(&d, path, err, len);
	free(d.patches);
	return s;
}
