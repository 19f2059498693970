/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules against a program. What a proof takes for granted is looked up here:
 * registers that it has as numbers hold numbers, pointers lead to plain bytes,
 * dead registers are dead on every way out, nobody jumps into the middle.
 */
#include "synth/rules/rule_match.h"

#include "encode/isa/effect.h"

#include <string.h>

#define REACH 6 /* instructions between two of a pattern with gaps */
#define NO_REG 0xff

struct matching {
	const struct scene *s;
	const struct rule *r;
	struct rule_match *m;
	unsigned bound; /* constants, a bit each */
};

/* Fields. */

static bool has_dst(const struct insn *in)
{
	return !insn_has_form(in, FORM_JA);
}

static bool has_src(const struct insn *in)
{
	switch ((int)isa_rows[in->op].form) {
	case FORM_ALU:
	case FORM_JMP:
		return !in->k;
	case FORM_ALUX:
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_STX:
		return true;
	default:
		return false;
	}
}

static bool bind_register(struct rule_match *m, uint8_t variable, uint8_t reg)
{
	if (m->regs[variable] != NO_REG)
		return m->regs[variable] == reg;
	for (unsigned i = 0; i < RULE_REGS; i++)
		if (m->regs[i] == reg)
			return false; /* two variables are two registers */
	m->regs[variable] = reg;
	return true;
}

/* `same`: is v the value of the expression in a field? */
static bool bind_constant(struct matching *q, unsigned node, unsigned bits, uint64_t v,
			  bool (*same)(uint64_t, uint64_t))
{
	const struct rule_node *n = &q->r->nodes[node];
	if (n->op == RULE_CONSTANT && !(q->bound >> n->value & 1) && rule_constants[n->value].bits == bits) {
		q->bound |= 1u << n->value;
		q->m->constants[n->value] = v;
		return true;
	}
	if (rule_constants_of(q->r, node) & ~q->bound)
		return false;
	return same(rule_value(q->r, node, q->m->constants), v);
}

static bool same_word(uint64_t a, uint64_t b)
{
	return a == b;
}

static bool same_half(uint64_t a, uint64_t b)
{
	return (uint32_t)a == (uint32_t)b;
}

static bool match_fields(struct matching *q, const struct rule_insn *ri, const struct insn *in)
{
	const struct insn *p = &ri->in;
	if (ri->imm) {
		bool wide = in->op == ISA_LDDW;
		uint64_t v = wide ? in->imm64 : (uint64_t)(int64_t)in->imm;
		bool half = rule_fits_imm(in, 1ull << 63) && !wide;
		if (!bind_constant(q, ri->imm - 1u, wide ? 64 : 32, v, half ? same_half : same_word))
			return false;
	} else if (p->imm != in->imm) {
		return false;
	}
	if (ri->off)
		return bind_constant(q, ri->off - 1u, 16, (uint64_t)(int64_t)in->off, same_word);
	return insn_is_jump(p) || p->off == in->off;
}

static bool match_instruction(struct matching *q, const struct rule_insn *ri, uint32_t slot)
{
	const struct insn *p = &ri->in, *in = &q->s->p->insns[slot];
	if (p->op != in->op || p->width != in->width || p->k != in->k || (in->op == ISA_LDDW && in->src != WIDE_CONST))
		return false;
	if (!q->s->may_edit(q->s, slot) || program_core(q->s->p, slot))
		return false;
	if (has_dst(p) && !bind_register(q->m, p->dst, in->dst))
		return false;
	if (has_src(p) && !bind_register(q->m, p->src, in->src))
		return false;
	return match_fields(q, ri, in);
}

/* Conditions. */

static uint64_t upper_bound(const struct fact *f)
{
	uint64_t bits = f->value.bits.value | f->value.bits.mask;
	return f->value.umax < bits ? f->value.umax : bits;
}

static bool fact_holds(const struct matching *q, const struct rule_fact *want, const struct facts_at *at)
{
	const struct fact *f = &at->r[q->m->regs[want->reg]];
	uint64_t v = rule_value(q->r, want->node, q->m->constants);
	if (f->kind != KIND_NUMBER)
		return false;
	return want->kind == RULE_BELOW ? upper_bound(f) <= v : ((f->value.bits.value | f->value.bits.mask) & v) == 0;
}

/* Accesses of a side through a register variable suit the stack: at a known place, aligned, no whole registers, which
 * may be pointers there. */
