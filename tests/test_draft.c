/* SPDX-License-Identifier: BSD-2-Clause */
/* Editing programs: jumps follow what they went to, functions keep their borders. */
#include "synth/draft/draft.h"

#include <criterion/criterion.h>
#include <string.h>

static struct object *assemble(const char *text)
{
	struct object *o;
	char err[256];
	cr_assert_eq(object_assemble("test", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

/* The program's text, one instruction after another with "; " between. */
static void print(const struct program *p, char *buf, size_t len)
{
	*buf = 0;
	for (size_t i = 0; i < p->n; i++) {
		char one[80];
		if (p->insns[i].op == ISA_WIDE_TAIL)
			continue;
		insn_print(&p->insns[i], one, sizeof one);
		snprintf(buf + strlen(buf), len - strlen(buf), "%s%s", *buf ? "; " : "", one);
	}
}

static void expect(const struct draft *d, const char *text)
{
	char buf[600];
	struct version v;
	cr_assert(draft_build(d, &v));
	print(v.p, buf, sizeof buf);
	cr_assert_str_eq(buf, text);
	version_release(&v);
}

static const struct insn mov1 = {.op = ISA_MOV, .width = 64, .dst = 1, .k = true, .imm = 7};

#define DIAMOND "r0 = 1\nif r1 == 0 goto out\nr0 = 2\nr0 += 3\nout: exit"

Test(draft, identity)
{
	struct object *o = assemble(DIAMOND);
	struct draft *d = draft_new(o->programs[0], NULL);
	expect(d, "r0 = 1; if r1 == 0 goto +2; r0 = 2; r0 += 3; exit");
	draft_free(d);
	object_free(o);
}

Test(draft, jumps_skip_what_died)
{
	struct object *o = assemble(DIAMOND);
	struct draft *d = draft_new(o->programs[0], NULL);
	draft_kill(d, 3);
	expect(d, "r0 = 1; if r1 == 0 goto +1; r0 = 2; exit");
	draft_kill(d, 2);
	draft_sweep(d);
	expect(d, "r0 = 1; exit");
	draft_free(d);
	object_free(o);
}

Test(draft, insert_before_a_target_is_jumped_to)
{
	struct object *o = assemble(DIAMOND);
	struct draft *d = draft_new(o->programs[0], NULL);
	draft_insert(d, 4, mov1, 0, DRAFT_NEW);
	expect(d, "r0 = 1; if r1 == 0 goto +2; r0 = 2; r0 += 3; r1 = 7; exit");
	draft_free(d);
	object_free(o);
}

Test(draft, a_longer_window_stays_before_a_target)
{
	struct object *o = assemble(DIAMOND);
	struct draft *d = draft_new(o->programs[0], NULL);
	struct insn with[3] = {mov1, mov1, mov1};
	cr_assert(draft_replace(d, 2, 4, with, NULL, 3));
	expect(d, "r0 = 1; if r1 == 0 goto +3; r1 = 7; r1 = 7; r1 = 7; exit");
	draft_free(d);
	object_free(o);
}

Test(draft, nobody_may_jump_into_a_window)
{
	struct object *o = assemble(DIAMOND);
	struct draft *d = draft_new(o->programs[0], NULL);
	cr_assert_not(draft_replace(d, 3, 5, &mov1, NULL, 1));
	draft_free(d);
	object_free(o);
}

Test(draft, sweep_removes_dead_results_only)
{
	struct object *o =
	    assemble("r2 = 5 ll\nr3 = *(u32 *)(r1 + 0)\nr3 += r2\nr6 = 1\nr6 = r6\n*(u64 *)(r10 - 8) = r6\nr0 = "
		     "0\ngoto +0\nexit\nr0 = 1\nexit");
	struct draft *d = draft_new(o->programs[0], NULL);
	cr_assert_eq(draft_sweep(d), 8);
	expect(d, "r6 = 1; *(u64 *)(r10 - 8) = r6; r0 = 0; exit");
	draft_free(d);
	object_free(o);
}

Test(draft, functions_keep_their_borders)
{
	struct object *o = assemble("call f\nr0 = 0\nexit\nf: r0 = 1\nexit");
	struct program *p = o->programs[0];
	cr_assert_eq(p->n_subs, 2);
	struct draft *d = draft_new(p, NULL);
	struct insn with[2] = {mov1, {.op = ISA_EXIT}};
	cr_assert(draft_replace(d, 2, 3, with, NULL, 2)); /* the end of the first one grows */
	struct version v;
	cr_assert(draft_build(d, &v));
	cr_assert_eq(v.p->subs[0].end, 4);
	cr_assert_eq(v.p->subs[1].start, 4);
	version_release(&v);
	draft_insert(d, 4, mov1, 0, DRAFT_NEW); /* the second one's start */
	expect(d, "call +3; r0 = 0; r1 = 7; exit; r1 = 7; r0 = 1; exit");
	draft_free(d);
	object_free(o);
}

Test(draft, wide_instructions_count_two)
{
	struct object *o = assemble("if r1 == 0 goto out\nr2 = 0x123456789 ll\nout: r0 = 0\nexit");
	struct draft *d = draft_new(o->programs[0], NULL);
	draft_set(d, 1, mov1, 0);
	expect(d, "if r1 == 0 goto +1; r1 = 7; r0 = 0; exit");
	struct insn wide = {.op = ISA_LDDW, .width = 64, .dst = 3, .imm = 1, .imm64 = 1};
	draft_insert(d, 1, wide, 0, DRAFT_NEW);
	expect(d, "if r1 == 0 goto +3; r3 = 0x1 ll; r1 = 7; r0 = 0; exit");
	draft_free(d);
	object_free(o);
}

Test(draft, lines_and_origins_move_along)
{
	struct object *o = assemble(DIAMOND);
	struct draft *d = draft_new(o->programs[0], NULL);
	struct version v;
	draft_kill(d, 0);
	draft_insert(d, 2, mov1, 0, DRAFT_NEW);
	cr_assert(draft_build(d, &v));
	const uint32_t origin[] = {1, DRAFT_NEW, 2, 3, 4};
	cr_assert_arr_eq(v.origin, origin, sizeof origin);
	version_release(&v);
	draft_free(d);
	object_free(o);
}

Test(draft, running_out_of_a_function_is_no_program)
{
	struct object *o = assemble(DIAMOND);
	struct draft *d = draft_new(o->programs[0], NULL);
	struct version v;
	draft_kill(d, 4);
	cr_assert_not(draft_build(d, &v));
	draft_free(d);
	object_free(o);
}
