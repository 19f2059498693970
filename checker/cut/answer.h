/* SPDX-License-Identifier: BSD-2-Clause */
/* What cut points showed. */
#ifndef CUT_ANSWER_H
#define CUT_ANSWER_H

#include "tables.h"

struct cut_answer {
	enum verdict verdict; /* proved or unknown */
	const char *why;      /* unknown: a fixed sentence, static; else "" */
	uint32_t slot[2];     /* unknown: the points of the node where it failed */
	size_t pairs;         /* nodes */
	size_t relations;     /* proved at them */
	size_t queries, rounds;
	double ms, safety_ms; /* all of it; of that what both programs' safety took */
};
#endif
