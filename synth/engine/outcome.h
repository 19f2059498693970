/* SPDX-License-Identifier: BSD-2-Clause */
/* What became of one program: searched, held to account, and searched again from where it did not hold. */
#ifndef OUTCOME_H
#define OUTCOME_H

#include "synth/engine/accept.h"

struct outcome {
	struct engine_result engine;
	struct accept_answer accept; /* of the steps up to `final`; nobody was asked if that is 0 */
	size_t final;                /* the step that counts; 0: the program as it came */
	unsigned searches;           /* after the first, each begins before the step that was refused */
	char taken_back[400];        /* the last refusal, "" if there was none */
};

void outcome_find(const struct program *p, const struct engine_options *eo, const struct accept_options *ao,
		  struct outcome *out);
/* Takes steps back to `final`, for a reason that nobody here could see. */
void outcome_take_back(struct outcome *o, size_t final, const char *why);
void outcome_release(struct outcome *o);
#endif
