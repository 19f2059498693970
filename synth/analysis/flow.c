/* SPDX-License-Identifier: BSD-2-Clause */
/* Def-use webs by flooding the graph of slots from each read and each write. */
#include "synth/analysis/flow.h"
#include "synth/draft/alloc.h"

#include <string.h>

unsigned flow_next(const struct flow *f, uint32_t slot, uint32_t next[2])
{
	const struct insn *in = &f->p->insns[slot];
	unsigned n = 0;
	if (in->op == ISA_WIDE_TAIL)
		return 0;
	uint32_t after = slot + (in->op == ISA_LDDW ? 2 : 1);
	if (insn_falls_through(in) && after < f->p->n)
		next[n++] = after;
	if (insn_is_jump(in)) {
		next[n] = (uint32_t)insn_target(in, slot);
		n += n == 0 || next[0] != next[n];
	}
	return n;
}

static void list_predecessors(struct flow *f)
{
	uint32_t n = (uint32_t)f->p->n, next[2];
	f->pred_start = checked(calloc(n + 2, sizeof *f->pred_start));
	for (uint32_t i = 0; i < n; i++)
		for (unsigned k = flow_next(f, i, next); k-- > 0;)
			f->pred_start[next[k] + 2]++;
	for (uint32_t i = 2; i < n + 2; i++)
		f->pred_start[i] += f->pred_start[i - 1];
	f->preds = checked(malloc((f->pred_start[n + 1] + 1) * sizeof *f->preds));
	for (uint32_t i = 0; i < n; i++)
		for (unsigned k = flow_next(f, i, next); k-- > 0;)
			f->preds[f->pred_start[next[k] + 1]++] = i;
}

struct flow *flow_new(const struct program *p)
{
	struct flow *f = checked(calloc(1, sizeof *f));
	f->p = p;
	f->apart = (uint32_t)p->n;
	f->effects = checked(calloc(p->n + 1, sizeof *f->effects));
	for (size_t i = 0; i < p->n; i++)
		if (p->insns[i].op != ISA_WIDE_TAIL)
			f->effects[i] = effect_of(&p->insns[i]);
	list_predecessors(f);
	return f;
}

void flow_free(struct flow *f)
{
	if (!f)
		return;
	free(f->effects);
	free(f->pred_start);
	free(f->preds);
	free(f);
}

static bool has_source_field(const struct insn *in)
{
	switch (isa_rows[in->op].form) {
	case FORM_ALU:
	case FORM_JMP:
		return !in->k;
	case FORM_ALUX:
	case FORM_CAST:
	case FORM_LDIND:
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_STX:
	case FORM_ATOMIC:
	case FORM_LOAD_ACQ:
	case FORM_STORE_REL:
		return true;
	case FORM_ALU1:
	case FORM_END:
	case FORM_JA:
	case FORM_JAL:
	case FORM_MAYGOTO:
	case FORM_CALL:
	case FORM_EXIT:
	case FORM_WIDE:
	case FORM_LDABS:
	case FORM_ST:
		break;
	}
	return false;
}

enum { NOT_NAMED, NAMED_READ = 1, NAMED_WRITTEN = 2 };

/* What an instruction does with the register that its destination field names. */
static unsigned destination(const struct insn *in)
{
	switch (isa_rows[in->op].form) {
	case FORM_ALU:
		return in->op == ISA_MOV ? NAMED_WRITTEN : NAMED_READ | NAMED_WRITTEN;
	case FORM_ALU1:
	case FORM_END:
		return NAMED_READ | NAMED_WRITTEN;
	case FORM_ALUX:
	case FORM_CAST:
	case FORM_WIDE:
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_LOAD_ACQ:
		return NAMED_WRITTEN;
	case FORM_JMP:
	case FORM_ST:
	case FORM_STX:
	case FORM_ATOMIC:
	case FORM_STORE_REL:
		return NAMED_READ;
	case FORM_JA:
	case FORM_JAL:
	case FORM_MAYGOTO:
	case FORM_CALL:
	case FORM_EXIT:
	case FORM_LDABS:
	case FORM_LDIND:
		break;
	}
	return NOT_NAMED;
}

static bool writes_source(const struct insn *in)
{
	return isa_rows[in->op].form == FORM_ATOMIC && effect_of(in).writes && in->op != ISA_A_CMPXCHG;
}

/* Does one field say both what is read and what is written? */
static bool is_tied(const struct insn *in, unsigned reg)
{
	return (destination(in) == (NAMED_READ | NAMED_WRITTEN) && in->dst == reg) ||
	       (writes_source(in) && in->src == reg);
}

/* Does the instruction need this very register, not just one in its field? */
static bool is_pinned(const struct insn *in, unsigned reg)
{
	switch (isa_rows[in->op].form) {
	case FORM_CALL:
	case FORM_EXIT:
	case FORM_LDABS:
		return true;
	case FORM_LDIND:
		return reg == 6 || reg == 0;
	case FORM_ATOMIC:
		return in->op == ISA_A_CMPXCHG && reg == 0;
	case FORM_ALU:
	case FORM_ALUX:
	case FORM_ALU1:
	case FORM_CAST:
	case FORM_END:
	case FORM_JA:
	case FORM_JAL:
	case FORM_JMP:
	case FORM_MAYGOTO:
	case FORM_WIDE:
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_ST:
	case FORM_STX:
	case FORM_LOAD_ACQ:
	case FORM_STORE_REL:
		break;
	}
	return false;
}

