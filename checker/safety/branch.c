/* SPDX-License-Identifier: BSD-2-Clause */
/* Conditional jumps of the abstract machine: which sides are possible, and what each side knows. */
#include "prover.h"

#include <stdlib.h>

#define SMALL (1ll << 60)
#define POINTER_NEAR (1ll << 29)

static enum scalar_relation relation_of(enum isa_op op)
{
	switch ((int)op) {
	case ISA_JEQ: return SCALAR_EQ;
	case ISA_JNE: return SCALAR_NE;
	case ISA_JGT: return SCALAR_GT;
	case ISA_JGE: return SCALAR_GE;
	case ISA_JLT: return SCALAR_LT;
	case ISA_JLE: return SCALAR_LE;
	case ISA_JSGT: return SCALAR_SGT;
	case ISA_JSGE: return SCALAR_SGE;
	case ISA_JSLT: return SCALAR_SLT;
	case ISA_JSLE: return SCALAR_SLE;
	case ISA_JSET: return SCALAR_SET;
	default: abort(); /* the caller's form says it is one of the above */
	}
}

static bool is_small(const struct astate *s, const struct aval *x)
{
	struct scalar f = s->syms[x->sym].facts;
	return x->add > -SMALL && x->add < SMALL && f.smin > -SMALL && f.smax < SMALL;
}

/* a + k <= b for places whose sums don't wrap. */
static bool learn_le(struct astate *s, const struct aval *a, const struct aval *b, int64_t k)
{
	return state_learn_order(s, a->sym, b->sym, a->add - b->add + k);
}

/* Order facts of a relation between words that order as signed integers do. */
static bool learn_relation(struct astate *s, enum scalar_relation rel, const struct aval *a, const struct aval *b)
{
	switch (rel) {
	case SCALAR_EQ: return learn_le(s, a, b, 0) && learn_le(s, b, a, 0);
	case SCALAR_GT:
	case SCALAR_SGT: return learn_le(s, b, a, 1);
	case SCALAR_GE:
	case SCALAR_SGE: return learn_le(s, b, a, 0);
	case SCALAR_LT:
	case SCALAR_SLT: return learn_le(s, a, b, 1);
	case SCALAR_LE:
	case SCALAR_SLE: return learn_le(s, a, b, 0);
	case SCALAR_NE:
	case SCALAR_SET:
	case SCALAR_NSET:
		break;
	}
	return true;
}

static bool is_signed(enum scalar_relation rel)
{
	return rel == SCALAR_SGT || rel == SCALAR_SGE || rel == SCALAR_SLT || rel == SCALAR_SLE || rel == SCALAR_EQ;
}

/* Do the words compare as their values do as signed integers? */
static bool orders_as_integers(const struct astate *s, enum scalar_relation rel, unsigned width, const struct aval *a,
			       const struct aval *b)
{
	struct scalar x = state_number(s, a), y = state_number(s, b);
	if (!is_small(s, a) || !is_small(s, b))
		return false;
	if (width == 32)
		return x.smin >= 0 && x.smax <= INT32_MAX && y.smin >= 0 && y.smax <= INT32_MAX;
	return is_signed(rel) || (x.smin >= 0 && y.smin >= 0);
}

/* a - b is known where the relation rules one of its ends out. */
static bool contradicts_orders(const struct astate *s, enum scalar_relation rel, const struct aval *a, const struct aval *b)
{
	bool le = state_knows_order(s, a->sym, b->sym, a->add - b->add);
	bool ge = state_knows_order(s, b->sym, a->sym, b->add - a->add);
	bool lt = state_knows_order(s, a->sym, b->sym, a->add - b->add + 1);
	bool gt = state_knows_order(s, b->sym, a->sym, b->add - a->add + 1);
	switch (rel) {
	case SCALAR_EQ: return lt || gt;
	case SCALAR_NE: return le && ge;
	case SCALAR_GT:
	case SCALAR_SGT: return le;
	case SCALAR_GE:
	case SCALAR_SGE: return lt;
	case SCALAR_LT:
	case SCALAR_SLT: return ge;
	case SCALAR_LE:
	case SCALAR_SLE: return gt;
	case SCALAR_SET:
	case SCALAR_NSET:
		break;
	}
	return false;
}

