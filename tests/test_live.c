/* SPDX-License-Identifier: BSD-2-Clause */
/* What is dead may hold anything: what the run shows stays the same. What nobody reads is dead. */
#include "checker/exec/machine.h"
#include "checker/window/live.h"
#include "tests/attack_base.h"
#include "tests/random.h"
#include "tests/random_program.h"
#include "tests/random_relation.h"
#include "tests/window_fixture.h"

#include <stdlib.h>
#include <string.h>

struct lives {
	struct known k;
	struct live *live;
};

static struct lives lives_new(const char *text)
{
	struct lives l = {.k = known_new(text)};
	l.live = live_new(l.k.p, l.k.facts);
	return l;
}

static void lives_free(struct lives *l)
{
	live_free(l->live);
	known_free(&l->k);
}

/* How many of `size` bytes at r10 + off are live before a slot. */
static unsigned count(const struct live *l, uint32_t slot, int off, unsigned size)
{
	unsigned n = 0;
	for (unsigned i = (unsigned)(STACK_BYTES + off); size--; i++)
		n += l->at[slot].stack[i / 64] >> i % 64 & 1;
	return n;
}

/* Bytes at r10 - 8 that are live behind a store, which is at a slot. */
static void expect_at(const char *text, uint32_t slot, int off, unsigned size, unsigned live)
{
	struct lives l = lives_new(text);
	unsigned n = count(l.live, slot, off, size);
	cr_expect_eq(n, live, "%u live bytes before slot %u of\n%s", n, slot, text);
	lives_free(&l);
}

Test(live, a_store_that_nobody_reads)
{
	expect_at("r1 = 1\n*(u64 *)(r10 - 8) = r1\nr0 = 0\nexit", 2, -512, 512, 0);
}

Test(live, a_store_that_is_read_later)
{
	expect_at("r1 = 1\n*(u64 *)(r10 - 8) = r1\nr0 = *(u32 *)(r10 - 8)\nexit", 2, -8, 8, 4);
	expect_at("r1 = 1\n*(u64 *)(r10 - 8) = r1\nr0 = *(u32 *)(r10 - 8)\nexit", 1, -512, 512, 0);
	expect_at("r1 = 1\n*(u64 *)(r10 - 8) = r1\n*(u16 *)(r10 - 8) = r1\nr0 = *(u64 *)(r10 - 8)\nexit", 2, -8, 8, 6);
}

Test(live, helpers_read_what_their_rows_say)
{
#define KEY                                                                                        \
	".map m hash 4 8 16\nr1 = 0\n*(u64 *)(r10 - 8) = r1\nr2 = r10\nr2 += -8\nr1 = map[m] ll\n" \
	"call map_lookup_elem\nr0 = 0\nexit"
	expect_at(KEY, 2, -16, 16, 8); /* whole words */
	expect_at(KEY, 7, -512, 512, 0);
#define UPDATE                                                                                                    \
	".map m array 4 16 4\nr1 = 0\n*(u32 *)(r10 - 4) = r1\n*(u64 *)(r10 - 24) = r1\n*(u64 *)(r10 - 16) = r1\n" \
	"r2 = r10\nr2 += -4\nr3 = r10\nr3 += -24\nr4 = 0\nr1 = map[m] ll\ncall map_update_elem\nr0 = 0\nexit"
	expect_at(UPDATE, 4, -24, 16, 16);
	expect_at(UPDATE, 4, -4, 4, 4);
}

#define OUTPUT(size)                                                                                                \
	".map e perf_event_array 4 4 0\nr6 = *(u32 *)(r1 + 16)\nr6 &= 7\nr6 += 1\nr2 = 0\n*(u64 *)(r10 - 8) = r2\n" \
	"*(u64 *)(r10 - 16) = r2\nr2 = map[e] ll\nr3 = 0\nr4 = r10\nr4 += -16\nr5 = " size                          \
	"\ncall perf_event_output\nr0 = 0\nexit"

Test(live, memory_of_a_size)
{
	expect_at(OUTPUT("12"), 6, -16, 16, 12);
	expect_at(OUTPUT("r6"), 6, -16, 16, 8);
}

/* What a call lost counts as 0 where a format's argument may be left out; what a way left there may be an address. */
Test(live, arguments_that_were_never_written)
{
#define PRINT(before)                                            \
	"*(u64 *)(r10 - 16) = 0\n*(u64 *)(r10 - 8) = 0\n" before \
	"call ktime_get_ns\nr1 = r10\nr1 += -8\nr2 = 5\nr3 = 0\n"
	expect_at(PRINT("r5 = r10\n") "call trace_printk\nr0 = 0\nexit", 3, -16, 16, 5);
	expect_at(
	    PRINT("r0 = 0\n") "r4 = r10\nr4 += -16\nif r0 == 7 goto on\nr4 = 0\non: call trace_printk\nr0 = 0\nexit", 3,
	    -16, 16, 16);
}

