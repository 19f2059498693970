/* SPDX-License-Identifier: BSD-2-Clause */
/* .BTF.ext: the records of functions, lines and CO-RE relocations go where their instructions went. The kernel wants
 * them sorted, and a line at the start of each function of a program that has lines (check_btf_line). */
#include "patcher.h"

#include "memory.h"

#include <string.h>

struct output {
	struct patcher *k;
	enum ext_kind kind;
	uint8_t *data;
	size_t n;
	size_t group;  /* of the group's number of records; 0: not begun */
	uint32_t name; /* of the group */
	uint64_t info; /* of the relocations of its records, 0: they have none */
	Elf64_Rel *relocs;
	size_t n_relocs;
};

static bool add_record(struct patcher *k, enum ext_kind kind, const char *section, const uint8_t *bytes, uint32_t size)
{
	const struct section *s = image_find_section(&k->l.im, section);
	struct ext_list *list = &k->ext[kind];
	struct ext_record r = {.section = s ? (uint32_t)(s - k->l.im.sections) : 0,
			       .name = (uint32_t)(section - k->l.store->strings),
			       .off = image_word(bytes),
			       .bytes = bytes};
	list->size = size;
	*MEMORY_PUSH(list->records, list->n) = r;
	if (s)
		*MEMORY_PUSH(k->by_slot[kind], k->n_by_slot[kind]) = r;
	return true;
}

static bool add_function(struct loader *l, const char *section, const uint8_t *record, uint32_t size)
{
	return add_record((struct patcher *)l, EXT_FUNC, section, record, size);
}

static bool add_line(struct loader *l, const char *section, const uint8_t *record, uint32_t size)
{
	return add_record((struct patcher *)l, EXT_LINE, section, record, size);
}

static bool add_core(struct loader *l, const char *section, const uint8_t *record, uint32_t size)
{
	return add_record((struct patcher *)l, EXT_CORE, section, record, size);
}

