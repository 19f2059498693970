/* SPDX-License-Identifier: BSD-2-Clause */
/* Two backends asked at the same time: both must agree (cross), or the first definite answer wins (race). */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "fault.h"
#include "guard.h"

struct pair {
	struct engine_instance members[2];
};

/* The first comma divides, so a command with commas comes second. */
static void *open_pair(const char *arg, char *err, size_t errlen)
{
	if (!*arg)
		arg = "z3,cvc5";
	const char *comma = strchr(arg, ',');
	if (!comma) {
		snprintf(err, errlen, "'%s' is one solver; expected two with a comma between them", arg);
		return NULL;
	}
	struct pair *p = fault_calloc(1, sizeof *p);
	char *first = strndup(arg, (size_t)(comma - arg));
	if (!first)
		fault_stop_without_memory();
	bool ok = engine_open_instance(&p->members[0], first, err, errlen);
	free(first);
	if (ok && engine_open_instance(&p->members[1], comma + 1, err, errlen))
		return p;
	if (ok)
		engine_close_instance(&p->members[0]);
	free(p);
	return NULL;
}

static void close_pair(void *self)
{
	struct pair *p = self;
	for (size_t i = 0; i < 2; i++)
		engine_close_instance(&p->members[i]);
	free(p);
}

/* Leaves the first member's values in `values`, and gives the second's, which the caller frees. */
static uint64_t *run_both(struct pair *p, struct guard_job jobs[2], const struct query *q,
			  const struct solver_limits *limits, uint64_t *values, bool first_wins)
{
	uint64_t *second = fault_calloc(q->n_leaves, sizeof *second);
	for (size_t i = 0; i < 2; i++)
		jobs[i] = (struct guard_job){.backend = p->members[i].backend, .self = p->members[i].self};
	jobs[0].values = values;
	jobs[1].values = second;
	guard_run(jobs, 2, q, limits, first_wins);
	return second;
}

/* A definite answer of either; if there is none, why the first has none. */
static enum solver_answer merge(const struct guard_job jobs[2], const struct query *q, uint64_t *values,
				enum solver_failure *why)
{
	const struct guard_job *j = &jobs[jobs[0].answer == SOLVER_UNKNOWN && jobs[1].answer != SOLVER_UNKNOWN];
	if (j == &jobs[1] && j->answer == SOLVER_SAT)
		memcpy(values, j->values, q->n_leaves * sizeof *values);
	*why = j->why;
	return j->answer;
}

static enum solver_answer ask_race(void *self, const struct query *q, const struct solver_limits *limits,
				   uint64_t *values, enum solver_failure *why)
{
	struct pair *p = self;
	struct guard_job jobs[2];
	for (size_t i = 0; i < 2; i++) {
		enum solver_answer small = engine_ask_small(&p->members[i], q, limits->small, values);
		if (small != SOLVER_UNKNOWN)
			return small;
	}
	if (limits->small) {
		*why = SOLVER_TIMEOUT;
		return SOLVER_UNKNOWN;
	}
	uint64_t *second = run_both(self, jobs, q, limits, values, true);
	enum solver_answer answer = merge(jobs, q, values, why);
	free(second);
	return answer;
}

/* Opens a fresh file for the query, here or where temporary files go. */
static FILE *create_evidence(char *path, size_t len)
{
	const char *folders[] = {".", getenv("TMPDIR"), "/tmp"};
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		if (!folders[i] ||
		    (size_t)snprintf(path, len, "%s/bpfprove-disagreement-XXXXXX.smt2", folders[i]) >= len)
			continue;
		int fd = mkostemps(path, 5, O_CLOEXEC);
		FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
		if (f)
			return f;
	}
	return NULL;
}

static void stop_disagreement(const struct guard_job jobs[2], const struct query *q)
{
	static const char *const answers[] = {"sat", "unsat", "unknown"};
	char path[4096];
	FILE *f = create_evidence(path, sizeof path);
	if (f) {
		fprintf(f, "; query %s: %s says %s, %s says %s\n", q->name, jobs[0].backend->name,
			answers[jobs[0].answer], jobs[1].backend->name, answers[jobs[1].answer]);
		term_print_smt2(q->pool, q->asserts, q->n_asserts, f);
		fclose(f);
	}
	FAULT_STOP("solvers disagree on query %s: %s says %s, %s says %s; the query is in %s", q->name,
		   jobs[0].backend->name, answers[jobs[0].answer], jobs[1].backend->name, answers[jobs[1].answer],
		   f ? path : "no file, as none can be written");
}

static enum solver_answer ask_cross(void *self, const struct query *q, const struct solver_limits *limits,
				    uint64_t *values, enum solver_failure *why)
{
	struct guard_job jobs[2];
	uint64_t *second = run_both(self, jobs, q, limits, values, false);
	bool definite = jobs[0].answer != SOLVER_UNKNOWN && jobs[1].answer != SOLVER_UNKNOWN;
	if (definite && jobs[0].answer != jobs[1].answer)
		stop_disagreement(jobs, q);
	enum solver_answer answer = merge(jobs, q, values, why);
	free(second);
	return answer;
}

/* The first definite answer is the race's. */
static bool trusts_member(void *self, const struct solver_backend *backend)
{
	const struct pair *p = self;
	return p->members[0].backend == backend || p->members[1].backend == backend;
}

const struct engine_kind engine_cross = {"cross", open_pair, ask_cross, close_pair, NULL};
const struct engine_kind engine_race = {"race", open_pair, ask_race, close_pair, trusts_member};
