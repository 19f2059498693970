/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The texts of encode/term/rule.def: laws "left -> right [where condition, ..]", with a ; between them.
 *
 * Widths, positions and amounts are numbers: w, m, n, h, l, s and sums of them. w is the width of the result, or of the
 * operands of a comparison or a slice. x:m has width m, :(m+n) a sum; what says nothing has the width that it must
 * have. j, k, k1 .. stand for any constant, f for any operation, other letters for any term; ones is the constant of
 * ones, a number the constant. Binding, tightest first: ~ - [h:l], then . (to the right), then * /u %u /s %s, + -, <<
 * >> >>s,
 * &, ^, |, == != <u <s. A condition is a truth value, or compares numbers: < > <= >= ==, a number letter first.
 */
#ifndef PROOF_LAW_H
#define PROOF_LAW_H

#include "encode/term/term.h"

enum { LAW_WIDTH, LAW_NUMBERS = 6, LAW_NODES = 200, LAW_NAMES = 32, LAW_CONDITIONS = 4 };

struct law_number {
	bool set;
	int k, of[LAW_NUMBERS]; /* k and so many of each letter */
};
enum law_kind { LAW_TERM, LAW_CONSTANT, LAW_NUMBER, LAW_ONES, LAW_FUNCTION, LAW_OPERATION };
struct law_node {
	enum law_kind kind;
	enum term_kind op;
	int args[4], n_args, name;
	struct law_number value, hi, lo, width;
	unsigned w, top, bottom; /* in the chosen numbers: width, bits of a slice */
};
struct law_limit {
	struct law_number left, right;
	char relation[3];
};
struct law {
	char text[600];
	struct law_node nodes[LAW_NODES];
	int n, left, right;
	int conditions[LAW_CONDITIONS], n_conditions;
	struct law_limit limits[LAW_CONDITIONS];
	int n_limits;
	char names[LAW_NAMES][4];
	int n_names;
	unsigned widths[LAW_NAMES]; /* in the chosen numbers */
	bool uses[LAW_NUMBERS];
};

/* The laws of a text; malloc'ed. A text that can't be read ends the program with status 65. */
size_t law_read(const char *rule, const char *text, struct law **out);

/* Widths for these numbers; false: they do not fit. */
bool law_choose(struct law *l, const int numbers[LAW_NUMBERS]);
/* The choices of numbers for this w that fit: all if there are few, else the first, the last and some between of those
 * found; a law of more than two numbers beside w is tried at some only. Returns the count. */
enum { LAW_CHOICES = 65 };
size_t law_choices(struct law *l, unsigned w, int out[LAW_CHOICES][LAW_NUMBERS]);

/* Value of a number of the law's text. */
int law_value(const struct law_number *v, const int numbers[LAW_NUMBERS]);

/* Declares L<id>, R<id> and q<id>: the law does not hold. */
void law_print(const struct law *l, const int numbers[LAW_NUMBERS], unsigned id, FILE *out);
/* The law over the integers, where it is one of rings: + - * ~ and << by a number, no condition. */
bool law_is_of_rings(const struct law *l);
void law_print_ring(const struct law *l, unsigned id, FILE *out);
bool law_has(const struct law *l, enum term_kind op);
#endif
