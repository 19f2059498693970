/* SPDX-License-Identifier: BSD-2-Clause */
/* What proposers of small changes offer, as text: each case is a program, a proposer and one of its offers. */
#include "synth/propose/propose.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define OFFERS 64

struct offers {
	char *text[OFFERS];
	size_t n;
};

static char *text_of(const struct program *p)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	for (size_t i = 0; f && i < p->n; i++) {
		char line[128];
		if (p->insns[i].op == ISA_WIDE_TAIL)
			continue;
		insn_print(&p->insns[i], line, sizeof line);
		fprintf(f, "%s\n", line);
	}
	if (!f || fclose(f))
		abort();
	return text;
}

/* Nothing is adopted, so that a proposer shows all it has. */
static bool collect(const struct scene *s, struct draft *d, const char *what)
{
	struct offers *o = s->engine;
	struct version v;
	cr_assert(*what);
	draft_sweep(d);
	bool built = draft_build(d, &v);
	draft_free(d);
	if (!built)
		return true;
	cr_assert_lt(o->n, (size_t)OFFERS);
	o->text[o->n++] = text_of(v.p);
	version_release(&v);
	return true;
}

static bool everywhere(const struct scene *s, uint32_t slot)
{
	return slot < s->p->n;
}

static const struct proposer *find(const char *name)
{
	for (size_t i = 0; i < n_proposers; i++)
		if (!strcmp(proposers[i].name, name))
			return &proposers[i];
	cr_assert_fail("no proposer %s", name);
	abort();
}

