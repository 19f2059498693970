/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes an object back as a file that libbpf loads: data and maps, then programs, then types. */
#include "write.h"

#include "memory.h"

#include <stdarg.h>
#include <string.h>

bool writer_fail(const struct writer *w, const char *fmt, ...)
{
	int n = snprintf(w->err, w->errlen, "%s: cannot be written: ", w->o->path);
	va_list ap;
	va_start(ap, fmt);
	if (n >= 0 && (size_t)n < w->errlen)
		vsnprintf(w->err + n, w->errlen - (size_t)n, fmt, ap);
	va_end(ap);
	return false;
}

uint32_t writer_add_section(struct writer *w, const char *name, uint32_t type, uint32_t flags, uint32_t align)
{
	struct out_section *s = MEMORY_PUSH(w->sections, w->n_sections);
	*s = (struct out_section){.name = memory_string(name), .type = type, .flags = flags, .align = align};
	return (uint32_t)w->n_sections - 1;
}

size_t writer_append(struct writer *w, uint32_t section, const void *data, size_t size)
{
	struct out_section *s = &w->sections[section];
	size_t at = s->size;
	if (size && s->size + size > s->room) {
		s->room = 2 * (s->size + size);
		s->data = realloc(s->data, s->room);
		if (!s->data)
			memory_die(__FILE__, __LINE__);
	}
	if (size)
		memcpy(s->data + at, data, size);
	s->size += size;
	return at;
}

uint32_t writer_add_symbol(struct writer *w, struct out_symbol s)
{
	*MEMORY_PUSH(w->symbols, w->n_symbols) = s;
	return NAMED | (uint32_t)(w->n_symbols - 1);
}

bool writer_defines(const struct object *o, size_t map)
{
	const char *dot = strrchr(o->maps[map].name, '.');
	bool is_inner = false;
	for (size_t i = 0; i < o->n_maps; i++)
		is_inner |= o->maps[i].inner == (int)map;
	return !o->maps[map].is_data && !(is_inner && dot && !strcmp(dot, ".inner"));
}

static void write_data(struct writer *w, size_t map)
{
	const struct map *m = &w->o->maps[map];
	bool bss = !strncmp(m->name, ".bss", 4);
	uint32_t flags = SHF_ALLOC | (m->frozen ? 0u : SHF_WRITE);
	uint32_t s = writer_add_section(w, m->name, bss ? SHT_NOBITS : SHT_PROGBITS, flags, 8);
	if (bss)
		w->sections[s].size = m->value_size;
	else
		writer_append(w, s, m->bytes, m->value_size);
	w->map_symbol[map] = s;
	for (size_t i = 0; i < m->n_vars; i++)
		writer_add_symbol(w, (struct out_symbol){m->vars[i].name, STT_OBJECT, STB_LOCAL, (uint16_t)s,
							 m->vars[i].off, m->vars[i].size});
}

static void write_maps(struct writer *w)
{
	static const uint8_t zeros[MAP_STRIDE];
	uint32_t s = 0;
	for (size_t i = 0; i < w->o->n_maps; i++) {
		if (!writer_defines(w->o, i))
			continue;
		if (!s)
			s = writer_add_section(w, ".maps", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 8);
		size_t at = writer_append(w, s, zeros, sizeof zeros);
		w->map_symbol[i] = writer_add_symbol(
		    w, (struct out_symbol){w->o->maps[i].name, STT_OBJECT, STB_GLOBAL, (uint16_t)s, at, MAP_STRIDE});
	}
	for (size_t i = 0; i < w->o->n_maps; i++)
		if (w->o->maps[i].is_data)
			write_data(w, i);
}

static void write_externs(struct writer *w)
{
	for (size_t i = 0; i < w->o->n_externs; i++) {
		const struct extern_symbol *e = &w->o->externs[i];
		w->extern_symbol[i] = writer_add_symbol(
		    w, (struct out_symbol){e->name, STT_NOTYPE, e->is_weak ? STB_WEAK : STB_GLOBAL, SHN_UNDEF, 0, 0});
	}
}

static void write_license(struct writer *w)
{
	const struct object *o = w->o;
	uint32_t s = writer_add_section(w, "license", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 1);
	writer_append(w, s, o->license, strlen(o->license) + 1);
	if (!o->kern_version)
		return;
	uint8_t version[4];
	image_set_word(version, o->kern_version);
	s = writer_add_section(w, "version", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 4);
	writer_append(w, s, version, sizeof version);
}

static void release(struct writer *w)
{
	for (size_t i = 0; i < w->n_sections; i++) {
		free((char *)(uintptr_t)w->sections[i].name);
		free(w->sections[i].data);
	}
	free(w->sections);
	free(w->symbols);
	free(w->functions);
	free(w->map_symbol);
	free(w->extern_symbol);
}

bool object_write(const struct object *o, const char *path, char *err, size_t errlen)
{
	struct writer w = {.o = o, .err = err, .errlen = errlen};
	w.map_symbol = memory_new(o->n_maps, sizeof *w.map_symbol);
	w.extern_symbol = memory_new(o->n_externs, sizeof *w.extern_symbol);
	writer_add_section(&w, "", SHT_NULL, 0, 0);
	w.text = writer_add_section(&w, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 8);
	write_license(&w);
	write_maps(&w);
	write_externs(&w);
	bool ok = write_programs(&w) && write_types(&w) && write_image(&w, path);
	release(&w);
	return ok;
}
