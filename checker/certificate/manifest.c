/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes the manifest: everything but the files themselves, as JSON. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpfprove.h"
#include "checker/certificate/certificate.h"
#include "encode/solver/fault.h"

const char *const manifest_answers[] = {
    [SOLVER_SAT] = "sat", [SOLVER_UNSAT] = "unsat", [SOLVER_UNKNOWN] = "unknown", NULL};
const char *const manifest_failures[] = {[SOLVER_NO_FAILURE] = "",
					 [SOLVER_TIMEOUT] = "timeout",
					 [SOLVER_MEMORY] = "memory",
					 [SOLVER_DIED] = "died",
					 [SOLVER_GAVE_UP] = "gave up",
					 [SOLVER_GARBLED] = "garbled",
					 NULL};

/* What a refuted query says, by its name; a query of another name is about one output that could differ. */
static const struct role {
	const char *name, *text;
} roles[] = {
    {"visible", "no input makes an output differ"},
    {"visible-swept", "no input makes an output differ, with terms merged that were shown to be equal"},
    {"internal", "no input makes calls differ whose results are taken to be the same"},
    {"modelled", "no input leads to what is not modelled"},
    {"loop", "the loop does not go on"},
    {"sweep", "two terms are equal"},
    {"loadable", "under this layout of types no data leads to what a kernel refuses"},
    {"partial", "the first program never faults, so that all inputs were compared"},
    {"cut", "no run of a stretch breaks what has to hold there"},
    {"cut-relations", "what relates the two programs holds where a stretch ends"},
    {"bounds", "no input makes the instruction leave its region"},
    {"assertions", "no assertion fails, and nothing before one"},
    {"guessed", "no assertion fails where a callback's effect is an input"},
    {"", "no input makes this output differ"},
};

const char *manifest_role(const char *name)
{
	const struct role *r = roles;
	while (*r->name && strcmp(r->name, name) != 0)
		r++;
	return r->text;
}

static json_t *checked(json_t *j)
{
	if (!j)
		fault_stop_without_memory();
	return j;
}

static json_t *digest_json(const struct digest *d)
{
	char text[DIGEST_TEXT];
	digest_print(d, text);
	return checked(json_string(text));
}

/* Numbers as one line of text: arrays would take a line for each. */
static json_t *values_json(const struct tape_entry *e)
{
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	for (size_t i = 0; f && i < e->n_values; i++)
		fprintf(f, "%s%" PRIx64, i ? " " : "", e->values[i]);
	if (!f || fclose(f))
		fault_stop_without_memory();
	json_t *j = checked(json_string(text));
	free(text);
	return j;
}

static json_t *runs_json(const struct tape *t)
{
	json_t *j = checked(json_array());
	for (size_t i = 0; i < t->n_runs; i++)
		json_array_append_new(j, json_integer(t->runs[i]));
	return j;
}

static void set_text(json_t *j, const char *key, const char *text)
{
	if (text)
		json_object_set_new(j, key, checked(json_string(text)));
}

static json_t *query_json(const struct tape_entry *e, const struct certificate_query *q)
{
	json_t *j = checked(json_pack("{s:s, s:s}", "name", e->name, "answer", manifest_answers[e->answer]));
	if (e->pairs)
		json_object_set_new(j, "late", json_integer(e->pairs));
	else
		json_object_set_new(j, "sha256", digest_json(&e->digest));
	if (e->answer == SOLVER_UNKNOWN)
		set_text(j, "why", manifest_failures[e->why]);
	if (e->answer == SOLVER_SAT)
		json_object_set_new(j, "values", values_json(e));
	if (e->answer == SOLVER_UNSAT)
		set_text(j, "role", manifest_role(e->name));
	set_text(j, "text", q ? q->text : NULL);
	set_text(j, "clauses", q ? q->clauses : NULL);
	set_text(j, "proof", q ? q->proof : NULL);
	return j;
}

static json_t *program_json(const struct certificate_program *p)
{
	json_t *queries = checked(json_array());
	for (size_t i = 0; i < p->tape.n; i++)
		json_array_append_new(queries, query_json(&p->tape.at[i], p->queries ? &p->queries[i] : NULL));
	return checked(json_pack("{s:s, s:s, s:s, s:s, s:[o, o], s:o, s:o}", "program", p->name, "section", p->section,
				 "verdict", "proved", "by", p->by, "code", digest_json(&p->code[0]),
				 digest_json(&p->code[1]), "queries", queries, "time", runs_json(&p->tape)));
}

static json_t *options_json(const struct certificate_options *o)
{
	return checked(json_pack("{s:s*, s:s*, s:I, s:b, s:b, s:b, s:b}", "program", o->program, "type", o->type,
				 "unroll", (json_int_t)o->unroll, "encode", o->encode, "no_cuts", o->no_cuts,
				 "allow_missing", o->allow_missing, "privileged", o->privileged));
}

static json_t *files_json(const struct container *files)
{
	json_t *j = checked(json_object());
	for (size_t i = 0; i < files->n; i++) {
		struct digest d = digest_make(files->at[i].bytes, files->at[i].n);
		json_object_set_new(j, files->at[i].name, digest_json(&d));
	}
	return j;
}

void manifest_add(struct certificate *c)
{
	json_t *programs = checked(json_array()), *inputs = checked(json_array());
	for (size_t i = 0; i < c->n; i++)
		json_array_append_new(programs, program_json(&c->programs[i]));
	for (size_t i = 0; i < 2 && c->inputs[i]; i++)
		json_array_append_new(inputs, json_string(c->inputs[i]));
	json_t *j = checked(json_pack("{s:i, s:s, s:s*, s:s, s:s, s:o, s:o, s:s*, s:o, s:o}", "format", MANIFEST_FORMAT,
				      "bpfprove", BPFPROVE_VERSION, "executable", c->digest, "command",
				      certificate_commands[c->options.command], "verdict", "proved", "options",
				      options_json(&c->options), "inputs", inputs, "types", c->btf, "programs",
				      programs, "files", files_json(&c->files)));
	char *text = json_dumps(j, JSON_INDENT(1));
	if (!text)
		fault_stop_without_memory();
	json_decref(j);
	container_add(&c->files, MANIFEST_NAME, text, strlen(text));
}
