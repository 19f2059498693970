/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules applied. All matches without gaps go into one draft first: what a rule
 * needs to hold is said of registers that its pattern reads, which another
 * rule's result leaves as they were, and a result reads nothing that its pattern
 * does not read.
 */
#include "synth/draft/alloc.h"
#include "synth/propose/propose.h"
#include "synth/rules/rule_base.h"
#include "synth/rules/rule_match.h"

#include <string.h>

void propose_rules(const struct scene *s);

static bool is_over(const struct scene *s)
{
	return s->stop && *s->stop;
}

/* The first rule that matches at a slot, of those from *i on. */
static bool next_match(const struct scene *s, uint32_t slot, bool gaps, size_t *i, struct rule_match *m)
{
	const struct rules *base = rule_base();
	for (; *i < base->n; ++*i)
		if (rule_match_at(s, &base->at[*i], slot, gaps, m) && m->gaps == gaps) {
			++*i;
			return true;
		}
	return false;
}

static uint64_t saving(const struct rule_match *m)
{
	return rule_slots(m->rule->pattern, m->rule->n_pattern) - m->n_result;
}

/* The match at a slot that saves the most slots. */
static bool best_match(const struct scene *s, uint32_t slot, struct rule_match *best)
{
	struct rule_match m;
	bool found = false;
	for (size_t i = 0; next_match(s, slot, false, &i, &m);)
		if (!found || saving(&m) > saving(best)) {
			*best = m;
			found = true;
		}
	return found;
}

/* As many as there are, at once. `shorter`: only those that save slots. */
static bool offer_all(const struct scene *s, bool shorter)
{
	struct rule_match *found = checked(calloc(s->p->n + 1u, sizeof *found));
	char what[96] = "";
	size_t n = 0, len = 0;
	for (uint32_t slot = 0; slot < s->p->n; slot++) {
		if (s->p->insns[slot].op == ISA_WIDE_TAIL || !best_match(s, slot, &found[n]) ||
		    (shorter && !saving(&found[n])))
			continue;
		slot = found[n++].end - 1;
	}
	if (n < 2) {
		free(found);
		return true;
	}
	struct draft *d = scene_draft(s);
	for (size_t i = n; i-- > 0;) /* from the end, so that the numbers of items before stay slots */
		rule_match_apply(s, &found[i], d);
	for (size_t i = 0; i < n && len + 1 < sizeof what; i++)
		len += (size_t)snprintf(what + len, sizeof what - len, "%s%s", i ? ", " : "", found[i].rule->name);
	free(found);
	return s->offer_proved(s, d, what);
}

static bool offer_each(const struct scene *s, bool gaps)
{
	struct rule_match m;
	for (uint32_t slot = 0; slot < s->p->n; slot++)
		for (size_t i = 0; next_match(s, slot, gaps, &i, &m);) {
			if (is_over(s))
				return false;
			struct draft *d = scene_draft(s);
			if (!rule_match_apply(s, &m, d))
				draft_free(d);
			else if (gaps ? !s->offer(s, d, m.rule->name) : !s->offer_proved(s, d, m.rule->name))
				return false;
		}
	return true;
}

void propose_rules(const struct scene *s)
{
	if (offer_all(s, true) && offer_all(s, false) && offer_each(s, false))
		offer_each(s, true);
}
