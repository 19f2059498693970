/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects from assembly text: the directives are read and blanked here, the rest goes to the assembler, so that
 * lines and columns of its messages stay true. */
#include "kfunc.h"
#include "loader.h"

#include "memory.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

enum { WORDS_MAX = 9, BYTES_MAX = 64 << 20 };

struct word {
	const char *text; /* NUL-terminated in the copy of the line */
	unsigned column;
};

struct reader {
	const char *path;
	char *err;
	size_t errlen;
	struct object *o;
	struct word words[WORDS_MAX];
	size_t n_words;
	unsigned line;
	bool has_program;
};

static bool fail(const struct reader *r, size_t word, const char *expected)
{
	bool there = word < r->n_words;
	const struct word *w = &r->words[there ? word : r->n_words - 1];
	size_t column = there ? w->column : w->column + strlen(w->text);
	snprintf(r->err, r->errlen, "%s:%u:%zu: expected %s%s%.40s%s", r->path, r->line, column, expected,
		 there ? ", found '" : "", there ? w->text : "", there ? "'" : "");
	return false;
}

static bool read_number(const struct reader *r, size_t word, const char *expected, uint32_t *out)
{
	if (word >= r->n_words || !isdigit((unsigned char)r->words[word].text[0]))
		return fail(r, word, expected);
	char *end;
	errno = 0;
	unsigned long v = strtoul(r->words[word].text, &end, 0);
	if (*end || errno || v > UINT32_MAX)
		return fail(r, word, expected);
	*out = (uint32_t)v;
	return true;
}

static int find_type(const char *name)
{
	for (int i = 1; i < MAPTYPE_COUNT; i++)
		if (!strcasecmp(maptype_rows[i].name, name))
			return i;
	return -1;
}

/* A map by name, or the data section of a variable. */
static int resolve(void *arg, const char *name)
{
	const struct object *o = arg;
	for (size_t i = 0; i < o->n_maps; i++) {
		const struct map *m = &o->maps[i];
		if (!strcmp(m->n_vars ? m->vars[0].name : m->name, name))
			return (int)i;
	}
	return -1;
}

static bool check_name(const struct reader *r)
{
	if (r->n_words < 2)
		return fail(r, 1, "a name");
	if (resolve(r->o, r->words[1].text) >= 0)
		return fail(r, 1, "a name that is not taken yet");
	return true;
}

static struct map *add_map(const struct reader *r, const char *section)
{
	struct map *m = MEMORY_PUSH(r->o->maps, r->o->n_maps);
	char name[256];
	snprintf(name, sizeof name, "%s%s%.200s", section, section[0] ? "." : "", r->words[1].text);
	*m = (struct map){.name = memory_string(name), .inner = -1};
	return m;
}

/* .map NAME TYPE KEY VALUE ENTRIES [FLAGS [INNER]] */
static bool read_map(struct reader *r)
{
	uint32_t key, value, entries, flags = 0;
	if (!check_name(r))
		return false;
	int type = r->n_words > 2 ? find_type(r->words[2].text) : -1, inner = -1;
	if (type < 0)
		return fail(r, 2, "a map type");
	if (!read_number(r, 3, "a key size", &key) || !read_number(r, 4, "a value size", &value) ||
	    !read_number(r, 5, "a number of entries", &entries))
		return false;
	if (r->n_words > 6 && !read_number(r, 6, "flags", &flags))
		return false;
	if (r->n_words > 7 && (inner = resolve(r->o, r->words[7].text)) < 0)
		return fail(r, 7, "the name of an inner map");
	if (r->n_words > 8)
		return fail(r, 8, "the end of the line");
	struct map *m = add_map(r, "");
	m->type = (enum maptype)type;
	m->key_size = key;
	m->value_size = value;
	m->max_entries = entries;
	m->flags = flags;
	m->inner = inner;
	if (inner >= 0)
		r->o->maps[inner].is_inner = true;
	return true;
}

static void add_data(const struct reader *r, const char *section, uint8_t *bytes, uint32_t size)
{
	struct map *m = add_map(r, section);
	m->type = MAPTYPE_ARRAY;
	m->key_size = 4;
	m->value_size = size;
	m->max_entries = 1;
	m->is_data = true;
	m->frozen = !strcmp(section, ".rodata");
	m->flags = data_flags(m->frozen);
	m->bytes = bytes;
	struct variable *v = MEMORY_PUSH(m->vars, m->n_vars);
	*v = (struct variable){.name = memory_string(r->words[1].text), .size = size};
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at = strchr(digits, tolower((unsigned char)c));
	return c && at ? (int)(at - digits) : -1;
}

/* .data NAME HEXBYTES, .rodata NAME HEXBYTES */
static bool read_bytes(struct reader *r)
{
	if (!check_name(r))
		return false;
	const char *hex = r->n_words == 3 ? r->words[2].text : "";
	size_t n = strlen(hex);
	bool good = n && n % 2 == 0 && n / 2 <= BYTES_MAX;
	for (size_t i = 0; i < n; i++)
		good = good && hex_digit(hex[i]) >= 0;
	if (!good)
		return fail(r, r->n_words > 3 ? 3 : 2, "one word of bytes, two hexadecimal digits each");
	uint8_t *bytes = memory_new(n / 2, 1);
	for (size_t i = 0; i < n / 2; i++)
		bytes[i] = (uint8_t)(hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]));
	add_data(r, r->words[0].text, bytes, (uint32_t)(n / 2));
	return true;
}

/* .bss NAME SIZE */
static bool read_bss(struct reader *r)
{
	uint32_t size;
	if (!check_name(r) || !read_number(r, 2, "a size", &size))
		return false;
	if (!size || size > BYTES_MAX)
		return fail(r, 2, "a size from 1 byte to 64 MiB");
	if (r->n_words > 3)
		return fail(r, 3, "the end of the line");
	add_data(r, ".bss", memory_new(size, 1), size);
	return true;
}

