/* SPDX-License-Identifier: BSD-2-Clause */
/* Inclusion, join and widening of abstract states. */
#include "state.h"

#include <stdlib.h>
#include <string.h>

static void *zeroed(size_t n, size_t size)
{
	void *room = calloc(n ? n : 1, size);
	if (!room)
		abort();
	return room;
}

static bool same_shape(const struct astate *a, const struct astate *b)
{
	if (a->slot != b->slot || a->depth != b->depth || a->n_refs != b->n_refs || a->lock != b->lock || a->rcu != b->rcu)
		return false;
	for (unsigned i = 0; i < a->n_refs; i++)
		if (a->refs[i].slot != b->refs[i].slot || a->refs[i].kind != b->refs[i].kind)
			return false;
	for (unsigned d = 1; d < a->depth; d++)
		if (a->frames[d].back != b->frames[d].back || a->frames[d].callback != b->frames[d].callback)
			return false;
	return true;
}

/* Pointers hold the same of the references that are held, or none: or one would outlive the other's release. */
static bool same_reference(const struct astate *a, const struct aval *x, const struct astate *b, const struct aval *y)
{
	for (unsigned i = 0; i < a->n_refs; i++)
		if ((x->ref && a->refs[i].id == x->ref) != (y->ref && b->refs[i].id == y->ref))
			return false;
	return (x->ref != 0) == (y->ref != 0);
}

/* Is it the number 0, which any pointer that may be NULL can be? */
static bool is_null(const struct astate *s, const struct aval *v)
{
	uint64_t x;
	return aval_is_const(s, v, &x) && x == 0 && !state_tainted(s, v);
}

/* May values of these kinds share a place, apart from their symbols? */
static bool same_kind(const struct aval *a, const struct aval *b)
{
	return a->kind == b->kind && (a->kind == KIND_NUMBER || a->object == b->object);
}

/* A number keeps its origin while the offset from the symbol stays what it is. */
static uint32_t common_origin(const struct aval *a, const struct aval *b, const struct aval *v)
{
	return a->object == b->object && a->add == v->add && b->add == v->add ? a->object : 0;
}

/*
 * Inclusion: an assignment of b's symbols in terms of a's. Symbol y of b is
 * (to[y].x + to[y].add) of a.
 */
struct image {
	sym x;
	int64_t add;
	bool set;
};
struct inclusion {
	const struct astate *a, *b;
	struct image *to;
	uint32_t *ids; /* of b in a, 0: none yet */
	uint32_t head; /* whose symbols in b may be other numbers in a */
};

static bool map_sym(struct inclusion *n, sym y, sym x, int64_t add);

static bool map_operand(struct inclusion *n, sym y, int64_t ky, sym x, int64_t kx)
{
	return map_sym(n, y, x, (int64_t)((uint64_t)kx - (uint64_t)ky));
}

/* What b says of y holds of x + add. */
static bool check_symbol(struct inclusion *n, sym y, sym x, int64_t add)
{
	const struct symbol *sy = &n->b->syms[y], *sx = &n->a->syms[x];
	if (!sy->tainted && sx->tainted)
		return false;
	if (!scalar_subset(state_facts(n->a, x, add), sy->facts))
		return false;
	if (sy->def == DEF_NONE || (sy->def == DEF_HEAD && sy->a == n->head))
		return true;
	if (sx->def != sy->def || add != 0)
		return false;
	if (sy->def == DEF_HEAD)
		return sy->a == sx->a && sy->b == sx->b;
	bool binary = sy->def == DEF_ADD || sy->def == DEF_SUB;
	if (!map_operand(n, sy->a, sy->ka, sx->a, sx->ka))
		return false;
	return binary ? map_operand(n, sy->b, sy->kb, sx->b, sx->kb) : sy->kb == sx->kb;
}

static bool map_sym(struct inclusion *n, sym y, sym x, int64_t add)
{
	if (y == 0) {
		struct scalar f = state_facts(n->a, x, add);
		return scalar_is_const(f) && f.bits.value == 0 && !n->a->syms[x].tainted;
	}
	struct image *i = &n->to[y];
	if (i->set) {
		if (i->x == x)
			return i->add == add;
		struct scalar old = state_facts(n->a, i->x, i->add), new = state_facts(n->a, x, add);
		return scalar_is_const(old) && scalar_is_const(new) && old.bits.value == new.bits.value;
	}
	*i = (struct image){x, add, true};
	return check_symbol(n, y, x, add);
}

