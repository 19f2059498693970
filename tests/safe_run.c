/* SPDX-License-Identifier: BSD-2-Clause */
/* The safety prover on one program, in this process. */
#include "tests/safe_run.h"

#include "checker/safety/safety.h"

#include <stdio.h>

const char *const safe_outcome_names[SAFE_OUTCOMES] = {
    [SAFE_CRASHED] = "CRASHED", [SAFE_PROVED] = "proved", [SAFE_REFUTED] = "refuted",
    [SAFE_UNKNOWN] = "unknown", [SAFE_LATE] = "LATE",     [SAFE_MALFORMED] = "malformed",
};

static const enum safe_outcome outcomes[] = {
    [VERDICT_PROVED] = SAFE_PROVED, [VERDICT_REFUTED] = SAFE_REFUTED, [VERDICT_UNKNOWN] = SAFE_UNKNOWN};

static void take_fault(const struct exec_outcome *run, struct safe_answer *out)
{
	out->slot = run->slot;
	snprintf(out->subject, sizeof out->subject, "%s", fault_texts[run->fault]);
	snprintf(out->what, sizeof out->what, "%s", run->what);
}

static void take_reason(const struct safety_result *r, struct safe_answer *out)
{
	const struct finding *f = r->n_failed ? &r->findings[0] : NULL;
	if (f) {
		out->slot = f->slot;
		snprintf(out->subject, sizeof out->subject, "%s", obligation_rows[f->obligation].name);
		snprintf(out->what, sizeof out->what, "%s", f->text);
	} else {
		snprintf(out->subject, sizeof out->subject, "%s", reason_texts[r->reason]);
		snprintf(out->what, sizeof out->what, "%s", r->detail);
	}
}

void safe_run(const struct program *p, const struct safe_run_options *o, struct safe_answer *out)
{
	struct safety_options options = {.privileged = o->privileged,
					 .no_search = o->no_search,
					 .timeout_ms = o->timeout_ms,
					 .stop = &child_time_is_over};
	struct safety_result r;
	double start = children_now_ms();
	safety_check(p, &options, &r);
	out->ms = children_now_ms() - start;
	out->steps = r.steps;
	out->states = r.states;
	out->attempts = r.attempts;
	if (r.verdict == VERDICT_REFUTED)
		take_fault(&r.outcome, out);
	else if (r.verdict == VERDICT_UNKNOWN)
		take_reason(&r, out);
	out->outcome = outcomes[r.verdict];
	safety_release(&r);
}

void safe_finish(struct safe_answer *a, const struct child_end *end)
{
	a->mebibytes = end->mebibytes;
	if (end->good)
		return;
	a->outcome = end->late ? SAFE_LATE : SAFE_CRASHED;
	snprintf(a->subject, sizeof a->subject, "%s", end->what);
}
