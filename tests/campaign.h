/* SPDX-License-Identifier: BSD-2-Clause */
/* A campaign of random programs: each in both machines under several inputs, some in the live kernel as well. */
#ifndef CAMPAIGN_H
#define CAMPAIGN_H

#include "checker/exec/kernel.h"
#include "tests/agreement.h"
#include "tests/random_program.h"

#include <stdio.h>

#define CAMPAIGN_NOTES 64

struct campaign_note { /* a text and how often it came up */
	char text[200];
	size_t count;
};
struct campaign_notes {
	struct campaign_note at[CAMPAIGN_NOTES];
	size_t n, others;
};
struct campaign {
	size_t programs, runs, exits, faults, unmodelled;
	size_t disagreements, less_known;
	size_t kernel_runs, kernel_disagreements; /* runs in the kernel */
	struct campaign_notes reasons;            /* why terms were less known */
	struct campaign_notes skips;              /* why the kernel was not asked, or could not be */
	size_t fault_kinds[FAULT_COUNT];
	size_t insns[ISA_COUNT], helpers[256]; /* executed, by row and id */
	FILE *out;                             /* disagreements */
};

/* Every third program is wild in turn with careful ones and arithmetic. */
enum random_style campaign_style(uint64_t seed);
void campaign_run_program(struct campaign *c, enum random_style style, uint64_t seed);
/* One input of the program in the live kernel and the concrete machine; true if it ran. */
bool campaign_ask_kernel(struct campaign *c, uint64_t seed);
/* The same for a program and an input of the caller's; seed is only for the report. p may be shrunk. */
bool campaign_compare_kernel(struct campaign *c, struct program *p, const struct input *in, uint64_t seed);
void campaign_print_coverage(const struct campaign *c, FILE *out);
void campaign_print_notes(const struct campaign_notes *n, const char *title, FILE *out);
#endif
