/* SPDX-License-Identifier: BSD-2-Clause */
/* What the check by cut points says of two files' programs: cut [-v] A B. */
#include "checker/cut/align.h"
#include "checker/equiv/objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool check(const struct object_pair *pair, struct solver *solver, bool verbose)
{
	struct pairing maps;
	enum reason why;
	const char *what;
	struct cut_points points = {0};
	struct cut_options o = {.solver = solver};
	struct cut_answer answer;
	if (!pair->a || !pair->b || !pairing_build(pair->a, pair->b, &maps, &why, &what))
		return false;
	bool found = align_find_points(pair->a, pair->b, &points);
	for (unsigned side = 0; verbose && side < 2; side++) {
		printf("points of %c:", "ab"[side]);
		for (size_t i = 0; i < points.n[side]; i++)
			printf(" %u", points.at[side][i]);
		printf("\n");
	}
	cut_check(pair->a, pair->b, &maps, &points, &o, &answer);
	printf("%s: %s%s%s at %d, %d; %.1f ms (safety %.1f), %zu points, %zu pairs, %zu relations, %zu queries, %zu "
	       "rounds\n",
	       pair->a->name, answer.verdict == VERDICT_PROVED ? "proved" : "unknown: ", answer.why,
	       found ? "" : " (no points)", (int)answer.slot[0], (int)answer.slot[1], answer.ms, answer.safety_ms,
	       points.n[0], answer.pairs, answer.relations, answer.queries, answer.rounds);
	cut_points_release(&points);
	pairing_release(&maps);
	return answer.verdict == VERDICT_PROVED;
}

int main(int argc, char **argv)
{
	char err[512] = "usage: cut [-v] A B";
	struct object *o[2] = {NULL, NULL};
	struct object_pairs pairs;
	bool verbose = argc == 4 && !strcmp(argv[1], "-v"), all = true;
	if (argc != 3 + verbose || objects_read(argv[1 + verbose], NULL, &o[0], err, sizeof err) ||
	    objects_read(argv[2 + verbose], NULL, &o[1], err, sizeof err)) {
		fprintf(stderr, "%s\n", err);
		return 64;
	}
	const char *seconds = getenv("SECONDS_MOST");
	struct solver *solver =
	    objects_open_solver(getenv("SOLVER") ? getenv("SOLVER") : "sat", seconds ? (unsigned)atoi(seconds) : 10, 2, 4096, err, sizeof err);
	objects_pair(o[0], o[1], NULL, true, &pairs);
	for (size_t i = 0; i < pairs.n; i++)
		all &= check(&pairs.at[i], solver, verbose);
	objects_release(&pairs);
	solver_close(solver);
	object_free(o[0]);
	object_free(o[1]);
	return all ? 0 : 2;
}
