/* SPDX-License-Identifier: BSD-2-Clause */
/* Accepted programs and changes of them. */
#include "tests/attack_base.h"

#include "encode/object/loader.h"
#include "tests/mutate_edit.h"
#include "tests/random_program.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_MAX = 400, CHANGES_MAX = 3, TRIES = 20 };

static void add_base(struct attack_bases *b, struct object *o)
{
	b->at = realloc(b->at, (b->n + 1) * sizeof *b->at);
	if (!b->at)
		abort();
	b->at[b->n++] = o;
}

static bool is_usable(const struct object *o)
{
	for (size_t i = 0; i < o->n_programs; i++)
		if (!o->programs[i]->error && o->programs[i]->n <= SLOTS_MAX)
			return true;
	return false;
}

static struct object *read_text(const char *path)
{
	char err[400], *text = NULL;
	struct object *o = NULL;
	size_t size = 0;
	FILE *f = fopen(path, "r");
	if (!f)
		return NULL;
	bool good = getdelim(&text, &size, '\0', f) > 0 && strstr(text, "# expect: accept\n") && size < 1 << 20;
	fclose(f);
	if (good && object_assemble(path, text, &o, err, sizeof err) != OBJECT_OK)
		o = NULL;
	free(text);
	return o;
}

static struct object *read_binary(const char *path)
{
	char err[400];
	struct object *o;
	if (object_read(path, &o, err, sizeof err) != OBJECT_OK)
		return NULL;
	if (object_resolve(o, NULL, err, sizeof err) == OBJECT_OK)
		return o;
	object_free(o);
	return NULL;
}

static size_t read_pattern(struct attack_bases *b, const char *dir, const char *pattern,
			   struct object *(*read)(const char *path))
{
	char full[4096];
	size_t before = b->n;
	glob_t g;
	snprintf(full, sizeof full, "%s/%s", dir, pattern);
	if (glob(full, 0, NULL, &g))
		return 0;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		struct object *o = read(g.gl_pathv[i]);
		if (o && is_usable(o))
			add_base(b, o);
		else
			object_free(o);
	}
	globfree(&g);
	return b->n - before;
}

size_t attack_read_bases(struct attack_bases *b, const char *dir)
{
	return read_pattern(b, dir, "*.s", read_text) + read_pattern(b, dir, "*.o", read_binary);
}

void attack_release_bases(struct attack_bases *b)
{
	for (size_t i = 0; i < b->n; i++)
		object_free(b->at[i]);
	free(b->at);
	*b = (struct attack_bases){0};
}

/* Offsets of accesses and jumps, which mutate_edit leaves alone. */
static bool edit_offset(struct random *r, struct insn *in)
{
	static const int16_t steps[] = {1, -1, 2, -2, 4, -4, 8, -8, 16, -16, 64, -64};
	enum isa_form form = isa_rows[in->op].form;
	bool memory =
	    form == FORM_LDX || form == FORM_LDXS || form == FORM_ST || form == FORM_STX || form == FORM_ATOMIC;
	if (!memory && form != FORM_JMP && form != FORM_JA)
		return false;
	in->off = (int16_t)(in->off + steps[random_below(r, memory ? 12 : 4)]);
	return true;
}

/* A number of the kind that programs have their corners at. */
static bool edit_immediate(struct random *r, struct insn *in)
{
	if (!in->k || (isa_rows[in->op].form != FORM_ALU && isa_rows[in->op].form != FORM_JMP))
		return false;
	in->imm = (int32_t)random_number(r);
	return true;
}

static bool edit(struct random *r, const struct program *p, size_t slot, struct insn *out)
{
	*out = p->insns[slot];
	switch (random_below(r, 4)) {
	case 0:
		return edit_offset(r, out);
	case 1:
		return edit_immediate(r, out);
	case 2: /* the instruction is dropped */
		if (out->op == ISA_LDDW || out->op == ISA_EXIT)
			return false;
		*out = (struct insn){.op = ISA_JA};
		return true;
	default:
		return mutate_edit((enum mutation)random_below(r, MUTATE_KINDS), p->insns, slot,
				   random_below(r, MUTATE_VARIANTS), out);
	}
}

bool attack_is_program(const struct program *p)
{
	char ignored[300];
	uint8_t *bytes = malloc(p->n * 8);
	struct insn *copy = malloc(p->n * sizeof *copy);
	if (!bytes || !copy)
		abort();
	insn_encode(p->insns, p->n, bytes);
	bool good =
	    insn_decode(bytes, p->n, copy, ignored, sizeof ignored) && program_check(p, ignored, sizeof ignored);
	free(bytes);
	free(copy);
	return good;
}

/* One change that leaves a program; false: none was found. */
static bool change(struct random *r, struct program *p)
{
	for (int i = 0; i < TRIES; i++) {
		size_t slot = random_below(r, (unsigned)p->n);
		struct insn before = p->insns[slot], after;
		if (before.op == ISA_WIDE_TAIL || !edit(r, p, slot, &after))
			continue;
		p->insns[slot] = after;
		if (attack_is_program(p))
			return true;
		p->insns[slot] = before;
	}
	return false;
}

/* The generator's careful programs are mostly accepted. */
static const struct program *choose(const struct attack_bases *b, struct random *r, struct attack_program *out)
{
	char err[300];
	if (!b->n || random_below(r, 2)) {
		uint64_t seed = random_draw(r);
		enum random_style style = random_below(r, 8) ? RANDOM_CAREFUL : RANDOM_ARITHMETIC;
		snprintf(out->name, sizeof out->name, "random program %llu", (unsigned long long)seed);
		if (object_assemble("random", random_program_text(style, seed), &out->object, err, sizeof err))
			abort(); /* a bug of the generator or of the assembler */
		return out->object->programs[0];
	}
	const struct object *o = b->at[random_below(r, (unsigned)b->n)];
	const struct program *p = o->programs[random_below(r, (unsigned)o->n_programs)];
	snprintf(out->name, sizeof out->name, "%s", o->path);
	return p->error || p->n > SLOTS_MAX ? NULL : p;
}

bool attack_make(const struct attack_bases *b, uint64_t seed, struct attack_program *out)
{
	struct random r = {seed * 0x9e3779b97f4a7c15ull + 1};
	*out = (struct attack_program){0};
	const struct program *base = choose(b, &r, out);
	if (!base)
		return false;
	out->program = *base;
	out->program.insns = malloc(base->n * sizeof *base->insns);
	if (!out->program.insns)
		abort();
	memcpy(out->program.insns, base->insns, base->n * sizeof *base->insns);
	bool good = true;
	for (unsigned i = random_below(&r, CHANGES_MAX + 1); i && good; i--)
		good = change(&r, &out->program);
	if (!good)
		attack_release(out);
	return good;
}

void attack_release(struct attack_program *a)
{
	free(a->program.insns);
	object_free(a->object);
	*a = (struct attack_program){0};
}
