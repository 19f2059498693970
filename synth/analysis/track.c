/* SPDX-License-Identifier: BSD-2-Clause */
/* Values and bytes of registers, forward over blocks. */
#include "synth/analysis/track.h"
#include "encode/isa/effect.h"
#include "synth/draft/alloc.h"

#include <string.h>

#define CELLS 96 /* bytes of memory whose content is known; more are forgotten */

/* How a value was made: what is made the same way from the same values is the same. */
struct made {
	uint32_t op; /* of insn: op, width, k, source kind */
	struct value a, b;
	uint64_t extra;
	uint32_t id;
	uint32_t next; /* of the same hash: index + 1, 0: none */
};

struct content {
	struct value at;
	uint8_t region;
	struct part b;
};

/* At one point of the walk. */
struct state {
	struct track_at now;
	struct content cells[CELLS];
	uint32_t n_cells;
};

struct walk {
	struct track *t;
	const struct program *p;
	struct state st;
	uint32_t slot;
};

static struct known known_fresh(struct track *t)
{
	return known_value((struct value){t->n_ids++, 0});
}

static uint32_t hash_made(uint32_t op, struct value a, struct value b, uint64_t extra)
{
	uint64_t h = op * 0x9e3779b97f4a7c15ull + a.id;
	h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9ull + (uint64_t)a.off;
	h = (h ^ h >> 29) * 0x94d049bb133111ebull + b.id;
	h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9ull + (uint64_t)b.off;
	h = (h ^ h >> 29) * 0x94d049bb133111ebull + extra;
	return (uint32_t)(h >> 32) % TRACK_HEADS;
}

static struct value make_value(struct track *t, uint32_t op, struct value a, struct value b, uint64_t extra)
{
	uint32_t *head = &t->heads[hash_made(op, a, b, extra)];
	for (uint32_t i = *head; i; i = t->made[i - 1].next) {
		const struct made *m = &t->made[i - 1];
		if (m->op == op && value_equal(m->a, a) && value_equal(m->b, b) && m->extra == extra)
			return (struct value){m->id, 0};
	}
	if (!(t->n_made & (t->n_made - 1)))
		t->made = checked(realloc(t->made, (t->n_made ? 2 * t->n_made : 1) * sizeof *t->made));
	t->made[t->n_made++] = (struct made){op, a, b, extra, t->n_ids, *head};
	*head = t->n_made;
	return (struct value){t->n_ids++, 0};
}

static uint32_t op_key(const struct insn *in)
{
	return in->op | (uint32_t)in->width << 8 | (uint32_t)in->k << 16;
}

static struct known second_operand(const struct walk *w, const struct insn *in)
{
	if (!in->k)
		return w->st.now.r[in->src];
	uint64_t imm = in->width == 32 ? (uint32_t)in->imm : (uint64_t)(int64_t)in->imm;
	return known_value((struct value){0, (int64_t)imm});
}

static struct known add_values(struct walk *w, const struct insn *in, const struct known *d, const struct known *s)
{
	bool minus = in->op == ISA_SUB;
	if (!s->v.id || (!minus && !d->v.id)) {
		uint64_t off =
		    minus ? (uint64_t)d->v.off - (uint64_t)s->v.off : (uint64_t)d->v.off + (uint64_t)s->v.off;
		return known_value((struct value){s->v.id ? s->v.id : d->v.id, (int64_t)off});
	}
	if (minus)
		return known_value(make_value(w->t, op_key(in), d->v, s->v, 0));
	bool flip = d->v.id > s->v.id;
	struct value a = {flip ? s->v.id : d->v.id, 0}, b = {flip ? d->v.id : s->v.id, 0};
	struct value sum = make_value(w->t, op_key(in), a, b, 0);
	sum.off = (int64_t)((uint64_t)d->v.off + (uint64_t)s->v.off);
	struct known k = known_value(sum), bytes = *d;
	known_combine(in->op, &bytes, s, PARTS);
	for (unsigned i = 0; i < PARTS; i++)
		if (bytes.b[i].kind == PART_NONE)
			return k;
	memcpy(k.b, bytes.b, sizeof k.b);
	return k;
}

