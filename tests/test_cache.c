/* SPDX-License-Identifier: BSD-2-Clause */
/* The cache of finds: kept, shared, killed, broken. */
#include "synth/search/cache.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
	char folder[64], path[128];
};

static struct place new_place(void)
{
	struct place p;
	snprintf(p.folder, sizeof p.folder, "/tmp/test_cache_XXXXXX");
	cr_assert(mkdtemp(p.folder));
	snprintf(p.path, sizeof p.path, "%s/a/finds", p.folder);
	return p;
}

static void remove_place(const struct place *p)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", p->folder);
	cr_assert_eq(system(command), 0);
}

static struct cache *must_open(const struct place *p)
{
	char note[300];
	struct cache *c = cache_open(p->path, note, sizeof note);
	cr_assert(c, "%s", note);
	cr_expect_str_empty(note);
	return c;
}

static struct cache_entry entry_of(const char *text)
{
	char err[200];
	struct insn *insns;
	size_t n;
	struct cache_entry e = {.found = true, .rounds = 1};
	cr_assert(insn_assemble(text, NULL, NULL, &insns, &n, err, sizeof err), "%s", err);
	e.n = (unsigned)n - 1; /* the exit */
	memcpy(e.insns, insns, e.n * sizeof *insns);
	free(insns);
	return e;
}

static bool same_insns(const struct cache_entry *a, const struct cache_entry *b)
{
	bool same = a->found == b->found && a->n == b->n;
	for (unsigned i = 0; same && i < a->n; i++)
		same = a->insns[i].op == b->insns[i].op && a->insns[i].dst == b->insns[i].dst &&
		       a->insns[i].src == b->insns[i].src && a->insns[i].width == b->insns[i].width &&
		       a->insns[i].k == b->insns[i].k && a->insns[i].off == b->insns[i].off &&
		       a->insns[i].imm == b->insns[i].imm && a->insns[i].imm64 == b->insns[i].imm64;
	return same;
}

Test(cache, finds_are_kept_from_run_to_run)
{
	struct place p = new_place();
	struct cache_entry sum = entry_of("r1 += 7\nw2 = w1\n*(u16 *)(r10 - 8) = r1\nexit\n"), none = {.found = true},
			   wide = entry_of("r3 = 0x123456789abcdef0 ll\nexit\n"), vain = {.rounds = 3}, got;
	struct cache *c = must_open(&p);
	cr_expect_not(cache_find(c, 1, &got));
	cache_put(c, 1, &sum);
	cache_put(c, 2, &none);
	cache_put(c, 3, &wide);
	cache_put(c, ~0ull, &vain);
	cache_close(c);
	c = must_open(&p);
	cr_assert(cache_find(c, 1, &got));
	cr_expect(same_insns(&got, &sum));
	cr_assert(cache_find(c, 2, &got));
	cr_expect(same_insns(&got, &none), "nothing is a replacement too");
	cr_assert(cache_find(c, 3, &got));
	cr_expect(same_insns(&got, &wide));
	cr_assert(cache_find(c, ~0ull, &got));
	cr_expect_not(got.found);
	cr_expect_eq(got.rounds, 3);
	cr_expect_not(cache_find(c, 4, &got));
	cache_put(c, ~0ull, &sum); /* a find takes the place of a search in vain */
	cr_assert(cache_find(c, ~0ull, &got));
	cr_expect(got.found);
	cache_close(c);
	remove_place(&p);
}

Test(cache, what_means_something_else_elsewhere_is_left_out)
{
	struct place p = new_place();
	struct cache *c = must_open(&p);
	struct cache_entry got,
	    jump = entry_of("if r1 == 0 goto +0\nr0 = 0\nexit\n"),
	    map = {.found = true,
		   .n = 2,
		   .insns = {{.op = ISA_LDDW, .width = 64, .src = WIDE_MAP, .imm = 5, .imm64 = 5},
			     {.op = ISA_WIDE_TAIL}}},
	    call = {.found = true, .n = 1, .insns = {{.op = ISA_CALL, .imm = 7}}},
	    frame = {.found = true, .n = 1, .insns = {{.op = ISA_ADD, .width = 64, .dst = 10, .k = true, .imm = 8}}},
	    half = {.found = true, .n = 1, .insns = {{.op = ISA_LDDW, .width = 64}}};
	const struct cache_entry *const bad[] = {&jump, &map, &call, &frame, &half};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		cache_put(c, i, bad[i]);
		cr_expect_not(cache_find(c, i, &got), "%zu", i);
	}
	cache_close(c);
	remove_place(&p);
}

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	cr_assert(f);
	fputs(text, f);
	fclose(f);
}