bool flow_reads_field(const struct insn *in, unsigned reg)
{
	return (destination(in) & NAMED_READ && in->dst == reg) || (has_source_field(in) && in->src == reg);
}

static bool writes_field(const struct insn *in, unsigned reg)
{
	return (destination(in) & NAMED_WRITTEN && in->dst == reg) || (writes_source(in) && in->src == reg);
}

struct insn flow_rename_reads(struct insn in, unsigned from, unsigned to)
{
	if (destination(&in) & NAMED_READ && in.dst == from)
		in.dst = (uint8_t)to;
	if (has_source_field(&in) && in.src == from)
		in.src = (uint8_t)to;
	return in;
}

struct insn flow_rename_writes(struct insn in, unsigned from, unsigned to)
{
	if (destination(&in) & NAMED_WRITTEN && in.dst == from)
		in.dst = (uint8_t)to;
	if (writes_source(&in) && in.src == from)
		in.src = (uint8_t)to;
	return in;
}

struct flood {
	const struct flow *f;
	struct web *w;
	bool tied;
	uint32_t *todo; /* slots whose write is new (2 * slot) or whose read is (2 * slot + 1) */
	uint32_t n;
	uint32_t *stack;
	bool *seen;
};

static void add_use(struct flood *x, uint32_t slot)
{
	if (x->w->use[slot])
		return;
	x->w->use[slot] = true;
	x->w->n_uses++;
	x->w->pinned |= is_pinned(&x->f->p->insns[slot], x->w->reg);
	x->todo[x->n++] = 2 * slot + 1;
}

static void add_def(struct flood *x, uint32_t slot)
{
	if (x->w->def[slot])
		return;
	const struct insn *in = &x->f->p->insns[slot];
	x->w->def[slot] = true;
	x->w->n_defs++;
	x->w->pinned |= is_pinned(in, x->w->reg) || !writes_field(in, x->w->reg);
	x->todo[x->n++] = 2 * slot;
}

static bool reads(const struct flood *x, uint32_t slot)
{
	return x->f->effects[slot].reads & EFFECT_BIT(x->w->reg);
}

static bool writes(const struct flood *x, uint32_t slot)
{
	return x->f->effects[slot].writes & EFFECT_BIT(x->w->reg);
}

static void flood_forward(struct flood *x, uint32_t from)
{
	uint32_t n = 0, next[2];
	memset(x->seen, 0, x->f->p->n * sizeof *x->seen);
	x->stack[n++] = from;
	while (n > 0) {
		uint32_t i = x->stack[--n];
		for (unsigned k = flow_next(x->f, i, next); k-- > 0;) {
			uint32_t s = next[k];
			if (x->seen[s])
				continue;
			x->seen[s] = true;
			if (reads(x, s))
				add_use(x, s);
			if (!writes(x, s))
				x->stack[n++] = s;
		}
	}
}

static void flood_backward(struct flood *x, uint32_t from)
{
	const struct flow *f = x->f;
	uint32_t n = 0;
	memset(x->seen, 0, f->p->n * sizeof *x->seen);
	x->stack[n++] = from;
	x->seen[from] = true;
	while (n > 0) {
		uint32_t i = x->stack[--n];
		x->w->live[i] = true;
		for (size_t s = 0; s < f->p->n_subs; s++)
			x->w->from_entry |= f->p->subs[s].start == i;
		for (uint32_t k = f->pred_start[i]; k < f->pred_start[i + 1]; k++) {
			uint32_t q = f->preds[k];
			if (writes(x, q))
				add_def(x, q);
			else if (!x->seen[q])
				x->seen[q] = true, x->stack[n++] = q;
		}
	}
}

static void flood(struct flood *x)
{
	while (x->n > 0) {
		uint32_t slot = x->todo[--x->n] / 2;
		bool is_use = x->todo[x->n] % 2;
		bool both = x->tied && slot != x->f->apart && is_tied(&x->f->p->insns[slot], x->w->reg);
		if (is_use)
			flood_backward(x, slot);
		else
			flood_forward(x, slot);
		if (both && is_use)
			add_def(x, slot);
		else if (both)
			add_use(x, slot);
	}
}

static void web_start(struct flood *x, const struct flow *f, unsigned reg, bool tied, struct web *w)
{
	size_t n = f->p->n + 1;
	*w = (struct web){.reg = reg,
			  .def = checked(calloc(n, sizeof *w->def)),
			  .use = checked(calloc(n, sizeof *w->use)),
			  .live = checked(calloc(n, sizeof *w->live))};
	*x = (struct flood){.f = f,
			    .w = w,
			    .tied = tied,
			    .todo = checked(malloc(2 * n * sizeof *x->todo)),
			    .stack = checked(malloc(2 * n * sizeof *x->stack)),
			    .seen = checked(malloc(n * sizeof *x->seen))};
}

static void web_end(struct flood *x)
{
	flood(x);
	free(x->todo);
	free(x->stack);
	free(x->seen);
}

void flow_web_of(const struct flow *f, uint32_t def, unsigned reg, bool tied, struct web *w)
{
	struct flood x;
	web_start(&x, f, reg, tied, w);
	add_def(&x, def);
	web_end(&x);
}

void flow_web_at(const struct flow *f, uint32_t use, unsigned reg, bool tied, struct web *w)
{
	struct flood x;
	web_start(&x, f, reg, tied, w);
	add_use(&x, use);
	web_end(&x);
}

void web_release(struct web *w)
{
	free(w->def);
	free(w->use);
	free(w->live);
}
