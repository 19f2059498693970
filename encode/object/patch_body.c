/* SPDX-License-Identifier: BSD-2-Clause */
/* The code sections of the file, cut into functions and what lies between them. */
#include "patcher.h"

#include "memory.h"

#include <string.h>

static size_t first_reloc(const struct section *s, uint64_t off)
{
	size_t i = 0;
	while (i < s->n_relocs && s->relocs[i].off < off)
		i++;
	return i;
}

static bool read_relocs(const struct patcher *k, const struct body *b, struct place *places)
{
	const struct section *s = &k->l.im.sections[b->section];
	uint64_t end = (uint64_t)b->end * SLOT;
	for (size_t i = first_reloc(s, (uint64_t)b->start * SLOT); i < s->n_relocs && s->relocs[i].off < end; i++) {
		struct place *at = &places[s->relocs[i].off / SLOT - b->start];
		if (s->relocs[i].off % SLOT || !s->relocs[i].type || at->reloc.type)
			return image_fail(
			    &k->l.im, "section %s: offset 0x%llx: expected at most one relocation for an instruction",
			    s->name, (unsigned long long)s->relocs[i].off);
		at->reloc = s->relocs[i];
	}
	return true;
}

/* Local calls inside the section, and addresses of functions there. */
static void find_direct(struct place *p, uint32_t slot)
{
	unsigned src = p->bytes[1] >> 4;
	bool call = p->bytes[0] == OPCODE_CALL && src == CALL_LOCAL;
	if (p->reloc.type || (!call && !(p->bytes[0] == OPCODE_LDDW && src == WIDE_FUNC)))
		return;
	p->is_direct = true;
	p->callee = slot + image_word(p->bytes + 4) + 1;
	image_set_word(p->bytes + 4, 0);
}

static bool read_code(const struct patcher *k, const struct body *b, struct code *c)
{
	const struct section *s = &k->l.im.sections[b->section];
	c->n = b->end - b->start;
	c->places = memory_new(c->n, sizeof *c->places);
	for (size_t i = 0; i < c->n; i++) {
		memcpy(c->places[i].bytes, s->data + (b->start + i) * SLOT, SLOT);
		c->places[i].section = b->section;
		c->places[i].slot = b->start + (uint32_t)i;
	}
	if (!read_relocs(k, b, c->places))
		return false;
	for (size_t i = 0; i < c->n; i++) {
		find_direct(&c->places[i], b->start + (uint32_t)i);
		i += c->places[i].bytes[0] == OPCODE_LDDW;
	}
	size_t n;
	const struct ext_record *cores =
	    patch_find_records(k, EXT_CORE, b->section, (uint64_t)b->start * SLOT, (uint64_t)b->end * SLOT, &n);
	for (size_t i = 0; i < n; i++) {
		struct ext_record *r = MEMORY_PUSH(c->cores, c->n_cores);
		*r = cores[i];
		r->off -= b->start * SLOT;
	}
	return true;
}

void code_release(struct code *c)
{
	free(c->places);
	free(c->cores);
}

static void push(struct patcher *k, struct body b)
{
	if (b.start < b.end)
		*MEMORY_PUSH(k->bodies, k->n_bodies) = b;
}

/* Functions of one extent are names of one body; any others that overlap make it one that stays as it is. */
static void cut_section(struct patcher *k, uint32_t section, size_t first, size_t end)
{
	const struct function *f = k->l.functions;
	uint32_t at = 0, last = (uint32_t)(k->l.im.sections[section].size / SLOT);
	for (size_t i = first; i < end;) {
		struct body b = {.section = section, .start = f[i].start, .end = f[i].end, .name = f[i].name};
		for (; i < end && (f[i].start < b.end || f[i].start == b.start); i++) {
			b.is_shared |= f[i].start != b.start || f[i].end != b.end;
			b.is_entry |= f[i].is_program;
			b.end = f[i].end > b.end ? f[i].end : b.end;
		}
		push(k, (struct body){.section = section, .start = at, .end = b.start});
		push(k, b);
		at = b.end;
	}
	push(k, (struct body){.section = section, .start = at, .end = last});
}

bool bodies_read(struct patcher *k)
{
	for (size_t i = 0, end; i < k->l.n_functions; i = end) {
		uint32_t section = k->l.functions[i].section;
		for (end = i; end < k->l.n_functions && k->l.functions[end].section == section;)
			end++;
		cut_section(k, section, i, end);
	}
	for (size_t i = 0; i < k->n_bodies; i++) {
		struct body *b = &k->bodies[i];
		bool ok = read_code(k, b, &b->old);
		b->new = b->old;
		if (!ok)
			return false;
	}
	return true;
}

struct body *body_find(const struct patcher *k, uint32_t section, uint64_t slot)
{
	size_t lo = 0, hi = k->n_bodies;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct body *b = &k->bodies[mid];
		if (b->section < section || (b->section == section && b->end <= slot))
			lo = mid + 1;
		else
			hi = mid;
	}
	bool found = lo < k->n_bodies && k->bodies[lo].section == section && k->bodies[lo].start <= slot;
	return found ? &k->bodies[lo] : NULL;
}

bool body_move(const struct patcher *k, uint32_t section, uint64_t off, uint64_t *out)
{
	const struct body *b = body_find(k, section, off / SLOT);
	uint64_t start;
	*out = off;
	if (!b && off && off % SLOT == 0) { /* the section's end */
		b = body_find(k, section, off / SLOT - 1);
		*out = b ? (b->at + b->new.n) * SLOT : off;
		return true;
	}
	if (!b)
		return true;
	start = (uint64_t)b->start * SLOT;
	*out = off - start + (uint64_t)b->at * SLOT;
	return !b->by || off == start;
}
