/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/engine/outcome.h"
#include "clock.h"


#include <string.h>

#define SEARCHES 4    /* of one program */
#define EXTRA_PARTS 8 /* a later search has this part of the first one's time or proposals */

static void note_refusal(struct outcome *o)
{
	const struct accept_answer *a = &o->accept;
	const struct engine_step *bad = &o->engine.steps[a->good + 1];
	snprintf(o->taken_back, sizeof o->taken_back, "%s (%s), by %s: %s", bad->by, bad->what, a->by, a->why);
}

/* From the step before the one that was refused. */
static void search_again(struct outcome *o, const struct engine_options *eo, uint64_t start_ns)
{
	struct engine_options again = *eo;
	uint64_t now = clock_now_ns();
	const struct engine_counts *c = &o->engine.counts;
	if (eo->deadline_ns)
		again.deadline_ns = now + (eo->deadline_ns - start_ns) / EXTRA_PARTS;
	if (eo->max_proposals)
		again.max_proposals = c->offered + c->search.proposals + eo->max_proposals / EXTRA_PARTS;
	engine_resume(&o->engine, o->accept.good, &again);
}

/* Proves what the search came to; what is refused is searched again from before it. */
static void settle(struct outcome *out, const struct engine_options *eo, const struct accept_options *ao,
		   uint64_t start)
{
	struct engine_result *r = &out->engine;
	struct accept_options o = *ao;
	o.privileged = r->privileged;
	o.kernel = r->loads && eo->kernel != KERNEL_OFF;
	uint64_t begin = clock_now_ns();
	size_t n = r->n_steps;
	while (n > 1) {
		accept_steps(r->steps, n, &o, &out->accept);
		if (out->accept.verdict == VERDICT_PROVED)
			break;
		note_refusal(out);
		n = out->accept.good + 1;
		bool late = o.timeout && clock_now_ns() - begin > o.timeout * 1000000000ull;
		if (out->searches < SEARCHES && !late && !(eo->stop && *eo->stop)) {
			search_again(out, eo, start);
			out->searches++;
			n = r->n_steps;
		}
	}
	out->final = n > 1 ? n - 1 : 0;
}

void outcome_find(const struct program *p, const struct engine_options *eo, const struct accept_options *ao,
		  struct outcome *out)
{
	uint64_t start = clock_now_ns();
	*out = (struct outcome){.searches = 1};
	engine_run(p, eo, &out->engine);
	settle(out, eo, ao, start);
}

void outcome_take_back(struct outcome *o, size_t final, const char *why)
{
	o->final = final;
	snprintf(o->taken_back, sizeof o->taken_back, "%s", why);
}

void outcome_release(struct outcome *o)
{
	engine_release(&o->engine);
	*o = (struct outcome){0};
}
