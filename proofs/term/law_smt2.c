/* SPDX-License-Identifier: BSD-2-Clause */
/* A law as SMT-LIB, for chosen numbers and every value of its terms and constants. */
#include "proofs/term/law.h"

#include <inttypes.h>

struct printer {
	const struct law *law;
	const int *numbers;
	unsigned id;
	FILE *out;
};

static const char *const operations[TERM_KIND_COUNT] = {
    [TERM_NOT] = "bvnot",        [TERM_AND] = "bvand",     [TERM_OR] = "bvor",
    [TERM_XOR] = "bvxor",        [TERM_NEG] = "bvneg",     [TERM_ADD] = "bvadd",
    [TERM_MUL] = "bvmul",        [TERM_UDIV] = "bvudiv",   [TERM_UREM] = "bvurem",
    [TERM_SDIV] = "bvsdiv",      [TERM_SREM] = "bvsrem",   [TERM_SHL] = "bvshl",
    [TERM_LSHR] = "bvlshr",      [TERM_ASHR] = "bvashr",   [TERM_EQ] = "=",
    [TERM_ULT] = "bvult",        [TERM_SLT] = "bvslt",     [TERM_ZEXT] = "zero_extend",
    [TERM_SEXT] = "sign_extend", [TERM_CONCAT] = "concat",
};

static void print(const struct printer *p, int at);

static void print_operation(const struct printer *p, const struct law_node *n)
{
	bool truth = n->op == TERM_EQ || n->op == TERM_ULT || n->op == TERM_SLT;
	unsigned of = p->law->nodes[n->args[0]].w;
	if (n->op == TERM_EXTRACT)
		fprintf(p->out, "((_ extract %u %u)", n->top, n->bottom);
	else if (n->op == TERM_ZEXT || n->op == TERM_SEXT)
		fprintf(p->out, "((_ %s %u)", operations[n->op], n->w - of);
	else if (n->op == TERM_ITE)
		fputs("(ite (= #b1", p->out);
	else
		fprintf(p->out, truth ? "(ite (%s" : "(%s", operations[n->op]);
	for (int i = 0; i < n->n_args; i++) {
		print(p, n->args[i]);
		if (n->op == TERM_ITE && !i)
			fputc(')', p->out);
	}
	fputs(truth ? ") #b1 #b0)" : ")", p->out);
}

static void print(const struct printer *p, int at)
{
	const struct law_node *n = &p->law->nodes[at];
	fputc(' ', p->out);
	switch (n->kind) {
	case LAW_TERM:
	case LAW_CONSTANT:
		fprintf(p->out, "%s_%u", p->law->names[n->name], p->id);
		return;
	case LAW_NUMBER:
		fprintf(p->out, "(_ bv%d %u)", law_value(&n->value, p->numbers), n->w);
		return;
	case LAW_ONES:
		fprintf(p->out, "(bvnot (_ bv0 %u))", n->w);
		return;
	case LAW_FUNCTION:
		fprintf(p->out, "(f%d_%u", n->n_args, p->id);
		for (int i = 0; i < n->n_args; i++)
			print(p, n->args[i]);
		fputc(')', p->out);
		return;
	case LAW_OPERATION:
		print_operation(p, n);
	}
}

static void declare(const struct printer *p)
{
	const struct law *l = p->law;
	bool declared[4] = {false};
	for (int i = 0; i < l->n_names; i++)
		if (l->widths[i])
			fprintf(p->out, "(declare-const %s_%u (_ BitVec %u))\n", l->names[i], p->id, l->widths[i]);
	for (int i = 0; i < l->n; i++) {
		const struct law_node *n = &l->nodes[i];
		if (n->kind != LAW_FUNCTION || declared[n->n_args])
			continue;
		declared[n->n_args] = true;
		fprintf(p->out, "(declare-fun f%d_%u (", n->n_args, p->id);
		for (int k = 0; k < n->n_args; k++)
			fprintf(p->out, " (_ BitVec %u)", n->w);
		fprintf(p->out, ") (_ BitVec %u))\n", n->w);
	}
}

static void print_about(const struct printer *p)
{
	const struct law *l = p->law;
	fprintf(p->out, "; q%u\tL%u R%u", p->id, p->id, p->id);
	for (int i = 0; i < l->n_names; i++)
		fprintf(p->out, " %s_%u", l->names[i], p->id);
	fprintf(p->out, "\t%s, w = %d", l->text, p->numbers[LAW_WIDTH]);
	for (int i = 1; i < LAW_NUMBERS; i++)
		if (l->uses[i])
			fprintf(p->out, ", %c = %d", "wmnhls"[i], p -> numbers[i]);
	fputc('\n', p->out);
}