static struct known do_alu(struct walk *w, const struct insn *in)
{
	struct known d = w->st.now.r[in->dst], s = second_operand(w, in), k = d;
	unsigned width = in->width / 8;
	if (in->op == ISA_MOV && (width == 8 || known_is_narrow(&s)))
		return s;
	if (width == 8 && (in->op == ISA_ADD || in->op == ISA_SUB))
		return add_values(w, in, &d, &s);
	k.v = make_value(w->t, op_key(in), in->op == ISA_MOV ? s.v : d.v, s.v, (uint64_t)(uint16_t)in->off);
	if (in->op == ISA_MOV) {
		memcpy(k.b, s.b, sizeof k.b);
		known_swap(k.b, width, false);
	} else {
		known_combine(in->op, &k, &s, width);
	}
	known_name_parts(&k);
	known_settle(&k);
	return k;
}

static struct known do_end(struct walk *w, const struct insn *in)
{
	struct known k = w->st.now.r[in->dst];
	k.v = make_value(w->t, op_key(in), k.v, (struct value){0}, 0);
	known_swap(k.b, in->width / 8, in->op != ISA_LE);
	known_settle(&k);
	return k;
}

static struct known do_wide(struct walk *w, const struct insn *in)
{
	if (in->src == WIDE_CONST)
		return known_value((struct value){0, (int64_t)in->imm64});
	uint64_t off = in->src == WIDE_MAP_VALUE ? in->imm64 >> 32 : 0;
	struct value v = make_value(w->t, ISA_LDDW | (uint32_t)in->src << 8, (struct value){0}, (struct value){0},
				    in->src == WIDE_MAP_VALUE ? (uint32_t)in->imm64 : in->imm64);
	v.off = (int64_t)off;
	return known_value(v);
}

static enum kind region_of(const struct walk *w, unsigned reg)
{
	return track_region(w->t, w->slot, reg);
}

static const struct content *find_cell(const struct state *st, struct value at)
{
	for (uint32_t i = 0; i < st->n_cells; i++)
		if (value_equal(st->cells[i].at, at))
			return &st->cells[i];
	return NULL;
}

static struct known do_load(struct walk *w, const struct insn *in)
{
	const struct track_at *now = &w->st.now;
	struct value at = now->r[in->src].v;
	enum kind region = region_of(w, in->src);
	struct known k;
	at = value_plus(at, in->off);
	k.v = make_value(w->t, op_key(in), at, (struct value){0}, now->epoch[region]);
	for (unsigned i = 0; i < PARTS; i++) {
		struct value here = value_plus(at, i);
		const struct content *c = find_cell(&w->st, here);
		if (i >= in->width / 8u)
			k.b[i] = part_constant(0);
		else
			k.b[i] = c ? c->b
				   : (struct part){.kind = PART_MEMORY,
						   .region = (uint8_t)region,
						   .epoch = now->epoch[region],
						   .slot = w->slot,
						   .v = here};
	}
	if (in->op == ISA_LDXS)
		k = known_value(k.v);
	known_settle(&k);
	return k;
}

/* Does a change of [at, at + size) of a region leave what is at `other` alone? */
static bool is_apart(struct value at, unsigned size, enum kind region, struct value other, uint8_t other_region)
{
	if (region != KIND_NONE && other_region != KIND_NONE && other_region != (uint8_t)region)
		return true;
	return at.id == other.id && (uint64_t)other.off - (uint64_t)at.off >= size;
}

static void renew_parts(struct part *b, uint32_t old, uint32_t epoch, struct value at, unsigned size, enum kind region)
{
	for (unsigned i = 0; i < PARTS; i++)
		if (b[i].kind == PART_MEMORY && b[i].epoch == old && b[i].region == region &&
		    is_apart(at, size, region, b[i].v, b[i].region))
			b[i].epoch = epoch;
}

