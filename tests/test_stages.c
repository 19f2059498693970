/* SPDX-License-Identifier: BSD-2-Clause */
/* Time by stage belongs to one stage at a time, and measuring doesn't change verdicts. */
#include "checker/equiv/equiv.h"

#include <criterion/criterion.h>

static struct object *assemble(const char *text)
{
	char err[256];
	struct object *o;
	cr_assert_eq(object_assemble("test", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

static struct equiv_result compare(const char *a, const char *b, enum term_mode mode)
{
	char err[200];
	struct object *x = assemble(a), *y = assemble(b);
	struct solver *s = solver_open("sat", (struct solver_limits){.query_ms = 5000}, err, sizeof err);
	struct equiv_options o = {.solver = s, .encode = true, .terms = mode};
	struct equiv_result r;
	equiv_programs(x->programs[0], y->programs[0], &o, &r);
	solver_close(s);
	input_free(r.witness);
	r.witness = NULL;
	pairing_release(&r.pairing);
	object_free(x);
	object_free(y);
	return r;
}

#define LENGTH "r0 = *(u32 *)(r1 + 4)\nr2 = *(u32 *)(r1 + 0)\nr0 -= r2\n"

Test(stages, sum_up_to_no_more_than_the_whole)
{
	struct equiv_result r = compare(LENGTH "r0 %= 4\nexit", LENGTH "r0 &= 7\nexit", TERM_NORMAL);
	uint64_t sum = 0;
	cr_expect_eq(r.verdict, VERDICT_REFUTED);
	for (enum stage s = 0; s < STAGE_COUNT; s++)
		sum += r.stages.ns[s];
	cr_expect_leq((double)sum, 1e6 * r.ms);
	cr_expect_gt(r.stages.ns[STAGE_ENCODE], 0);
	cr_expect_gt(r.stages.ns[STAGE_SOLVE], 0);
	cr_expect_gt(r.stages.ns[STAGE_REPLAY], 0);
	cr_expect_leq(r.stages.ns[STAGE_SOLVE], r.queries.ns);
	cr_expect_gt(r.queries.sat, 0);
}

Test(stages, an_inner_stage_takes_its_time_from_the_outer)
{
	struct stages s = {.now = STAGE_OTHER};
	stages_enter(&s, STAGE_REPLAY, 0);
	uint64_t before = s.ns[STAGE_REPLAY];
	enum stage outer = stages_enter(&s, STAGE_ASK, 0);
	cr_expect_eq(outer, STAGE_REPLAY);
	s.since -= 1000000; /* as if a millisecond went by, of which a backend took 0.4 */
	stages_enter(&s, outer, 400000);
	cr_expect_eq(s.ns[STAGE_SOLVE], 400000);
	cr_expect_geq(s.ns[STAGE_ASK], 600000);
	cr_expect_geq(s.ns[STAGE_REPLAY], before);
	s.now = STAGE_SWEEP; /* whose queries are its own */
	stages_enter(&s, STAGE_OTHER, 900000);
	cr_expect_eq(s.ns[STAGE_SOLVE], 400000);
}

Test(stages, ways_to_measure_have_the_same_verdicts)
{
	static const struct {
		const char *a, *b;
		enum verdict verdict;
	} rows[] = {
	    {LENGTH "r0 %= 4\nexit", LENGTH "r0 &= 3\nexit", VERDICT_PROVED},
	    {LENGTH "r0 %= 4\nexit", LENGTH "r0 &= 7\nexit", VERDICT_REFUTED},
	    {"r0 = *(u32 *)(r1 + 16)\nr0 += r0\nexit", "r0 = *(u32 *)(r1 + 16)\nr0 <<= 1\nexit", VERDICT_PROVED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (enum term_mode mode = TERM_NORMAL; mode <= TERM_TIMED; mode++) {
			struct equiv_result r = compare(rows[i].a, rows[i].b, mode);
			cr_expect_eq(r.verdict, rows[i].verdict, "row %zu, mode %d: %s", i, mode, r.what);
			cr_expect_eq(r.term_stats.by_rule > 0, mode != TERM_PLAIN);
			cr_expect_eq(r.term_stats.ns > 0, mode == TERM_TIMED);
		}
}
