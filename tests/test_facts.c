/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said to hold at an instruction holds on every run, and what holds of all states is said. */
#include "checker/exec/machine.h"
#include "tests/attack_base.h"
#include "tests/random_program.h"
#include "tests/random_relation.h"
#include "tests/window_fixture.h"

#include <stdlib.h>
#include <string.h>

#define WORD(off) (FACTS_STACK + (STACK_BYTES + (off)) / 8)

static const struct fact *at(const struct known *k, uint32_t slot, unsigned place)
{
	cr_assert(k->facts->at[slot].reached);
	return facts_place(&k->facts->at[slot], place);
}

static void expect_range(const struct fact *f, uint64_t lo, uint64_t hi)
{
	cr_expect_eq(f->kind, KIND_NUMBER);
	cr_expect_eq(f->value.umin, lo, "from %llu", (unsigned long long)f->value.umin);
	cr_expect_eq(f->value.umax, hi, "to %llu", (unsigned long long)f->value.umax);
}

Test(facts, both_ways_count)
{
	struct known k = known_new("r1 = *(u32 *)(r1 + 16)\nr0 = 1\nif r1 == 7 goto out\nr0 = 4\nout: r0 += 0\nexit");
	expect_range(at(&k, 4, 0), 1, 4);
	expect_range(at(&k, 3, 0), 1, 1);
	cr_expect_eq(at(&k, 0, 1)->kind, KIND_CTX);
	cr_expect_eq(at(&k, 0, 10)->kind, KIND_STACK);
	cr_expect_eq(at(&k, 0, 0)->kind, KIND_NONE);
	known_free(&k);
}

Test(facts, pointers_of_two_kinds_are_neither)
{
	struct known k = known_new("r2 = *(u32 *)(r1 + 16)\nr3 = r10\nr3 += -8\nr4 = 1\n*(u64 *)(r10 - 8) = r4\n"
				   "if r2 == 7 goto out\nr3 = r1\nout: r0 = *(u32 *)(r3 + 0)\nexit");
	cr_expect_eq(at(&k, 7, 3)->kind, KIND_NONE);
	cr_expect_eq(at(&k, 7, 3)->same, 3);
	known_free(&k);
}

Test(facts, one_register_at_two_offsets)
{
	struct known k =
	    known_new("r2 = *(u32 *)(r1 + 16)\nr3 = r10\nr3 += -8\nr4 = 1\n*(u64 *)(r10 - 8) = r4\n"
		      "*(u64 *)(r10 - 16) = r4\nif r2 == 7 goto out\nr3 += -8\nout: r0 = *(u64 *)(r3 + 0)\n"
		      "exit");
	const struct fact *f = at(&k, 8, 3);
	cr_expect_eq(f->kind, KIND_STACK);
	cr_expect_eq(f->value.smin, -16);
	cr_expect_eq(f->value.smax, -8);
	cr_expect_eq(f->same, 3);
	cr_expect_eq(at(&k, 7, 10)->same, 3);
	cr_expect_eq(at(&k, 7, 10)->distance, 8);
	known_free(&k);
}

Test(facts, distances_hold_on_all_ways)
{
	struct known k = known_new(
	    "r6 = *(u32 *)(r1 + 16)\nr7 = *(u32 *)(r1 + 12)\nr8 = r6\nr8 += 3\nr9 = r6\n*(u64 *)(r10 - 8) = r6\n"
	    "if r7 == 1 goto out\nr9 = r7\nout: r0 = r6\nr0 += r7\nr0 += r8\nr0 += r9\nr1 = *(u64 *)(r10 - 8)\n"
	    "r0 += r1\nexit");
	cr_expect_eq(at(&k, 6, 9)->same, 6);
	cr_expect_eq(at(&k, 8, 9)->same, 9);
	cr_expect_eq(at(&k, 8, 8)->same, 6);
	cr_expect_eq(at(&k, 8, 8)->distance, 3);
	cr_expect_eq(at(&k, 8, WORD(-8))->same, 6);
	cr_expect_eq(at(&k, 8, WORD(-8))->distance, 0);
	known_free(&k);
}

/* The place that a class was told by changes its class: those left behind still belong together. */
Test(facts, classes_split)
{
	struct known k = known_new("r0 = *(u32 *)(r1 + 16)\nr6 = r0\nr7 = r0\nr8 = r0\nif r0 == 7 goto out\nr6 = 1\n"
				   "out: r0 = r6\nr0 += r7\nr0 += r8\nexit");
	cr_expect_eq(at(&k, 4, 8)->same, 0);
	cr_expect_eq(at(&k, 6, 6)->same, 6);
	cr_expect_eq(at(&k, 6, 8)->same, 7);
	cr_expect_eq(at(&k, 6, 8)->distance, 0);
	known_free(&k);
}

