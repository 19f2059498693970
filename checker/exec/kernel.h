/* SPDX-License-Identifier: BSD-2-Clause */
/* The live kernel as a second opinion: BPF_PROG_LOAD and BPF_PROG_TEST_RUN with
 * repeat 1; nothing is attached or pinned, everything is unloaded. */
#ifndef KERNEL_H
#define KERNEL_H

#include "exec.h"

enum kernel_status {
	KERNEL_RAN,
	KERNEL_NOT_ALLOWED, /* no bpf(2) here */
	KERNEL_NO_TEST_RUN, /* the program type can't be test-run */
	KERNEL_REFUSED,     /* the verifier refused it; `why` is its last line */
	KERNEL_CANT_SET,    /* the input has a part that a test run can't be given; `why` names it */
	KERNEL_FAILED,      /* anything else, named in `why` */
};

/* May this process load programs at all? Asked once. `why` is a sentence if not. */
bool kernel_available(char *why, size_t len);
/* Loads p with its maps, fills the maps from `in`, runs it once, reads return
 * value, packet, context and maps back into `out` in exec_run's form (events
 * are not seen: n_events is 0). out is valid only with KERNEL_RAN. `touched`
 * (may be NULL) is an outcome of the concrete machine: the keys whose final values to read. */
enum kernel_status kernel_run(const struct program *p, const struct input *in, const struct exec_options *opt,
			      const struct exec_outcome *touched, struct exec_outcome *out, char *why, size_t len);
/* Loads and unloads only: the verifier's verdict. `log` may be NULL. */
enum kernel_status kernel_verify(const struct program *p, char *log, size_t loglen, uint64_t *insns_processed);
#endif
