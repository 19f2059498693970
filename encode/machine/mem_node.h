/* SPDX-License-Identifier: BSD-2-Clause */
/* Nodes of the memory DAG, for the machine's own files. */
#ifndef MEM_NODE_H
#define MEM_NODE_H

#include "encode/machine/machine.h"

enum mem_kind { MEM_INITIAL, MEM_STORE, MEM_FILL, MEM_MOVE, MEM_CHOOSE, MEM_AFTER, MEM_STRETCH };

struct mem_node {
	enum mem_kind kind;
	mem prev, other; /* other: CHOOSE's second branch; STRETCH: of kernel memory */
	tuple key;
	term off, to; /* STORE, FILL, STRETCH; INITIAL, AFTER: off is the space */
	term val; /* STORE: 8 * bytes bits; FILL: a byte; MOVE: the distance; CHOOSE: the condition; AFTER: position */
	unsigned bytes;
};
#endif
