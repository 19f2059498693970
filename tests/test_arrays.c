/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory as the solvers' arrays, which is measured against, says of two programs what ours says. */
#include "tests/array_script.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <z3.h>

#define PACKET "r2 = *(u32 *)(r1 + 4)\nr1 = *(u32 *)(r1 + 0)\nr3 = r1\nr3 += 64\nr0 = 1\nif r3 > r2 goto out\n"
#define AT "r4 = *(u8 *)(r1 + 0)\nr4 &= 31\nr5 = r1\nr5 += r4\n" /* r5: some byte of the packet */
#define END "r0 = 2\nout: exit"
#define MAP ".map m array 4 16 4\n.map h hash 4 16 4\n"
#define LOOKUP(m) \
	"*(u32 *)(r10 - 4) = 1\nr2 = r10\nr2 += -4\nr1 = " m " ll\ncall map_lookup_elem\nif r0 == 0 goto out\n"

static const struct {
	const char *a, *b;
	bool differ;
} pairs[] = {
    /* a store through one pointer may hit what another one reads */
    {PACKET AT "*(u8 *)(r5 + 0) = 7\nr0 = *(u8 *)(r1 + 3)\nexit\n" END,
     PACKET AT "r0 = *(u8 *)(r1 + 3)\n*(u8 *)(r5 + 0) = 7\nexit\n" END, true},
    {PACKET AT "*(u8 *)(r5 + 1) = 7\nr0 = *(u8 *)(r1 + 0)\nexit\n" END,
     PACKET AT "r0 = *(u8 *)(r1 + 0)\n*(u8 *)(r5 + 1) = 7\nexit\n" END, false},
    /* bytes and words, little-endian */
    {PACKET AT "*(u32 *)(r5 + 0) = 0x01020304\nr0 = *(u8 *)(r5 + 2)\nexit\n" END,
     PACKET AT "*(u32 *)(r5 + 0) = 0x01020304\nr0 = 2\nexit\n" END, false},
    {PACKET AT "*(u32 *)(r5 + 0) = 0x01020304\nr0 = *(u8 *)(r5 + 2)\nexit\n" END,
     PACKET AT "*(u32 *)(r5 + 0) = 0x01020304\nr0 = 3\nexit\n" END, true},
    {PACKET AT "*(u16 *)(r5 + 0) = 1\n*(u16 *)(r5 + 2) = 2\n" END, PACKET AT "*(u32 *)(r5 + 0) = 0x20001\n" END, false},
    {PACKET AT "*(u16 *)(r5 + 0) = 1\n*(u16 *)(r5 + 1) = 2\n" END, PACKET AT "*(u32 *)(r5 + 0) = 0x20001\n" END, true},
    /* memories that meet at a join */
    {PACKET AT
     "if r4 > 5 goto a\n*(u8 *)(r1 + 9) = 1\ngoto b\na: *(u8 *)(r1 + 9) = 2\nb: r0 = *(u8 *)(r1 + 9)\nexit\n" END,
     PACKET AT "r6 = 2\nif r4 > 5 goto a\nr6 = 1\na: *(u8 *)(r1 + 9) = r6\nr0 = r6\nexit\n" END, false},
    {PACKET AT
     "if r4 > 5 goto a\n*(u8 *)(r1 + 9) = 1\ngoto b\na: *(u8 *)(r1 + 9) = 2\nb: r0 = *(u8 *)(r1 + 9)\nexit\n" END,
     PACKET AT "r6 = 2\nif r4 >= 5 goto a\nr6 = 1\na: *(u8 *)(r1 + 9) = r6\nr0 = r6\nexit\n" END, true},
    /* values of maps, by key */
    {MAP LOOKUP("m") "*(u32 *)(r0 + 4) = 5\n*(u32 *)(r0 + 0) = 6\n" END,
     MAP LOOKUP("m") "*(u64 *)(r0 + 0) = 5\n*(u32 *)(r0 + 0) = 6\n*(u32 *)(r0 + 4) = 5\n" END, false},
    {MAP LOOKUP("h") "r1 = *(u32 *)(r0 + 4)\nr1 += 1\n*(u32 *)(r0 + 4) = r1\n" END,
     MAP LOOKUP("h") "r1 = *(u32 *)(r0 + 4)\nr1 += 2\n*(u32 *)(r0 + 4) = r1\n" END, true},
    {MAP LOOKUP("h") "r1 = *(u32 *)(r0 + 4)\nr1 += 1\n*(u32 *)(r0 + 4) = r1\nout: r0 = 0\nexit",
     MAP LOOKUP("h") "r1 = *(u32 *)(r0 + 4)\nr1 += 3\nr1 -= 2\n*(u32 *)(r0 + 4) = r1\nout: r0 = 0\nexit", false},
};

static struct object *assemble(const char *text)
{
	char err[256];
	struct object *o;
	cr_assert_eq(object_assemble("test", text, &o, err, sizeof err), OBJECT_OK, "%s: %s", text, err);
	return o;
}

static enum solver_answer ask_z3(const char *script)
{
	Z3_config config = Z3_mk_config();
	Z3_context c = Z3_mk_context(config);
	const char *text = Z3_eval_smtlib2_string(c, script);
	enum solver_answer a = !strncmp(text, "sat", 3)     ? SOLVER_SAT
			       : !strncmp(text, "unsat", 5) ? SOLVER_UNSAT
							    : SOLVER_UNKNOWN;
	cr_expect_neq(a, SOLVER_UNKNOWN, "%s", text);
	Z3_del_context(c);
	Z3_del_config(config);
	return a;
}

static enum solver_answer ask(size_t row, bool arrays, size_t *reads)
{
	struct object *a = assemble(pairs[row].a), *b = assemble(pairs[row].b);
	struct array_stats stats;
	char *script = NULL;
	size_t size;
	FILE *f = open_memstream(&script, &size);
	enum array_state state = array_write(a->programs[0], b->programs[0], NULL, arrays, f, &stats);
	fclose(f);
	cr_expect_neq(state, ARRAY_REFUSED, "pair %zu", row);
	enum solver_answer answer = state == ARRAY_OPEN    ? ask_z3(script)
				    : state == ARRAY_UNSAT ? SOLVER_UNSAT
							   : SOLVER_SAT;
	*reads += stats.reads;
	free(script);
	object_free(a);
	object_free(b);
	return answer;
}

Test(arrays, say_what_terms_say)
{
	size_t reads = 0, none = 0;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		enum solver_answer expected = pairs[i].differ ? SOLVER_SAT : SOLVER_UNSAT;
		cr_expect_eq(ask(i, true, &reads), expected, "pair %zu as arrays", i);
		cr_expect_eq(ask(i, false, &none), expected, "pair %zu as terms", i);
	}
	cr_expect_gt(reads, 0);
	cr_expect_eq(none, 0);
}
