/* SPDX-License-Identifier: BSD-2-Clause */
/* The cache of finds as an SQLite database with one table. */
#include "synth/search/cache.h"

#include "checker/whole/database.h"
#include "synth/draft/alloc.h"

#include <string.h>

static const struct database_kind kind = {
    .file = "finds",
    .title = "cache of finds",
    .mark = "0x62706670",
    .version = "1",
    .tables = "CREATE TABLE IF NOT EXISTS finds(key INTEGER PRIMARY KEY, rounds INTEGER NOT NULL, insns BLOB);"
	      "SELECT key, rounds, insns FROM finds LIMIT 0",
};

struct cache {
	struct database d;
	sqlite3_stmt *find, *put;
};

static void drop(struct cache *c)
{
	sqlite3_finalize(c->find);
	sqlite3_finalize(c->put);
	c->find = c->put = NULL;
}

/* The next run begins it anew. */
static void drop_if_broken(struct cache *c, int rc)
{
	if (!database_is_broken(rc))
		return;
	drop(c);
	database_remove(&c->d);
}

static bool prepare(struct cache *c)
{
	return sqlite3_prepare_v2(c->d.db, "SELECT rounds, insns FROM finds WHERE key = ?", -1, &c->find, NULL) ==
		   SQLITE_OK &&
	       sqlite3_prepare_v2(c->d.db, "INSERT OR REPLACE INTO finds VALUES(?, ?, ?)", -1, &c->put, NULL) == SQLITE_OK;
}

struct cache *cache_open(const char *path, char *note, size_t len)
{
	struct cache *c = checked(calloc(1, sizeof *c));
	bool open = database_open(&c->d, &kind, path, note, len);
	if (open && prepare(c))
		return c;
	if (open)
		snprintf(note, len, "the cache of finds %s can't be used: %s", c->d.path, sqlite3_errmsg(c->d.db));
	cache_close(c);
	return NULL;
}

void cache_close(struct cache *c)
{
	if (!c)
		return;
	drop(c);
	database_close(&c->d);
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
	drop_if_broken(c, rc);
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
	drop_if_broken(c, rc);
}
