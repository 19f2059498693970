/* SPDX-License-Identifier: BSD-2-Clause */
/* An independent look at two objects: the same random inputs through both, on the live kernel. */
#ifndef BENCH_DIFF_H
#define BENCH_DIFF_H

#include <stddef.h>

enum diff { DIFF_SAME, DIFF_DIFFERENT, DIFF_SKIPPED };

/* Runs the test-runnable programs of both objects on the same inputs, from the
 * same map contents; compares results, packets, contexts and final map contents.
 * `text` says what differed, or why it was skipped. Nothing is attached or pinned. */
enum diff diff_objects(const char *a, const char *b, char *text, size_t len);
#endif
