/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's raw verifier tests (linux-source-6.1, tools/testing/selftests/bpf/verifier/), one at a time. */
#ifndef VERIFIER_RAW_H
#define VERIFIER_RAW_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RAW_NAMES = 8 };

struct raw_case {
	const char *file, *name;                    /* source file without ".c"; the test's description */
	bool accept;                                /* expected of a privileged user */
	int unprivileged;                           /* -1: as privileged; else 1: accepted, 0: refused */
	const char *message, *unprivileged_message; /* parts of the verifier's log; "": nothing is said about it */
	uint32_t type, attach;
	uint32_t flags;         /* BPF_F_* of the load */
	const char *target;     /* of tracing programs, else "" */
	struct bpf_insn *insns; /* immediates of map and kfunc references are indices of maps and kfuncs below */
	size_t n;
	const char *maps[RAW_NAMES]; /* what object_assemble's .map takes, and lines for its special fields */
	size_t n_maps;
	const char *kfuncs[RAW_NAMES];
	size_t n_kfuncs;
	bool has_types; /* functions with BTF of their own, which the text does not show */
	int kernel;     /* 0: the live kernel takes it, -1: it can't be asked, else the error number */
	char why[400];  /* the last line of its log */
};

size_t raw_count(void);
/* Reads case i and asks the live kernel about it; raw_release before the next one. */
void raw_read(size_t i, struct raw_case *out);
void raw_release(struct raw_case *c);
#endif