Test(live, what_a_helper_writes_is_neither_read_nor_dead)
{
	const char *text = ".program p socket\nr6 = r1\nr2 = 0\n*(u64 *)(r10 - 8) = r2\nr3 = r10\nr3 += -8\nr4 = 4\n"
			   "call skb_load_bytes\nr0 = *(u32 *)(r10 - 8)\nexit";
	expect_at(text, 3, -8, 8, 4);
	expect_at(text, 7, -8, 8, 4);
}

Test(live, loads_at_an_offset_that_varies)
{
	const char *text = "r2 = *(u32 *)(r1 + 16)\nr2 &= 8\nr3 = 1\n*(u64 *)(r10 - 8) = r3\n*(u64 *)(r10 - 16) = r3\n"
			   "*(u64 *)(r10 - 24) = r3\nr4 = r10\nr4 += -16\nr4 += r2\nr0 = *(u64 *)(r4 + 0)\nexit";
	expect_at(text, 6, -16, 16, 16);
	expect_at(text, 6, -24, 8, 0);
}

/* A store that may go elsewhere leaves what it may have hit alive. */
Test(live, stores_through_two_targets_kill_nothing)
{
	const char *text = "r2 = *(u32 *)(r1 + 16)\nr3 = r10\nr3 += -8\nr4 = 1\n*(u64 *)(r10 - 8) = r4\n"
			   "*(u64 *)(r10 - 16) = r4\nif r2 == 7 goto out\nr3 += -8\nout: *(u64 *)(r3 + 0) = r4\n"
			   "r0 = *(u64 *)(r10 - 8)\nr1 = *(u64 *)(r10 - 16)\nr0 += r1\nexit";
	expect_at(text, 8, -16, 16, 16);
	expect_at(text, 4, -16, 16, 0);
}

Test(live, atomics_read)
{
	expect_at("r1 = 1\n*(u64 *)(r10 - 8) = r1\nlock *(u64 *)(r10 - 8) += r1\nr0 = 0\nexit", 2, -8, 8, 8);
}

Test(live, pointers_that_were_spilled)
{
	const char *text = "r1 = 1\n*(u64 *)(r10 - 8) = r1\n*(u64 *)(r10 - 16) = r1\nr2 = r10\nr2 += -8\n"
			   "*(u64 *)(r10 - 24) = r2\nr3 = *(u64 *)(r10 - 24)\nr0 = *(u64 *)(r3 + 0)\nexit";
	expect_at(text, 5, -16, 16, 8);
	expect_at(text, 6, -24, 24, 16);
}

/* Stack or context: only by the way that was taken. */
Test(live, bases_of_unknown_kind_read_all)
{
	const char *text = "r2 = *(u32 *)(r1 + 16)\nr3 = r10\nr3 += -8\nr4 = 1\n*(u64 *)(r10 - 8) = r4\n"
			   "*(u64 *)(r10 - 16) = r4\nif r2 == 7 goto out\nr3 = r1\nout: r0 = *(u32 *)(r3 + 0)\nexit";
	expect_at(text, 6, -16, 16, 16);
}

Test(live, functions_read_what_they_are_given)
{
	expect_at("r1 = 1\n*(u64 *)(r10 - 8) = r1\n*(u64 *)(r10 - 16) = r1\nr1 = r10\nr1 += -16\ncall f\nr0 = 0\nexit\n"
		  "f: r0 = *(u64 *)(r1 + 8)\nexit",
		  5, -16, 16, 16);
	expect_at("r1 = 1\n*(u64 *)(r10 - 8) = r1\n*(u64 *)(r10 - 16) = r1\nr1 = 5\ncall f\nr0 = 0\nexit\n"
		  "f: r0 = r1\nexit",
		  4, -512, 512, 0);
}

/* f's frame is known to g by way of main's. */
Test(live, frames_that_were_shown_to_a_caller)
{
	const char *text = "r1 = r10\nr1 += -8\ncall f\nr0 = 0\nexit\n"
			   "f: r6 = r1\nr2 = r10\nr2 += -8\nr3 = 7\n*(u64 *)(r10 - 8) = r3\n*(u64 *)(r1 + 0) = r2\n"
			   "call g\nr1 = 0\n*(u64 *)(r6 + 0) = r1\nexit\n"
			   "g: r2 = *(u64 *)(r1 + 0)\nr0 = *(u64 *)(r2 + 0)\nexit";
	expect_at(text, 10, -8, 8, 8);
	expect_at(text, 12, -8, 8, 0);
}

Test(live, callbacks_read_what_they_are_given)
{
	expect_at("r1 = 1\n*(u64 *)(r10 - 8) = r1\nr1 = 3\nr2 = f ll\nr3 = r10\nr3 += -8\nr4 = 0\ncall loop\nr0 = 0\n"
		  "exit\nf: r0 = *(u64 *)(r2 + 0)\nr0 = 0\nexit",
		  2, -8, 8, 8);
	expect_at("r1 = 1\n*(u64 *)(r10 - 8) = r1\nr1 = 3\nr2 = f ll\nr3 = 0\nr4 = 0\ncall loop\nr0 = 0\n"
		  "exit\nf: r0 = 0\nexit",
		  2, -8, 8, 0);
}

