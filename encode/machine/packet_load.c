/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Legacy packet loads (net/core/filter.c, bpf_gen_ld_abs). An offset from -2 MiB
 * on counts from the link header, one from -1 MiB on from the network header; a
 * lower one finds nothing. Where the headers begin is input.
 */
#include "encode/machine/world.h"

#include <linux/filter.h>

/* Where the packet's byte is that `off` (32 bits) names, relative to the first at entry. */
static term place_of(struct world *w, term off, enum skb_header header, int32_t first)
{
	struct term_pool *p = w->pool;
	term begin = term_zext(p, world_input1(w, IN_SKB_HEADER, word_const(w, header)), 64);
	return term_add(p, term_sext(p, off, 64),
			term_sub(p, begin, word_const(w, (uint64_t)(int64_t)first + SKB_BEFORE)));
}

static term knows(struct world *w, enum skb_fact fact)
{
	return world_input1(w, IN_SKB_KNOWS, word_const(w, fact));
}

/* Which of the three kinds of offset it is. */
struct kinds {
	term plain, network, link;
};

static struct kinds kinds_of(struct world *w, term off)
{
	struct term_pool *p = w->pool;
	term plain = term_sle(p, term_const(p, 32, 0), off);
	term network = term_sle(p, term_const(p, 32, (uint32_t)SKF_NET_OFF), off);
	term link = term_sle(p, term_const(p, 32, (uint32_t)SKF_LL_OFF), off);
	return (struct kinds){plain, term_and(p, term_not(p, plain), network), term_and(p, term_not(p, network), link)};
}

static term place(struct world *w, const struct kinds *k, term off)
{
	struct term_pool *p = w->pool;
	term at = term_ite(p, k->network, place_of(w, off, SKB_NETWORK, SKF_NET_OFF), term_zext(p, off, 64));
	return term_ite(p, k->link, place_of(w, off, SKB_LINK, SKF_LL_OFF), at);
}

/* Older kernels find bytes relative to a header in the linear part only. */
static term is_there(struct world *w, const struct state *s, const struct kinds *k, term at, unsigned n)
{
	struct term_pool *p = w->pool;
	term end = term_add(p, at, word_const(w, n));
	term inside = term_sle(p, end, packet_end_all(w, s)), linear = term_sle(p, end, s->counters[COUNT_DATA_END]);
	term header = term_or(p, linear, term_and(p, inside, knows(w, SKB_NON_LINEAR)));
	term found = term_or(p, term_and(p, k->plain, inside), term_and(p, k->network, header));
	return term_or(p, found, term_and(p, k->link, term_and(p, header, knows(w, SKB_LINK_SET))));
}

static void check_context(struct run *r, struct state *s)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	struct value ctx = step_reg(r, s, 6);
	bool is_ctx = ctx.n == 1 && region_at(w, ctx.alts[0].region)->kind == REGION_CTX;
	run_fault(r, s, FAULT_HELPER_ARG, is_ctx ? term_ne(p, ctx.alts[0].off, word_const(w, 0)) : term_true(p));
	if (progtype_rows[w->type].packet != PACKET_SKB)
		run_fault(r, s, FAULT_HELPER_PROG, term_true(p));
}

static void set_results(struct world *w, struct state *s, term word)
{
	s->regs[0] = value_number(w, word);
	for (int i = 1; i <= 5; i++)
		s->regs[i] = value_uninit(w);
}

bool packet_load(struct run *r, struct state *s, const struct insn *in)
{
	struct world *w = r->world;
	struct term_pool *p = w->pool;
	unsigned n = in->width / 8u;
	check_context(r, s);
	term off = term_const(p, 32, (uint32_t)in->imm);
	if (in->op == ISA_LDIND) {
		struct value v = step_reg(r, s, in->src);
		off = term_add(p, off, term_extract(p, value_word(w, &v), 31, 0));
	}
	struct kinds k = kinds_of(w, off);
	/* what moves a packet moves its headers */
	term moved = term_ne(p, s->counters[COUNT_EPOCH], word_const(w, 0));
	term lost = term_and(p, moved, term_or(p, k.network, k.link));
	run_unknown(r, &(struct state){.guard = term_and(p, s->guard, lost)}, REASON_INSN, "negative packet offset");
	term at = place(w, &k, off), inside = is_there(w, s, &k, at, n);
	r->leaves = state_copy(w, s);
	r->leaves->guard = term_and(p, s->guard, term_not(p, inside));
	set_results(w, r->leaves, word_const(w, 0));
	s->guard = term_and(p, s->guard, inside);
	term word = mem_read(w, s->mems[SPACE_PACKET], 0, at, n);
	set_results(w, s, term_zext(p, n > 1 ? term_bswap(p, word) : word, 64));
	return !term_is_false(p, s->guard);
}
