/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: prove DIRECTORY [NAME]; prove --list
 * Writes DIRECTORY/NAME.smt2 for each rule of rule.def, and for the facts, the constants and the order of operands of
 * each kind of term: questions that are all unsatisfiable if it is right. Prints for each
 * statement NAME FUNCTION QUESTIONS WIDTHS DETAIL, separated by tabs; or missing NAME WHY. Exit 1 if something is
 * missing.
 */
#include "proofs/term/question.h"

#include <string.h>

static const struct row {
	const char *name, *text;
	int kind;
} rows[RULE_COUNT] = {
#define TERM_ANY (-1)
#define RULE(name, kind, text) {#name, text, TERM_##kind},
#include "encode/term/rule.def"
#undef RULE
};

/* Choices of numbers for each width: all up to some width, then few at some widths and one at the others. Instances of
 * each choice that are tried. */
enum { ALL_UP_TO = 8, STATED = 3, CODED = 2, HARD_WIDTH = 8, ORDERED_SUMS = 16, TRIES = 60, MORE_TRIES = 4000 };

struct proof {
	struct questions q;
	const struct row *row;
	enum rule rule;
	struct law *laws;
	size_t n_laws;
	/* of the law under way, by w */
	int choices[65][LAW_CHOICES][LAW_NUMBERS];
	size_t n_choices[65];
	uint64_t stated;               /* widths with a statement */
	unsigned results, with_others; /* of the code; laws that need other rules as well */
	bool missing, hard;
};

/* Products and divisions are asked about one width at a time. */
static bool is_hard(const struct law *l)
{
	return law_has(l, TERM_MUL) || law_has(l, TERM_UDIV) || law_has(l, TERM_UREM) || law_has(l, TERM_SDIV) ||
	       law_has(l, TERM_SREM);
}

/* The i-th of `some` choices out of n, first and last among them; of one: that in the middle. */
static size_t pick(size_t i, size_t some, size_t n)
{
	return n <= some ? i : some == 1 ? n / 2 : i * (n - 1) / (some - 1);
}

/* Equality of sums: solvers substitute where one side is assumed, and add where it is not. */
static bool is_of_equal_sums(const struct law *l)
{
	const struct law_node *left = &l->nodes[l->left];
	return left->kind == LAW_OPERATION && left->op == TERM_EQ && (law_has(l, TERM_ADD) || law_has(l, TERM_NEG));
}

/* Widths that are looked at more closely. */
static bool is_sample(unsigned w)
{
	return w <= ALL_UP_TO || w == 16 || w == 32 || w == 33 || w == 48 || w >= 63;
}

/* Up to which width the law is stated. */
static unsigned stated_width(const struct law *l)
{
	const struct law_node *left = &l->nodes[l->left], *a = &l->nodes[left->args[0]];
	bool sums = left->op == TERM_ULT && a->kind == LAW_OPERATION && a->op == TERM_ADD;
	return is_hard(l) ? HARD_WIDTH : sums ? ORDERED_SUMS : 64;
}

static void state_width(struct proof *pr, struct law *l, unsigned w)
{
	size_t n = pr->n_choices[w], some = is_sample(w) ? STATED : 1;
	if (w <= ALL_UP_TO && !is_hard(l))
		some = LAW_CHOICES;
	if (w > stated_width(l))
		return;
	for (size_t i = 0; i < n && i < some; i++) {
		const int *numbers = pr->choices[w][pick(i, some, n)];
		law_choose(l, numbers);
		for (int side = 0; side <= is_of_equal_sums(l); side++) {
			unsigned id = question_add(&pr->q, w);
			law_print(l, numbers, id, pr->q.out);
			if (!is_of_equal_sums(l))
				continue;
			fprintf(pr->q.out, "(assert (= L%u #b%d))\n", id, side);
			question_end(&pr->q, side ? "stated, where they are equal" : "stated, where they differ");
		}
	}
}

static void state_law(struct proof *pr, struct law *l)
{
	for (unsigned w = 1; w <= 64; w++) {
		pr->n_choices[w] = law_choices(l, w, pr->choices[w]);
		pr->stated |= pr->n_choices[w] ? 1ull << (w - 1) : 0;
		state_width(pr, l, w);
		if (stated_width(l) < 64 || w % 8 == 0)
			question_end(&pr->q, "stated");
	}
	if (is_hard(l) && law_is_of_rings(l)) {
		law_print_ring(l, question_add(&pr->q, 0), pr->q.out);
		question_end(&pr->q, "over the integers");
	}
}

/* One instance: true if the code made something of it. Of wide products and divisions without facts first, which keep
 * solvers from rewriting them. */