Test(live, loops_carry_it_round)
{
	const char *text = "r1 = 0\nr2 = 0\n*(u64 *)(r10 - 8) = r1\nagain: r0 = *(u64 *)(r10 - 8)\nr0 += 1\n"
			   "*(u64 *)(r10 - 8) = r0\nr2 += 1\nif r2 < 10 goto again\nr0 = 0\nexit";
	expect_at(text, 6, -8, 8, 8);
	expect_at(text, 5, -8, 8, 0);
	expect_at(text, 8, -8, 8, 0);
}

Test(live, without_facts_all_is)
{
	struct known k = known_new("r0 = 0\nexit");
	struct live *l = live_new(k.p, NULL);
	cr_expect_eq(count(l, 0, -512, 512), 512);
	live_free(l);
	known_free(&k);
}

/* What is dead gets other contents before each instruction, and the run has to show the same. */
struct spoiler {
	const struct live *live;
	struct random random;
};

static void spoil_frame(struct spoiler *s, struct stack_memory *stack, const uint64_t *live)
{
	for (unsigned i = 0; i < STACK_BYTES; i++) {
		if (live[i / 64] >> i % 64 & 1)
			continue;
		stack->bytes[i] = (uint8_t)random_draw(&s->random);
		stack->spill[i / 8] = 0;
	}
}

static void spoil(void *arg, const struct machine *seen)
{
	struct spoiler *s = arg;
	struct machine *m = (struct machine *)(uintptr_t)seen;
	const struct live_at *at = &s->live->at[m->pc];
	for (unsigned i = 0; i < 10; i++)
		if (!(at->regs >> i & 1))
			m->r[i] = (struct value){random_draw(&s->random), 0};
	spoil_frame(s, m->regions[m->frames[m->depth].region].stack, at->stack);
}

static void run(const struct program *p, const struct input *in, struct spoiler *s, struct exec_outcome *out)
{
	struct exec_options e = {.max_steps = 3000, .watch = s ? spoil : NULL, .watch_arg = s};
	exec_run(p, in, &e, out);
}

/* Returns how many runs came to an end. */
static unsigned expect_dead(const struct program *p, const char *name, uint64_t seed, unsigned inputs)
{
	struct safety_options o = {.privileged = true, .no_search = true, .max_steps = 6000};
	struct safety_result r;
	struct facts *facts = facts_new(p, &o, &r);
	struct live *live = facts ? live_new(p, facts) : NULL;
	unsigned ended = 0;
	safety_release(&r);
	for (unsigned i = 0; facts && i < inputs; i++) {
		struct spoiler s = {live, {seed * 77 + i}};
		struct exec_outcome x, y;
		char what[200] = "";
		struct input *in = random_program_input(p, i % RANDOM_INPUTS, seed + i / RANDOM_INPUTS);
		run(p, in, NULL, &x);
		run(p, in, &s, &y);
		bool over = x.end == EXEC_EXIT || x.end == EXEC_TAIL_CALL;
		ended += over;
		cr_expect(!over || (x.end == y.end && !exec_differ(p, &x, &y, what, sizeof what)),
			  "%s, seed %llu: %s%s", name, (unsigned long long)seed, what, y.what);
		exec_release(&x);
		exec_release(&y);
		input_free(in);
	}
	live_free(live);
	facts_free(facts);
	return ended;
}

static unsigned rounds(unsigned n)
{
	const char *more = getenv("LIVE_ROUNDS");
	return more ? (unsigned)atoi(more) : n;
}

Test(live, random_programs)
{
	struct attack_bases none = {0};
	unsigned ended = 0, n = rounds(400);
	for (uint64_t seed = 1; seed <= n; seed++) {
		struct attack_program a;
		if (!attack_make(&none, seed, &a))
			continue;
		ended += expect_dead(&a.program, a.name, seed, 16);
		attack_release(&a);
	}
	cr_expect_gt(ended, n);
}

static unsigned expect_text(const char *text, uint64_t seed)
{
	struct object *o;
	char err[300] = "";
	cr_assert_eq(object_assemble("r", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	unsigned ended = expect_dead(o->programs[0], "text", seed, 16);
	object_free(o);
	return ended;
}

Test(live, random_careful_programs)
{
	unsigned ended = 0, n = rounds(400);
	for (uint64_t seed = 1; seed <= n; seed++)
		ended += expect_text(random_program_text(RANDOM_CAREFUL, seed), seed);
	cr_expect_gt(ended, n);
}

Test(live, random_relations)
{
	unsigned ended = 0, n = rounds(400);
	for (uint64_t seed = 1; seed <= n; seed++)
		ended += expect_text(random_relation_text(seed), seed);
	cr_expect_gt(ended, n);
}
