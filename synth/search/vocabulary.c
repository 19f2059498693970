/* SPDX-License-Identifier: BSD-2-Clause */
/* Gathers the instructions for a passage's candidates. */
#include "synth/search/vocabulary.h"

#include "encode/isa/effect.h"
#include "synth/draft/alloc.h"

#include <string.h>

struct gather {
	struct vocabulary *v;
	const struct scene *s;
	const struct passage *x;
	const struct trials *ts;
	bool has[ISA_COUNT]; /* operators of the slice */
	unsigned shifts;
};

static bool is_equal(const struct insn *a, const struct insn *b)
{
	return a->op == b->op && a->width == b->width && a->dst == b->dst && a->src == b->src && a->k == b->k &&
	       a->off == b->off && a->imm == b->imm && a->imm64 == b->imm64;
}

static void add(struct gather *g, struct insn in)
{
	struct vocabulary *v = g->v;
	if (!scene_allows(g->s, &in))
		return;
	for (unsigned i = 0; i < v->n; i++)
		if (is_equal(&v->at[i], &in))
			return;
	if (v->n == v->cap) {
		v->cap = v->cap ? 2 * v->cap : 256;
		v->at = checked(realloc(v->at, v->cap * sizeof *v->at));
	}
	v->at[v->n++] = in;
}

static void add_number(struct gather *g, int64_t x)
{
	struct vocabulary *v = g->v;
	if (x != (int32_t)x || v->n_numbers == VOCABULARY_NUMBERS)
		return;
	for (unsigned i = 0; i < v->n_numbers; i++)
		if (v->numbers[i] == x)
			return;
	v->numbers[v->n_numbers++] = (int32_t)x;
}

static bool is_shift(const struct insn *in)
{
	return in->op == ISA_LSH || in->op == ISA_RSH || in->op == ISA_ARSH;
}

/* Registers whose distance to `reg` is known at a slot. */
static uint16_t find_kin(const struct gather *g, uint32_t slot, unsigned reg)
{
	const struct facts_at *at = &g->s->facts->at[slot];
	uint16_t kin = 0;
	for (unsigned r = 0; at->reached && at->r[reg].kind != KIND_NONE && r < 10; r++)
		if (r != reg && at->r[r].kind != KIND_NONE && at->r[r].same == at->r[reg].same)
			kin |= EFFECT_BIT(r);
	return kin;
}

/* What the slice does not use, but what is near to something that it reads or makes. */
static void add_kin(struct gather *g, uint16_t reads)
{
	uint16_t kin = 0;
	for (unsigned from = reads & 0x3ff; from; from &= from - 1)
		kin |= find_kin(g, g->x->start, (unsigned)__builtin_ctz(from));
	for (unsigned i = 0; i < g->x->n; i++) {
		const struct insn *in = &g->x->insns[i];
		if (in->op != ISA_WIDE_TAIL && effect_of(in).writes && g->x->slots[i] + 1 < g->s->facts->n)
			kin |= find_kin(g, g->x->slots[i] + 1, in->dst);
	}
	g->v->from |= kin & g->ts->known;
}

static void find_registers(struct gather *g)
{
	uint16_t reads = 0, writes = 0;
	for (unsigned i = 0; i < g->x->n; i++) {
		const struct insn *in = &g->x->insns[i];
		if (in->op == ISA_WIDE_TAIL)
			continue;
		struct effect e = effect_of(in);
		reads |= e.reads;
		writes |= e.writes;
		g->has[in->op] = true;
		g->shifts += is_shift(in);
	}
	g->v->to = (uint16_t)((writes | (reads & ~g->x->live)) & 0x3ff);
	g->v->from = reads | writes;
	add_kin(g, reads);
}

static void add_numbers_of(struct gather *g, const struct insn *in)
{
	int64_t c = in->op == ISA_LDDW ? (int64_t)in->imm64 : in->imm;
	bool shift = is_shift(in);
	add_number(g, c);
	if (insn_has_form(in, FORM_ST))
		return;
	if (!shift)
		add_number(g, -c);
	if (shift) {
		add_number(g, 64 - c);
		add_number(g, c >= 32 ? c - 32 : 32 - c);
		add_number(g, c < 31 ? ((int64_t)1 << c) - 1 : 0);
		add_number(g, c < 31 ? -((int64_t)1 << c) : 0);
	} else if (c > 0 && !(c & (c - 1))) {
		add_number(g, __builtin_ctzll((uint64_t)c));
	}
}

