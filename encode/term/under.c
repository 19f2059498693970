/* SPDX-License-Identifier: BSD-2-Clause */
/* A term where a condition is known to hold: choices that the condition decides are gone. */
#include "pool.h"

#define TERMS_MAX 64 /* looked at, from the top */
#define DEPTH_MAX 8

struct under {
	struct term_pool *pool;
	struct list known;
	term from[TERMS_MAX], to[TERMS_MAX];
	size_t n;
};

static term visit(struct under *u, term t, unsigned depth);

/* The truth value that t has, the branch that is taken, or t on other arguments. */
static term simplify(struct under *u, term t, unsigned depth)
{
	struct node n = node_of(u->pool, t);
	term args[3] = {n.a, n.b, n.c};
	if (n.width == 1) {
		int holds = bool_implied(u->pool, &u->known, t);
		if (holds >= 0)
			return holds ? term_true(u->pool) : term_false(u->pool);
	}
	if (n.kind == TERM_ITE) {
		int holds = bool_implied(u->pool, &u->known, n.a);
		if (holds >= 0)
			return visit(u, holds ? n.b : n.c, depth);
	}
	bool same = true;
	for (size_t i = 0; i < term_arity(u->pool, t); i++) {
		args[i] = visit(u, args[i], depth);
		same &= args[i] == term_arg(u->pool, t, i);
	}
	return same ? t : term_rebuild(u->pool, t, args);
}

static term visit(struct under *u, term t, unsigned depth)
{
	enum term_kind kind = kind_of(u->pool, t);
	if (kind == TERM_CONST || kind == TERM_APPLY || !depth)
		return t;
	for (size_t i = 0; i < u->n; i++)
		if (u->from[i] == t)
			return u->to[i];
	if (u->n == TERMS_MAX)
		return t;
	size_t at = u->n++;
	u->from[at] = u->to[at] = t; /* a term is no part of itself */
	return u->to[at] = simplify(u, t, depth - 1);
}

term term_under(struct term_pool *p, term condition, term t)
{
	struct under u = {.pool = p};
	list_flatten(p, &u.known, TERM_AND, condition, LIST_MAX);
	return visit(&u, t, DEPTH_MAX);
}
