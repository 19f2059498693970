/* SPDX-License-Identifier: BSD-2-Clause */
/* Which rows of the tables a program is about. */
#include "tests/coverage.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static __attribute__((format(printf, 2, 3))) void add(struct coverage *c, const char *format, ...)
{
	char row[sizeof c->counts->row];
	va_list args;
	va_start(args, format);
	vsnprintf(row, sizeof row, format, args);
	va_end(args);
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->counts[i].row, row)) {
			c->counts[i].n++;
			return;
		}
	c->counts = realloc(c->counts, (c->n + 1) * sizeof *c->counts);
	if (!c->counts)
		abort();
	c->counts[c->n] = (struct coverage_count){.n = 1};
	strcpy(c->counts[c->n++].row, row);
}

size_t coverage_find(const struct coverage *c, const char *row)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->counts[i].row, row))
			return c->counts[i].n;
	return 0;
}

/* Widths that a form takes, 0 ends them; 1 stands for an instruction without a width. */
static const uint8_t *widths_of(const struct isa_row *row)
{
	static const uint8_t none[] = {1, 0}, words[] = {32, 64, 0}, all[] = {8, 16, 32, 64, 0}, wide[] = {64, 0};
	static const uint8_t swaps[] = {16, 32, 64, 0}, narrow[] = {8, 16, 32, 0};
	switch (row->form) {
	case FORM_ALU:
	case FORM_ALU1:
	case FORM_ALUX:
	case FORM_JMP:
	case FORM_ATOMIC:
		return words;
	case FORM_CAST:
	case FORM_WIDE:
		return wide;
	case FORM_END:
		return swaps;
	case FORM_LDABS:
	case FORM_LDIND:
	case FORM_LDXS:
		return narrow;
	case FORM_LDX:
	case FORM_ST:
	case FORM_STX:
	case FORM_LOAD_ACQ:
	case FORM_STORE_REL:
		return all;
	case FORM_JA:
	case FORM_JAL:
	case FORM_MAYGOTO:
	case FORM_CALL:
	case FORM_EXIT:
		return none;
	}
	abort();
}

static void add_insn(struct coverage *c, int op, unsigned width, bool k, int bits)
{
	const struct isa_row *row = &isa_rows[op];
	bool two = row->form == FORM_ALU || row->form == FORM_JMP;
	if (row->form == FORM_ALUX)
		add(c, "%s%u from %d", row->name, width, bits);
	else if (width <= 1)
		add(c, "%s", row->name);
	else
		add(c, "%s%u%s", row->name, width, !two ? "" : k ? " imm" : " reg");
}

/* What the kernel takes but no machine models needs no pair. */
static bool is_exact(int op)
{
	return op != ISA_CAST; /* of arenas, whose memory is not modelled */
}

static void insn_rows(struct coverage *out)
{
	for (int op = 0; op < ISA_COUNT; op++)
		for (const uint8_t *w = widths_of(&isa_rows[op]); is_exact(op) && *w; w++) {
			if (isa_rows[op].form == FORM_ALUX) {
				for (int bits = 8; bits < *w; bits *= 2)
					add_insn(out, op, *w, false, bits);
				continue;
			}
			add_insn(out, op, *w, false, 0);
			add_insn(out, op, *w, true, 0);
		}
}

static bool is_exact_helper(const struct helper_row *row)
{
	return row->model != MODEL_NONE && row->model != MODEL_OPAQUE;
}

static const char *model_name(enum helper_model model)
{
	static const char *const names[] = {
	    [MODEL_CONST] = "CONST",
	    [MODEL_ORACLE] = "ORACLE",
#define HELPER_MODEL(name) [MODEL_##name] = #name,
#include "helper_model.def"
#undef HELPER_MODEL
	};
	return names[model];
}

static void model_rows(struct coverage *out)
{
	add(out, "%s", model_name(MODEL_CONST));
	add(out, "%s", model_name(MODEL_ORACLE));
#define HELPER_MODEL(name) add(out, "%s", model_name(MODEL_##name));
#include "helper_model.def"
#undef HELPER_MODEL
}

static void context_rows_of(struct coverage *out)
{
	for (size_t i = 0; i < context_field_count; i++) {
		const struct context_field *f = &context_fields[i];
		if (f->kind == FIELD_UNMODELLED)
			continue;
		if (f->readers[0])
			add(out, "%s.%s read", context_rows[f->layout].name, f->name);
		if (f->writable && f->kind == FIELD_SCALAR)
			add(out, "%s.%s written", context_rows[f->layout].name, f->name);
	}
	for (int i = 0; i < CONTEXT_COUNT; i++)
		if (context_rows[i].scalar_gaps)
			add(out, "%s.(gaps) read", context_rows[i].name);
}

