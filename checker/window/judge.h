/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The checker as the optimizer's judge: is program b, which is a with some
 * instructions changed, as good as a? First the window around the changes is
 * asked about, then the whole programs.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include "checker/window/window.h"

struct judge_options {
	const char *solver;  /* of whole programs: a spec, see solver.h; NULL: SOLVER_DEFAULT */
	const char *windows; /* of windows; NULL: the built-in backend, which answers small queries fastest */
	unsigned window_ms; /* for a window's query */
	unsigned whole_ms;  /* for a whole program; 0: windows only */
	bool any_layout; /* windows of programs with answered CO-RE relocations hold for these answers only: don't ask them */
	bool privileged;
	volatile int *stop; /* may be NULL */
	/* Told of each question about a window and its answer; may be NULL. */
	void (*seen)(void *arg, const struct window_ask *ask, const struct window_answer *answer);
	void *seen_arg;
};

struct judge_answer {
	enum verdict verdict;
	const char *how; /* "window", "program" or "nothing"; static */
	char why[200];   /* unknown or refuted: what stands against it */
	double ms;
	struct window_answer window; /* the last window's */
};

struct judge_stats {
	uint64_t windows, windows_proved, windows_refuted, by_rewriting, programs, programs_proved, programs_refuted;
	double window_ms, program_ms;
};

struct judge;
/* Of a program that is proved safe; NULL and a sentence if it is not. The program outlives it. */
struct judge *judge_new(const struct program *a, const struct judge_options *o, char *why, size_t len);
void judge_free(struct judge *j);
const struct facts *judge_facts(const struct judge *j);
const struct live *judge_live(const struct judge *j);
/* From now on, are whole programs compared where windows don't decide? At first fully, if whole_ms is not 0. */
enum judge_whole { JUDGE_NOT_WHOLE, JUDGE_WHOLE_QUICKLY, JUDGE_WHOLE };
void judge_set_whole(struct judge *j, enum judge_whole whole);
/* Proved: b does what a does on every input, and does not fault where a does not. */
void judge_ask(struct judge *j, const struct program *b, struct judge_answer *out);
struct judge_stats judge_get_stats(const struct judge *j);
#endif
