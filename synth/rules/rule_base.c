/* SPDX-License-Identifier: BSD-2-Clause */
/* The shipped rules, read when they are first asked for. */
#include "synth/rules/rule_base.h"

#include "checker/window/rule_proof.h"
#include "synth/draft/alloc.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#define QUERY_MS 20000 /* for one question about a rule of a user's */

static struct rules base;

static void append(const struct rules *more)
{
	base.at = checked(reallocarray(base.at, base.n + more->n + 1, sizeof *base.at));
	if (more->n)
		memcpy(base.at + base.n, more->at, more->n * sizeof *base.at);
	base.n += more->n;
}

static void read_files(void)
{
	for (size_t i = 0; i < n_rule_files; i++) {
		struct rules more;
		char err[256];
		if (!rules_parse(rule_files[i].name, rule_files[i].text, &more, err, sizeof err)) {
			fprintf(stderr, "bpfprove: bug: %s\n", err); /* a test reads them all */
			abort();
		}
		append(&more);
		rules_release(&more);
	}
}

const struct rules *rule_base(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, read_files);
	return &base;
}

static char *read_text(const char *path, char *err, size_t errlen)
{
	char *text = NULL;
	size_t room = 0;
	FILE *in = fopen(path, "r");
	ssize_t n = in ? getdelim(&text, &room, 0, in) : -1;
	bool empty = in && n < 0 && feof(in);
	if (in)
		fclose(in);
	if (n >= 0)
		return text;
	free(text);
	if (empty)
		return checked(strdup(""));
	snprintf(err, errlen, "%s can't be read: %s", path, strerror(errno));
	return NULL;
}

static bool are_proved(const char *path, const struct rules *more, struct solver *s, char *err, size_t errlen)
{
	struct rule_proof *proofs = checked(calloc(more->n + 1, sizeof *proofs));
	size_t i = 0;
	rule_prove_all(more->at, more->n, s, proofs);
	while (i < more->n && proofs[i].verdict == VERDICT_PROVED)
		i++;
	if (i < more->n)
		snprintf(err, errlen, "%s:%u: the rule %s is %s: %s", path, more->at[i].line, more->at[i].name,
			 proofs[i].verdict == VERDICT_REFUTED ? "wrong" : "not proved", proofs[i].why);
	bool good = i == more->n;
	free(proofs);
	return good;
}

bool rule_base_add(const char *path, const char *solver, char *err, size_t errlen)
{
	struct rules more = {0};
	char *text = read_text(path, err, errlen);
	if (!text)
		return false;
	bool good = rules_parse(path, text, &more, err, errlen);
	struct solver *s = good ? solver_open(solver, (struct solver_limits){.query_ms = QUERY_MS}, err, errlen) : NULL;
	good = s && are_proved(path, &more, s, err, errlen);
	if (s)
		solver_close(s);
	rule_base();
	if (good)
		append(&more);
	rules_release(&more);
	free(text);
	return good;
}
