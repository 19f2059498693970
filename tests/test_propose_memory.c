/* SPDX-License-Identifier: BSD-2-Clause */
/* What the proposers of memory and registers find: each program has the text that one of their drafts must have. */
#include "encode/object/program.h"
#include "synth/propose/propose.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

struct found {
	char wanted[2000], all[8000];
	bool seen;
	unsigned n;
};

static void print_program(const struct program *p, char *out, size_t len)
{
	size_t n = 0;
	out[0] = '\0';
	for (size_t i = 0; i < p->n && n < len; i++) {
		if (p->insns[i].op == ISA_WIDE_TAIL)
			continue;
		n += (size_t)insn_print(&p->insns[i], out + n, len - n);
		n += (size_t)snprintf(out + n, len - n, "; ");
	}
}

static bool collect(const struct scene *s, struct draft *d, const char *what)
{
	struct found *f = s->engine;
	struct version v;
	char text[2000];
	draft_sweep(d);
	if (draft_build(d, &v)) {
		print_program(v.p, text, sizeof text);
		f->seen |= !strcmp(text, f->wanted);
		size_t at = strlen(f->all);
		snprintf(f->all + at, sizeof f->all - at, "  %s: %s\n", what, text);
		f->n++;
		version_release(&v);
	}
	draft_free(d);
	return true;
}

static bool may_edit(const struct scene *s, uint32_t slot)
{
	(void)s;
	(void)slot;
	return true;
}

