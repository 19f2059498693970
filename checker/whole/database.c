/* SPDX-License-Identifier: BSD-2-Clause */
/* SQLite databases as caches. */
#include "checker/whole/database.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 500 /* for other runs to end what they write; after that it is not kept */

static bool default_path(const char *file, char *out, size_t len)
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int n;
	if (base && *base == '/')
		n = snprintf(out, len, "%s/bpfprove/%s", base, file);
	else if (home && *home)
		n = snprintf(out, len, "%s/.cache/bpfprove/%s", home, file);
	else
		return false;
	return n > 0 && (size_t)n < len;
}

/* The folders above a file. */
static bool make_folders(const char *path)
{
	char part[4096];
	for (const char *s = path + 1; (s = strchr(s, '/')); s++) {
		snprintf(part, sizeof part, "%.*s", (int)(s - path), path);
		if (mkdir(part, 0700) && errno != EEXIST)
			return false;
	}
	return true;
}

static int64_t ask_number(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *s;
	int64_t v = -1;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		v = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return v;
}

static bool is_ours(const struct database *d)
{
	return ask_number(d->db, "PRAGMA application_id") == strtoll(d->kind->mark, NULL, 0) &&
	       ask_number(d->db, "PRAGMA user_version") == strtoll(d->kind->version, NULL, 0);
}

bool database_is_broken(int rc)
{
	return rc == SQLITE_NOTADB || rc == SQLITE_CORRUPT || rc == SQLITE_SCHEMA || rc == SQLITE_ERROR;
}

/* An SQLite result code; SQLITE_NOTADB also for what is another database. Looked at and made under one lock: another
 * run may be at the same. */
static int claim_file(struct database *d)
{
	char sql[1024];
	int rc = sqlite3_exec(d->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return rc;
	int64_t tables = ask_number(d->db, "SELECT count(*) FROM sqlite_master");
	if (tables < 0)
		return sqlite3_errcode(d->db);
	if (tables && !is_ours(d))
		return SQLITE_NOTADB;
	snprintf(sql, sizeof sql, "PRAGMA application_id = %s; PRAGMA user_version = %s; %s; COMMIT", d->kind->mark,
		 d->kind->version, d->kind->tables);
	return sqlite3_exec(d->db, sql, NULL, NULL, NULL);
}

/* Without a write-ahead log, which can't begin while others are in the file, it is only slower. */
static int open_file(struct database *d)
{
	int rc = sqlite3_open_v2(d->path, &d->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_busy_timeout(d->db, BUSY_MS);
	rc = claim_file(d);
	if (rc == SQLITE_OK)
		sqlite3_exec(d->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
	return rc;
}

void database_close(struct database *d)
{
	sqlite3_close(d->db);
	d->db = NULL;
}

void database_remove(struct database *d)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
	database_close(d);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char path[sizeof d->path + 16];
		snprintf(path, sizeof path, "%s%s", d->path, ends[i]);
		unlink(path);
	}
}

bool database_open(struct database *d, const struct database_kind *kind, const char *path, char *note, size_t len)
{
	*d = (struct database){.kind = kind};
	*note = 0;
	if (path)
		snprintf(d->path, sizeof d->path, "%s", path);
	if ((!path && !default_path(kind->file, d->path, sizeof d->path)) || !make_folders(d->path)) {
		snprintf(note, len, "there is no folder for the %s", kind->title);
		return false;
	}
	int rc = open_file(d);
	if (database_is_broken(rc)) {
		snprintf(note, len, "%s was no %s of this version and is begun anew", d->path, kind->title);
		database_remove(d);
		rc = open_file(d);
	}
	if (rc == SQLITE_OK)
		return true;
	snprintf(note, len, "the %s %s can't be used: %s", kind->title, d->path, sqlite3_errstr(rc));
	database_close(d);
	return false;
}
