/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program is: its instructions with all relocations applied, and the maps and symbols that they name. */
#include "checker/certificate/certificate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "encode/solver/fault.h"

static void print_map(const struct map *m, FILE *out)
{
	fprintf(out, "map %s %d %u %u %u %u %d %d %d %d\n", m->name, (int)m->type, m->key_size, m->value_size,
		m->max_entries, m->flags, m->inner, m->is_inner, m->is_data, m->frozen);
	for (size_t i = 0; i < m->n_specials; i++)
		fprintf(out, "special %d %u %u\n", (int)m->specials[i].kind, m->specials[i].off, m->specials[i].size);
	for (size_t i = 0; i < m->n_vars; i++)
		fprintf(out, "variable %s %u %u %d\n", m->vars[i].name, m->vars[i].off, m->vars[i].size,
			m->vars[i].is_volatile);
	for (uint32_t i = 0; m->bytes && i < m->value_size; i++)
		fprintf(out, "%02x", m->bytes[i]);
	fputc('\n', out);
}

static void print_program(const struct program *p, FILE *out)
{
	const struct object *o = p->object;
	fprintf(out, "program %s %s %d %u %d\n", p->name, p->section, (int)p->type, p->expected_attach, p->sleepable);
	for (size_t i = 0; i < p->n; i++) {
		const struct insn *in = &p->insns[i];
		fprintf(out, "%u %u %u %u %d %d %d %" PRIx64 "\n", in->op, in->width, in->dst, in->src, in->k, in->off,
			in->imm, in->imm64);
	}
	for (size_t i = 0; i < p->n_relos; i++)
		fprintf(out, "relocation %u %d %" PRIx64 " %u\n", p->relos[i].slot, (int)p->relos[i].kind,
			p->relos[i].path, p->relos[i].size);
	for (size_t i = 0; i < o->n_externs; i++)
		fprintf(out, "extern %s %d %d\n", o->externs[i].name, o->externs[i].is_weak, o->externs[i].is_function);
	for (size_t i = 0; i < o->n_maps; i++)
		print_map(&o->maps[i], out);
}

struct digest code_digest(const struct program *p)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	if (!f)
		fault_stop_without_memory();
	print_program(p, f);
	if (fclose(f))
		fault_stop_without_memory();
	struct digest d = digest_make(text, n);
	free(text);
	return d;
}
