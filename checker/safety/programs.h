/* SPDX-License-Identifier: BSD-2-Clause */
/* Are the programs of an object safe? Each is decided by itself. */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include "checker/safety/kernel_rule.h"
#include "checker/safety/safety.h"

struct programs_item {
	const struct program *program;
	struct tape *tape;           /* of what a solver is asked for its proof; NULL: none */
	struct safety_result result; /* from programs_decide on */
	struct kernel_view kernel;   /* what a kernel would say, if asked for */
	double ms;
	bool cached; /* the result is an earlier run's (checker/whole/verdicts.h) */
};

struct programs {
	struct programs_item *at; /* in the object's order */
	size_t n;
};

struct programs_options {
	struct safety_options safety;
	unsigned timeout_ms; /* of all programs together, 0: none */
	bool kernel;         /* fill the view of the kernel's own rules */
	bool no_live;        /* don't ask the live kernel about anything */
};

/* The object's programs, or those of that function or section name if it is not NULL. The object stays the caller's.
 * False with a sentence in err if there is none: an answer about nothing would read like a proof. */
bool programs_select(const struct object *o, const char *name, struct programs *out, char *err, size_t len);
/* Told the number of programs that are done and the next one's name ("" at the end). */
typedef void programs_progress(size_t done, size_t n, const char *name);
/* Decides every program; once *safety.stop is set the rest is unknown. `progress` may be NULL. */
void programs_decide(struct programs *programs, const struct programs_options *opt, programs_progress *progress);
/* Decides one program, in what time is left until end_ns (CLOCK_MONOTONIC). */
void programs_decide_item(struct programs_item *item, const struct programs_options *opt, uint64_t end_ns);
/* Asks the kernel what was to be asked about an item that has its result. */
void programs_ask_kernel(struct programs_item *item, const struct programs_options *opt);
/* Refuted if one is refuted, else unknown if one is, else proved. */
enum verdict programs_verdict(const struct programs *programs);
void programs_release(struct programs *programs);
#endif
