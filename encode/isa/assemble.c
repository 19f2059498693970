/* SPDX-License-Identifier: BSD-2-Clause */
/* Assembly text to instructions: labels, slots and the final validation. */
#include "check.h"
#include "operand.h"
#include "tables.h"

#include <stdlib.h>
#include <string.h>

struct label {
	struct token name;
	size_t slot;
};

struct assembler {
	struct parser p;
	struct insn *insns;
	struct token *origin; /* first token of each slot's statement */
	size_t n, insns_room, origin_room;
	struct label *labels; /* sorted by name once the text is read */
	size_t n_labels, labels_room;
	struct label *uses; /* names to be put into the instructions at their slots */
	size_t n_uses, uses_room;
};

static void *grow(void *array, size_t n, size_t *room, size_t size)
{
	if (n < *room)
		return array;
	*room = *room ? 2 * *room : 64;
	array = reallocarray(array, *room, size);
	if (!array) {
		fprintf(stderr, "%s:%d: out of memory\n", __FILE__, __LINE__);
		abort();
	}
	return array;
}

static void add_slot(struct assembler *a, const struct insn *in, const struct token *origin)
{
	a->insns = grow(a->insns, a->n, &a->insns_room, sizeof *a->insns);
	a->origin = grow(a->origin, a->n, &a->origin_room, sizeof *a->origin);
	a->insns[a->n] = *in;
	a->origin[a->n++] = *origin;
}

static void add_label(struct assembler *a, const struct token *name)
{
	a->labels = grow(a->labels, a->n_labels, &a->labels_room, sizeof *a->labels);
	a->labels[a->n_labels++] = (struct label){*name, a->n};
}

static void add_use(struct assembler *a, const struct token *name)
{
	a->uses = grow(a->uses, a->n_uses, &a->uses_room, sizeof *a->uses);
	a->uses[a->n_uses++] = (struct label){*name, a->n};
}

static bool fail_at(struct assembler *a, const struct token *t, const char *why)
{
	return check_fail(a->p.err, a->p.errlen, "%u:%u: '%.*s': %s", t->line, t->column,
			  t->len > 40 ? 40 : (int)t->len, t->text, why);
}

/* Fields against the table, by way of the bytes. */
static bool check_fields(struct assembler *a, const struct insn *in, const struct token *origin)
{
	struct insn pair[2] = {*in, {.op = ISA_WIDE_TAIL}}, again;
	uint8_t bytes[16];
	char why[120];
	insn_encode(pair, in->op == ISA_LDDW ? 2 : 1, bytes);
	if (!insn_decode_slot(bytes, &again, why, sizeof why))
		return fail_at(a, origin, why);
	return again.op == in->op || fail_at(a, origin, "there is no such instruction");
}

static bool read_statement(struct assembler *a)
{
	static const struct insn tail = {.op = ISA_WIDE_TAIL};
	struct token origin = a->p.tok;
	struct insn in;
	if (!statement_parse(&a->p, &in) || !check_fields(a, &in, &origin))
		return false;
	if (a->p.label.kind == TOKEN_NAME)
		add_use(a, &a->p.label);
	add_slot(a, &in, &origin);
	if (in.op == ISA_LDDW)
		add_slot(a, &tail, &origin);
	return true;
}

/* A label, or the slot number that llvm-objdump puts before an instruction. */
static bool read_label(struct assembler *a)
{
	struct lexer ahead = a->p.lexer;
	struct token colon = lexer_next(&ahead);
	if ((a->p.tok.kind != TOKEN_NAME && a->p.tok.kind != TOKEN_NUMBER) || !token_is(&colon, ":"))
		return false;
	if (a->p.tok.kind == TOKEN_NAME)
		add_label(a, &a->p.tok);
	parser_next(&a->p);
	parser_next(&a->p);
	return true;
}

static bool ended(const struct assembler *a)
{
	return a->p.tok.kind == TOKEN_BREAK || a->p.tok.kind == TOKEN_END;
}

