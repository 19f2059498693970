/* SPDX-License-Identifier: BSD-2-Clause */
/* The objects of a run. */
#include "checker/whole/files.h"
#include "checker/equiv/objects.h"
#include "encode/solver/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *s)
{
	size_t n = strlen(s) + 1;
	return memcpy(fault_calloc(n, 1), s, n);
}

/* The next name of either list; both have it or one. */
static void push_pair(struct whole_files *out, const char *const *roots, const struct folder lists[2], size_t at[2])
{
	const char *name[2];
	for (size_t i = 0; i < 2; i++)
		name[i] = i < out->sides && at[i] < lists[i].objects.n ? lists[i].objects.at[at[i]] : NULL;
	int order = !name[0] ? 1 : !name[1] ? -1 : strcmp(name[0], name[1]);
	struct whole_file *f = &out->at[out->n++];
	*f = (struct whole_file){.name = copy(order <= 0 ? name[0] : name[1])};
	for (size_t i = 0; i < 2; i++)
		if (i ? order >= 0 : order <= 0) {
			f->path[i] = folder_join(roots[i], f->name);
			at[i]++;
		}
}

static enum object_error find_in_folders(const char *const *roots, struct whole_files *out, char *err, size_t len)
{
	struct folder lists[2] = {0};
	size_t at[2] = {0, 0};
	bool good = true;
	for (size_t i = 0; good && i < out->sides; i++)
		good = folder_read(roots[i], &lists[i], err, len);
	out->at = fault_calloc(lists[0].objects.n + lists[1].objects.n + 1, sizeof *out->at);
	while (good && (at[0] < lists[0].objects.n || at[1] < lists[1].objects.n))
		push_pair(out, roots, lists, at);
	for (size_t i = 0; i < 2; i++) {
		out->skipped[i] = lists[i].others;
		lists[i].others = (struct folder_list){0};
		folder_release(&lists[i]);
	}
	return good ? OBJECT_OK : OBJECT_UNREADABLE;
}

enum object_error files_find(const char *const *roots, size_t sides, struct whole_files *out, char *err, size_t len)
{
	*out = (struct whole_files){.sides = sides, .folders = folder_is(roots[0])};
	if (sides == 2 && folder_is(roots[1]) != out->folders) {
		snprintf(err, len, "%s is a folder, %s is none", roots[!out->folders], roots[out->folders]);
		return OBJECT_MALFORMED;
	}
	if (out->folders)
		return find_in_folders(roots, out, err, len);
	out->at = fault_calloc(1, sizeof *out->at);
	out->n = 1;
	out->at->name = copy(roots[0]);
	for (size_t i = 0; i < sides; i++)
		out->at->path[i] = copy(roots[i]);
	return OBJECT_OK;
}

void files_release(struct whole_files *f)
{
	for (size_t i = 0; i < f->n; i++) {
		files_close(&f->at[i]);
		free(f->at[i].name);
		free(f->at[i].path[0]);
		free(f->at[i].path[1]);
		free(f->at[i].why);
	}
	for (size_t i = 0; i < 2; i++)
		folder_release(&(struct folder){.others = f->skipped[i]});
	free(f->at);
	*f = (struct whole_files){0};
}

bool files_is_alone(const struct whole_files *f, const struct whole_file *file)
{
	return f->sides == 2 && (!file->path[0] || !file->path[1]);
}

static void set_type(struct object *o, enum progtype type)
{
	for (size_t i = 0; i < o->n_programs; i++)
		if (o->programs[i]->type == PROGTYPE_UNSPEC)
			o->programs[i]->type = type;
}

bool files_open(struct whole_file *f, struct object_types *types, enum progtype type)
{
	char why[1024];
	for (int i = 0; i < 2 && f->failure == OBJECT_OK; i++) {
		if (!f->path[i])
			continue;
		f->failure = objects_read_by(f->path[i], types, &f->object[i], why, sizeof why);
		if (f->failure == OBJECT_OK)
			set_type(f->object[i], type);
		else
			f->why = copy(why);
	}
	return f->failure == OBJECT_OK;
}

void files_close(struct whole_file *f)
{
	for (int i = 0; i < 2; i++) {
		object_free(f->object[i]);
		f->object[i] = NULL;
	}
}
