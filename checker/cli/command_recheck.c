/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove recheck FILE: does a certificate prove what it says? */
#include "checker/certificate/certificate.h"
#include "checker/cli/command.h"
#include "checker/equiv/objects.h"

#include <jansson.h>
#include <string.h>

static const struct {
	const char *name;
	enum status status;
} verdicts[] = {
    [CERTIFICATE_HOLDS] = {"holds", STATUS_PROVED},
    [CERTIFICATE_FAILS] = {"does not hold", STATUS_REFUTED},
    [CERTIFICATE_UNKNOWN] = {"unknown", STATUS_UNKNOWN},
    [CERTIFICATE_MALFORMED] = {"malformed", STATUS_MALFORMED},
    [CERTIFICATE_UNREADABLE] = {"unreadable", STATUS_UNREADABLE},
};

static void print_program(const struct certificate_recheck *r, size_t i)
{
	const struct certificate_program *p = &r->certificate->programs[i];
	size_t n = 0;
	for (size_t k = 0; k < r->n_checks; k++)
		n += r->checks[k].program == i;
	printf("%s  %s, by %s, %zu quer%s refuted\n", p->name, strcmp(p->by, "missing") ? "proved" : "no partner",
	       p->by, n, n == 1 ? "y" : "ies");
	for (size_t k = 0; k < r->n_checks; k++) {
		const struct certificate_check *c = &r->checks[k];
		if (c->program == i)
			printf("  %5zu  %-24s %9.1f ms  by %s\n", c->number, p->tape.at[c->number].name, c->ms,
			       strcmp(c->by, "proof") ? c->by : "its proof");
	}
}

static void print_text(const struct certificate_recheck *r, enum certificate_verdict v)
{
	for (size_t i = 0; v == CERTIFICATE_HOLDS && i < r->certificate->n; i++)
		print_program(r, i);
	printf("%s%s%s\n", verdicts[v].name, *r->why ? ": " : "", r->why);
}

static json_t *program_json(const struct certificate_recheck *r, size_t i)
{
	const struct certificate_program *p = &r->certificate->programs[i];
	json_t *checks = json_array();
	for (size_t k = 0; k < r->n_checks; k++) {
		const struct certificate_check *c = &r->checks[k];
		if (c->program == i)
			json_array_append_new(checks,
					      json_pack("{s:I, s:s, s:s, s:f}", "number", (json_int_t)c->number,
							"query", p->tape.at[c->number].name, "by", c->by, "ms", c->ms));
	}
	return json_pack("{s:s, s:s, s:o}", "program", p->name, "by", p->by, "refuted", checks);
}

static void print_json(const struct certificate_recheck *r, enum certificate_verdict v)
{
	json_t *programs = json_array();
	for (size_t i = 0; v == CERTIFICATE_HOLDS && i < r->certificate->n; i++)
		json_array_append_new(programs, program_json(r, i));
	json_t *all = json_pack("{s:s, s:s, s:s*, s:o}", "verdict", verdicts[v].name, "why", r->why, "command",
				r->certificate ? certificate_commands[r->certificate->options.command] : NULL,
				"programs", programs);
	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
}

static enum certificate_proofs read_proofs(const char *word)
{
	return !word ? PROOFS_FIRST : !strcmp(word, "off") ? PROOFS_OFF : PROOFS_ONLY;
}

enum status command_recheck(const struct options *opt)
{
	char err[512];
	unsigned ms = opt->query_timeout > UINT32_MAX / 1000 ? UINT32_MAX : opt->query_timeout * 1000;
	struct certificate_recheck r = {.proofs = read_proofs(opt->proofs), .query_ms = ms};
	if (opt->n_files != 1)
		return command_fail(STATUS_USAGE, "recheck takes one certificate, not %zu files", opt->n_files);
	r.solver = objects_open_solver(opt->solver, opt->timeout, opt->query_timeout, opt->memory, err, sizeof err);
	if (!r.solver)
		return command_fail(STATUS_USAGE, "%s", err);
	enum certificate_verdict v = certificate_recheck(opt->files[0], &r);
	bool is_file = v != CERTIFICATE_MALFORMED && v != CERTIFICATE_UNREADABLE;
	if (is_file)
		(opt->json ? print_json : print_text)(&r, v);
	else
		command_fail(verdicts[v].status, "%s", r.why);
	certificate_recheck_release(&r);
	solver_close(r.solver);
	return verdicts[v].status;
}
