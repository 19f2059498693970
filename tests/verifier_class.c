/* SPDX-License-Identifier: BSD-2-Clause */
/* The reviewed lists: classes of error messages, and cases whose answer differs from the kernel's with a reason. */
#include "tests/verifier_table.h"

#include <stdlib.h>
#include <string.h>

const char *const table_class_names[CLASS_COUNT] = {
    [CLASS_NONE] = "not classified", [CLASS_SAFETY] = "safety", [CLASS_RULE] = "rule"};

static bool add_row(struct table_list *l, const char *line)
{
	struct table_row *r = &l->at[l->n];
	const char *sep = strstr(line, " -- ");
	if (!sep || sep == line || !sep[4] || (size_t)(sep - line) >= sizeof r->key)
		return false;
	snprintf(r->key, sizeof r->key, "%.*s", (int)(sep - line), line);
	snprintf(r->reason, sizeof r->reason, "%s", sep + 4);
	l->n++;
	return true;
}

bool table_read_list(const char *path, struct table_list *out)
{
	char line[1024];
	unsigned number = 0;
	FILE *f = fopen(path, "r");
	*out = (struct table_list){0};
	if (!f) {
		perror(path);
		return false;
	}
	while (fgets(line, sizeof line, f)) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (!line[0] || line[0] == '#')
			continue;
		out->at = realloc(out->at, (out->n + 1) * sizeof *out->at);
		if (!out->at)
			abort();
		out->at[out->n] = (struct table_row){0};
		if (!add_row(out, line)) {
			fprintf(stderr, "%s:%u: expected a key, \" -- \" and a reason\n", path, number);
			fclose(f);
			return false;
		}
	}
	fclose(f);
	return true;
}

/* `pattern` at the beginning of s; * stands for any text. */
static bool begins(const char *pattern, const char *s)
{
	for (; *pattern; pattern++, s++) {
		if (*pattern == '*') {
			for (; *s; s++)
				if (begins(pattern + 1, s))
					return true;
			return begins(pattern + 1, s);
		}
		if (*pattern != *s)
			return false;
	}
	return true;
}

static bool contains(const char *pattern, const char *s)
{
	for (; *s; s++)
		if (begins(pattern, s))
			return true;
	return false;
}

enum table_class table_classify(struct table_list *classes, const char *message)
{
	if (!message[0])
		message = "(no message)";
	for (size_t i = 0; i < classes->n; i++) {
		struct table_row *r = &classes->at[i];
		for (enum table_class c = CLASS_SAFETY; c < CLASS_COUNT; c++) {
			size_t n = strlen(table_class_names[c]);
			if (strncmp(r->key, table_class_names[c], n) || strncmp(r->key + n, ": ", 2) ||
			    !contains(r->key + n + 2, message))
				continue;
			r->met++;
			return c;
		}
	}
	return CLASS_NONE;
}

/* "raw and/1 ..." is listed as "raw and/1", "raw and/1 @unpriv". */
struct table_row *table_find(struct table_list *l, const struct table_case *c)
{
	char key[300];
	const char *second = strchr(c->name, ' ') + 1;
	size_t n = strcspn(second, " ");
	snprintf(key, sizeof key, "%.*s%s", (int)(second - c->name) + (int)n, c->name, c->privileged ? "" : " @unpriv");
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->at[i].key, key)) {
			l->at[i].met++;
			return &l->at[i];
		}
	return NULL;
}
