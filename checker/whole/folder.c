/* SPDX-License-Identifier: BSD-2-Clause */
/* What lies in a folder. */
#include "checker/whole/folder.h"
#include "encode/solver/fault.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 64

struct search {
	const char *root;
	struct folder *out;
	char *err;
	size_t len;
};

static char *copy(const char *s)
{
	size_t n = strlen(s) + 1;
	return memcpy(fault_calloc(n, 1), s, n);
}

char *folder_join(const char *root, const char *name)
{
	size_t n = strlen(root), room = n + strlen(name) + 2;
	char *path = fault_calloc(room, 1);
	while (n > 1 && root[n - 1] == '/')
		n--;
	snprintf(path, room, "%.*s%s%s", (int)n, root, n && root[n - 1] == '/' ? "" : "/", name);
	return path;
}

bool folder_is(const char *path)
{
	struct stat st;
	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

static void push(struct folder_list *l, const char *name)
{
	if (l->n == l->room) {
		l->room = 2 * l->room + 16;
		l->at = fault_realloc(l->at, l->room, sizeof *l->at);
	}
	l->at[l->n++] = copy(name);
}

/* Old compilers left the machine open. A file that can't be read is one, so that its reader says why. */
static bool is_bpf(const char *path)
{
	Elf64_Ehdr h = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return true;
	ssize_t n = read(fd, &h, sizeof h);
	close(fd);
	bool elf =
	    n >= (ssize_t)(offsetof(Elf64_Ehdr, e_machine) + sizeof h.e_machine) && !memcmp(h.e_ident, ELFMAG, SELFMAG);
	return elf && (h.e_machine == EM_BPF || h.e_machine == EM_NONE);
}

static bool is_object(const char *path, const struct stat *st)
{
	const char *dot = strrchr(path, '.');
	bool text = dot && (!strcmp(dot, ".s") || !strcmp(dot, ".bpf"));
	return S_ISREG(st->st_mode) && (text || is_bpf(path));
}

static bool search(struct search *s, const char *below, unsigned depth);

static bool add(struct search *s, const char *name, unsigned depth)
{
	struct stat st = {0}, link = {0};
	char *path = folder_join(s->root, name);
	bool good = true, gone = lstat(path, &link) || stat(path, &st);
	if (!gone && S_ISDIR(link.st_mode))
		good = search(s, name, depth + 1);
	else
		push(!gone && is_object(path, &st) ? &s->out->objects : &s->out->others, name);
	free(path);
	return good;
}

/* `below`: the folder below the root, "" for the root. */
static bool search(struct search *s, const char *below, unsigned depth)
{
	char *path = *below ? folder_join(s->root, below) : copy(s->root);
	DIR *d = depth < DEPTH_MAX ? opendir(path) : NULL;
	bool good = d != NULL;
	if (!d)
		snprintf(s->err, s->len, "%s: can't be read: %s", path,
			 depth < DEPTH_MAX ? strerror(errno) : "too many folders inside each other");
	for (struct dirent *e; good && (e = readdir(d));) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		char *name = *below ? folder_join(below, e->d_name) : copy(e->d_name);
		good = add(s, name, depth);
		free(name);
	}
	if (d)
		closedir(d);
	free(path);
	return good;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool folder_read(const char *root, struct folder *out, char *err, size_t len)
{
	struct folder_list *lists[] = {&out->objects, &out->others};
	*out = (struct folder){0};
	struct search s = {root, out, err, len};
	bool good = search(&s, "", 0);
	for (int i = 0; i < 2; i++)
		if (lists[i]->n)
			qsort(lists[i]->at, lists[i]->n, sizeof *lists[i]->at, compare);
	return good;
}

static void release(struct folder_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->at[i]);
	free(l->at);
}

void folder_release(struct folder *f)
{
	release(&f->objects);
	release(&f->others);
	*f = (struct folder){0};
}
