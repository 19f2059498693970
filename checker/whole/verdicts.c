/* SPDX-License-Identifier: BSD-2-Clause */
/* The cache of verdicts: one table, by key. */
#include "checker/whole/verdicts.h"
#include "checker/whole/database.h"
#include "encode/solver/fault.h"

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

static void sum_up(const struct key *key, const void *what, size_t n, uint8_t out[SHA256_BYTES])
{
	struct sha256 h;
	sha256_init(&h);
	sha256_add(&h, key->bytes, sizeof key->bytes);
	sha256_add(&h, what, n);
	sha256_finish(&h, out);
}

/* The row that was found, if it is whole. */
static bool read_row(sqlite3_stmt *s, const struct key *key, struct bytes *out)
{
	uint8_t sum[SHA256_BYTES];
	const void *what = sqlite3_column_blob(s, 0), *kept = sqlite3_column_blob(s, 1);
	size_t n = (size_t)sqlite3_column_bytes(s, 0);
	if (!what || !kept || sqlite3_column_bytes(s, 1) != SHA256_BYTES)
		return false;
	sum_up(key, what, n, sum);
	if (memcmp(sum, kept, sizeof sum) != 0)
		return false;
	bytes_put(out, what, n);
	return true;
}

bool verdicts_find(struct verdicts *v, const struct key *key, struct bytes *out)
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

void verdicts_put(struct verdicts *v, const struct key *key, const struct bytes *what)
{
	uint8_t sum[SHA256_BYTES];
	if (!v->put)
		return;
	sum_up(key, what->at, what->n, sum);
	sqlite3_bind_blob(v->put, 1, key->bytes, sizeof key->bytes, SQLITE_STATIC);
	sqlite3_bind_blob(v->put, 2, what->at, (int)what->n, SQLITE_STATIC);
	sqlite3_bind_blob(v->put, 3, sum, sizeof sum, SQLITE_STATIC);
	int rc = sqlite3_step(v->put);
	sqlite3_reset(v->put);
	drop_if_broken(v, rc);
}