#define LOOKUP                                                                                          \
	".map m hash 4 8 16\nr1 = 0\n*(u32 *)(r10 - 4) = r1\nr2 = r10\nr2 += -4\nr1 = map[m] ll\ncall " \
	"map_lookup_elem\n"

Test(facts, lookups_may_find_nothing)
{
	struct known k = known_new(LOOKUP "if r0 == 0 goto out\nr0 = *(u64 *)(r0 + 0)\nout: exit");
	cr_expect_eq(at(&k, 7, 0)->kind, KIND_VALUE);
	cr_expect(at(&k, 7, 0)->maybe_null);
	cr_expect_not(at(&k, 8, 0)->maybe_null);
	known_free(&k);
}

/* Equal keys or not: nothing says that they are one value. */
Test(facts, two_values_of_a_map_are_two)
{
	struct known k = known_new(LOOKUP "r6 = r0\nif r6 == 0 goto out\nr1 = 1\n*(u32 *)(r10 - 4) = r1\nr2 = r10\n"
					  "r2 += -4\nr1 = map[m] ll\ncall map_lookup_elem\nif r0 == 0 goto out\n"
					  "r0 = *(u64 *)(r0 + 0)\nr1 = *(u64 *)(r6 + 0)\nr0 += r1\nexit\n"
					  "out: r0 = 0\nexit");
	cr_expect_eq(at(&k, 17, 0)->kind, KIND_VALUE);
	cr_expect_eq(at(&k, 17, 6)->kind, KIND_VALUE);
	cr_expect_eq(at(&k, 17, 6)->same, 6);
	known_free(&k);
}

Test(facts, packets_have_two_ends)
{
	struct known k = known_new("r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr4 = r2\nr4 += 14\nr0 = 1\n"
				   "if r4 > r3 goto out\nr0 = *(u8 *)(r2 + 13)\nout: exit");
	cr_expect(at(&k, 5, 3)->from_end);
	cr_expect_eq(at(&k, 5, 3)->value.smax, 0);
	cr_expect_not(at(&k, 5, 2)->from_end);
	cr_expect_eq(at(&k, 6, 2)->kind, KIND_PACKET);
	cr_expect_geq(at(&k, 6, 2)->value.smin, 0);
	cr_expect_eq(k.facts->at[6].packet, 14);
	cr_expect_lt(k.facts->at[7].packet, 14);
	known_free(&k);
}

Test(facts, written_on_all_ways)
{
	struct known k = known_new("r2 = *(u32 *)(r1 + 16)\nr3 = 5\nif r2 == 7 goto out\n*(u64 *)(r10 - 8) = r3\n"
				   "*(u32 *)(r10 - 16) = r3\nout: *(u64 *)(r10 - 24) = r3\nr0 = 0\nexit");
	const struct facts_at *a = &k.facts->at[5], *b = &k.facts->at[6];
	cr_expect_eq(a->written[7], 0);
	cr_expect_eq(a->n_words, 0);
	cr_expect_eq(b->written[7], 0xffull << 40);
	expect_range(at(&k, 6, WORD(-24)), 5, 5);
	cr_expect_eq(at(&k, 5, WORD(-8))->kind, KIND_NONE);
	cr_expect_eq(k.facts->at[4].written[7], 0xffull << 56);
	known_free(&k);
}

Test(facts, parts_make_a_word)
{
	struct known k = known_new("r3 = 5\n*(u32 *)(r10 - 8) = r3\n*(u32 *)(r10 - 4) = r3\n"
				   "*(u64 *)(r10 - 16) = r10\n*(u8 *)(r10 - 16) = r3\nr0 = *(u64 *)(r10 - 8)\nexit");
	expect_range(at(&k, 5, WORD(-8)), 0x500000005, 0x500000005);
	cr_expect_eq(at(&k, 4, WORD(-16))->kind, KIND_STACK);
	cr_expect_eq(at(&k, 5, WORD(-16))->kind, KIND_NONE);
	known_free(&k);
}

#define DEEP                                                                                   \
	"r6 = r1\ncall f\ncall g\nr0 = 0\nexit\n"                                              \
	"f: r1 = 1\n*(u64 *)(r10 - 8) = r1\nr1 = r10\nr1 += -8\nr0 = *(u64 *)(r1 + 0)\nexit\n" \
	"g: call f\nexit"

