/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SQLite databases as caches of one user: several runs may use one at the same
 * time or be killed in between. What is none of ours, or broken, gives way to
 * an empty one.
 */
#ifndef DATABASE_H
#define DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

struct database_kind {
	const char *file;    /* in $XDG_CACHE_HOME/bpfprove or ~/.cache/bpfprove */
	const char *title;   /* "cache of finds" */
	const char *mark;    /* PRAGMA application_id, a number as text: says that the file is ours */
	const char *version; /* PRAGMA user_version, the same: of the tables */
	const char *tables;  /* SQL that makes them if they are not there */
};

struct database {
	sqlite3 *db; /* NULL: it can't be used any more */
	const struct database_kind *kind;
	char path[4096];
};

/* The file at `path`; NULL: where the kind says. It and its folder are made. False: there can be none. `note` is then,
 * or where a file gave way, one sentence, else "". */
bool database_open(struct database *d, const struct database_kind *kind, const char *path, char *note, size_t len);
/* Statements have to be finalized before. */
void database_close(struct database *d);
/* Does a result code say that the file is not what it should be? */
bool database_is_broken(int rc);
/* For the next run, which begins it anew. Statements have to be finalized before. */
void database_remove(struct database *d);
#endif