static bool read_end(struct assembler *a)
{
	/* llvm-objdump names a jump's target: goto +1 <main+0x10> */
	if (token_is(&a->p.tok, "<"))
		while (!ended(a))
			parser_next(&a->p);
	return ended(a) || parser_fail(&a->p, &a->p.tok, "the end of the statement");
}

static bool read_text(struct assembler *a)
{
	parser_next(&a->p);
	while (a->p.tok.kind != TOKEN_END) {
		if (a->p.tok.kind == TOKEN_BREAK)
			parser_next(&a->p);
		else if (!read_label(a) && (!read_statement(a) || !read_end(a)))
			return false;
	}
	return true;
}

static int compare_names(const void *x, const void *y)
{
	const struct token *a = &((const struct label *)x)->name, *b = &((const struct label *)y)->name;
	int order = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);
	return order ? order : (a->len > b->len) - (a->len < b->len);
}

static int compare_labels(const void *x, const void *y)
{
	int order = compare_names(x, y);
	const char *a = ((const struct label *)x)->name.text, *b = ((const struct label *)y)->name.text;
	return order ? order : (a > b) - (a < b);
}

static bool sort_labels(struct assembler *a)
{
	if (a->n_labels)
		qsort(a->labels, a->n_labels, sizeof *a->labels, compare_labels);
	for (size_t i = 1; i < a->n_labels; i++)
		if (!compare_names(&a->labels[i - 1], &a->labels[i]))
			return fail_at(a, &a->labels[i].name, "this label is defined twice");
	return true;
}

static bool set_helper(struct assembler *a, const struct label *use)
{
	char name[64];
	snprintf(name, sizeof name, "%.*s", (int)use->name.len, use->name.text);
	const struct helper_row *row = helper_find_name(name);
	if (!row)
		return fail_at(a, &use->name, "there is no label and no helper of this name");
	a->insns[use->slot].imm = (int32_t)row->id;
	return true;
}

static bool set_target(struct assembler *a, const struct label *use)
{
	struct insn *in = &a->insns[use->slot];
	const struct label *l = NULL;
	if (a->n_labels)
		l = bsearch(use, a->labels, a->n_labels, sizeof *a->labels, compare_names);
	if (!l && in->op == ISA_CALL)
		return set_helper(a, use);
	if (!l)
		return fail_at(a, &use->name,
			       in->op == ISA_LDDW ? "there is no map and no label of this name"
						  : "there is no label of this name");
	int64_t distance = (int64_t)l->slot - (int64_t)use->slot - 1;
	bool by_off = isa_rows[in->op].off == OFF_JUMP;
	if (distance != (by_off ? (int16_t)distance : (int32_t)distance))
		return fail_at(a, &use->name, "the label is too far away");
	if (by_off)
		in->off = (int16_t)distance;
	else
		in->imm = (int32_t)distance;
	if (in->op == ISA_CALL)
		in->src = CALL_LOCAL;
	if (in->op == ISA_LDDW)
		operand_set_wide(in, (uint32_t)distance);
	return true;
}

static bool assemble(struct assembler *a)
{
	char why[120];
	size_t at = 0;
	if (!read_text(a) || !sort_labels(a))
		return false;
	for (size_t i = 0; i < a->n_uses; i++)
		if (!set_target(a, &a->uses[i]))
			return false;
	if (check_flow(a->insns, a->n, &at, why, sizeof why))
		return true;
	return a->n ? fail_at(a, &a->origin[at], why) : parser_fail(&a->p, &a->p.tok, "an instruction");
}

bool insn_assemble(const char *text, insn_resolve_map resolve, void *arg, struct insn **out, size_t *n, char *err,
		   size_t errlen)
{
	struct assembler a = {
	    .p = {.lexer = lexer_init(text), .resolve = resolve, .arg = arg, .err = err, .errlen = errlen}};
	bool ok = assemble(&a);
	*out = ok ? a.insns : NULL;
	*n = ok ? a.n : 0;
	if (!ok)
		free(a.insns);
	free(a.origin);
	free(a.labels);
	free(a.uses);
	return ok;
}
