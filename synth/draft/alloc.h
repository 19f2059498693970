/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ALLOC_H
#define ALLOC_H

#include <stdlib.h>

/* What an allocation returned, which is not NULL: running out of memory ends the process. */
static inline void *checked(void *p)
{
	if (!p)
		abort();
	return p;
}
#endif
