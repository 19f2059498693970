/* SPDX-License-Identifier: BSD-2-Clause */
/* Which programs are measured. */
#include "tests/bench.h"
#include "tests/bench_corpus.h"
#include "tests/real_type.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MUTANTS = 12, MUTANTS_QUICK = 3 };

struct source {
	struct bench *b;
	enum bench_part part;
	const char *set, *object;
	const char *path[2];
};

static void add_row(const struct source *s, const char *program)
{
	char full[512];
	struct bench_row *row = &s->b->at[s->b->n];
	const char *only = s->b->o->only;
	snprintf(full, sizeof full, "%s/%s/%s:%s", bench_parts[s->part].name, s->set, s->object, program);
	if (only && !strstr(full, only))
		return;
	if (s->b->n == BENCH_MAX) {
		fprintf(stderr, "bench: more than %d rows\n", BENCH_MAX);
		exit(70);
	}
	s->b->n++;
	row->part = s->part;
	row->index = s->b->n - 1;
	snprintf(row->set, sizeof row->set, "%s", s->set);
	snprintf(row->object, sizeof row->object, "%s", s->object);
	snprintf(row->program, sizeof row->program, "%s", program);
	for (unsigned i = 0; i < 2; i++)
		snprintf(row->path[i], sizeof row->path[i], "%s", s->path[i]);
}

static void add_programs(const struct source *s)
{
	struct object *o;
	char err[256];
	if (object_read(s->path[0], &o, err, sizeof err) != OBJECT_OK) {
		add_row(s, "");
		return;
	}
	for (size_t i = 0; i < o->n_programs; i++)
		if (real_is_loaded(o->programs[i], s->object))
			add_row(s, o->programs[i]->name);
	object_free(o);
}

void bench_plan_builds(struct bench *b, enum bench_part part)
{
	glob_t found = {0};
	char **names, set[64];
	size_t n = corpus_find(b->o->corpus, &found, &names);
	for (size_t k = 0; k < n_corpus_pairs; k++) {
		const struct corpus_pair *pair = &corpus_pairs[k];
		if (!strcmp(pair->a, pair->b) || (b->o->quick && !pair->quick))
			continue;
		snprintf(set, sizeof set, "%s : %s", pair->a, pair->b);
		for (size_t i = 0; i < n; i++) {
			char *first = corpus_path(b->o->corpus, names[i], pair->a);
			char *second = corpus_path(b->o->corpus, names[i], pair->b);
			add_programs(&(struct source){b, part, set, names[i], {first, second}});
			free(first);
			free(second);
		}
	}
	globfree(&found);
}

static void take_mutant(void *arg, const char *program, char *original, char *mutant, const char *text, size_t slots)
{
	struct source s = *(struct source *)arg;
	char name[128];
	(void)slots;
	snprintf(name, sizeof name, "%s, %s", program, text);
	s.object = name;
	s.path[0] = original;
	s.path[1] = mutant;
	add_programs(&s);
	free(original);
	free(mutant);
}

void bench_plan_mutants(struct bench *b, enum bench_part part)
{
	struct source s = {.b = b, .part = part, .set = "mutants"};
	glob_t found = {0};
	char **names;
	size_t n = corpus_find(b->o->corpus, &found, &names);
	for (size_t i = 0; i < n; i++)
		corpus_mutants(b->o->corpus, b->o->scratch, names[i], b->o->quick ? MUTANTS_QUICK : MUTANTS,
			       take_mutant, &s);
	globfree(&found);
}

/* Objects FOLDER/PATTERN; `other`: against the file of the same name there, where it is. */
static void plan_folder(struct bench *b, enum bench_part part, const char *set, const char *folder, const char *pattern,
			const char *other)
{
	char path[BENCH_PATH];
	glob_t g;
	snprintf(path, sizeof path, "%s/%s", folder, pattern);
	if (glob(path, 0, NULL, &g) != 0)
		return;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		const char *name = strrchr(g.gl_pathv[i], '/') + 1;
		struct source s = {b, part, set, name, {g.gl_pathv[i], g.gl_pathv[i]}};
		snprintf(path, sizeof path, "%s/%s", other ? other : "", name);
		if (other && access(path, R_OK) != 0)
			continue;
		if (other)
			s.path[1] = path;
		add_programs(&s);
	}
	globfree(&g);
}

static void plan_real(struct bench *b, enum bench_part part)
{
	glob_t g;
	char pattern[BENCH_PATH];
	snprintf(pattern, sizeof pattern, "%s/*", b->o->real);
	if (glob(pattern, GLOB_ONLYDIR, NULL, &g) != 0)
		return;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		const char *set = strrchr(g.gl_pathv[i], '/') + 1;
		/* measured only where it is asked for: many, or much the same as others */
		bool large = !strcmp(set, "selftests") || strstr(set, "-O1");
		if ((!large || b->o->all) && !(b->o->quick && strncmp(set, "samples", 7)))
			plan_folder(b, part, set, g.gl_pathv[i], "*.o", NULL);
	}
	globfree(&g);
}

void bench_plan_programs(struct bench *b, enum bench_part part)
{
	plan_folder(b, part, "corpus", b->o->corpus, "*.19.O2.o", NULL);
	plan_real(b, part);
}

void bench_plan_compilers(struct bench *b, enum bench_part part)
{
	static const struct {
		const char *a, *b;
		bool quick;
	} pairs[] = {{"samples-clang14", "samples-clang19", true},
		     {"samples-clang14-O1", "samples-clang14", false},
		     {"samples-clang19-O1", "samples-clang19", false}};
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		char first[BENCH_PATH], second[BENCH_PATH], set[64];
		snprintf(first, sizeof first, "%s/%s", b->o->real, pairs[i].a);
		snprintf(second, sizeof second, "%s/%s", b->o->real, pairs[i].b);
		snprintf(set, sizeof set, "%s : %s", pairs[i].a, pairs[i].b);
		if (pairs[i].quick || !b->o->quick)
			plan_folder(b, part, set, first, "*.o", second);
	}
}
