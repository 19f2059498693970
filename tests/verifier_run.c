/* SPDX-License-Identifier: BSD-2-Clause */
/* One case: what today's kernel and the prover say. */
#include "tests/verifier_table.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

static char *read_file(const char *path)
{
	char *text = NULL;
	size_t size = 0, n;
	FILE *f = fopen(path, "r"), *out = open_memstream(&text, &size);
	char buffer[65536];
	if (!f || !out)
		abort();
	while ((n = fread(buffer, 1, sizeof buffer, f)) > 0)
		fwrite(buffer, 1, n, out);
	fclose(f);
	fclose(out);
	return text;
}

static const struct retval_tag *find_tag(const struct retval_tags *tags, const char *name)
{
	for (size_t i = 0; i < tags->n; i++)
		if (!strcmp(tags->at[i].name, name))
			return &tags->at[i];
	return NULL;
}

static struct object *read_tagged(const struct table_case *c, const struct retval_tag *tag, char *err, size_t len)
{
	struct object *o;
	if (object_read(c->path, &o, err, len) != OBJECT_OK)
		return NULL;
	if (object_resolve(o, tag->own_btf ? c->path : NULL, err, len) == OBJECT_OK)
		return o;
	object_free(o);
	return NULL;
}

static struct object *read_text(const struct table_case *c, char *err, size_t len)
{
	struct object *o = NULL;
	char *text = read_file(c->path);
	const char *reason = strstr(text, "# malformed: ");
	if (reason)
		snprintf(err, len, "%.*s", (int)strcspn(reason + 13, "\n"), reason + 13);
	else
		object_assemble(c->path, text, &o, err, len);
	free(text);
	return o;
}

static void run_prover(const struct table_work *w, const struct object *o, struct program *p, struct table_case *out)
{
	if (!p || p->error) {
		out->safe.outcome = SAFE_MALFORMED;
		if (o)
			snprintf(out->safe.what, sizeof out->safe.what, "%s", p ? p->error : "it has no such program");
		return;
	}
	p->sleepable |= (out->flags & BPF_F_SLEEPABLE) != 0;
	safe_run(p, &w->options, &out->safe);
}

static void run_tagged(const struct table_work *w, struct table_case *out)
{
	struct retval_tags tags;
	char *err = out->safe.what;
	if (!retval_read_tags(w->c->path, &tags, err, sizeof out->safe.what))
		abort();
	const struct retval_tag *tag = find_tag(&tags, w->c->program);
	struct object *o = read_tagged(w->c, tag, err, sizeof out->safe.what);
	struct program *p = o ? object_find(o, tag->name) : NULL;
	struct retval_case rc = {.path = w->c->path, .tags = &tags, .tag = tag, .program = p};
	if (!w->no_kernel)
		kernel_ask(&rc, &out->kernel);
	run_prover(w, o, p, out);
}

/* Texts know what the kernel said when they were written. */
static void run_text(const struct table_work *w, struct table_case *out)
{
	struct object *o = read_text(w->c, out->safe.what, sizeof out->safe.what);
	run_prover(w, o, o ? o->programs[0] : NULL, out);
}

void table_run(const void *work, void *result)
{
	const struct table_work *w = work;
	(w->c->is_tagged ? run_tagged : run_text)(w, result);
}
