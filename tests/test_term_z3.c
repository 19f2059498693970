/* SPDX-License-Identifier: BSD-2-Clause */
/* Rewritten terms against naive SMT-LIB text of what they were made from, by z3. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "term_random.h"

static const char *const names[OP_COUNT] = {
    [OP_NOT] = "bvnot",     [OP_NEG] = "bvneg",   [OP_AND] = "bvand",   [OP_OR] = "bvor",     [OP_XOR] = "bvxor",
    [OP_ADD] = "bvadd",     [OP_SUB] = "bvsub",   [OP_MUL] = "bvmul",   [OP_UDIV] = "bvudiv", [OP_UREM] = "bvurem",
    [OP_SDIV] = "bvsdiv",   [OP_SREM] = "bvsrem", [OP_SHL] = "bvshl",   [OP_LSHR] = "bvlshr", [OP_ASHR] = "bvashr",
    [OP_CONCAT] = "concat", [OP_EQ] = "=",        [OP_NE] = "distinct", [OP_ULT] = "bvult",   [OP_ULE] = "bvule",
    [OP_SLT] = "bvslt",     [OP_SLE] = "bvsle",
};

static void print_bswap(const struct expr *e, FILE *out)
{
	fputs("(concat", out);
	for (unsigned lo = 0; lo < e->width; lo += 8)
		fprintf(out, " ((_ extract %u %u) e%d)", lo + 7, lo, e->a);
	fputc(')', out);
}

static void print_naive(const struct exprs *x, const struct expr *e, FILE *out)
{
	unsigned grow = e->a < 0 ? 0 : e->width - width_at(x, e->a);
	if (e->op == OP_CONST)
		fprintf(out, "(_ bv%" PRIu64 " %u)", e->value, e->width);
	else if (e->op == OP_LEAF)
		fprintf(out, "t%" PRIu32, e->t);
	else if (e->op == OP_ITE)
		fprintf(out, "(ite (= e%d #b1) e%d e%d)", e->a, e->b, e->c);
	else if (e->op == OP_EXTRACT)
		fprintf(out, "((_ extract %u %u) e%d)", e->hi, e->lo, e->a);
	else if (e->op == OP_ZEXT || e->op == OP_SEXT)
		fprintf(out, "((_ %s %u) e%d)", e->op == OP_ZEXT ? "zero_extend" : "sign_extend", grow, e->a);
	else if (e->op == OP_BSWAP && e->width > 8)
		print_bswap(e, out);
	else if (e->op == OP_BSWAP)
		fprintf(out, "e%d", e->a);
	else if (e->op == OP_IMPLIES)
		fprintf(out, "(bvor (bvnot e%d) e%d)", e->a, e->b);
	else if (e->op >= OP_EQ)
		fprintf(out, "(ite (%s e%d e%d) #b1 #b0)", names[e->op], e->a, e->b);
	else if (e->b < 0)
		fprintf(out, "(%s e%d)", names[e->op], e->a);
	else
		fprintf(out, "(%s e%d e%d)", names[e->op], e->a, e->b);
}

static void print_terms(struct term_pool *p, term root, FILE *out)
{
	char *text;
	size_t len;
	FILE *mem = open_memstream(&text, &len);
	term_print_smt2(p, &root, 1, mem);
	fclose(mem);
	char *end = strstr(text, "(check-sat)");
	cr_assert_not_null(end);
	fwrite(text, 1, (size_t)(end - text), out);
	free(text);
}

/* Leaves that rewriting took away, each once, and the bounds that rewriting may use. */
static void declare_leaves(struct term_pool *p, const struct exprs *x, term root, FILE *out)
{
	term *leaves, seen[256];
	size_t n = term_leaves(p, &root, 1, &leaves), m = 0;
	cr_assert_lt(n, 256);
	for (size_t i = 0; i < n; i++)
		seen[m++] = leaves[i];
	free(leaves);
	for (size_t i = 0; i < x->n; i++) {
		const struct expr *e = &x->e[i];
		size_t j = 0;
		if (e->op != OP_LEAF)
			continue;
		while (j < m && seen[j] != e->t)
			j++;
		if (j == m) {
			cr_assert_lt(m, 256);
			seen[m++] = e->t;
			fprintf(out, "(declare-const t%" PRIu32 " (_ BitVec %u))\n", e->t, e->width);
		}
		if (e->value == BOUNDED_FN)
			fprintf(out,
				"(assert (and (bvule (_ bv%u %u) t%" PRIu32 ") (bvule t%" PRIu32 " (_ bv%u %u))))\n",
				BOUND_LO, e->width, e->t, e->t, BOUND_HI, e->width);
	}
}

/* Unsatisfiable if the rewritten term (equal to a fresh leaf) equals the naive one. */
static void print_question(FILE *out)
{
	struct term_pool *p = term_new_pool();
	struct exprs x = {.n = 0};
	term_bound(p, BOUNDED_FN, BOUND_LO, BOUND_HI);
	random_palette();
	int top = gen_expr(&x, random_width(1, width_limit), 5);
	build_exprs(p, &x);
	unsigned w = x.e[top].width;
	term fresh = term_apply(p, 99, w, NULL, 0), root = term_eq(p, x.e[top].t, fresh);
	fputs("(reset)\n", out);
	print_terms(p, root, out);
	declare_leaves(p, &x, root, out);
	for (size_t i = 0; i < x.n; i++) {
		fprintf(out, "(define-fun e%zu () (_ BitVec %u) ", i, x.e[i].width);
		print_naive(&x, &x.e[i], out);
		fputs(")\n", out);
	}
	fprintf(out, "(assert (distinct e%d t%" PRIu32 "))\n(check-sat)\n", top, fresh);
	term_free_pool(p);
}

static void ask(unsigned questions)
{
	char path[] = "/tmp/term-z3-XXXXXX", command[64], line[256];
	int fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	FILE *out = fdopen(fd, "w");
	for (unsigned i = 0; i < questions; i++)
		print_question(out);
	fclose(out);
	snprintf(command, sizeof command, "z3 -in < %s", path);
	FILE *in = popen(command, "r");
	unsigned unsat = 0;
	while (fgets(line, sizeof line, in)) {
		cr_assert_str_eq(line, "unsat\n", "z3 says %s", line);
		unsat++;
	}
	pclose(in);
	unlink(path);
	cr_assert_eq(unsat, questions);
}

Test(term_z3, narrow_expressions)
{
	width_limit = 8;
	ask(120);
}

Test(term_z3, wide_expressions)
{
	no_products = true;
	ask(120);
}
