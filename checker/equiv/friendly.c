/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Of many counterexamples, one that a person can read and a test run of the
 * kernel can be given (net/bpf/test_run.c fixes headroom, lengths and most of
 * the context): extra conditions for a second question. They only choose.
 */
#include "checker/equiv/friendly.h"

#include <stdlib.h>

#define XDP_HEADROOM 216 /* XDP_PACKET_HEADROOM less struct xdp_frame */
#define XDP_MAX_LINEAR 3520
#define LOOPBACK 1

struct wish {
	struct world *world;
	struct term_pool *pool;
	term all;
};

static void add(struct wish *w, term t)
{
	w->all = term_and(w->pool, w->all, t);
}

static term constant(struct wish *w, unsigned width, uint64_t v)
{
	return term_const(w->pool, width, v);
}

static void add_equal(struct wish *w, enum input_fn fn, uint64_t v)
{
	term t = world_input(w->world, fn, NULL, 0);
	add(w, term_eq(w->pool, t, constant(w, input_rows[fn].width, v)));
}

static void add_context_word(struct wish *w, unsigned off, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++) {
		term byte = world_input1(w->world, IN_CTX, word_const(w->world, off + i));
		add(w, term_eq(w->pool, byte, constant(w, 8, v >> (8 * i) & 0xff)));
	}
}

static void add_packet(struct wish *w, uint64_t max)
{
	term len = world_input(w->world, IN_PKT_LEN, NULL, 0);
	add(w, term_ule(w->pool, constant(w, 32, 14), len));
	add(w, term_ule(w->pool, len, constant(w, 32, max)));
	add_equal(w, IN_PKT_EXTRA, 0);
}

static void add_xdp(struct wish *w)
{
	term len = world_input(w->world, IN_PKT_LEN, NULL, 0), room = world_input(w->world, IN_TAILROOM, NULL, 0);
	add_equal(w, IN_HEADROOM, XDP_HEADROOM);
	add_equal(w, IN_META_LEN, 0);
	add(w, term_eq(w->pool, room, term_sub(w->pool, constant(w, 32, XDP_MAX_LINEAR), len)));
	const struct context_field *f;
	for (unsigned off = 12; (f = context_find(CONTEXT_XDP_MD, off)); off += 4)
		add_context_word(w, off, f->off == 12 ? LOOPBACK : 0); /* ingress_ifindex, then queue and egress */
}

/* Updates of maps succeed: a test run can't make them fail. */
static void add_room(struct wish *w, term question)
{
	term *leaves;
	size_t n = term_leaves(w->pool, &question, 1, &leaves);
	for (size_t i = 0; i < n; i++)
		if (term_fn(w->pool, leaves[i]) == IN_MAP_ERRNO)
			add(w, term_eq(w->pool, leaves[i], constant(w, 32, 0)));
	free(leaves);
}

term friendly_condition(struct world *world, term question, unsigned level)
{
	struct wish w = {world, world->pool, term_true(world->pool)};
	enum packet_kind kind = progtype_rows[world->type].packet;
	add_room(&w, question);
	if (kind != PACKET_NONE)
		add_packet(&w, level == 0 ? 128 : 1500);
	if (kind == PACKET_XDP && level == 0)
		add_xdp(&w);
	return w.all;
}