static struct object *assemble(const char *text)
{
	struct object *o;
	char err[200];
	cr_assert_eq(object_assemble("test", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

static void run(const char *proposer, const char *text, struct found *f)
{
	struct object *o = assemble(text);
	const struct program *p = o->programs[0];
	struct safety_result r;
	struct facts *facts = facts_new(p, &(struct safety_options){.privileged = true}, &r);
	cr_assert(facts, "not safe: %s", text);
	struct live *live = live_new(p, facts);
	struct cfg *cfgs = calloc(p->n_subs, sizeof *cfgs);
	char err[200];
	for (size_t i = 0; i < p->n_subs; i++)
		cr_assert(cfg_build(p->insns, p->subs[i].start, p->subs[i].end, &cfgs[i], err, sizeof err));
	struct scene s = {.p = p,
			  .facts = facts,
			  .live = live,
			  .cfgs = cfgs,
			  .cpu = 4,
			  .may_edit = may_edit,
			  .offer = collect,
			  .offer_proved = collect,
			  .engine = f};
	size_t k = 0;
	while (k < n_proposers && strcmp(proposers[k].name, proposer))
		k++;
	cr_assert(k < n_proposers, "%s", proposer);
	proposers[k].run(&s);
	for (size_t i = 0; i < p->n_subs; i++)
		cfg_release(&cfgs[i]);
	free(cfgs);
	live_free(live);
	facts_free(facts);
	safety_release(&r);
	object_free(o);
}

/* Both texts are one instruction a line, the second without directives. */
static void expect_offer(const char *proposer, const char *text, const char *wanted)
{
	struct found *f = calloc(1, sizeof *f);
	struct object *o = assemble(wanted);
	print_program(o->programs[0], f->wanted, sizeof f->wanted);
	run(proposer, text, f);
	cr_expect(f->seen, "wanted: %s\n%s", f->wanted, f->all);
	object_free(o);
	free(f);
}

static void expect_none(const char *proposer, const char *text)
{
	struct found *f = calloc(1, sizeof *f);
	run(proposer, text, f);
	cr_expect_eq(f->n, 0, "%s", f->all);
	free(f);
}

#define PACKET "r2 = *(u32 *)(r1 + 4)\nr1 = *(u32 *)(r1 + 0)\nr3 = r1\nr3 += 40\nr0 = 1\nif r3 > r2 goto out\n"
#define OUT "out: exit\n"

Test(propose_memory, bytes_of_a_word_are_loaded_at_once)
{
	expect_offer("merge_loads", PACKET "r3 = *(u8 *)(r1 + 12)\nr0 = *(u8 *)(r1 + 13)\nr0 <<= 8\nr0 |= r3\n" OUT,
		     PACKET "r0 = *(u16 *)(r1 + 12)\n" OUT);
}

Test(propose_memory, bytes_in_network_order_are_loaded_and_swapped)
{
	expect_offer("merge_loads", PACKET "r0 = *(u8 *)(r1 + 12)\nr3 = *(u8 *)(r1 + 13)\nr0 <<= 8\nr0 |= r3\n" OUT,
		     PACKET "r0 = *(u16 *)(r1 + 12)\nr0 = bswap16 r0\n" OUT);
}

Test(propose_memory, four_bytes_make_a_word)
{
	expect_offer("merge_loads",
		     PACKET "r3 = *(u16 *)(r1 + 14)\nr0 = *(u16 *)(r1 + 12)\nr3 <<= 16\nr3 |= r0\nr0 = r3\nr0 >>= 8\n"
			    "r0 &= 255\n" OUT,
		     PACKET "r0 = *(u8 *)(r1 + 13)\n" OUT);
}

Test(propose_memory, a_hole_between_bytes_is_none)
{
	expect_none("merge_loads", PACKET "r3 = *(u8 *)(r1 + 12)\nr0 = *(u8 *)(r1 + 14)\nr0 <<= 8\nr0 |= r3\n" OUT);
}

Test(propose_memory, copies_of_six_bytes)
{
	expect_offer("merge_stores",
		     PACKET "r2 = r1\nr2 += 20\nr3 = *(u8 *)(r2 + 3)\n*(u8 *)(r1 + 9) = r3\nr3 = *(u8 *)(r2 + 2)\n"
			    "*(u8 *)(r1 + 8) = r3\nr3 = *(u8 *)(r2 + 1)\n*(u8 *)(r1 + 7) = r3\nr2 = *(u8 *)(r2 + 0)\n"
			    "*(u8 *)(r1 + 6) = r2\n" OUT,
		     PACKET "r2 = *(u32 *)(r1 + 20)\n*(u32 *)(r1 + 6) = r2\n" OUT);
}

Test(propose_memory, parts_of_a_register)
{
	expect_offer("merge_stores",
		     PACKET "r2 = *(u16 *)(r1 + 30)\n*(u8 *)(r1 + 4) = r2\nr2 >>= 8\n*(u8 *)(r1 + 5) = r2\n" OUT,
		     PACKET "r2 = *(u16 *)(r1 + 30)\n*(u16 *)(r1 + 4) = r2\n" OUT);
}

Test(propose_memory, constants_and_dead_bytes)
{
	const char *call = "r3 = 0\nr4 = 0\nr5 = 0\nr1 = r10\nr1 += -16\nr2 = 3\ncall trace_printk\nr0 = 0\nexit\n";
	char source[400], target[400];
	snprintf(source, sizeof source, "r6 = 0\n*(u8 *)(r10 - 14) = r6\nr4 = 0xa64\n*(u16 *)(r10 - 16) = r4\n%s",
		 call);
	snprintf(target, sizeof target, "*(u32 *)(r10 - 16) = 0xa64\n%s", call);
	expect_offer("merge_stores", source, target);
}

#define COUNTER                                                                                                   \
	".map m PERCPU_ARRAY 4 8 1\n*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\nr1 = m ll\ncall map_lookup_elem\n" \
	"if r0 == 0 goto out\n"

Test(propose_memory, a_counter_is_one_atomic)
{
	expect_offer("atomic", COUNTER "r1 = *(u64 *)(r0 + 0)\nr1 += 1\n*(u64 *)(r0 + 0) = r1\nout: r0 = 2\nexit\n",
		     COUNTER "r1 = 1\nlock *(u64 *)(r0 + 0) += r1\nout: r0 = 2\nexit\n");
}

Test(propose_memory, another_word_is_not_updated)
{
	expect_none("atomic", COUNTER "r1 = *(u32 *)(r0 + 4)\nr1 += 1\n*(u32 *)(r0 + 0) = r1\nout: r0 = 2\nexit\n");
}

#define SOCKET ".program p socket\nr6 = r1\nr7 = 14\nr0 = *(u16 *)skb[r7]\nr7 += r0\n"

Test(propose_memory, packet_loads_take_the_distance)
{
	expect_offer("skb",
		     SOCKET "r8 = r7\nr8 += 6\nr0 = *(u8 *)skb[r8]\nr8 = r7\nr8 += 10\nr0 = *(u8 *)skb[r8]\nexit\n",
		     SOCKET "r0 = *(u8 *)skb[r7 + 6]\nr0 = *(u8 *)skb[r7 + 10]\nexit\n");
}

Test(propose_memory, a_wide_constant_in_halves)
{
	const char *call = "r3 = 0\nr4 = 0\nr5 = 0\nr1 = r10\nr1 += -16\nr2 = 9\ncall trace_printk\nr0 = 0\nexit\n";
	char source[400], target[400];
	snprintf(source, sizeof source,
		 "r1 = 0x1122334455667788 ll\n*(u64 *)(r10 - 16) = r1\n*(u64 *)(r10 - 8) = 0\n%s", call);
	snprintf(target, sizeof target,
		 "*(u32 *)(r10 - 16) = 0x55667788\n*(u32 *)(r10 - 12) = 0x11223344\n*(u64 *)(r10 - 8) = 0\n%s", call);
	expect_offer("split", source, target);
}

Test(propose_memory, words_are_combined_at_once)
{
	expect_offer("accumulate",
		     SOCKET "r0 = *(u32 *)skb[r7 + 36]\n*(u64 *)(r10 - 32) = r0\nr0 = *(u32 *)skb[r7 + 32]\n"
			    "*(u64 *)(r10 - 40) = r0\nr0 = *(u32 *)skb[r7 + 28]\nr9 = r0\nr1 = *(u64 *)(r10 - 40)\n"
			    "r9 ^= r1\nr1 = *(u64 *)(r10 - 32)\nr9 ^= r1\nr0 = *(u8 *)skb[6]\nr0 += r9\nexit\n",
		     SOCKET "r0 = *(u32 *)skb[r7 + 36]\nr9 = r0\nr0 = *(u32 *)skb[r7 + 32]\nr9 ^= r0\n"
			    "r0 = *(u32 *)skb[r7 + 28]\nr9 ^= r0\nr0 = *(u8 *)skb[6]\nr0 += r9\nexit\n");
}

Test(propose_memory, the_last_word_stays_where_it_is)
{
	expect_offer("accumulate",
		     SOCKET "r0 = *(u32 *)skb[r7 + 36]\nr8 = r0\nr0 = *(u32 *)skb[r7 + 32]\n"
			    "r9 = r0\nr0 = *(u32 *)skb[r7 + 28]\nr0 ^= r9\nr0 ^= r8\nexit\n",
		     SOCKET "r0 = *(u32 *)skb[r7 + 36]\nr9 = r0\nr0 = *(u32 *)skb[r7 + 32]\nr9 ^= r0\n"
			    "r0 = *(u32 *)skb[r7 + 28]\nr0 ^= r9\nexit\n");
}

Test(propose_memory, the_longer_bound_is_enough)
{
	const char *rest = "r3 = r1\nr3 += 34\nif r3 > r2 goto out\nr0 = *(u8 *)(r1 + 33)\n" OUT;
	char source[600], target[600];
	snprintf(source, sizeof source, PACKET "%s", rest);
	snprintf(target, sizeof target, "r2 = *(u32 *)(r1 + 4)\nr1 = *(u32 *)(r1 + 0)\nr0 = 1\n%s", rest);
	expect_offer("check", source, target);
}

Test(propose_memory, a_copy_may_store_more_than_it_must)
{
	expect_offer("merge_stores",
		     PACKET "r3 = *(u32 *)(r1 + 22)\n*(u32 *)(r1 + 8) = r3\nr3 = *(u16 *)(r1 + 20)\n"
			    "*(u16 *)(r1 + 6) = r3\n*(u16 *)(r1 + 4) = 7\n" OUT,
		     PACKET "r2 = *(u64 *)(r1 + 18)\n*(u64 *)(r1 + 4) = r2\n*(u16 *)(r1 + 4) = 7\n" OUT);
}

Test(propose_memory, swapped_words_are_loaded_before_they_are_stored)
{
	expect_offer("merge_stores",
		     PACKET "r2 = *(u16 *)(r1 + 0)\nr3 = *(u16 *)(r1 + 6)\n*(u16 *)(r1 + 0) = r3\n"
			    "r3 = *(u16 *)(r1 + 8)\nr4 = *(u16 *)(r1 + 2)\n*(u16 *)(r1 + 8) = r4\n"
			    "*(u16 *)(r1 + 2) = r3\n*(u16 *)(r1 + 6) = r2\n" OUT,
		     PACKET "r2 = *(u32 *)(r1 + 0)\nr3 = *(u16 *)(r1 + 6)\n*(u16 *)(r1 + 0) = r3\n"
			    "r3 = *(u16 *)(r1 + 8)\n*(u16 *)(r1 + 2) = r3\n*(u32 *)(r1 + 6) = r2\n" OUT);
}

#define TABLE ".data t 00000000000000000000000000000000\nr6 = *(u32 *)(r1 + 12)\nr6 &= 1\nr6 <<= 2\n"

Test(propose_memory, one_register_for_an_address)
{
	expect_offer("anchor",
		     TABLE "r2 = t ll\nr2 = *(u32 *)(r2 + 0)\nr3 = map[0][0]+4 ll\nr3 += r6\nr3 = *(u32 *)(r3 + 0)\nr0 "
			   "= map[0][0]+8 ll\n"
			   "r0 = *(u32 *)(r0 + 0)\nr0 += r2\nr0 += r3\nexit\n",
		     TABLE "r1 = t ll\nr2 = *(u32 *)(r1 + 0)\nr3 = r1\nr3 += r6\nr3 = *(u32 *)(r3 + 4)\n"
			   "r0 = *(u32 *)(r1 + 8)\nr0 += r2\nr0 += r3\nexit\n");
}

#define INDEX "r2 = *(u32 *)(r1 + 12)\nr2 &= 7\n*(u64 *)(r10 - 8) = 0\n"

Test(propose_memory, a_constant_goes_past_a_sum)
{
	expect_offer("late", INDEX "r3 = r10\nr3 += -9\nr3 += r2\nr0 = *(u8 *)(r3 + 1)\nexit\n",
		     INDEX "r3 = r10\nr3 += r2\nr0 = *(u8 *)(r3 - 8)\nexit\n");
}

Test(propose_memory, what_a_pointer_is_besides_stays)
{
	expect_none("late", INDEX "r3 = r10\nr3 += -8\nr3 += r2\nr0 = *(u8 *)(r3 + 0)\nr2 = r10\n"
				  "if r3 > r2 goto out\nr0 = 1\nout: exit\n");
}

Test(propose_memory, offsets_are_compared)
{
	expect_offer("compare",
		     INDEX "r4 = r10\nr4 += -2\nr3 = r10\nr3 += -8\nr3 += r2\nr0 = 0\nif r3 > r4 goto out\n"
			   "r0 = *(u8 *)(r3 + 0)\nout: exit\n",
		     INDEX
		     "r3 = r10\nr3 += -8\nr3 += r2\nr0 = 0\nif r2 > 6 goto out\nr0 = *(u8 *)(r3 + 0)\nout: exit\n");
}

#define LOOKUP "r2 = r10\nr2 += -4\n*(u32 *)(r10 - 4) = 0\nr1 = m ll\ncall map_lookup_elem\nif r0 == 0 goto out\n"

Test(propose_memory, a_field_is_loaded_again)
{
	const char *map = ".map m ARRAY 4 8 1\nr6 = r1\n", *out = "r0 = r1\nout: r0 &= 1\nexit\n";
	char source[600], target[600];
	snprintf(source, sizeof source,
		 "%sr1 = *(u32 *)(r6 + 12)\n*(u64 *)(r10 - 16) = r1\n%sr1 = *(u64 *)(r10 - 16)\n%s", map, LOOKUP, out);
	snprintf(target, sizeof target, "%s%sr1 = *(u32 *)(r6 + 12)\n%s", map, LOOKUP, out);
	expect_offer("spill", source, target);
}

Test(propose_memory, one_fill_for_several)
{
	const char *begin = "r1 = *(u32 *)(r1 + 12)\nr1 &= 7\nr2 = r10\nr2 += -8\nr2 += r1\n*(u64 *)(r10 - 16) = r2\n"
			    "*(u64 *)(r10 - 8) = 0\n*(u64 *)(r10 - 24) = 0\n";
	char source[600], target[600];
	snprintf(source, sizeof source,
		 "%sr3 = *(u64 *)(r10 - 16)\n*(u8 *)(r3 + 0) = 0\nr0 = *(u64 *)(r10 - 16)\n"
		 "r0 = *(u8 *)(r0 + 0)\nexit\n",
		 begin);
	snprintf(target, sizeof target, "%sr1 = *(u64 *)(r10 - 16)\n*(u8 *)(r1 + 0) = 0\nr0 = *(u8 *)(r1 + 0)\nexit\n",
		 begin);
	expect_offer("anchor", source, target);
}
