/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proposals per second of the searches on the passages of an object's programs,
 * and what became of them: make bench-search.
 *
 *   bench_search [--seconds=S] OBJECT ...
 */
#include "checker/equiv/objects.h"
#include "clock.h"
#include "synth/search/enumerate.h"
#include "synth/search/repair.h"
#include "synth/search/search.h"
#include "tests/bench_scene.h"

#include <stdlib.h>
#include <string.h>

static double limit_seconds = 2;

static void run_plan(const struct scene *s, const struct passages *l, const struct hunt_plan *plan,
		     struct solver *solver, struct search_stats *sum)
{
	uint64_t start = clock_now_ns(), end = start + (uint64_t)(1e9 * limit_seconds);
	for (size_t i = 0; i < l->n && clock_now_ns() < end; i++) {
		struct hunt h;
		if (l->at[i].n < plan->min_slots || l->at[i].count > plan->max_count)
			continue;
		hunt_one(&h, s, &l->at[i], plan, solver, NULL);
		search_stats_add(sum, &h.stats);
		hunt_release(&h);
	}
	sum->seconds += 1e-9 * (double)(clock_now_ns() - start);
}

static void print_stats(const char *name, const char *plan, size_t passages, const struct search_stats *t)
{
	printf("%-24s %-8s %6zu %11llu %8.2f %11.0f %8llu %7llu %8llu %8llu\n", name, plan, passages,
	       (unsigned long long)t->proposals, t->seconds, t->seconds > 0 ? (double)t->proposals / t->seconds : 0,
	       (unsigned long long)t->tested, (unsigned long long)t->proved, (unsigned long long)t->refuted,
	       (unsigned long long)t->unknown);
}

static void run_program(const struct program *p, struct solver *solver, struct search_stats *all)
{
	const struct hunt_plan *plans[] = {&enumerate_plan, &enumerate_long_plan, &repair_plan, &search_plan};
	struct judge_options o = {.solver = "z3", .window_ms = 500};
	struct bench_scene b;
	struct passages l;
	if (!bench_scene_open(&b, p, &o))
		return;
	passages_find(&b.scene, &l);
	for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
		struct search_stats t = {0};
		run_plan(&b.scene, &l, plans[i], solver, &t);
		print_stats(p->name, plans[i]->name, l.n, &t);
		search_stats_add(all, &t);
	}
	passages_release(&l);
	bench_scene_close(&b);
}

static void print_moves(const struct search_stats *t)
{
	printf("\n%-12s %12s %12s %8s\n", "move", "proposed", "accepted", "best");
	for (unsigned m = 0; m < SEARCH_MOVES; m++)
		printf("%-12s %12llu %12llu %8llu\n", search_move_names[m], (unsigned long long)t->moves[m].proposed,
		       (unsigned long long)t->moves[m].accepted, (unsigned long long)t->moves[m].best);
}

int main(int argc, char **argv)
{
	char err[300];
	struct search_stats all = {0};
	struct solver *solver = objects_open_solver("z3", 0, 1, 0, err, sizeof err);
	printf("%-24s %-8s %6s %11s %8s %11s %8s %7s %8s %8s\n", "program", "search", "places", "proposals", "seconds",
	       "per second", "tested", "proved", "refuted", "unknown");
	for (int i = 1; i < argc; i++) {
		struct object *o;
		if (!strncmp(argv[i], "--seconds=", 10)) {
			limit_seconds = atof(argv[i] + 10);
			continue;
		}
		if (objects_read(argv[i], NULL, &o, err, sizeof err) != OBJECT_OK) {
			fprintf(stderr, "%s\n", err);
			return 66;
		}
		for (size_t k = 0; k < o->n_programs; k++)
			run_program(o->programs[k], solver, &all);
		object_free(o);
	}
	print_stats("all", "", 0, &all);
	print_moves(&all);
	if (solver)
		solver_close(solver);
	return 0;
}
