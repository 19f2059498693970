/* SPDX-License-Identifier: BSD-2-Clause */
/* The name under which a verdict is kept. */
#include "checker/whole/key.h"
#include "bpfprove.h"
#include "checker/whole/bytes.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/utsname.h>
#include <unistd.h>

#define FORMAT "verdict 1" /* of keys and of what is kept under them */

/* The fields that were weighed for the key, one by one. A field that is new is an error here
 * (-Wmissing-field-initializers): the key has to take it in, unless no verdict depends on it. */
#define WEIGHED(type, ...) static const struct type weighed_##type __attribute__((unused)) = {__VA_ARGS__}
WEIGHED(equiv_options, 0, 0, 0, 0, 0, 0, 0, 0);
WEIGHED(safety_options, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
WEIGHED(object, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
WEIGHED(program, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
WEIGHED(subprogram, 0, 0, 0, 0, 0, 0);
WEIGHED(core_relo, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {0});
WEIGHED(extern_symbol, 0, 0, 0, 0, 0);
WEIGHED(map, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
WEIGHED(variable, 0, 0, 0, 0, 0);
WEIGHED(special, 0, 0, 0);
WEIGHED(helper_row, 0, 0, 0, 0, {0}, 0, 0, 0, {0});
WEIGHED(insn, 0, 0, 0, 0, 0, 0, 0, 0);

static void add_text(struct bytes *b, const char *s)
{
	bytes_put_number(b, s != NULL);
	bytes_put_text(b, s ? s : "");
}

static void add_insn(struct bytes *b, const struct insn *in)
{
	const uint64_t words[] = {in->op, in->width,         in->dst,           in->src,
				  in->k,  (uint64_t)in->off, (uint64_t)in->imm, in->imm64};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		bytes_put_number(b, words[i]);
}

static void add_row(struct bytes *b, const struct helper_row *r)
{
	bytes_put_number(b, r != NULL);
	if (!r)
		return;
	const uint64_t words[] = {r->id, (uint64_t)r->ret, r->bits, r->effects, (uint64_t)r->model};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		bytes_put_number(b, words[i]);
	for (size_t i = 0; i < 5; i++) {
		bytes_put_number(b, (uint64_t)r->args[i]);
		bytes_put_number(b, r->size[i]);
	}
	add_text(b, r->name);
	add_text(b, r->progs);
}

static void add_variables(struct bytes *b, const struct map *m)
{
	bytes_put_number(b, m->n_vars);
	for (size_t i = 0; i < m->n_vars; i++) {
		const struct variable *v = &m->vars[i];
		add_text(b, v->name);
		bytes_put_number(b, v->off);
		bytes_put_number(b, v->size);
		bytes_put_number(b, v->twin);
		bytes_put_number(b, v->is_volatile);
	}
}

static void add_map(struct bytes *b, const struct map *m)
{
	const uint64_t words[] = {(uint64_t)m->type,  m->key_size, m->value_size, m->max_entries, m->flags,
				  (uint64_t)m->inner, m->is_inner, m->is_data,    m->frozen,      m->attributes};
	add_text(b, m->name);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		bytes_put_number(b, words[i]);
	bytes_put_number(b, m->n_specials);
	for (size_t i = 0; i < m->n_specials; i++) {
		bytes_put_number(b, (uint64_t)m->specials[i].kind);
		bytes_put_number(b, m->specials[i].off);
		bytes_put_number(b, m->specials[i].size);
	}
	bytes_put_number(b, m->bytes ? m->value_size : 0);
	bytes_put(b, m->bytes, m->bytes ? m->value_size : 0);
	add_variables(b, m);
}

static void finish(struct bytes *b, struct digest *out)
{
	*out = digest_make(b->at, b->n);
	bytes_release(b);
}

struct digest key_of_object(const struct object *o)
{
	struct bytes all = {0}, *b = &all;
	struct digest out;
	add_text(b, o->license);
	bytes_put_number(b, o->kern_version);
	add_text(b, o->btf);
	bytes_put_number(b, o->n_maps);
	for (size_t i = 0; i < o->n_maps; i++)
		add_map(b, &o->maps[i]);
	bytes_put_number(b, o->n_externs);
	for (size_t i = 0; i < o->n_externs; i++) {
		const struct extern_symbol *e = &o->externs[i];
		add_text(b, e->name);
		bytes_put_number(b, e->is_weak);
		bytes_put_number(b, e->is_function);
		bytes_put_number(b, e->type);
		add_row(b, e->call);
	}
	finish(b, &out);
	return out;
}

static void add_relos(struct bytes *b, const struct program *p)
{
	bytes_put_number(b, p->n_relos);
	for (size_t i = 0; i < p->n_relos; i++) {
		const struct core_relo *r = &p->relos[i];
		bytes_put_number(b, r->slot);
		bytes_put_number(b, (uint64_t)r->kind);
		bytes_put_number(b, r->path);
		bytes_put_number(b, r->size);
		bytes_put_number(b, (uint64_t)r->follows);
		bytes_put_number(b, r->is_fixed);
		bytes_put_number(b, r->has_answer);
		add_insn(b, &r->answer);
		add_text(b, r->text);
	}
}

static void add_program(struct bytes *b, const struct program *p, const struct digest *object)
{
	add_text(b, p->name);
	add_text(b, p->section);
	add_text(b, p->error);
	bytes_put_number(b, (uint64_t)p->type);
	add_text(b, p->expected);
	bytes_put_number(b, p->expected_attach);
	bytes_put_number(b, p->sleepable);
	bytes_put_number(b, p->has_type_ids);
	bytes_put_number(b, p->n);
	for (size_t i = 0; i < p->n; i++)
		add_insn(b, &p->insns[i]);
	bytes_put_number(b, p->n_subs);
	for (size_t i = 0; i < p->n_subs; i++) {
		add_text(b, p->subs[i].name);
		bytes_put_number(b, p->subs[i].start);
		bytes_put_number(b, p->subs[i].end);
		bytes_put_number(b, p->subs[i].is_global);
	}
	add_relos(b, p);
	bytes_put(b, object->bytes, sizeof object->bytes);
}

/* This program and all libraries in it, by their NT_GNU_BUILD_ID notes. */
struct build {
	struct bytes *ids;
	bool complete;
};

static bool add_build_id(struct bytes *b, const uint8_t *note, size_t n)
{
	while (n >= sizeof(ElfW(Nhdr))) {
		ElfW(Nhdr) h;
		memcpy(&h, note, sizeof h);
		size_t name = (h.n_namesz + 3u) & ~(size_t)3, size = (h.n_descsz + 3u) & ~(size_t)3;
		if (n - sizeof h < name || n - sizeof h - name < size)
			return false;
		if (h.n_type == NT_GNU_BUILD_ID && h.n_namesz == 4 && !memcmp(note + sizeof h, "GNU", 4)) {
			bytes_put_number(b, h.n_descsz);
			bytes_put(b, note + sizeof h + name, h.n_descsz);
			return h.n_descsz > 0;
		}
		note += sizeof h + name + size;
		n -= sizeof h + name + size;
	}
	return false;
}

static int add_library(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct build *build = arg;
	bool found = info->dlpi_addr == getauxval(AT_SYSINFO_EHDR); /* the kernel's own, which only tells the time */
	(void)size;
	for (int i = 0; i < info->dlpi_phnum && !found; i++)
		if (info->dlpi_phdr[i].p_type == PT_NOTE)
			found =
			    add_build_id(build->ids, (const uint8_t *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr),
					 info->dlpi_phdr[i].p_memsz);
	build->complete &= found;
	return 0;
}

/* The kernel's own notes have its build id. */
static void add_kernel(struct bytes *b)
{
	struct utsname name;
	int fd = open("/sys/kernel/notes", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, bytes_grow(b, 4096), 4096);
	b->n += n > 0 ? (size_t)n : 0;
	if (fd >= 0)
		close(fd);
	if (uname(&name))
		memset(&name, 0, sizeof name);
	add_text(b, name.release);
	add_text(b, name.version);
	add_text(b, name.machine);
	bytes_put_number(b, !access("/sys/kernel/btf/vmlinux", R_OK));
}

/* Of the whole run; false: some part of it has no name. */
static bool add_surroundings(struct bytes *b)
{
	static struct bytes kept;
	static bool complete;
	if (!kept.n) {
		struct build build = {&kept, true};
		add_text(&kept, FORMAT " " BPFPROVE_VERSION);
		dl_iterate_phdr(add_library, &build);
		add_kernel(&kept);
		complete = build.complete;
	}
	bytes_put(b, kept.at, kept.n);
	return complete;
}

/* Queries that are to be left behind have to be made; a command may be any version of anything. */
static bool add_solver(struct bytes *b, const char *spec)
{
	add_text(b, spec);
	return !strstr(spec, "log:") && !strstr(spec, "smtlib:");
}

bool key_of_equiv(const struct program *a, const struct program *b, const struct digest objects[2],
		  const struct equiv_options *opt, struct digest *out)
{
	struct bytes all = {0};
	bytes_put_text(&all, "equiv");
	bool good = add_surroundings(&all) && add_solver(&all, solver_name(opt->solver));
	bytes_put_number(&all, opt->encode);
	bytes_put_number(&all, opt->quick);
	bytes_put_number(&all, opt->no_cuts);
	bytes_put_number(&all, opt->no_cuts);
	bytes_put_number(&all, opt->unroll);
	bytes_put_number(&all, (uint64_t)opt->terms);
	add_program(&all, a, &objects[0]);
	add_program(&all, b, &objects[1]);
	finish(&all, out);
	return good && !a->has_type_ids && !b->has_type_ids;
}

bool key_of_safe(const struct program *p, const struct digest *object, const struct safety_options *opt,
		 struct digest *out)
{
	struct bytes all = {0};
	bytes_put_text(&all, "safe");
	bool good = add_surroundings(&all) && add_solver(&all, opt->solver ? opt->solver : SOLVER_DEFAULT);
	bytes_put_number(&all, opt->privileged);
	bytes_put_number(&all, opt->explain);
	bytes_put_number(&all, opt->no_search);
	bytes_put_number(&all, opt->max_steps);
	add_program(&all, p, object);
	finish(&all, out);
	return good && !p->has_type_ids;
}
