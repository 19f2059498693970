/* SPDX-License-Identifier: BSD-2-Clause */
/* A way on which later comparisons are decided gets a copy of what it does before them, and goes past them. */
#include "checker/exec/alu.h"
#include "synth/analysis/certain.h"
#include "synth/draft/edit.h"
#include "synth/analysis/flow.h"

#define STEPS_MAX 16

struct walk {
	const struct scene *s;
	bool known[11];
	uint64_t word[11];
	struct insn done[2 * STEPS_MAX];
	uint32_t n, slot;      /* instructions done; where the way is now */
	uint32_t n_good, goal; /* the same behind the last comparison that was decided */
	unsigned decided;
};

static bool is_computed(const struct insn *in)
{
	return in->op != ISA_WIDE_TAIL && (insn_has_form(in, FORM_ALU) || insn_has_form(in, FORM_ALUX) ||
					   insn_has_form(in, FORM_ALU1) || insn_has_form(in, FORM_END));
}

static uint64_t second_operand(const struct walk *w, const struct insn *in)
{
	bool immediate = in->k || insn_has_form(in, FORM_ALU1) || insn_has_form(in, FORM_END);
	return immediate ? (uint64_t)(int64_t)in->imm : w->word[in->src];
}

static bool knows(const struct walk *w, uint16_t registers)
{
	for (unsigned r = 0; r < 11; r++)
		if (registers >> r & 1 && !w->known[r])
			return false;
	return true;
}

static void forget(struct walk *w, uint16_t registers)
{
	for (unsigned r = 0; r < 11; r++)
		if (registers >> r & 1)
			w->known[r] = false;
}

/* An instruction that is not a jump; false: the way's copy ends here. */
static bool pass(struct walk *w, const struct insn *in)
{
	struct effect e = effect_of(in);
	bool computed = is_computed(in) && knows(w, e.reads), load = insn_has_form(in, FORM_LDX);
	if (!is_computed(in) && !load)
		return false;
	w->done[w->n] = *in;
	forget(w, e.writes);
	if (computed) {
		w->word[in->dst] = alu_compute(in, w->word[in->dst], second_operand(w, in), 0);
		w->known[in->dst] = true;
		make_constant(in->dst, w->word[in->dst], &w->done[w->n]);
	}
	w->n++;
	w->slot++;
	return true;
}

static bool step(struct walk *w)
{
	const struct insn *in = &w->s->p->insns[w->slot];
	if (in->op == ISA_WIDE_TAIL || !edit_allows(w->s, w->slot))
		return false;
	if (in->op == ISA_JA) {
		w->slot = (uint32_t)insn_target(in, w->slot);
		return true;
	}
	if (!insn_has_form(in, FORM_JMP))
		return pass(w, in);
	if (!knows(w, effect_of(in).reads))
		return false;
	bool taken = alu_compute(in, w->word[in->dst], second_operand(w, in), 0);
	w->slot = taken ? (uint32_t)insn_target(in, w->slot) : w->slot + 1;
	w->n_good = w->n;
	w->goal = w->slot;
	w->decided++;
	return true;
}

/* What holds on the way from a slot, taken or not. */
static void start(struct walk *w, const struct scene *s, uint32_t from, bool taken)
{
	const struct insn *in = &s->p->insns[from];
	*w = (struct walk){.s = s, .slot = taken ? (uint32_t)insn_target(in, from) : from + 1};
	for (unsigned r = 0; r < 10; r++)
		w->known[r] = certain_number(s, from, r, &w->word[r]);
	bool conditional = insn_has_form(in, FORM_JMP);
	if (conditional && in->k && in->width == 64 && in->op == (taken ? ISA_JEQ : ISA_JNE)) {
		w->known[in->dst] = true;
		w->word[in->dst] = (uint64_t)(int64_t)in->imm;
	}
	if (!insn_is_jump(in)) {
		w->slot = from;
		if (!pass(w, in))
			forget(w, effect_of(in).writes);
		w->slot = from + 1;
		w->n = 0;
	}
}

/* Where nothing falls into a block, on the way from a jump to where it goes on if possible: then no jump goes back. */
static uint32_t find_place(const struct scene *s, uint32_t from, uint32_t goal)
{
	for (uint32_t at = from + 2; at <= goal; at++) {
		const struct insn *before = &s->p->insns[at - 1];
		if (before->op != ISA_WIDE_TAIL && !insn_falls_through(before))
			return at;
	}
	return program_sub(s->p, from)->end;
}

static bool offer_way(const struct scene *s, uint32_t from, bool taken, const struct walk *w)
{
	struct insn with[2 * STEPS_MAX + 1];
	uint32_t targets[2 * STEPS_MAX + 1] = {0}, n = 0;
	for (; n < w->n_good; n++)
		with[n] = w->done[n];
	with[n] = make_goto();
	targets[n] = w->goal;
	struct draft *d = scene_draft(s);
	uint32_t at = taken ? find_place(s, from, w->goal) : from + 1;
	if (s->p->insns[from].op == ISA_JA) {
		draft_replace(d, from, from + 1, with, targets, n + 1);
	} else if (taken && n == 0) {
		d->items[from].target = w->goal;
	} else {
		draft_replace(d, at, at, with, targets, n + 1);
		if (taken)
			d->items[from < at ? from : from + n + 1].target = at;
	}
	return s->offer(s, d, "a way past decided comparisons");
}

static bool try_way(const struct scene *s, uint32_t from, bool taken)
{
	struct walk w;
	start(&w, s, from, taken);
	for (unsigned i = 0; i < STEPS_MAX && step(&w); i++)
		;
	return w.decided == 0 || offer_way(s, from, taken, &w);
}

/* Do other ways meet what falls through from a slot? */
static bool meets(const struct flow *f, uint32_t slot)
{
	return f->pred_start[slot + 2] - f->pred_start[slot + 1] > 1;
}

void propose_thread(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	bool go_on = true;
	for (uint32_t i = 0; i + 1 < s->p->n && go_on; i++) {
		const struct insn *in = &s->p->insns[i];
		if (in->op == ISA_WIDE_TAIL || in->op == ISA_LDDW || in->op == ISA_MAY_GOTO || !edit_allows(s, i))
			continue;
		if (insn_is_jump(in))
			go_on = try_way(s, i, true);
		if (go_on && insn_falls_through(in) && (insn_is_jump(in) || meets(f, i)))
			go_on = try_way(s, i, false);
	}
	flow_free(f);
}
