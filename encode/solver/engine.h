/* SPDX-License-Identifier: BSD-2-Clause */
/* What answers a query: a guarded backend, or a decorator around such. */
#ifndef ENGINE_H
#define ENGINE_H

#include "solver.h"

/* All slots but the last are required. */
struct engine_kind {
	const char *name;
	/* Returns an instance or NULL with err set; arg is the text after "name:" or "". */
	void *(*open)(const char *arg, char *err, size_t errlen);
	/* On SAT fills values[i] for leaves[i]; else sets *why. */
	enum solver_answer (*ask)(void *self, const struct query *q, const struct solver_limits *limits,
				  uint64_t *values, enum solver_failure *why);
	void (*close)(void *self);
	/* Would an answer of this backend alone do? Missing: no. */
	bool (*trusts)(void *self, const struct solver_backend *backend);
};
extern const struct engine_kind engine_backend, engine_cross, engine_race, engine_log;

struct engine {
	const struct engine_kind *kind;
	void *self;
};

bool engine_open(struct engine *e, const char *spec, char *err, size_t errlen);
void engine_close(struct engine *e);
/* The backends of this build, ended by NULL. */
extern const struct solver_backend *const engine_backends[];

/* A backend that is open. */
struct engine_instance {
	const struct solver_backend *backend;
	void *self;
};
bool engine_open_instance(struct engine_instance *b, const char *spec, char *err, size_t errlen);
void engine_close_instance(struct engine_instance *b);
/* In this process, in a bounded number of steps; SOLVER_UNKNOWN: it takes more, or the backend has no such way. */
enum solver_answer engine_ask_small(const struct engine_instance *b, const struct query *q, unsigned conflicts,
				    uint64_t *values);
#endif
