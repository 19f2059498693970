/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove assert FILE: can an assertion of a program fail? */
#include "checker/assertion/assertion.h"
#include "checker/cli/certify.h"
#include "checker/equiv/objects.h"
#include "checker/witness/witness.h"

#include <jansson.h>
#include <string.h>

static const char *const verdicts[] = {"proved", "refuted", "unknown"};

static void explain(const struct assertion_result *r, char *buf, size_t len)
{
	if (r->verdict == VERDICT_PROVED)
		snprintf(buf, len, "%zu assertion%s, by %s", r->assertions, r->assertions == 1 ? "" : "s",
			 r->decided_by);
	else if (r->verdict == VERDICT_REFUTED)
		snprintf(buf, len, "%s", r->what);
	else
		snprintf(buf, len, "%s%s%s", reason_texts[r->reason], *r->what ? ": " : "", r->what);
}

static void print(const struct program *p, const struct assertion_result *r)
{
	char text[600];
	explain(r, text, sizeof text);
	printf("%-32s %-8s %10.1f  %s\n", p->name, verdicts[r->verdict], r->ms, text);
	if (r->witness)
		witness_print_input(p, NULL, r->witness, stdout);
}

static json_t *as_json(const struct program *p, const struct assertion_result *r)
{
	char text[600];
	explain(r, text, sizeof text);
	json_t *j = json_pack("{s:s, s:s, s:I, s:s, s:f, s:I}", "program", p->name, "verdict", verdicts[r->verdict],
			      "assertions", (json_int_t)r->assertions, "text", text, "ms", r->ms, "terms",
			      (json_int_t)r->terms);
	if (r->witness)
		json_object_set_new(j, "input", witness_input_json(r->witness));
	return j;
}

struct tally {
	size_t n, assertions;
	bool refuted, unknown;
	json_t *all;
};

static void decide(const struct options *opt, const struct program *p, struct solver *s, struct tally *t)
{
	struct assertion_options o = {s, opt->unroll, command_catch_interrupt()};
	struct assertion_result r;
	assertion_check(p, &o, &r);
	t->n++;
	t->assertions += r.assertions;
	t->refuted |= r.verdict == VERDICT_REFUTED;
	t->unknown |= r.verdict == VERDICT_UNKNOWN;
	if (opt->json)
		json_array_append_new(t->all, as_json(p, &r));
	else
		print(p, &r);
	fflush(stdout);
	assertion_release(&r);
}

static enum status conclude(const struct options *opt, const struct object *o, struct tally *t)
{
	if (opt->json) {
		json_dumpf(t->all, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(t->all);
	if (!t->n && opt->program)
		return command_fail(STATUS_USAGE, "%s: no program of the name %s", o->path, opt->program);
	if (!t->assertions) /* an answer about nothing would read like a proof */
		return command_fail(STATUS_USAGE, "%s: expected a call of " FAIL_FUNCTION ", found no assertion",
				    o->path);
	return t->refuted ? STATUS_REFUTED : t->unknown ? STATUS_UNKNOWN : STATUS_PROVED;
}

enum status command_assert(const struct options *opt)
{
	char err[512];
	struct object *o;
	struct tally t = {.all = json_array()};
	struct solver *s =
	    objects_open_solver(opt->solver, opt->timeout, opt->query_timeout, opt->memory, err, sizeof err);
	if (!s)
		return command_fail(STATUS_USAGE, "%s", err);
	enum status status = command_read(opt, "assert", &o);
	if (status != STATUS_PROVED) {
		solver_close(s);
		return status;
	}
	for (size_t i = 0; i < o->n_programs; i++) {
		const struct program *p = o->programs[i];
		if (!opt->program || !strcmp(opt->program, p->name) || !strcmp(opt->program, p->section))
			decide(opt, p, s, &t);
	}
	status = conclude(opt, o, &t);
	solver_close(s);
	object_free(o);
	return certify(opt, CERTIFICATE_ASSERT, status);
}
