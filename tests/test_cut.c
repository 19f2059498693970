/* SPDX-License-Identifier: BSD-2-Clause */
/* Cut points: loops without a bound, and pairs that a sloppy product would prove. */
#include "checker/cut/affine.h"
#include "checker/cut/align.h"

#include <criterion/criterion.h>
#include <string.h>

static const char maps[] = ".map m hash 4 8 16\n.map n array 4 16 4\n.map e perf_event_array 4 4 0\n";

static struct object *assemble(const char *text)
{
	char whole[6000], err[256];
	struct object *o;
	snprintf(whole, sizeof whole, "%s%s", *text == '.' ? "" : maps, text);
	cr_assert_eq(object_assemble("test", whole, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

static enum verdict ask(const char *a, const char *b, unsigned attempts, struct cut_answer *out)
{
	struct object *x = assemble(a), *y = assemble(b);
	char err[200];
	enum reason why;
	const char *what;
	struct pairing maps_of;
	struct cut_points points;
	struct solver *s = solver_open("sat", (struct solver_limits){.query_ms = 3000}, err, sizeof err);
	cr_assert(s, "%s", err);
	struct cut_options o = {.solver = s, .timeout_ms = 60000, .attempts = attempts};
	cr_assert(pairing_build(x->programs[0], y->programs[0], &maps_of, &why, &what));
	cr_assert(align_find_points(x->programs[0], y->programs[0], &points));
	cut_check(x->programs[0], y->programs[0], &maps_of, &points, &o, out);
	cut_points_release(&points);
	pairing_release(&maps_of);
	solver_close(s);
	object_free(x);
	object_free(y);
	return out->verdict;
}

static void expect_proved(const char *a, const char *b)
{
	struct cut_answer out;
	cr_expect_eq(ask(a, b, 0, &out), VERDICT_PROVED, "%s\n=>\n%s\n%s at %u, %u", a, b, out.why, out.slot[0], out.slot[1]);
}

static void expect_not(const char *a, const char *b)
{
	struct cut_answer out;
	cr_expect_neq(ask(a, b, 2, &out), VERDICT_PROVED, "%s\n=>\n%s", a, b);
	cr_expect(strcmp(out.why, "the first program is not proved safe") &&
		  strcmp(out.why, "the second program is not proved safe"), "%s: %s\n%s", out.why, a, b);
}

/* r2: a number below 2^16; r6: the context */
#define BOUND "r6 = r1\nr2 = *(u32 *)(r1 + 12)\nr2 &= 0xffff\n"

Test(cut, straight)
{
	expect_proved(BOUND "r0 = r2\nr0 += 3\nr0 += 4\nexit", BOUND "r0 = r2\nr0 += 7\nexit");
	expect_not(BOUND "r0 = r2\nr0 += 3\nr0 += 4\nexit", BOUND "r0 = r2\nr0 += 8\nexit");
}

Test(cut, counting)
{
	expect_proved(BOUND "r0 = 0\nr3 = 0\nl: if r3 >= r2 goto out\nr0 += 3\nr3 += 1\ngoto l\nout: exit",
		      BOUND "r0 = 0\nr4 = 0\nl: if r4 >= r2 goto out\nr4 += 1\nr0 += 2\nr0 += 1\ngoto l\nout: exit");
	expect_not(BOUND "r0 = 0\nr3 = 0\nl: if r3 >= r2 goto out\nr0 += 3\nr3 += 1\ngoto l\nout: exit",
		   BOUND "r0 = 0\nr4 = 1\nl: if r4 > r2 goto out\nr4 += 1\nr0 += 2\ngoto l\nout: exit");
}

/* A loop of r2 rounds; r0 is the result. */
#define ROUNDS(before, body) BOUND "r0 = 0\nr3 = 0\n" before "l: if r3 >= r2 goto out\n" body "r3 += 1\ngoto l\nout: exit"
/* The same after a lookup of an element of 16 bytes, r7. */
#define ELEMENT(m) \
	BOUND "r8 = r2\n*(u32 *)(r10 - 4) = 1\nr2 = r10\nr2 += -4\nr1 = " m " ll\ncall map_lookup_elem\nif r0 == 0 goto out\n" \
	"r7 = r0\nr9 = 0\n"
#define PRINT "*(u64 *)(r10 - 24) = r4\nr4 = r10\nr4 += -24\nr1 = r6\nr2 = e ll\nr3 = 0\nr5 = 8\ncall perf_event_output\n"

Test(cut, one_trip_less)
{
	expect_not(ROUNDS("", "r0 += 3\n"), ROUNDS("r3 = 1\n", "r0 += 3\n"));
	expect_not(ROUNDS("", "r0 += 3\n"),
		   BOUND "r0 = 0\nr3 = 0\nl: if r3 > r2 goto out\nr0 += 3\nr3 += 1\ngoto l\nout: exit");
	expect_not(ROUNDS("", "r0 += 3\n"),
		   BOUND "r0 = 0\nr3 = 0\nl: if r3 >= r2 goto out\nr0 += 3\nr3 += 1\nif r3 == 900 goto out\ngoto l\nout: exit");
}

Test(cut, closed_form)
{
	expect_proved(ROUNDS("", "r0 += 3\n"), BOUND "r0 = r2\nr0 *= 3\nexit");
	expect_not(ROUNDS("", "r0 += 3\n"), BOUND "r0 = r2\nr0 *= 3\nr0 += 1\nexit");
	expect_not(ROUNDS("", "r0 += 3\n"), BOUND "r0 = r2\nr0 *= 3\nr0 &= 0x1ffff\nexit");
	expect_proved(ROUNDS("", "r0 += 3\n"), BOUND "r0 = r2\nr0 *= 3\nr0 &= 0x3ffff\nexit");
}

Test(cut, counters_that_wrap)
{
	/* 32 bits of a counter that goes on beyond them */
	expect_proved(ROUNDS("", "w0 += 0x10000\n"), ROUNDS("", "r0 += 0x10000\n"));
	expect_not(ROUNDS("", "w0 += 0x10000\n") "", ROUNDS("", "r0 += 0x20000\n"));
	expect_not(BOUND "r0 = 0\nr3 = 0\nl: if r3 >= r2 goto out\nw0 += 0x20000\nr3 += 1\ngoto l\nout: r0 >>= 20\nexit",
		   BOUND "r0 = 0\nr3 = 0\nl: if r3 >= r2 goto out\nr0 += 0x20000\nr3 += 1\ngoto l\nout: r0 >>= 20\nexit");
}

Test(cut, unknown_ends)
{
	/* a holds on entry and is kept by all but one way through the loop */
	expect_not(ROUNDS("r5 = 7\n", "r0 += r5\n"), ROUNDS("r5 = 7\n", "r0 += r5\nif r3 != 50 goto k\nr5 = 8\nk: "));
	expect_proved(ROUNDS("r5 = 7\n", "r0 += r5\n"), ROUNDS("r5 = 7\n", "r0 += r5\nif r3 != 70000 goto k\nr5 = 8\nk: "));
	/* the last round only */
	expect_not(ROUNDS("", "r0 += 3\n"),
		   ROUNDS("", "r0 += 3\nr4 = r3\nr4 += 1\nif r4 != r2 goto k\nr0 += 1\nk: "));
}

Test(cut, two_loops)
{
	expect_proved(BOUND "r0 = 0\nr3 = 0\nl: if r3 >= r2 goto m\nr0 += 3\nr3 += 1\ngoto l\n"
			    "m: r3 = 0\nn: if r3 >= r2 goto out\nr0 ^= r3\nr3 += 1\ngoto n\nout: exit",
		      BOUND "r0 = r2\nr0 *= 3\nr3 = 0\nn: if r3 >= r2 goto out\nr0 ^= r3\nr3 += 1\ngoto n\nout: exit");
	expect_not(BOUND "r0 = 0\nr3 = 0\nl: if r3 >= r2 goto m\nr0 += 3\nr3 += 1\ngoto l\n"
			 "m: r3 = 0\nn: if r3 >= r2 goto out\nr0 ^= r3\nr3 += 1\ngoto n\nout: exit",
		   BOUND "r0 = r2\nr0 *= 5\nr3 = 0\nn: if r3 >= r2 goto out\nr0 ^= r3\nr3 += 1\ngoto n\nout: exit");
}

Test(cut, maps_at_the_end_of_each_round)
{
#define STORE(body) ELEMENT("n") "l: if r9 >= r8 goto done\n" body "r9 += 1\ngoto l\ndone: r0 = 0\nout: exit"
	expect_proved(STORE("*(u64 *)(r7 + 0) = r9\n"), STORE("r4 = r9\n*(u64 *)(r7 + 0) = r4\n"));
	expect_not(STORE("*(u64 *)(r7 + 0) = r9\n"), STORE("*(u32 *)(r7 + 0) = r9\n"));
	expect_not(STORE("*(u64 *)(r7 + 0) = r9\n"), STORE("*(u64 *)(r7 + 8) = r9\n"));
	/* all rounds but the last */
	expect_not(STORE("*(u64 *)(r7 + 0) = r9\n"),
		   STORE("r4 = r9\nr4 += 1\nif r4 == r8 goto k\n*(u64 *)(r7 + 0) = r9\nk: "));
	/* unequal at each cut, and equal at the end: one that a product of steps can't show, but must not refute either */
	expect_not(STORE("*(u64 *)(r7 + 0) = 0\n*(u64 *)(r7 + 0) = r9\n"), STORE("*(u64 *)(r7 + 0) = 1\n"));
}

Test(cut, events_in_order)
{
#define EVENTS(body) BOUND "r8 = r2\nr9 = 0\nl: if r9 >= r8 goto out\n" body "r9 += 1\ngoto l\nout: r0 = 0\nexit"
	expect_proved(EVENTS("r4 = r9\n" PRINT), EVENTS("r4 = r9\nr4 += 1\nr4 -= 1\n" PRINT));
	expect_not(EVENTS("r4 = r9\n" PRINT), EVENTS("r4 = r9\nr4 += 1\n" PRINT));
	expect_not(EVENTS("r4 = 1\n" PRINT "r4 = 2\n" PRINT), EVENTS("r4 = 2\n" PRINT "r4 = 1\n" PRINT));
	/* the same two in turns, but begun with the other */
	expect_not(BOUND "r8 = r2\nr9 = 0\nr4 = 1\n" PRINT "l: if r9 >= r8 goto out\nr4 = 2\n" PRINT "r4 = 1\n" PRINT
			 "r9 += 1\ngoto l\nout: r0 = 0\nexit",
		   BOUND "r8 = r2\nr9 = 0\nr4 = 2\n" PRINT "l: if r9 >= r8 goto out\nr4 = 1\n" PRINT "r4 = 2\n" PRINT
			 "r9 += 1\ngoto l\nout: r0 = 0\nexit");
	/* one more, or one less, in the last round */
	expect_not(EVENTS("r4 = 1\n" PRINT), BOUND "r8 = r2\nr9 = 0\nl: if r9 >= r8 goto out\nr4 = 1\n" PRINT
						   "r9 += 1\ngoto l\nout: r4 = 1\n" PRINT "r0 = 0\nexit");
	/* a loop of events that the other program has at once: only one waits */
	expect_not(EVENTS("r4 = 1\n" PRINT), BOUND "r0 = 0\nexit");
}

Test(cut, bytes_of_an_earlier_round)
{
#define KEPT(body) BOUND "r0 = 0\nr3 = 0\n*(u64 *)(r10 - 8) = 0\nl: if r3 >= r2 goto out\n" body "r3 += 1\ngoto l\nout: exit"
	expect_proved(KEPT("*(u64 *)(r10 - 8) = r3\nr4 = *(u64 *)(r10 - 8)\nr0 ^= r4\n"), KEPT("r0 ^= r3\n"));
	expect_not(KEPT("*(u64 *)(r10 - 8) = r3\nr4 = *(u64 *)(r10 - 8)\nr0 ^= r4\n"),
		   KEPT("r4 = *(u64 *)(r10 - 8)\nr0 ^= r4\n*(u64 *)(r10 - 8) = r3\n"));
	expect_not(KEPT("*(u64 *)(r10 - 8) = r3\nr4 = *(u64 *)(r10 - 8)\nr0 ^= r4\n"),
		   KEPT("*(u8 *)(r10 - 8) = r3\nr4 = *(u64 *)(r10 - 8)\nr0 ^= r4\n"));
	/* halves that one side has in one word */
	expect_proved(KEPT("r4 = *(u32 *)(r10 - 8)\nr5 = *(u32 *)(r10 - 4)\nr4 += 1\nr5 += 2\n*(u32 *)(r10 - 8) = r4\n"
			   "*(u32 *)(r10 - 4) = r5\nr0 ^= r5\n"),
		      KEPT("r4 = *(u32 *)(r10 - 8)\nw4 += 1\n*(u32 *)(r10 - 8) = r4\nr5 = *(u32 *)(r10 - 4)\nw5 += 2\n"
			   "*(u32 *)(r10 - 4) = r5\nr0 ^= r5\n"));
}

#define FRAME "r6 = *(u32 *)(r1 + 0)\nr7 = *(u32 *)(r1 + 4)\nr0 = 0\n"
Test(cut, places_in_the_packet)
{
	/* r8: a pointer that goes on through the packet, against an offset */
#define ALONG(from, body) FRAME "r8 = r6\nr8 += " from "\nl: r4 = r8\nr4 += 1\nif r4 > r7 goto out\n" body "r8 = r4\ngoto l\nout: exit"
	expect_proved(ALONG("4", "r5 = *(u8 *)(r8 + 0)\nr0 += r5\n"), ALONG("4", "r5 = *(u8 *)(r4 - 1)\nr0 += r5\n"));
	expect_not(ALONG("4", "r5 = *(u8 *)(r8 + 0)\nr0 += r5\n"), ALONG("5", "r5 = *(u8 *)(r8 + 0)\nr0 += r5\n"));
	expect_not(ALONG("4", "r5 = *(u8 *)(r8 + 0)\nr0 += r5\n"), ALONG("4", "r5 = *(u8 *)(r8 - 1)\nr0 += r5\n"));
	expect_proved(ALONG("4", "*(u8 *)(r8 + 0) = 9\n"), ALONG("4", "*(u8 *)(r4 - 1) = 9\n"));
	expect_not(ALONG("4", "*(u8 *)(r8 + 0) = 9\n"), ALONG("4", "*(u8 *)(r8 + 0) = 9\n*(u8 *)(r6 + 0) = 9\n"));
}

Test(cut, ends_early)
{
	expect_not(ALONG("4", "r5 = *(u8 *)(r8 + 0)\nr0 += r5\n"),
		   ALONG("4", "r5 = *(u8 *)(r8 + 0)\nr0 += r5\nif r5 == 77 goto out\n"));
	expect_not(ALONG("4", "r5 = *(u8 *)(r8 + 0)\nr0 += r5\nif r5 == 77 goto out\n"),
		   ALONG("4", "r5 = *(u8 *)(r8 + 0)\nif r5 == 77 goto out\nr0 += r5\n"));
	expect_proved(ALONG("4", "r5 = *(u8 *)(r8 + 0)\nr0 += r5\nif r5 == 77 goto out\n"),
		      ALONG("4", "r5 = *(u8 *)(r8 + 0)\nr0 += r5\nr5 ^= 77\nif r5 == 0 goto out\n"));
}

Test(cut, elements_of_maps)
{
	/* which of two elements a pointer leads to */
#define TWO(one, other)                                                                                           \
	BOUND "r8 = r2\nr9 = 0\n*(u32 *)(r10 - 4) = 1\nr2 = r10\nr2 += -4\nr1 = n ll\ncall map_lookup_elem\n"       \
	      "if r0 == 0 goto out\n*(u64 *)(r10 - 16) = r0\n*(u32 *)(r10 - 4) = 2\nr2 = r10\nr2 += -4\nr1 = n ll\n" \
	      "call map_lookup_elem\nif r0 == 0 goto out\nr7 = *(u64 *)(r10 - 16)\nr6 = r0\nl: if r9 >= r8 goto done\n" \
	      "*(u64 *)(" one " + 0) = r9\n*(u64 *)(" other " + 8) = r8\nr9 += 1\ngoto l\ndone: r0 = 0\nout: exit"
	expect_proved(TWO("r6", "r7"), TWO("r6", "r7"));
	expect_not(TWO("r6", "r7"), TWO("r7", "r6"));
	expect_not(TWO("r6", "r7"), TWO("r7", "r7"));
}

Test(cut, calls_that_see_what_is_common)
{
#define CALLS(body) ELEMENT("n") "l: if r9 >= r8 goto done\n" body "r9 += 1\ngoto l\ndone: r0 = 0\nout: exit"
	expect_proved(CALLS("*(u64 *)(r7 + 0) = r9\nr4 = 3\n" PRINT), CALLS("r4 = r9\n*(u64 *)(r7 + 0) = r4\nr4 = 3\n" PRINT));
	expect_not(CALLS("*(u64 *)(r7 + 0) = r9\ncall get_prandom_u32\n*(u64 *)(r7 + 8) = r0\n"),
		   CALLS("*(u64 *)(r7 + 0) = r9\ncall get_prandom_u32\ncall get_prandom_u32\n*(u64 *)(r7 + 8) = r0\n"));
	expect_proved(CALLS("*(u64 *)(r7 + 0) = r9\ncall get_prandom_u32\n*(u64 *)(r7 + 8) = r0\n"),
		      CALLS("call get_prandom_u32\n*(u64 *)(r7 + 8) = r0\n*(u64 *)(r7 + 0) = r9\n"));
}

/* r6 rounds of one step, or two at once; even: what makes r6 so */
#define STEPS(even, by, body)                                                                                      \
	BOUND "r6 = r2\n" even "r7 = *(u32 *)(r1 + 16)\nr0 = 0\nr3 = 0\nl: if r3 >= r6 goto out\n" body "r3 += " by   \
	      "\ngoto l\nout: exit"
#define STEP "r0 <<= 1\nr0 ^= r7\n"
Test(cut, rounds_of_one_for_one_of_the_other)
{
	expect_proved(STEPS("r6 &= 0xfffe\n", "1", STEP), STEPS("r6 &= 0xfffe\n", "2", STEP STEP));
	expect_proved(STEPS("r6 &= 0xfffe\n", "2", STEP STEP), STEPS("r6 &= 0xfffe\n", "1", STEP));
	expect_not(STEPS("", "1", STEP), STEPS("", "2", STEP STEP));
	expect_not(STEPS("r6 &= 0xfffe\n", "1", STEP), STEPS("r6 &= 0xfffe\n", "2", STEP STEP STEP));
	expect_proved(STEPS("r6 &= 0xfffc\n", "1", STEP), STEPS("r6 &= 0xfffc\n", "4", STEP STEP STEP STEP));
	expect_not(STEPS("r6 &= 0xfffe\n", "1", STEP), STEPS("r6 &= 0xfffe\n", "4", STEP STEP STEP STEP));
}

Test(cut, first_round_peeled)
{
	expect_proved(STEPS("", "1", STEP), BOUND "r6 = r2\nr7 = *(u32 *)(r1 + 16)\nr0 = 0\nr3 = 0\nif r3 >= r6 goto out\n" STEP
						  "r3 += 1\nl: if r3 >= r6 goto out\n" STEP "r3 += 1\ngoto l\nout: exit");
	expect_not(STEPS("", "1", STEP), BOUND "r6 = r2\nr7 = *(u32 *)(r1 + 16)\nr0 = 0\nr3 = 0\n" STEP
					       "r3 += 1\nl: if r3 >= r6 goto out\n" STEP "r3 += 1\ngoto l\nout: exit");
}

/* A helper that writes a part of its buffer: what it leaves counts as written for the prover of safety. */
Test(cut, bytes_that_a_helper_leaves)
{
#define STRING(first)                                                                                              \
	".program p kprobe/f\nr6 = *(u64 *)(r1 + 112)\n" first "r1 = r10\nr1 += -8\nr2 = 8\nr3 = r6\n"                  \
	"call probe_read_kernel_str\nr3 = 0\nl: if r3 >= 9 goto out\nr3 += 1\ngoto l\nout: r0 = *(u8 *)(r10 - 1)\nexit"
	expect_proved(STRING("*(u64 *)(r10 - 8) = 0\n"), STRING("r2 = 0\n*(u64 *)(r10 - 8) = r2\n"));
	expect_not(STRING("*(u64 *)(r10 - 8) = 0\n"), STRING(""));
	expect_not(STRING("*(u64 *)(r10 - 8) = 0\n"), STRING("*(u32 *)(r10 - 8) = 0\n"));
}

/* Both bounds of a packet that isn't there are NULL. */
Test(cut, no_packet)
{
#define WAIT "r9 = 3\nl: r9 += -1\nif r9 != 0 goto l\n"
	static const char head[] = ".program p sockops\nr2 = *(u64 *)(r1 + 192)\n" WAIT "r0 = 0\nif r2 == 0 goto o\nr0 = 1\no: exit";
	expect_proved(head, head);
	expect_not(head, ".program p sockops\n" WAIT "r0 = 1\nexit");
}

/* A lookup more keeps its key for longer, so that another one may be gone. */
Test(cut, evictions)
{
#define KEY(k, call) "*(u32 *)(r10 - 4) = " k "\nr1 = l ll\nr2 = r10\nr2 += -4\n" call
#define INSERT KEY("3", "r3 = r10\nr3 += -16\nr4 = 0\ncall map_update_elem\n")
#define EVICT(first) \
	".program p xdp\n.map l lru_hash 4 8 16\n*(u64 *)(r10 - 16) = 1\n" first INSERT "r9 = 3\nl: r9 += -1\n" \
	"if r9 != 0 goto l\n" KEY("2", "call map_lookup_elem\nif r0 == 0 goto o\nr0 = 1\no: exit")
	expect_not(EVICT(""), EVICT(KEY("1", "call map_lookup_elem\n")));
}

Test(cut, nothing_is_proved_of_an_unsafe_program)
{
	struct cut_answer out;
	cr_expect_neq(ask(BOUND "r0 = r5\nexit", BOUND "r0 = r5\nexit", 0, &out), VERDICT_PROVED);
	cr_expect_neq(ask(BOUND "r0 = 1\nexit", BOUND "l: goto l\nexit", 0, &out), VERDICT_PROVED);
}

Test(cut, sets_of_vectors)
{
	struct affine a;
	affine_init(&a, 3);
	cr_expect(affine_add(&a, (uint64_t[]){5, 0, 1}));
	cr_expect(affine_add(&a, (uint64_t[]){6, 3, 1}));
	cr_expect_eq(affine_relations(&a), 2);
	cr_expect_not(affine_add(&a, (uint64_t[]){4, -3ull, 1}));
	cr_expect(affine_add(&a, (uint64_t[]){5, 1ull << 32, 1}));
	cr_expect_not(affine_add(&a, (uint64_t[]){7, 6 + (5ull << 32), 1})); /* equal in the low half */
	cr_expect_eq(affine_relations(&a), 1);
	cr_expect(affine_add(&a, (uint64_t[]){5, 1ull << 31, 1}));
	cr_expect_not(affine_add(&a, (uint64_t[]){5, 1ull << 32, 1}));
	affine_release(&a);
}

/* What remains of a direction when a power of two takes its first word away. */
Test(cut, directions_that_wrap)
{
	struct affine a;
	affine_init(&a, 2);
	affine_add(&a, (uint64_t[]){0, 0});
	affine_add(&a, (uint64_t[]){1ull << 63, 1});
	cr_expect_not(affine_add(&a, (uint64_t[]){0, 2}));
	cr_expect(affine_add(&a, (uint64_t[]){0, 1}));
	affine_release(&a);
}
