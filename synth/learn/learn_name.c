/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules made fit to be read: names, topics, no node or register that is not used. */
#include "synth/learn/learn.h"

#include "encode/isa/effect.h"

#include <ctype.h>
#include <string.h>

static bool is_load(const struct insn *in)
{
	return insn_has_form(in, FORM_LDX) || insn_has_form(in, FORM_LDXS);
}

static bool is_store(const struct insn *in)
{
	return insn_has_form(in, FORM_ST) || insn_has_form(in, FORM_STX);
}

static bool needs_v4(const struct rule_insn *side, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (isa_rows[side[i].in.op].cpu >= 4)
			return true;
	return false;
}

const char *learn_topic(const struct rule *r)
{
	const struct insn *first = &r->pattern[0].in, *last = &r->pattern[r->n_pattern - 1].in;
	if (!needs_v4(r->pattern, r->n_pattern) && needs_v4(r->result, r->n_result))
		return "v4";
	if (insn_is_jump(last))
		return r->n_result && insn_has_form(&r->result[0].in, FORM_JMP) ? "compare" : "jump";
	if (is_store(last))
		return "store";
	if (is_load(first) || is_load(last))
		return "load";
	if (insn_has_form(first, FORM_END) || insn_has_form(last, FORM_END))
		return "byte";
	if (first->op == ISA_MOVSX || last->op == ISA_MOVSX)
		return "sign";
	if (first->op == ISA_LDDW || first->op == ISA_MOV || last->op == ISA_MOV)
		return first->width == 32 && !first->k && first->op == ISA_MOV ? "thirty-two" : "move";
	if (first->op == ISA_LSH || first->op == ISA_RSH || first->op == ISA_ARSH)
		return "shift";
	return first->op == ISA_AND || last->op == ISA_AND ? "mask" : "arithmetic";
}

static void add_word(char *name, size_t len, const struct rule *r, const struct rule_insn *ri)
{
	const struct insn *in = &ri->in;
	size_t n = strlen(name);
	char word[24];
	snprintf(word, sizeof word, "%s", isa_rows[in->op].name);
	for (char *s = word; *s; s++)
		*s = *s == '_' ? '-' : (char)tolower((unsigned char)*s);
	n += (size_t)snprintf(name + n, len - n, "%s%s", n ? "-" : "", word);
	if (in->width && in->width != 64)
		n += (size_t)snprintf(name + n, len - n, "%u", in->width);
	if (ri->imm && r->nodes[ri->imm - 1].op == RULE_NUMBER)
		snprintf(name + n, len - n, r->nodes[ri->imm - 1].value < 0 ? ".m%llu" : ".%llu",
			 r->nodes[ri->imm - 1].value < 0 ? -(unsigned long long)r->nodes[ri->imm - 1].value
							 : (unsigned long long)r->nodes[ri->imm - 1].value);
	else if (ri->imm)
		snprintf(name + n, len - n, ".k");
}

static bool is_taken(const struct rules *known, const char *name)
{
	for (size_t i = 0; i < known->n; i++)
		if (!strcmp(known->at[i].name, name))
			return true;
	return false;
}

void learn_name(struct rule *r, const struct rules *known)
{
	char base[RULE_NAME - 6] = "", name[RULE_NAME];
	for (unsigned i = 0; i < r->n_pattern; i++)
		add_word(base, sizeof base, r, &r->pattern[i]);
	snprintf(name, sizeof name, "%s", base);
	for (unsigned i = 2; is_taken(known, name); i++)
		snprintf(name, sizeof name, "%s-%u", base, i);
	memcpy(r->name, name, sizeof name);
}

static uint8_t copy_node(struct rule *to, const struct rule *from, unsigned node)
{
	struct rule_node n = from->nodes[node];
	if (n.op != RULE_NUMBER && n.op != RULE_CONSTANT) {
		unsigned level = rule_op_rows[n.op].level;
		n.a = copy_node(to, from, n.a);
		n.b = level == RULE_PREFIX || level == RULE_CALL1 ? 0 : copy_node(to, from, n.b);
	}
	return (uint8_t)rule_expr_node(to, n);
}

static void copy_nodes(struct rule *r)
{
	struct rule old = *r;
	r->n_nodes = 0;
	memset(r->nodes, 0, sizeof r->nodes);
	for (unsigned side = 0; side < 2; side++)
		for (unsigned i = 0; i < (side ? r->n_result : r->n_pattern); i++) {
			struct rule_insn *ri = side ? &r->result[i] : &r->pattern[i];
			if (ri->imm)
				ri->imm = (uint8_t)(copy_node(r, &old, ri->imm - 1u) + 1);
			if (ri->off)
				ri->off = (uint8_t)(copy_node(r, &old, ri->off - 1u) + 1);
		}
	for (unsigned i = 0; i < r->n_facts; i++)
		r->facts[i].node = copy_node(r, &old, r->facts[i].node);
	for (unsigned i = 0; i < r->n_conditions; i++)
		r->conditions[i] = copy_node(r, &old, r->conditions[i]);
}

static void rename_registers(struct rule_insn *side, unsigned n, const uint8_t to[RULE_REGS])
{
	for (unsigned i = 0; i < n; i++) {
		side[i].in.dst = side[i].in.dst < RULE_REGS ? to[side[i].in.dst] : side[i].in.dst;
		side[i].in.src = side[i].in.src < RULE_REGS ? to[side[i].in.src] : side[i].in.src;
	}
}

static uint8_t rename_bits(uint8_t bits, const uint8_t to[RULE_REGS], unsigned used)
{
	uint8_t out = 0;
	for (unsigned i = 0; i < RULE_REGS; i++)
		if (bits >> i & 1 && used >> i & 1)
			out |= (uint8_t)(1u << to[i]);
	return out;
}

void learn_tidy(struct rule *r)
{
	uint8_t to[RULE_REGS] = {0}, n = 0;
	unsigned used = 0;
	for (unsigned i = 0; i < r->n_pattern; i++) {
		struct effect e = effect_of(&r->pattern[i].in);
		const uint8_t order[] = {r->pattern[i].in.dst, r->pattern[i].in.src};
		for (unsigned k = 0; k < 2; k++)
			if ((e.reads | e.writes) >> order[k] & 1 && !(used >> order[k] & 1)) {
				used |= 1u << order[k];
				to[order[k]] = n++;
			}
	}
	rename_registers(r->pattern, r->n_pattern, to);
	rename_registers(r->result, r->n_result, to);
	r->dead = rename_bits(r->dead, to, used);
	r->any = rename_bits(r->any, to, used);
	r->points = rename_bits(r->points, to, used);
	for (unsigned i = 0; i < r->n_facts; i++)
		r->facts[i].reg = to[r->facts[i].reg];
	r->n_regs = n;
	copy_nodes(r);
}
