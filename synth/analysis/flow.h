/* SPDX-License-Identifier: BSD-2-Clause */
/* Where values of registers come from and go to: the slots of a program that write and read one and the same value. */
#ifndef FLOW_H
#define FLOW_H

#include "encode/isa/effect.h"
#include "encode/object/program.h"

struct flow {
	const struct program *p;
	struct effect *effects;       /* by slot; of an LDDW's second slot nothing */
	uint32_t *pred_start, *preds; /* of slot i: preds[pred_start[i]] up to pred_start[i + 1] */
	uint32_t apart; /* slot of an instruction that does not tie what it reads and what it writes; p->n: none */
};

/* The writes of a register and the reads of what they write, closed under each other. */
struct web {
	unsigned reg;
	bool *def, *use, *live; /* by slot; live: the value may be read at this slot or later */
	uint32_t n_defs, n_uses;
	bool from_entry; /* a read may see what the register held when its function began */
	bool pinned;     /* an instruction names the register without a field for it: calls, exit, packet loads */
};

struct flow *flow_new(const struct program *p);
void flow_free(struct flow *f);

/* Successors of a slot; returns how many. A call falls through, a local call's function is not one of them. */
unsigned flow_next(const struct flow *f, uint32_t slot, uint32_t next[2]);
/* The web of what a slot writes to a register; `tied`: an instruction that reads and writes it belongs to one web with
 * what it reads, as it must if the register is to be renamed. The caller releases it. */
void flow_web_of(const struct flow *f, uint32_t def, unsigned reg, bool tied, struct web *w);
/* The same of what a slot reads. */
void flow_web_at(const struct flow *f, uint32_t use, unsigned reg, bool tied, struct web *w);
void web_release(struct web *w);

/* Does the instruction name the register in a field: as the destination's or as the source's number? */
bool flow_reads_field(const struct insn *in, unsigned reg);
/* It with `from` renamed in the fields that it reads (or in those that it writes). */
struct insn flow_rename_reads(struct insn in, unsigned from, unsigned to);
struct insn flow_rename_writes(struct insn in, unsigned from, unsigned to);
#endif