void law_print(const struct law *l, const int numbers[LAW_NUMBERS], unsigned id, FILE *out)
{
	struct printer p = {l, numbers, id, out};
	declare(&p);
	fprintf(out, "(define-fun L%u () (_ BitVec %u)", id, l->nodes[l->left].w);
	print(&p, l->left);
	fprintf(out, ")\n(define-fun R%u () (_ BitVec %u)", id, l->nodes[l->left].w);
	print(&p, l->right);
	fprintf(out, ")\n(define-fun q%u () Bool (and", id);
	for (int i = 0; i < l->n_conditions; i++) {
		fputs(" (= #b1", out);
		print(&p, l->conditions[i]);
		fputc(')', out);
	}
	fprintf(out, " (distinct L%u R%u)))\n", id, id);
	print_about(&p);
}

bool law_has(const struct law *l, enum term_kind op)
{
	for (int i = 0; i < l->n; i++)
		if (l->nodes[i].kind == LAW_OPERATION && l->nodes[i].op == op)
			return true;
	return false;
}

static bool is_plain(const struct law_number *v)
{
	for (int i = 0; i < LAW_NUMBERS; i++)
		if (v->of[i])
			return false;
	return true;
}

static bool is_ring_operation(const struct law *l, const struct law_node *n)
{
	for (int i = 0; i < n->n_args; i++) {
		const struct law_node *a = &l->nodes[n->args[i]];
		if (a->kind == LAW_NUMBER && !is_plain(&a->value) && !(n->op == TERM_SHL && i))
			return false;
	}
	return n->op == TERM_NOT || n->op == TERM_NEG || n->op == TERM_ADD || n->op == TERM_MUL ||
	       (n->op == TERM_SHL && l->nodes[n->args[1]].kind == LAW_NUMBER);
}

/* Names have one width then, the result's. */
bool law_is_of_rings(const struct law *l)
{
	for (int i = 0; i < l->n; i++) {
		const struct law_node *n = &l->nodes[i];
		if (n->width.set || n->kind == LAW_FUNCTION || (n->kind == LAW_OPERATION && !is_ring_operation(l, n)))
			return false;
	}
	return true;
}

static void print_integer(const struct printer *p, int at);

/* 2 to the number; a letter's power is an integer of which nothing is known. */
static void print_power(const struct printer *p, const struct law_number *v)
{
	fprintf(p->out, " (* %" PRIu64, (uint64_t)1 << v->k);
	for (int i = 0; i < LAW_NUMBERS; i++)
		for (int k = 0; k < v->of[i]; k++)
			fprintf(p->out, " power_%c_%u", "wmnhls"[i], p -> id);
	fputs(" 1)", p->out);
}

static void print_integer_operation(const struct printer *p, const struct law_node *n)
{
	static const char *const signs[TERM_KIND_COUNT] = {
	    [TERM_NOT] = "(- (- 1)", [TERM_NEG] = "(-", [TERM_ADD] = "(+", [TERM_MUL] = "(*", [TERM_SHL] = "(*"};
	fputs(signs[n->op], p->out);
	print_integer(p, n->args[0]);
	if (n->op == TERM_SHL)
		print_power(p, &p->law->nodes[n->args[1]].value);
	else if (n->n_args > 1)
		print_integer(p, n->args[1]);
	fputc(')', p->out);
}

static void print_integer(const struct printer *p, int at)
{
	const struct law_node *n = &p->law->nodes[at];
	fputc(' ', p->out);
	if (n->kind == LAW_ONES)
		fputs("(- 1)", p->out);
	else if (n->kind == LAW_NUMBER)
		fprintf(p->out, "%d", n->value.k);
	else if (n->kind == LAW_OPERATION)
		print_integer_operation(p, n);
	else
		fprintf(p->out, "%s_%u", p->law->names[n->name], p->id);
}

void law_print_ring(const struct law *l, unsigned id, FILE *out)
{
	struct printer p = {l, (const int[LAW_NUMBERS]){0}, id, out};
	for (int i = 0; i < l->n_names; i++)
		fprintf(out, "(declare-const %s_%u Int)\n", l->names[i], id);
	for (int i = 0; i < LAW_NUMBERS; i++)
		fprintf(out, "(declare-const power_%c_%u Int)\n", "wmnhls"[i], id);
	fprintf(out, "(define-fun L%u () Int", id);
	print_integer(&p, l->left);
	fprintf(out, ")\n(define-fun R%u () Int", id);
	print_integer(&p, l->right);
	fprintf(out, ")\n(define-fun q%u () Bool (distinct L%u R%u))\n", id, id, id);
	print_about(&p);
}
