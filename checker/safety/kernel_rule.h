/* SPDX-License-Identifier: BSD-2-Clause */
/* Would a kernel take the program? Rule by rule, and what the kernel that runs here says itself. */
#ifndef KERNEL_RULE_H
#define KERNEL_RULE_H

#include "checker/exec/kernel.h"

enum kernel_rule {
#define KERNEL_RULE(name, ...) KERNEL_RULE_##name,
#include "kernel_rule.def"
#undef KERNEL_RULE
	KERNEL_RULE_COUNT
};
struct kernel_rule_row {
	const char *name, *text, *source;
	bool depends; /* on the kernel's age or the loader's rights: breaking it alone is no refusal */
};
extern const struct kernel_rule_row kernel_rule_rows[KERNEL_RULE_COUNT];

/* One rule and the program. */
struct kernel_finding {
	bool broken;
	uint32_t slot;  /* broken: the first place */
	char text[120]; /* broken: what is there, "" if the rule says it all */
};

struct kernel_view {
	bool ruled;
	struct kernel_finding rules[KERNEL_RULE_COUNT];
	bool asked;                /* the kernel that runs here */
	enum kernel_status status; /* KERNEL_RAN: it takes the program */
	uint64_t processed;        /* instructions that its verifier went through */
	char text[200];            /* its last word, or why it was not asked */
};

/* All rules, and the live kernel if it is to be asked. */
void kernel_rule_view(const struct program *p, bool live, struct kernel_view *out);
/* The live kernel alone. */
void kernel_rule_ask(const struct program *p, struct kernel_view *out);
/* The first broken rule that does not depend, KERNEL_RULE_COUNT if there is none. */
enum kernel_rule kernel_rule_broken(const struct kernel_view *v);
#endif
