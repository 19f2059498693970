/* SPDX-License-Identifier: BSD-2-Clause */
/* One side of a rule in the symbolic machine, with terms for its constants. */
#include "checker/window/rule_term.h"
#include "encode/isa/effect.h"

#include <string.h>

unsigned rule_reads(const struct rule_insn *side, unsigned n)
{
	unsigned all = 0, written = 0;
	for (unsigned i = 0; i < n; i++) {
		struct effect e = effect_of(&side[i].in);
		all |= e.reads & ~written;
		written |= e.writes;
	}
	return all;
}

unsigned rule_writes(const struct rule_insn *side, unsigned n)
{
	unsigned all = 0;
	for (unsigned i = 0; i < n; i++)
		all |= effect_of(&side[i].in).writes;
	return all;
}

void rule_inputs(struct world *w, term constants[RULE_CONSTANTS])
{
	for (unsigned i = 0; i < RULE_CONSTANTS; i++) {
		term word = world_input1(w, IN_SOME, word_const(w, RULE_INPUT_CONSTANTS + i));
		unsigned bits = rule_constants[i].bits;
		constants[i] = bits == 64 ? word : term_sext(w->pool, term_extract(w->pool, word, bits - 1, 0), 64);
	}
}

/* The k-th memory of plain bytes. */
static uint32_t memory(struct world *w, unsigned k)
{
	term position = word_const(w, ~0ull - k); /* before any call */
	return region_make(w, REGION_MEM, RULE_MEMORY, tuple_make(w, &position, 1));
}

struct state *rule_state(struct world *w, const struct rule *r, const enum rule_holds holds[RULE_REGS], bool same)
{
	struct state *s = state_new(w);
	for (unsigned i = 0; i < 11; i++)
		s->regs[i] = value_uninit(w);
	for (unsigned i = 0; i < r->n_regs; i++) {
		term word = world_input1(w, IN_SOME, word_const(w, RULE_INPUT_REGS + i));
		if (holds[i] == RULE_HOLDS_NUMBER)
			s->regs[i] = value_number(w, word);
		else if (holds[i] == RULE_HOLDS_WORD)
			s->regs[i] = value_pointer(w, WORD_REGION, word);
		else if (holds[i] == RULE_HOLDS_POINTER)
			s->regs[i] = value_pointer(w, memory(w, same ? 0 : i), word);
	}
	return s;
}

static void set_fields(struct rule_side *out, struct world *w, const struct rule *r, const struct rule_insn *from,
		       unsigned n, const term constants[RULE_CONSTANTS])
{
	for (unsigned i = 0; i < n; i++) {
		out->insns[i] = from[i].in;
		if (from[i].imm)
			out->fields[i].imm = rule_term(w->pool, r, from[i].imm - 1u, constants);
		if (from[i].off)
			out->fields[i].off = rule_term(w->pool, r, from[i].off - 1u, constants);
	}
}

/* Notes where an instruction loads or stores; false: through no pointer into memory. */
static bool note_access(struct rule_side *out, struct world *w, const struct insn *in)
{
	bool store = insn_has_form(in, FORM_ST) || insn_has_form(in, FORM_STX);
	if (!store && !insn_has_form(in, FORM_LDX) && !insn_has_form(in, FORM_LDXS))
		return true;
	const struct value *base = &out->state->regs[store ? in->dst : in->src];
	term off = out->fields[out->run->slot].off;
	if (base->n != 1 || region_at(w, base->alts[0].region)->kind != REGION_MEM)
		return false;
	if (!off)
		off = word_const(w, (uint64_t)(int64_t)in->off);
	out->accesses[out->n_accesses++] = (struct rule_access){store, in->width / 8u, base->alts[0].region,
								term_add(w->pool, base->alts[0].off, off)};
	return true;
}

static bool step(struct rule_side *out, struct world *w, const struct insn *in)
{
	switch ((int)isa_rows[in->op].form) {
	case FORM_JA:
		out->taken = term_true(w->pool);
		return true;
	case FORM_JMP:
		out->taken = step_condition(out->run, out->state, in);
		return true;
	case FORM_ALU:
	case FORM_ALUX:
	case FORM_ALU1:
	case FORM_END:
	case FORM_WIDE:
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_ST:
	case FORM_STX:
		return note_access(out, w, in) && step_insn(out->run, out->state, in);
	default:
		return false; /* rules have none */
	}
}

void rule_side_run(struct rule_side *out, struct world *w, const struct rule *r, bool result, const struct state *from,
		   const term constants[RULE_CONSTANTS])
{
	unsigned n = result ? r->n_result : r->n_pattern;
	memset(out, 0, sizeof *out);
	set_fields(out, w, r, result ? r->result : r->pattern, n, constants);
	out->program = (struct program){.insns = out->insns, .n = n};
	out->run = run_new(w, &out->program, NULL);
	out->run->fields = out->fields;
	out->state = state_copy(w, from);
	out->taken = term_false(w->pool);
	out->complete = true;
	for (unsigned i = 0; i < n && out->complete; i++) {
		out->run->slot = i;
		out->complete = step(out, w, &out->insns[i]);
	}
	out->complete &= out->run->n_unknowns == 0 && run_end(out->run) == REASON_NONE;
}

void rule_side_release(struct rule_side *side)
{
	run_free(side->run);
}