static void replace(char **at, const char *text)
{
	free(*at);
	*at = memory_string(text);
}

/* .program NAME SECTION */
static bool read_program(struct reader *r)
{
	if (r->has_program)
		return fail(r, 0, "only one .program");
	if (r->n_words != 3)
		return fail(r, 3, "a name and a section");
	r->has_program = true;
	replace(&r->o->programs[0]->name, r->words[1].text);
	replace(&r->o->programs[0]->section, r->words[2].text);
	return true;
}

/* .extern NAME [RESULT [ARGUMENT ...]] */
static bool read_extern(struct reader *r)
{
	const char *args[WORDS_MAX];
	size_t n = 0;
	if (r->n_words < 2)
		return fail(r, 1, "a name");
	while (n + 3 < r->n_words) {
		args[n] = r->words[n + 3].text;
		n++;
	}
	struct extern_symbol *e = MEMORY_PUSH(r->o->externs, r->o->n_externs);
	*e = (struct extern_symbol){.name = memory_string(r->words[1].text)};
	return kfunc_declare(e, r->n_words > 2 ? r->words[2].text : "", args, n) ||
	       fail(r, 2, "void or int, and at most five arguments, of a function that kfunc.def doesn't have");
}

/* .special MAP KIND OFFSET */
static bool read_special(struct reader *r)
{
	uint32_t off;
	int map = r->n_words > 1 ? resolve(r->o, r->words[1].text) : -1;
	if (map < 0)
		return fail(r, 1, "the name of a map");
	if (!read_number(r, 3, "an offset", &off))
		return false;
	if (r->n_words > 4)
		return fail(r, 4, "the end of the line");
	return special_add(&r->o->maps[map], r->words[2].text, off) ||
	       fail(r, 2, "lock, timer, kptr or other inside of the value");
}

static const struct directive {
	const char *name;
	bool (*read)(struct reader *r);
} directives[] = {
    {".program", read_program}, {".map", read_map}, {".data", read_bytes},
    {".rodata", read_bytes},    {".bss", read_bss}, {".extern", read_extern}, {".special", read_special},
};

static bool run_directive(struct reader *r)
{
	for (size_t i = 0; i < sizeof directives / sizeof *directives; i++)
		if (!strcmp(directives[i].name, r->words[0].text))
			return directives[i].read(r);
	return fail(r, 0, ".program, .map, .special, .data, .rodata, .bss or .extern");
}

static bool split_words(struct reader *r, char *line)
{
	r->n_words = 0;
	for (char *p = line;;) {
		while (isspace((unsigned char)*p))
			p++;
		if (!*p || *p == '#' || !strncmp(p, "//", 2) || !strncmp(p, "/*", 2))
			return true;
		if (r->n_words == WORDS_MAX)
			return fail(r, WORDS_MAX - 1, "the end of the line");
		r->words[r->n_words++] = (struct word){p, (unsigned)(p - line) + 1};
		while (*p && !isspace((unsigned char)*p))
			p++;
		if (*p)
			*p++ = '\0';
	}
}

/* Reads the directives of `text` and overwrites them with blanks. */
static bool read_directives(struct reader *r, char *text)
{
	for (char *line = text; *line; r->line++) {
		size_t len = strcspn(line, "\n"), indent = strspn(line, " \t");
		if (line[indent] == '.') {
			char *copy = strndup(line, len);
			if (!copy)
				memory_die(__FILE__, __LINE__);
			bool ok = split_words(r, copy) && run_directive(r);
			free(copy);
			if (!ok)
				return false;
			memset(line, ' ', len);
		}
		line += len + (line[len] == '\n');
	}
	return true;
}

/* The name of a variable means its address, not that of the map around it. */
static void settle_data(const struct object *o, struct program *p)
{
	for (size_t pc = 0; pc < p->n; pc++) {
		struct insn *in = &p->insns[pc];
		if (in->op == ISA_LDDW && in->src == WIDE_MAP && (uint32_t)in->imm < o->n_maps &&
		    o->maps[in->imm].is_data)
			in->src = WIDE_MAP_VALUE;
	}
}

static bool assemble(struct reader *r, const char *text)
{
	struct program *p = r->o->programs[0];
	char why[400];
	if (!insn_assemble(text, resolve, r->o, &p->insns, &p->n, why, sizeof why)) {
		snprintf(r->err, r->errlen, "%s:%s", r->path, why);
		return false;
	}
	settle_data(r->o, p);
	data_number_twins(r->o);
	program_find_subs(p);
	if (!program_check(p, why, sizeof why)) {
		snprintf(r->err, r->errlen, "%s: %s", r->path, why);
		return false;
	}
	progtype_set(p);
	return true;
}

enum object_error object_assemble(const char *path, const char *text, struct object **out, char *err, size_t errlen)
{
	struct store *store = memory_new(1, sizeof *store);
	struct object *o = &store->object;
	o->path = memory_string(path);
	o->license = memory_string("GPL");
	struct program *p = memory_new(1, sizeof *p);
	*p = (struct program){
	    .name = memory_string("prog"), .section = memory_string("xdp"), .object = o, .expected = ""};
	*MEMORY_PUSH(o->programs, o->n_programs) = p;
	struct reader r = {.path = path, .err = err, .errlen = errlen, .o = o, .line = 1};
	char *copy = memory_string(text);
	bool ok = read_directives(&r, copy) && assemble(&r, copy);
	free(copy);
	*out = ok ? o : NULL;
	if (!ok)
		object_free(o);
	return ok ? OBJECT_OK : OBJECT_MALFORMED;
}
