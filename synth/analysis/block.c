/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions of straight runs that don't mind each other may change places. */
#include "synth/analysis/block.h"
#include "synth/draft/edit.h"

bool block_equal(const struct insn *x, const struct insn *y)
{
	return x->op == y->op && x->width == y->width && x->dst == y->dst && x->src == y->src && x->k == y->k &&
	       x->off == y->off && x->imm == y->imm && x->imm64 == y->imm64;
}

static bool is_straight(const struct scene *s, uint32_t slot)
{
	const struct insn *in = &s->p->insns[slot];
	if (in->op == ISA_WIDE_TAIL)
		return true;
	return edit_allows(s, slot) && !insn_has_target(in) && insn_falls_through(in);
}

static bool is_joined(const struct flow *f, uint32_t slot)
{
	return f->pred_start[slot + 1] - f->pred_start[slot] > 1;
}

/* Does control get to the slot by nothing but the one before it? */
static bool follows(const struct scene *s, const struct flow *f, uint32_t slot)
{
	if (s->p->insns[slot].op == ISA_WIDE_TAIL)
		return true;
	uint32_t before = slot - 1;
	if (s->p->insns[before].op == ISA_WIDE_TAIL)
		before--;
	return !is_joined(f, slot) && f->pred_start[slot + 1] > f->pred_start[slot] &&
	       f->preds[f->pred_start[slot]] == before && !insn_is_jump(&s->p->insns[before]);
}

static bool begins_function(const struct program *p, uint32_t slot)
{
	for (size_t k = 0; k < p->n_subs; k++)
		if (p->subs[k].start == slot)
			return true;
	return false;
}

struct run block_before(const struct scene *s, const struct flow *f, uint32_t end)
{
	struct run r = {end, end};
	while (r.start > 0 && end - r.start < BLOCK_MAX && is_straight(s, r.start - 1)) {
		r.start--;
		if (begins_function(s->p, r.start) || r.start == 0 || !follows(s, f, r.start))
			break;
	}
	while (r.start < end && s->p->insns[r.start].op == ISA_WIDE_TAIL)
		r.start++;
	return r;
}

struct run block_behind(const struct scene *s, const struct flow *f, uint32_t start)
{
	struct run r = {start, start};
	while (r.end < s->p->n && r.end - start < BLOCK_MAX && is_straight(s, r.end) &&
	       (r.end == start || follows(s, f, r.end)))
		r.end++;
	while (r.end > start && s->p->insns[r.end - 1].op == ISA_LDDW)
		r.end--;
	return r;
}

enum { NO_MEMORY, READS_MEMORY, WRITES_MEMORY };

static unsigned memory_of(const struct insn *in)
{
	switch (isa_rows[in->op].form) {
	case FORM_LDX:
	case FORM_LDXS:
		return READS_MEMORY;
	case FORM_LDABS:
	case FORM_LDIND:
	case FORM_CALL:
	case FORM_ST:
	case FORM_STX:
	case FORM_ATOMIC:
	case FORM_LOAD_ACQ:
	case FORM_STORE_REL:
		return WRITES_MEMORY;
	case FORM_ALU:
	case FORM_ALUX:
	case FORM_ALU1:
	case FORM_CAST:
	case FORM_END:
	case FORM_JA:
	case FORM_JAL:
	case FORM_JMP:
	case FORM_MAYGOTO:
	case FORM_EXIT:
	case FORM_WIDE:
		break;
	}
	return NO_MEMORY;
}

static bool stack_bytes(const struct insn *in, int *off)
{
	bool load = insn_has_form(in, FORM_LDX) || insn_has_form(in, FORM_LDXS);
	bool store = insn_has_form(in, FORM_ST) || insn_has_form(in, FORM_STX);
	*off = in->off;
	return (load && in->src == 10) || (store && in->dst == 10);
}

static bool memory_clashes(const struct insn *x, const struct insn *y)
{
	unsigned a = memory_of(x), b = memory_of(y);
	int at, bt;
	if (a == NO_MEMORY || b == NO_MEMORY || (a == READS_MEMORY && b == READS_MEMORY))
		return false;
	if (stack_bytes(x, &at) && stack_bytes(y, &bt))
		return at < bt + y->width / 8 && bt < at + x->width / 8;
	return true;
}

static bool independent(const struct flow *f, uint32_t x, uint32_t y)
{
	const struct effect *a = &f->effects[x], *b = &f->effects[y];
	if (f->p->insns[x].op == ISA_WIDE_TAIL || f->p->insns[y].op == ISA_WIDE_TAIL)
		return true;
	return !(a->writes & (b->reads | b->writes)) && !(a->reads & b->writes) &&
	       !memory_clashes(&f->p->insns[x], &f->p->insns[y]);
}

/* May the slot move past all that is not common behind it (or before it)? */
static bool can_move(const struct flow *f, struct run r, const bool *common, uint32_t slot, bool to_end)
{
	if (common[slot - r.start])
		return false;
	for (uint32_t i = to_end ? slot + 1 : r.start; i < (to_end ? r.end : slot); i++)
		if (!common[i - r.start] && !independent(f, slot, i))
			return false;
	return true;
}

static bool find_partner(const struct flow *f, struct run b, const struct common *c, const struct insn *in, bool at_end,
			 uint32_t *slot)
{
	for (uint32_t k = 0; k < b.end - b.start; k++) {
		*slot = at_end ? b.end - 1 - k : b.start + k;
		if (f->p->insns[*slot].op != ISA_WIDE_TAIL && block_equal(in, &f->p->insns[*slot]) &&
		    can_move(f, b, c->in_b, *slot, at_end))
			return true;
	}
	return false;
}

/* One more that both have, the outermost first. */
static bool extend(const struct flow *f, struct run a, struct run b, bool at_end, struct common *c)
{
	for (uint32_t k = 0; k < a.end - a.start && c->n < BLOCK_MAX; k++) {
		uint32_t x = at_end ? a.end - 1 - k : a.start + k, y;
		const struct insn *in = &f->p->insns[x];
		if (in->op == ISA_WIDE_TAIL || in->op == ISA_LDDW || !can_move(f, a, c->in_a, x, at_end) ||
		    !find_partner(f, b, c, in, at_end, &y))
			continue;
		c->in_a[x - a.start] = c->in_b[y - b.start] = true;
		c->a[c->n] = x;
		c->b[c->n++] = y;
		return true;
	}
	return false;
}

void block_find_common(const struct flow *f, struct run a, struct run b, bool at_end, struct common *out)
{
	*out = (struct common){0};
	while (extend(f, a, b, at_end, out))
		;
	for (uint32_t i = 0, j = out->n; at_end && i + 1 < j; i++) {
		j--;
		uint32_t x = out->a[i], y = out->b[i];
		out->a[i] = out->a[j], out->b[i] = out->b[j];
		out->a[j] = x, out->b[j] = y;
	}
}

uint32_t block_rest(const struct program *p, struct run r, const bool *common, struct insn *out)
{
	uint32_t n = 0;
	for (uint32_t i = r.start; i < r.end; i++)
		if (!common[i - r.start])
			out[n++] = p->insns[i];
	return n;
}
