/* SPDX-License-Identifier: BSD-2-Clause */
/* What decoder and assembler share: error sentences and the checks across slots. */
#ifndef CHECK_H
#define CHECK_H

#include "encode/isa/insn.h"

/* Writes one sentence and returns false. */
bool check_fail(char *err, size_t errlen, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Jump, call and function targets, and the end of the program. On failure *at
 * is the offending slot. */
bool check_flow(const struct insn *insns, size_t n, size_t *at, char *err, size_t errlen);
#endif
