/* SPDX-License-Identifier: BSD-2-Clause */
/* The BPF objects and assembly texts in a folder and the folders in it. */
#ifndef FOLDER_H
#define FOLDER_H

#include <stdbool.h>
#include <stddef.h>

struct folder_list {
	char **at; /* owned; paths below the folder, sorted */
	size_t n, room;
};

struct folder {
	struct folder_list objects; /* ELF files for BPF, and what ends in .s or .bpf */
	struct folder_list others;  /* all other files, and links to folders, which are not followed */
};

bool folder_is(const char *path);
/* False with a sentence in err if some folder can't be read. To be released either way. */
bool folder_read(const char *root, struct folder *out, char *err, size_t len);
void folder_release(struct folder *f);
/* root/name; the caller frees it. */
char *folder_join(const char *root, const char *name);
#endif