static bool map_id(struct inclusion *n, uint32_t of_b, uint32_t of_a)
{
	if (of_b && !n->ids[of_b])
		n->ids[of_b] = of_a;
	return of_b == 0 || n->ids[of_b] == of_a;
}

/* In a, a group of b's pointers that are NULL together may be known not to be, or to be. */
#define GROUP_THERE UINT32_MAX
#define GROUP_NULL (UINT32_MAX - 1)

static bool value_included(struct inclusion *n, const struct aval *a, const struct aval *b)
{
	if (b->kind == KIND_NONE)
		return a->ref == 0;
	if (b->maybe_null && aval_is_pointer(b) && is_null(n->a, a))
		return b->sym == 0 && b->add == 0 && b->ref == 0 && map_id(n, b->null_id, GROUP_NULL);
	if (!same_kind(a, b) || (a->maybe_null && !b->maybe_null) || (b->followable && !a->followable))
		return false;
	if (b->kind == KIND_NUMBER && b->object && common_origin(a, b, b) != b->object)
		return false;
	if (!same_reference(n->a, a, n->b, b) || !map_id(n, b->ref, a->ref))
		return false;
	if (b->maybe_null && !map_id(n, b->null_id, a->maybe_null ? a->null_id : GROUP_THERE))
		return false;
	return map_sym(n, b->sym, a->sym, (int64_t)((uint64_t)a->add - (uint64_t)b->add));
}

static const struct cell *cell_at(const struct aframe *f, uint32_t off)
{
	for (uint32_t i = 0; i < f->n_cells && f->cells[i].off <= off; i++)
		if (f->cells[i].off == off)
			return &f->cells[i];
	return NULL;
}

static bool bits_included(const uint64_t *a, const uint64_t *b)
{
	for (unsigned i = 0; i < STACK_BYTES / 64; i++)
		if (a[i] & ~b[i])
			return false;
	return true;
}

static bool frame_included(struct inclusion *n, unsigned d)
{
	const struct aframe *a = &n->a->frames[d], *b = &n->b->frames[d];
	uint64_t secret_a[STACK_BYTES / 64], secret_b[STACK_BYTES / 64];
	stack_list_secrets(n->a, d, secret_a);
	stack_list_secrets(n->b, d, secret_b);
	if (a->begun < b->begun || a->gotos < b->gotos) /* more rounds may follow than b knows */
		return false;
	if (!bits_included(b->written, a->written) || !bits_included(secret_a, secret_b))
		return false;
	for (unsigned i = 0; d && i < 5; i++)
		if (!value_included(n, &a->saved[i], &b->saved[i]))
			return false;
	for (unsigned i = 0; a->callback && i < 5; i++)
		if (!value_included(n, &a->args[i], &b->args[i]))
			return false;
	for (uint32_t i = 0; i < b->n_cells; i++) {
		const struct cell *y = &b->cells[i], *x = cell_at(a, y->off);
		uint64_t k;
		if (y->v.kind == KIND_NUMBER && y->v.sym == 0) { /* constants may be cut differently */
			if (!stack_constant(n->a, d, y->off, y->size, &k) || k != (uint64_t)y->v.add)
				return false;
		} else if (!x || x->size != y->size || !value_included(n, &x->v, &y->v)) {
			return false;
		}
	}
	return true;
}

static sym find_head(const struct astate *s, const struct symbol *h)
{
	for (sym i = 1; i < s->n_syms; i++)
		if (s->syms[i].def == DEF_HEAD && s->syms[i].a == h->a && s->syms[i].b == h->b)
			return i;
	return 0;
}

/* Symbols of loop heads that are in no place are what they are in both. */
static bool heads_included(struct inclusion *n)
{
	for (sym y = 1; y < n->b->n_syms; y++) {
		const struct symbol *h = &n->b->syms[y];
		sym x = h->def == DEF_HEAD && h->a != n->head && !n->to[y].set ? find_head(n->a, h) : 0;
		if (x && !map_sym(n, y, x, 0))
			return false;
	}
	return true;
}