Test(facts, functions_at_several_depths)
{
	struct known k = known_new(DEEP);
	const struct facts_at *f = &k.facts->at[9];
	cr_expect(f->deep);
	cr_expect_eq(f->depth, 2);
	cr_expect_eq(f->r[1].kind, KIND_NONE);
	cr_expect_eq(f->r[10].kind, KIND_STACK);
	cr_expect_eq(f->r[10].same, 10);
	expect_range(at(&k, 9, WORD(-8)), 1, 1);
	cr_expect_not(k.facts->at[11].deep);
	cr_expect_eq(k.facts->at[11].depth, 2);
	known_free(&k);
}

Test(facts, loops_and_callbacks)
{
	struct known k = known_new("r1 = 100\nr2 = f ll\nr3 = 0\nr4 = 0\ncall loop\nr6 = 0\nagain: r6 += 1\n"
				   "if r6 < 1000 goto again\nr0 = 0\nexit\nf: r0 = 0\nr0 += r1\nr0 = 0\nexit");
	cr_expect(k.facts->callbacks);
	const struct fact *f = at(&k, 8, 6);
	cr_expect_leq(f->value.umin, 1);
	cr_expect_geq(f->value.umax, 1000);
	cr_expect_eq(k.facts->at[12].depth, 2);
	cr_expect_geq(at(&k, 12, 1)->value.umax, 99);
	known_free(&k);
}

Test(facts, unproved_programs_have_none)
{
	struct object *o;
	struct safety_result r;
	struct safety_options opt = {.no_search = true};
	char err[256];
	cr_assert_eq(object_assemble("test", "r0 = *(u64 *)(r10 - 8)\nexit", &o, err, sizeof err), OBJECT_OK, "%s",
		     err);
	cr_expect_null(facts_new(o->programs[0], &opt, &r));
	cr_expect_neq(r.verdict, VERDICT_PROVED);
	safety_release(&r);
	object_free(o);
}

/* The facts of each instruction that a run passes, held against the concrete machine's state. */
struct watched {
	const struct facts *facts;
	uint64_t checked;
	char wrong[200];
};

static struct value value_at(const struct machine *m, unsigned place)
{
	if (place < FACTS_STACK)
		return m->r[place];
	const struct region *own = &m->regions[m->frames[m->depth].region];
	struct value v = {.region = own->stack->spill[place - FACTS_STACK]};
	memcpy(&v.word, own->stack->bytes + (place - FACTS_STACK) * 8, 8);
	return v;
}

static bool is_known(const struct machine *m, unsigned place)
{
	if (place < FACTS_STACK)
		return m->known >> place & 1;
	const bool *known = m->regions[m->frames[m->depth].region].stack->known + (place - FACTS_STACK) * 8;
	for (unsigned i = 0; i < 8; i++)
		if (!known[i])
			return false;
	return true;
}

static bool packet_holds(const struct machine *m, const struct fact *f, const struct region *r, uint64_t word)
{
	int64_t from = f->from_end ? m->pkt.data_end : m->pkt.data;
	return r->kind == REGION_PACKET && scalar_contains(f->value, word - r->base - (uint64_t)from);
}

static bool pointer_holds(const struct machine *m, bool deep, const struct fact *f, struct value v)
{
	const struct region *r = &m->regions[v.region];
	uint64_t off = v.word - r->base;
	if (f->maybe_null && v.word == 0)
		return true;
	switch (f->kind) {
	case KIND_STACK:
		return r->kind == REGION_STACK && scalar_contains(f->value, off - STACK_BYTES) &&
		       (deep || m->frames[f->object].region == v.region);
	case KIND_CTX:
		return r->kind == REGION_CTX && scalar_contains(f->value, off);
	case KIND_PACKET:
		return packet_holds(m, f, r, v.word);
	case KIND_VALUE:
		return r->kind == REGION_VALUE && r->map == f->object && scalar_contains(f->value, off);
	case KIND_MAP:
		return r->kind == REGION_MAP && (f->object >= INNER_MAP || r->map == f->object);
	case KIND_MEM:
		return r->kind != REGION_MEM || (r->size == f->object && scalar_contains(f->value, off));
	case KIND_FUNC:
		return r->kind == REGION_FUNC && r->gen == f->object;
	case KIND_NONE:
	case KIND_NUMBER:
	case KIND_STALE:
	case KIND_MEM_RO:
	case KIND_KERNEL:
	case KIND_DYNPTR:
	case KIND_FLOW_KEYS:
	case KIND_COUNT:
		break;
	}
	return true;
}

static bool holds(const struct machine *m, const struct facts_at *a, const struct fact *f, unsigned place)
{
	if (f->kind == KIND_NONE)
		return f->same == place;
	if (!is_known(m, place))
		return false;
	struct value v = value_at(m, place);
	uint64_t other = value_at(m, f->same).word;
	return v.word - other == (uint64_t)f->distance &&
	       (f->kind == KIND_NUMBER ? scalar_contains(f->value, v.word) : pointer_holds(m, a->deep, f, v));
}

