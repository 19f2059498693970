/* SPDX-License-Identifier: BSD-2-Clause */
/* Is there an input on which some claim of difference holds? All claims in one question first, then one by one. */
#include "checker/equiv/question.h"

#define SHORT_MS 200        /* for a query before sweeping */
#define SHORT_CONFLICTS 200 /* where sweeping is cheap, too */

static void describe_unknown(struct question *q, const struct unknown_record *u, int side)
{
	char text[160];
	const struct line *line = program_line(q->prog[side], u->slot);
	snprintf(text, sizeof text, "%s%s%s program, instruction %u%s%s", u->what, *u->what ? ", " : "",
	         side ? "second" : "first", u->slot, line ? ": " : "", line ? line->text : "");
	question_set_unknown(q, u->reason, text);
}

/* Is anything that is not modelled reachable without a fault of the first program? */
static bool everything_modelled(struct question *q)
{
	struct term_pool *p = q->pool;
	if (term_is_true(p, q->modelled))
		return true;
	enum solver_failure why;
	enum solver_answer a = ask_plain(q, "modelled", term_and(p, q->no_fault, term_not(p, q->modelled)), NULL, &why);
	if (a == SOLVER_UNSAT)
		return true;
	if (a == SOLVER_UNKNOWN) {
		question_set_unknown(q, question_reason(why), "");
		return false;
	}
	for (int side = 0; side < 2; side++) /* the first record in program order names the reason */
		for (size_t i = 0; i < q->run[side]->n_unknowns; i++) {
			describe_unknown(q, &q->run[side]->unknowns[i], side);
			return false;
		}
	return false;
}

/* Some claim of output, or of what is internal. */
static term any_claim(struct question *q, bool internal)
{
	term t = term_false(q->pool);
	for (size_t i = 0; i < q->claims.n; i++)
		if (q->claims.at[i].internal == internal)
			t = term_or(q->pool, t, q->claims.at[i].differ);
	return t;
}

/* Asks for any visible difference: shortly first, then after sweeping with all the time there is. */
static enum solver_answer ask_visible(struct question *q, struct solver_model *model, enum solver_failure *why)
{
	bool sweeps = !q->opt->quick && solver_is_incremental(q->opt->solver);
	unsigned full = ask_shorten(q, SHORT_MS), small = solver_set_small(q->opt->solver, sweeps ? SHORT_CONFLICTS : 0);
	enum solver_answer a = ask_solver(q, "visible", any_claim(q, false), model, why);
	solver_set_small(q->opt->solver, small);
	solver_set_query_ms(q->opt->solver, full);
	if (q->opt->quick || a != SOLVER_UNKNOWN || (*why != SOLVER_TIMEOUT && *why != SOLVER_GAVE_UP))
		return a;
	merge_claims(q);
	if (q->brief && !term_is_false(q->pool, any_claim(q, false)))
		return SOLVER_UNKNOWN;
	return ask_solver(q, "visible-swept", any_claim(q, false), model, why);
}

/* Claim by claim, when all at once was too much for the solver. */
static void decide_by_parts(struct question *q)
{
	for (size_t i = 0; i < q->claims.n; i++) {
		struct solver_model model;
		enum solver_failure why;
		if (q->claims.at[i].internal)
			continue;
		enum solver_answer a = ask_solver(q, q->claims.at[i].name, q->claims.at[i].differ, &model, &why);
		if (a == SOLVER_SAT && refute_by_model(q, q->claims.at[i].differ, &model))
			return;
		if (a == SOLVER_UNKNOWN) {
			question_set_unknown(q, question_reason(why), q->claims.at[i].name);
			return;
		}
		if (a == SOLVER_SAT)
			return; /* not confirmed: refute_by_model said why */
	}
	for (size_t i = 0; i < q->claims.n; i++) {
		enum solver_failure why;
		if (!q->claims.at[i].internal)
			continue;
		enum solver_answer a = ask_solver(q, q->claims.at[i].name, q->claims.at[i].differ, NULL, &why);
		if (a != SOLVER_UNSAT) {
			question_set_unknown(q, a == SOLVER_SAT ? REASON_OPAQUE : question_reason(why), q->claims.at[i].name);
			return;
		}
	}
	question_set_proved(q);
}

void decide_claims(struct question *q)
{
	struct solver_model model;
	enum solver_failure why;
	bool modelled = everything_modelled(q);
	struct equiv_result first = *q->out;
	if (q->brief && !modelled)
		return;
	enum solver_answer a = ask_visible(q, &model, &why);
	if (a == SOLVER_SAT) {
		if (refute_by_model(q, any_claim(q, false), &model))
			return;
	} else if (a == SOLVER_UNSAT) {
		question_set_proved(q);
		term internal = any_claim(q, true);
		a = term_is_false(q->pool, internal) ? SOLVER_UNSAT : ask_solver(q, "internal", internal, NULL, &why);
		if (a != SOLVER_UNSAT)
			question_set_unknown(q, a == SOLVER_SAT ? REASON_OPAQUE : question_reason(why), "opaque calls");
	} else if (!q->brief && (why == SOLVER_TIMEOUT || why == SOLVER_GAVE_UP || why == SOLVER_MEMORY)) {
		decide_by_parts(q);
	} else {
		question_set_unknown(q, question_reason(why), "");
	}
	if (!modelled && q->out->verdict == VERDICT_PROVED)
		question_set_unknown(q, first.reason, first.what);
}
