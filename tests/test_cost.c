/* SPDX-License-Identifier: BSD-2-Clause */
/* Costs: what is run more often counts more, each instruction has a class, the table can be replaced. */
#include "synth/cost/cost.h"
#include "synth/cost/frequency.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct object *assemble(const char *text)
{
	struct object *o;
	char err[256];
	cr_assert_eq(object_assemble("test", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

static void expect_runs(const char *text, const double *want, size_t n)
{
	struct object *o = assemble(text);
	double *runs = frequency_of(o->programs[0]);
	cr_assert(runs);
	cr_assert_eq(o->programs[0]->n, n);
	for (size_t i = 0; i < n; i++)
		cr_expect_float_eq(runs[i], want[i], 1e-9, "%s: slot %zu has %g, not %g", text, i, runs[i], want[i]);
	free(runs);
	object_free(o);
}
#define EXPECT_RUNS(text, ...) \
	expect_runs(text, (const double[]){__VA_ARGS__}, sizeof(const double[]){__VA_ARGS__} / sizeof(double))

Test(cost, branches_share_what_comes_in)
{
	EXPECT_RUNS("r0 = 1\nif r1 == 0 goto out\nr0 = 2\nif r2 == 0 goto out\nr0 = 3\nout: exit", 1, 1, .5, .5, .25,
		    1);
}

Test(cost, a_branch_to_one_place_is_none)
{
	EXPECT_RUNS("r0 = 1\nif r1 == 0 goto +0\nexit", 1, 1, 1);
}

Test(cost, loops_count_ten_times)
{
	EXPECT_RUNS("r1 = 5\nr0 = 1\nagain: r0 += 1\nr1 += -1\nif r1 != 0 goto again\nexit", 1, 1, 10, 10, 10, 1);
	EXPECT_RUNS("r0 = 5\nouter: r1 = 5\ninner: r1 += -1\nif r1 != 0 goto inner\nr0 += -1\n"
		    "if r0 != 0 goto outer\nexit",
		    1, 10, 100, 100, 10, 10, 1);
}

Test(cost, a_loop_left_in_the_middle)
{
	EXPECT_RUNS("r0 = 5\nagain: r0 += -1\nif r0 == 0 goto out\nr1 += 1\ngoto again\nout: exit", 1, 10, 10, 5, 5,
		    .5);
}

Test(cost, functions_run_as_often_as_they_are_called)
{
	EXPECT_RUNS("if r1 == 0 goto out\ncall f\nout: call f\nexit\nf: r0 = 1\nexit", 1, .5, 1, 1, 1.5, 1.5);
}

Test(cost, unreachable_instructions_are_not_run)
{
	EXPECT_RUNS("r0 = 0\nexit\nr0 = 1\nexit", 1, 1, 0, 0);
}

static struct cost cost_in(const char *text, enum goal goal)
{
	struct cost_table table;
	struct cost c;
	struct object *o = assemble(text);
	cost_table_init(&table);
	cr_assert(cost_of(o->programs[0], &(struct cost_options){.goal = goal, .table = &table}, &c));
	object_free(o);
	return c;
}

Test(cost, each_goal_has_its_own_order)
{
	struct cost division = cost_in("r0 = 100\nr0 /= 5\nexit", GOAL_LATENCY);
	struct cost moves = cost_in("r0 = 20\nr1 = 1\nr2 = 1\nexit", GOAL_LATENCY);
	cr_expect_lt(cost_compare(GOAL_LATENCY, &moves, &division), 0);
	cr_expect_gt(cost_compare(GOAL_SIZE, &moves, &division), 0);
	cr_expect_eq(cost_compare(GOAL_SIZE, &moves, &moves), 0);
}

Test(cost, equal_sizes_are_told_apart_by_latency)
{
	struct cost division = cost_in("r0 = 100\nr0 /= 5\nexit", GOAL_SIZE);
	struct cost shift = cost_in("r0 = 80\nr0 >>= 2\nexit", GOAL_SIZE);
	cr_expect_lt(cost_compare(GOAL_SIZE, &shift, &division), 0);
}

Test(cost, wide_loads_take_two_slots)
{
	cr_expect_eq(cost_in("r0 = 0x123456789 ll\nexit", GOAL_SIZE).slots, 3);
}

Test(cost, a_verifier_goes_both_ways)
{
	struct cost straight = cost_in("r0 = 0\nr0 += 1\nr0 += 1\nr0 += 1\nexit", GOAL_VERIFIER);
	struct cost fork = cost_in("r0 = *(u32 *)(r1 + 12)\nif r0 == 0 goto +1\nr0 += 1\nr0 += 1\nexit", GOAL_VERIFIER);
	cr_expect_eq(straight.steps, 5);
	cr_expect_gt(fork.steps, straight.steps);
	cr_expect_lt(cost_compare(GOAL_VERIFIER, &straight, &fork), 0);
}

Test(cost, what_is_refused_has_no_verifier_cost)
{
	struct cost_table table;
	struct cost c;
	struct object *o = assemble("exit");
	cost_table_init(&table);
	cr_expect(cost_of(o->programs[0], &(struct cost_options){.goal = GOAL_SIZE, .table = &table}, &c));
	cr_expect_not(cost_of(o->programs[0], &(struct cost_options){.goal = GOAL_VERIFIER, .table = &table}, &c));
	object_free(o);
}

Test(cost, helpers_have_figures_of_their_own)
{
	struct cost_table t;
	struct object *o = assemble("call ktime_get_ns\ncall map_update_elem\ncall get_socket_cookie\nexit");
	const struct insn *in = o->programs[0]->insns;
	cost_table_init(&t);
	t.helper_ps[5] = 7;
	cr_expect_eq(cost_of_insn(&t, &in[0]), 7);
	cr_expect_eq(cost_of_insn(&t, &in[1]), t.helper_ps[2]);
	cr_expect_eq(cost_of_insn(&t, &in[2]), t.class_ps[LATENCY_HELPER]);
	object_free(o);
}

static bool read_table(const char *text, struct cost_table *t, char *err, size_t len)
{
	char path[] = "/tmp/bpfprove-cost-XXXXXX";
	int fd = mkstemp(path);
	cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	cost_table_init(t);
	bool good = cost_table_read(t, path, err, len);
	unlink(path);
	return good;
}

Test(cost, tables_are_read_from_files)
{
	struct cost_table t, shipped;
	char err[256];
	cost_table_init(&shipped);
	cr_assert(read_table("# mine\nALU 17\n\nbpf_ktime_get_ns 99 # measured\n", &t, err, sizeof err), "%s", err);
	cr_expect_eq(t.class_ps[LATENCY_ALU], 17);
	cr_expect_eq(t.helper_ps[5], 99);
	cr_expect_eq(t.class_ps[LATENCY_MUL], shipped.class_ps[LATENCY_MUL]);
}

Test(cost, bad_tables_are_refused_with_their_line)
{
	static const char *const texts[] = {
	    "ALU\n",    "ALU x\n",         "ALU -1\n",         "ALU 1 2\n",
	    "ALUU 1\n", "bpf_nothing 1\n", "ktime_get_ns 1\n", "ALU 99999999999999999999999\n"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct cost_table t;
		char err[256] = "", text[64];
		snprintf(text, sizeof text, "MUL 1\n%s", texts[i]);
		cr_expect_not(read_table(text, &t, err, sizeof err), "%s", texts[i]);
		cr_expect(strstr(err, ":2: "), "%s: %s", texts[i], err);
	}
}