static bool orders_included(const struct inclusion *n)
{
	for (uint32_t i = 0; i < n->b->n_orders; i++) {
		struct order o = n->b->orders[i];
		struct image x = n->to[o.a], y = n->to[o.b];
		if (o.a == 0)
			x = (struct image){0, 0, true};
		if (o.b == 0)
			y = (struct image){0, 0, true};
		if (!x.set || !y.set)
			return false;
		/* (x + ax) + k <= y + ay as integers, if neither sum wraps */
		struct scalar fx = n->a->syms[x.x].facts, fy = n->a->syms[y.x].facts;
		int64_t top = 1ll << 61;
		if (x.add && (fx.smin < -top || fx.smax > top || x.add < -top || x.add > top))
			return false;
		if (y.add && (fy.smin < -top || fy.smax > top || y.add < -top || y.add > top))
			return false;
		if (o.k < -top || o.k > top || !state_knows_order(n->a, x.x, y.x, o.k + x.add - y.add))
			return false;
	}
	return true;
}

static bool places_included(struct inclusion *n)
{
	const struct astate *a = n->a, *b = n->b;
	for (unsigned i = 0; i < a->n_refs; i++)
		if (!map_id(n, b->refs[i].id, a->refs[i].id))
			return false;
	for (unsigned i = 0; i < 11; i++)
		if (!value_included(n, &a->r[i], &b->r[i]))
			return false;
	for (unsigned d = 0; d < a->depth; d++)
		if (!frame_included(n, d))
			return false;
	if (b->length && (!a->length || !map_sym(n, b->length, a->length, 0)))
		return false;
	if (b->meta && (!a->meta || !map_sym(n, b->meta, a->meta, 0)))
		return false;
	return heads_included(n) && orders_included(n);
}

bool state_included(const struct astate *a, const struct astate *b, uint32_t head)
{
	if (!same_shape(a, b))
		return false;
	struct inclusion n = {a, b, zeroed(b->n_syms, sizeof *n.to), zeroed(b->next_id, sizeof *n.ids), head};
	bool in = places_included(&n);
	free(n.to);
	free(n.ids);
	return in;
}

/*
 * Join: a symbol of the result stands for a symbol of a plus a constant and one
 * of b plus another; places of the same pair share it.
 */
struct pair {
	sym a, b;
	int64_t ka, kb; /* of the pair's first place; the result's symbol is that place */
	sym out;
};
struct id_pair {
	uint32_t a, b, out;
};
struct meeting {
	const struct astate *a, *b;
	struct astate *out;
	struct pair *pairs;
	uint32_t n_pairs, cap_pairs;
	struct id_pair *ids;
	uint32_t n_ids, cap_ids;
	/* widening */
	bool widen;
	uint32_t head;
	const uint64_t *thresholds;
	size_t n_thresholds;
};

/* Bounds that moved go to the next end of 32 or 64 bits at once. */
static struct scalar far(struct scalar old, struct scalar new)
{
	uint64_t umin = new.umin < old.umin ? 0 : old.umin, umax = old.umax;
	int64_t smin = old.smin, smax = old.smax;
	if (new.umax > umax)
		umax = new.umax <= UINT32_MAX ? UINT32_MAX : UINT64_MAX;
	if (new.smin < smin)
		smin = new.smin >= INT32_MIN ? INT32_MIN : INT64_MIN;
	if (new.smax > smax)
		smax = new.smax <= INT32_MAX ? INT32_MAX : new.smax <= UINT32_MAX ? UINT32_MAX : INT64_MAX;
	return scalar_meet(scalar_between(umin, umax), scalar_between_signed(smin, smax));
}

static sym new_symbol(struct meeting *m, sym xa, int64_t ka, sym xb, int64_t kb)
{
	struct scalar fa = state_facts(m->a, xa, ka), fb = state_facts(m->b, xb, kb);
	const struct symbol *sa = &m->a->syms[xa], *sb = &m->b->syms[xb];
	bool tainted = sa->tainted || sb->tainted;
	bool same_head = sa->def == DEF_HEAD && sb->def == DEF_HEAD && sa->a == sb->a && sa->b == sb->b && ka == kb;
	if (same_head && ka == 0)
		return state_define(m->out, DEF_HEAD, scalar_join(fa, fb), tainted, sa->a, 0, sa->b, 0);
	if (!m->widen)
		return state_new_sym(m->out, scalar_join(fa, fb), tainted);
	struct scalar f = scalar_join(fa, fb);
	if (scalar_subset(fb, fa))
		f = fa;
	else if (m->n_thresholds == WIDEN_FAR)
		f = far(fa, f);
	else
		f = scalar_widen_to(fa, f, m->thresholds, m->n_thresholds);
	return state_define(m->out, DEF_HEAD, f, tainted, m->head, 0, m->n_pairs, 0);
}

