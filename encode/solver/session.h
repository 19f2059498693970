/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Many small questions about the terms of one pool, answered by one SAT solver
 * that keeps its clauses and what it learnt (N. Een, N. Sorensson, "Temporal
 * Induction by Incremental SAT Solving", 2003). What is asked is assumed, not
 * asserted. Declared bounds of inputs hold. Congruence does not: an input
 * function's values at equal arguments may differ, so that "no" is an answer
 * and "yes" is one only if the values agree.
 */
#ifndef SESSION_H
#define SESSION_H

#include "solver.h"

struct session;

struct session_stats {
	uint64_t sat, unsat, unknown, ns;
};

/* NULL: this solver answers by other backends, or by two that must agree, and so has no session. */
struct session *session_open(struct solver *s, struct term_pool *pool);
void session_close(struct session *s);
#define SESSION_ASSUMED_MAX 4
/* Is there an assignment under which these terms of 1 bit hold? At most so many conflicts. */
enum solver_answer session_ask(struct session *s, const term *assumed, size_t n, unsigned conflicts);
/* After SAT: the value of an APPLY term; false: no question has reached it. */
bool session_value(const struct session *s, term leaf, uint64_t *value);
struct session_stats session_get_stats(const struct session *s);
#endif
