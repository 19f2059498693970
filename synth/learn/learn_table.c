/* SPDX-License-Identifier: BSD-2-Clause */
/* Results by what they do. */
#include "synth/learn/learn_table.h"

#include "synth/draft/alloc.h"

#include <string.h>

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

static void add_state(struct learn_effect *e, const struct learn_state *s, bool memory)
{
	for (unsigned r = 0; r < LEARN_REGS; r++)
		e->regs[r] = mix(e->regs[r], s->regs[r]);
	e->taken = mix(e->taken, s->taken);
	for (unsigned i = 0; memory && i < LEARN_BYTES; i += 8) {
		uint64_t v;
		memcpy(&v, s->bytes + i, 8);
		e->memory = mix(e->memory, v);
	}
}

bool learn_effect_of(const struct learn_samples *s, const struct rule_insn *side, unsigned n, struct learn_effect *out)
{
	*out = (struct learn_effect){.memory = 1};
	for (unsigned k = 0; k < LEARN_SAMPLES; k++) {
		struct learn_state state;
		learn_begin(&s->at[k], &state);
		for (unsigned i = 0; i < n; i++)
			if (!learn_step(&s->at[k], &state, &side[i]))
				return false;
		add_state(out, &state, s->rule->points);
	}
	return true;
}

uint64_t learn_key(const struct learn_effect *e, unsigned live)
{
	uint64_t h = mix(e->memory, e->taken);
	for (unsigned r = 0; r < LEARN_REGS; r++)
		h = mix(h, live >> r & 1 ? e->regs[r] : r);
	return h;
}

static int compare_entries(const void *a, const void *b)
{
	const struct learn_entry *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->cost != y->cost)
		return x->cost < y->cost ? -1 : 1;
	return (x->form > y->form) - (x->form < y->form);
}

void learn_table_make(struct learn_table *t, const struct learn_samples *s, const struct learn_forms *results)
{
	memset(t, 0, sizeof *t);
	t->effects = checked(malloc((results->n + 1) * sizeof *t->effects));
	t->forms = checked(malloc((results->n + 1) * sizeof *t->forms));
	t->costs = checked(malloc((results->n + 1) * sizeof *t->costs));
	for (size_t i = 0; i <= results->n; i++) {
		const struct rule_insn *ri = i < results->n ? &results->at[i] : NULL;
		t->forms[t->n] = ri ? (uint32_t)i : UINT32_MAX;
		/* of two that cost the same, the one that is listed first and of an older instruction set */
		t->costs[t->n] = ri ? learn_cost(ri, 1) + (isa_rows[ri->in.op].cpu > 3) : 0;
		t->n += learn_effect_of(s, ri, ri != NULL, &t->effects[t->n]);
	}
}

static const struct learn_entry *sorted(struct learn_table *t, unsigned live)
{
	if (t->by_live[live])
		return t->by_live[live];
	struct learn_entry *e = t->by_live[live] = checked(malloc((t->n + 1) * sizeof *e));
	for (size_t i = 0; i < t->n; i++)
		e[i] = (struct learn_entry){learn_key(&t->effects[i], live), t->forms[i], t->costs[i]};
	qsort(e, t->n, sizeof *e, compare_entries);
	return e;
}

void learn_table_release(struct learn_table *t)
{
	for (unsigned live = 0; live < 1u << LEARN_REGS; live++)
		free(t->by_live[live]);
	free(t->effects);
	free(t->forms);
	free(t->costs);
}

const struct learn_entry *learn_table_find(struct learn_table *t, unsigned live, uint64_t key, size_t *n)
{
	const struct learn_entry *e = sorted(t, live);
	size_t lo = 0, hi = t->n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (e[mid].key < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (*n = 0; lo + *n < t->n && e[lo + *n].key == key;)
		++*n;
	return *n ? &e[lo] : NULL;
}