static void add_sums(struct gather *g)
{
	int32_t own[PASSAGE_SLICE + 2];
	unsigned n = 0;
	for (unsigned i = 0; i < g->x->n && n < PASSAGE_SLICE; i++)
		if (g->x->insns[i].k)
			own[n++] = g->x->insns[i].imm;
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = i + 1; k < n; k++) {
			add_number(g, (int64_t)own[i] + own[k]);
			add_number(g, (int64_t)own[i] - own[k]);
			add_number(g, (int64_t)own[k] - own[i]);
			add_number(g, own[i] & own[k]);
			add_number(g, own[i] | own[k]);
			add_number(g, own[k] >= 0 && own[k] < 31 ? (int64_t)((uint64_t)own[i] << own[k]) : own[i]);
			add_number(g, own[k] >= 0 && own[k] < 31 ? (int64_t)own[i] >> own[k] : own[i]);
		}
}

/* What a result is in all trials, or by how much it differs from a register. */
static void add_seen(struct gather *g)
{
	const struct trial *t = g->ts->at;
	for (unsigned live = g->x->live & g->v->to; live; live &= live - 1) {
		int to = __builtin_ctz(live);
		bool constant = true;
		uint16_t shifted = 0x3ff;
		for (unsigned i = 1; i < g->ts->n; i++) {
			constant &= t[i].after.r[to] == t[0].after.r[to];
			for (int r = 0; r < 10; r++)
				if (t[i].after.r[to] - t[i].before.r[r] != t[0].after.r[to] - t[0].before.r[r])
					shifted &= (uint16_t)~EFFECT_BIT(r);
		}
		if (constant)
			add_number(g, (int64_t)t[0].after.r[to]);
		for (int r = 0; r < 10; r++)
			if (shifted >> r & 1)
				add_number(g, (int64_t)(t[0].after.r[to] - t[0].before.r[r]));
	}
}

static void find_numbers(struct gather *g)
{
	add_seen(g);
	for (unsigned i = 0; i < g->x->n; i++)
		if (g->x->insns[i].k || g->x->insns[i].op == ISA_LDDW || g->x->insns[i].op == ISA_ST)
			add_numbers_of(g, &g->x->insns[i]);
	add_number(g, 0);
	add_number(g, 1);
	add_number(g, -1);
	add_number(g, 255);
	add_number(g, 65535);
	add_sums(g);
}

static bool is_wanted(const struct gather *g, uint8_t op, bool k)
{
	switch (op) {
	case ISA_DIV:
	case ISA_MOD:
	case ISA_SDIV:
	case ISA_SMOD:
	case ISA_NEG:
		return g->has[op] || (op == ISA_NEG && (g->has[ISA_SUB] || g->has[ISA_XOR]));
	case ISA_MUL:
		return g->has[ISA_MUL] || (k && g->has[ISA_LSH] && (g->has[ISA_ADD] || g->has[ISA_SUB]));
	case ISA_LSH:
	case ISA_RSH:
	case ISA_ARSH:
		return k ? g->shifts || g->has[ISA_AND] || g->has[ISA_MUL] || g->has[ISA_DIV] : g->has[op];
	default:
		return true;
	}
}

static bool is_number_for(uint8_t op, unsigned width, int32_t c)
{
	switch (op) {
	case ISA_LSH:
	case ISA_RSH:
	case ISA_ARSH:
		return c > 0 && (unsigned)c < width;
	case ISA_DIV:
	case ISA_MOD:
	case ISA_SDIV:
	case ISA_SMOD:
	case ISA_MUL:
	case ISA_ADD:
	case ISA_OR:
	case ISA_XOR:
		return c != 0;
	case ISA_AND:
		return c != 0 && c != -1;
	default:
		return true;
	}
}

static void add_binary(struct gather *g, uint8_t op, uint8_t width, uint8_t to)
{
	int16_t off = op == ISA_SDIV || op == ISA_SMOD;
	for (unsigned i = 0; op != ISA_SUB && is_wanted(g, op, true) && i < g->v->n_numbers; i++)
		if (is_number_for(op, width, g->v->numbers[i]))
			add(g,
			    (struct insn){
				.op = op, .width = width, .dst = to, .k = true, .off = off, .imm = g->v->numbers[i]});
	for (unsigned from = g->v->from; from && is_wanted(g, op, false); from &= from - 1) {
		uint8_t src = (uint8_t)__builtin_ctz(from);
		bool itself = src == to && op != ISA_ADD && op != ISA_MUL && !(op == ISA_MOV && width == 32);
		if (!itself)
			add(g, (struct insn){.op = op, .width = width, .dst = to, .src = src, .off = off});
	}
}