static bool try_instance(struct proof *pr, struct term_pool *p, struct law *l, const int numbers[LAW_NUMBERS],
			 bool alone, unsigned k)
{
	struct node top;
	bool hard = is_hard(l) || pr->row->kind == TERM_ANY,
	     plain = hard && numbers[LAW_WIDTH] > HARD_WIDTH && k < TRIES / 3;
	if (!instance_make(p, l, numbers, plain, &top) || (pr->row->kind != TERM_ANY && top.kind != pr->row->kind))
		return false;
	term t = rewrite_try(p, pr->rule, &top, alone);
	if (!t)
		return false;
	term made = pool_add(p, &top, fact_compute(p, &top));
	if (t == made)
		return true;
	char about[300];
	snprintf(about, sizeof about, "code%s, w = %d", alone ? " alone" : "", numbers[LAW_WIDTH]);
	instance_print(p, made, t, about, question_add(&pr->q, (unsigned)numbers[LAW_WIDTH]), pr->q.out);
	pr->results++;
	return true;
}

/* Instances of one law at one width; true if the code made something of one of them. */
static bool try_width(struct proof *pr, struct law *l, unsigned w, bool alone)
{
	/* Solvers need long for wide products and divisions. */
	bool wide = is_hard(l) && w > HARD_WIDTH;
	size_t n = pr->n_choices[w], some = is_sample(w) && !wide ? CODED : 1;
	struct term_pool *p = term_new_pool();
	bool any = false;
	for (size_t i = 0; i < n && i < some; i++) {
		const int *numbers = pr->choices[w][pick(i, some, n)];
		bool fired = false;
		law_choose(l, numbers);
		for (unsigned k = 0; k < TRIES && !fired; k++)
			fired = try_instance(pr, p, l, numbers, alone, k);
		any |= fired;
	}
	for (unsigned k = 0; n && k < MORE_TRIES && !any; k++) {
		law_choose(l, pr->choices[w][k % n]);
		any = try_instance(pr, p, l, pr->choices[w][k % n], alone, k);
	}
	term_free_pool(p);
	return any;
}

static void miss(struct proof *pr, const struct law *l, const char *what)
{
	printf("missing\t%s\t%s %s\n", pr->row->name, what, l->text);
	pr->missing = true;
}

static void try_law(struct proof *pr, struct law *l)
{
	uint64_t fits = 0, fired = 0, alone = 0;
	for (unsigned w = 1; w <= 64; w++) {
		uint64_t bit = 1ull << (w - 1);
		bool lone = pr->n_choices[w] && try_width(pr, l, w, true);
		/* What a rule builds with others is another matter only where it looks at what it built. */
		bool with = pr->n_choices[w] && (!lone || (is_sample(w) && !(is_hard(l) && w > HARD_WIDTH))) &&
			    try_width(pr, l, w, false);
		fits |= pr->n_choices[w] ? bit : 0;
		alone |= lone ? bit : 0;
		fired |= lone || with ? bit : 0;
		if (stated_width(l) < 64 || w % 8 == 0)
			question_end(&pr->q, "code");
	}
	for (unsigned w = 1; w <= 64; w++)
		if ((fits & ~fired) >> (w - 1) & 1)
			fprintf(stderr, "%s: the code makes nothing of %s at width %u\n", pr->row->name, l->text, w);
	if (fits & ~fired)
		miss(pr, l, "the code makes nothing at some width of");
	if (!fits)
		miss(pr, l, "no widths fit");
	pr->with_others += alone != fired;
}

static bool prove_rule(const char *directory, size_t i)
{
	static struct proof pr;
	if (!directory)
		return printf("statement\t%s\trule_%s\n", rows[i].name, rows[i].name) > 0;
	pr = (struct proof){.row = &rows[i], .rule = (enum rule)i};
	question_open(&pr.q, directory, rows[i].name);
	pr.n_laws = law_read(rows[i].name, rows[i].text, &pr.laws);
	for (size_t k = 0; k < pr.n_laws; k++) {
		pr.hard |= stated_width(&pr.laws[k]) < 64 || is_of_equal_sums(&pr.laws[k]) || rows[i].kind == TERM_ANY;
		state_law(&pr, &pr.laws[k]);
		try_law(&pr, &pr.laws[k]);
	}
	unsigned questions = question_close(&pr.q);
	question_print(rows[i].name, "rule_", rows[i].name, questions, pr.stated, pr.hard);
	free(pr.laws);
	return !pr.missing;
}

int main(int argc, char **argv)
{
	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: prove DIRECTORY [NAME]; prove --list\n");
		return 64;
	}
	const char *directory = strcmp(argv[1], "--list") ? argv[1] : NULL, *only = argc == 3 ? argv[2] : NULL;
	bool all = true, some = false;
	for (size_t i = 0; i < RULE_COUNT; i++) {
		if (only && strcmp(only, rows[i].name))
			continue;
		all &= prove_rule(directory, i);
		some = true;
	}
	some |= question_all_kinds(directory, only);
	return !some ? 64 : !all;
}