static bool assume_numbers(struct astate *s, enum scalar_relation rel, unsigned width, const struct aval *a,
			   const struct aval *b)
{
	struct scalar x = state_number(s, a), y = state_number(s, b);
	bool integers = orders_as_integers(s, rel, width, a, b);
	if (integers && contradicts_orders(s, rel, a, b))
		return false;
	if (!scalar_assume(rel, width, &x, &y))
		return false;
	if (!state_learn(s, a->sym, a->add, x) || !state_learn(s, b->sym, b->add, y))
		return false;
	/* what is known now may show that the words order as integers */
	if (integers || orders_as_integers(s, rel, width, a, b))
		return learn_relation(s, rel, a, b);
	return true;
}

static bool may_be_no_packet(const struct aval *a)
{
	return a->kind == KIND_PACKET && a->object == NO_PACKET;
}

/* Pointers into one region: their addresses order as their offsets do. */
static bool same_memory(const struct astate *s, const struct aval *a, const struct aval *b)
{
	struct scalar x = state_number(s, a), y = state_number(s, b);
	int64_t far = 1ll << 40;
	bool region = a->kind == b->kind && a->object == b->object &&
		      (a->kind == KIND_PACKET || a->kind == KIND_STACK || a->kind == KIND_CTX);
	if (may_be_no_packet(a) && (x.smin < 0 || y.smin < 0)) /* below NULL is the highest address */
		return false;
	return region && !a->maybe_null && !b->maybe_null && x.smin > -far && x.smax < far && y.smin > -far && y.smax < far &&
	       is_small(s, a) && is_small(s, b);
}

static bool assume_pointers(struct astate *s, enum scalar_relation rel, const struct aval *a, const struct aval *b)
{
	if (!same_memory(s, a, b))
		return true;
	return !contradicts_orders(s, rel, a, b) && learn_relation(s, rel, a, b);
}

struct group {
	struct astate *s;
	uint32_t null_id;
	bool is_null;
};

static void resolve(void *arg, struct aval *v)
{
	struct group *g = arg;
	if (!v->maybe_null || v->null_id != g->null_id)
		return;
	v->maybe_null = false;
	v->null_id = 0;
	if (!g->is_null)
		return;
	/* NULL plus the offset */
	*v = (struct aval){.kind = KIND_NUMBER, .sym = v->sym, .add = v->add};
}

/* The pointer that the reference was acquired with has one number for both; one that was made from it by a cast or a
 * lookup in it may be NULL while the reference is held. */
static void drop_reference(void *arg, struct aval *v)
{
	struct group *g = arg;
	if (!v->maybe_null || v->null_id != g->null_id || v->ref != g->null_id)
		return;
	for (unsigned i = 0; i < g->s->n_refs; i++)
		if (g->s->refs[i].id == v->ref) {
			state_drop_reference(g->s, i);
			return;
		}
}

void branch_resolve_null(struct astate *s, uint32_t null_id, bool is_null)
{
	struct group g = {s, null_id, is_null};
	if (is_null)
		state_visit(s, drop_reference, &g);
	state_visit(s, resolve, &g);
}

/* A comparison with NULL: 1 it is one, by op; *null_if: NULL where the relation holds. */
static bool is_null_test(const struct astate *s, enum scalar_relation rel, const struct aval *p, const struct aval *x,
			 bool *null_if)
{
	uint64_t k;
	if (!aval_is_pointer(p) || !aval_is_const(s, x, &k) || k != 0 || x->followable)
		return false;
	*null_if = rel == SCALAR_EQ || rel == SCALAR_LE;
	return rel == SCALAR_EQ || rel == SCALAR_NE || rel == SCALAR_GT || rel == SCALAR_LE;
}

