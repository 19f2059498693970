/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef RANDOM_RELATION_H
#define RANDOM_RELATION_H

#include <stdint.h>

/* Text for object_assemble; it lives until the next call. The program is safe: XDP, numbers and its stack only. */
const char *random_relation_text(uint64_t seed);
#endif
