/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts and windows by hand, for tests of trials and searches. */
#ifndef TRIAL_FIXTURE_H
#define TRIAL_FIXTURE_H

#include "checker/window/trial.h"
#include "tests/exec_fixture.h"

/* Everything is any number, r10 the stack's end, all of the stack is written. */
static inline struct facts *fixture_facts(const struct program *p)
{
	struct facts *f = calloc(1, sizeof *f);
	*f = (struct facts){.p = p, .at = calloc(p->n, sizeof *f->at), .n = (uint32_t)p->n};
	for (uint32_t i = 0; i < f->n; i++) {
		struct facts_at *at = &f->at[i];
		at->reached = true;
		for (uint8_t r = 0; r < 11; r++)
			at->r[r] = (struct fact){.kind = KIND_NUMBER, .value = scalar_any(), .same = r};
		at->r[10].kind = KIND_STACK;
		at->r[10].value = scalar_const(0);
		memset(at->written, 0xff, sizeof at->written);
	}
	return f;
}

static inline void fixture_point(struct facts *f, unsigned reg, enum kind kind, uint32_t object)
{
	for (uint32_t i = 0; i < f->n; i++) {
		f->at[i].r[reg].kind = kind;
		f->at[i].r[reg].object = object;
		f->at[i].r[reg].value = scalar_const(0);
	}
}

static inline void fixture_facts_free(struct facts *f)
{
	free(f->at);
	free(f);
}
#endif
