/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/engine/accept.h"
#include "clock.h"

#include "checker/equiv/objects.h"
#include "checker/exec/kernel.h"
#include "checker/safety/safety.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_ONCE_S 12  /* for a query about first and last; the steps between are easier */
#define STEP_MS 10000 /* for a query about one step */
#define STEPS_LIMIT 4 /* times the time for one question: all steps together */

/* The built-in one and one that shares nothing with it but the terms. */
const char *const accept_solvers[ACCEPT_SOLVERS] = {"sat", "z3"};

static double ms_since(uint64_t start)
{
	return 1e-6 * (double)(clock_now_ns() - start);
}

/* The first version and the last one. */
static enum verdict ask_at_once(const char *spec, const struct engine_step *steps, size_t n,
				const struct accept_options *o, struct accept_answer *out)
{
	unsigned query = !o->query_timeout || o->query_timeout > AT_ONCE_S ? AT_ONCE_S : o->query_timeout;
	struct solver *solver = objects_open_solver(spec, 2 * AT_ONCE_S, query, o->memory, out->why, sizeof out->why);
	struct equiv_options eo = {.solver = solver};
	struct equiv_result r;
	if (!solver)
		return VERDICT_UNKNOWN;
	equiv_programs(steps[0].v.p, steps[n - 1].v.p, &eo, &r);
	enum verdict v = r.verdict;
	if (v != VERDICT_PROVED)
		snprintf(out->why, sizeof out->why, "the whole: %s%s%.160s",
			 v == VERDICT_REFUTED ? "different" : reason_texts[r.reason], *r.what ? ", " : "", r.what);
	equiv_release(&r);
	solver_close(solver);
	return v;
}

/* One version and the next, by a judge of its own. */
static enum verdict ask_step(const char *spec, const struct engine_step *step, const struct accept_options *o,
			     struct accept_answer *out)
{
	struct judge_options jo = {.solver = spec,
				   .windows = spec,
				   .any_layout = true,
				   .window_ms = STEP_MS,
				   .whole_ms = STEP_MS,
				   .privileged = o->privileged};
	struct judge_answer a;
	struct judge *j = judge_new(step[0].v.p, &jo, out->why, sizeof out->why);
	if (!j)
		return VERDICT_UNKNOWN;
	judge_ask(j, step[1].v.p, &a);
	judge_free(j);
	if (a.verdict != VERDICT_PROVED)
		snprintf(out->why, sizeof out->why, "%s", a.why);
	return a.verdict;
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
	const char *spec = o->solver[k] ? o->solver[k] : accept_solvers[k];
	uint64_t start = clock_now_ns();
	enum verdict v = ask_at_once(spec, steps, n, o, out);
	bool refuted = v == VERDICT_REFUTED;
	out->by_steps[k] = v != VERDICT_PROVED;
	for (size_t i = 0; i + 1 < n && out->by_steps[k]; i++) {
		bool late = o->timeout && clock_now_ns() - start > STEPS_LIMIT * o->timeout * 1000000000ull;
		v = late ? VERDICT_UNKNOWN : ask_step(spec, &steps[i], o, out);
		if (v != VERDICT_PROVED)
			return refuse(out, v, spec, i);
	}
	out->ms[k] = ms_since(start);
	/* a difference that no step makes: one answer is wrong, and nobody knows which */
	return refuted ? refuse(out, VERDICT_REFUTED, spec, 0) : v;
}

static enum verdict ask_safety(const struct program *p, const struct accept_options *o, struct accept_answer *out)
{
	struct safety_options so = {.privileged = o->privileged, .timeout_ms = 1000 * o->timeout};
	struct safety_result r;
	uint64_t start = clock_now_ns();
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

static enum verdict ask_in_turn(const struct engine_step *steps, size_t n, const struct accept_options *o,
				struct accept_answer *out)
{
	enum verdict v = VERDICT_PROVED;
	for (size_t k = 0; k < ACCEPT_SOLVERS && v == VERDICT_PROVED; k++)
		v = ask_solver(steps, n, k, o, out);
	return v;
}

/* What a forked solver answers; its pointers are good here too. */
struct message {
	enum verdict verdict;
	struct accept_answer answer;
};

static _Noreturn void answer_in_child(const struct engine_step *steps, size_t n, const struct accept_options *o, int fd)
{
	struct message m = {.answer = {.good = n - 1, .by = ""}};
	m.verdict = ask_solver(steps, n, 1, o, &m.answer);
	_exit(write(fd, &m, sizeof m) != sizeof m);
}

/* The second solver in a process of its own. */
static enum verdict ask_both(const struct engine_step *steps, size_t n, const struct accept_options *o,
			     struct accept_answer *out)
{
	struct message m;
	int ends[2], state;
	pid_t pid = pipe(ends) ? -1 : fork();
	if (pid < 0)
		return ask_in_turn(steps, n, o, out);
	if (pid == 0)
		answer_in_child(steps, n, o, ends[1]);
	close(ends[1]);
	enum verdict v = ask_solver(steps, n, 0, o, out);
	ssize_t got;
	while ((got = read(ends[0], &m, sizeof m)) < 0 && errno == EINTR)
		;
	close(ends[0]);
	while (waitpid(pid, &state, 0) < 0 && errno == EINTR)
		;
	if (got != sizeof m) {
		snprintf(m.answer.why, sizeof m.answer.why, "%s", reason_texts[REASON_SOLVER_DIED]);
		m.verdict = VERDICT_UNKNOWN;
		m.answer.by = "solver";
		m.answer.good = 0;
	} else {
		out->ms[1] = m.answer.ms[1];
		out->by_steps[1] = m.answer.by_steps[1];
	}
	if (v != VERDICT_PROVED || m.verdict == VERDICT_PROVED)
		return v;
	snprintf(out->why, sizeof out->why, "%s", m.answer.why);
	return refuse(out, m.verdict, m.answer.by, m.answer.good);
}

static enum verdict decide(const struct engine_step *steps, size_t n, const struct accept_options *o,
			   struct accept_answer *out)
{
	const struct program *last = steps[n - 1].v.p;
	enum verdict v = VERDICT_PROVED;
	if (n > 1)
		v = o->parallel ? ask_both(steps, n, o, out) : ask_in_turn(steps, n, o, out);
	if (v != VERDICT_PROVED)
		return v;
	v = ask_safety(last, o, out);
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
