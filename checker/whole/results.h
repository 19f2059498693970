/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Results as bytes. Between processes of one run, which have the same strings
 * at the same addresses, they are sent as they are; what a cache keeps has a
 * form of its own, and is only what is definite.
 */
#ifndef RESULTS_H
#define RESULTS_H

#include "checker/equiv/equiv.h"
#include "checker/safety/programs.h"
#include "checker/whole/crew.h"

/* From the process that decided to the one that reports; false: it is not whole. */
void results_send_equiv(struct bytes *b, const struct equiv_result *r);
bool results_receive_equiv(struct bytes_reader *in, const struct program *a, const struct program *b,
			   struct equiv_result *out);
void results_send_safe(struct bytes *b, const struct programs_item *item);
bool results_receive_safe(struct bytes_reader *in, bool privileged, struct programs_item *item);
/* Why nothing came. */
enum reason results_reason(enum crew_end end);

/* For the cache; false: it is not to be kept. */
bool results_keep_equiv(struct bytes *b, const struct equiv_result *r);
bool results_keep_safe(struct bytes *b, const struct safety_result *r);
/* What was kept of this question. A counterexample is run again, and does not count unless it still is one. */
bool results_recall_equiv(struct bytes_reader *in, const struct program *a, const struct program *b,
			  const struct equiv_options *opt, struct equiv_result *out);
bool results_recall_safe(struct bytes_reader *in, const struct program *p, bool privileged, struct safety_result *out);
#endif
