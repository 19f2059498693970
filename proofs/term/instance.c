/* SPDX-License-Identifier: BSD-2-Clause */
/* Instances of laws as nodes, and questions about them; see instance.h. */
#include "proofs/term/instance.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct maker {
	struct term_pool *p;
	const struct law *l;
	const int *numbers;
	struct theme theme;
	term names[LAW_NAMES];
	struct node f; /* what a function is in this instance: kind, width, slice */
};

static term make(struct maker *m, int at);

static struct node make_node(struct maker *m, const struct law_node *n)
{
	struct node made = {.kind = (uint8_t)n->op, .width = (uint8_t)n->w};
	term *const to[3] = {&made.a, &made.b, &made.c};
	if (n->kind == LAW_FUNCTION)
		made = m->f;
	/* What is made first comes first in the order of operands. */
	bool backwards = random_below(2);
	for (int i = 0; i < n->n_args; i++) {
		int k = backwards ? n->n_args - 1 - i : i;
		*to[k] = make(m, n->args[k]);
	}
	if (n->kind == LAW_OPERATION && n->op == TERM_EXTRACT) {
		made.hi = (uint8_t)n->top;
		made.lo = (uint8_t)n->bottom;
	}
	rewrite_order(m->p, &made);
	return made;
}

/* As the rewriter would make it if it had no rules. */
static term make(struct maker *m, int at)
{
	const struct law_node *n = &m->l->nodes[at];
	term folded;
	if (n->kind == LAW_TERM || n->kind == LAW_CONSTANT)
		return m->names[n->name];
	if (n->kind == LAW_NUMBER)
		return term_const(m->p, n->w, (uint64_t)law_value(&n->value, m->numbers));
	if (n->kind == LAW_ONES)
		return term_const(m->p, n->w, ~0ull);
	struct node made = make_node(m, n);
	return rewrite_fold(m->p, &made, &folded) ? folded : pool_intern(m->p, &made);
}

/* Any operation of so many operands of width w. */
static struct node choose_function(int n_args, unsigned w)
{
	static const enum term_kind unary[] = {TERM_NOT, TERM_NEG, TERM_EXTRACT, TERM_ZEXT, TERM_SEXT};
	static const enum term_kind binary[] = {TERM_AND,  TERM_OR,   TERM_XOR,  TERM_ADD,   TERM_MUL,  TERM_UDIV,
						TERM_UREM, TERM_SDIV, TERM_SREM, TERM_SHL,   TERM_LSHR, TERM_ASHR,
						TERM_EQ,   TERM_ULT,  TERM_SLT,  TERM_CONCAT};
	enum term_kind kind = n_args == 1   ? unary[random_below(w < 64 ? 5 : 3)]
			      : n_args == 2 ? binary[random_below(w <= 32 ? 16 : 15)]
					    : TERM_ITE;
	struct node n = {.kind = (uint8_t)kind, .width = (uint8_t)w};
	if (kind == TERM_EXTRACT) {
		n.lo = (uint8_t)random_below(w);
		n.hi = (uint8_t)(n.lo + random_below(w - n.lo));
		n.width = (uint8_t)(n.hi - n.lo + 1);
	} else if (kind == TERM_ZEXT || kind == TERM_SEXT) {
		n.width = (uint8_t)(w + 1 + random_below(64 - w));
	} else if (kind == TERM_EQ || kind == TERM_ULT || kind == TERM_SLT) {
		n.width = 1;
	} else if (kind == TERM_CONCAT) {
		n.width = (uint8_t)(2 * w);
	}
	return n;
}

/* Terms first, in a random order, which is that of their numbers; constants may be the ends of their ranges. */
static void make_names(struct maker *m)
{
	const struct law *l = m->l;
	bool constant[LAW_NAMES] = {false};
	unsigned shift = random_below(LAW_NAMES), flip = random_below(2) ? LAW_NAMES - 1 : 0;
	for (int i = 0; i < l->n; i++)
		if (l->nodes[i].kind == LAW_CONSTANT)
			constant[l->nodes[i].name] = true;
	for (unsigned i = 0; i < LAW_NAMES; i++) {
		unsigned k = ((i ^ flip) + shift) % LAW_NAMES;
		if ((int)k < l->n_names && l->widths[k] && !constant[k])
			m->names[k] = theme_leaf(m->p, &m->theme, l->widths[k]);
	}
	for (int k = 0; k < l->n_names; k++)
		if (constant[k])
			m->names[k] = term_const(m->p, l->widths[k], theme_value(&m->theme, l->widths[k]));
}