static bool suits_stack(const struct matching *q, const struct rule_insn *side, unsigned n, unsigned variable,
			int64_t base)
{
	for (unsigned i = 0; i < n; i++) {
		const struct insn *in = &side[i].in;
		bool load = insn_has_form(in, FORM_LDX) || insn_has_form(in, FORM_LDXS);
		bool store = insn_has_form(in, FORM_ST) || insn_has_form(in, FORM_STX);
		if (effect_of(in).writes >> variable & 1)
			return false;
		if ((!load || in->src != variable) && (!store || in->dst != variable))
			continue;
		int64_t at = base + (int64_t)rule_value(q->r, side[i].off - 1u, q->m->constants);
		if (at % (in->width / 8) || (load && in->width == 64))
			return false;
		if (insn_has_form(in, FORM_STX) && q->r->any >> in->src & 1)
			return false;
	}
	return true;
}

static bool is_plain(const struct matching *q, unsigned variable, const struct fact *f)
{
	const struct object *o = q->s->p->object;
	if (f->maybe_null)
		return false;
	switch ((int)f->kind) {
	case KIND_PACKET:
	case KIND_MEM:
	case KIND_MEM_RO:
		return true;
	case KIND_VALUE:
		return f->object < o->n_maps && !o->maps[f->object].n_specials;
	case KIND_STACK:
		return !f->value.bits.mask &&
		       suits_stack(q, q->r->pattern, q->r->n_pattern, variable, (int64_t)f->value.bits.value) &&
		       suits_stack(q, q->r->result, q->r->n_result, variable, (int64_t)f->value.bits.value);
	default:
		return false;
	}
}

static unsigned side_effects(const struct rule_insn *side, unsigned n, bool writes)
{
	unsigned all = 0, written = 0;
	for (unsigned i = 0; i < n; i++) {
		struct effect e = effect_of(&side[i].in);
		all |= writes ? e.writes : e.reads & ~written;
		written |= e.writes;
	}
	return all;
}

static bool registers_hold(const struct matching *q, const struct facts_at *at)
{
	const struct rule *r = q->r;
	unsigned reads = side_effects(r->pattern, r->n_pattern, false);
	unsigned writes = side_effects(r->pattern, r->n_pattern, true) | side_effects(r->result, r->n_result, true);
	for (unsigned i = 0; i < r->n_regs; i++) {
		const struct fact *f = &at->r[q->m->regs[i]];
		if (q->m->regs[i] == 10 && writes >> i & 1)
			return false;
		if (r->points >> i & 1) {
			if (!is_plain(q, i, f))
				return false;
		} else if (reads >> i & 1 && !(r->any >> i & 1)) {
			if (f->kind != KIND_NUMBER || f->followable)
				return false;
		}
	}
	return true;
}

static bool dead_ones_are(const struct matching *q)
{
	const struct program *p = q->s->p;
	uint32_t last = q->m->slots[q->r->n_pattern - 1];
	unsigned live = 0;
	if (insn_falls_through(&p->insns[last]))
		live |= q->s->live->at[q->m->end].regs;
	if (insn_is_jump(&p->insns[last]))
		live |= q->s->live->at[insn_target(&p->insns[last], last)].regs;
	for (unsigned i = 0; i < q->r->n_regs; i++)
		if (q->r->dead >> i & 1 && live >> q->m->regs[i] & 1)
			return false;
	return true;
}

static bool conditions_hold(const struct matching *q)
{
	const struct rule *r = q->r;
	const struct facts_at *at = &q->s->facts->at[q->m->slots[0]];
	if (!at->reached || !registers_hold(q, at) || !dead_ones_are(q))
		return false;
	for (unsigned i = 0; i < r->n_conditions; i++)
		if (!rule_value(r, r->conditions[i], q->m->constants))
			return false;
	for (unsigned i = 0; i < r->n_facts; i++)
		if (!fact_holds(q, &r->facts[i], at))
			return false;
	return true;
}

/* The result. */

static bool build_instruction(const struct matching *q, const struct rule_insn *ri, struct insn *out)
{
	uint8_t bytes[8];
	char err[120];
	struct insn again;
	*out = ri->in;
	if (has_dst(out))
		out->dst = q->m->regs[out->dst];
	if (has_src(out))
		out->src = q->m->regs[out->src];
	if (ri->imm) {
		uint64_t v = rule_value(q->r, ri->imm - 1u, q->m->constants);
		if (!rule_fits_imm(out, v))
			return false;
		out->imm = (int32_t)v;
		out->imm64 = out->op == ISA_LDDW ? v : 0;
	}
	if (ri->off) {
		uint64_t v = rule_value(q->r, ri->off - 1u, q->m->constants);
		if (v != (uint64_t)(int16_t)v)
			return false;
		out->off = (int16_t)v;
	}
	if (!scene_allows(q->s, out))
		return false;
	if (out->op == ISA_LDDW)
		return true;
	insn_encode(out, 1, bytes);
	return insn_decode_slot(bytes, &again, err, sizeof err);
}

