/* SPDX-License-Identifier: BSD-2-Clause */
/* Solvers behind one slot table. Nothing outside encode/solver sees which one answers. */
#ifndef SOLVER_H
#define SOLVER_H

#include "encode/term/term.h"

enum solver_answer { SOLVER_SAT, SOLVER_UNSAT, SOLVER_UNKNOWN };

/* Why an answer is unknown; each maps to a row of reason.def. */
enum solver_failure {
	SOLVER_NO_FAILURE,
	SOLVER_TIMEOUT,    /* per query or per run */
	SOLVER_MEMORY,
	SOLVER_DIED,       /* crashed, was killed, or closed its pipe */
	SOLVER_GAVE_UP,    /* said unknown by itself */
	SOLVER_GARBLED,    /* printed what is not an answer */
};

/* A model: values of the APPLY leaves of the query, in the query's order. */
struct solver_model {
	size_t n;
	term *leaves;
	uint64_t *values;
};
void solver_release_model(struct solver_model *m);

/* Small queries are answered in process; large ones by whichever of two is first. */
#define SOLVER_DEFAULT "race:sat,z3"

struct solver_limits {
	unsigned query_ms; /* 0: none */
	unsigned memory_mib; /* 0: none */
	uint64_t deadline_ns; /* CLOCK_MONOTONIC end of the whole run, 0: none */
	unsigned small; /* not 0: only answers in this process, of at most so many conflicts */
};

struct solver_stats {
	uint64_t queries, trivial, sat, unsat, unknown; /* trivial: decided by rewriting, no backend asked */
	uint64_t ns; /* wall time in backends */
};

/* A query ready for a backend: a conjunction over APPLY leaves, congruence
 * (Ackermann) and declared bounds already added. */
struct query {
	struct term_pool *pool;
	const char *name;    /* for logs */
	term *asserts;
	size_t n_asserts;
	term *leaves;        /* APPLY terms in the cone, which the model must give */
	size_t n_leaves;
};

struct solver;

/* What a backend is. Required: name, open, check, close. Optional: version, check_small.
 * A missing optional slot means what solver_capabilities says. */
struct solver_backend {
	const char *name;
	/* Returns an instance or NULL with err set; arg is the text after "name:" or "". */
	void *(*open)(const char *arg, char *err, size_t errlen);
	/* Decides the conjunction; on SAT fills values[i] for leaves[i]. Must honour `ms` (0: none) as well as it can:
	 * the caller also runs it in a child process that it kills. */
	enum solver_answer (*check)(void *self, const struct query *q, unsigned ms, uint64_t *values,
	                            enum solver_failure *why);
	void (*close)(void *self);
	const char *(*version)(void *self);
	/* Asked first, in this process: an answer in a bounded number of steps (conflicts; 0: the backend's own limit), or
	 * SOLVER_UNKNOWN. */
	enum solver_answer (*check_small)(void *self, const struct query *q, unsigned conflicts, uint64_t *values);
};
extern const struct solver_backend solver_z3, solver_cvc5, solver_sat, solver_smtlib;

/* Opens from a specification:
 *   z3 | cvc5 | sat | smtlib:COMMAND      a backend
 *   cross | cross:SPEC,SPEC               both must agree (default z3,cvc5)
 *   race | race:SPEC,SPEC                 first definite answer wins (default z3,cvc5)
 *   log:DIR:SPEC                          each query as DIR/NNNN-NAME.smt2
 * NULL with err set if it names no solver. */
struct solver *solver_open(const char *spec, struct solver_limits limits, char *err, size_t errlen);
/* One that has nothing to go by but a tape (tape.h) that replays; it stays the caller's. */
struct tape;
struct solver *solver_open_tape(struct tape *t);
/* From now on what is asked goes onto the tape, or is answered by it if it replays; NULL: no longer. */
void solver_use_tape(struct solver *s, struct tape *t);
void solver_close(struct solver *s);
/* Would an answer of the built-in backend alone do? Then its questions may share one session (session.h). */
bool solver_is_incremental(const struct solver *s);
/* Has the whole run's time passed? */
bool solver_is_late(const struct solver *s);
/* A run may do more or less as there is time, but only by asking here: it gives `there_is`, or what the tape has. */
bool solver_has_time(struct solver *s, bool there_is);
/* Is it a tape that answers? Then no clock may end the run. */
bool solver_replays(const struct solver *s);
/* Sets the time limit of the queries that follow; returns the one before. */
unsigned solver_set_query_ms(struct solver *s, unsigned ms);
/* The queries that follow are answered in this process, with at most so many conflicts, or time out; 0: by whatever
 * the solver has. Returns what held before. For those that are answered in this process at all. */
unsigned solver_set_small(struct solver *s, unsigned conflicts);
/* Everything from then on is late, in CLOCK_MONOTONIC's time; 0: nothing is. */
void solver_set_deadline(struct solver *s, uint64_t ns);
const char *solver_name(const struct solver *s);

/* Is the conjunction of asserts[0..n-1] satisfiable? Constants are decided here
 * without a backend. On SAT, `model` (may be NULL) is filled, checked by
 * evaluation against the asserted terms (a wrong model is an internal fault), and owned by the caller.
 * `why` may be NULL. */
enum solver_answer solver_check(struct solver *s, struct term_pool *pool, const char *name, const term *asserts,
                                size_t n, struct solver_model *model, enum solver_failure *why);
/* The same for a query that is built. */
enum solver_answer solver_ask(struct solver *s, const struct query *q, enum solver_failure *why);
struct solver_stats solver_get_stats(const struct solver *s);
/* One line per backend that this build has: name and version. */
void solver_print_backends(FILE *out);
#endif
