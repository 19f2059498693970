/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading an object, from a file or from memory, and asking it for its parts. */
#include "kfunc.h"
#include "loader.h"

#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 30 };

static int *none(size_t n)
{
	int *a = memory_new(n, sizeof *a);
	memset(a, 0xff, n * sizeof *a);
	return a;
}

static void read_license(struct loader *l)
{
	const struct section *s = image_find_section(&l->im, "license");
	size_t n = s ? strnlen((const char *)s->data, s->size) : 0;
	l->o->license = memory_new(n + 1, 1);
	if (n)
		memcpy(l->o->license, s->data, n);
	s = image_find_section(&l->im, "version");
	l->o->kern_version = s && s->size >= 4 ? image_word(s->data) : 0;
}

/* ELF -> BTF -> lines -> maps -> data -> functions -> programs. */
static bool load(struct loader *l, const uint8_t *bytes, size_t len)
{
	if (!image_open(&l->im, bytes, len))
		return false;
	l->section_map = none(l->im.n_sections);
	l->symbol_map = none(l->im.n_symbols);
	l->symbol_extern = none(l->im.n_symbols);
	read_license(l);
	if (!types_read(l) || !lines_read(l) || !maps_read(l) || !data_read(l) || !functions_read(l) ||
	    !programs_read(l))
		return false;
	if (l->btf)
		kfuncs_read(l);
	return true;
}

/* Takes the bytes over. */
static enum object_error parse(const char *path, uint8_t *bytes, size_t len, struct object **out, char *err,
			       size_t errlen)
{
	struct store *store = memory_new(1, sizeof *store);
	struct loader l = {.im = {.path = path, .err = err, .errlen = errlen}, .store = store, .o = &store->object};
	if (errlen)
		err[0] = '\0';
	store->object.path = memory_string(path);
	store->file = bytes;
	store->file_len = len;
	bool ok = load(&l, bytes, len);
	btf__free(l.btf);
	free(l.section_map);
	free(l.symbol_map);
	free(l.symbol_extern);
	free(l.functions);
	free(l.lines);
	free(l.relos);
	image_close(&l.im);
	*out = ok ? l.o : NULL;
	if (!ok)
		object_free(l.o);
	return ok ? OBJECT_OK : OBJECT_MALFORMED;
}

enum object_error object_parse(const char *path, const uint8_t *bytes, size_t len, struct object **out, char *err,
			       size_t errlen)
{
	uint8_t *copy = memory_new(len, 1);
	if (len)
		memcpy(copy, bytes, len);
	return parse(path, copy, len, out, err, errlen);
}

static enum object_error unreadable(const char *path, const char *why, char *err, size_t errlen)
{
	snprintf(err, errlen, "%s: expected a file to read: %s", path, why);
	return OBJECT_UNREADABLE;
}

static bool read_all(int fd, uint8_t *bytes, size_t len)
{
	for (size_t n = 0; n < len;) {
		ssize_t got = read(fd, bytes + n, len - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		n += (size_t)got;
	}
	return true;
}

enum object_error object_read(const char *path, struct object **out, char *err, size_t errlen)
{
	*out = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not block */
	if (fd < 0)
		return unreadable(path, strerror(errno), err, errlen);
	struct stat st;
	enum object_error e;
	if (fstat(fd, &st)) {
		e = unreadable(path, strerror(errno), err, errlen);
	} else if (!S_ISREG(st.st_mode)) {
		e = unreadable(path, S_ISDIR(st.st_mode) ? "it is a directory" : "it is not a regular file", err,
			       errlen);
	} else if (st.st_size > FILE_MAX) {
		e = unreadable(path, "it is larger than 1 GiB", err, errlen);
	} else {
		size_t len = (size_t)st.st_size;
		uint8_t *bytes = memory_new(len, 1);
		if (read_all(fd, bytes, len)) {
			e = parse(path, bytes, len, out, err, errlen);
		} else {
			e = unreadable(path, "it ends early", err, errlen);
			free(bytes);
		}
	}
	close(fd);
	return e;
}

static void free_map(struct map *m)
{
	for (size_t i = 0; i < m->n_vars; i++)
		free(m->vars[i].name);
	free(m->vars);
	free(m->name);
	free(m->bytes);
	free(m->specials);
}

static void release_code(struct program *p)
{
	for (size_t i = 0; i < p->n_subs; i++)
		free(p->subs[i].name);
	free(p->subs);
	free(p->insns);
	free(p->lines);
	core_release_relos(p);
}

void program_refuse(struct program *p, const char *why)
{
	release_code(p);
	p->subs = NULL;
	p->insns = NULL;
	p->lines = NULL;
	p->n = p->n_subs = p->n_lines = 0;
	if (!p->error)
		p->error = memory_string(why);
}

bool programs_all_refused(const struct object *o, char *err, size_t errlen)
{
	for (size_t i = 0; i < o->n_programs; i++)
		if (!o->programs[i]->error)
			return false;
	if (o->n_programs)
		snprintf(err, errlen, "%s", o->programs[0]->error);
	return o->n_programs > 0;
}

static void free_program(struct program *p)
{
	release_code(p);
	free(p->error);
	free(p->name);
	free(p->section);
	free(p);
}

void object_free(struct object *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->n_maps; i++)
		free_map(&o->maps[i]);
	for (size_t i = 0; i < o->n_programs; i++)
		free_program(o->programs[i]);
	for (size_t i = 0; i < o->n_externs; i++) {
		free(o->externs[i].name);
		free(o->externs[i].call);
	}
	free(o->maps);
	free(o->programs);
	free(o->externs);
	free(o->license);
	free(o->btf);
	free(o->path);
	struct store *store = (struct store *)o;
	free(store->strings);
	free(store->types);
	free(store->file);
	free(store);
}

struct program *object_find(const struct object *o, const char *name)
{
	for (size_t i = 0; i < o->n_programs; i++)
		if (!strcmp(o->programs[i]->name, name))
			return o->programs[i];
	for (size_t i = 0; i < o->n_programs; i++)
		if (!strcmp(o->programs[i]->section, name))
			return o->programs[i];
	return NULL;
}

int object_find_map(const struct object *o, const char *name)
{
	for (size_t i = 0; i < o->n_maps; i++)
		if (!strcmp(o->maps[i].name, name))
			return (int)i;
	return -1;
}

const struct line *program_line(const struct program *p, size_t slot)
{
	const struct subprogram *sub = program_sub(p, slot);
	const struct line *found = NULL;
	size_t lo = 0, hi = p->n_lines;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (p->lines[mid].slot <= slot) {
			found = &p->lines[mid];
			lo = mid + 1;
		} else {
			hi = mid;
		}
	}
	bool known = found && sub && found->slot >= sub->start && found->number; /* 0: the compiler's own */
	return known ? found : NULL;
}

const struct subprogram *program_sub(const struct program *p, size_t slot)
{
	for (size_t i = 0; i < p->n_subs; i++)
		if (slot >= p->subs[i].start && slot < p->subs[i].end)
			return &p->subs[i];
	return NULL;
}
