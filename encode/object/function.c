/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of functions: which slots of the code sections they take, and which of them are programs. */
#include "loader.h"

#include "memory.h"

#include <elf.h>
#include <string.h>

static bool is_in_code(const struct loader *l, const struct symbol *s)
{
	return s->section != SHN_UNDEF && s->section < SHN_LORESERVE && image_is_code(&l->im.sections[s->section]);
}

/* Old compilers leave the labels of basic blocks in the symbol table. */
static bool is_label(const char *name)
{
	return !name[0] || !strncmp(name, "LBB", 3) || !strncmp(name, ".L", 2);
}

static bool add_function(struct loader *l, const struct symbol *s)
{
	const struct section *sec = &l->im.sections[s->section];
	if (s->value % SLOT || s->size % SLOT || sec->size % SLOT)
		return image_fail(&l->im, "section %s: symbol %s: expected whole instructions of 8 bytes", sec->name,
				  s->name);
	if (s->value / SLOT > UINT32_MAX || s->size / SLOT > UINT32_MAX)
		return image_fail(&l->im, "section %s: symbol %s: expected fewer instructions", sec->name, s->name);
	struct function *f = MEMORY_PUSH(l->functions, l->n_functions);
	*f = (struct function){.section = s->section,
			       .start = (uint32_t)(s->value / SLOT),
			       .end = (uint32_t)((s->value + s->size) / SLOT),
			       .name = s->name,
			       .is_global = s->bind != STB_LOCAL && s->visibility == STV_DEFAULT,
			       .is_program =
				   (s->type == STT_FUNC || s->bind != STB_LOCAL) && strcmp(sec->name, ".text")};
	return true;
}

static int compare_functions(const void *a, const void *b)
{
	const struct function *x = a, *y = b;
	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? 1 : -1; /* one that knows its size before its label */
	return strcmp(x->name, y->name);
}

/* Functions without a size reach to the next one; those inside another are its labels. */
static void settle_extents(struct loader *l)
{
	size_t kept = 0;
	for (size_t i = 0; i < l->n_functions; i++) {
		struct function f = l->functions[i];
		struct function *last = kept ? &l->functions[kept - 1] : NULL;
		bool same = last && last->section == f.section;
		if (f.start == f.end && same && f.start < last->end)
			continue;
		if (f.start == f.end) {
			size_t next = i + 1;
			while (next < l->n_functions && l->functions[next].section == f.section &&
			       l->functions[next].start == f.start)
				next++;
			bool more = next < l->n_functions && l->functions[next].section == f.section;
			f.end = more ? l->functions[next].start : (uint32_t)(l->im.sections[f.section].size / SLOT);
		}
		l->functions[kept++] = f;
	}
	l->n_functions = kept;
}

/* libbpf takes what stands in .text for a program when nothing else is one. */
static void choose_programs(struct loader *l)
{
	bool any = false;
	for (size_t i = 0; i < l->n_functions; i++)
		any |= l->functions[i].is_program;
	for (size_t i = 0; i < l->n_functions && !any; i++)
		l->functions[i].is_program = l->functions[i].is_global;
}

bool functions_read(struct loader *l)
{
	for (size_t i = 0; i < l->im.n_symbols; i++) {
		const struct symbol *s = &l->im.symbols[i];
		if (!is_in_code(l, s) || (s->type != STT_FUNC && s->type != STT_NOTYPE) || is_label(s->name))
			continue;
		if (s->value < l->im.sections[s->section].size && !add_function(l, s))
			return false;
	}
	if (l->n_functions)
		qsort(l->functions, l->n_functions, sizeof *l->functions, compare_functions);
	settle_extents(l);
	choose_programs(l);
	return true;
}

struct function *function_find(const struct loader *l, uint32_t section, int64_t slot)
{
	size_t lo = 0, hi = l->n_functions;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct function *f = &l->functions[mid];
		if (f->section < section || (f->section == section && f->start < slot))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == l->n_functions || l->functions[lo].section != section || l->functions[lo].start != slot)
		return NULL;
	return &l->functions[lo];
}