void coverage_rows(enum coverage_area area, struct coverage *out)
{
	*out = (struct coverage){0};
	switch (area) {
	case COVERAGE_INSN:
		insn_rows(out);
		break;
	case COVERAGE_HELPER:
		for (size_t i = 0; i < helper_row_count; i++)
			if (is_exact_helper(&helper_rows[i]))
				add(out, "%s", helper_rows[i].name);
		for (size_t i = 0; i < kfunc_row_count; i++)
			if (is_exact_helper(&kfunc_rows[i]))
				add(out, "%s", kfunc_rows[i].name);
		break;
	case COVERAGE_MODEL:
		model_rows(out);
		break;
	case COVERAGE_MAP:
		for (int i = 0; i < MAPTYPE_COUNT; i++)
			if (maptype_rows[i].model != MAP_OPAQUE)
				add(out, "%s", maptype_rows[i].name);
		break;
	case COVERAGE_PROGRAM:
		for (int i = 0; i < PROGTYPE_COUNT; i++)
			if (context_rows[progtype_rows[i].context].size)
				add(out, "%s", progtype_rows[i].name);
		break;
	case COVERAGE_CONTEXT:
		context_rows_of(out);
		break;
	case COVERAGE_AREAS:
		abort();
	}
}

static const struct helper_row *callee(const struct program *p, const struct insn *in)
{
	if (in->op != ISA_CALL)
		return NULL;
	if (in->src == CALL_HELPER)
		return helper_find((uint32_t)in->imm);
	bool known = in->src == CALL_KFUNC && (uint32_t)in->imm < p->object->n_externs;
	return known ? p->object->externs[in->imm].call : NULL;
}

/* Registers that hold the context, in the order of the text: enough for the straight lines of text cases. */
static uint16_t track_context(uint16_t context, const struct insn *in)
{
	if (in->op == ISA_CALL)
		return context & (uint16_t)~0x3f;
	bool copy = in->op == ISA_MOV && in->width == 64 && !in->k && context >> in->src & 1;
	bool writes = isa_rows[in->op].form == FORM_LDX || isa_rows[in->op].form == FORM_LDXS ||
		      isa_rows[in->op].form == FORM_WIDE || in->op == ISA_MOV || in->op == ISA_MOVSX;
	uint16_t bit = (uint16_t)(1u << in->dst);
	return copy ? context | bit : writes ? context & (uint16_t)~bit : context;
}

static void add_field(struct coverage *out, enum progtype type, const struct insn *in, bool write)
{
	enum context_layout layout = progtype_rows[type].context;
	const struct context_field *f = context_find(layout, (uint64_t)in->off);
	if (f)
		add(out, "%s.%s %s", context_rows[layout].name, f->name, write ? "written" : "read");
	else if (context_rows[layout].scalar_gaps)
		add(out, "%s.(gaps) %s", context_rows[layout].name, write ? "written" : "read");
}

static void add_access(struct coverage *out, enum progtype type, const struct insn *in, uint16_t context)
{
	enum isa_form form = isa_rows[in->op].form;
	bool load = form == FORM_LDX || form == FORM_LDXS, store = form == FORM_ST || form == FORM_STX;
	if ((load && context >> in->src & 1) || (store && context >> in->dst & 1))
		add_field(out, type, in, store);
}

static void add_slot(enum coverage_area area, const struct program *p, const struct insn *in, struct coverage *out)
{
	const struct helper_row *row = callee(p, in);
	if (area == COVERAGE_INSN)
		add_insn(out, in->op, in->width ? in->width : 1, in->k, in->off);
	else if (area == COVERAGE_HELPER && row)
		add(out, "%s", row->name);
	else if (area == COVERAGE_MODEL && row && is_exact_helper(row))
		add(out, "%s", model_name(row->model));
	else if (area == COVERAGE_MAP && in->op == ISA_LDDW && in->src == WIDE_MAP)
		add(out, "%s", maptype_rows[p->object->maps[in->imm].type].name);
}

void coverage_program(enum coverage_area area, const struct program *p, struct coverage *out)
{
	uint16_t context = 1 << 1;
	*out = (struct coverage){0};
	if (area == COVERAGE_PROGRAM)
		add(out, "%s", progtype_rows[p->type].name);
	for (size_t pc = 0; pc < p->n; pc++) {
		const struct insn *in = &p->insns[pc];
		if (in->op >= ISA_COUNT)
			continue;
		add_slot(area, p, in, out);
		if (area == COVERAGE_CONTEXT)
			add_access(out, p->type, in, context);
		context = track_context(context, in);
	}
}
