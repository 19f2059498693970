/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts as proposers need them; inverses and mirror images of comparisons. */
#include "synth/analysis/certain.h"
#include "scalar.h"

bool certain_number(const struct scene *s, uint32_t slot, unsigned reg, uint64_t *value)
{
	const struct facts_at *at = &s->facts->at[slot];
	const struct fact *f = &at->r[reg];
	if (!at->reached || f->kind != KIND_NUMBER || !scalar_is_const(f->value))
		return false;
	*value = f->value.umin;
	return true;
}

bool certain_distance(const struct scene *s, uint32_t slot, unsigned a, unsigned b, int64_t *distance)
{
	const struct facts_at *at = &s->facts->at[slot];
	const struct fact *x = &at->r[a], *y = &at->r[b];
	if (!at->reached || x->kind == KIND_NONE || x->kind != y->kind || x->object != y->object || x->same != y->same)
		return false;
	*distance = (int64_t)((uint64_t)x->distance - (uint64_t)y->distance);
	return true;
}

bool certain_same(const struct scene *s, uint32_t slot, unsigned a, unsigned b)
{
	int64_t distance;
	uint64_t x, y;
	if (certain_distance(s, slot, a, b, &distance) && distance == 0)
		return true;
	return certain_number(s, slot, a, &x) && certain_number(s, slot, b, &y) && x == y;
}

bool certain_below(const struct scene *s, uint32_t slot, unsigned reg, unsigned bits)
{
	const struct facts_at *at = &s->facts->at[slot];
	return at->reached && at->r[reg].kind == KIND_NUMBER && at->r[reg].value.umax >> bits == 0;
}

static const struct {
	enum isa_op op;
	enum scalar_relation relation;
} relations[] = {
    {ISA_JEQ, SCALAR_EQ},   {ISA_JNE, SCALAR_NE},   {ISA_JGT, SCALAR_GT},   {ISA_JGE, SCALAR_GE},
    {ISA_JLT, SCALAR_LT},   {ISA_JLE, SCALAR_LE},   {ISA_JSGT, SCALAR_SGT}, {ISA_JSGE, SCALAR_SGE},
    {ISA_JSLT, SCALAR_SLT}, {ISA_JSLE, SCALAR_SLE}, {ISA_JSET, SCALAR_SET},
};

static bool find_relation(unsigned op, enum scalar_relation *relation)
{
	for (size_t i = 0; i < sizeof relations / sizeof *relations; i++)
		if (relations[i].op == op) {
			*relation = relations[i].relation;
			return true;
		}
	return false;
}

static bool find_jump(enum scalar_relation relation, uint8_t *op)
{
	for (size_t i = 0; i < sizeof relations / sizeof *relations; i++)
		if (relations[i].relation == relation) {
			*op = (uint8_t)relations[i].op;
			return true;
		}
	return false;
}

static bool comparable(const struct fact *a, const struct fact *b)
{
	return !a->maybe_null && !b->maybe_null && a->kind == KIND_NUMBER && b->kind == KIND_NUMBER;
}

/* Addresses within one stack or packet don't wrap: they compare as their offsets do, which are signed. */
static int address_jump(enum scalar_relation relation, const struct fact *a, const struct fact *b)
{
	static const uint8_t as_signed[] = {
	    [SCALAR_EQ] = SCALAR_EQ,  [SCALAR_NE] = SCALAR_NE,  [SCALAR_GT] = SCALAR_SGT,
	    [SCALAR_GE] = SCALAR_SGE, [SCALAR_LT] = SCALAR_SLT, [SCALAR_LE] = SCALAR_SLE,
	};
	bool same = a->kind == b->kind && a->object == b->object && a->from_end == b->from_end && !a->maybe_null &&
		    !b->maybe_null;
	if (!same || (a->kind != KIND_STACK && a->kind != KIND_PACKET) || relation > SCALAR_LE)
		return -1;
	return scalar_decide((enum scalar_relation)as_signed[relation], 64, a->value, b->value);
}

