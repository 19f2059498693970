/* SPDX-License-Identifier: BSD-2-Clause */
/* Cut points: loops without a bound, and pairs that a sloppy product would prove. */
#include "checker/cut/align.h"

#include <criterion/criterion.h>
#include <string.h>

static const char maps[] = ".map m hash 4 8 16\n.map n array 4 8 4\n.map e perf_event_array 4 4 0\n";

static struct object *assemble(const char *text)
{
	char whole[6000], err[256];
	struct object *o;
	snprintf(whole, sizeof whole, "%s%s", maps, text);
	cr_assert_eq(object_assemble("test", whole, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

static enum verdict ask(const char *a, const char *b, struct cut_answer *out)
{
	struct object *x = assemble(a), *y = assemble(b);
	char err[200];
	enum reason why;
	const char *what;
	struct pairing maps_of;
	struct cut_points points;
	struct solver *s = solver_open("sat", (struct solver_limits){.query_ms = 3000}, err, sizeof err);
	cr_assert(s, "%s", err);
	struct cut_options o = {.solver = s, .timeout_ms = 20000};
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
	cr_expect_eq(ask(a, b, &out), VERDICT_PROVED, "%s\n=>\n%s\n%s at %u, %u", a, b, out.why, out.slot[0], out.slot[1]);
}

static void expect_not(const char *a, const char *b)
{
	struct cut_answer out;
	cr_expect_neq(ask(a, b, &out), VERDICT_PROVED, "%s\n=>\n%s", a, b);
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

Test(cut, one_trip_less)
{
	expect_not(BOUND "r0 = 0\nr3 = 0\nl: if r3 >= r2 goto out\nr0 += 3\nr3 += 1\ngoto l\nout: exit",
		   BOUND "r0 = 0\nr3 = 1\nl: if r3 >= r2 goto out\nr0 += 3\nr3 += 1\ngoto l\nout: exit");
}

Test(cut, closed_form)
{
	expect_proved(BOUND "r0 = 0\nr3 = 0\nl: if r3 >= r2 goto out\nr0 += 3\nr3 += 1\ngoto l\nout: exit",
		      BOUND "r0 = r2\nr0 *= 3\nexit");
}
