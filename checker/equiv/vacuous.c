/* SPDX-License-Identifier: BSD-2-Clause */
/* Is there anything to compare: an input on which the first program ends well? */
#include <string.h>

#include "checker/equiv/question.h"

#define TRIES 16 /* inputs, before the solver is asked whether there is one without a fault */
#define TRY_STEPS 100000
#define SHORT_MS 200 /* for what the report's note says */

/* One of a few inputs on which the first program ends well: what most programs do with most packets. */
static bool ends_well(const struct question *q)
{
	for (uint64_t seed = 0; seed < TRIES; seed++) {
		struct exec_outcome out;
		struct input *in = input_new();
		input_set_seed(in, seed);
		exec_set_core(q->prog[0], in);
		exec_run(q->prog[0], in, &(struct exec_options){.max_steps = TRY_STEPS}, &out);
		bool well = out.end == EXEC_EXIT || out.end == EXEC_TAIL_CALL;
		exec_release(&out);
		input_free(in);
		if (well)
			return true;
	}
	return false;
}

/* For the note in the report only: true unless it is soon known to be false. */
static bool may_fault(struct question *q)
{
	unsigned full = ask_shorten(q, SHORT_MS);
	enum solver_answer a = ask_plain(q, "partial", term_not(q->pool, q->no_fault), NULL, NULL);
	solver_set_query_ms(q->opt->solver, full);
	return a != SOLVER_UNSAT;
}

/* Nothing to compare if the first program always faults. */
void vacuous_check(struct question *q)
{
	if (q->out->verdict != VERDICT_PROVED || term_is_true(q->pool, q->no_fault))
		return;
	if (ends_well(q)) {
		q->out->partial = may_fault(q);
		return;
	}
	enum solver_failure why;
	enum solver_answer a = ask_plain(q, "vacuous", q->no_fault, NULL, &why);
	if (a == SOLVER_SAT) {
		q->out->partial = may_fault(q);
		return;
	}
	const struct fault_record *f = q->run[0]->n_faults ? &q->run[0]->faults[0] : NULL;
	char text[160] = "";
	if (f)
		snprintf(text, sizeof text, "instruction %u: %s", f->slot, fault_texts[f->kind]);
	question_set_unknown(q, a == SOLVER_UNSAT ? REASON_VACUOUS : question_reason(why), text);
}