static struct object *assemble(const char *text)
{
	struct object *o;
	char err[200];
	cr_assert_eq(object_assemble("test", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

static void ask(const char *name, const char *text, unsigned cpu, struct offers *out)
{
	struct object *o = assemble(text);
	const struct program *p = o->programs[0];
	struct safety_result r;
	struct safety_options options = {.privileged = true};
	struct facts *facts = facts_new(p, &options, &r);
	cr_assert(facts, "not proved safe: %s", text);
	struct live *live = live_new(p, facts);
	struct cfg cfg;
	char err[200];
	cr_assert(cfg_build(p->insns, 0, (uint32_t)p->n, &cfg, err, sizeof err), "%s", err);
	*out = (struct offers){0};
	struct scene s = {.p = p,
			  .facts = facts,
			  .live = live,
			  .cfgs = &cfg,
			  .cpu = cpu,
			  .may_edit = everywhere,
			  .offer = collect,
			  .offer_proved = collect,
			  .engine = out};
	find(name)->run(&s);
	cfg_release(&cfg);
	live_free(live);
	facts_free(facts);
	safety_release(&r);
	object_free(o);
}

static void release(struct offers *o)
{
	for (size_t i = 0; i < o->n; i++)
		free(o->text[i]);
}

static void expect(const char *name, const char *text, const char *wanted)
{
	struct offers o;
	struct object *w = assemble(wanted);
	char *want = text_of(w->programs[0]);
	bool there = false;
	ask(name, text, 4, &o);
	for (size_t i = 0; i < o.n; i++)
		there |= !strcmp(o.text[i], want);
	cr_expect(there, "%s: not offered:\n%sbut %zu others, the first\n%s", name, want, o.n, o.n ? o.text[0] : "");
	free(want);
	object_free(w);
	release(&o);
}

static void expect_nothing(const char *name, const char *text, unsigned cpu)
{
	struct offers o;
	ask(name, text, cpu, &o);
	cr_expect_eq(o.n, 0, "%s: offered\n%s", name, o.n ? o.text[0] : "");
	release(&o);
}

#define RANDOM "call get_prandom_u32\n"
#define TIME "call ktime_get_ns\n"

Test(propose_local, constants_are_stored_at_once)
{
	expect("constant", "r2 = 7\n*(u32 *)(r10 - 8) = r2\n*(u64 *)(r10 - 16) = r2\nr0 = *(u64 *)(r10 - 16)\nexit",
	       "*(u32 *)(r10 - 8) = 7\n*(u64 *)(r10 - 16) = 7\nr0 = *(u64 *)(r10 - 16)\nexit");
}

Test(propose_local, a_constant_that_a_helper_needs_stays)
{
	expect_nothing("constant", "r2 = -4\n*(u32 *)(r10 - 8) = r2\ncall xdp_adjust_head\nexit", 4);
}

Test(propose_local, comparisons_are_mirrored_for_their_constant)
{
	expect("constant", RANDOM "r2 = 2\nif r2 > r0 goto out\nr0 = 3\nout: exit",
	       RANDOM "if r0 < 2 goto out\nr0 = 3\nout: exit");
}

Test(propose_local, masks_of_32_bits_fit_32_bit_forms)
{
	expect("constant", RANDOM "r5 = 0xffffff0f ll\nr0 &= r5\nexit", RANDOM "w0 &= -241\nexit");
}

Test(propose_local, a_divisor_of_zero_is_no_immediate)
{
	expect_nothing("constant", TIME "r1 = 0\nr0 /= r1\nexit", 4);
}

Test(propose_local, wide_constants_fit_one_slot)
{
	expect("known", "r0 = 0xffffffec ll\nexit", "w0 = -20\nexit");
}

Test(propose_local, what_a_register_holds_is_not_loaded_again)
{
	expect("known", RANDOM "r6 = 1\nif r0 == 0 goto out\nr6 = 1\nif r0 == 5 goto out\nr6 = r0\nout: r0 = r6\nexit",
	       RANDOM "r6 = 1\nif r0 == 0 goto out\nif r0 == 5 goto out\nr6 = r0\nout: r0 = r6\nexit");
}

Test(propose_local, what_another_register_holds_is_copied)
{
	expect("known", RANDOM "r2 = r0\nr2 += 5\nr1 = r0\nr1 += 5\nr1 *= r2\nr0 = r1\nexit",
	       RANDOM "r2 = r0\nr2 += 5\nr1 = r2\nr1 *= r2\nr0 = r1\nexit");
}

Test(propose_local, masks_that_change_nothing_go)
{
	expect("known", RANDOM "r0 >>= 24\nr0 &= 255\nexit", RANDOM "r0 >>= 24\nexit");
}

Test(propose_local, sums_become_offsets)
{
	expect("address", "r3 = r10\nr3 += -64\n*(u64 *)(r3 + 8) = 1\nr0 = *(u64 *)(r3 + 8)\nexit",
	       "*(u64 *)(r10 - 56) = 1\nr0 = *(u64 *)(r10 - 56)\nexit");
}

Test(propose_local, a_sum_that_leaves_the_offset_stays)
{
	expect_nothing("address", "r3 = r10\nr3 += -64\n*(u64 *)(r3 + 8) = r3\nr0 = 0\nexit", 4);
}

Test(propose_local, shift_pairs_before_comparisons)
{
	expect("narrow", TIME "r1 = r0\nr0 = 1\nr1 <<= 32\nr1 s>>= 32\nif r1 s> 5 goto out\nr0 = 2\nout: exit",
	       TIME "r1 = r0\nr0 = 1\nif w1 s> 5 goto out\nr0 = 2\nout: exit");
}

Test(propose_local, shift_pairs_whose_result_is_needed)
{
	expect("narrow", TIME "r0 <<= 32\nr0 >>= 32\nr0 <<= 1\nexit", TIME "w0 = w0\nr0 <<= 1\nexit");
	expect("narrow", TIME "r0 <<= 48\nr0 s>>= 48\nr0 <<= 1\nexit", TIME "r0 = (s16)r0\nr0 <<= 1\nexit");
}

Test(propose_local, sign_extension_waits_for_its_cpu)
{
	expect_nothing("narrow", TIME "r0 <<= 48\nr0 s>>= 48\nr0 <<= 1\nexit", 3);
}

Test(propose_local, readers_of_a_copy_read_the_original)
{
	expect("copy", TIME "r1 = r0\nr2 = r1\nr1 *= 3\nr1 += r2\nr0 = r1\nexit",
	       TIME "r1 = r0\nr1 *= 3\nr1 += r0\nr0 = r1\nexit");
}

Test(propose_local, a_copy_lives_in_the_originals_register)
{
	expect("copy", TIME "r1 = r0\nr1 *= 3\nr1 += 7\nr0 = r1\nexit", TIME "r0 *= 3\nr0 += 7\nexit");
}

Test(propose_local, a_copy_of_what_changes_stays)
{
	expect_nothing("copy", TIME "r6 = r0\n" TIME "r0 ^= r6\nexit", 4);
}

Test(propose_local, stores_that_nobody_reads_go)
{
	expect("store", "*(u64 *)(r10 - 8) = 1\n*(u64 *)(r10 - 16) = 2\nr0 = *(u64 *)(r10 - 8)\nexit",
	       "*(u64 *)(r10 - 8) = 1\nr0 = *(u64 *)(r10 - 8)\nexit");
}

Test(propose_local, a_store_that_a_helper_reads_stays)
{
	expect_nothing(
	    "store",
	    ".map m hash 4 8 16\n*(u32 *)(r10 - 4) = 1\nr2 = r10\nr2 += -4\nr1 = m ll\ncall map_delete_elem\n"
	    "r0 = 0\nexit",
	    4);
}

Test(propose_local, constants_change_their_byte_order)
{
	expect("swap", RANDOM "r1 = r0\nr0 = 1\nr1 = be32 r1\nif r1 > 0xfffff goto out\nr0 = 2\nout: exit",
	       RANDOM "r1 = r0\nr0 = 1\nif w1 & 0xf0ff goto out\nr0 = 2\nout: exit");
	expect("swap", RANDOM "r1 = r0\nr0 = 1\nr1 = be16 r1\nif r1 == 2048 goto out\nr0 = 2\nout: exit",
	       RANDOM "r1 = r0\nr0 = 1\nif w1 == 8 goto out\nr0 = 2\nout: exit");
}

Test(propose_local, no_mask_says_more_than_a_power_of_two)
{
	expect_nothing("swap", RANDOM "r1 = r0\nr0 = 1\nr1 = be32 r1\nif r1 > 0xffffe goto out\nr0 = 2\nout: exit", 4);
}

Test(propose_local, conditions_around_a_goto)
{
	expect("branch", RANDOM "r1 = r0\nr0 = 1\nif r1 == 5 goto on\ngoto out\non: r0 = 2\nr0 += r1\nout: exit",
	       RANDOM "r1 = r0\nr0 = 1\nif r1 != 5 goto out\nr0 = 2\nr0 += r1\nout: exit");
}

Test(propose_local, decided_jumps)
{
	expect("branch", RANDOM "r0 &= 7\nif r0 > 7 goto out\nr0 += 1\nout: exit", RANDOM "r0 &= 7\nr0 += 1\nexit");
}

Test(propose_local, an_end_for_each_constant)
{
	expect("exit",
	       RANDOM "r6 = 1\nif r0 == 0 goto out\nr6 = 2\nif r0 == 5 goto out\nr6 = 1\nif r0 == 6 goto out\nr6 = 2\n"
		      "if r0 == 7 goto out\nr6 = r0\nout: r0 = r6\nexit",
	       RANDOM "if r0 == 0 goto one\nif r0 == 5 goto two\nif r0 == 6 goto one\nif r0 == 7 goto two\nr6 = r0\n"
		      "r0 = r6\nexit\none: r0 = 1\nexit\ntwo: r0 = 2\nexit");
}

Test(propose_local, equal_ends_are_kept_once)
{
	expect("tail",
	       RANDOM "if r0 == 0 goto other\nr0 += 2\nr0 *= 3\nr0 -= 1\nexit\nother: r0 += 4\nr0 *= 3\nr0 -= 1\nexit",
	       RANDOM "if r0 == 0 goto other\nr0 += 2\ngoto end\nother: r0 += 4\nend: r0 *= 3\nr0 -= 1\nexit");
}

Test(propose_local, the_same_on_both_sides)
{
	expect("hoist", RANDOM "if r0 == 0 goto other\nr1 = 5\nr0 += r1\nexit\nother: r1 = 5\nr0 -= r1\nexit",
	       RANDOM "r1 = 5\nif r0 == 0 goto other\nr0 += r1\nexit\nother: r0 -= r1\nexit");
}

Test(propose_local, what_the_condition_reads_is_not_written_before_it)
{
	expect_nothing(
	    "hoist", RANDOM "r1 = r0\nif r0 == 0 goto other\nr0 = 5\nr0 += r1\nexit\nother: r0 = 5\nr0 -= r1\nexit", 4);
}

Test(propose_local, blocks_move_to_their_goto)
{
	expect(
	    "layout",
	    RANDOM "if r0 == 0 goto one\nif r0 == 1 goto two\nr0 += 1\ngoto end\none: r0 = 5\nexit\ntwo: r0 = 6\nexit\n"
		   "end: r0 *= 3\nexit",
	    RANDOM
	    "if r0 == 0 goto one\nif r0 == 1 goto two\nr0 += 1\nr0 *= 3\nexit\none: r0 = 5\nexit\ntwo: r0 = 6\nexit");
}

Test(propose_local, equal_ends_in_another_order)
{
	expect(
	    "sink",
	    RANDOM
	    "if r0 == 0 goto other\nr1 = 4\nr2 = 5\nr0 += 1\ngoto end\nother: r2 = 5\nr1 = 4\nr0 += 2\nend: r0 *= r1\n"
	    "r0 += r2\nexit",
	    RANDOM
	    "if r0 == 0 goto other\nr0 += 1\ngoto end\nother: r0 += 2\nend: r1 = 4\nr2 = 5\nr0 *= r1\nr0 += r2\nexit");
}

Test(propose_local, what_a_later_store_may_change_is_not_loaded_behind_it)
{
	expect_nothing("sink",
		       "*(u64 *)(r10 - 8) = 1\n" RANDOM "if r0 == 0 goto other\nr1 = *(u64 *)(r10 - 8)\n*(u64 *)(r10 - "
		       "8) = 2\ngoto end\nother: r1 = *(u64 *)(r10 - 8)\n"
		       "*(u64 *)(r10 - 8) = 3\nend: r0 = *(u64 *)(r10 - 8)\nr0 += r1\nexit",
		       4);
}

Test(propose_local, one_beginning_for_two_ways)
{
	expect("prefix",
	       RANDOM "r6 = r0\nif r6 == 4 goto four\nif r6 != 5 goto out\n" TIME
		      "r0 += 1\nr0 *= 5\nr0 += r6\ngoto out\nfour: " TIME "r0 += 1\nr0 *= 5\nr0 -= r6\nout: exit",
	       RANDOM "r6 = r0\nif r6 == 4 goto both\nif r6 != 5 goto out\nboth: " TIME
		      "r0 += 1\nr0 *= 5\nif r6 == 4 goto four\nr0 += r6\ngoto out\nfour: r0 -= r6\nout: exit");
}

Test(propose_local, constants_are_loaded_before_ways_part)
{
	expect("lift",
	       RANDOM "if r0 == 0 goto other\nr6 = 7\nr0 += 1\ngoto end\nother: r0 += 2\nr6 = 7\nend: r0 *= r6\nexit",
	       RANDOM "r6 = 7\nif r0 == 0 goto other\nr0 += 1\ngoto end\nother: r0 += 2\nend: r0 *= r6\nexit");
}

Test(propose_local, a_register_in_use_takes_no_lifted_constant)
{
	expect_nothing(
	    "lift",
	    RANDOM
	    "r6 = r0\nif r0 == 0 goto other\nr0 += r6\nr6 = 7\ngoto end\nother: r0 -= r6\nr6 = 7\nend: r0 *= r6\nexit",
	    4);
}

Test(propose_local, lists_of_comparisons)
{
	expect("switch",
	       RANDOM
	       "if r0 s> 3 goto more\nif r0 == 1 goto one\nif r0 != 2 goto none\nr0 = 20\nexit\nmore: if r0 == 4 goto "
	       "four\n"
	       "if r0 != 5 goto none\nr0 = 50\nexit\nnone: r0 = 0\nexit\none: r0 = 10\nexit\nfour: r0 = 40\nexit",
	       RANDOM
	       "if r0 == 1 goto one\nif r0 == 5 goto five\nif r0 == 4 goto four\nif r0 != 2 goto none\nr0 = 20\nexit\n"
	       "five: r0 = 50\nexit\nnone: r0 = 0\nexit\none: r0 = 10\nexit\nfour: r0 = 40\nexit");
}

Test(propose_local, ways_past_decided_comparisons)
{
	expect("thread", RANDOM "r6 = 0\nif r0 == 7 goto mid\nr6 = 1\nmid: if r6 != 0 goto out\nr0 = 3\nout: exit",
	       RANDOM "r6 = 0\nif r0 == 7 goto mid\ngoto out\nmid: if r6 != 0 goto out\nr0 = 3\nout: exit");
}

Test(propose_local, conditions_that_became_numbers_become_jumps_again)
{
	expect("ahead",
	       RANDOM "r1 = 1\nr2 = r0\nif r2 == 7 goto a\nr1 = 0\na: r3 = 1\nif r2 == 9 goto b\nr3 = 0\nb: r1 |= r3\n"
		      "r0 = 5\nif r1 != 0 goto out\nr0 = 6\nout: exit",
	       RANDOM "if r0 == 7 goto five\nif r0 == 9 goto five\nr0 = 6\nexit\nfive: r0 = 5\nexit");
}

Test(propose_local, questions_for_null_that_are_decided)
{
	expect("null",
	       ".map a array 4 8 1\n*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\nr1 = a ll\ncall map_lookup_elem\nif r0 "
	       "== 0 goto out\n"
	       "r0 = *(u64 *)(r0 + 0)\nout: exit",
	       ".map a array 4 8 1\n*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\nr1 = a ll\ncall map_lookup_elem\n"
	       "r0 = *(u64 *)(r0 + 0)\nexit");
}

Test(propose_local, an_end_in_the_place_of_its_goto)
{
	expect("exit",
	       RANDOM "r6 = 2\nif r0 == 0 goto one\nif r0 == 5 goto out\nr6 = r0\ngoto out\none: r6 = 1\ngoto "
		      "out\nout: r0 = r6\nexit",
	       RANDOM "r6 = 2\nif r0 == 0 goto one\nif r0 == 5 goto out\nr6 = r0\ngoto out\none: r0 = 1\nexit\nout: r0 "
		      "= r6\nexit");
}

Test(propose_local, a_sum_is_built_where_its_first_part_is)
{
	expect("copy", TIME "r8 = r0\n" TIME "r7 = r0\nr7 += r8\n" TIME "r0 += r7\nexit",
	       TIME "r7 = r0\n" TIME "r7 += r0\n" TIME "r0 += r7\nexit");
}

Test(propose_local, what_is_in_the_way_moves_to_a_free_register)
{
	expect("copy",
	       "*(u64 *)(r10 - 8) = 0\nr7 = r10\nr7 += -8\n" TIME "r8 = r0\n*(u64 *)(r7 + 0) = r8\n" TIME
	       "*(u64 *)(r7 + 0) = r0\nr7 = r0\nr7 += r8\n" TIME "r0 += r7\nexit",
	       "*(u64 *)(r10 - 8) = 0\nr9 = r10\nr9 += -8\n" TIME "r7 = r0\n*(u64 *)(r9 + 0) = r7\n" TIME
	       "*(u64 *)(r9 + 0) = r0\nr7 += r0\n" TIME "r0 += r7\nexit");
}

Test(propose_local, a_constant_on_the_way_to_itself_is_lifted)
{
	expect("lift",
	       RANDOM "if r0 == 0 goto other\nr6 = 7\nif r0 == 5 goto end\nother: r0 += 2\nr6 = 7\nend: r0 *= r6\nexit",
	       RANDOM "r6 = 7\nif r0 == 0 goto other\nif r0 == 5 goto end\nother: r0 += 2\nend: r0 *= r6\nexit");
}

Test(propose_local, bits_are_asked_for_in_place)
{
	expect("mask", TIME "r1 = r0\nr1 &= 64\nif r1 != 0 goto out\nr0 += 5\nout: exit",
	       TIME "if r0 & 64 goto out\nr0 += 5\nout: exit");
	expect("mask", TIME "r1 = r0\nr1 &= 64\nr2 = 4\nif r1 == 0 goto on\nr2 = 8\non: r0 += r2\nexit",
	       TIME "r2 = 8\nif r0 & 64 goto on\nr2 = 4\non: r0 += r2\nexit");
	expect("mask", TIME "r1 = r0\nr1 &= 64\nif r1 == 0 goto on\nr0 += 8\non: exit",
	       TIME "if r0 & 64 goto add\ngoto on\nadd: r0 += 8\non: exit");
}

Test(propose_local, bits_that_are_needed_are_not_only_asked_for)
{
	expect_nothing("mask", TIME "r1 = r0\nr1 &= 64\nif r1 != 0 goto out\nr0 += 5\nout: r0 += r1\nexit", 4);
	expect_nothing("mask", TIME "r0 &= 64\nr6 = r0\n" TIME "if r6 != 0 goto out\nr0 += 5\nout: exit", 4);
}

Test(propose_local, a_register_that_a_call_loses_takes_no_value_across_it)
{
	expect_nothing("copy", TIME "r0 *= 3\nr8 = r0\n" TIME "r0 += r8\nr8 *= 5\nr0 ^= r8\nexit", 4);
}

Test(propose_local, constants_of_one_word_are_stored_at_once)
{
	expect("widen",
	       RANDOM "*(u16 *)(r10 - 8) = 2660\nr0 += 1\n*(u8 *)(r10 - 6) = 0\nr1 = *(u16 *)(r10 - 8)\nr2 = *(u8 "
		      "*)(r10 - 6)\nr0 += r1\n"
		      "r0 += r2\nexit",
	       RANDOM "r0 += 1\n*(u32 *)(r10 - 8) = 2660\nr1 = *(u16 *)(r10 - 8)\nr2 = *(u8 *)(r10 - 6)\nr0 += r1\nr0 "
		      "+= r2\nexit");
}

Test(propose_local, a_byte_that_is_read_is_not_stored_over)
{
	expect_nothing("widen",
		       "*(u8 *)(r10 - 5) = 9\n" RANDOM
		       "*(u16 *)(r10 - 8) = 2660\n*(u8 *)(r10 - 6) = 0\nr1 = *(u32 *)(r10 - 8)\nr0 += r1\nexit",
		       4);
}

Test(propose_local, a_constant_is_loaded_on_the_way_that_needs_it)
{
	expect("delay",
	       RANDOM "r6 = 1\nif r0 == 5 goto out\nr6 = r0\nr6 += 3\nif r0 == 9 goto out\nr6 += 7\nout: r0 = r6\nexit",
	       RANDOM "if r0 == 5 goto one\nr6 = r0\nr6 += 3\nif r0 == 9 goto out\nr6 += 7\nout: r0 = r6\nexit\none: "
		      "r6 = 1\ngoto out");
}

Test(propose_local, a_constant_is_added_where_the_condition_says_so)
{
	expect("select", RANDOM "r2 = 1\nif r0 > 65533 goto on\nr2 = 0\non: r0 += r2\nr0 += 1\nexit",
	       RANDOM "if r0 <= 65533 goto on\nr0 += 1\non: r0 += 1\nexit");
	expect("select", RANDOM "r2 = 0\nif r0 > 65533 goto on\nr2 = 7\non: r0 ^= r2\nexit",
	       RANDOM "if r0 > 65533 goto on\nr0 ^= 7\non: exit");
}

Test(propose_local, a_constant_that_is_needed_later_stays)
{
	expect_nothing("select", RANDOM "r2 = 1\nif r0 > 65533 goto on\nr2 = 0\non: r0 += r2\nr0 *= r2\nexit", 4);
	expect_nothing("select", RANDOM "r2 = 1\nif r0 > 65533 goto on\nr2 = 5\non: r0 += r2\nexit", 4);
}
