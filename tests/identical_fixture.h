/* SPDX-License-Identifier: BSD-2-Clause */
/* A program with a bit of everything that objects number, and changes after which it is not the same any more. */
#ifndef IDENTICAL_FIXTURE_H
#define IDENTICAL_FIXTURE_H

#include "encode/object/program.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char identical_maps[] = ".map table HASH 4 8 16\n"
				     ".map inside ARRAY 4 8 4\n"
				     ".map outer ARRAY_OF_MAPS 4 4 8 0 inside\n"
				     ".data count 0500000000000000\n"
				     ".rodata words 6869000000000000\n"
				     ".rodata same 6869000000000000\n";
static const char identical_externs[] = ".extern setting\n.extern bpf_own_thing int long\n";
static const char identical_code[] = "*(u64 *)(r10 - 8) = 0\n"
				     "r1 = table ll\nr2 = r10\nr2 += -8\ncall map_lookup_elem\n"
				     "r1 = outer ll\nr2 = r10\nr2 += -8\ncall map_lookup_elem\n"
				     "r1 = count ll\nr6 = *(u64 *)(r1 + 0)\n"
				     "r1 = words ll\nr2 = *(u8 *)(r1 + 0)\nr3 = same ll\nr4 = *(u8 *)(r3 + 0)\n"
				     "r1 = extern[0] ll\nr1 = 5\ncall kernel-function#1\n"
				     "r1 = 3\ncall helper\nr0 = 2\nexit\n"
				     "helper:\nr0 = r1\nr0 += 7\nexit\n";

static inline struct object *identical_assemble(const char *maps, const char *externs, const char *code)
{
	char text[4096], err[300];
	struct object *o;
	snprintf(text, sizeof text, ".program prog xdp\n%s%s%s", maps, externs, code);
	cr_assert_eq(object_assemble("text", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	o->programs[0]->relos = calloc(2, sizeof *o->programs[0]->relos);
	cr_assert(o->programs[0]->relos);
	o->programs[0]->n_relos = 1; /* as if the compiler had asked where the byte is */
	o->programs[0]->relos[0] = (struct core_relo){.slot = 17,
						      .kind = CORE_FIELD_OFFSET,
						      .path = 77,
						      .size = 1,
						      .follows = CORE_UNSIGNED,
						      .text = strdup("t")};
	return o;
}

static inline struct object *identical_object(void)
{
	return identical_assemble(identical_maps, identical_externs, identical_code);
}

static inline struct map *identical_map(struct object *o, const char *name)
{
	int i = object_find_map(o, name);
	cr_assert_geq(i, 0, "%s", name);
	return &o->maps[i];
}

static inline void identical_text(char **field, const char *text)
{
	free(*field);
	*field = strdup(text);
}

static inline void identical_rename(struct extern_symbol *e, const char *name)
{
	identical_text(&e->name, name);
	if (e->call)
		e->call->name = e->name;
}

static inline struct insn *identical_insn(struct object *o, enum isa_op op, unsigned src)
{
	struct program *p = o->programs[0];
	for (size_t i = 0; i < p->n; i++)
		if (p->insns[i].op == op && p->insns[i].src == src)
			return &p->insns[i];
	cr_assert_fail("no such instruction");
	return p->insns;
}

/* What a sloppy comparison would not look at. */
#define IDENTICAL_CHANGES(X)                                                                \
	X(map_entries, identical_map(o, "table")->max_entries++)                            \
	X(map_flags, identical_map(o, "table")->flags ^= 1)                                 \
	X(map_type, identical_map(o, "table")->type = MAPTYPE_LRU_HASH)                     \
	X(map_value_size, identical_map(o, "table")->value_size = 16)                       \
	X(map_key_size, identical_map(o, "table")->key_size = 8)                            \
	X(map_name, identical_text(&identical_map(o, "table")->name, "other"))              \
	X(map_pinning, identical_map(o, "table")->attributes ^= 1)                          \
	X(map_lock, special_in(identical_map(o, "table")))                                  \
	X(inner_entries, identical_map(o, "inside")->max_entries++)                         \
	X(inner_none, identical_map(o, "outer")->inner = -1)                                \
	X(inner_other, identical_map(o, "outer")->inner = object_find_map(o, "table"))      \
	X(data_value, identical_map(o, ".data.count")->bytes[0]++)                          \
	X(constant, identical_map(o, ".rodata.words")->bytes[1]++)                          \
	X(constant_set, identical_map(o, ".rodata.words")->vars[0].is_volatile ^= true)     \
	X(extern_name, identical_rename(&o->externs[0], "other"))                           \
	X(extern_weak, o->externs[0].is_weak = true)                                        \
	X(extern_type, o->externs[0].type = 5)                                              \
	X(kfunc_name, identical_rename(&o->externs[1], "bpf_other_thing"))                  \
	X(kfunc_throws, identical_rename(&o->externs[1], "bpf_throw"))                      \
	X(license, identical_text(&o->license, "Proprietary"))                              \
	X(program_type, o->programs[0]->type = PROGTYPE_SCHED_CLS)                          \
	X(program_attach, o->programs[0]->expected_attach = 40)                             \
	X(program_sleeps, o->programs[0]->sleepable = true)                                 \
	X(program_section, identical_text(&o->programs[0]->section, "xdp.frags"))           \
	X(function_global, o->programs[0]->subs[1].is_global ^= true)                       \
	X(relo_path, o->programs[0]->relos[0].path++)                                       \
	X(relo_kind, o->programs[0]->relos[0].kind = CORE_FIELD_SIZE)                       \
	X(relo_slot, o->programs[0]->relos[0].slot++)                                       \
	X(relo_size, o->programs[0]->relos[0].size = 2)                                     \
	X(relo_follows, o->programs[0]->relos[0].follows = CORE_FIXED)                      \
	X(relo_fixed, o->programs[0]->relos[0].is_fixed = true)                             \
	X(relo_missing, (free(o->programs[0]->relos[0].text), o->programs[0]->n_relos = 0)) \
	X(helper, identical_insn(o, ISA_CALL, CALL_HELPER)->imm = 3)                        \
	X(map_offset, identical_insn(o, ISA_LDDW, WIDE_MAP_VALUE)->imm64 += 1ull << 32)     \
	X(callee, o->programs[0]->insns[o->programs[0]->n - 2].imm++)                       \
	X(width, identical_insn(o, ISA_LDX, 1)->width = 32)                                 \
	X(offset, identical_insn(o, ISA_ST, 0)->off -= 8)

static inline void special_in(struct map *m)
{
	free(m->specials);
	m->specials = calloc(1, sizeof *m->specials);
	cr_assert(m->specials);
	m->specials[0] = (struct special){SPECIAL_LOCK, 0, 4};
	m->n_specials = 1;
}

struct identical_change {
	const char *name;
	void (*make)(struct object *o);
};
#define IDENTICAL_FUNCTION(name, what)                 \
	static void identical_##name(struct object *o) \
	{                                              \
		what;                                  \
	}
IDENTICAL_CHANGES(IDENTICAL_FUNCTION)
#define IDENTICAL_ROW(name, what) {#name, identical_##name},
static const struct identical_change identical_changes[] = {IDENTICAL_CHANGES(IDENTICAL_ROW)};
#endif
