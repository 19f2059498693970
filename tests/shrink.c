/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs made smaller by dropping instructions, as long as what they show stays. */
#include "tests/shrink.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct insn nothing = {.op = ISA_JA};

static bool is_nothing(const struct insn *in)
{
	return in->op == ISA_JA && in->off == 0;
}

static bool keep(const struct insn *in)
{
	return is_nothing(in) || in->op == ISA_WIDE_TAIL || in->op == ISA_EXIT;
}

/* Drops [from, from + n) if the test allows. */
static bool drop(struct program *p, size_t from, size_t n, shrink_test test, void *arg)
{
	struct insn *saved = malloc(p->n * sizeof *saved);
	bool any = false;
	if (!saved)
		abort();
	memcpy(saved, p->insns, p->n * sizeof *saved);
	for (size_t i = from; i < from + n && i < p->n; i++) {
		if (keep(&p->insns[i]))
			continue;
		any = true;
		if (p->insns[i].op == ISA_LDDW)
			p->insns[i + 1] = nothing;
		p->insns[i] = nothing;
	}
	bool good = any && test(arg, p);
	if (!good)
		memcpy(p->insns, saved, p->n * sizeof *saved);
	free(saved);
	return good;
}

void shrink_program(struct program *p, shrink_test test, void *arg)
{
	bool again = true;
	while (again) {
		again = false;
		for (size_t step = p->n / 2 + 1; step; step /= 2)
			for (size_t i = 0; i < p->n; i += step)
				again |= drop(p, i, step, test, arg);
	}
}

static int64_t branch_target(const struct program *p, size_t pc)
{
	const struct insn *in = &p->insns[pc];
	bool local = in->op == ISA_CALL && in->src == CALL_LOCAL;
	return insn_is_jump(in) || local ? insn_target(in, pc) : -1;
}

static void print_maps(const struct object *o, FILE *out)
{
	for (size_t i = 0; i < o->n_maps; i++) {
		const struct map *m = &o->maps[i];
		if (!m->is_data) {
			fprintf(out, ".map %s %s %u %u %u %u\n", m->name, maptype_rows[m->type].name, m->key_size,
				m->value_size, m->max_entries, m->flags);
			continue;
		}
		fprintf(out, "%s %s ", m->frozen ? ".rodata" : ".data", m->vars[0].name);
		for (uint32_t k = 0; k < m->value_size; k++)
			fprintf(out, "%02x", m->bytes[k]);
		fputc('\n', out);
	}
}

/* Jumps name labels, maps and variables their names. */
static void print_insn(const struct program *p, size_t pc, FILE *out)
{
	const struct insn *in = &p->insns[pc];
	char buf[128];
	int64_t to = branch_target(p, pc);
	insn_print(in, buf, sizeof buf);
	char *offset = to >= 0 ? strrchr(buf, ' ') : NULL;
	bool map = in->op == ISA_LDDW && (in->src == WIDE_MAP || in->src == WIDE_MAP_VALUE);
	if (offset)
		fprintf(out, "%.*s l%lld\n", (int)(offset - buf), buf, (long long)to);
	else if (map && p->object->maps[in->imm].is_data)
		fprintf(out, "r%u = %s ll\n", in->dst, p->object->maps[in->imm].vars[0].name);
	else if (map)
		fprintf(out, "r%u = map[%s] ll\n", in->dst, p->object->maps[in->imm].name);
	else
		fprintf(out, "%s\n", buf);
}

void shrink_print(const struct program *p, FILE *out)
{
	bool *label = calloc(p->n + 1, sizeof *label);
	if (!label)
		abort();
	for (size_t pc = 0; pc < p->n; pc++)
		if (!is_nothing(&p->insns[pc]) && branch_target(p, pc) >= 0)
			label[branch_target(p, pc)] = true;
	fprintf(out, ".program %s %s\n", p->name, p->section);
	print_maps(p->object, out);
	for (size_t pc = 0; pc < p->n; pc++) {
		if (label[pc])
			fprintf(out, "l%zu:\n", pc);
		if (!is_nothing(&p->insns[pc]) && p->insns[pc].op != ISA_WIDE_TAIL)
			print_insn(p, pc, out);
	}
	free(label);
}