/* Memory changes: [at, at + size) of a region; size 0: anywhere in it; region KIND_NONE: of any. */
static void change_memory(struct walk *w, struct value at, unsigned size, enum kind region)
{
	struct state *st = &w->st;
	uint32_t left = 0;
	for (uint32_t i = 0; i < st->n_cells; i++)
		if (size ? is_apart(at, size, region, st->cells[i].at, st->cells[i].region)
			 : region != KIND_NONE && st->cells[i].region != (uint8_t)region)
			st->cells[left++] = st->cells[i];
	st->n_cells = left;
	for (unsigned g = 0; g < KIND_COUNT; g++) {
		if (region != KIND_NONE && g != (unsigned)region && g != KIND_NONE)
			continue;
		uint32_t epoch = ++w->t->n_epochs, old = st->now.epoch[g];
		for (unsigned r = 0; r < 11 && size; r++)
			renew_parts(st->now.r[r].b, old, epoch, at, size, g);
		for (uint32_t i = 0; i < st->n_cells && size; i++)
			if (st->cells[i].b.kind == PART_MEMORY && st->cells[i].b.epoch == old &&
			    st->cells[i].b.region == g &&
			    is_apart(at, size, g, st->cells[i].b.v, st->cells[i].b.region))
				st->cells[i].b.epoch = epoch;
		st->now.epoch[g] = epoch;
	}
}

static void do_store(struct walk *w, const struct insn *in)
{
	struct value at = w->st.now.r[in->dst].v;
	enum kind region = region_of(w, in->dst);
	unsigned size = in->width / 8;
	at = value_plus(at, in->off);
	change_memory(w, at, size, region);
	struct part b[PARTS];
	track_parts_stored(&w->st.now, in, b);
	for (unsigned i = 0; i < size && w->st.n_cells < CELLS; i++)
		w->st.cells[w->st.n_cells++] = (struct content){value_plus(at, i), (uint8_t)region, b[i]};
}

/* What a call changes; the stack unless no argument lets it. */
static void do_call(struct walk *w, const struct insn *in)
{
	const struct helper_row *row =
	    insn_has_form(in, FORM_CALL) && in->src == CALL_HELPER ? helper_find((uint32_t)in->imm) : NULL;
	bool writes = !row;
	for (unsigned i = 0; row && i < 5; i++)
		writes |= row->args[i] >= ARG_MEM_OUT && row->args[i] <= ARG_MEM_INOUT;
	for (unsigned i = 0; row && i < 5; i++)
		writes |= row->args[i] == ARG_VALUE_OUT || (row->args[i] >= ARG_OUT4 && row->args[i] <= ARG_INOUT4) ||
			  row->args[i] >= ARG_FUNC;
	uint32_t changes = PKT_MOVE | PKT_WRITE | CTX_WRITE | KERNEL_WRITE | MAPS_WRITE;
	if (insn_has_form(in, FORM_LDABS) || insn_has_form(in, FORM_LDIND))
		return;
	if (writes || row->effects & changes)
		change_memory(w, (struct value){0}, 0, KIND_NONE);
}

/* Of several registers that facts put at constant distances the later ones are named by the first. */
static void unify(struct walk *w, unsigned reg, uint16_t done)
{
	const struct facts *facts = w->t->s->facts;
	if (!facts || !facts->at[w->slot].reached)
		return;
	const struct fact *f = facts->at[w->slot].r;
	if (f[reg].kind == KIND_NUMBER && scalar_is_const(f[reg].value)) {
		w->st.now.r[reg] = known_value((struct value){0, (int64_t)f[reg].value.umin});
		return;
	}
	if (f[reg].kind == KIND_NONE)
		return;
	for (unsigned i = 0; i < 11; i++)
		if (i != reg && done & EFFECT_BIT(i) && f[i].kind == f[reg].kind && f[i].same == f[reg].same &&
		    w->st.now.r[i].v.id) {
			struct value v = w->st.now.r[i].v;
			v = value_plus(v, (int64_t)((uint64_t)f[reg].distance - (uint64_t)f[i].distance));
			if (!value_equal(v, w->st.now.r[reg].v))
				w->st.now.r[reg] = known_value(v);
			return;
		}
}

static void begin_block(struct walk *w)
{
	w->st.n_cells = 0;
	for (unsigned r = 0; r < 10; r++)
		w->st.now.r[r] = known_fresh(w->t);
	w->st.now.r[10] = known_value((struct value){TRACK_FRAME, 0});
	for (unsigned k = 0; k < KIND_COUNT; k++)
		w->st.now.epoch[k] = ++w->t->n_epochs;
	uint16_t done = EFFECT_BIT(10);
	for (unsigned r = 0; r < 10; r++) {
		unify(w, r, done);
		done |= EFFECT_BIT(r);
	}
}

