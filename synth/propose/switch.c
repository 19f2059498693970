/* SPDX-License-Identifier: BSD-2-Clause */
/* A tree of comparisons of one register with constants becomes a list, which needs no comparison of order. */
#include "synth/draft/alloc.h"
#include "synth/analysis/certain.h"
#include "synth/draft/edit.h"

#define CASES_MAX 24
#define MOVES_MAX 4
#define NOWHERE UINT32_MAX

struct choice {
	struct insn test; /* `if reg == constant` */
	uint32_t target;
};

struct tree {
	const struct scene *s;
	unsigned reg;
	struct choice cases[CASES_MAX];
	struct insn moves[MOVES_MAX]; /* between the comparisons: done before all of them */
	unsigned n_cases, n_moves, n_orders, steps;
	uint32_t other; /* where all other values go */
	bool *taken;    /* slots that belong to it */
};

static bool is_test(const struct tree *t, uint32_t slot)
{
	const struct insn *in = &t->s->p->insns[slot];
	return insn_has_form(in, FORM_JMP) && in->k && in->dst == t->reg && in->op != ISA_JSET;
}

/* A constant's load that stands before a comparison of the tree. */
static bool is_move(const struct tree *t, uint32_t slot)
{
	const struct insn *in = &t->s->p->insns[slot];
	return in->op == ISA_MOV && in->k && in->dst != t->reg && is_test(t, slot + 1);
}

static bool end_in(struct tree *t, uint32_t slot)
{
	if (t->other == NOWHERE)
		t->other = slot;
	return t->other == slot;
}

static bool add_case(struct tree *t, uint32_t slot, uint32_t target)
{
	if (t->n_cases == CASES_MAX)
		return false;
	struct insn test = t->s->p->insns[slot];
	test.op = ISA_JEQ;
	t->cases[t->n_cases++] = (struct choice){test, target};
	return true;
}

/* The part of the tree that begins at a slot; false: it is none. */
static bool parse(struct tree *t, uint32_t slot)
{
	const struct program *p = t->s->p;
	while (t->steps++ < 2 * CASES_MAX) {
		const struct insn *in = &p->insns[slot];
		if (t->taken[slot] || !edit_allows(t->s, slot))
			return end_in(t, slot);
		if (is_move(t, slot) && t->n_moves < MOVES_MAX) {
			t->taken[slot++] = true;
			t->moves[t->n_moves++] = *in;
			continue;
		}
		if (!is_test(t, slot))
			return end_in(t, slot);
		uint32_t target = (uint32_t)insn_target(in, slot);
		t->taken[slot] = true;
		if (in->op == ISA_JNE)
			return add_case(t, slot, slot + 1) && end_in(t, target);
		if (in->op != ISA_JEQ) {
			t->n_orders++;
			return parse(t, slot + 1) && parse(t, target);
		}
		if (!add_case(t, slot, target))
			return false;
		slot++;
	}
	return false;
}

/* The case that goes to a slot comes last. */
static bool put_last(struct tree *t, uint32_t slot)
{
	for (unsigned i = 0; i < t->n_cases; i++)
		if (t->cases[i].target == slot) {
			struct choice last = t->cases[i];
			t->cases[i] = t->cases[t->n_cases - 1];
			t->cases[t->n_cases - 1] = last;
			return true;
		}
	return false;
}

/* The list in place of [start, end). */
static bool offer_list(struct tree *t, uint32_t start, uint32_t end)
{
	struct insn with[CASES_MAX + MOVES_MAX + 1];
	uint32_t targets[CASES_MAX + MOVES_MAX + 1], n = 0;
	for (unsigned i = 0; i < t->n_moves; i++, n++) {
		with[n] = t->moves[i];
		targets[n] = 0;
	}
	bool falls = t->other != end && put_last(t, end);
	for (unsigned i = 0; i < t->n_cases; i++, n++) {
		with[n] = t->cases[i].test;
		targets[n] = t->cases[i].target;
	}
	if (falls) {
		with[n - 1].op = ISA_JNE;
		targets[n - 1] = t->other;
	} else if (t->other != end) {
		with[n] = make_goto();
		targets[n++] = t->other;
	}
	struct draft *d = scene_draft(t->s);
	if (!draft_replace(d, start, end, with, targets, n)) {
		draft_free(d);
		return true;
	}
	return t->s->offer(t->s, d, "a list of comparisons");
}

void propose_switch(const struct scene *s)
{
	uint32_t n = (uint32_t)s->p->n;
	bool *taken = checked(calloc(n + 1, sizeof *taken));
	bool go_on = true;
	for (uint32_t i = 0; i + 1 < n && go_on; i++) {
		struct tree t = {.s = s, .reg = s->p->insns[i].dst, .other = NOWHERE, .taken = taken};
		if (!is_test(&t, i) && !(i + 1 < n && s->p->insns[i].op == ISA_MOV && s->p->insns[i].k))
			continue;
		if (!is_test(&t, i))
			t.reg = s->p->insns[i + 1].dst;
		for (uint32_t k = 0; k < n; k++)
			taken[k] = false;
		if (!edit_allows(s, i) || !parse(&t, i) || t.n_orders == 0 || t.n_cases == 0)
			continue;
		uint32_t end = i;
		while (end < n && taken[end])
			end++;
		go_on = offer_list(&t, i, end);
	}
	free(taken);
}
