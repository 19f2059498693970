/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two runs of the benchmark side by side: times of the new one over those of
 * the old one, by part and stage, and the programs that changed most.
 *
 *   bench_compare OLD.json NEW.json
 *
 * Fails when a verdict changed.
 */
#include "tests/sample.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { WORST = 10, KEY = 640, STAGES_MAX = 16 };
#define LEAST_MS 0.05 /* what is shorter counts as so long; in both runs it says nothing */

struct pair {
	const json_t *old, *new;
	double ratio; /* of the totals; 0: too short to say */
};

static const char *text_of(const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));
	return text ? text : "";
}

static double ms_of(const json_t *row, const char *stage)
{
	return json_number_value(json_object_get(json_object_get(row, "ms"), stage));
}

static void print_name(const json_t *row, char *out, size_t len)
{
	snprintf(out, len, "%s/%s/%s:%s", text_of(row, "part"), text_of(row, "set"), text_of(row, "object"),
		 text_of(row, "program"));
}

static json_t *load_run(const char *path)
{
	json_error_t error;
	json_t *run = json_load_file(path, 0, &error);
	if (!run || !json_is_array(json_object_get(run, "rows"))) {
		fprintf(stderr, "bench_compare: %s: %s\n", path, run ? "no rows" : error.text);
		exit(65);
	}
	return run;
}

static json_t *index_rows(const json_t *run)
{
	json_t *index = json_object(), *row;
	size_t i;
	json_array_foreach(json_object_get(run, "rows"), i, row)
	{
		char name[KEY];
		print_name(row, name, sizeof name);
		json_object_set(index, name, row);
	}
	return index;
}

static double at_least(double ms)
{
	return ms < LEAST_MS ? LEAST_MS : ms;
}

static double ratio_of(double old, double new)
{
	return old < LEAST_MS && new < LEAST_MS ? 0 : at_least(new) / at_least(old);
}

/* Rows that both runs have; the caller frees them. */
static struct pair *pair_rows(const json_t *old, const json_t *new, size_t *n)
{
	json_t *index = index_rows(old), *row;
	struct pair *pairs = calloc(json_array_size(json_object_get(new, "rows")) + 1, sizeof *pairs);
	size_t i;
	if (!pairs)
		abort();
	*n = 0;
	json_array_foreach(json_object_get(new, "rows"), i, row)
	{
		char name[KEY];
		print_name(row, name, sizeof name);
		const json_t *other = json_object_get(index, name);
		if (other)
			pairs[(*n)++] = (struct pair){other, row, ratio_of(ms_of(other, "total"), ms_of(row, "total"))};
	}
	json_decref(index);
	return pairs;
}

static void print_stage(const struct pair *pairs, size_t n, const char *part, const char *stage)
{
	struct sample ratios = {0};
	double old = 0, new = 0;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(text_of(pairs[i].new, "part"), part) != 0)
			continue;
		double x = ms_of(pairs[i].old, stage), y = ms_of(pairs[i].new, stage);
		old += x;
		new += y;
		if (ratio_of(x, y) > 0)
			sample_add(&ratios, ratio_of(x, y));
	}
	if (ratios.n)
		printf("%-10s %-8s %6zu %11.1f %11.1f %8.2f %8.2f %8.2f %8.2f\n", part, stage, ratios.n, old, new,
		       new / at_least(old), sample_percentile(&ratios, 50), sample_percentile(&ratios, 95),
		       sample_percentile(&ratios, 100));
	sample_release(&ratios);
}

static void print_part(const struct pair *pairs, size_t n, const json_t *first)
{
	const char *stage;
	json_t *value;
	json_object_foreach(json_object_get((json_t *)first, "ms"), stage, value)
	    print_stage(pairs, n, text_of(first, "part"), stage);
}

static int compare_ratio(const void *a, const void *b)
{
	double x = ((const struct pair *)a)->ratio, y = ((const struct pair *)b)->ratio;
	return (x < y) - (x > y);
}

static void print_pair(const struct pair *p)
{
	char name[KEY];
	print_name(p->new, name, sizeof name);
	printf("%8.2f %10.2f %10.2f  %s\n", p->ratio, ms_of(p->old, "total"), ms_of(p->new, "total"), name);
}

static size_t print_verdicts(const struct pair *pairs, size_t n)
{
	size_t changed = 0;
	for (size_t i = 0; i < n; i++) {
		char name[KEY];
		const char *old = text_of(pairs[i].old, "verdict"), *new = text_of(pairs[i].new, "verdict");
		if (!strcmp(old, new))
			continue;
		print_name(pairs[i].new, name, sizeof name);
		printf("%s became %s: %s\n", old, new, name);
		changed++;
	}
	printf("%zu rows in both, %zu with another verdict\n", n, changed);
	return changed;
}

static void print_run(const char *label, const json_t *run)
{
	const json_t *r = json_object_get(run, "run");
	printf("%s: %s of %s, %s, solver %s, terms %s, load %.1f\n", label, text_of(r, "commit"), text_of(r, "time"),
	       text_of(r, "cpu"), text_of(r, "solver"), text_of(r, "terms"),
	       json_number_value(json_object_get(r, "load")));
}

int main(int argc, char **argv)
{
	size_t n;
	if (argc != 3) {
		fprintf(stderr, "usage: bench_compare OLD.json NEW.json\n");
		return 64;
	}
	json_t *old = load_run(argv[1]), *new = load_run(argv[2]);
	struct pair *pairs = pair_rows(old, new, &n);
	print_run("old", old);
	print_run("new", new);
	printf("\n%-10s %-8s %6s %11s %11s %8s %8s %8s %8s\n", "part", "stage", "rows", "old ms", "new ms", "of sums",
	       "median", "95 %", "worst");
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(text_of(pairs[i].new, "part"), text_of(pairs[i - 1].new, "part")) != 0)
			print_part(pairs, n, pairs[i].new);
	qsort(pairs, n, sizeof *pairs, compare_ratio);
	printf("\n%8s %10s %10s  worst\n", "ratio", "old ms", "new ms");
	for (size_t i = 0; i < n && i < WORST; i++)
		print_pair(&pairs[i]);
	printf("\n");
	size_t changed = print_verdicts(pairs, n);
	free(pairs);
	json_decref(old);
	json_decref(new);
	return changed ? 1 : 0;
}
