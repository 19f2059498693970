/* SPDX-License-Identifier: BSD-2-Clause */
/* .BTF.ext: its records, and of them the source lines (uapi linux/btf.h, Documentation/bpf/btf.rst). libbpf
 * keeps its own reader private, so the documented layout is read here. */
#include "loader.h"

#include "memory.h"

#include <linux/bpf.h>
#include <linux/btf.h>
#include <string.h>

/* Shortest header: it holds func and line info. */
enum { EXT_MIN = 24 };

static const struct {
	uint32_t size; /* of a record, at least */
	const char *what;
} kinds[EXT_KINDS] = {
    [EXT_FUNC] = {8, "functions"}, [EXT_LINE] = {16, "lines"}, [EXT_CORE] = {16, "CO-RE relocations"}};

struct records {
	const uint8_t *data;
	size_t len;       /* bytes left */
	uint32_t size;    /* of a record */
	const char *what; /* for messages */
};

static const char *string_at(const struct loader *l, uint32_t off)
{
	return off < l->strings_len ? l->store->strings + off : NULL;
}

static bool read_group(struct loader *l, struct records *r, ext_record_fn each)
{
	if (r->len < 8)
		return image_fail(&l->im, "section .BTF.ext: expected the head of a section's %s", r->what);
	const char *name = string_at(l, image_word(r->data));
	uint32_t n = image_word(r->data + 4);
	if (!name || !n)
		return image_fail(&l->im, "section .BTF.ext: expected a section name and %s", r->what);
	r->data += 8;
	r->len -= 8;
	if (r->len / r->size < n)
		return image_fail(&l->im, "section .BTF.ext: expected %u %s of %u bytes for section %s", n, r->what,
				  r->size, name);
	for (uint32_t i = 0; i < n; i++)
		if (!each(l, name, r->data + (size_t)i * r->size, r->size))
			return false;
	r->data += (size_t)n * r->size;
	r->len -= (size_t)n * r->size;
	return true;
}

static bool read_records(struct loader *l, struct records r, uint32_t min_size, ext_record_fn each)
{
	if (!r.len)
		return true;
	if (r.len >= 4)
		r.size = image_word(r.data);
	if (r.size < min_size || r.size % 4)
		return image_fail(&l->im, "section .BTF.ext: expected %s of at least %u bytes, found %u", r.what,
				  min_size, r.size);
	r.data += 4;
	r.len -= 4;
	while (r.len)
		if (!read_group(l, &r, each))
			return false;
	return true;
}

static bool add_line(struct loader *l, const char *section, const uint8_t *record, uint32_t size)
{
	(void)size;
	uint32_t off = image_word(record), file = image_word(record + 4), text = image_word(record + 8);
	if (!string_at(l, file) || !string_at(l, text))
		return image_fail(&l->im,
				  "section .BTF.ext: expected file name and text of a line of section %s inside .BTF",
				  section);
	const struct section *s = image_find_section(&l->im, section);
	if (!s || off % SLOT || off >= s->size)
		return true; /* of a section that was removed */
	*MEMORY_PUSH(l->lines, l->n_lines) = (struct source_line){
	    (uint32_t)(s - l->im.sections), off / SLOT, BPF_LINE_INFO_LINE_NUM(image_word(record + 12)), file, text};
	return true;
}

static int compare_lines(const void *a, const void *b)
{
	const struct source_line *x = a, *y = b;
	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return (x->slot > y->slot) - (x->slot < y->slot);
}

/* Sorted and one per slot, so that a program has no more lines than slots. */
static void settle_lines(struct loader *l)
{
	if (!l->n_lines)
		return;
	qsort(l->lines, l->n_lines, sizeof *l->lines, compare_lines);
	size_t kept = 1;
	for (size_t i = 1; i < l->n_lines; i++)
		if (compare_lines(&l->lines[i], &l->lines[kept - 1]))
			l->lines[kept++] = l->lines[i];
	l->n_lines = kept;
}

static bool locate(const struct loader *l, const struct section *s, uint32_t header, uint32_t at, const char *what,
		   struct records *out)
{
	uint32_t off = image_word(s->data + at), len = image_word(s->data + at + 4);
	uint64_t room = s->size - header;
	if (off > room || len > room - off || off % 4)
		return image_fail(&l->im, "section .BTF.ext: expected %s inside its %llu bytes", what,
				  (unsigned long long)s->size);
	*out = (struct records){s->data + header + off, len, 0, what};
	return true;
}

bool ext_read(struct loader *l, enum ext_kind kind, ext_record_fn each)
{
	const struct section *s = image_find_section(&l->im, ".BTF.ext");
	if (!s)
		return true;
	if (s->size < EXT_MIN || image_word(s->data) != (BTF_MAGIC | BTF_VERSION << 16))
		return image_fail(&l->im, "section .BTF.ext: expected a header with magic 0xeb9f and version 1");
	uint32_t header = image_word(s->data + EXT_HEADER);
	if (header < EXT_MIN || header > s->size || header % 4)
		return image_fail(&l->im, "section .BTF.ext: expected a header length of at least %d, found %u",
				  EXT_MIN, header);
	if (header < EXT_FIELD(kind) + 8)
		return true;
	struct records r;
	return locate(l, s, header, EXT_FIELD(kind), kinds[kind].what, &r) &&
	       read_records(l, r, kinds[kind].size, each);
}

bool lines_read(struct loader *l)
{
	if (!l->btf)
		return true;
	if (!ext_read(l, EXT_LINE, add_line))
		return false;
	settle_lines(l);
	return ext_read(l, EXT_CORE, core_add_record) && core_settle_records(l);
}

void lines_add(const struct loader *l, struct program *p, const struct function *f, uint32_t at)
{
	size_t lo = 0, hi = l->n_lines;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct source_line *s = &l->lines[mid];
		if (s->section < f->section || (s->section == f->section && s->slot < f->start))
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < l->n_lines && l->lines[lo].section == f->section && l->lines[lo].slot < f->end; lo++) {
		const struct source_line *s = &l->lines[lo];
		*MEMORY_PUSH(p->lines, p->n_lines) = (struct line){
		    at + s->slot - f->start, s->number, l->store->strings + s->file, l->store->strings + s->text};
	}
}