static sym add_pair(struct meeting *m, sym xa, int64_t ka, sym xb, int64_t kb)
{
	if (m->n_pairs == m->cap_pairs) {
		m->cap_pairs = m->cap_pairs ? m->cap_pairs * 2 : 32;
		m->pairs = realloc(m->pairs, m->cap_pairs * sizeof *m->pairs);
		if (!m->pairs)
			abort();
	}
	sym out = new_symbol(m, xa, ka, xb, kb);
	m->pairs[m->n_pairs++] = (struct pair){xa, xb, ka, kb, out};
	return out;
}

/* Is x + k at a constant distance from the packet's length, which a path may have found to be a constant? */
static bool from_length(const struct astate *s, sym x, int64_t k, int64_t *distance)
{
	struct scalar length = state_facts(s, s->length, 0);
	if (x == s->length)
		*distance = k;
	else if (x == 0 && scalar_is_const(length))
		*distance = (int64_t)((uint64_t)k - length.bits.value);
	else
		return false;
	return true;
}

/* The end of the packet, or what is beside it in both: it stays that, or bounds were lost where one path knows the
 * length. */
static bool join_length(const struct meeting *m, sym xa, int64_t ka, sym xb, int64_t kb, struct aval *v)
{
	int64_t da, db;
	bool likely = v->kind == KIND_PACKET || xa == m->a->length || xb == m->b->length;
	if (!m->out->length || !likely || !from_length(m->a, xa, ka, &da) || !from_length(m->b, xb, kb, &db) || da != db)
		return false;
	v->sym = m->out->length;
	v->add = da;
	return true;
}

/* The symbol and constant of the result for a place that holds (xa + ka) in a and (xb + kb) in b. */
static void join_number(struct meeting *m, sym xa, int64_t ka, sym xb, int64_t kb, struct aval *v)
{
	struct scalar fa = state_facts(m->a, xa, ka), fb = state_facts(m->b, xb, kb);
	bool tainted = m->a->syms[xa].tainted || m->b->syms[xb].tainted;
	if (join_length(m, xa, ka, xb, kb, v))
		return;
	if (scalar_is_const(fa) && scalar_equal(fa, fb) && !tainted) {
		v->sym = 0;
		v->add = (int64_t)fa.bits.value;
		return;
	}
	uint64_t d = (uint64_t)kb - (uint64_t)ka;
	for (uint32_t i = 0; i < m->n_pairs; i++) {
		const struct pair *p = &m->pairs[i];
		if (p->a == xa && p->b == xb && (uint64_t)p->kb - (uint64_t)p->ka == d) {
			v->sym = p->out;
			v->add = (int64_t)((uint64_t)ka - (uint64_t)p->ka);
			return;
		}
	}
	/* keep symbols at their own offset where both sides agree on it, so that orders carry over */
	int64_t base_a = ka, base_b = kb;
	if (xa && xb && ka == kb)
		base_a = base_b = 0;
	v->sym = add_pair(m, xa, base_a, xb, base_b);
	v->add = (int64_t)((uint64_t)ka - (uint64_t)base_a);
}

static uint32_t join_id(struct meeting *m, uint32_t a, uint32_t b)
{
	if (!a || !b)
		return 0;
	for (uint32_t i = 0; i < m->n_ids; i++)
		if (m->ids[i].a == a && m->ids[i].b == b)
			return m->ids[i].out;
	if (m->n_ids == m->cap_ids) {
		m->cap_ids = m->cap_ids ? m->cap_ids * 2 : 8;
		m->ids = realloc(m->ids, m->cap_ids * sizeof *m->ids);
		if (!m->ids)
			abort();
	}
	uint32_t out = m->out->next_id++;
	m->ids[m->n_ids++] = (struct id_pair){a, b, out};
	return out;
}

/* NULL on one side, a pointer on the other: a pointer that may be NULL. */
static struct aval join_null(struct meeting *m, const struct astate *s, const struct aval *p)
{
	uint64_t off;
	struct aval base = {.kind = KIND_NUMBER, .sym = p->sym, .add = p->add};
	if (!aval_is_pointer(p) || p->ref || p->kind == KIND_STALE || !aval_is_const(s, &base, &off))
		return aval_none();
	struct aval v = *p;
	v.sym = 0;
	v.add = (int64_t)off;
	v.maybe_null = true;
	v.null_id = m->out->next_id++;
	return off ? aval_none() : v;
}

