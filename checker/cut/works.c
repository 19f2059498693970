/* SPDX-License-Identifier: BSD-2-Clause */
/* Which places the loops that begin at a node read or write. A heuristic: only guesses are made by it. */
#include "checker/cut/product.h"
#include "encode/isa/cfg.h"
#include "encode/isa/effect.h"

static bool touches(const struct side *s, uint32_t slot, const struct place *place)
{
	const struct insn *in = &s->p->insns[slot];
	if (in->op == ISA_WIDE_TAIL)
		return false;
	struct effect e = effect_of(in);
	if (!place->stack)
		return (e.reads | e.writes) >> place->at & 1;
	enum isa_form form = isa_rows[in->op].form;
	bool load = form == FORM_LDX || form == FORM_LDXS;
	if (!load && form != FORM_STX && form != FORM_ST && form != FORM_ATOMIC)
		return false;
	const struct fact *f = &s->facts->at[slot].r[load ? in->src : in->dst];
	int64_t at = f->value.smin + in->off + STACK_BYTES;
	return f->kind == KIND_STACK && at < place->at + place->size &&
	       f->value.smax + in->off + STACK_BYTES + in->width / 8 > place->at;
}

static void mark_block(const struct product *p, struct node *n, unsigned side, const struct block *b)
{
	for (size_t c = 0; c < n->n; c++)
		for (uint32_t i = b->start; i < b->end && n->places[c].side == side && !n->places[c].works; i++)
			n->places[c].works = touches(&p->side[side], i, &n->places[c]);
}

static bool heads_loop(const struct product *p, const struct node *n, unsigned side)
{
	uint32_t at = n->at[side];
	return at != CUT_EXIT && p->side[side].loops[at];
}

/* What waits for a loop of the other program may be made of that loop's results and of anything else. */
static void mark_all(struct node *n)
{
	for (size_t c = 0; c < n->n; c++)
		n->places[c].works = true;
}

static void mark_loop(const struct product *p, struct node *n, unsigned side)
{
	const struct side *s = &p->side[side];
	uint32_t at = n->at[side];
	struct cfg g;
	char err[160];
	if (!heads_loop(p, n, side))
		return;
	if (!heads_loop(p, n, !side))
		mark_all(n);
	if (!cfg_build(s->p->insns, s->p->subs[0].start, s->p->subs[0].end, &g, err, sizeof err))
		return;
	int head = cfg_find_block(&g, at);
	for (size_t i = 0; i < g.n; i++)
		if (cfg_loop_holds(&g, head, (int)i))
			mark_block(p, n, side, &g.blocks[i]);
	cfg_release(&g);
}

void node_mark_works(const struct product *p, struct node *n)
{
	mark_loop(p, n, 0);
	mark_loop(p, n, 1);
}