static void add_unary(struct gather *g, uint8_t to)
{
	bool swaps = g->has[ISA_BE] || g->has[ISA_LE] || g->has[ISA_BSWAP];
	for (unsigned width = 32; width <= 64 && is_wanted(g, ISA_NEG, false); width += 32)
		add(g, (struct insn){.op = ISA_NEG, .width = (uint8_t)width, .dst = to});
	for (unsigned width = 16; width <= 64 && (swaps || g->shifts > 1); width *= 2) {
		add(g, (struct insn){.op = ISA_BE, .width = (uint8_t)width, .dst = to, .imm = (int32_t)width});
		add(g, (struct insn){.op = ISA_BSWAP, .width = (uint8_t)width, .dst = to, .imm = (int32_t)width});
	}
	if (!g->has[ISA_ARSH] && !g->has[ISA_MOVSX] && !g->has[ISA_LDXS])
		return;
	for (unsigned from = g->v->from & 0x3ff; from; from &= from - 1)
		for (int16_t bits = 8; bits <= 32; bits = (int16_t)(bits * 2))
			for (unsigned width = 32; width <= 64; width += 32)
				if (bits < (int)width)
					add(g, (struct insn){.op = ISA_MOVSX,
							     .width = (uint8_t)width,
							     .dst = to,
							     .src = (uint8_t)__builtin_ctz(from),
							     .off = bits});
}

static void add_arithmetic(struct gather *g)
{
	static const uint8_t ops[] = {ISA_MOV, ISA_ADD,  ISA_AND, ISA_OR,  ISA_LSH, ISA_RSH,  ISA_SUB,
				      ISA_XOR, ISA_ARSH, ISA_MUL, ISA_DIV, ISA_MOD, ISA_SDIV, ISA_SMOD};
	for (unsigned to = g->v->to; to; to &= to - 1) {
		for (size_t i = 0; i < sizeof ops; i++) {
			add_binary(g, ops[i], 64, (uint8_t)__builtin_ctz(to));
			add_binary(g, ops[i], 32, (uint8_t)__builtin_ctz(to));
		}
		add_unary(g, (uint8_t)__builtin_ctz(to));
	}
}

struct place {
	uint8_t base;
	int16_t off;
};

/* Registers whose distance to an address is the same in the first trials. */
static unsigned find_places(const struct gather *g, const uint64_t at[2], struct place *out, unsigned cap)
{
	unsigned n = 0;
	for (unsigned from = (unsigned)(g->v->from & g->ts->known); from; from &= from - 1) {
		uint8_t r = (uint8_t)__builtin_ctz(from);
		int64_t off = (int64_t)(at[0] - g->ts->at[0].before.r[r]);
		if (off == (int16_t)off && off == (int64_t)(at[1] - g->ts->at[1].before.r[r]) && n < cap)
			out[n++] = (struct place){r, (int16_t)off};
	}
	return n;
}

static void add_loads(struct gather *g, struct place p, uint8_t only_width)
{
	for (unsigned to = g->v->to; to; to &= to - 1)
		for (unsigned width = 8; width <= 64; width *= 2) {
			struct insn in = {.op = ISA_LDX,
					  .width = (uint8_t)width,
					  .dst = (uint8_t)__builtin_ctz(to),
					  .src = p.base,
					  .off = p.off};
			if (only_width && only_width != width)
				continue;
			add(g, in);
			in.op = ISA_LDXS;
			if (width < 64 && (g->has[ISA_ARSH] || g->has[ISA_LDXS] || g->has[ISA_MOVSX]))
				add(g, in);
		}
}

/* The bytes that all trials agree on there, as an immediate for a store of that width. */
static bool find_stored(const struct gather *g, struct place p, unsigned width, int32_t *imm)
{
	uint64_t first = 0;
	for (unsigned i = 0; i < g->ts->n; i++) {
		const struct trial *t = &g->ts->at[i];
		struct trial_state s = t->after;
		struct insn in = {.op = ISA_LDX, .width = (uint8_t)width, .dst = 0, .src = 1, .off = p.off};
		s.r[1] = t->before.r[p.base];
		s.written = ~0ull;
		if (!trial_step(t, &s, &in) || (i && s.r[0] != first))
			return false;
		first = s.r[0];
	}
	*imm = (int32_t)first;
	uint64_t mask = width == 64 ? ~0ull : (1ull << width) - 1;
	return ((uint64_t)(int64_t)*imm & mask) == first;
}