static struct aval join_value(struct meeting *m, const struct aval *a, const struct aval *b)
{
	if (is_null(m->a, a) && aval_is_pointer(b))
		return join_null(m, m->b, b);
	if (is_null(m->b, b) && aval_is_pointer(a))
		return join_null(m, m->a, a);
	struct aval v = *a;
	if (a->kind == KIND_NONE || !same_kind(a, b) || !same_reference(m->a, a, m->b, b) ||
	    (a->ref && a->maybe_null != b->maybe_null))
		return aval_none();
	v.maybe_null = a->maybe_null || b->maybe_null;
	v.followable = a->followable && b->followable;
	v.ref = join_id(m, a->ref, b->ref);
	v.null_id = a->maybe_null && b->maybe_null ? join_id(m, a->null_id, b->null_id) : 0;
	if (v.maybe_null && !v.null_id)
		v.null_id = m->out->next_id++;
	join_number(m, a->sym, a->add, b->sym, b->add, &v);
	if (v.kind == KIND_NUMBER)
		v.object = common_origin(a, b, &v);
	return v;
}

static void join_frame(struct meeting *m, unsigned d)
{
	const struct aframe *a = &m->a->frames[d], *b = &m->b->frames[d];
	struct aframe *o = &m->out->frames[d];
	o->back = a->back, o->sub = a->sub, o->callback = a->callback;
	o->begun = a->begun < b->begun ? a->begun : b->begun;
	o->gotos = a->gotos < b->gotos ? a->gotos : b->gotos;
	o->call = b->call; /* the path at work is b's */
	for (unsigned i = 0; i < STACK_BYTES / 64; i++) {
		o->written[i] = a->written[i] & b->written[i];
		o->secret[i] = a->secret[i] | b->secret[i];
	}
	for (unsigned i = 0; d && i < 5; i++)
		o->saved[i] = join_value(m, &a->saved[i], &b->saved[i]);
	for (unsigned i = 0; a->callback && i < 5; i++)
		o->args[i] = join_value(m, &a->args[i], &b->args[i]);
	o->cells = zeroed(a->n_cells, sizeof *o->cells);
	o->cap_cells = a->n_cells;
	for (uint32_t i = 0; i < a->n_cells; i++) {
		const struct cell *x = &a->cells[i], *y = cell_at(b, x->off);
		struct aval v = y && y->size == x->size ? join_value(m, &x->v, &y->v) : aval_none();
		if (v.kind != KIND_NONE)
			o->cells[o->n_cells++] = (struct cell){x->off, x->size, v};
	}
	/* bytes that may be part of an address stay secret though their cell is gone */
	uint64_t secret[2][STACK_BYTES / 64];
	stack_list_secrets(m->a, d, secret[0]);
	stack_list_secrets(m->b, d, secret[1]);
	for (unsigned i = 0; i < STACK_BYTES / 64; i++)
		o->secret[i] |= secret[0][i] | secret[1][i];
	for (uint32_t i = 0; i < o->n_cells; i++)
		for (uint32_t k = o->cells[i].off; k < o->cells[i].off + (uint32_t)o->cells[i].size; k++)
			o->secret[k / 64] &= ~(1ull << k % 64);
}

/* The order of a place to what it was at the head of the loop outlives the place. */
static void join_heads(struct meeting *m)
{
	struct aval ignored = {0};
	for (uint32_t i = 0; i < m->a->n_orders; i++) {
		const struct order *o = &m->a->orders[i];
		for (int end = 0; end < 2; end++) {
			sym x = end ? o->b : o->a, y = m->a->syms[x].def == DEF_HEAD ? find_head(m->b, &m->a->syms[x]) : 0;
			if (y)
				join_number(m, x, 0, y, 0, &ignored);
		}
	}
}

