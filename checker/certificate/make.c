/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Has the run again before anything is written, to see that it can be had
 * again; meanwhile each refuted query is written down, with a proof where
 * CaDiCaL finds one.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/certificate/certificate.h"
#include "clock.h"
#include "encode/solver/fault.h"
#include "encode/solver/refutation.h"

struct making {
	struct certificate *c;
	unsigned query_ms;
};

/* "queries/1-0007-visible.smt2"; owned by the caller. */
static char *name_file(const struct certificate *c, size_t program, size_t number, const char *ending)
{
	char plain[48], name[128];
	const char *query = c->programs[program].tape.at[number].name;
	size_t i;
	for (i = 0; query[i] && i < sizeof plain - 1; i++)
		plain[i] = isalnum((unsigned char)query[i]) ? query[i] : '_';
	plain[i] = '\0';
	snprintf(name, sizeof name, "queries/%zu-%04zu-%s.%s", program, number, plain, ending);
	return certificate_copy(name);
}

static char *print_query(const struct query *q, size_t *n)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, n);
	if (!f)
		fault_stop_without_memory();
	term_print_smt2(q->pool, q->asserts, q->n_asserts, f);
	if (fclose(f))
		fault_stop_without_memory();
	return text;
}

/* The files of the same query, asked before; NULL: there are none. */
static const struct certificate_query *find_before(const struct certificate *c, size_t program, size_t number)
{
	const struct digest *d = &c->programs[program].tape.at[number].digest;
	for (size_t i = 0; i <= program; i++)
		for (size_t k = 0; k < (i < program ? c->programs[i].tape.n : number); k++)
			if (c->programs[i].queries[k].text && digest_equal(&c->programs[i].tape.at[k].digest, d))
				return &c->programs[i].queries[k];
	return NULL;
}

static bool keep(void *arg, size_t program, size_t number, const struct query *q)
{
	struct making *m = arg;
	struct certificate *c = m->c;
	struct certificate_query *files = &c->programs[program].queries[number];
	struct refutation r;
	const struct certificate_query *before = find_before(c, program, number);
	size_t n;
	if (before) {
		*files = (struct certificate_query){certificate_copy(before->text), certificate_copy(before->clauses),
						    certificate_copy(before->proof)};
		return true;
	}
	char *text = print_query(q, &n);
	files->text = name_file(c, program, number, "smt2");
	container_add(&c->files, files->text, text, n);
	uint64_t end = m->query_ms ? clock_now_ns() + 1000000ull * m->query_ms : 0;
	if (!refutation_find(q, end, &r))
		return true;
	files->clauses = name_file(c, program, number, "cnf");
	files->proof = name_file(c, program, number, "drat");
	container_add(&c->files, files->clauses, r.clauses, r.n_clauses);
	container_add(&c->files, files->proof, r.proof, r.n_proof);
	return true;
}

static bool take_inputs(struct certificate *c, const struct certificate_making *m, char *err, size_t errlen)
{
	static const char *const names[] = {"inputs/first", "inputs/second"};
	for (size_t i = 0; i < m->n_paths; i++) {
		if (!container_add_file(&c->files, names[i], m->paths[i], err, errlen))
			return false;
		c->inputs[i] = certificate_copy(names[i]);
	}
	return true;
}

static bool fill(struct making *k, const struct certificate_making *m, char *err, size_t errlen)
{
	char why[400] = "";
	struct certificate *c = k->c;
	if (!take_inputs(c, m, err, errlen) || !run_first(c, m, err, errlen))
		return false;
	for (size_t i = 0; i < c->n; i++)
		c->programs[i].queries = fault_calloc(c->programs[i].tape.n, sizeof *c->programs[i].queries);
	if (!run_again(c, keep, k, why, sizeof why)) {
		snprintf(err, errlen, "the run can't be had again: %s", why);
		return false;
	}
	c->digest = certificate_executable();
	manifest_add(c);
	return true;
}

bool certificate_make(const struct certificate_making *m, const char *path, char *err, size_t errlen)
{
	unsigned ms = m->query_timeout > UINT32_MAX / 1000 ? UINT32_MAX : m->query_timeout * 1000;
	struct making k = {certificate_new(&m->options), ms};
	bool good = fill(&k, m, err, errlen) && container_write(&k.c->files, path, err, errlen);
	certificate_free(k.c);
	return good;
}
