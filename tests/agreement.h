/* SPDX-License-Identifier: BSD-2-Clause */
/* One program in the symbolic machine, held against runs of the concrete one: terms are evaluated under the run's
 * input. */
#ifndef AGREEMENT_H
#define AGREEMENT_H

#include "checker/exec/exec.h"
#include "encode/machine/machine.h"

struct agreement {
	const struct program *program;
	struct term_pool *pool;
	struct world *world;
	struct run *run;
	uint32_t *numbers; /* of the object's maps: the identity */
};
void agreement_open(struct agreement *a, const struct program *p);
void agreement_close(struct agreement *a);

enum agreement_answer {
	AGREEMENT_SAME,
	AGREEMENT_LESS,    /* the terms leave it unknown where the concrete machine does not */
	AGREEMENT_DIFFERS, /* `what` says in what */
};
/* `x` is the outcome of the concrete machine on `in`. */
enum agreement_answer agreement_check(struct agreement *a, const struct input *in, const struct exec_outcome *x,
				      char *what, size_t len);
#endif