/* What a place of the result is in a (or b), for the order facts: the pair of each new symbol. */
static void join_orders(struct meeting *m)
{
	for (uint32_t i = 0; i < m->n_pairs; i++)
		for (uint32_t j = 0; j < m->n_pairs; j++) {
			const struct pair *p = &m->pairs[i], *q = &m->pairs[j];
			if (i == j || p->ka || p->kb || q->ka || q->kb)
				continue;
			for (uint32_t k = 0; k < m->a->n_orders; k++) {
				struct order o = m->a->orders[k];
				if (o.a == p->a && o.b == q->a && state_knows_order(m->b, p->b, q->b, o.k))
					state_learn_order(m->out, p->out, q->out, o.k);
			}
			for (uint32_t k = 0; k < m->b->n_orders; k++) {
				struct order o = m->b->orders[k];
				if (o.a == p->b && o.b == q->b && state_knows_order(m->a, p->a, q->a, o.k))
					state_learn_order(m->out, p->out, q->out, o.k);
			}
		}
}

/* Is x + k, as a signed integer, the word that it is? */
static bool is_exact(const struct astate *s, sym x, int64_t k)
{
	struct scalar f = s->syms[x].facts;
	int64_t top = 1ll << 60;
	return k > -top && k < top && f.smin > -top && f.smax < top;
}

/* p + k <= q holds in a. Does it in b? a and b are the sides of the meeting, which p and q are offset in. */
static void join_order(struct meeting *m, const struct pair *p, const struct pair *q, int64_t k)
{
	int64_t top = 1ll << 61;
	if (k > -top && k < top && state_knows_order(m->b, p->b, q->b, k + p->kb - q->kb))
		state_learn_order(m->out, p->out, q->out, k);
}

/* The same of places at other offsets from their symbols in a than in b: one that was stepped from another. The orders
 * are those of a, which a loop's head is widened from, so that they only get fewer. */
static void join_offset_orders(struct meeting *m)
{
	for (uint32_t i = 0; i < m->n_pairs; i++)
		for (uint32_t j = 0; j < m->n_pairs; j++) {
			const struct pair *p = &m->pairs[i], *q = &m->pairs[j];
			if (i == j || !(p->ka || p->kb || q->ka || q->kb) || !is_exact(m->a, p->a, p->ka) ||
			    !is_exact(m->a, q->a, q->ka) || !is_exact(m->b, p->b, p->kb) || !is_exact(m->b, q->b, q->kb))
				continue;
			if (p->a && p->a == q->a)
				join_order(m, p, q, q->ka - p->ka);
			for (uint32_t k = 0; k < m->a->n_orders; k++) {
				struct order o = m->a->orders[k];
				if (o.a == p->a && o.b == q->a)
					join_order(m, p, q, o.k - p->ka + q->ka);
			}
		}
}

static bool meet_states(struct meeting *m)
{
	const struct astate *a = m->a, *b = m->b;
	struct astate *o = m->out;
	memset(o, 0, sizeof *o);
	o->slot = a->slot, o->depth = a->depth, o->lock = a->lock, o->rcu = a->rcu;
	o->next_id = 1;
	o->compared = a->compared == b->compared ? a->compared : 0;
	o->gotos = a->gotos < b->gotos ? a->gotos : b->gotos;
	state_define(o, DEF_NONE, scalar_const(0), false, 0, 0, 0, 0);
	o->n_refs = a->n_refs;
	for (unsigned i = 0; i < a->n_refs; i++) {
		o->refs[i] = a->refs[i];
		o->refs[i].id = join_id(m, a->refs[i].id, b->refs[i].id);
	}
	struct aval v = {0};
	if (a->length && b->length)
		o->length = add_pair(m, a->length, 0, b->length, 0);
	if (a->meta && b->meta) {
		join_number(m, a->meta, 0, b->meta, 0, &v);
		o->meta = v.add ? 0 : v.sym;
	}
	for (unsigned i = 0; i < 11; i++)
		o->r[i] = join_value(m, &a->r[i], &b->r[i]);
	for (unsigned d = 0; d < a->depth; d++)
		join_frame(m, d);
	if (!m->widen) /* which makes symbols of its own */
		join_heads(m);
	join_orders(m);
	join_offset_orders(m);
	free(m->pairs);
	free(m->ids);
	return true;
}

bool state_join(const struct astate *a, const struct astate *b, struct astate *out)
{
	struct meeting m = {.a = a, .b = b, .out = out};
	return same_shape(a, b) && meet_states(&m);
}

bool state_widen(const struct astate *a, const struct astate *b, uint32_t head, const uint64_t *thresholds, size_t n,
		 struct astate *out)
{
	struct meeting m = {.a = a, .b = b, .out = out, .widen = true, .head = head,
			    .thresholds = thresholds, .n_thresholds = n};
	return same_shape(a, b) && meet_states(&m);
}
