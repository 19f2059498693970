/* SPDX-License-Identifier: BSD-2-Clause */
/* Terms as text: an SMT-LIB 2 script, and a short form for people. */
#include "pool.h"

#include <inttypes.h>
#include <stdlib.h>

struct kind_text {
	const char *smt2, *infix;
};
static const struct kind_text kind_texts[TERM_KIND_COUNT] = {
    [TERM_NOT] = {"bvnot", "~"},           [TERM_AND] = {"bvand", "&"},           [TERM_OR] = {"bvor", "|"},
    [TERM_XOR] = {"bvxor", "^"},           [TERM_NEG] = {"bvneg", "-"},           [TERM_ADD] = {"bvadd", "+"},
    [TERM_MUL] = {"bvmul", "*"},           [TERM_UDIV] = {"bvudiv", "/u"},        [TERM_UREM] = {"bvurem", "%u"},
    [TERM_SDIV] = {"bvsdiv", "/s"},        [TERM_SREM] = {"bvsrem", "%s"},        [TERM_SHL] = {"bvshl", "<<"},
    [TERM_LSHR] = {"bvlshr", ">>"},        [TERM_ASHR] = {"bvashr", ">>s"},       [TERM_EQ] = {"=", "=="},
    [TERM_ULT] = {"bvult", "<u"},          [TERM_SLT] = {"bvslt", "<s"},          [TERM_CONCAT] = {"concat", "."},
    [TERM_ZEXT] = {"zero_extend", "zext"}, [TERM_SEXT] = {"sign_extend", "sext"},
};

void term_print_operand(const struct term_pool *p, term t, FILE *out)
{
	if (is_const(p, t))
		fprintf(out, " (_ bv%" PRIu64 " %u)", value_of(p, t), width_of(p, t));
	else
		fprintf(out, " t%" PRIu32, t);
}

static void print_operands(const struct term_pool *p, const struct node *n, FILE *out)
{
	const term *args;
	size_t n_args = node_args(p, n, &args);
	for (size_t i = 0; i < n_args; i++)
		term_print_operand(p, args[i], out);
}

static void print_operation(const struct term_pool *p, const struct node *n, FILE *out)
{
	const char *name = kind_texts[n->kind].smt2;
	bool truth = n->kind == TERM_EQ || n->kind == TERM_ULT || n->kind == TERM_SLT;
	if (n->kind == TERM_EXTRACT)
		fprintf(out, "((_ extract %u %u)", n->hi, n->lo);
	else if (n->kind == TERM_ZEXT || n->kind == TERM_SEXT)
		fprintf(out, "((_ %s %u)", name, n->width - width_of(p, n->a));
	else if (n->kind == TERM_ITE)
		fputs("(ite (= #b1", out);
	else
		fprintf(out, truth ? "(ite (%s" : "(%s", name);
	if (n->kind == TERM_ITE) {
		term_print_operand(p, n->a, out);
		fputc(')', out);
		term_print_operand(p, n->b, out);
		term_print_operand(p, n->c, out);
	} else {
		print_operands(p, n, out);
	}
	fputs(truth ? ") #b1 #b0)" : ")", out);
}

static void declare_leaf(void *arg, const struct term_pool *p, term leaf, FILE *out)
{
	(void)arg;
	fprintf(out, "(declare-const t%" PRIu32 " (_ BitVec %u))\n", leaf, width_of(p, leaf));
}

static void print_definition(const struct term_pool *p, term t, FILE *out)
{
	const struct node *n = &p->nodes[t];
	fprintf(out, "(define-fun t%" PRIu32 " () (_ BitVec %u) ", t, n->width);
	print_operation(p, n, out);
	fputs(")\n", out);
}

void term_print_definitions(const struct term_pool *p, const term *roots, size_t n, term_leaf_printer leaf, void *arg,
			    FILE *out)
{
	term *cone;
	size_t size = walk_cone(p, roots, n, &cone);
	for (size_t i = 0; i < size; i++) {
		enum term_kind kind = kind_of(p, cone[i]);
		if (kind == TERM_APPLY)
			(leaf ? leaf : declare_leaf)(arg, p, cone[i], out);
		else if (kind != TERM_CONST)
			print_definition(p, cone[i], out);
	}
	free(cone);
}

