/* SPDX-License-Identifier: BSD-2-Clause */
/* The way of a run into its fault: the last instructions before it and what they made. */
#ifndef PATH_H
#define PATH_H

#include "checker/exec/exec.h"

#include <jansson.h>

#define PATH_STEPS 20

struct path_step {
	uint32_t slot;
	uint16_t changed;  /* registers that the instruction gave a new value */
	uint64_t regs[11]; /* after it */
};
struct path {
	const struct program *program;
	const struct input *input;
	struct path_step at[PATH_STEPS]; /* a ring: the oldest is at[n % PATH_STEPS] once n >= PATH_STEPS */
	uint64_t n;                      /* instructions of the run, without the one that faults */
	uint64_t regs[11];
	uint16_t known;
	uint32_t slot;
	bool begun;
};

/* Runs the program on the input. `safety` as in exec_options. */
void path_follow(struct path *path, const struct program *p, const struct input *in, unsigned safety);
/* A value as a BPF programmer says it, where r10 is the frame pointer: "r10-8", "packet+14", "ctx+4", "0x10". */
void path_name_value(const struct path *path, uint64_t word, uint64_t r10, char *buf, size_t len);
/* An instruction as insn_print has it, with the helper's name. Returns the length as snprintf. */
int path_print_insn(const struct program *p, uint32_t slot, char *buf, size_t len);
void path_print(const struct path *path, FILE *out);
/* The caller owns the reference. */
json_t *path_json(const struct path *path);
#endif
