/* SPDX-License-Identifier: BSD-2-Clause */
/* Decides conjunctions: build the query, ask, hold the model against the terms. */
#include "solver.h"
#include "clock.h"

#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "fault.h"
#include "model.h"
#include "query.h"
#include "tape.h"

struct solver {
	char *spec;
	struct engine engine;
	struct solver_limits limits;
	struct solver_stats stats;
	struct tape *tape; /* NULL: none */
};

static struct solver *new_solver(const char *spec, struct solver_limits limits)
{
	struct solver *s = fault_calloc(1, sizeof *s);
	s->limits = limits;
	s->spec = strdup(spec);
	if (!s->spec)
		fault_stop_without_memory();
	return s;
}

struct solver *solver_open(const char *spec, struct solver_limits limits, char *err, size_t errlen)
{
	struct solver *s = new_solver(spec, limits);
	if (engine_open(&s->engine, spec, err, errlen))
		return s;
	free(s->spec);
	free(s);
	return NULL;
}

struct solver *solver_open_tape(struct tape *t)
{
	struct solver *s = new_solver("tape", (struct solver_limits){0});
	s->tape = t;
	return s;
}

void solver_use_tape(struct solver *s, struct tape *t)
{
	s->tape = t;
}

void solver_close(struct solver *s)
{
	if (!s)
		return;
	if (s->engine.kind)
		engine_close(&s->engine);
	free(s->spec);
	free(s);
}

const char *solver_name(const struct solver *s)
{
	return s->spec;
}

struct solver_stats solver_get_stats(const struct solver *s)
{
	return s->stats;
}

void solver_release_model(struct solver_model *m)
{
	free(m->leaves);
	free(m->values);
	*m = (struct solver_model){0};
}

/* The engine, or the tape in its place. */
static enum solver_answer hear(struct solver *s, const struct query *q, uint64_t *values, enum solver_failure *why)
{
	if (solver_replays(s))
		return tape_answer(s->tape, q, values, why);
	uint64_t start = clock_now_ns();
	enum solver_answer answer = s->engine.kind->ask(s->engine.self, q, &s->limits, values, why);
	s->stats.ns += clock_now_ns() - start;
	if (s->tape)
		tape_note(s->tape, q, answer, *why, values);
	return answer;
}

static enum solver_answer ask(struct solver *s, const struct query *q, const term *asserts, size_t n,
			      struct solver_model *model, enum solver_failure *why)
{
	uint64_t *values = fault_calloc(q->n_leaves, sizeof *values);
	enum solver_answer answer = hear(s, q, values, why);
	if (answer == SOLVER_SAT) {
		model_verify(q, values, asserts, n);
		if (model)
			model_fill(model, q, values);
	}
	free(values);
	return answer;
}

static void count(struct solver_stats *stats, enum solver_answer answer)
{
	uint64_t *const counters[] = {
	    [SOLVER_SAT] = &stats->sat, [SOLVER_UNSAT] = &stats->unsat, [SOLVER_UNKNOWN] = &stats->unknown};
	stats->queries++;
	++*counters[answer];
}

/* When a query that begins now is late, in clock_now_ns()'s time. */
static uint64_t query_end(const struct solver *s)
{
	uint64_t end = s->limits.query_ms ? clock_now_ns() + 1000000ull * s->limits.query_ms : UINT64_MAX;
	uint64_t last = s->limits.deadline_ns ? s->limits.deadline_ns : UINT64_MAX;
	return end < last ? end : last == UINT64_MAX ? 0 : last;
}

enum solver_answer solver_ask(struct solver *s, const struct query *q, enum solver_failure *why)
{
	enum solver_failure failure = SOLVER_NO_FAILURE;
	enum solver_answer answer = ask(s, q, q->asserts, q->n_asserts, NULL, &failure);
	count(&s->stats, answer);
	if (why)
		*why = failure;
	return answer;
}

/* The query; whether it came too late is as the tape has it, if one answers. */
static enum query_state build(struct solver *s, struct query *q, struct term_pool *pool, const char *name,
			      const term *asserts, size_t n)
{
	struct query_limit limit = {query_end(s), s->tape ? tape_late(s->tape, name) : 0};
	enum query_state state = query_build(q, pool, name, asserts, n, &limit);
	if (state == QUERY_LATE && s->tape && !s->tape->replays)
		tape_note_late(s->tape, name, limit.pairs);
	return state;
}

enum solver_answer solver_check(struct solver *s, struct term_pool *pool, const char *name, const term *asserts,
				size_t n, struct solver_model *model, enum solver_failure *why)
{
	struct query q;
	enum solver_failure failure = SOLVER_NO_FAILURE;
	enum query_state state = build(s, &q, pool, name ? name : "query", asserts, n);
	enum solver_answer answer = state == QUERY_TRUE ? SOLVER_SAT : SOLVER_UNSAT;
	if (model)
		*model = (struct solver_model){0};
	if (term_gave_up(pool) || state == QUERY_LATE) { /* whatever the terms are now, they say nothing */
		answer = SOLVER_UNKNOWN;
		failure = state == QUERY_LATE || term_gave_up(pool) == TERM_STOPPED ? SOLVER_TIMEOUT : SOLVER_MEMORY;
	} else if (state == QUERY_OPEN) {
		answer = ask(s, &q, asserts, n, model, &failure);
	} else {
		s->stats.trivial++;
	}
	count(&s->stats, answer);
	query_release(&q);
	if (why)
		*why = failure;
	return answer;
}

void solver_print_backends(FILE *out)
{
	for (size_t i = 0; engine_backends[i]; i++) {
		const struct solver_backend *b = engine_backends[i];
		char err[200];
		void *self = b->version ? b->open("", err, sizeof err) : NULL;
		fprintf(out, "%-8s%s\n", b->name, self ? b->version(self) : "any command that speaks SMT-LIB 2");
		if (self)
			b->close(self);
	}
}

bool solver_is_incremental(const struct solver *s)
{
	return s && !s->tape && s->engine.kind->trusts && s->engine.kind->trusts(s->engine.self, &solver_sat);
}

unsigned solver_set_query_ms(struct solver *s, unsigned ms)
{
	unsigned old = s->limits.query_ms;
	s->limits.query_ms = ms;
	return old;
}

unsigned solver_set_small(struct solver *s, unsigned conflicts)
{
	unsigned old = s->limits.small;
	s->limits.small = conflicts;
	return old;
}

void solver_set_deadline(struct solver *s, uint64_t ns)
{
	s->limits.deadline_ns = ns;
}

bool solver_has_time(struct solver *s, bool there_is)
{
	return s->tape ? tape_time(s->tape, there_is) : there_is;
}

bool solver_replays(const struct solver *s)
{
	return s->tape && s->tape->replays;
}

bool solver_is_late(const struct solver *s)
{
	return s->limits.deadline_ns && clock_now_ns() >= s->limits.deadline_ns;
}
