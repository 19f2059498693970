/* SPDX-License-Identifier: BSD-2-Clause */
/* Words taken apart as sums of multiples of atoms, modulo 2^64. */
#include "checker/cut/linear.h"
#include "encode/solver/fault.h"

#include <stdlib.h>

#define DEPTH 40

static void add_atom(struct forms *f, size_t word, term t, uint64_t factor)
{
	size_t i = 0;
	while (i < f->n_atoms && f->atoms[i] != t)
		i++;
	if (i == f->n_atoms) {
		f->atoms = fault_realloc(f->atoms, i + 1, sizeof *f->atoms);
		f->factors = fault_realloc(f->factors, i + 1, sizeof *f->factors);
		f->atoms[i] = t;
		f->factors[i] = fault_calloc(f->n + 1, sizeof **f->factors);
		f->n_atoms++;
	}
	f->factors[i][word] += factor;
}

/* Adds factor * t. Of a term of w bits the factor is a multiple of 2^(64 - w), or the term is an atom: so sums that
 * wrap at its width are sums of words. */
static void add_term(struct forms *f, size_t word, term t, uint64_t factor, unsigned depth)
{
	const struct term_pool *p = f->p;
	unsigned width = term_width(p, t);
	uint64_t c;
	bool wraps = width == 64 || !(factor & ((1ull << (64 - width)) - 1));
	if (term_is_const(p, t, &c)) {
		f->constants[word] += factor * c;
		return;
	}
	enum term_kind kind = term_kind(p, t);
	bool low = kind == TERM_CONCAT && term_is_const(p, term_arg(p, t, 1), &c);
	if (low && width == 64) { /* the high part's factor is large enough */
		unsigned shift = term_width(p, term_arg(p, t, 1));
		f->constants[word] += factor * c;
		add_term(f, word, term_arg(p, t, 0), factor << shift, depth + 1);
	} else if (wraps && depth < DEPTH && kind == TERM_ADD) {
		add_term(f, word, term_arg(p, t, 0), factor, depth + 1);
		add_term(f, word, term_arg(p, t, 1), factor, depth + 1);
	} else if (wraps && depth < DEPTH && kind == TERM_NEG) {
		add_term(f, word, term_arg(p, t, 0), -factor, depth + 1);
	} else if (wraps && depth < DEPTH && kind == TERM_MUL && term_is_const(p, term_arg(p, t, 1), &c)) {
		add_term(f, word, term_arg(p, t, 0), factor * c, depth + 1);
	} else if (wraps && depth < DEPTH && kind == TERM_MUL && term_is_const(p, term_arg(p, t, 0), &c)) {
		add_term(f, word, term_arg(p, t, 1), factor * c, depth + 1);
	} else {
		while (kind == TERM_ZEXT) { /* the same number */
			t = term_arg(p, t, 0);
			kind = term_kind(p, t);
		}
		add_atom(f, word, t, factor);
	}
}

void forms_init(struct forms *f, const struct term_pool *p, const term *words, size_t n)
{
	*f = (struct forms){.p = p, .n = n};
	f->constants = fault_calloc(n + 1, sizeof *f->constants);
	for (size_t i = 0; i < n; i++)
		add_term(f, i, words[i], 1, 0);
}

void forms_release(struct forms *f)
{
	for (size_t i = 0; i < f->n_atoms; i++)
		free(f->factors[i]);
	free(f->factors);
	free(f->atoms);
	free(f->constants);
}

void forms_merge(struct forms *f, size_t atom, size_t into)
{
	for (size_t i = 0; i < f->n; i++) {
		f->factors[into][i] += f->factors[atom][i];
		f->factors[atom][i] = 0;
	}
}

bool forms_cover(const struct forms *f, struct affine *set)
{
	bool grown = affine_add(set, f->constants);
	for (size_t i = 0; i < f->n_atoms; i++)
		grown |= affine_add_direction(set, f->factors[i]);
	return grown;
}
