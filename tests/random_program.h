/* SPDX-License-Identifier: BSD-2-Clause */
/* Random BPF programs, and inputs for them, all from a seed. */
#ifndef RANDOM_PROGRAM_H
#define RANDOM_PROGRAM_H

#include "checker/exec/exec.h"
#include "tests/random.h"

enum random_style {
	RANDOM_ARITHMETIC, /* XDP: 64 packet bytes into registers and stack, and back at the end; never faults */
	RANDOM_CAREFUL,    /* XDP or sched_cls: everything, in ways that the verifier mostly takes */
	RANDOM_WILD,       /* the same with a mistake here and there */
};
/* Text for object_assemble; it lives until the next call. */
const char *random_program_text(enum random_style style, uint64_t seed);

#define RANDOM_INPUTS 8 /* kinds of input: all zero, small numbers, corners, random ones with and without map entries \
			 */
struct input *random_program_input(const struct program *p, unsigned kind, uint64_t seed);
/* 64 packet bytes of corner numbers, all else zero: what RANDOM_ARITHMETIC reads. */
struct input *random_program_words(uint64_t seed);
#endif
