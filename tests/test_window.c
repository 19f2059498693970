/* SPDX-License-Identifier: BSD-2-Clause */
/* Windows: what may be replaced, by windows alone, and what must not be. */
#include "checker/window/judge.h"

#include <criterion/criterion.h>
#include <string.h>

static const char map[] = ".map m hash 4 8 16\n.map n array 4 8 4\n";

static struct object *assemble(const char *text)
{
	char whole[4000], err[256];
	struct object *o;
	snprintf(whole, sizeof whole, "%s%s", map, text);
	cr_assert_eq(object_assemble("test", whole, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

static enum verdict ask(const char *a, const char *b, struct judge_answer *out)
{
	struct object *x = assemble(a), *y = assemble(b);
	struct judge_options o = {.solver = "sat", .window_ms = 5000};
	char why[300] = "";
	struct judge *j = judge_new(x->programs[0], &o, why, sizeof why);
	cr_assert(j, "%s", why);
	judge_ask(j, y->programs[0], out);
	judge_free(j);
	object_free(x);
	object_free(y);
	return out->verdict;
}

static void expect_proved(const char *a, const char *b)
{
	struct judge_answer out;
	cr_expect_eq(ask(a, b, &out), VERDICT_PROVED, "%s\n=>\n%s\n%s %s", a, b, out.how, out.why);
}

static void expect_not(const char *a, const char *b)
{
	struct judge_answer out;
	cr_expect_neq(ask(a, b, &out), VERDICT_PROVED, "%s\n=>\n%s\n%s", a, b, out.window.decided_by);
}

#define PACKET "r6 = r1\nr2 = *(u32 *)(r1 + 4)\nr1 = *(u32 *)(r1 + 0)\nr3 = r1\nr3 += 14\nr0 = 1\nif r3 > r2 goto out\n"
#define END "\nout: exit"
#define LOOKUP(m) \
	"*(u32 *)(r10 - 4) = 1\nr2 = r10\nr2 += -4\nr1 = " m " ll\ncall map_lookup_elem\nif r0 == 0 goto out\n"

Test(window, arithmetic)
{
	expect_proved("r0 = *(u32 *)(r1 + 0)\nr0 = 5\nr0 += 3\nexit", "r0 = *(u32 *)(r1 + 0)\nr0 = 8\nexit");
	expect_not("r0 = 5\nr0 += 3\nexit", "r0 = 9\nexit");
	expect_proved("r0 = *(u32 *)(r1 + 12)\nr0 <<= 32\nr0 >>= 32\nexit", "r0 = *(u32 *)(r1 + 12)\nexit");
	expect_not(PACKET "r0 = *(u32 *)(r1 + 0)\nr0 <<= 32\nr0 s>>= 32\nif r0 s> 4 goto out\nr0 = 0" END,
		   PACKET "r0 = *(u32 *)(r1 + 0)\nif r0 s> 4 goto out\nr0 = 0" END);
}

Test(window, facts_before_it)
{
	expect_proved("r0 = *(u32 *)(r1 + 12)\nr0 &= 15\nif r0 > 20 goto a\nr0 = 2\na: exit",
		      "r0 = *(u32 *)(r1 + 12)\nr0 &= 15\nr0 = 2\nexit");
	expect_not("r0 = *(u32 *)(r1 + 12)\nr0 &= 31\nif r0 > 20 goto a\nr0 = 2\na: exit",
		   "r0 = *(u32 *)(r1 + 12)\nr0 &= 31\nr0 = 2\nexit");
}

Test(window, packet_accesses_merge)
{
	expect_proved(PACKET "r4 = *(u8 *)(r1 + 12)\nr0 = *(u8 *)(r1 + 13)\nr0 <<= 8\nr0 |= r4" END,
		      PACKET "r0 = *(u16 *)(r1 + 12)" END);
	expect_not(PACKET "r4 = *(u8 *)(r1 + 12)\nr0 = *(u8 *)(r1 + 13)\nr4 <<= 8\nr0 |= r4" END,
		   PACKET "r0 = *(u16 *)(r1 + 12)" END);
	expect_not(PACKET "r0 = *(u8 *)(r1 + 13)" END, PACKET "r0 = *(u16 *)(r1 + 13)\nr0 &= 255" END);
}

Test(window, an_access_stays_behind_its_check)
{
	expect_not(
	    "r2 = *(u32 *)(r1 + 4)\nr1 = *(u32 *)(r1 + 0)\nr3 = r1\nr3 += 14\nr0 = 1\nif r3 > r2 goto out\nr0 = *(u8 "
	    "*)(r1 + 3)\nr0 &= 1" END,
	    "r2 = *(u32 *)(r1 + 4)\nr1 = *(u32 *)(r1 + 0)\nr3 = r1\nr3 += 14\nr0 = *(u8 *)(r1 + 3)\nif r3 > r2 goto "
	    "o\nr0 &= 1\nexit\no: r0 = 1\nexit");
}

Test(window, stores_count)
{
	expect_proved(PACKET "r4 = 0\n*(u16 *)(r1 + 2) = r4\nr4 = 7\n*(u16 *)(r1 + 0) = r4" END,
		      PACKET "*(u32 *)(r1 + 0) = 7" END);
	expect_not(PACKET "*(u16 *)(r1 + 0) = 7\nr0 = 2" END, PACKET "r0 = 2" END);
	expect_not(PACKET "*(u8 *)(r1 + 0) = 7\nr0 = *(u8 *)(r1 + 1)" END,
		   PACKET "r0 = *(u8 *)(r1 + 1)\n*(u16 *)(r1 + 0) = 7" END);
}

Test(window, elements_may_be_one)
{
	/* two look-ups: a store to one may change the other */
	expect_not(
	    LOOKUP("n") "r7 = r0\nr9 = 0\n" LOOKUP(
		"n") "*(u32 *)(r7 + 0) = 1\n*(u32 *)(r0 + 0) = 2\nr0 = *(u32 *)(r7 + "
		     "0)" END,
	    LOOKUP("n") "r7 = r0\nr9 = 0\n" LOOKUP("n") "*(u32 *)(r7 + 0) = 1\n*(u32 *)(r0 + 0) = 2\nr0 = 1" END);
	expect_proved(LOOKUP("n") "*(u32 *)(r0 + 0) = 1\n*(u32 *)(r0 + 4) = 2\nr0 = *(u32 *)(r0 + 0)" END,
		      LOOKUP("n") "*(u32 *)(r0 + 0) = 1\n*(u32 *)(r0 + 4) = 2\nr0 = 1" END);
}

Test(window, what_a_helper_reads_is_live)
{
	expect_not(LOOKUP("m") "r0 = 0" END, "r2 = r10\nr2 += -4\n*(u32 *)(r10 - 8) = 1\nr1 = m ll\ncall "
					     "map_lookup_elem\nif r0 == 0 goto out\nr0 = 0" END);
	expect_proved("*(u32 *)(r10 - 16) = 5\n" LOOKUP("m") "r0 = 0" END, LOOKUP("m") "r0 = 0" END);
}

Test(window, atomics_stay)
{
	expect_not(LOOKUP("n") "r1 = 1\nlock *(u64 *)(r0 + 0) += r1\nr0 = 0" END,
		   LOOKUP("n") "r1 = *(u64 *)(r0 + 0)\nr1 += 1\n*(u64 *)(r0 + 0) = r1\nr0 = 0" END);
}

Test(window, loops_go_round)
{
	/* r3 is dead before the window in a; what an earlier round left there is not what facts of a say */
	expect_not("r3 = 1\nr4 = r3\nr5 = 0\nl: r0 = 1\nr3 = r0\nr5 += 1\nif r5 < 9 goto l\nexit",
		   "r3 = 1\nr4 = r3\nr5 = 0\nl: r0 = r3\nr3 = 7\nr5 += 1\nif r5 < 9 goto l\nexit");
}

Test(window, spilled_pointers_come_back)
{
	expect_proved(PACKET "*(u64 *)(r10 - 8) = r1\nr4 = 5\nr5 = *(u64 *)(r10 - 8)\nr0 = *(u8 *)(r5 + 0)" END,
		      PACKET "r0 = *(u8 *)(r1 + 0)" END);
}

Test(window, atomics_of_a_stack_are_plain)
{
	expect_proved("*(u64 *)(r10 - 8) = 4\nr1 = 3\nlock *(u64 *)(r10 - 8) += r1\nr0 = *(u64 *)(r10 - 8)\nexit",
		      "r0 = 7\nexit");
}

Test(window, ways_out_keep_their_conditions)
{
	expect_proved("r2 = *(u32 *)(r1 + 12)\nr0 = 1\nif r2 == 0 goto a\ngoto b\na: r0 = 2\nb: exit",
		      "r2 = *(u32 *)(r1 + 12)\nr0 = 1\nif r2 != 0 goto b\nr0 = 2\nb: exit");
	expect_not("r2 = *(u32 *)(r1 + 12)\nr0 = 1\nif r2 == 0 goto a\ngoto b\na: r0 = 2\nb: exit",
		   "r2 = *(u32 *)(r1 + 12)\nr0 = 1\nif r2 == 0 goto b\nr0 = 2\nb: exit");
}

Test(window, what_the_stack_holds_counts_only_when_it_is_looked_at)
{
	/* r0 <= 15 is a fact of the word; behind the loop's jump back an earlier round may have left another word there
	 */
	expect_proved(
	    "r1 = *(u32 *)(r1 + 12)\nr1 &= 15\n*(u64 *)(r10 - 8) = r1\nr0 = *(u64 *)(r10 - 8)\nif r0 > 15 goto "
	    "o\nexit\no: r0 = 3\nexit",
	    "r1 = *(u32 *)(r1 + 12)\nr1 &= 15\n*(u64 *)(r10 - 8) = r1\nr0 = *(u64 *)(r10 - 8)\nexit\nexit\no: r0 "
	    "= 3\nexit");
	expect_not(
	    "*(u64 *)(r10 - 8) = 1\nr4 = *(u64 *)(r10 - 8)\nr5 = 0\nl: r0 = 1\n*(u64 *)(r10 - 8) = r0\nr5 += 1\nif "
	    "r5 < 9 goto l\nexit",
	    "*(u64 *)(r10 - 8) = 1\nr4 = *(u64 *)(r10 - 8)\nr5 = 0\nl: r0 = *(u64 *)(r10 - 8)\n*(u64 *)(r10 - 8) = "
	    "7\nr5 += 1\nif r5 < 9 goto l\nexit");
	expect_not(
	    "*(u64 *)(r10 - 8) = 1\nr4 = *(u64 *)(r10 - 8)\nr5 = 0\nl: r0 = 1\n*(u8 *)(r10 - 8) = r0\nr5 += 1\nif "
	    "r5 < 9 goto l\nexit",
	    "*(u64 *)(r10 - 8) = 1\nr4 = *(u64 *)(r10 - 8)\nr5 = 0\nl: r0 = *(u8 *)(r10 - 8)\n*(u8 *)(r10 - 8) = "
	    "7\nr5 += 1\nif r5 < 9 goto l\nexit");
}

Test(window, flow_keys_that_were_written)
{
#define KEYS ".program p flow_dissector\nr2 = *(u64 *)(r1 + 144)\n*(u8 *)(r2 + 9) = 7\nr0 = 0\n"
#define USE "if r4 == 0 goto out\nr0 = 1" END
	expect_not(KEYS "r3 = *(u64 *)(r1 + 144)\nr4 = *(u8 *)(r3 + 9)\n" USE, KEYS "r3 = 5\nr4 = 0\n" USE);
}
