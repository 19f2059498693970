/* SPDX-License-Identifier: BSD-2-Clause */
/* Basic blocks and their edges. */
#include "cfg.h"
#include "check.h"
#include "loop.h"
#include "tables.h"

#include <stdlib.h>

/* What a block is cut from. */
struct range {
	const struct insn *insns;
	uint32_t start, end;
	bool *leader; /* per slot of the range */
};

static uint32_t step(const struct insn *in)
{
	return in->op == ISA_LDDW ? 2 : 1;
}

static bool runs_code(const struct insn *in)
{
	if (in->op != ISA_CALL || in->src == CALL_KFUNC)
		return false;
	const struct helper_row *row = in->src == CALL_HELPER ? helper_find((uint32_t)in->imm) : NULL;
	return in->src == CALL_LOCAL || (row && helper_calls_back(row));
}

static bool ends_block(const struct insn *in)
{
	return insn_is_jump(in) || !insn_falls_through(in) || runs_code(in);
}

static bool mark_leaders(const struct range *r, char *err, size_t errlen)
{
	r->leader[0] = true;
	for (uint32_t i = r->start; i < r->end; i += step(&r->insns[i])) {
		const struct insn *in = &r->insns[i];
		uint32_t next = i + step(in);
		if (insn_falls_through(in) && next >= r->end)
			return check_fail(err, errlen, "instruction %u: control runs past the end of its subprogram",
					  i);
		if (ends_block(in) && next < r->end)
			r->leader[next - r->start] = true;
		if (!insn_is_jump(in))
			continue;
		int64_t target = insn_target(in, i);
		if (target < r->start || target >= r->end)
			return check_fail(err, errlen, "instruction %u: jump to %lld leaves its subprogram", i,
					  (long long)target);
		r->leader[target - r->start] = true;
	}
	return true;
}

static void cut_blocks(struct cfg *c, const struct range *r)
{
	uint32_t n = r->end - r->start;
	for (uint32_t i = 0; i < n; i++)
		c->n += r->leader[i];
	c->blocks = loop_alloc(c->n, sizeof *c->blocks);
	struct block *b = c->blocks;
	for (uint32_t i = 0; i < n; b++) {
		b->start = r->start + i;
		do
			i++;
		while (i < n && !r->leader[i]);
		b->end = r->start + i;
	}
}

static void link_successors(struct cfg *c, const struct insn *insns)
{
	for (size_t i = 0; i < c->n; i++) {
		struct block *b = &c->blocks[i];
		uint32_t last = b->end - 1;
		if (insns[last].op == ISA_WIDE_TAIL)
			last--;
		b->succ[CFG_NEXT] = insn_falls_through(&insns[last]) ? (int)i + 1 : -1;
		b->succ[CFG_TAKEN] = -1;
		if (insn_is_jump(&insns[last]))
			b->succ[CFG_TAKEN] = cfg_find_block(c, (uint32_t)insn_target(&insns[last], last));
	}
}

/* Sets `place` to 0 in reachable blocks, to -1 in others. */
static void mark_reachable(struct cfg *c)
{
	int *stack = loop_alloc(c->n, sizeof *stack);
	size_t n = 1;
	for (size_t i = 1; i < c->n; i++)
		c->blocks[i].place = -1;
	while (n) {
		const struct block *b = &c->blocks[stack[--n]];
		for (int k = 0; k < 2; k++) {
			if (b->succ[k] < 0 || c->blocks[b->succ[k]].place == 0)
				continue;
			c->blocks[b->succ[k]].place = 0;
			stack[n++] = b->succ[k];
		}
	}
	free(stack);
}

static void link_predecessors(struct cfg *c)
{
	c->pred_room = loop_alloc(2 * c->n, sizeof *c->pred_room);
	int *room = c->pred_room;
	for (size_t i = 0; i < c->n; i++)
		for (int k = 0; k < 2; k++)
			if (c->blocks[i].place == 0 && c->blocks[i].succ[k] >= 0)
				c->blocks[c->blocks[i].succ[k]].n_pred++;
	for (size_t i = 0; i < c->n; i++) {
		c->blocks[i].pred = room;
		room += c->blocks[i].n_pred;
		c->blocks[i].n_pred = 0;
	}
	for (size_t i = 0; i < c->n; i++) {
		for (int k = 0; k < 2; k++) {
			int to = c->blocks[i].succ[k];
			if (c->blocks[i].place == 0 && to >= 0)
				c->blocks[to].pred[c->blocks[to].n_pred++] = (int)i;
		}
	}
}

bool cfg_build(const struct insn *insns, uint32_t start, uint32_t end, struct cfg *out, char *err, size_t errlen)
{
	*out = (struct cfg){0};
	if (start >= end)
		return check_fail(err, errlen, "instruction %u: the subprogram is empty", start);
	struct range r = {insns, start, end, loop_alloc(end - start, sizeof *r.leader)};
	bool ok = mark_leaders(&r, err, errlen);
	if (ok) {
		cut_blocks(out, &r);
		link_successors(out, insns);
		mark_reachable(out);
		link_predecessors(out);
		loop_find(out);
	}
	free(r.leader);
	return ok;
}

void cfg_release(struct cfg *c)
{
	free(c->blocks);
	free(c->order);
	free(c->pred_room);
	*c = (struct cfg){0};
}

int cfg_find_block(const struct cfg *c, uint32_t slot)
{
	size_t lo = 0, hi = c->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (slot < c->blocks[mid].start)
			hi = mid;
		else if (slot >= c->blocks[mid].end)
			lo = mid + 1;
		else
			return (int)mid;
	}
	return -1;
}

bool cfg_dominates(const struct cfg *c, int a, int b)
{
	while (b >= 0 && b != a)
		b = c->blocks[b].idom;
	return b == a;
}

bool cfg_loop_holds(const struct cfg *c, int header, int b)
{
	const struct block *h = &c->blocks[header], *x = &c->blocks[b];
	return h->size && x->place >= h->place && x->place < h->place + h->size;
}

bool cfg_is_back_edge(const struct cfg *c, int from, int to)
{
	return cfg_loop_holds(c, to, from);
}