static void write_other(const char *path)
{
	sqlite3 *db;
	unlink(path);
	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, "create table other(x); insert into other values(1)", NULL, NULL, NULL),
		     SQLITE_OK);
	sqlite3_close(db);
}

Test(cache, what_is_no_cache_is_begun_anew)
{
	struct place p = new_place();
	char folder[200], note[300];
	struct cache_entry sum = entry_of("r1 += 7\nexit\n"), got;
	snprintf(folder, sizeof folder, "%s/a", p.folder);
	cr_assert_eq(mkdir(folder, 0700), 0);
	for (unsigned kind = 0; kind < 2; kind++) {
		if (kind)
			write_other(p.path);
		else
			write_text(p.path,
				   "this is a text, and long enough to be taken for a page of something: it is not.\n");
		struct cache *c = cache_open(p.path, note, sizeof note);
		cr_assert(c, "%s", note);
		cr_expect(strstr(note, "is begun anew"), "%s", note);
		cache_put(c, 5, &sum);
		cache_close(c);
		c = must_open(&p);
		cr_expect(cache_find(c, 5, &got));
		cache_close(c);
	}
	remove_place(&p);
}

/* Pages are spoiled while the file's head looks well: finds are lost, nothing else, and the next run has a cache. */
Test(cache, damage_is_survived)
{
	struct place p = new_place();
	char command[500], note[300];
	struct cache_entry sum = entry_of("r1 += 7\nexit\n"), got;
	struct cache *c = must_open(&p);
	for (uint64_t i = 0; i < 3000; i++)
		cache_put(c, i * 0x9e3779b97f4a7c15u, &sum);
	cache_close(c);
	snprintf(command, sizeof command, "dd if=/dev/urandom of=%s bs=4096 seek=1 count=20 conv=notrunc 2>/dev/null",
		 p.path);
	cr_assert_eq(system(command), 0);
	c = cache_open(p.path, note, sizeof note);
	unsigned found = 0;
	for (uint64_t i = 0; c && i < 3000; i++) {
		if (cache_find(c, i * 0x9e3779b97f4a7c15u, &got))
			found += same_insns(&got, &sum);
		cache_put(c, i, &sum);
	}
	cr_expect_lt(found, 3000);
	cache_close(c);
	c = cache_open(p.path, note, sizeof note);
	cr_assert(c, "%s", note);
	cache_put(c, 1, &sum);
	cr_expect(cache_find(c, 1, &got));
	cache_close(c);
	remove_place(&p);
}

Test(cache, a_folder_that_can_not_be_made_is_said)
{
	char note[300];
	cr_expect_not(cache_open("/dev/null/a/finds", note, sizeof note));
	cr_expect_str_eq(note, "there is no folder for the cache of finds");
}

static _Noreturn void write_finds(const struct place *p, uint64_t from, bool forever)
{
	char note[300];
	struct cache_entry sum = entry_of("r1 += 7\nr2 += 8\nexit\n");
	struct cache *c = cache_open(p->path, note, sizeof note);
	if (!c)
		_exit(1);
	for (uint64_t i = 0; forever || i < 200; i++)
		cache_put(c, from + i, &sum);
	cache_close(c);
	_exit(0);
}

/* Four runs write at the same time, one more is killed while it does. */
Test(cache, runs_at_the_same_time_share_it)
{
	struct place p = new_place();
	struct cache_entry got;
	pid_t pid[5];
	for (uint64_t i = 0; i < 5; i++) {
		pid[i] = fork();
		cr_assert_geq(pid[i], 0);
		if (!pid[i])
			write_finds(&p, i << 32, i == 4);
	}
	usleep(50000);
	kill(pid[4], SIGKILL);
	for (unsigned i = 0; i < 5; i++) {
		int status;
		cr_assert_eq(waitpid(pid[i], &status, 0), pid[i]);
		cr_expect(i == 4 || (WIFEXITED(status) && !WEXITSTATUS(status)));
	}
	struct cache *c = must_open(&p);
	unsigned kept = 0;
	for (uint64_t i = 0; i < 4; i++)
		for (uint64_t k = 0; k < 200; k++)
			kept += cache_find(c, (i << 32) + k, &got) && got.n == 2;
	cr_expect_eq(kept, 800);
	cache_close(c);
	remove_place(&p);
}
