/* SPDX-License-Identifier: BSD-2-Clause */
/* The objects of a run: one file, two, a folder's, or those of two folders, paired by their path below it. */
#ifndef FILES_H
#define FILES_H

#include "checker/whole/folder.h"
#include "encode/digest.h"
#include "encode/object/program.h"

struct whole_file {
	char *name;               /* the path below the folder, or the (first) file's own */
	char *path[2];            /* NULL: there is none on that side */
	struct object *object[2]; /* between files_open and files_close */
	struct digest digest[2];  /* of these (key.h) */
	enum object_error failure;
	char *why; /* of the failure, one sentence */
};

struct whole_files {
	struct whole_file *at;
	size_t n, sides; /* 1 or 2 */
	bool folders;
	struct folder_list skipped[2]; /* files of the folders that are no objects */
};

/* `roots`: as many files or folders as there are sides. OBJECT_OK, or a sentence in err; OBJECT_MALFORMED if one is a
 * folder and the other a file. To be released either way. */
enum object_error files_find(const char *const *roots, size_t sides, struct whole_files *out, char *err, size_t len);
void files_release(struct whole_files *f);
/* Has the file no partner in the other folder? */
bool files_is_alone(const struct whole_files *f, const struct whole_file *file);

/* Reads the file's objects (objects_read) and gives `type` to the programs that have none. False: failure and why say
 * it. files_close releases what was read. */
bool files_open(struct whole_file *f, struct object_types *types, enum progtype type);
void files_close(struct whole_file *f);
#endif
