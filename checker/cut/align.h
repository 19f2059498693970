/* SPDX-License-Identifier: BSD-2-Clause */
/* Which points of two programs belong together. Nothing depends on it but whether a proof succeeds. */
#ifndef ALIGN_H
#define ALIGN_H

#include "checker/cut/cut.h"

/* False: no points are likely to do. The caller releases *out in either case. */
bool align_find_points(const struct program *a, const struct program *b, struct cut_points *out);
#endif