static void add_stores(struct gather *g, struct place p, uint8_t only_width)
{
	for (unsigned width = 8; width <= 64; width *= 2) {
		struct insn in = {.op = ISA_STX, .width = (uint8_t)width, .dst = p.base, .off = p.off};
		if (only_width && only_width != width)
			continue;
		for (unsigned from = g->v->from & 0x3ff; from; from &= from - 1) {
			in.src = (uint8_t)__builtin_ctz(from);
			add(g, in);
		}
		in.op = ISA_ST;
		in.src = 0;
		if (find_stored(g, p, width, &in.imm))
			add(g, in);
	}
}

static void add_accesses(struct gather *g)
{
	struct place places[4];
	const struct trial *t = g->ts->at;
	for (unsigned i = 0; i < g->x->n; i++) {
		const struct insn *in = &g->x->insns[i];
		bool load = insn_has_form(in, FORM_LDX) || insn_has_form(in, FORM_LDXS);
		bool store = insn_has_form(in, FORM_ST) || insn_has_form(in, FORM_STX);
		if (load)
			add_loads(g, (struct place){in->src, in->off}, 0);
		if (store)
			add_stores(g, (struct place){in->dst, in->off}, 0);
		if (store || in->op == ISA_LDDW)
			add(g, *in);
	}
	if (g->ts->n < 2 || t[0].n_areas != t[1].n_areas)
		return;
	for (unsigned i = 0; i < t->n_areas; i++)
		for (uint8_t k = 0; k < t->areas[i].len; k++) {
			unsigned n =
			    find_places(g, (uint64_t[]){t[0].areas[i].base + k, t[1].areas[i].base + k}, places, 4);
			for (unsigned j = 0; j < n; j++) {
				if (t->readable >> (t->areas[i].at + k) & 1)
					add_loads(g, places[j], 0);
				if (t->writable >> (t->areas[i].at + k) & 1)
					add_stores(g, places[j], 0);
			}
		}
	for (unsigned i = 0; i < t->n_cells && t[0].n_cells == t[1].n_cells; i++) {
		unsigned n = find_places(g, (uint64_t[]){t[0].cells[i].address, t[1].cells[i].address}, places, 4);
		for (unsigned j = 0; j < n; j++) {
			add_loads(g, places[j], (uint8_t)(8 * t->cells[i].size));
			if (t->cells[i].writable)
				add_stores(g, places[j], (uint8_t)(8 * t->cells[i].size));
		}
	}
}

static void add_jumps(struct gather *g)
{
	const struct insn *own = &g->x->insns[g->x->n - 1];
	unsigned before = g->v->n;
	for (uint8_t op = ISA_JEQ; op <= ISA_JSLE; op++) {
		bool is_signed = op == ISA_JSGT || op == ISA_JSGE || op == ISA_JSLT || op == ISA_JSLE;
		bool was = own->op == ISA_JSGT || own->op == ISA_JSGE || own->op == ISA_JSLT || own->op == ISA_JSLE;
		if (is_signed && !was)
			continue;
		for (unsigned width = 32; width <= 64; width += 32)
			for (unsigned from = g->v->from & 0x3ff; from; from &= from - 1) {
				struct insn in = {
				    .op = op, .width = (uint8_t)width, .dst = (uint8_t)__builtin_ctz(from)};
				for (unsigned others = g->v->from & 0x3ff; others; others &= others - 1) {
					in.src = (uint8_t)__builtin_ctz(others);
					if (in.src != in.dst)
						add(g, in);
				}
				in.src = 0;
				in.k = true;
				for (unsigned i = 0; i < g->v->n_numbers; i++) {
					in.imm = g->v->numbers[i];
					add(g, in);
				}
			}
	}
	g->v->n_jumps = g->v->n - before;
}

void vocabulary_init(struct vocabulary *v, const struct scene *s, const struct passage *x, const struct trials *ts)
{
	struct gather g = {.v = v, .s = s, .x = x, .ts = ts};
	*v = (struct vocabulary){.s = s, .x = x};
	find_registers(&g);
	find_numbers(&g);
	add_accesses(&g);
	add_arithmetic(&g);
	if (x->jumps)
		add_jumps(&g);
}

void vocabulary_release(struct vocabulary *v)
{
	free(v->at);
	*v = (struct vocabulary){0};
}
