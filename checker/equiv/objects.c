/* SPDX-License-Identifier: BSD-2-Clause */
/* From two objects to a verdict for each pair of their programs. */
#include "checker/equiv/objects.h"
#include "clock.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char *read_text(const char *path, char *err, size_t len)
{
	FILE *f = fopen(path, "r");
	size_t n = 0, cap = 1 << 16;
	char *text = malloc(cap);
	if (!text)
		abort();
	while (f && !feof(f) && !ferror(f)) {
		n += fread(text + n, 1, cap - n - 1, f);
		if (n + 1 == cap && !(text = realloc(text, cap *= 2)))
			abort();
	}
	if (!f || ferror(f)) {
		snprintf(err, len, "%s: can't be read: %s", path, strerror(errno));
		free(text);
		text = NULL;
	} else {
		text[n] = 0;
	}
	if (f)
		fclose(f);
	return text;
}

static enum object_error read_elf(const char *path, struct object_types *types, struct object **out, char *err, size_t len)
{
	enum object_error e = object_read(path, out, err, len);
	if (e == OBJECT_OK && (e = object_resolve_by(*out, types, err, len)) != OBJECT_OK) {
		object_free(*out);
		*out = NULL;
	}
	return e;
}

/* By its name, or, where that says nothing, by its first bytes. */
static bool is_text(const char *path)
{
	unsigned char head[256];
	const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');
	if (dot && (!strcmp(dot, ".s") || !strcmp(dot, ".bpf")))
		return true;
	if (dot && (!slash || dot > slash))
		return false;
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(head, 1, sizeof head, f) : 0, plain = 0;
	if (f)
		fclose(f);
	for (size_t i = 0; i < n; i++)
		plain += isprint(head[i]) || isspace(head[i]);
	return n > 0 && plain == n;
}

enum object_error objects_read_by(const char *path, struct object_types *types, struct object **out, char *err,
				  size_t len)
{
	if (!is_text(path))
		return read_elf(path, types, out, err, len);
	char *text = read_text(path, err, len);
	if (!text) {
		*out = NULL;
		return OBJECT_UNREADABLE;
	}
	enum object_error e = object_assemble(path, text, out, err, len);
	free(text);
	return e;
}

enum object_error objects_read(const char *path, const char *btf, struct object **out, char *err, size_t len)
{
	struct object_types *types = object_types_new(btf);
	enum object_error e = objects_read_by(path, types, out, err, len);
	object_types_free(types);
	return e;
}

static uint64_t deadline(unsigned seconds)
{
	return seconds ? clock_now_ns() + 1000000000ull * seconds : 0;
}

struct solver *objects_open_solver(const char *spec, unsigned timeout, unsigned query_timeout, unsigned memory,
				   char *err, size_t len)
{
	unsigned ms = query_timeout > UINT32_MAX / 1000 ? UINT32_MAX : query_timeout * 1000;
	struct solver_limits limits = {.query_ms = ms, .memory_mib = memory, .deadline_ns = deadline(timeout)};
	return solver_open(spec, limits, err, len);
}

/* The program of p's section and name, or the only one of its name. */
static const struct program *candidate(const struct program *p, const struct object *o)
{
	const struct program *by_name = NULL;
	size_t n = 0;
	for (size_t i = 0; i < o->n_programs; i++) {
		const struct program *q = o->programs[i];
		if (strcmp(p->name, q->name))
			continue;
		if (!strcmp(p->section, q->section))
			return q;
		by_name = q;
		n++;
	}
	return n == 1 ? by_name : NULL;
}

/* Partners are each other's candidates, so that no program has two. */
static const struct program *partner_of(const struct program *p, const struct object *own, const struct object *other)
{
	const struct program *q = candidate(p, other);
	return q && candidate(q, own) == p ? q : NULL;
}

static bool is_selected(const struct program *p, const char *name)
{
	return !name || !strcmp(name, p->name) || !strcmp(name, p->section);
}

void objects_pair(const struct object *a, const struct object *b, const char *name, bool allow_missing,
		  struct object_pairs *out)
{
	*out = (struct object_pairs){calloc(a->n_programs + b->n_programs + 1, sizeof *out->at), 0, allow_missing};
	if (!out->at)
		abort();
	for (size_t i = 0; i < a->n_programs; i++)
		if (is_selected(a->programs[i], name))
			out->at[out->n++] =
			    (struct object_pair){.a = a->programs[i], .b = partner_of(a->programs[i], a, b)};
	for (size_t i = 0; i < b->n_programs; i++)
		if (is_selected(b->programs[i], name) && !partner_of(b->programs[i], b, a))
			out->at[out->n++] = (struct object_pair){.b = b->programs[i]};
}

bool objects_check(const struct object_pairs *pairs, const char *path, const char *name, char *err, size_t len)
{
	size_t whole = 0;
	for (size_t i = 0; i < pairs->n; i++)
		whole += pairs->at[i].a && pairs->at[i].b;
	if (!pairs->n)
		snprintf(err, len, "%s: no program%s%s", path, name ? " of the name " : "", name ? name : "");
	else if (pairs->allow_missing && !whole)
		snprintf(err, len, "%s: no program has a partner in the other object", path);
	return pairs->n && (whole || !pairs->allow_missing);
}

void objects_decide(struct object_pairs *pairs, const struct equiv_options *opt, objects_progress *progress)
{
	for (size_t i = 0; i < pairs->n; i++) {
		struct object_pair *p = &pairs->at[i];
		if (!p->a || !p->b)
			continue;
		if (progress)
			progress(i, pairs->n, p->a->name);
		if (opt->stop && *opt->stop) {
			p->result = (struct equiv_result){
			    .verdict = VERDICT_UNKNOWN, .reason = REASON_INTERRUPTED, .decided_by = "nothing"};
			continue;
		}
		if (opt->solver)
			solver_use_tape(opt->solver, p->tape);
		equiv_programs(p->a, p->b, opt, &p->result);
		if (opt->solver)
			solver_use_tape(opt->solver, NULL);
	}
	if (progress)
		progress(pairs->n, pairs->n, "");
}

enum verdict objects_verdict(const struct object_pairs *pairs)
{
	enum verdict v = VERDICT_PROVED;
	for (size_t i = 0; i < pairs->n; i++) {
		const struct object_pair *p = &pairs->at[i];
		bool missing = !p->a || !p->b;
		if (missing && pairs->allow_missing)
			continue;
		if (missing || p->result.verdict == VERDICT_REFUTED)
			return VERDICT_REFUTED;
		if (p->result.verdict == VERDICT_UNKNOWN)
			v = VERDICT_UNKNOWN;
	}
	return v;
}

void objects_release(struct object_pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++)
		equiv_release(&pairs->at[i].result);
	free(pairs->at);
	*pairs = (struct object_pairs){0};
}
