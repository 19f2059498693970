/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the manifest. Whatever it says is checked later: here it only has to be complete and in order. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checker/certificate/certificate.h"
#include "encode/solver/fault.h"

#define MAX_NUMBERS (1u << 26)

struct reader {
	struct certificate *c;
	char *err;
	size_t errlen;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct reader *r, const char *fmt, ...)
{
	va_list ap;
	int n = snprintf(r->err, r->errlen, "%s: expected ", MANIFEST_NAME);
	va_start(ap, fmt);
	if (n >= 0 && (size_t)n < r->errlen)
		vsnprintf(r->err + n, r->errlen - (size_t)n, fmt, ap);
	va_end(ap);
	return false;
}

/* The index of a text in a list that NULL ends, or -1. */
static int find_text(const char *const *texts, const char *text)
{
	for (int i = 0; texts[i]; i++)
		if (text && !strcmp(texts[i], text))
			return i;
	return -1;
}

/* The name of a file that is there, or NULL if none is named. */
static bool take_file(struct reader *r, const char *name, char **out)
{
	if (name && !container_find(&r->c->files, name))
		return fail(r, "the file %s in the certificate", name);
	*out = certificate_copy(name);
	return true;
}

/* Hexadecimal numbers with one blank between them. */
static bool take_values(struct reader *r, const char *text, struct tape_entry *e)
{
	size_t cap = strlen(text) / 2 + 1;
	if (cap > MAX_NUMBERS)
		return fail(r, "fewer values");
	e->values = fault_calloc(cap, sizeof *e->values);
	for (const char *s = text; *s; s += *s == ' ') {
		size_t n = strspn(s, "0123456789abcdef");
		if (n == 0 || n > 16 || (s[n] && (s[n] != ' ' || !s[n + 1])))
			return fail(r, "values as hexadecimal numbers");
		e->values[e->n_values++] = strtoull(s, NULL, 16);
		s += n;
	}
	return true;
}

static bool take_query(struct reader *r, json_t *j, struct tape *tape, struct certificate_query *q)
{
	const char *name, *answer, *sha = NULL, *why = "", *values = NULL, *role = NULL, *text = NULL, *clauses = NULL,
				   *proof = NULL;
	json_error_t e;
	json_int_t late = 0;
	if (json_unpack_ex(j, &e, JSON_STRICT, "{s:s, s:s, s?s, s?I, s?s, s?s, s?s, s?s, s?s, s?s}", "name", &name,
			   "answer", &answer, "sha256", &sha, "late", &late, "why", &why, "values", &values, "role",
			   &role, "text", &text, "clauses", &clauses, "proof", &proof))
		return fail(r, "a query: %s", e.text);
	int a = find_text(manifest_answers, answer), failure = find_text(manifest_failures, why);
	struct tape_entry entry = {.name = (char *)(uintptr_t)name, .pairs = (uint32_t)late};
	if (a < 0 || failure < 0 || late < 0 || late > UINT32_MAX || (late && a != SOLVER_UNKNOWN))
		return fail(r, "an answer to query %s", name);
	entry.answer = (enum solver_answer)a;
	entry.why = (enum solver_failure)failure;
	if (!late && (!sha || !digest_parse(sha, &entry.digest)))
		return fail(r, "a digest of query %s", name);
	if (a == SOLVER_UNSAT && (!role || strcmp(role, manifest_role(name)) != 0))
		return fail(r, "what query %s is for", name);
	bool good = a == SOLVER_SAT ? values && take_values(r, values, &entry) : true;
	tape_push(tape, &entry);
	if (a == SOLVER_SAT && !values)
		return fail(r, "values of query %s", name);
	return good && take_file(r, text, &q->text) && take_file(r, clauses, &q->clauses) &&
	       take_file(r, proof, &q->proof);
}

static bool take_runs(struct reader *r, json_t *runs, struct tape *tape)
{
	size_t i;
	json_t *run;
	json_array_foreach(runs, i, run)
	{
		if (!json_is_integer(run) || json_integer_value(run) < 0 || json_integer_value(run) > UINT32_MAX)
			return fail(r, "numbers of the times that there was time");
		tape_push_run(tape, (uint32_t)json_integer_value(run));
	}
	return true;
}

static bool take_program(struct reader *r, json_t *j, struct certificate_program *p)
{
	const char *name, *section, *verdict, *by, *code[2];
	json_error_t e;
	json_t *queries, *runs, *query;
	size_t i;
	if (json_unpack_ex(j, &e, JSON_STRICT, "{s:s, s:s, s:s, s:s, s:[s,s!], s:o, s:o}", "program", &name, "section",
			   &section, "verdict", &verdict, "by", &by, "code", &code[0], &code[1], "queries", &queries,
			   "time", &runs))
		return fail(r, "a program: %s", e.text);
	if (strcmp(verdict, "proved") != 0)
		return fail(r, "the verdict proved for program %s", name);
	for (i = 0; i < 2; i++)
		if (!digest_parse(code[i], &p->code[i]))
			return fail(r, "a digest of program %s", name);
	p->name = certificate_copy(name);
	p->section = certificate_copy(section);
	p->by = certificate_copy(by);
	if (!json_is_array(queries) || !json_is_array(runs))
		return fail(r, "a list of queries of program %s", name);
	p->queries = fault_calloc(json_array_size(queries), sizeof *p->queries);
	json_array_foreach(queries, i, query)
	{
		if (!take_query(r, query, &p->tape, &p->queries[i]))
			return false;
	}
	return take_runs(r, runs, &p->tape);
}