static int compare_records(const void *a, const void *b)
{
	const struct ext_record *x = a, *y = b;
	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	return (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

bool patch_read_ext(struct patcher *k)
{
	static const ext_record_fn add[EXT_KINDS] = {
	    [EXT_FUNC] = add_function, [EXT_LINE] = add_line, [EXT_CORE] = add_core};
	if (!k->l.store->strings)
		return true;
	for (size_t i = 0; i < EXT_KINDS; i++) {
		if (!ext_read(&k->l, (enum ext_kind)i, add[i]))
			return false;
		if (k->n_by_slot[i])
			qsort(k->by_slot[i], k->n_by_slot[i], sizeof *k->by_slot[i], compare_records);
	}
	return true;
}

static size_t first_at(const struct patcher *k, enum ext_kind kind, uint32_t section, uint64_t off)
{
	const struct ext_record *r = k->by_slot[kind];
	size_t lo = 0, hi = k->n_by_slot[kind];
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (r[mid].section < section || (r[mid].section == section && r[mid].off < off))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct ext_record *patch_find_records(const struct patcher *k, enum ext_kind kind, uint32_t section,
					    uint64_t from, uint64_t to, size_t *n)
{
	size_t first = first_at(k, kind, section, from);
	*n = first_at(k, kind, section, to) - first;
	return *n ? k->by_slot[kind] + first : NULL;
}

static void append(struct output *o, const void *bytes, size_t n)
{
	o->data = realloc(o->data, o->n + n);
	if (!o->data)
		memory_die(__FILE__, __LINE__);
	memcpy(o->data + o->n, bytes, n);
	o->n += n;
}

static void append_word(struct output *o, uint32_t word)
{
	uint8_t bytes[4];
	image_set_word(bytes, word);
	append(o, bytes, sizeof bytes);
}

/* The section's symbol, and the type that the file's own relocations of .BTF.ext have. */
static uint64_t find_info(const struct patcher *k, uint32_t section)
{
	const struct section *ext = image_find_section(&k->l.im, ".BTF.ext");
	for (size_t i = 0; section && i < ext->n_relocs; i++) {
		const struct reloc *r = &ext->relocs[i];
		const struct symbol *s = &k->l.im.symbols[r->symbol];
		if (s->section == section)
			return s->type == STT_SECTION ? ELF64_R_INFO((uint64_t)r->symbol, r->type) : 0;
	}
	return 0;
}

static void emit(struct output *o, const struct ext_record *r, uint32_t off)
{
	if (!o->group) {
		append_word(o, o->name);
		o->group = o->n;
		append_word(o, 0);
	}
	size_t at = o->n;
	append(o, r->bytes, o->k->ext[o->kind].size);
	image_set_word(o->data + at, off);
	image_set_word(o->data + o->group, image_word(o->data + o->group) + 1);
	if (o->info)
		*MEMORY_PUSH(o->relocs, o->n_relocs) = (Elf64_Rel){at, o->info};
}

/* The last line at or before an instruction of its function in the file. */
static const struct ext_record *line_of(const struct patcher *k, const struct place *p)
{
	const struct body *b = p->section ? body_find(k, p->section, p->slot) : NULL;
	size_t n = 0;
	const struct ext_record *r = NULL;
	if (b)
		r = patch_find_records(k, EXT_LINE, b->section, (uint64_t)b->start * SLOT, (uint64_t)p->slot * SLOT + 1,
				       &n);
	return n ? &r[n - 1] : NULL;
}

static void emit_lines(struct output *o, const struct body *b)
{
	size_t n;
	uint64_t start = (uint64_t)b->start * SLOT;
	const struct ext_record *last = NULL, *first = patch_find_records(o->k, EXT_LINE, b->section, start,
									  (uint64_t)b->end * SLOT, &n);
	for (size_t i = 0; n && i < b->new.n; i++) {
		const struct ext_record *r = line_of(o->k, &b->new.places[i]);
		if (!r && !i)
			r = first;
		if (r && r != last)
			emit(o, r, (b->at + (uint32_t)i) * SLOT);
		last = r ? r : last;
		i += b->new.places[i].bytes[0] == OPCODE_LDDW;
	}
}

static void emit_moved(struct output *o, const struct body *b)
{
	size_t n;
	const struct ext_record *r =
	    patch_find_records(o->k, o->kind, b->section, (uint64_t)b->start * SLOT, (uint64_t)b->end * SLOT, &n);
	for (size_t i = 0; i < n; i++)
		emit(o, &r[i], r[i].off - b->start * SLOT + b->at * SLOT);
}

static bool emit_body(struct output *o, const struct body *b)
{
	size_t n;
	if (!b->by) {
		emit_moved(o, b);
	} else if (o->kind == EXT_LINE) {
		emit_lines(o, b);
	} else if (o->kind == EXT_CORE) {
		for (size_t i = 0; i < b->new.n_cores; i++)
			emit(o, &b->new.cores[i], b->at * SLOT + b->new.cores[i].off);
	} else {
		uint64_t start = (uint64_t)b->start * SLOT;
		patch_find_records(o->k, EXT_FUNC, b->section, start + 1, (uint64_t)b->end * SLOT, &n);
		if (n)
			return image_fail(&o->k->l.im, "function %s: expected no record of another one inside",
					  b->name);
		const struct ext_record *r = patch_find_records(o->k, EXT_FUNC, b->section, start, start + 1, &n);
		for (size_t i = 0; i < n; i++)
			emit(o, &r[i], b->at * SLOT);
	}
	return true;
}

static bool emit_code(struct output *o, uint32_t section)
{
	const struct patcher *k = o->k;
	const struct body *b = body_find(k, section, 0);
	for (; b < k->bodies + k->n_bodies && b->section == section; b++)
		if (!emit_body(o, b))
			return false;
	return true;
}

/* Records of one section, in the order of the file where they are not about code. */
static bool emit_group(struct output *o, uint32_t section, uint32_t name)
{
	const struct ext_list *list = &o->k->ext[o->kind];
	o->group = 0;
	o->name = name;
	o->info = find_info(o->k, section);
	if (section && body_find(o->k, section, 0))
		return emit_code(o, section);
	for (size_t i = 0; i < list->n; i++)
		if (list->records[i].name == name)
			emit(o, &list->records[i], list->records[i].off);
	return true;
}

static bool is_first(const struct ext_list *list, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (list->records[j].name == list->records[i].name)
			return false;
	return true;
}

/* A record that went to another section needs a group there. */
static bool check_cores(const struct patcher *k)
{
	for (size_t i = 0; i < k->n_bodies; i++) {
		const struct body *b = &k->bodies[i];
		size_t n;
		patch_find_records(k, EXT_CORE, b->section, 0, UINT64_MAX, &n);
		if (b->new.n_cores && !n)
			return image_fail(&k->l.im, "function %s: expected CO-RE relocations in its section before",
					  b->name);
	}
	return true;
}

static bool emit_kind(struct output *o, size_t header)
{
	const struct ext_list *list = &o->k->ext[o->kind];
	size_t start = o->n, field = EXT_FIELD(o->kind);
	bool ok = true;
	if (list->n)
		append_word(o, list->size);
	for (size_t i = 0; ok && i < list->n; i++) {
		bool seen = i && list->records[i].name == list->records[i - 1].name;
		if (!seen && is_first(list, i))
			ok = emit_group(o, list->records[i].section, list->records[i].name);
	}
	if (o->n == start + 4)
		o->n = start; /* all of them are gone */
	if (field + 8 <= header) {
		image_set_word(o->data + field, (uint32_t)(start - header));
		image_set_word(o->data + field + 4, (uint32_t)(o->n - start));
	}
	return ok;
}

static bool write_records(struct output *o, struct part *ext, struct part *relocs)
{
	size_t header = image_word(ext->data + EXT_HEADER);
	bool ok = true;
	append(o, ext->data, header);
	for (size_t i = 0; ok && i < EXT_KINDS; i++) {
		o->kind = (enum ext_kind)i;
		ok = emit_kind(o, header);
	}
	for (size_t field = EXT_FIELD(EXT_KINDS); field + 8 <= header; field += 8)
		image_set_word(o->data + field, (uint32_t)(o->n - header));
	part_set(ext, o->data, o->n);
	if (relocs)
		part_set(relocs, (uint8_t *)o->relocs, o->n_relocs * sizeof *o->relocs);
	else
		free(o->relocs);
	return ok;
}

/* Records of other kinds. */
static bool has_unknown(const uint8_t *ext)
{
	size_t header = image_word(ext + EXT_HEADER), field = EXT_FIELD(EXT_KINDS);
	while (field + 8 <= header && !image_word(ext + field + 4))
		field += 8;
	return field < header;
}

bool patch_write_ext(struct patcher *k)
{
	struct part *ext = part_find(k, ".BTF.ext");
	struct output o = {.k = k};
	if (!k->is_changed || !ext || !ext->h.sh_size)
		return true;
	struct part *relocs = part_relocs(k, (uint32_t)(ext - k->parts));
	if (!k->l.store->strings)
		return image_fail(&k->l.im, "section .BTF.ext: expected a section .BTF with its strings");
	if (has_unknown(ext->data))
		return image_fail(&k->l.im, "section .BTF.ext: expected functions, lines and CO-RE relocations only");
	if (relocs && relocs->h.sh_type != SHT_REL)
		return image_fail(&k->l.im, "section .BTF.ext: expected relocations without addends");
	return check_cores(k) && write_records(&o, ext, relocs);
}
