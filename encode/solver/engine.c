/* SPDX-License-Identifier: BSD-2-Clause */
/* Specifications to engines, and the engine that is one guarded backend. */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "guard.h"

const struct solver_backend *const engine_backends[] = {&solver_z3, &solver_cvc5, &solver_sat, &solver_smtlib, NULL};
static const struct engine_kind *const decorators[] = {&engine_cross, &engine_race, &engine_log};

/* The text after "name:", "" for the bare name, NULL for another one. */
static const char *match_name(const char *spec, const char *name)
{
	size_t n = strlen(name);
	if (strncmp(spec, name, n) != 0 || (spec[n] && spec[n] != ':'))
		return NULL;
	return spec[n] ? spec + n + 1 : spec + n;
}

bool engine_open_instance(struct engine_instance *b, const char *spec, char *err, size_t errlen)
{
	for (size_t i = 0; engine_backends[i]; i++) {
		const char *arg = match_name(spec, engine_backends[i]->name);
		if (!arg)
			continue;
		b->backend = engine_backends[i];
		b->self = b->backend->open(arg, err, errlen);
		return b->self;
	}
	snprintf(err, errlen, "no solver is named '%s'; expected z3, cvc5, sat or smtlib:COMMAND", spec);
	return false;
}

void engine_close_instance(struct engine_instance *b)
{
	b->backend->close(b->self);
}

enum solver_answer engine_ask_small(const struct engine_instance *b, const struct query *q, unsigned conflicts,
				    uint64_t *values)
{
	return b->backend->check_small ? b->backend->check_small(b->self, q, conflicts, values) : SOLVER_UNKNOWN;
}

static void *open_backend(const char *spec, char *err, size_t errlen)
{
	struct engine_instance b;
	if (!engine_open_instance(&b, spec, err, errlen))
		return NULL;
	struct engine_instance *self = fault_calloc(1, sizeof *self);
	*self = b;
	return self;
}

static void close_backend(void *self)
{
	engine_close_instance(self);
	free(self);
}

static enum solver_answer ask_backend(void *self, const struct query *q, const struct solver_limits *limits,
				      uint64_t *values, enum solver_failure *why)
{
	struct engine_instance *b = self;
	enum solver_answer small = engine_ask_small(b, q, limits->small, values);
	if (small != SOLVER_UNKNOWN)
		return small;
	if (limits->small) {
		*why = SOLVER_TIMEOUT;
		return SOLVER_UNKNOWN;
	}
	struct guard_job job = {.backend = b->backend, .self = b->self, .values = values};
	guard_run(&job, 1, q, limits, false);
	*why = job.why;
	return job.answer;
}

static bool trusts_backend(void *self, const struct solver_backend *backend)
{
	const struct engine_instance *b = self;
	return b->backend == backend;
}

const struct engine_kind engine_backend = {"backend", open_backend, ask_backend, close_backend, trusts_backend};

bool engine_open(struct engine *e, const char *spec, char *err, size_t errlen)
{
	const char *arg = spec;
	e->kind = &engine_backend;
	for (size_t i = 0; i < sizeof decorators / sizeof *decorators; i++) {
		const char *rest = match_name(spec, decorators[i]->name);
		if (rest) {
			e->kind = decorators[i];
			arg = rest;
		}
	}
	e->self = e->kind->open(arg, err, errlen);
	return e->self;
}

void engine_close(struct engine *e)
{
	e->kind->close(e->self);
}