static void do_insn(struct walk *w, const struct insn *in)
{
	struct known *r = w->st.now.r;
	struct effect e = effect_of(in);
	switch (isa_rows[in->op].form) {
	case FORM_ALU:
		r[in->dst] = do_alu(w, in);
		return;
	case FORM_END:
		r[in->dst] = do_end(w, in);
		return;
	case FORM_WIDE:
		r[in->dst] = do_wide(w, in);
		return;
	case FORM_LDX:
	case FORM_LDXS:
		r[in->dst] = do_load(w, in);
		return;
	case FORM_ST:
	case FORM_STX:
		do_store(w, in);
		return;
	case FORM_CALL:
	case FORM_LDABS:
	case FORM_LDIND:
		do_call(w, in);
		break;
	case FORM_ATOMIC:
	case FORM_LOAD_ACQ:
	case FORM_STORE_REL:
		change_memory(w, (struct value){0}, 0, KIND_NONE);
		break;
	case FORM_ALUX:
	case FORM_ALU1:
	case FORM_CAST:
	case FORM_JA:
	case FORM_JAL:
	case FORM_JMP:
	case FORM_MAYGOTO:
	case FORM_EXIT:
		break;
	}
	for (unsigned i = 0; i < 10; i++)
		if (e.writes & EFFECT_BIT(i))
			r[i] = known_fresh(w->t);
}

static void walk_block(struct walk *w, const struct block *b)
{
	for (w->slot = b->start; w->slot < b->end; w->slot++) {
		const struct insn *in = &w->p->insns[w->slot];
		w->t->at[w->slot] = w->st.now;
		w->t->at[w->slot].reached = true;
		if (in->op == ISA_WIDE_TAIL)
			continue;
		struct effect e = effect_of(in);
		do_insn(w, in);
		w->t->result[w->slot] = w->st.now.r[in->dst];
		uint32_t slot = w->slot, next = slot + (in->op == ISA_LDDW ? 2 : 1);
		w->slot = next;
		for (unsigned r = 0; r < 10 && next < b->end; r++)
			if (e.writes & EFFECT_BIT(r) && w->st.now.r[r].v.id)
				unify(w, r, (uint16_t)(0x7ff & ~e.writes));
		w->slot = slot;
	}
}

static void walk_function(struct track *t, const struct cfg *c)
{
	struct state *ends = checked(calloc(c->n + 1, sizeof *ends));
	struct walk w = {.t = t, .p = t->s->p};
	for (size_t i = 0; i < c->n_order; i++) {
		const struct block *b = &c->blocks[c->order[i]];
		bool inherits = b->n_pred == 1 && c->blocks[b->pred[0]].place < b->place && b != &c->blocks[0];
		w.slot = b->start;
		if (inherits)
			w.st = ends[b->pred[0]];
		else
			begin_block(&w);
		walk_block(&w, b);
		ends[c->order[i]] = w.st;
	}
	free(ends);
}

struct track *track_new(const struct scene *s)
{
	struct track *t = checked(calloc(1, sizeof *t));
	t->s = s;
	t->n_ids = TRACK_FRAME + 1;
	t->at = checked(calloc(s->p->n + 1, sizeof *t->at));
	t->result = checked(calloc(s->p->n + 1, sizeof *t->result));
	for (size_t i = 0; i < s->p->n_subs; i++)
		walk_function(t, &s->cfgs[i]);
	return t;
}

bool track_find_sum(const struct track *t, uint32_t id, uint32_t *a, uint32_t *b)
{
	const struct insn add = {.op = ISA_ADD, .width = 64};
	for (uint32_t i = 0; i < t->n_made; i++)
		if (t->made[i].id == id && t->made[i].op == op_key(&add)) {
			*a = t->made[i].a.id;
			*b = t->made[i].b.id;
			return true;
		}
	return false;
}

void track_free(struct track *t)
{
	if (!t)
		return;
	free(t->at);
	free(t->result);
	free(t->made);
	free(t);
}
