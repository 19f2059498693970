/* SPDX-License-Identifier: BSD-2-Clause */
/* tests/retval-known.txt: the answers that differ from a tag, each with its reason. */
#include "tests/retval.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const retval_status_names[RETVAL_STATUS_COUNT] = {[RETVAL_AGREES] = "agrees",
							      [RETVAL_DIFFERS] = "differs",
							      [RETVAL_FAULTS] = "faults",
							      [RETVAL_NOT_MODELLED] = "unmodelled",
							      [RETVAL_UNREADABLE] = "unreadable",
							      [RETVAL_CRASHED] = "crashed",
							      [RETVAL_LATE] = "late"};

static size_t find_name(const char *const *names, size_t n, const char *name)
{
	size_t i = 0;
	while (i < n && strcmp(names[i], name) != 0)
		i++;
	return i;
}

static bool read_engines(char *list, unsigned *engines)
{
	char *rest;
	for (char *name = strtok_r(list, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
		size_t e = find_name(retval_engine_names, RETVAL_ENGINE_COUNT, name);
		if (e == RETVAL_ENGINE_COUNT)
			return false;
		*engines |= 1u << e;
	}
	return *engines != 0;
}

static bool read_line(const char *line, struct retval_known *k)
{
	char engines[64], status[32];
	*k = (struct retval_known){0};
	if (sscanf(line, "%63s %63s %127s %31s %499[^\n]", engines, k->object, k->program, status, k->reason) != 5)
		return false;
	size_t s = find_name(retval_status_names, RETVAL_STATUS_COUNT, status);
	k->status = (enum retval_status)s;
	return s != RETVAL_AGREES && s != RETVAL_STATUS_COUNT && read_engines(engines, &k->engines);
}

static struct retval_known *add_known(struct retval_known_list *l)
{
	l->at = realloc(l->at, (l->n + 1) * sizeof *l->at);
	if (!l->at)
		abort();
	return &l->at[l->n++];
}

bool retval_read_known(const char *path, struct retval_known_list *out)
{
	char line[1024];
	bool good = true;
	*out = (struct retval_known_list){0};
	FILE *f = fopen(path, "r");
	if (!f) {
		fprintf(stderr, "%s: can't be read: %s\n", path, strerror(errno));
		return false;
	}
	for (unsigned number = 1; good && fgets(line, sizeof line, f); number++) {
		if (line[strspn(line, " \t")] == '#' || line[strspn(line, " \t\n")] == '\0')
			continue;
		good = read_line(line, add_known(out));
		if (!good)
			fprintf(stderr, "%s:%u: expected ENGINE[,ENGINE...] OBJECT PROGRAM STATUS REASON\n", path,
				number);
	}
	fclose(f);
	if (!good)
		free(out->at);
	return good;
}

const struct retval_known *retval_find_known(struct retval_known_list *l, const struct retval_case *c,
					     enum retval_engine e, enum retval_status s)
{
	for (size_t i = 0; i < l->n; i++) {
		struct retval_known *k = &l->at[i];
		if (!(k->engines & 1u << e) || k->status != s || strcmp(k->object, c->name) != 0 ||
		    strcmp(k->program, c->tag->name) != 0)
			continue;
		k->met |= 1u << e;
		return k;
	}
	return NULL;
}
