/* SPDX-License-Identifier: BSD-2-Clause */
/* The cache of verdicts: one table, by key. */
#include "checker/whole/verdicts.h"
#include "checker/whole/database.h"
#include "encode/solver/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROWS_MAX "100000" /* the oldest go first */

static const struct database_kind kind = {
    .file = "verdicts",
    .title = "cache of verdicts",
    .mark = "0x62706676",
    .version = "1",
    .tables = "CREATE TABLE IF NOT EXISTS verdicts(number INTEGER PRIMARY KEY, key BLOB UNIQUE NOT NULL, what BLOB "
	      "NOT NULL, sum BLOB NOT NULL);"
	      "DELETE FROM verdicts WHERE number <= (SELECT max(number) FROM verdicts) - " ROWS_MAX
	      ";SELECT key, what, sum FROM verdicts LIMIT 0",
};

struct verdicts {
	struct database d;
	sqlite3_stmt *find, *put;
};

static void drop(struct verdicts *v)
{
	sqlite3_finalize(v->find);
	sqlite3_finalize(v->put);
	v->find = v->put = NULL;
}

static void drop_if_broken(struct verdicts *v, int rc)
{
	if (!database_is_broken(rc))
		return;
	drop(v);
	database_remove(&v->d);
}

static bool is_own(const char *path)
{
	struct stat st;
	return !stat(path, &st) && st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

static bool prepare(struct verdicts *v)
{
	return sqlite3_prepare_v2(v->d.db, "SELECT what, sum FROM verdicts WHERE key = ?", -1, &v->find, NULL) ==
		   SQLITE_OK &&
	       sqlite3_prepare_v2(v->d.db, "INSERT OR REPLACE INTO verdicts(key, what, sum) VALUES(?, ?, ?)", -1,
				  &v->put, NULL) == SQLITE_OK;
}

struct verdicts *verdicts_open(const char *path, char *note, size_t len)
{
	struct verdicts *v = fault_calloc(1, sizeof *v);
	mode_t old = umask(077);
	bool open = database_open(&v->d, &kind, path, note, len);
	umask(old);
	if (open && !is_own(v->d.path))
		snprintf(note, len, "%s can be written by others, so it is not used", v->d.path);
	else if (open && !prepare(v))
		snprintf(note, len, "%s can't be used: %s", v->d.path, sqlite3_errmsg(v->d.db));
	else if (open)
		return v;
	verdicts_close(v);
	return NULL;
}

void verdicts_close(struct verdicts *v)
{
	if (!v)
		return;
	drop(v);
	database_close(&v->d);
	free(v);
}

static struct digest sum_up(const struct digest *key, const void *what, size_t n)
{
	struct bytes all = {0};
	bytes_put(&all, key->bytes, sizeof key->bytes);
	bytes_put(&all, what, n);
	struct digest sum = digest_make(all.at, all.n);
	bytes_release(&all);
	return sum;
}

/* The row that was found, if it is whole. */
static bool read_row(sqlite3_stmt *s, const struct digest *key, struct bytes *out)
{
	struct digest sum, kept;
	const void *what = sqlite3_column_blob(s, 0), *found = sqlite3_column_blob(s, 1);
	size_t n = (size_t)sqlite3_column_bytes(s, 0);
	if (!what || !found || sqlite3_column_bytes(s, 1) != sizeof kept.bytes)
		return false;
	memcpy(kept.bytes, found, sizeof kept.bytes);
	sum = sum_up(key, what, n);
	if (!digest_equal(&sum, &kept))
		return false;
	bytes_put(out, what, n);
	return true;
}

bool verdicts_find(struct verdicts *v, const struct digest *key, struct bytes *out)
{
	if (!v->find)
		return false;
	sqlite3_bind_blob(v->find, 1, key->bytes, sizeof key->bytes, SQLITE_STATIC);
	int rc = sqlite3_step(v->find);
	bool good = rc == SQLITE_ROW && read_row(v->find, key, out);
	sqlite3_reset(v->find);
	drop_if_broken(v, rc);
	return good;
}

void verdicts_put(struct verdicts *v, const struct digest *key, const struct bytes *what)
{
	if (!v->put)
		return;
	struct digest sum = sum_up(key, what->at, what->n);
	sqlite3_bind_blob(v->put, 1, key->bytes, sizeof key->bytes, SQLITE_STATIC);
	sqlite3_bind_blob(v->put, 2, what->at, (int)what->n, SQLITE_STATIC);
	sqlite3_bind_blob(v->put, 3, sum.bytes, sizeof sum.bytes, SQLITE_STATIC);
	int rc = sqlite3_step(v->put);
	sqlite3_reset(v->put);
	drop_if_broken(v, rc);
}