/* false: this side is impossible. */
static bool assume_null(struct astate *s, const struct aval *p, bool is_null)
{
	struct scalar f = state_number(s, p);
	int64_t far = 1ll << 40;
	if (!p->maybe_null && may_be_no_packet(p))
		return true;
	if (!p->maybe_null)
		return !is_null || f.smin < -far || f.smax > far;
	if (!(scalar_is_const(f) && f.bits.value == 0)) /* NULL plus an offset is no NULL */
		return true;
	branch_resolve_null(s, p->null_id, is_null);
	return true;
}

/* A pointer plus any number may equal whatever a program guesses (BPF_MAX_VAR_OFF bounds it in the kernel). */
static bool is_near(const struct astate *s, const struct aval *v)
{
	struct scalar f = state_number(s, v);
	return !aval_is_pointer(v) || (f.smin > -POINTER_NEAR && f.smax < POINTER_NEAR);
}

static bool has_meaning(const struct astate *s, enum scalar_relation rel, unsigned width, const struct aval *a,
			const struct aval *b)
{
	bool null_if, equality = rel == SCALAR_EQ || rel == SCALAR_NE;
	if (!aval_is_pointer(a) && !aval_is_pointer(b)) /* what is made from an address must not decide what users see */
		return !state_tainted(s, a) && !state_tainted(s, b);
	if (width == 32)
		return false;
	if (same_memory(s, a, b) || (a->kind == KIND_STALE && b->kind == KIND_STALE))
		return true;
	if (!is_near(s, a) || !is_near(s, b))
		return false;
	return (equality && aval_is_pointer(a) && aval_is_pointer(b)) || is_null_test(s, rel, a, b, &null_if) ||
	       (equality && is_null_test(s, rel, b, a, &null_if));
}

/* One side: the relation holds. */
static bool assume(struct astate *s, enum scalar_relation rel, unsigned width, const struct aval *a, const struct aval *b)
{
	bool null_if;
	bool pa = aval_is_pointer(a), pb = aval_is_pointer(b);
	if (!pa && !pb)
		return assume_numbers(s, rel, width, a, b);
	if (width == 32)
		return true;
	if (is_null_test(s, rel, a, b, &null_if))
		return assume_null(s, a, null_if);
	if (is_null_test(s, rel, b, a, &null_if) && (rel == SCALAR_EQ || rel == SCALAR_NE))
		return assume_null(s, b, null_if);
	return !pa || !pb || assume_pointers(s, rel, a, b);
}

bool branch_split(struct prover *v, struct astate *s, const struct insn *in, struct astate *other, bool *taken,
		  bool *next)
{
	struct aval a, b = aval_const((uint64_t)(int64_t)in->imm);
	enum scalar_relation rel = relation_of(in->op);
	*taken = *next = false;
	if (!transfer_read(v, s, in->dst, &a) || (!in->k && !transfer_read(v, s, in->src, &b)))
		return false;
	if (in->k && program_core(v->p, s->slot))
		return prover_unmodelled(v, s, REASON_CORE, "comparison with a value that the kernel's types give");
	if (!prover_oblige(v, s, OBLIGATION_ARITHMETIC, v->opt->privileged || has_meaning(s, rel, in->width, &a, &b),
			   "the comparison of pointers has a meaning"))
		return false;
	if (a.kind == KIND_PACKET && b.kind == KIND_PACKET && s->length && (a.sym == s->length || b.sym == s->length))
		s->compared = s->slot + 1;
	int decided = aval_is_pointer(&a) || aval_is_pointer(&b)
			  ? -1
			  : scalar_decide(rel, in->width, state_number(s, &a), state_number(s, &b));
	if (decided != 0) {
		state_clone(other, s);
		*taken = assume(other, rel, in->width, &a, &b);
		if (!*taken)
			state_release(other);
	}
	*next = decided != 1 && assume(s, scalar_opposite(rel), in->width, &a, &b);
	return true;
}
