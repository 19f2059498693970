/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ADDRESS_H
#define ADDRESS_H

#include "encode/machine/machine.h"

/* What holds of the addresses that the roots depend on: things that exist at the same time don't overlap. */
term address_condition(struct world *w, const term *roots, size_t n);
#endif
