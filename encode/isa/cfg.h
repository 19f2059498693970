/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control-flow graph of one subprogram, with dominators and a loop forest.
 *
 * Blocks are numbered by their first slot; `order` is the order to walk them
 * in: a topological order of the graph without its back edges in which every
 * loop is contiguous and begins with its header (Bourdoncle's weak topological
 * order, "Efficient chaotic iteration strategies with widenings", 1993). So a
 * fixpoint iterates cfg.order[h.place .. h.place + h.size) for a header h, and
 * positions compare as instances of the loop nest do.
 *
 * A loop has one header, the only block whose in-edges from inside the loop are
 * back edges. If the graph is irreducible a loop can also be entered elsewhere
 * than at its header; the headers still cut every cycle.
 */
#ifndef CFG_H
#define CFG_H

#include "encode/isa/insn.h"

enum { CFG_NEXT, CFG_TAKEN }; /* successors: fall-through, jump */

struct block {
	uint32_t start, end; /* slots [start, end) */
	int succ[2];         /* block numbers or -1; both may be the same block */
	int *pred;           /* reachable predecessors, each once an edge */
	int n_pred;
	int place; /* index in cfg.order, -1 if unreachable */
	int idom;  /* immediate dominator; -1 for the entry and unreachable blocks */
	int loop;  /* header of the innermost loop that holds the block (a header: itself), or -1 */
	int outer; /* headers only: header of the next enclosing loop, or -1 */
	int size;  /* headers only: blocks of the loop, inner loops included; else 0 */
	int depth; /* loops that hold the block */
};

struct cfg {
	struct block *blocks; /* [0] is the entry */
	size_t n;
	int *order;
	size_t n_order; /* reachable blocks */
	bool irreducible;
	int *pred_room; /* what the blocks' pred point into */
};

/* Builds the graph of slots [start, end). A block ends at a jump, at exit,
 * before a jump target and after a call that runs code of the program (a local
 * one, or of a helper with a callback), which falls through. Returns
 * false with a sentence if control leaves the range. */
bool cfg_build(const struct insn *insns, uint32_t start, uint32_t end, struct cfg *out, char *err, size_t errlen);
void cfg_release(struct cfg *c);

int cfg_find_block(const struct cfg *c, uint32_t slot);      /* -1: not in the range */
bool cfg_dominates(const struct cfg *c, int a, int b);       /* every path to b meets a; reflexive */
bool cfg_loop_holds(const struct cfg *c, int header, int b); /* b is in the loop of that header */
bool cfg_is_back_edge(const struct cfg *c, int from, int to);
#endif