bool instance_make(struct term_pool *p, const struct law *l, const int numbers[LAW_NUMBERS], bool plain,
		   struct node *top)
{
	const struct law_node *left = &l->nodes[l->left];
	struct maker m = {.p = p, .l = l, .numbers = numbers, .theme = theme_choose((unsigned)numbers[LAW_WIDTH])};
	term folded;
	m.theme.plain = plain;
	make_names(&m);
	if (left->kind == LAW_FUNCTION)
		m.f = choose_function(left->n_args, left->w);
	else if (left->kind != LAW_OPERATION)
		return false;
	*top = make_node(&m, left);
	return !rewrite_fold(p, top, &folded) && !tnum_is_const(fact_compute(p, top).bits);
}

/* Copies SMT-LIB text with the terms' names made those of question `id`. */
static void copy_named(const char *text, unsigned id, FILE *out)
{
	for (const char *c = text; *c; c++) {
		bool begins = *c == 't' && c > text && (c[-1] == ' ' || c[-1] == '(') && c[1] >= '0' && c[1] <= '9';
		fputc(*c, out);
		if (!begins)
			continue;
		while (c[1] >= '0' && c[1] <= '9')
			fputc(*++c, out);
		fprintf(out, "_%u", id);
	}
}

static void print_within(const struct term_pool *p, term t, struct fact f, FILE *out)
{
	unsigned w = width_of(p, t);
	fputs("(and (= (bvand", out);
	term_print_operand(p, t, out);
	fprintf(out, " (_ bv%" PRIu64 " %u)) (_ bv%" PRIu64 " %u))", ~f.bits.mask & mask_of(w), w, f.bits.value, w);
	fprintf(out, " (bvule (_ bv%" PRIu64 " %u)", f.range.lo, w);
	term_print_operand(p, t, out);
	fputs(") (bvule", out);
	term_print_operand(p, t, out);
	fprintf(out, " (_ bv%" PRIu64 " %u)))", f.range.hi, w);
}

static void print_leaf(void *arg, const struct term_pool *p, term leaf, FILE *out)
{
	(void)arg;
	const struct fact *f = fact_of(p, leaf);
	unsigned w = width_of(p, leaf);
	fprintf(out, "(declare-const t%" PRIu32 " (_ BitVec %u))\n", leaf, w);
	if (!f->bits.value && f->bits.mask == mask_of(w) && !f->range.lo && f->range.hi == mask_of(w))
		return;
	fputs("(assert ", out);
	print_within(p, leaf, *f, out);
	fputs(")\n", out);
}

static void print_about(struct term_pool *p, const term *roots, size_t n, const char *about, FILE *out)
{
	term *leaves;
	size_t n_leaves = term_leaves(p, roots, n, &leaves);
	for (size_t i = 0; i < n_leaves; i++)
		fprintf(out, " t%" PRIu32, leaves[i]);
	free(leaves);
	fprintf(out, "\t%s: ", about);
	for (size_t i = 0; i < n; i++) {
		fputs(i ? " -> " : "", out);
		term_print(p, roots[i], 12, out);
	}
	fputc('\n', out);
}

static void print_named(struct term_pool *p, const term *roots, size_t n, const struct fact *f, const char *about,
			unsigned id, FILE *out)
{
	char *text;
	size_t size;
	FILE *mem = open_memstream(&text, &size);
	if (!mem)
		abort();
	term_print_definitions(p, roots, n, print_leaf, NULL, mem);
	for (size_t i = 0; i < n; i++) {
		fprintf(mem, "(define-fun %c%u () (_ BitVec %u)", "LR"[i], id, width_of(p, roots[i]));
		term_print_operand(p, roots[i], mem);
		fputs(")\n", mem);
	}
	fprintf(mem, "(define-fun q%u () Bool (", id);
	if (f) {
		fputs("not ", mem);
		print_within(p, roots[0], *f, mem);
		fprintf(mem, "))\n; q%u\tL%u", id, id);
	} else {
		fprintf(mem, "distinct L%u R%u))\n; q%u\tL%u R%u", id, id, id, id, id);
	}
	print_about(p, roots, n, about, mem);
	fclose(mem);
	copy_named(text, id, out);
	free(text);
}

void instance_print(struct term_pool *p, term a, term b, const char *about, unsigned id, FILE *out)
{
	print_named(p, (const term[2]){a, b}, 2, NULL, about, id, out);
}

void instance_print_fact(struct term_pool *p, term t, struct fact f, const char *about, unsigned id, FILE *out)
{
	char text[200];
	snprintf(text, sizeof text, "%s: known bits 0x%" PRIx64 " of 0x%" PRIx64 ", range 0x%" PRIx64 " to 0x%" PRIx64,
		 about, f.bits.value, ~f.bits.mask & mask_of(width_of(p, t)), f.range.lo, f.range.hi);
	print_named(p, &t, 1, &f, text, id, out);
}
