/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * May a part of a program be replaced? The part is run by the symbolic machine from
 * any state that the facts before it allow; all that is live at each way out
 * has to be the same.
 */
#ifndef WINDOW_H
#define WINDOW_H

#include "checker/window/live.h"
#include "encode/solver/solver.h"

#define WINDOW_MAX 96 /* slots of either side */

struct window_ask {
	const struct program *a, *b;
	const struct facts *facts; /* of a */
	const struct live *live;   /* of a */
	/* a's slots [start, end) and b's [start, b_end) differ; before them both are the same, behind them b is a moved
	 * by b_end - end, and nobody jumps into the middle. */
	uint32_t start, end, b_end;
	struct solver *solver; /* NULL: only what rewriting decides */
};

struct window_state; /* of registers, stack and memory, which tells a and b apart: trial.h */

struct window_answer {
	enum verdict verdict;   /* refuted: from a state that the facts allow but that may never come up */
	const char *why;        /* unknown: a fixed sentence, static; else "" */
	const char *decided_by; /* "rewriting" or the solver's name; static */
	double ms;
	bool has_registers;     /* refuted: a state that tells them apart, as far as registers say it */
	uint64_t registers[11]; /* numbers; pointers as their offsets */
};

void window_check(const struct window_ask *ask, struct window_answer *out);
#endif
