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

struct solver {
	char *spec;
	struct engine engine;
	struct solver_limits limits;
	struct solver_stats stats;
};

struct solver *solver_open(const char *spec, struct solver_limits limits, char *err, size_t errlen)
{
	struct solver *s = fault_calloc(1, sizeof *s);
	s->limits = limits;
	if (!engine_open(&s->engine, spec, err, errlen)) {
		free(s);
		return NULL;
	}
	s->spec = strdup(spec);
	if (!s->spec)
		fault_stop_without_memory();
	return s;
}

void solver_close(struct solver *s)
{
	if (!s)
		return;
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

static enum solver_answer ask(struct solver *s, const struct query *q, const term *asserts, size_t n,
			      struct solver_model *model, enum solver_failure *why)
{
	uint64_t start = clock_now_ns();
	uint64_t *values = fault_calloc(q->n_leaves, sizeof *values);
	enum solver_answer answer = s->engine.kind->ask(s->engine.self, q, &s->limits, values, why);
	s->stats.ns += clock_now_ns() - start;
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

enum solver_answer solver_check(struct solver *s, struct term_pool *pool, const char *name, const term *asserts,
				size_t n, struct solver_model *model, enum solver_failure *why)
{
	struct query q;
	enum solver_failure failure = SOLVER_NO_FAILURE;
	enum query_state state = query_build(&q, pool, name ? name : "query", asserts, n, query_end(s));
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

unsigned solver_set_query_ms(struct solver *s, unsigned ms)
{
	unsigned old = s->limits.query_ms;
	s->limits.query_ms = ms;
	return old;
}

void solver_set_deadline(struct solver *s, uint64_t ns)
{
	s->limits.deadline_ns = ns;
}

bool solver_is_late(const struct solver *s)
{
	return s->limits.deadline_ns && clock_now_ns() >= s->limits.deadline_ns;
}
