/* SPDX-License-Identifier: BSD-2-Clause */
/* Ways that meet in a short end with different constants get an end of their own, which loads the constant itself. */
#include "synth/draft/edit.h"
#include "synth/analysis/flow.h"
#include "synth/analysis/certain.h"

#include <string.h>

#define END_MAX 4 /* slots of an end, its exit included */
#define CLASSES_MAX 8

struct end {
	uint32_t start, exit; /* slots */
	unsigned reg;         /* that it reads and the ways to it load */
	uint64_t words[CLASSES_MAX];
	unsigned n_words;
	bool falls; /* the slot before it falls through into it */
};

/* A straight run of register instructions from a slot to an exit. */
static bool find_exit(const struct scene *s, uint32_t start, uint32_t *exit)
{
	for (uint32_t i = start; i < s->p->n && i < start + END_MAX; i++) {
		const struct insn *in = &s->p->insns[i];
		if (!edit_allows(s, i) || insn_is_jump(in) || insn_has_form(in, FORM_CALL) || in->op == ISA_LDDW)
			return false;
		if (in->op == ISA_EXIT) {
			*exit = i;
			return true;
		}
	}
	return false;
}

/* The number of a word's class, which may be new; CLASSES_MAX: there are too many. */
static unsigned class_of(struct end *e, uint64_t word)
{
	unsigned k = 0;
	while (k < e->n_words && e->words[k] != word)
		k++;
	if (k == e->n_words && k < CLASSES_MAX)
		e->words[e->n_words++] = word;
	return k;
}

/* What the register holds on the way from a slot to its successor. */
static bool known_on_way(const struct scene *s, uint32_t from, unsigned reg, uint64_t *word)
{
	const struct insn *in = &s->p->insns[from];
	if (in->op == ISA_MOV && in->k && in->dst == reg) {
		*word = in->width == 64 ? (uint64_t)(int64_t)in->imm : (uint32_t)in->imm;
		return true;
	}
	return !(effect_of(in).writes & EFFECT_BIT(reg)) && s->facts->at[from].reached &&
	       certain_number(s, from, reg, word);
}

static bool jumps_there(const struct scene *s, uint32_t from, uint32_t to)
{
	const struct insn *in = &s->p->insns[from];
	return insn_is_jump(in) && insn_target(in, from) == to;
}

/* The class of the way from a slot to the end; CLASSES_MAX: none. */
static unsigned class_of_way(const struct scene *s, struct end *e, uint32_t from)
{
	uint64_t word;
	struct insn load;
	return known_on_way(s, from, e->reg, &word) && make_constant(e->reg, word, &load) ? class_of(e, word)
											  : CLASSES_MAX;
}

/* The way that falls into the end has the first class. */
static void classify(const struct scene *s, const struct flow *f, struct end *e)
{
	e->n_words = 0;
	e->falls = false;
	for (int jumps = 0; jumps < 2; jumps++)
		for (uint32_t k = f->pred_start[e->start]; k < f->pred_start[e->start + 1]; k++) {
			if (jumps_there(s, f->preds[k], e->start) != jumps)
				continue;
			e->falls |= !jumps;
			class_of_way(s, e, f->preds[k]);
		}
}

/* The end's instructions with the constant: a move of the register becomes a load. */
static uint32_t copy_end(const struct scene *s, const struct end *e, uint64_t word, struct insn *out)
{
	uint32_t n = 0;
	const struct insn *first = &s->p->insns[e->start];
	bool is_move = first->op == ISA_MOV && !first->k && first->src == e->reg && first->width == 64;
	n += make_constant(is_move ? first->dst : e->reg, word, &out[n]);
	for (uint32_t i = e->start + is_move; i <= e->exit; i++)
		out[n++] = s->p->insns[i];
	return n;
}

/* The ways of the classes in `mask` go to ends of their own. These stand before the common one if what falls into that
 * is to fall into the first of them, else behind it. */
static bool offer_split(const struct scene *s, const struct flow *f, struct end *e, unsigned mask)
{
	struct insn with[CLASSES_MAX * (END_MAX + 1)];
	uint32_t n = 0, place[CLASSES_MAX];
	for (unsigned k = 0; k < e->n_words; k++) {
		place[k] = n;
		if (mask >> k & 1)
			n += copy_end(s, e, e->words[k], with + n);
	}
	uint32_t falling = e->start - 1;
	bool before = e->falls && class_of_way(s, e, falling) == 0 && mask & 1;
	uint32_t at = before ? e->start : e->exit + 1;
	struct draft *d = scene_draft(s);
	draft_replace(d, at, at, with, NULL, n);
	for (uint32_t i = f->pred_start[e->start]; i < f->pred_start[e->start + 1]; i++) {
		uint32_t from = f->preds[i];
		unsigned class = class_of_way(s, e, from);
		if (class < CLASSES_MAX && mask >> class & 1 && jumps_there(s, from, e->start))
			d->items[from >= at ? from + n : from].target = at + place[class];
	}
	return s->offer(s, d, "an end for each constant");
}

/* The ways of a class go to an end of their own that stands where one of them has a goto. */
static bool offer_in_place(const struct scene *s, const struct flow *f, struct end *e, unsigned class, uint32_t jump)
{
	struct insn with[END_MAX + 1];
	uint32_t n = copy_end(s, e, e->words[class], with);
	struct draft *d = scene_draft(s);
	draft_replace(d, jump, jump + 1, with, NULL, n);
	for (uint32_t i = f->pred_start[e->start]; i < f->pred_start[e->start + 1]; i++) {
		uint32_t from = f->preds[i];
		if (from != jump && jumps_there(s, from, e->start) && class_of_way(s, e, from) == class)
			d->items[from > jump ? from + n - 1 : from].target = jump;
	}
	return s->offer(s, d, "an end for a constant");
}

static bool split_in_place(const struct scene *s, const struct flow *f, struct end *e)
{
	for (uint32_t i = f->pred_start[e->start]; i < f->pred_start[e->start + 1]; i++) {
		uint32_t from = f->preds[i];
		unsigned class = s->p->insns[from].op == ISA_JA ? class_of_way(s, e, from) : CLASSES_MAX;
		if (class < CLASSES_MAX && !offer_in_place(s, f, e, class, from))
			return false;
	}
	return true;
}

static bool split_end(const struct scene *s, const struct flow *f, struct end *e)
{
	classify(s, f, e);
	if (e->n_words > 0 && !offer_split(s, f, e, (1u << e->n_words) - 1))
		return false;
	for (unsigned k = 0; k < e->n_words && e->n_words > 1; k++)
		if (!offer_split(s, f, e, 1u << k))
			return false;
	return split_in_place(s, f, e);
}

void propose_exit(const struct scene *s)
{
	struct flow *f = flow_new(s->p);
	bool go_on = true;
	for (uint32_t i = 1; i < s->p->n && go_on; i++) {
		struct end e = {.start = i};
		bool meeting = f->pred_start[i + 1] - f->pred_start[i] > 1;
		if (!meeting || s->p->insns[i - 1].op == ISA_WIDE_TAIL || !find_exit(s, i, &e.exit))
			continue;
		for (e.reg = 0; e.reg < 10 && go_on; e.reg++)
			if (s->live->at[i].regs & EFFECT_BIT(e.reg))
				go_on = split_end(s, f, &e);
	}
	flow_free(f);
}
