/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A checker of refutations: clauses, then lemmas that each follow from what is
 * there by unit propagation alone (reverse unit propagation: A. Van Gelder,
 * "Verifying RUP Proofs of Propositional Unsatisfiability", 2008), up to the
 * empty one. It is the part of DRAT (N. Wetzler, M. Heule, W. Hunt, "DRAT-trim",
 * 2014) without resolution asymmetric tautologies: each lemma is implied, so a
 * deletion can only make later steps harder. It shares nothing with the solver
 * whose proofs it checks.
 */
#ifndef RUP_H
#define RUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct rup;

/* Literals are those of DIMACS: 1..variables, or their negatives. Clauses may repeat literals. */
struct rup *rup_new(int variables);
void rup_free(struct rup *r);
void rup_add_premise(struct rup *r, const int *literals, size_t n);
/* False, and nothing is added: it does not follow by unit propagation. */
bool rup_add_lemma(struct rup *r, const int *literals, size_t n);
/* False: there is no such clause. */
bool rup_delete(struct rup *r, const int *literals, size_t n);

/* Before anything is added: keep notes of what the proof needs. Nothing may be deleted then. */
void rup_keep_core(struct rup *r);
/* The lemmas that the last one rests on, each with deletions of what is not needed behind it, in DRAT's text form. */
void rup_print_core(const struct rup *r, FILE *out);

enum rup_verdict {
	RUP_PROVED,    /* the clauses have no model */
	RUP_WRONG,     /* a step does not follow, or the last one is not the empty clause */
	RUP_MALFORMED, /* not DIMACS, or not a proof in text form about its variables */
	RUP_LATE,
};
/* Checks a proof in DRAT's text form (lines of literals ended by 0, "d" first for deletions) against a formula in
 * DIMACS. `end_ns` as clock_now_ns() has it, 0: none. What is wrong is a sentence in err. */
enum rup_verdict rup_check(const char *formula, const char *proof, uint64_t end_ns, char *err, size_t errlen);
/* The same of a proof without deletions; if it is one, its core goes to `core`. */
enum rup_verdict rup_trim(const char *formula, const char *proof, uint64_t end_ns, FILE *core, char *err,
			  size_t errlen);
#endif