static bool build_result(struct matching *q)
{
	struct rule_match *m = q->m;
	for (unsigned i = 0; i < q->r->n_result; i++) {
		struct insn *out = &m->result[m->n_result++];
		if (!build_instruction(q, &q->r->result[i], out))
			return false;
		if (out->op == ISA_LDDW)
			m->result[m->n_result++] = (struct insn){.op = ISA_WIDE_TAIL};
	}
	return true;
}

/* Places. */

static uint32_t behind(const struct program *p, uint32_t slot)
{
	return slot + (p->insns[slot].op == ISA_LDDW ? 2 : 1);
}

/* Does control come to [start, end) from elsewhere than right before it? A block begins there then. */
static bool is_entered(const struct scene *s, uint32_t start, uint32_t end)
{
	const struct subprogram *sub = program_sub(s->p, start);
	const struct cfg *g = &s->cfgs[sub - s->p->subs];
	for (size_t i = 0; i < g->n; i++)
		if (g->blocks[i].start >= start && g->blocks[i].start < end)
			return true;
	return end > sub->end;
}

/* Can the pattern's instructions up to now go behind this one? */
static bool can_pass(const struct matching *q, unsigned n, uint32_t slot)
{
	const struct insn *over = &q->s->p->insns[slot];
	struct effect x = effect_of(over);
	enum isa_form form = isa_rows[over->op].form;
	bool plain =
	    form == FORM_ALU || form == FORM_ALUX || form == FORM_ALU1 || form == FORM_END || form == FORM_WIDE;
	bool memory = form == FORM_LDX || form == FORM_LDXS || form == FORM_ST || form == FORM_STX;
	for (unsigned i = 0; i < n; i++) {
		const struct insn *in = &q->s->p->insns[q->m->slots[i]];
		struct effect e = effect_of(in);
		bool own = !insn_has_form(in, FORM_ALU) && !insn_has_form(in, FORM_ALUX) &&
			   !insn_has_form(in, FORM_ALU1) && !insn_has_form(in, FORM_END) &&
			   !insn_has_form(in, FORM_WIDE);
		if ((x.writes & (e.reads | e.writes)) || (x.reads & e.writes) || (own && memory))
			return false;
	}
	return plain || memory;
}

/* The pattern's k-th instruction from a slot on. */
static bool find_rest(struct matching *q, unsigned k, uint32_t from, bool gaps)
{
	struct rule_match *m = q->m;
	const struct program *p = q->s->p;
	for (unsigned passed = 0; k < q->r->n_pattern && from < p->n; passed++) {
		struct rule_match kept = *m;
		unsigned bound = q->bound;
		if (match_instruction(q, &q->r->pattern[k], from)) {
			m->slots[k++] = from;
			from = behind(p, from);
			passed = 0;
			continue;
		}
		*m = kept;
		q->bound = bound;
		if (!gaps || passed >= REACH || !can_pass(q, k, from))
			return false;
		m->gaps = true;
		from = behind(p, from);
	}
	m->end = from;
	return k == q->r->n_pattern;
}

bool rule_match_at(const struct scene *s, const struct rule *r, uint32_t slot, bool gaps, struct rule_match *out)
{
	struct matching q = {s, r, out, 0};
	const struct insn *in = &s->p->insns[slot];
	if (in->op != r->pattern[0].in.op)
		return false;
	memset(out, 0, sizeof *out);
	memset(out->regs, NO_REG, sizeof out->regs);
	out->rule = r;
	if (!match_instruction(&q, &r->pattern[0], slot))
		return false;
	out->slots[0] = slot;
	if (!find_rest(&q, 1, behind(s->p, slot), gaps) || is_entered(s, slot + 1, out->end))
		return false;
	return conditions_hold(&q) && build_result(&q);
}

bool rule_match_apply(const struct scene *s, const struct rule_match *m, struct draft *d)
{
	const struct program *p = s->p;
	unsigned n = m->rule->n_pattern;
	uint32_t last = m->slots[n - 1], targets[2 * RULE_INSNS] = {0};
	for (unsigned i = 0; i < m->n_result; i++)
		if (insn_is_jump(&m->result[i]) && m->result[i].op != ISA_WIDE_TAIL)
			targets[i] = (uint32_t)insn_target(&p->insns[last], last);
	if (!m->gaps)
		return draft_replace(d, m->slots[0], m->end, m->result, targets, m->n_result);
	for (unsigned i = 0; i + 1 < n; i++)
		draft_kill(d, m->slots[i]);
	return draft_replace(d, last, m->end, m->result, targets, m->n_result);
}
