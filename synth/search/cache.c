/* SPDX-License-Identifier: BSD-2-Clause */
/* The cache of finds as an SQLite database with one table. */
#include "synth/search/cache.h"

#include "synth/draft/alloc.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION 0x62706670 /* application_id: says that the file is ours */
#define FORMAT 1               /* user_version */
#define TEXT(x) TEXT_OF(x)
#define TEXT_OF(x) #x
#define BUSY_MS 500 /* for other runs to end what they write; after that it is not kept */

struct cache {
	sqlite3 *db;
	sqlite3_stmt *find, *put;
	char path[4096];
};

static bool default_path(char *out, size_t len)
{
	const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	int n;
	if (base && *base == '/')
		n = snprintf(out, len, "%s/bpfprove/finds", base);
	else if (home && *home)
		n = snprintf(out, len, "%s/.cache/bpfprove/finds", home);
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

static bool is_ours(sqlite3 *db)
{
	return ask_number(db, "PRAGMA application_id") == APPLICATION &&
	       ask_number(db, "PRAGMA user_version") == FORMAT;
}

static void drop(struct cache *c)
{
	sqlite3_finalize(c->find);
	sqlite3_finalize(c->put);
	sqlite3_close(c->db);
	c->db = NULL;
	c->find = c->put = NULL;
}

/* An SQLite result code; SQLITE_NOTADB also for what is another database. */
static int open_file(struct cache *c)
{
	int rc = sqlite3_open_v2(c->path, &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_busy_timeout(c->db, BUSY_MS);
	if (ask_number(c->db, "SELECT count(*) FROM sqlite_master") != 0 && !is_ours(c->db))
		return sqlite3_errcode(c->db) == SQLITE_BUSY ? SQLITE_BUSY : SQLITE_NOTADB;
	rc = sqlite3_exec(c->db,
			  "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
			  "BEGIN IMMEDIATE;"
			  "PRAGMA application_id = " TEXT(APPLICATION) "; PRAGMA user_version = " TEXT(
			      FORMAT) ";"
				      "CREATE TABLE IF NOT EXISTS finds(key INTEGER PRIMARY KEY, rounds INTEGER NOT "
				      "NULL, insns BLOB);"
				      "COMMIT;",
			  NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(c->db, "SELECT rounds, insns FROM finds WHERE key = ?", -1, &c->find, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_prepare_v2(c->db, "INSERT OR REPLACE INTO finds VALUES(?, ?, ?)", -1, &c->put, NULL);
	return rc;
}

static bool is_broken(int rc)
{
	return rc == SQLITE_NOTADB || rc == SQLITE_CORRUPT || rc == SQLITE_SCHEMA || rc == SQLITE_ERROR;
}

static void remove_file(const struct cache *c)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char path[sizeof c->path + 16];
		snprintf(path, sizeof path, "%s%s", c->path, ends[i]);
		unlink(path);
	}
}

struct cache *cache_open(const char *path, char *note, size_t len)
{
	struct cache *c = checked(calloc(1, sizeof *c));
	note[0] = 0;
	if (path)
		snprintf(c->path, sizeof c->path, "%s", path);
	if ((!path && !default_path(c->path, sizeof c->path)) || !make_folders(c->path)) {
		snprintf(note, len, "there is no folder for the cache of finds");
		free(c);
		return NULL;
	}
	int rc = open_file(c);
	if (is_broken(rc)) {
		snprintf(note, len, "%s was no cache of finds of this version and is begun anew", c->path);
		drop(c);
		remove_file(c);
		rc = open_file(c);
	}
	if (rc == SQLITE_OK)
		return c;
	snprintf(note, len, "the cache of finds %s can't be used: %s", c->path, sqlite3_errstr(rc));
	drop(c);
	free(c);
	return NULL;
}

void cache_close(struct cache *c)
{
	if (!c)
		return;
	drop(c);
	free(c);
}

/* Part of a straight line that means the same in every program. */
static bool is_portable(const struct insn *in, bool last)
{
	static const enum isa_form forms[] = {FORM_ALU,  FORM_ALUX, FORM_ALU1, FORM_END,   FORM_LDX,
					      FORM_LDXS, FORM_ST,   FORM_STX,  FORM_ATOMIC};
	if (insn_has_form(in, FORM_WIDE))
		return in->src == WIDE_CONST;
	if (insn_has_form(in, FORM_JMP))
		return last;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (insn_has_form(in, forms[i]))
			return !insn_writes_frame_pointer(in);
	return false;
}

static bool are_portable(const struct insn *insns, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		bool tail = insns[i].op == ISA_WIDE_TAIL, after_wide = i && insns[i - 1].op == ISA_LDDW;
		if (tail != after_wide || (!tail && !is_portable(&insns[i], i + 1 == n)))
			return false;
	}
	return !n || insns[n - 1].op != ISA_LDDW;
}

/* Each slot decoded by itself: a jump's offset says nothing here. */
static bool read_insns(const uint8_t *bytes, size_t len, struct cache_entry *out)
{
	char err[120];
	if (len % 8 || len > 8 * CACHE_SLOTS)
		return false;
	out->n = (unsigned)(len / 8);
	for (unsigned i = 0; i < out->n; i++) {
		struct insn *in = &out->insns[i];
		if (i && in[-1].op == ISA_LDDW) {
			uint32_t high;
			memcpy(&high, bytes + 8 * i + 4, 4);
			in[-1].imm64 = (uint32_t)in[-1].imm | (uint64_t)high << 32;
			*in = (struct insn){.op = ISA_WIDE_TAIL};
		} else if (!insn_decode_slot(bytes + 8 * i, in, err, sizeof err)) {
			return false;
		}
	}
	return are_portable(out->insns, out->n);
}

bool cache_find(struct cache *c, uint64_t key, struct cache_entry *out)
{
	bool good = false;
	if (!c->find)
		return false;
	sqlite3_bind_int64(c->find, 1, (int64_t)key);
	int rc = sqlite3_step(c->find);
	if (rc == SQLITE_ROW) {
		*out = (struct cache_entry){.rounds = (unsigned)sqlite3_column_int(c->find, 0)};
		out->found = sqlite3_column_type(c->find, 1) == SQLITE_BLOB;
		good = !out->found ||
		       read_insns(sqlite3_column_blob(c->find, 1), (size_t)sqlite3_column_bytes(c->find, 1), out);
	}
	sqlite3_reset(c->find);
	if (is_broken(rc)) { /* the next run begins it anew */
		drop(c);
		remove_file(c);
	}
	return good;
}

void cache_put(struct cache *c, uint64_t key, const struct cache_entry *e)
{
	uint8_t bytes[8 * CACHE_SLOTS];
	if (!c->put || (e->found && (e->n > CACHE_SLOTS || !are_portable(e->insns, e->n))))
		return;
	if (e->found)
		insn_encode(e->insns, e->n, bytes);
	sqlite3_bind_int64(c->put, 1, (int64_t)key);
	sqlite3_bind_int(c->put, 2, (int)e->rounds);
	if (!e->found)
		sqlite3_bind_null(c->put, 3);
	else if (e->n)
		sqlite3_bind_blob(c->put, 3, bytes, (int)(8 * e->n), SQLITE_TRANSIENT);
	else
		sqlite3_bind_zeroblob(c->put, 3, 0);
	int rc = sqlite3_step(c->put);
	sqlite3_reset(c->put);
	if (is_broken(rc)) {
		drop(c);
		remove_file(c);
	}
}
