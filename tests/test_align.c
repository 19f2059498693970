/* SPDX-License-Identifier: BSD-2-Clause */
/* Points of two programs that belong together: loops of corpus/loops, and large programs of build/tests/grow. */
#include "checker/cut/align.h"
#include "checker/equiv/objects.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_MS 2000

static const char *build(void)
{
	const char *b = getenv("BPFPROVE_BUILD");
	return b ? b : "build";
}

static struct object *read_object(const char *path)
{
	struct object *o;
	char err[512];
	cr_assert_eq(objects_read(path, NULL, &o, err, sizeof err), OBJECT_OK, "%s", err);
	cr_assert_eq(o->n_programs, 1u);
	return o;
}

/* limit_ms: where no proof is expected, so that the search for one ends; 0: none */
static void check(const char *a, const char *b, unsigned limit_ms, struct cut_answer *out)
{
	struct object *x = read_object(a), *y = read_object(b);
	char err[200];
	enum reason why;
	const char *what;
	struct pairing maps;
	struct cut_points points;
	struct solver *s = solver_open("sat", (struct solver_limits){.query_ms = 10000}, err, sizeof err);
	cr_assert(s, "%s", err);
	struct cut_options o = {.solver = s, .timeout_ms = limit_ms};
	cr_assert(pairing_build(x->programs[0], y->programs[0], &maps, &why, &what));
	cr_assert(align_find_points(x->programs[0], y->programs[0], &points));
	cut_check(x->programs[0], y->programs[0], &maps, &points, &o, out);
	cut_points_release(&points);
	pairing_release(&maps);
	solver_close(s);
	object_free(x);
	object_free(y);
}

/* corpus/loops/NAME.0.s: the first, NAME.1.s: the same, NAME.2.s: not the same */
static void check_loops(const char *name)
{
	struct cut_answer out;
	char path[3][128];
	for (int i = 0; i < 3; i++)
		snprintf(path[i], sizeof path[i], "corpus/loops/%s.%d.s", name, i);
	check(path[0], path[1], 0, &out);
	cr_expect_eq(out.verdict, VERDICT_PROVED, "%s: %s at %u, %u", name, out.why, out.slot[0], out.slot[1]);
	check(path[0], path[2], LIMIT_MS, &out);
	cr_expect_neq(out.verdict, VERDICT_PROVED, "%s is proved equal to its mutant", name);
	cr_expect(!strstr(out.why, "safe"), "%s: %s", name, out.why);
}

Test(align, loops)
{
	static const char *const names[] = {"count_down", "closed_form", "strength", "unroll2",
					    "unroll4",    "spilled",     "width",    "bounded_sum"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		check_loops(names[i]);
}

/* Two at once are not the same where their number is odd. */
Test(align, rounds_of_any_number)
{
	struct cut_answer out;
	check("corpus/loops/unroll2.3.s", "corpus/loops/unroll2.2.s", LIMIT_MS, &out);
	cr_expect_neq(out.verdict, VERDICT_PROVED);
}

static void grow(char path[128], unsigned size, unsigned seed, unsigned variant, unsigned fault)
{
	char command[512];
	snprintf(path, 128, "%s/test_align_%u_%u_%u_%u.s", build(), size, seed, variant, fault);
	snprintf(command, sizeof command, "%s/tests/grow %u %u %u %u >%s", build(), size, seed, variant, fault, path);
	cr_assert_eq(system(command), 0, "%s", command);
}

static void check_grown(unsigned size, unsigned seed, unsigned fault)
{
	struct cut_answer out;
	char a[128], b[128];
	grow(a, size, seed, 0, 0);
	grow(b, size, seed, seed + 7, fault);
	check(a, b, fault ? LIMIT_MS : 0, &out);
	remove(a);
	remove(b);
	if (fault)
		cr_expect_neq(out.verdict, VERDICT_PROVED, "%u %u: fault %u is not seen", size, seed, fault);
	else
		cr_expect_eq(out.verdict, VERDICT_PROVED, "%u %u: %s at %u, %u", size, seed, out.why, out.slot[0],
			     out.slot[1]);
	cr_expect(!strstr(out.why, "safe"), "%u %u: %s", size, seed, out.why);
}

Test(align, large_programs)
{
	for (unsigned seed = 1; seed <= 3; seed++)
		check_grown(500, seed, 0);
	check_grown(1500, 1, 0);
}

Test(align, faults_in_large_programs)
{
	for (unsigned fault = 1; fault <= 3; fault++)
		check_grown(250, 1, fault);
}
