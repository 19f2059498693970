/* SPDX-License-Identifier: BSD-2-Clause */
/* From an object to a verdict for each of its programs. */
#include "checker/safety/programs.h"
#include "clock.h"


#include <stdlib.h>
#include <string.h>

bool programs_select(const struct object *o, const char *name, struct programs *out, char *err, size_t len)
{
	*out = (struct programs){calloc(o->n_programs + 1, sizeof *out->at), 0};
	if (!out->at)
		abort();
	for (size_t i = 0; i < o->n_programs; i++) {
		const struct program *p = o->programs[i];
		if (!name || !strcmp(name, p->name) || !strcmp(name, p->section))
			out->at[out->n++].program = p;
	}
	if (!out->n)
		snprintf(err, len, "%s: no program%s%s", o->path, name ? " of the name " : "", name ? name : "");
	return out->n > 0;
}

/* A kernel that takes the program has looked for this fault itself. With the rights that loading takes here it does not
 * mind addresses in the open, nor, from Linux 6.3 on, stack that was not written. */
static bool is_contradicted(const struct programs_item *item)
{
	enum fault f = item->result.outcome.fault;
	bool minded = f != FAULT_ADDRESS && f != FAULT_POINTER_OP && f != FAULT_STACK_UNINIT;
	return item->result.verdict == VERDICT_REFUTED && item->kernel.status == KERNEL_RAN && item->kernel.asked &&
	       minded;
}

static void withdraw(struct safety_result *r)
{
	r->verdict = VERDICT_UNKNOWN;
	r->reason = REASON_KERNEL;
	snprintf(r->detail, sizeof r->detail, "it takes the program, which has an input that faults here: %.120s",
		 r->outcome.what);
}

void programs_ask_kernel(struct programs_item *item, const struct programs_options *opt)
{
	if (opt->kernel)
		kernel_rule_view(item->program, !opt->no_live, &item->kernel);
	else if (item->result.verdict == VERDICT_REFUTED && !opt->no_live)
		kernel_rule_ask(item->program, &item->kernel);
	if (is_contradicted(item))
		withdraw(&item->result);
}

/* The time that is left goes to each program as it comes: later ones may get none. */
void programs_decide_item(struct programs_item *item, const struct programs_options *opt, uint64_t end_ns)
{
	struct safety_options so = opt->safety;
	uint64_t start = clock_now_ns();
	so.tape = item->tape;
	bool late = opt->timeout_ms && start >= end_ns, stopped = so.stop && *so.stop;
	if (late || stopped) {
		item->result = (struct safety_result){.verdict = VERDICT_UNKNOWN,
						      .reason = stopped ? REASON_INTERRUPTED : REASON_TIMEOUT};
		return;
	}
	if (opt->timeout_ms)
		so.timeout_ms = (unsigned)((end_ns - start) / 1000000 + 1);
	safety_check(item->program, &so, &item->result);
	item->ms = 1e-6 * (double)(clock_now_ns() - start);
	programs_ask_kernel(item, opt);
}

void programs_decide(struct programs *programs, const struct programs_options *opt, programs_progress *progress)
{
	uint64_t end = clock_now_ns() + opt->timeout_ms * 1000000ull;
	for (size_t i = 0; i < programs->n; i++) {
		if (progress)
			progress(i, programs->n, programs->at[i].program->name);
		programs_decide_item(&programs->at[i], opt, end);
	}
	if (progress)
		progress(programs->n, programs->n, "");
}

enum verdict programs_verdict(const struct programs *programs)
{
	enum verdict v = VERDICT_PROVED;
	for (size_t i = 0; i < programs->n; i++) {
		if (programs->at[i].result.verdict == VERDICT_REFUTED)
			return VERDICT_REFUTED;
		if (programs->at[i].result.verdict == VERDICT_UNKNOWN)
			v = VERDICT_UNKNOWN;
	}
	return v;
}

void programs_release(struct programs *programs)
{
	for (size_t i = 0; i < programs->n; i++)
		safety_release(&programs->at[i].result);
	free(programs->at);
	*programs = (struct programs){0};
}