void term_print_smt2(struct term_pool *p, const term *roots, size_t n, FILE *out)
{
	fputs("(set-logic QF_BV)\n", out);
	term_print_definitions(p, roots, n, NULL, NULL, out);
	for (size_t i = 0; i < n; i++) {
		POOL_CHECK(width_of(p, roots[i]) == 1);
		fputs("(assert (= #b1", out);
		term_print_operand(p, roots[i], out);
		fputs("))\n", out);
	}
	fputs("(check-sat)\n", out);
}

/* Text is printed from a stack of terms and strings, so that depth costs no C stack. */
struct item {
	const char *text; /* NULL: a term, or the bits of a slice */
	term t;
	int depth;
	bool bits;
};
/* Shared terms are printed as often as they occur, so more than this many are only named. */
#define PRINT_MAX 20000u
struct printer {
	struct item *items;
	size_t n, capacity, printed;
};

static void push_item(struct printer *w, struct item it)
{
	if (w->n == w->capacity) {
		w->capacity = w->capacity ? 2 * w->capacity : 64;
		w->items = pool_realloc(w->items, w->capacity, sizeof *w->items);
	}
	w->items[w->n++] = it;
}

static void push_text(struct printer *w, const char *text)
{
	push_item(w, (struct item){.text = text});
}

static void print_head(const struct node *n, term t, FILE *out)
{
	if (n->kind == TERM_CONST)
		fprintf(out, "0x%" PRIx64 ":%u", node_value(n), n->width);
	else if (n->kind == TERM_APPLY)
		fprintf(out, "f%" PRIu32 "!%" PRIu32, n->a, t);
	else if (n->kind == TERM_ITE)
		fputs("ite(", out);
	else if (n->kind == TERM_ZEXT || n->kind == TERM_SEXT)
		fprintf(out, "%s%u(", kind_texts[n->kind].infix, n->width);
	else if (n->kind == TERM_NOT || n->kind == TERM_NEG)
		fputs(kind_texts[n->kind].infix, out);
	else if (n->kind != TERM_EXTRACT)
		fputc('(', out);
}

/* Pushed last to first. */
static void push_parts(const struct term_pool *p, struct printer *w, const struct node *n, int depth)
{
	const term *args;
	size_t n_args = n->kind == TERM_APPLY ? 0 : node_args(p, n, &args);
	bool call = n->kind == TERM_ITE || n->kind == TERM_ZEXT || n->kind == TERM_SEXT;
	if (n_args > 1 || call)
		push_text(w, ")");
	for (size_t i = n_args; i-- > 0;) {
		push_item(w, (struct item){.t = args[i], .depth = depth - 1});
		if (i && call)
			push_text(w, ", ");
		if (!i || call)
			continue;
		push_text(w, " ");
		push_text(w, kind_texts[n->kind].infix);
		push_text(w, " ");
	}
}

static void print_term(const struct term_pool *p, struct printer *w, struct item it, FILE *out)
{
	const struct node *n = &p->nodes[it.t];
	bool atom = n->kind == TERM_CONST || n->kind == TERM_APPLY;
	if (!atom && (it.depth <= 0 || w->printed >= PRINT_MAX)) {
		fprintf(out, "t%" PRIu32, it.t);
		return;
	}
	w->printed++;
	print_head(n, it.t, out);
	if (n->kind == TERM_EXTRACT)
		push_item(w, (struct item){.t = it.t, .bits = true});
	push_parts(p, w, n, it.depth);
}

void term_print(struct term_pool *p, term t, int depth, FILE *out)
{
	struct printer w = {0};
	POOL_CHECK(t && t < p->count);
	push_item(&w, (struct item){.t = t, .depth = depth});
	while (w.n) {
		struct item it = w.items[--w.n];
		if (it.text)
			fputs(it.text, out);
		else if (it.bits)
			fprintf(out, "[%u:%u]", p->nodes[it.t].hi, p->nodes[it.t].lo);
		else
			print_term(p, &w, it, out);
	}
	free(w.items);
}
