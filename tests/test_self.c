/* SPDX-License-Identifier: BSD-2-Clause */
/* A program against itself: the second run makes the terms of the first, and leaves nothing to a solver. */
#include "encode/machine/machine.h"
#include "encode/object/program.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PARTS 80

struct text {
	char at[1 << 18];
	size_t n;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	t->n += (size_t)vsnprintf(t->at + t->n, sizeof t->at - t->n, fmt, ap);
	va_end(ap);
	cr_assert_lt(t->n, sizeof t->at);
}

/* Parts that each look into the packet and into a map at what was summed up so far: long enough for the rewriter's
 * limits, behind which a term depends on what was made before. */
static void write_program(struct text *t)
{
	add(t, ".program p xdp\n.map a ARRAY 4 64 4\nr6 = r1\nr7 = *(u32 *)(r1 + 0)\nr8 = *(u32 *)(r1 + 4)\nr9 = 0\n");
	for (int i = 0; i < PARTS; i++) {
		add(t, "r2 = r7\nr2 += %d\nr2 += r9\nif r2 > r8 goto x%d\n", 14 + i % 9 * 2, i);
		add(t, "r3 = *(u8 *)(r7 + %d)\nr3 &= 15\nif r3 == %d goto n%d\nr9 += r3\nr9 &= 255\n", i % 13, i % 11,
		    i);
		add(t, "*(u32 *)(r10 - 4) = r3\nr1 = a ll\nr2 = r10\nr2 += -4\ncall map_lookup_elem\n");
		add(t, "if r0 == 0 goto n%d\nr3 = *(u8 *)(r0 + %d)\n*(u8 *)(r0 + 3) = r9\nr9 += r3\nr9 &= 127\n", i,
		    i % 7);
		add(t, "n%d: r9 ^= %d\nx%d: r9 += 1\n", i, i, i);
	}
	add(t, "r0 = r9\nexit\n");
}

static struct run *execute(struct world *w, const struct program *p)
{
	static const uint32_t numbers[1];
	struct run *r = run_new(w, p, numbers);
	run_execute(r);
	cr_assert_eq(run_end(r), REASON_NONE);
	return r;
}

Test(self, the_second_run_makes_no_terms)
{
	static struct text text;
	struct object *o;
	char err[300] = "";
	write_program(&text);
	cr_assert_eq(object_assemble("self", text.at, &o, err, sizeof err), OBJECT_OK, "%s", err);
	const struct map *map = &o->maps[0];
	struct term_pool *p = term_new_pool();
	struct world *w = world_new(p, PROGTYPE_XDP, &map, 1);
	struct run *a = execute(w, o->programs[0]);
	size_t n = term_count(p);
	struct run *b = execute(w, o->programs[0]);
	cr_expect_eq(term_count(p), n, "%zu terms, then %zu", n, term_count(p));
	cr_assert_eq(a->n_faults, b->n_faults);
	for (size_t i = 0; i < a->n_faults; i++)
		cr_expect_eq(a->faults[i].guard, b->faults[i].guard, "fault %zu", i);
	cr_expect_eq(value_word(w, &a->final->regs[0]), value_word(w, &b->final->regs[0]));
	run_free(a);
	run_free(b);
	world_free(w);
	term_free_pool(p);
	object_free(o);
}
