/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/accept.h"

#include "checker/equiv/objects.h"
#include "checker/exec/kernel.h"
#include "checker/safety/safety.h"
#include "encode/solver/guard.h"

#include <string.h>

struct question {
	const struct engine_step *steps;
	const struct accept_options *o;
	struct accept_answer *out;
	struct solver *solver;
	size_t k;    /* which of the solvers */
	size_t good; /* by this one */
};

static double ms_since(uint64_t start)
{
	return 1e-6 * (double)(guard_now_ns() - start);
}

static enum verdict ask_pair(struct question *q, size_t i, size_t j)
{
	struct equiv_options eo = {.solver = q->solver};
	struct equiv_result r;
	equiv_programs(q->steps[i].v.p, q->steps[j].v.p, &eo, &r);
	q->out->questions[q->k]++;
	if (r.verdict != VERDICT_PROVED)
		snprintf(q->out->why, sizeof q->out->why, "versions %zu and %zu: %s%s%.160s", i, j,
			 r.verdict == VERDICT_REFUTED ? "different" : reason_texts[r.reason], *r.what ? ", " : "",
			 r.what);
	enum verdict v = r.verdict;
	equiv_release(&r);
	return v;
}

/* The whole way at once, or else its halves. What is proved of the left half stays so. */
static enum verdict prove_range(struct question *q, size_t i, size_t j)
{
	enum verdict v = solver_is_late(q->solver) ? VERDICT_UNKNOWN : ask_pair(q, i, j);
	if (v == VERDICT_PROVED) {
		q->good = j;
		return v;
	}
	if (solver_is_late(q->solver) || j - i == 1)
		return v;
	size_t middle = i + (j - i) / 2;
	enum verdict half = prove_range(q, i, middle);
	if (half == VERDICT_PROVED)
		half = prove_range(q, middle, j);
	if (half != VERDICT_PROVED || v == VERDICT_UNKNOWN)
		return half;
	q->good = i; /* a difference that no step makes: one answer is wrong */
	return v;
}

static enum verdict refuse(struct accept_answer *out, enum verdict v, const char *by, size_t good)
{
	out->by = by;
	out->good = good;
	return v;
}

static enum verdict ask_solver(const struct engine_step *steps, size_t n, size_t k, const struct accept_options *o,
			       struct accept_answer *out)
{
	static const char *const usual[ACCEPT_SOLVERS] = {"z3", "cvc5"};
	const char *spec = o->solver[k] ? o->solver[k] : usual[k];
	struct question q = {.steps = steps, .o = o, .out = out, .k = k};
	uint64_t start = guard_now_ns();
	q.solver = objects_open_solver(spec, o->timeout, o->query_timeout, o->memory, out->why, sizeof out->why);
	if (!q.solver)
		return refuse(out, VERDICT_UNKNOWN, spec, 0);
	enum verdict v = prove_range(&q, 0, n - 1);
	solver_close(q.solver);
	out->ms[k] = ms_since(start);
	return v == VERDICT_PROVED ? v : refuse(out, v, spec, q.good < out->good ? q.good : out->good);
}

static enum verdict ask_safety(const struct program *p, const struct accept_options *o, struct accept_answer *out)
{
	struct safety_options so = {.privileged = o->privileged, .timeout_ms = 1000 * o->timeout};
	struct safety_result r;
	uint64_t start = guard_now_ns();
	safety_check(p, &so, &r);
	out->safety_ms = ms_since(start);
	enum verdict v = r.verdict;
	if (v != VERDICT_PROVED)
		snprintf(out->why, sizeof out->why, "%s%s%s", reason_texts[r.reason], *r.detail ? ": " : "", r.detail);
	safety_release(&r);
	return v;
}

static enum verdict ask_kernel(const struct program *p, struct accept_answer *out)
{
	char log[200];
	out->loads = kernel_verify(p, log, sizeof log, NULL) == KERNEL_RAN;
	if (!out->loads)
		snprintf(out->why, sizeof out->why, "the live kernel refuses it");
	return out->loads ? VERDICT_PROVED : VERDICT_UNKNOWN;
}

static enum verdict decide(const struct engine_step *steps, size_t n, const struct accept_options *o,
			   struct accept_answer *out)
{
	const struct program *last = steps[n - 1].v.p;
	for (size_t k = 0; k < ACCEPT_SOLVERS && n > 1; k++) {
		enum verdict v = ask_solver(steps, n, k, o, out);
		if (v != VERDICT_PROVED)
			return v;
	}
	enum verdict v = ask_safety(last, o, out);
	if (v != VERDICT_PROVED)
		return refuse(out, v, "safety", n > 1 ? n - 2 : 0);
	if (o->kernel && ask_kernel(last, out) != VERDICT_PROVED)
		return refuse(out, VERDICT_UNKNOWN, "kernel", n > 1 ? n - 2 : 0);
	*out->why = 0;
	return v;
}

void accept_steps(const struct engine_step *steps, size_t n, const struct accept_options *o, struct accept_answer *out)
{
	*out = (struct accept_answer){.good = n - 1, .by = ""};
	out->verdict = decide(steps, n, o, out);
}
