/* SPDX-License-Identifier: BSD-2-Clause */
/* Shapes of instruction pairs as hashes. */
#include "synth/learn/learn_shape.h"

#include "encode/isa/effect.h"
#include "synth/draft/alloc.h"

#include <string.h>

#define REACH 4 /* instructions from the first to the second */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 31;
}

static bool is_jump(const struct insn *in)
{
	return insn_has_form(in, FORM_JMP) || insn_has_form(in, FORM_JA);
}

static uint64_t operation_of(const struct insn *in)
{
	uint64_t off = in->op == ISA_MOVSX ? (uint64_t)in->off : 0;
	return (uint64_t)in->op | (uint64_t)in->width << 8 | (uint64_t)in->k << 16 | off << 20;
}

static bool has_src(const struct insn *in)
{
	return !in->k && !insn_has_form(in, FORM_ALU1) && !insn_has_form(in, FORM_END) &&
	       !insn_has_form(in, FORM_WIDE) && !insn_has_form(in, FORM_ST);
}

/* Numbers are in it where they are given. */
static uint64_t shape_of(const struct insn *a, const struct insn *b, const int64_t *x, const int64_t *y)
{
	unsigned same = (unsigned)(b->dst == a->dst) | (unsigned)(has_src(b) && b->src == a->dst) << 1;
	uint64_t h = mix(mix(operation_of(a), operation_of(b)), same);
	h = mix(h, x ? (uint64_t)*x : 0x123456789abcdef);
	return mix(h, y ? (uint64_t)*y : 0x123456789abcdef);
}

static bool is_store(const struct insn *in)
{
	return insn_has_form(in, FORM_ST) || insn_has_form(in, FORM_STX);
}

static bool are_connected(const struct insn *a, const struct insn *b)
{
	struct effect x = effect_of(a), y = effect_of(b);
	return x.writes & (y.reads | y.writes) || (is_store(a) && is_store(b) && a->dst == b->dst);
}

static void add_pair(struct seen *shapes, const struct insn *a, const struct insn *b)
{
	int64_t x = a->imm, y = b->imm;
	for (unsigned numbers = 0; numbers < 4; numbers++)
		seen_add(shapes, shape_of(a, b, numbers & 1 ? &x : NULL, numbers & 2 ? &y : NULL));
}

static void add_pairs(struct seen *shapes, const struct insn *insns, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct insn *a = &insns[i];
		if (a->op == ISA_WIDE_TAIL || is_jump(a))
			continue;
		for (size_t k = i + 1; k < n && k <= i + REACH; k++) {
			const struct insn *b = &insns[k];
			if (b->op == ISA_WIDE_TAIL || !are_connected(a, b))
				continue;
			add_pair(shapes, a, b);
			if (effect_of(b).writes & effect_of(a).writes)
				break;
		}
	}
}

static bool is_shift(const struct insn *in)
{
	return in->op == ISA_LSH || in->op == ISA_RSH || in->op == ISA_ARSH;
}

/* What a shift to the left and back does, where newer instruction sets have one instruction for it. */
static bool is_extension(const struct insn *a, const struct insn *b, struct insn *one)
{
	if (a->op != ISA_LSH || !is_shift(b) || a->width != 64 || b->width != 64 || !a->k || !b->k ||
	    a->imm != b->imm || a->dst != b->dst)
		return false;
	*one = (struct insn){.op = ISA_MOV, .width = 32, .dst = a->dst, .src = a->dst};
	if (b->op == ISA_ARSH)
		*one = (struct insn){
		    .op = ISA_MOVSX, .width = 64, .dst = a->dst, .src = a->dst, .off = (int16_t)(64 - a->imm)};
	return b->op == ISA_ARSH || a->imm == 32;
}

void learn_shapes_add(struct seen *shapes, const struct program *p)
{
	struct insn *newer = checked(malloc((p->n + 1) * sizeof *newer)), one;
	memcpy(newer, p->insns, p->n * sizeof *newer);
	for (size_t i = 0; i + 1 < p->n; i++)
		if (is_extension(&p->insns[i], &p->insns[i + 1], &one)) {
			newer[i] = one;
			newer[i + 1] = (struct insn){.op = ISA_WIDE_TAIL};
		}
	add_pairs(shapes, p->insns, p->n);
	add_pairs(shapes, newer, p->n);
	free(newer);
}

static const int64_t *number_of(const struct rule *r, unsigned i)
{
	const struct rule_node *n = r->pattern[i].imm ? &r->nodes[r->pattern[i].imm - 1] : NULL;
	return n && n->op == RULE_NUMBER ? &n->value : NULL;
}

bool learn_shapes_have(const struct seen *shapes, const struct rule *r)
{
	const struct insn *a = &r->pattern[0].in, *b = &r->pattern[1].in;
	bool any = is_shift(a) && is_shift(b); /* one width is as good as another */
	return seen_has(shapes, shape_of(a, b, any ? NULL : number_of(r, 0), any ? NULL : number_of(r, 1)));
}
