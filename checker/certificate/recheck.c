/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Has the run of a certificate again. A query counts as refuted once its proof
 * was checked against the clauses that it has here, or a solver refuted it; an
 * answer that is not confirmed in one of these ways is no answer, and then the
 * run proves nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/certificate/certificate.h"
#include "clock.h"
#include "encode/solver/fault.h"
#include "encode/solver/refutation.h"
#include "encode/solver/rup.h"

struct recheck {
	struct certificate_recheck *r;
	struct certificate *c;
	enum certificate_verdict verdict; /* the worst so far */
};

/* The first thing that is wrong stays; what is wrong stays before what is unknown. */
static bool fail(struct recheck *k, enum certificate_verdict v, const char *query, const char *what)
{
	if (k->verdict == CERTIFICATE_HOLDS || (k->verdict == CERTIFICATE_UNKNOWN && v == CERTIFICATE_FAILS)) {
		k->verdict = v;
		snprintf(k->r->why, sizeof k->r->why, "query %s: %.400s", query, what);
	}
	return false;
}

/* Is there a file with this text? */
static bool is_file(const struct recheck *k, const char *name, const char *text, size_t n)
{
	const struct container_file *f = name ? container_find(&k->c->files, name) : NULL;
	return f && f->n == n && !memcmp(f->bytes, text, n);
}

/* Its text is the one that the run comes to: tape.c compared the digests. */
static bool check_text(struct recheck *k, const struct tape_entry *e, const struct certificate_query *files)
{
	const struct container_file *f = files->text ? container_find(&k->c->files, files->text) : NULL;
	struct digest d = f ? digest_make(f->bytes, f->n) : (struct digest){{0}};
	return (f && digest_equal(&d, &e->digest)) || fail(k, CERTIFICATE_FAILS, e->name, "its text is another one");
}

static bool check_proof(struct recheck *k, const struct tape_entry *e, const struct certificate_query *files,
			const struct query *q)
{
	size_t n;
	char err[300] = "";
	char *clauses = refutation_clauses(q, &n);
	const struct container_file *proof = container_find(&k->c->files, files->proof);
	uint64_t end = k->r->query_ms ? clock_now_ns() + 1000000ull * k->r->query_ms : 0;
	enum rup_verdict v = RUP_WRONG;
	if (!clauses || !is_file(k, files->clauses, clauses, n))
		snprintf(err, sizeof err, "its clauses are others");
	else if (!proof || memchr(proof->bytes, 0, proof->n))
		snprintf(err, sizeof err, "its proof is no text");
	else
		v = rup_check(clauses, (const char *)proof->bytes, end, err, sizeof err);
	free(clauses);
	return v == RUP_PROVED || fail(k, v == RUP_LATE ? CERTIFICATE_UNKNOWN : CERTIFICATE_FAILS, e->name, err);
}

static bool check_by_solver(struct recheck *k, const struct tape_entry *e, const struct query *q)
{
	enum solver_failure why;
	if (!k->r->solver)
		return fail(k, CERTIFICATE_UNKNOWN, e->name, "there is no proof");
	switch (solver_ask(k->r->solver, q, &why)) {
	case SOLVER_UNSAT:
		return true;
	case SOLVER_SAT:
		return fail(k, CERTIFICATE_FAILS, e->name, "it has a model");
	case SOLVER_UNKNOWN:
		break;
	}
	return fail(k, CERTIFICATE_UNKNOWN, e->name, "the solver did not decide it");
}

static void note(struct recheck *k, struct certificate_check check)
{
	struct certificate_recheck *r = k->r;
	if (!(r->n_checks & (r->n_checks - 1)))
		r->checks = fault_realloc(r->checks, 2 * r->n_checks + 1, sizeof *r->checks);
	r->checks[r->n_checks++] = check;
}

/* Was the same query refuted before, with the same proof if there is one? */
static bool is_known(const struct recheck *k, const struct tape_entry *e, const struct certificate_query *files)
{
	for (size_t i = 0; i < k->r->n_checks; i++) {
		const struct certificate_check *c = &k->r->checks[i];
		const struct certificate_program *p = &k->c->programs[c->program];
		const char *proof = p->queries[c->number].proof;
		if (digest_equal(&p->tape.at[c->number].digest, &e->digest) &&
		    (proof ? files->proof && !strcmp(proof, files->proof) : !files->proof))
			return true;
	}
	return false;
}

static bool is_refuted(void *arg, size_t program, size_t number, const struct query *q)
{
	struct recheck *k = arg;
	const struct certificate_program *p = &k->c->programs[program];
	const struct certificate_query *files = &p->queries[number];
	bool by_proof = files->proof && k->r->proofs != PROOFS_OFF;
	double start = clock_now_ms();
	const struct tape_entry *e = &p->tape.at[number];
	if (!check_text(k, e, files))
		return false;
	if (!by_proof && k->r->proofs == PROOFS_ONLY)
		return fail(k, CERTIFICATE_UNKNOWN, e->name, "there is no proof");
	if (!is_known(k, e, files) && (by_proof ? !check_proof(k, e, files, q) : !check_by_solver(k, e, q)))
		return false;
	note(k, (struct certificate_check){program, number, by_proof ? "proof" : solver_name(k->r->solver),
					   clock_now_ms() - start});
	return true;
}

/* Another version may ask other queries, and that is no fault of the certificate's. */
static bool is_foreign(const struct certificate *c)
{
	char *here = certificate_executable();
	bool foreign = here && c->digest && strcmp(here, c->digest) != 0;
	free(here);
	return foreign;
}

enum certificate_verdict certificate_recheck(const char *path, struct certificate_recheck *r)
{
	static const enum certificate_verdict verdicts[] = {[CONTAINER_OK] = CERTIFICATE_HOLDS,
							    [CONTAINER_UNREADABLE] = CERTIFICATE_UNREADABLE,
							    [CONTAINER_MALFORMED] = CERTIFICATE_MALFORMED};
	struct container files;
	char why[500] = "";
	struct recheck k = {.r = r};
	r->certificate = NULL;
	r->checks = NULL;
	r->n_checks = 0;
	*r->why = '\0';
	k.verdict = verdicts[container_read(path, &files, r->why, sizeof r->why)];
	if (k.verdict == CERTIFICATE_HOLDS)
		k.verdict = manifest_read(&files, &r->certificate, r->why, sizeof r->why);
	if (k.verdict != CERTIFICATE_HOLDS)
		return k.verdict;
	k.c = r->certificate;
	if (!run_again(k.c, is_refuted, &k, why, sizeof why) && k.verdict == CERTIFICATE_HOLDS) {
		k.verdict = CERTIFICATE_FAILS;
		snprintf(r->why, sizeof r->why, "%s%s", why,
			 is_foreign(k.c) ? "; it was made by another executable" : "");
	}
	return k.verdict;
}

void certificate_recheck_release(struct certificate_recheck *r)
{
	certificate_free(r->certificate);
	free(r->checks);
	r->certificate = NULL;
	r->checks = NULL;
}