static bool bytes_are_written(const struct machine *m, const struct facts_at *a)
{
	const bool *known = m->regions[m->frames[m->depth].region].stack->known;
	for (unsigned i = 0; i < STACK_BYTES; i++)
		if (a->written[i / 64] >> i % 64 & 1 && !known[i])
			return false;
	return true;
}

static void say(struct watched *w, const struct machine *m, const char *what, unsigned place)
{
	snprintf(w->wrong, sizeof w->wrong, "instruction %u: %s %u", m->pc, what, place);
}

static void look(void *arg, const struct machine *m)
{
	struct watched *w = arg;
	const struct facts_at *a = &w->facts->at[m->pc];
	if (*w->wrong)
		return;
	w->checked++;
	if (!a->reached)
		say(w, m, "reached", 0);
	else if (a->deep ? a->depth > m->depth + 1 : a->depth != m->depth + 1)
		say(w, m, "depth", m->depth);
	else if (a->packet > m->pkt.data_end - m->pkt.data)
		say(w, m, "packet", (unsigned)(m->pkt.data_end - m->pkt.data));
	else if (!bytes_are_written(m, a))
		say(w, m, "written", 0);
	for (unsigned i = 0; i < 11 && !*w->wrong; i++)
		if (!holds(m, a, &a->r[i], i))
			say(w, m, "register", i);
	for (unsigned i = 0; i < a->n_words && !*w->wrong; i++)
		if (!holds(m, a, &a->words[i].fact, FACTS_STACK + (unsigned)a->words[i].word))
			say(w, m, "word", a->words[i].word);
}

/* Returns how many concrete states were held against the facts. */
static uint64_t expect_facts(const struct program *p, const char *name, uint64_t seed, unsigned inputs)
{
	struct safety_options o = {.privileged = true, .no_search = true, .max_steps = 6000};
	struct safety_result r;
	struct facts *facts = facts_new(p, &o, &r);
	struct watched w = {.facts = facts};
	safety_release(&r);
	for (unsigned i = 0; facts && i < inputs; i++) {
		struct input *in = random_program_input(p, i % RANDOM_INPUTS, seed + i / RANDOM_INPUTS);
		struct exec_options e = {.max_steps = 3000,
					 .watch = look,
					 .watch_arg = &w,
					 .no_output = true,
					 .safety = SAFETY_ON | SAFETY_PRIVILEGED};
		struct exec_outcome out;
		exec_run(p, in, &e, &out);
		exec_release(&out);
		input_free(in);
	}
	facts_free(facts);
	cr_expect_eq(*w.wrong, 0, "%s, seed %llu: %s", name, (unsigned long long)seed, w.wrong);
	return w.checked;
}

static unsigned rounds(unsigned n)
{
	const char *more = getenv("FACTS_ROUNDS");
	return more ? (unsigned)atoi(more) : n;
}

Test(facts, random_programs)
{
	struct attack_bases none = {0};
	uint64_t checked = 0;
	unsigned n = rounds(400);
	for (uint64_t seed = 1; seed <= n; seed++) {
		struct attack_program a;
		if (!attack_make(&none, seed, &a))
			continue;
		checked += expect_facts(&a.program, a.name, seed, 16);
		attack_release(&a);
	}
	cr_expect_gt(checked, n * 16ull);
}

Test(facts, random_careful_programs)
{
	uint64_t checked = 0;
	unsigned n = rounds(400);
	for (uint64_t seed = 1; seed <= n; seed++) {
		struct known k = {0};
		char err[300] = "";
		cr_assert_eq(
		    object_assemble("r", random_program_text(RANDOM_CAREFUL, seed), &k.object, err, sizeof err),
		    OBJECT_OK, "%s", err);
		checked += expect_facts(k.object->programs[0], "careful", seed, 16);
		object_free(k.object);
	}
	cr_expect_gt(checked, n * 16ull);
}

Test(facts, random_relations)
{
	uint64_t checked = 0;
	unsigned n = rounds(400);
	for (uint64_t seed = 1; seed <= n; seed++) {
		struct known k = {0};
		char err[300] = "";
		cr_assert_eq(object_assemble("r", random_relation_text(seed), &k.object, err, sizeof err), OBJECT_OK,
			     "%s", err);
		checked += expect_facts(k.object->programs[0], "relations", seed, 16);
		object_free(k.object);
	}
	cr_expect_gt(checked, n * 16ull);
}
