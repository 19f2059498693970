/* SPDX-License-Identifier: BSD-2-Clause */
/* Time by stage. */
#ifndef STAGE_H
#define STAGE_H

#include "clock.h"

enum stage {
#define STAGE(name, text) STAGE_##name,
#include "stage.def"
#undef STAGE
	STAGE_COUNT
};

struct stages {
	uint64_t ns[STAGE_COUNT];
	enum stage now;
	uint64_t since, solver_ns; /* clock_now_ns() and the backends' time when it began */
};

/* From now on time belongs to `next`; returns the stage before. `solver_ns` is the time that backends took so far,
 * which counts as SOLVE unless sweeping or cut points asked. */
static inline enum stage stages_enter(struct stages *s, enum stage next, uint64_t solver_ns)
{
	enum stage old = s->now;
	uint64_t now = clock_now_ns(), solved = solver_ns - s->solver_ns, spent = s->since ? now - s->since : 0;
	if (old == STAGE_SWEEP || old == STAGE_CUT)
		solved = 0;
	solved = solved < spent ? solved : spent;
	s->ns[STAGE_SOLVE] += solved;
	s->ns[old] += spent - solved;
	s->now = next;
	s->since = now;
	s->solver_ns = solver_ns;
	return old;
}
#endif
