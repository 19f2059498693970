/* SPDX-License-Identifier: BSD-2-Clause */
/* Small windows first, then with more around them, then the whole programs. */
#include "checker/window/judge.h"
#include "clock.h"
#include "checker/equiv/equiv.h"
#include "checker/equiv/objects.h"
#include "checker/window/hull.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define QUERIES 4 /* of full length in a comparison of whole programs */

struct judge {
	const struct program *a;
	struct program *settled; /* a as one kernel has it, NULL: a itself */
	bool accesses;           /* ... but for immediates */
	struct judge_options opt;
	struct facts *facts;
	struct live *live;
	struct solver *windows, *wholes;
	enum judge_whole whole;
	struct judge_stats stats;
};

struct judge *judge_new(const struct program *a, const struct judge_options *o, char *why, size_t len)
{
	struct safety_options so = {
	    .privileged = o->privileged, .no_search = true, .solver = o->solver, .stop = o->stop};
	struct safety_result r;
	/* What a kernel answers to a relocated immediate is no fact: that would hold of its layout only. */
	struct program *settled = program_settle_accesses(a);
	struct facts *facts = settled ? facts_new(settled, &so, &r) : NULL;
	bool accesses = facts;
	if (!facts) {
		if (settled)
			safety_release(&r);
		program_free_settled(settled);
		settled = program_settle(a);
		facts = facts_new(a, &so, &r);
	}
	if (!facts) {
		const struct finding *f = r.n_failed ? &r.findings[0] : NULL;
		if (f)
			snprintf(why, len, "instruction %u: %s", f->slot, f->text);
		else
			snprintf(why, len, "%s%s%s", reason_texts[r.reason], *r.detail ? ": " : "", r.detail);
	}
	safety_release(&r);
	if (!facts) {
		program_free_settled(settled);
		return NULL;
	}
	struct judge *j = calloc(1, sizeof *j);
	if (!j)
		abort();
	*j = (struct judge){.a = a, .settled = settled, .accesses = accesses, .opt = *o, .facts = facts, .live = live_new(a, facts)};
	struct solver_limits limits = {.query_ms = o->window_ms, .memory_mib = 1024};
	j->windows = solver_open(o->windows ? o->windows : "sat", limits, why, len);
	limits = (struct solver_limits){.query_ms = o->whole_ms, .memory_mib = 2048};
	j->wholes =
	    j->windows && o->whole_ms ? solver_open(o->solver ? o->solver : SOLVER_DEFAULT, limits, why, len) : NULL;
	j->whole = j->wholes ? JUDGE_WHOLE : JUDGE_NOT_WHOLE;
	if (j->windows && (j->wholes || !o->whole_ms))
		return j;
	judge_free(j);
	return NULL;
}

void judge_free(struct judge *j)
{
	if (!j)
		return;
	if (j->windows)
		solver_close(j->windows);
	if (j->wholes)
		solver_close(j->wholes);
	live_free(j->live);
	facts_free(j->facts);
	program_free_settled(j->settled);
	free(j);
}

const struct facts *judge_facts(const struct judge *j)
{
	return j->facts;
}

const struct live *judge_live(const struct judge *j)
{
	return j->live;
}

struct judge_stats judge_get_stats(const struct judge *j)
{
	return j->stats;
}

static bool ask_window(struct judge *j, const struct program *b, uint32_t more, bool calls, struct judge_answer *out)
{
	struct window_ask ask = {.a = j->settled ? j->settled : j->a, .b = b, .facts = j->facts, .live = j->live, .solver = j->windows};
	bool same;
	if (!hull_find(ask.a, b, more, calls, &ask.start, &ask.end, &ask.b_end, &same))
		return false;
	window_check(&ask, &out->window);
	if (j->opt.seen)
		j->opt.seen(j->opt.seen_arg, &ask, &out->window);
	j->stats.windows++;
	j->stats.window_ms += out->window.ms;
	j->stats.windows_proved += out->window.verdict == VERDICT_PROVED;
	j->stats.windows_refuted += out->window.verdict == VERDICT_REFUTED;
	j->stats.by_rewriting += !strcmp(out->window.decided_by, "rewriting") && out->window.verdict == VERDICT_PROVED;
	out->verdict = out->window.verdict == VERDICT_PROVED ? VERDICT_PROVED : VERDICT_UNKNOWN;
	out->how = "window";
	return true;
}

static void ask_program(struct judge *j, const struct program *b, struct judge_answer *out)
{
	struct equiv_options o = {.solver = j->wholes, .quick = j->whole == JUDGE_WHOLE_QUICKLY, .stop = j->opt.stop};
	struct equiv_result r;
	solver_set_deadline(j->wholes, clock_now_ns() + QUERIES * 1000000ull * j->opt.whole_ms);
	equiv_programs(j->a, b, &o, &r);
	j->stats.programs++;
	j->stats.program_ms += r.ms;
	j->stats.programs_proved += r.verdict == VERDICT_PROVED;
	j->stats.programs_refuted += r.verdict == VERDICT_REFUTED;
	out->verdict = r.verdict;
	out->how = "program";
	if (r.verdict == VERDICT_UNKNOWN)
		snprintf(out->why, sizeof out->why, "%s", reason_texts[r.reason]);
	else if (r.verdict == VERDICT_REFUTED)
		snprintf(out->why, sizeof out->why, "%.199s", r.what);
	equiv_release(&r);
}

void judge_set_whole(struct judge *j, enum judge_whole whole)
{
	j->whole = j->wholes ? whole : JUDGE_NOT_WHOLE;
}

void judge_ask(struct judge *j, const struct program *b, struct judge_answer *out)
{
	/* Not every call can be modelled in a window. */
	static const struct {
		uint32_t more;
		bool calls;
	} context[] = {{0, false}, {6, true}, {24, false}, {24, true}};
	double start = clock_now_ms();
	*out = (struct judge_answer){.verdict = VERDICT_UNKNOWN, .how = "nothing"};
	bool symbolic = program_is_symbolic(j->a) || program_is_symbolic(b);
	size_t windows = symbolic && j->opt.any_layout ? 0 : sizeof context / sizeof *context;
	struct program *settled = j->accesses ? program_settle_accesses(b) : program_settle(b);
	for (size_t i = 0; i < windows && out->verdict != VERDICT_PROVED; i++)
		if (!ask_window(j, settled ? settled : b, context[i].more, context[i].calls, out))
			break;
	program_free_settled(settled);
	if (out->verdict != VERDICT_PROVED && j->whole && !(j->opt.stop && *j->opt.stop))
		ask_program(j, b, out);
	if (out->verdict != VERDICT_PROVED && !*out->why)
		snprintf(out->why, sizeof out->why, "%s",
			 !out->window.why   ? "no window holds the changes"
			 : *out->window.why ? out->window.why
					    : "a window tells them apart");
	out->ms = clock_now_ms() - start;
}
