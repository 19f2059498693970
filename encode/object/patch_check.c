/* SPDX-License-Identifier: BSD-2-Clause */
/* The written file is read again and held against what was to be written, so that a mistake of the parts that write
 * can't get out: what was proved of the patched programs is true of those in the file. */
#include "patcher.h"

#include <string.h>

/* A program that should be in the file, and the one that is. */
struct compared {
	const struct patcher *k;
	const struct program *wanted, *found;
	const struct object *o; /* of found */
};

static bool fail(const struct compared *c, size_t slot)
{
	return image_fail(&c->k->l.im, "program %s: instruction %zu: expected to read what was written",
			  c->wanted->name, slot);
}

/* Is the function of the new file the one that the other was at in the old one? */
static bool same_function(const struct compared *c, const struct subprogram *wanted, const struct subprogram *found)
{
	uint64_t at;
	return wanted && found && c->k->parts[wanted->section].index == found->section &&
	       body_move(c->k, wanted->section, (uint64_t)wanted->at * SLOT, &at) && at == (uint64_t)found->at * SLOT &&
	       wanted->end - wanted->start == found->end - found->start;
}

static bool same_target(const struct compared *c, size_t i, size_t k)
{
	int64_t x = insn_target(&c->wanted->insns[i], i), y = insn_target(&c->found->insns[k], k);
	const struct subprogram *wanted = program_sub(c->wanted, (size_t)x), *found = program_sub(c->found, (size_t)y);
	return same_function(c, wanted, found) && x - wanted->start == y - found->start;
}

static bool same_insn(const struct compared *c, size_t i, size_t k)
{
	const struct insn *x = &c->wanted->insns[i], *y = &c->found->insns[k];
	if (x->op != y->op || x->width != y->width || x->dst != y->dst || x->src != y->src || x->k != y->k ||
	    x->off != y->off)
		return false;
	bool call = x->op == ISA_CALL, wide = x->op == ISA_LDDW;
	if ((call && x->src == CALL_LOCAL) || (wide && x->src == WIDE_FUNC))
		return same_target(c, i, k);
	if ((call && x->src == CALL_KFUNC) || (wide && x->src == WIDE_BTF_ID))
		return !strcmp(c->k->o->externs[x->imm].name, c->o->externs[y->imm].name);
	return x->imm == y->imm && (!wide || x->imm64 == y->imm64);
}

static bool same_core(const struct core_relo *x, const struct core_relo *y)
{
	if (!x || !y)
		return !x && !y;
	return x->kind == y->kind && x->type == y->type && x->access == y->access && x->path == y->path;
}

static bool same_code(const struct compared *c, const struct subprogram *wanted, const struct subprogram *found)
{
	bool resolved = c->k->o->btf != NULL;
	for (uint32_t i = 0; i < wanted->end - wanted->start; i++) {
		size_t x = wanted->start + i, y = found->start + i;
		const struct core_relo *relo = program_core(c->found, y);
		if (resolved && relo) /* which only programs that stay as they are may have */
			continue;
		if (!same_insn(c, x, y) || !same_core(program_core(c->wanted, x), relo))
			return fail(c, x);
	}
	return true;
}

static bool same_program(const struct compared *c)
{
	if (strcmp(c->wanted->name, c->found->name) || strcmp(c->wanted->section, c->found->section))
		return fail(c, 0);
	if (c->wanted->error)
		return true;
	if (c->found->error || !same_function(c, &c->wanted->subs[0], &c->found->subs[0]))
		return fail(c, 0);
	for (size_t i = 0; i < c->found->n_subs; i++) {
		const struct subprogram *found = &c->found->subs[i], *wanted = NULL;
		for (size_t s = 0; s < c->wanted->n_subs && !wanted; s++)
			if (same_function(c, &c->wanted->subs[s], found))
				wanted = &c->wanted->subs[s];
		if (!wanted)
			return fail(c, 0);
		if (!same_code(c, wanted, found))
			return false;
	}
	return true;
}

static bool same_maps(const struct object *o, const struct object *q)
{
	if (o->n_maps != q->n_maps || strcmp(o->license, q->license) || o->kern_version != q->kern_version)
		return false;
	for (size_t i = 0; i < o->n_maps; i++) {
		const struct map *x = &o->maps[i], *y = &q->maps[i];
		if (strcmp(x->name, y->name) || x->type != y->type || x->key_size != y->key_size ||
		    x->value_size != y->value_size || x->max_entries != y->max_entries || x->flags != y->flags ||
		    x->inner != y->inner || x->frozen != y->frozen || x->n_vars != y->n_vars ||
		    (x->bytes && (!y->bytes || memcmp(x->bytes, y->bytes, x->value_size))))
			return false;
	}
	return true;
}

static const struct program *wanted_program(const struct patcher *k, const struct program *p)
{
	for (size_t i = 0; i < k->n_patches; i++)
		if (k->patches[i].before == p)
			return k->patches[i].after;
	return p;
}

static bool same_object(const struct patcher *k, const struct object *q)
{
	if (k->o->n_programs != q->n_programs || !same_maps(k->o, q))
		return image_fail(&k->l.im, "expected to read the programs and maps that were written");
	for (size_t i = 0; i < q->n_programs; i++) {
		struct compared c = {k, wanted_program(k, k->o->programs[i]), q->programs[i], q};
		if (!same_program(&c))
			return false;
	}
	return true;
}

bool patch_check(const struct patcher *k, const uint8_t *bytes, size_t len)
{
	struct object *q;
	char why[300];
	if (object_parse(k->o->path, bytes, len, &q, why, sizeof why) != OBJECT_OK)
		return image_fail(&k->l.im, "expected to read what was written: %s", why);
	bool ok = same_object(k, q);
	object_free(q);
	return ok;
}