static bool take_programs(struct reader *r, json_t *programs)
{
	size_t i;
	json_t *j;
	if (!json_is_array(programs) || !json_array_size(programs))
		return fail(r, "programs");
	r->c->n = json_array_size(programs);
	r->c->programs = fault_calloc(r->c->n, sizeof *r->c->programs);
	json_array_foreach(programs, i, j)
	{
		if (!take_program(r, j, &r->c->programs[i]))
			return false;
	}
	return true;
}

static bool take_options(struct reader *r, json_t *j)
{
	struct certificate_options *o = &r->c->options;
	const char *program = NULL, *type = NULL;
	int encode, no_cuts, allow_missing, privileged;
	json_int_t unroll;
	json_error_t e;
	if (json_unpack_ex(j, &e, JSON_STRICT, "{s?s, s?s, s:I, s:b, s:b, s:b, s:b}", "program", &program, "type",
			   &type, "unroll", &unroll, "encode", &encode, "no_cuts", &no_cuts, "allow_missing",
			   &allow_missing, "privileged", &privileged))
		return fail(r, "options: %s", e.text);
	if (unroll < 0 || unroll > UINT32_MAX)
		return fail(r, "a limit on unrolling");
	o->program = r->c->texts[0] = certificate_copy(program);
	o->type = r->c->texts[1] = certificate_copy(type);
	o->unroll = (unsigned)unroll;
	o->encode = encode;
	o->no_cuts = no_cuts;
	o->allow_missing = allow_missing;
	o->privileged = privileged;
	return true;
}

static bool take_inputs(struct reader *r, json_t *inputs, const char *types)
{
	size_t n = r->c->options.command == CERTIFICATE_EQUIV ? 2 : 1, i;
	json_t *input;
	if (!json_is_array(inputs) || json_array_size(inputs) != n)
		return fail(r, "%zu inputs", n);
	json_array_foreach(inputs, i, input)
	{
		if (!json_is_string(input) || !take_file(r, json_string_value(input), &r->c->inputs[i]))
			return fail(r, "input %zu", i + 1);
	}
	return take_file(r, types, &r->c->btf);
}

static bool take_all(struct reader *r, json_t *j, json_t **files)
{
	const char *version, *executable = NULL, *command, *verdict, *types = NULL;
	int format;
	json_t *options, *inputs, *programs;
	json_error_t e;
	if (json_unpack_ex(j, &e, JSON_STRICT, "{s:i, s:s, s?s, s:s, s:s, s:o, s:o, s?s, s:o, s:o}", "format", &format,
			   "bpfprove", &version, "executable", &executable, "command", &command, "verdict", &verdict,
			   "options", &options, "inputs", &inputs, "types", &types, "programs", &programs, "files",
			   files))
		return fail(r, "%s", e.text);
	if (format != MANIFEST_FORMAT)
		return fail(r, "format %d, found %d", MANIFEST_FORMAT, format);
	if (strcmp(verdict, "proved") != 0)
		return fail(r, "the verdict proved");
	int number = find_text(certificate_commands, command);
	if (number < 0)
		return fail(r, "a command that gives certificates, found %s", command);
	r->c->options.command = (enum certificate_command)number;
	r->c->digest = certificate_copy(executable);
	return take_options(r, options) && take_inputs(r, inputs, types) && take_programs(r, programs);
}

/* Every file but the manifest is named with its digest, and no other is. */
static bool check_files(struct reader *r, json_t *files)
{
	const struct container *all = &r->c->files;
	for (size_t i = 0; i < all->n; i++) {
		const struct container_file *f = &all->at[i];
		const char *text = json_string_value(json_object_get(files, f->name));
		struct digest want, d = digest_make(f->bytes, f->n);
		if (!strcmp(f->name, MANIFEST_NAME))
			continue;
		if (!text || !digest_parse(text, &want) || !digest_equal(&d, &want)) {
			snprintf(r->err, r->errlen, "%s is not the file that the manifest means", f->name);
			return false;
		}
	}
	if (json_object_size(files) + 1 == all->n)
		return true;
	snprintf(r->err, r->errlen, "a file that the manifest names is not there");
	return false;
}

enum certificate_verdict manifest_read(struct container *files, struct certificate **out, char *err, size_t errlen)
{
	struct reader r = {.c = fault_calloc(1, sizeof *r.c), .err = err, .errlen = errlen};
	enum certificate_verdict v = CERTIFICATE_MALFORMED;
	json_error_t e = {.text = ""};
	json_t *list;
	r.c->files = *files;
	*files = (struct container){0};
	const struct container_file *f = container_find(&r.c->files, MANIFEST_NAME);
	json_t *j = f ? json_loadb((const char *)f->bytes, f->n, JSON_REJECT_DUPLICATES, &e) : NULL;
	if (!j)
		fail(&r, "JSON: %s", f ? e.text : "there is no such file");
	else if (take_all(&r, j, &list))
		v = check_files(&r, list) ? CERTIFICATE_HOLDS : CERTIFICATE_FAILS;
	json_decref(j);
	if (v != CERTIFICATE_HOLDS) {
		certificate_free(r.c);
		r.c = NULL;
	}
	*out = r.c;
	return v;
}
