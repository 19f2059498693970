/* SPDX-License-Identifier: BSD-2-Clause */
/* A certificate in memory. */
#include "checker/certificate/certificate.h"

#include <stdlib.h>
#include <string.h>

#include "encode/solver/fault.h"

const char *const certificate_commands[] = {"equiv", "safe", "assert", NULL};

char *certificate_copy(const char *text)
{
	char *copy = text ? strdup(text) : NULL;
	if (text && !copy)
		fault_stop_without_memory();
	return copy;
}

struct certificate *certificate_new(const struct certificate_options *o)
{
	struct certificate *c = fault_calloc(1, sizeof *c);
	c->options = *o;
	c->options.program = c->texts[0] = certificate_copy(o->program);
	c->options.type = c->texts[1] = certificate_copy(o->type);
	return c;
}

static void release_program(struct certificate_program *p)
{
	for (size_t i = 0; p->queries && i < p->tape.n; i++) {
		free(p->queries[i].text);
		free(p->queries[i].clauses);
		free(p->queries[i].proof);
	}
	free(p->queries);
	tape_release(&p->tape);
	free(p->name);
	free(p->section);
	free(p->by);
}

void certificate_free(struct certificate *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		release_program(&c->programs[i]);
	for (size_t i = 0; i < 2; i++) {
		free(c->inputs[i]);
		free(c->texts[i]);
	}
	free(c->programs);
	free(c->btf);
	free(c->digest);
	container_release(&c->files);
	free(c);
}

char *certificate_executable(void)
{
	char err[200];
	struct container self = {0};
	if (!container_add_file(&self, "self", "/proc/self/exe", err, sizeof err))
		return NULL;
	struct digest d = digest_make(self.at[0].bytes, self.at[0].n);
	char *text = fault_calloc(DIGEST_TEXT, 1);
	digest_print(&d, text);
	container_release(&self);
	return text;
}
