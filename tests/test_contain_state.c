/* SPDX-License-Identifier: BSD-2-Clause */
/* The check that concrete states are in abstract ones finds those that are not. */
#include "checker/safety/state.h"
#include "tests/attack_base.h"
#include "tests/contain.h"

#include <criterion/criterion.h>
#include <string.h>

#define STACK_AT 0xffffc90000000200

/* A state with x in r1, x + 4 in r2, x & 7 in r3, y in r4 with x < y, and r5 the stack at -x. */
static void make_state(struct astate *s)
{
	struct attack_bases none = {0};
	struct attack_program any;
	cr_assert(attack_make(&none, 1, &any));
	state_init(s, &any.program);
	sym x = state_new_sym(s, scalar_between(0, 100), false), y = state_new_sym(s, scalar_between(0, 1000), false);
	sym z = state_define(s, DEF_AND, scalar_between(0, 7), false, x, 0, 0, 7);
	sym minus = state_define(s, DEF_SUB, scalar_between_signed(-100, 0), false, 0, 0, x, 0);
	cr_assert(state_learn_order(s, x, y, 1));
	s->r[1] = (struct aval){.kind = KIND_NUMBER, .sym = x};
	s->r[2] = (struct aval){.kind = KIND_NUMBER, .sym = x, .add = 4};
	s->r[3] = (struct aval){.kind = KIND_NUMBER, .sym = z};
	s->r[4] = (struct aval){.kind = KIND_NUMBER, .sym = y};
	s->r[5] = aval_pointer(KIND_STACK, 0, 0);
	s->r[5].sym = minus;
	s->r[6] = s->r[7] = aval_pointer(KIND_VALUE, 0, 0);
	s->r[6].maybe_null = s->r[7].maybe_null = true;
	s->r[6].null_id = s->r[7].null_id = s->next_id++;
	attack_release(&any);
}

Test(contain, finds_what_is_outside)
{
	struct astate s;
	char why[200];
	const uint64_t inside[11] = {0, 12, 16, 4, 13, STACK_AT - 12, 0, 0, 0, 0, STACK_AT};
	static const struct {
		unsigned reg;
		uint64_t word;
	} outside[] = {{1, 101},          /* out of its range */
		       {2, 17},           /* not 4 more than r1 */
		       {3, 5},            /* other low bits than r1 */
		       {4, 12},           /* not greater than r1 */
		       {5, STACK_AT - 8}, /* another offset */
		       {5, 12},           /* no pointer */
		       {6, 0xffff910000000000} /* NULL apart from r7 */};
	make_state(&s);
	cr_expect(contain_holds(&s, inside, 0x4fe, why, sizeof why), "%s", why);
	cr_expect_not(contain_holds(&s, inside, 0x4fc, why, sizeof why));
	for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
		uint64_t regs[11];
		memcpy(regs, inside, sizeof regs);
		regs[outside[i].reg] = outside[i].word;
		cr_expect_not(contain_holds(&s, regs, 0x4fe, why, sizeof why), "row %zu", i);
	}
	state_release(&s);
}
