/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the cases: headers of the texts, tags of the objects. */
#include "tests/verifier_table.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

static struct table_case *add_case(struct table *t, const char *path)
{
	if (t->n == TABLE_MAX) {
		fprintf(stderr, "verifier_table: more than %d cases\n", TABLE_MAX);
		exit(70);
	}
	struct table_case *c = &t->at[t->n++];
	snprintf(c->path, sizeof c->path, "%s", path);
	return c;
}

static void for_each_file(struct table *t, const char *dir, const char *pattern,
			  void (*read)(struct table *t, const char *path))
{
	char full[4096];
	glob_t g;
	snprintf(full, sizeof full, "%s/%s", dir, pattern);
	if (glob(full, 0, NULL, &g)) {
		fprintf(stderr, "verifier_table: no %s in %s; make verifier-table makes them\n", pattern, dir);
		exit(66);
	}
	for (size_t i = 0; i < g.gl_pathc; i++)
		read(t, g.gl_pathv[i]);
	globfree(&g);
}

/* What the header of a text says. */
struct header {
	char name[230], expect[16], message[400], unprivileged[16], unprivileged_message[400], flags[16], kernel[24],
	    kernel_message[300];
};
static const struct {
	const char *key;
	size_t at, size;
} header_rows[] = {
#define ROW(key, field)                                                                          \
	{                                                                                        \
		"# " key ": ", offsetof(struct header, field), sizeof((struct header *)0)->field \
	}
    ROW("name", name),
    ROW("expect", expect),
    ROW("message", message),
    ROW("expect-unprivileged", unprivileged),
    ROW("message-unprivileged", unprivileged_message),
    ROW("flags", flags),
    ROW("kernel", kernel),
    ROW("kernel-message", kernel_message),
#undef ROW
};

static void read_header(FILE *f, struct header *h)
{
	char line[1024];
	while (fgets(line, sizeof line, f) && line[0] == '#') {
		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; i < sizeof header_rows / sizeof *header_rows; i++)
			if (!strncmp(line, header_rows[i].key, strlen(header_rows[i].key)))
				snprintf((char *)h + header_rows[i].at, header_rows[i].size, "%s",
					 line + strlen(header_rows[i].key));
	}
}

static void read_text(struct table *t, const char *path)
{
	struct header h = {0};
	FILE *f = fopen(path, "r");
	if (!f) {
		perror(path);
		exit(66);
	}
	read_header(f, &h);
	fclose(f);
	bool two = h.unprivileged[0] && strcmp(h.unprivileged, h.expect);
	for (int i = 0; i <= two; i++) {
		struct table_case *c = add_case(t, path);
		const char *expect = i ? h.unprivileged : h.expect;
		snprintf(c->name, sizeof c->name, "raw %s%s", h.name, i ? " @unpriv" : "");
		snprintf(c->message, sizeof c->message, "%s", i ? h.unprivileged_message : h.message);
		c->privileged = !i;
		c->accept = !strcmp(expect, "accept");
		c->flags = (uint32_t)strtoul(h.flags, NULL, 0);
		c->kernel.says = !strcmp(h.kernel, "takes")     ? KERNEL_TAKES
				 : !strcmp(h.kernel, "refuses") ? KERNEL_REFUSES
								: KERNEL_NOT_ASKED;
		snprintf(c->kernel.message, sizeof c->kernel.message, "%s", h.kernel_message);
	}
}

void table_read_texts(struct table *t, const char *dir)
{
	for_each_file(t, dir, "*.s", read_text);
}

static void add_tagged(struct table *t, const char *path, const struct retval_tag *tag, bool privileged)
{
	struct table_case *c = add_case(t, path);
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	const char *message = privileged || !tag->unprivileged_message[0] ? tag->message : tag->unprivileged_message;
	snprintf(c->name, sizeof c->name, "tag %.*s:%s%s", (int)strcspn(base, "."), base, tag->name,
		 privileged ? "" : " @unpriv");
	snprintf(c->program, sizeof c->program, "%s", tag->name);
	snprintf(c->message, sizeof c->message, "%s", message);
	c->is_tagged = true;
	c->privileged = privileged;
	c->accept = (privileged ? tag->load : tag->unprivileged_load) == RETVAL_LOADS;
	c->flags = tag->flags;
}

/* What other processors' tests expect does not hold here. */
static void read_object(struct table *t, const char *path)
{
	struct retval_tags tags;
	char err[512];
	if (!retval_read_tags(path, &tags, err, sizeof err)) {
		fprintf(stderr, "verifier_table: %s: %s\n", path, err);
		exit(66);
	}
	for (size_t i = 0; i < tags.n; i++) {
		const struct retval_tag *tag = &tags.at[i];
		if (tag->not_here)
			continue;
		if (tag->load)
			add_tagged(t, path, tag, true);
		if (tag->unprivileged_load && tag->unprivileged_load != tag->load)
			add_tagged(t, path, tag, false);
	}
	free(tags.at);
}

void table_read_objects(struct table *t, const char *dir)
{
	for_each_file(t, dir, "*.o", read_object);
}
