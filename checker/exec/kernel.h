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
/* Loads and unloads only, as the answers of CO-RE relocations have it: the verifier's verdict. `log` may be NULL. */
enum kernel_status kernel_verify(const struct program *p, char *log, size_t loglen, uint64_t *insns_processed);

/* A program that stays loaded, with maps of its own: for many runs. */
struct kernel_session;
/* KERNEL_RAN: *out is the caller's, until kernel_close. Its maps are empty, its data sections as in the object. */
enum kernel_status kernel_open(const struct program *p, struct kernel_session **out, char *why, size_t len);
void kernel_close(struct kernel_session *s);
/* What a run left; the bytes are the session's, until the next run. */
struct kernel_shot {
	uint32_t retval, ns; /* ns: of one run, on average */
	const uint8_t *packet, *context;
	size_t packet_len, context_len;
};
/* Runs it `repeat` times in a row on the packet and the context of `in`; of the rest of the input, and of what a test run
 * can't be given, it sees what the kernel has. The maps are as the run before left them. */
enum kernel_status kernel_shoot(struct kernel_session *s, const struct input *in, int repeat, struct kernel_shot *out,
				char *why, size_t len);
/* The descriptor of a map of the object, which stays the session's. */
int kernel_session_map(const struct kernel_session *s, size_t map);
#endif
