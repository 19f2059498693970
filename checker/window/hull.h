/* SPDX-License-Identifier: BSD-2-Clause */
/* Where two programs differ, as one window. */
#ifndef HULL_H
#define HULL_H

#include "checker/window/window.h"

/* The smallest window around all differences, with `more` slots before and behind it where the function has them,
 * and only up to the next call unless `calls`.
 * False: there is none (functions of other lengths than one, jumps into it from everywhere), or nothing differs
 * (*same). */
bool hull_find(const struct program *a, const struct program *b, uint32_t more, bool calls, uint32_t *start,
	       uint32_t *end, uint32_t *b_end, bool *same);
#endif
