/* SPDX-License-Identifier: BSD-2-Clause */
#include "checker/cut/outline.h"
#include "encode/isa/cfg.h"
#include "encode/solver/fault.h"

#include <stdlib.h>
#include <string.h>

enum mark { MARK_CALL = 1, MARK_FUNCTION, MARK_MAP, MARK_ACCESS, MARK_CONSTANT };

struct maker {
	const struct program *p;
	struct cfg g;
	int *place; /* of a block in the outline, counted from its end until all are there; -1: not visited */
	struct outline *out;
};

static uint32_t mix(uint32_t h, uint64_t x)
{
	uint64_t y = (h ^ x) * 0x9e3779b97f4a7c15ull;
	return (uint32_t)(y >> 32);
}

static uint32_t mark_map(const struct program *p, uint64_t index)
{
	uint32_t h = MARK_MAP;
	const char *name = p->object && index < p->object->n_maps ? p->object->maps[index].name : "";
	for (; *name; name++)
		h = mix(h, (unsigned char)*name);
	return h;
}

static uint32_t mark_wide(const struct program *p, const struct insn *in)
{
	if (in->src == WIDE_MAP || in->src == WIDE_MAP_VALUE)
		return mark_map(p, (uint32_t)in->imm);
	return mix(MARK_CONSTANT, in->imm64);
}

static uint32_t mark_access(const struct insn *in, uint8_t base)
{
	bool load = insn_has_form(in, FORM_LDX) || insn_has_form(in, FORM_LDXS) || insn_has_form(in, FORM_LOAD_ACQ);
	if (base == 10)
		return 0;
	return mix(mix(mix(MARK_ACCESS, load), in->width), (uint64_t)in->off);
}

/* A test is said by the least number on one side of it, whichever comparison makes it. */
static uint32_t mark_test(const struct insn *in)
{
	int64_t k = in->imm;
	if (!in->k)
		return 0;
	bool next = in->op == ISA_JGT || in->op == ISA_JLE || in->op == ISA_JSGT || in->op == ISA_JSLE;
	return mix(MARK_CONSTANT, (uint64_t)(k + next));
}

/* 0: nothing that would tell it from others. */
static uint32_t mark_of(const struct program *p, const struct insn *in)
{
	if (in->op == ISA_WIDE_TAIL)
		return 0;
	switch (isa_rows[in->op].form) {
	case FORM_CALL:
		return in->src == CALL_LOCAL ? MARK_FUNCTION : mix(mix(MARK_CALL, in->src), (uint32_t)in->imm);
	case FORM_WIDE:
		return mark_wide(p, in);
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_LOAD_ACQ:
		return mark_access(in, in->src);
	case FORM_ST:
	case FORM_STX:
	case FORM_ATOMIC:
	case FORM_STORE_REL:
		return mark_access(in, in->dst);
	case FORM_JMP:
		return mark_test(in);
	case FORM_ALU:
		return in->k && in->dst < 10 ? mix(MARK_CONSTANT, (uint64_t)(int64_t)in->imm) : 0;
	case FORM_LDABS:
	case FORM_LDIND:
		return mix(MARK_ACCESS, (uint64_t)in->imm);
	case FORM_ALUX:
	case FORM_ALU1:
	case FORM_CAST:
	case FORM_END:
	case FORM_JA:
	case FORM_JAL:
	case FORM_MAYGOTO:
	case FORM_EXIT:
		break;
	}
	return 0;
}