/* A comparison of a place in the packet with its end. */
static int packet_jump(const struct facts_at *at, const struct insn *in)
{
	const struct fact *a = &at->r[in->dst], *b = &at->r[in->src];
	if (a->kind != KIND_PACKET || b->kind != KIND_PACKET || a->from_end == b->from_end || in->width != 64)
		return -1;
	const struct fact *data = a->from_end ? b : a, *end = a->from_end ? a : b;
	bool inside = data->value.smin >= 0 && scalar_is_const(end->value) && end->value.umin == 0 &&
		      data->value.smax <= at->packet;
	enum isa_op no = a->from_end ? ISA_JLT : ISA_JGT, yes = a->from_end ? ISA_JGE : ISA_JLE;
	return !inside ? -1 : in->op == no ? 0 : in->op == yes ? 1 : -1;
}

int certain_jump(const struct scene *s, uint32_t slot)
{
	const struct facts_at *at = &s->facts->at[slot];
	const struct insn *in = &s->p->insns[slot];
	enum scalar_relation relation;
	if (!at->reached || !insn_has_form(in, FORM_JMP) || !find_relation(in->op, &relation))
		return -1;
	const struct fact *a = &at->r[in->dst],
			  constant = {.kind = KIND_NUMBER, .value = scalar_const((uint64_t)in->imm)};
	const struct fact *b = in->k ? &constant : &at->r[in->src];
	if (comparable(a, b))
		return scalar_decide(relation, in->width, a->value, b->value);
	if (in->k || in->width != 64)
		return -1;
	int decided = address_jump(relation, a, b);
	return decided >= 0 ? decided : packet_jump(at, in);
}

int certain_null(const struct scene *s, uint32_t slot)
{
	const struct facts_at *at = &s->facts->at[slot];
	const struct insn *in = &s->p->insns[slot];
	const struct fact *a = &at->r[in->dst];
	if (!at->reached || !insn_has_form(in, FORM_JMP) || !in->k || in->imm != 0 || in->width != 64 ||
	    a->kind == KIND_NONE || a->kind == KIND_NUMBER || a->maybe_null)
		return -1;
	return in->op == ISA_JEQ ? 0 : in->op == ISA_JNE ? 1 : -1;
}

bool make_constant(unsigned dst, uint64_t word, struct insn *out)
{
	if (!fits_immediate(word) && word > UINT32_MAX)
		return false;
	*out = make_move_constant(fits_immediate(word) ? 64 : 32, dst, (int32_t)(uint32_t)word);
	return true;
}

bool make_inverse(const struct insn *jump, struct insn *out)
{
	enum scalar_relation relation;
	*out = *jump;
	return insn_has_form(jump, FORM_JMP) && find_relation(jump->op, &relation) &&
	       find_jump(scalar_opposite(relation), &out->op);
}

bool make_mirrored(const struct insn *jump, struct insn *out)
{
	static const uint8_t mirrored[ISA_COUNT] = {
	    [ISA_JEQ] = ISA_JEQ,   [ISA_JNE] = ISA_JNE,   [ISA_JSET] = ISA_JSET, [ISA_JGT] = ISA_JLT,
	    [ISA_JLT] = ISA_JGT,   [ISA_JGE] = ISA_JLE,   [ISA_JLE] = ISA_JGE,   [ISA_JSGT] = ISA_JSLT,
	    [ISA_JSLT] = ISA_JSGT, [ISA_JSGE] = ISA_JSLE, [ISA_JSLE] = ISA_JSGE,
	};
	if (!insn_has_form(jump, FORM_JMP) || jump->k || !mirrored[jump->op])
		return false;
	*out = *jump;
	out->op = mirrored[jump->op];
	out->dst = jump->src;
	out->src = jump->dst;
	return true;
}
