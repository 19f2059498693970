/* SPDX-License-Identifier: BSD-2-Clause */
/* Is the code of two functions the same? Programs that the kernel runs later are compared like this. */
#include "encode/object/program.h"

#include "memory.h"

#include <string.h>

struct hash {
	uint64_t h;
	const struct program *p;
	const uint32_t *numbers; /* of maps, NULL: as they are */
	uint32_t *starts;        /* of the functions in order of first use */
	size_t n;
};

/* FNV-1a */
static void add_bytes(struct hash *x, const void *bytes, size_t n)
{
	for (const uint8_t *b = bytes; n--; b++)
		x->h = (x->h ^ *b) * 1099511628211ull;
}

static void add_word(struct hash *x, uint64_t word)
{
	add_bytes(x, &word, sizeof word);
}

static void add_text(struct hash *x, const char *text)
{
	add_bytes(x, text, strlen(text) + 1);
}

/* Each program reads its own constants; other maps have numbers. */
static void add_map(struct hash *x, uint32_t index)
{
	const struct map *m = &x->p->object->maps[index];
	if (!m->is_data || !m->frozen) {
		add_word(x, x->numbers ? x->numbers[index] : index);
		return;
	}
	add_bytes(x, m->bytes, m->value_size);
	for (size_t i = 0; i < m->n_vars; i++) {
		add_text(x, m->vars[i].name);
		add_word(x, m->vars[i].off);
		add_word(x, m->vars[i].twin);
		add_word(x, m->vars[i].is_volatile);
	}
}

static void add_function(struct hash *x, int64_t start)
{
	size_t i = 0;
	while (i < x->n && x->starts[i] != start)
		i++;
	if (i == x->n)
		*MEMORY_PUSH(x->starts, x->n) = (uint32_t)start;
	add_word(x, i);
}

static void add_insn(struct hash *x, size_t slot)
{
	const struct insn *in = &x->p->insns[slot];
	const struct core_relo *relo = program_core(x->p, slot);
	bool local = in->op == ISA_CALL && in->src == CALL_LOCAL, wide = in->op == ISA_LDDW;
	bool named = (in->op == ISA_CALL && in->src == CALL_KFUNC) || (wide && in->src == WIDE_BTF_ID);
	add_word(x, (uint64_t)in->op << 32 | (uint64_t)in->width << 16 | (uint64_t)in->dst << 8 | in->src);
	add_word(x, (uint64_t)(uint16_t)in->off << 8 | in->k);
	if (local || (wide && in->src == WIDE_FUNC)) {
		add_function(x, insn_target(in, slot));
	} else if (wide && (in->src == WIDE_MAP || in->src == WIDE_MAP_VALUE)) {
		add_map(x, (uint32_t)in->imm);
		add_word(x, in->imm64 >> 32);
	} else if (named) {
		add_text(x, x->p->object->externs[in->imm].name);
	} else {
		add_word(x, (uint32_t)in->imm);
		add_word(x, in->imm64);
	}
	if (relo) {
		add_word(x, relo->path);
		add_word(x, (uint64_t)relo->kind << 32 | relo->size);
		add_word(x, relo->follows);
	}
}

uint64_t program_code_hash(const struct program *p, uint32_t slot, const uint32_t *numbers)
{
	struct hash x = {.h = 14695981039346656037ull, .p = p, .numbers = numbers};
	add_function(&x, slot);
	for (size_t i = 0; i < x.n; i++) {
		const struct subprogram *sub = program_sub(p, x.starts[i]);
		for (size_t s = x.starts[i]; s < sub->end; s += isa_rows[p->insns[s].op].form == FORM_WIDE ? 2 : 1)
			add_insn(&x, s);
	}
	free(x.starts);
	return x.h;
}