static int compare_marks(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static void collect_marks(const struct program *p, struct outline_block *b)
{
	b->marks = fault_calloc(b->end - b->start + 1, sizeof *b->marks);
	for (uint32_t i = b->start; i < b->end; i++) {
		uint32_t mark = mark_of(p, &p->insns[i]);
		if (mark)
			b->marks[b->n_marks++] = mark;
	}
	qsort(b->marks, b->n_marks, sizeof *b->marks, compare_marks);
}

/* Does the comparison hold where the other one of its pair, by which both are known, doesn't? */
static bool is_inverted(const struct insn *in)
{
	return in->op == ISA_JNE || in->op == ISA_JGT || in->op == ISA_JGE || in->op == ISA_JSGT || in->op == ISA_JSGE;
}

/* `x > y` of registers is `y < x` as it stands, not the inverse of another. */
static bool swaps(const struct insn *in)
{
	bool strict = in->op == ISA_JGT || in->op == ISA_JSGT || in->op == ISA_JLE || in->op == ISA_JSLE;
	return insn_has_form(in, FORM_JMP) && is_inverted(in) != (!in->k && strict);
}

/* Past blocks that only jump. */
static int settle(const struct maker *m, int b)
{
	for (size_t i = 0; b >= 0 && i < m->g.n; i++) {
		const struct block *at = &m->g.blocks[b];
		const struct insn *in = &m->p->insns[at->start];
		bool jump = insn_has_form(in, FORM_JA) || insn_has_form(in, FORM_JAL);
		if (!jump || at->end - at->start != 1 || at->size)
			break;
		b = at->succ[CFG_TAKEN];
	}
	return b;
}

/* Depth first, so that a block's number is above those of all that come after it but for loops. */
static void number_blocks(struct maker *m)
{
	int *stack = fault_calloc(m->g.n + 1, sizeof *stack);
	uint8_t *done = fault_calloc(m->g.n + 1, 1);
	size_t depth = 0;
	stack[depth++] = settle(m, 0);
	m->place[stack[0]] = 0;
	while (depth) {
		int b = stack[depth - 1];
		const struct block *at = &m->g.blocks[b];
		bool swapped = swaps(&m->p->insns[at->end - 1]);
		if (done[b] == 2) {
			m->place[b] = (int)m->out->n++;
			depth--;
			continue;
		}
		int to = settle(m, at->succ[(done[b]++ == 0) != swapped ? CFG_TAKEN : CFG_NEXT]);
		if (to >= 0 && m->place[to] < 0) {
			m->place[to] = 0;
			stack[depth++] = to;
		}
	}
	free(stack);
	free(done);
}

static void fill_block(struct maker *m, int b)
{
	const struct block *at = &m->g.blocks[b];
	struct outline_block *o = &m->out->at[m->place[b]];
	bool swapped = swaps(&m->p->insns[at->end - 1]);
	o->start = at->start;
	o->end = at->end;
	o->depth = (uint16_t)at->depth;
	o->head = at->size > 0;
	for (int i = 0; i < 2; i++) {
		int to = settle(m, at->succ[i]);
		o->next[i != (int)swapped] = to < 0 ? -1 : m->place[to];
		if (to < 0)
			continue;
		m->out->at[m->place[to]].entries++;
	}
	collect_marks(m->p, o);
}

static void fill(struct maker *m)
{
	struct outline *o = m->out;
	memset(m->place, -1, m->g.n * sizeof *m->place);
	number_blocks(m);
	o->at = fault_calloc(o->n + 1, sizeof *o->at);
	for (size_t b = 0; b < m->g.n; b++)
		if (m->place[b] >= 0)
			m->place[b] = (int)o->n - 1 - m->place[b];
	for (size_t b = 0; b < m->g.n; b++)
		if (m->place[b] >= 0)
			fill_block(m, (int)b);
}

bool outline_make(const struct program *p, struct outline *out)
{
	struct maker m = {.p = p, .out = out};
	char err[160];
	*out = (struct outline){0};
	if (!cfg_build(p->insns, p->subs[0].start, p->subs[0].end, &m.g, err, sizeof err))
		return false;
	m.place = fault_calloc(m.g.n + 1, sizeof *m.place);
	fill(&m);
	free(m.place);
	cfg_release(&m.g);
	return true;
}

void outline_release(struct outline *o)
{
	for (size_t i = 0; i < o->n; i++)
		free(o->at[i].marks);
	free(o->at);
	*o = (struct outline){0};
}

unsigned outline_compare(const struct outline_block *a, const struct outline_block *b)
{
	uint32_t i = 0, k = 0, common = 0, most = a->n_marks > b->n_marks ? a->n_marks : b->n_marks;
	while (i < a->n_marks && k < b->n_marks) {
		bool same = a->marks[i] == b->marks[k];
		common += same;
		uint32_t x = a->marks[i], y = b->marks[k];
		i += x <= y;
		k += y <= x;
	}
	return most ? 256 * common / most : 256;
}
