/* SPDX-License-Identifier: BSD-2-Clause */
/* The cache of verdicts: what a key takes in, what is kept, what is believed. */
#include "tests/identical_fixture.h"

#include "checker/whole/key.h"
#include "checker/whole/results.h"
#include "checker/whole/verdicts.h"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

/* Keys. */

static struct solver *must_open(const char *spec)
{
	char err[200];
	struct solver *s = solver_open(spec, (struct solver_limits){.query_ms = 1000}, err, sizeof err);
	cr_assert(s, "%s", err);
	return s;
}

static struct digest key_of(const struct object *a, const struct object *b)
{
	struct digest k;
	struct equiv_options opt = {.solver = must_open("sat")};
	struct digest objects[] = {key_of_object(a), key_of_object(b)};
	cr_expect(key_of_equiv(a->programs[0], b->programs[0], objects, &opt, &k));
	solver_close(opt.solver);
	return k;
}

static struct digest safe_key_of(const struct object *o)
{
	struct digest k, object = key_of_object(o);
	cr_expect(key_of_safe(o->programs[0], &object, &(struct safety_options){0}, &k));
	return k;
}

static void set_answer(struct object *o)
{
	o->programs[0]->relos[0].has_answer = true;
}

static void set_answer_width(struct object *o)
{
	o->programs[0]->relos[0].answer.width = 8;
}

static void set_types(struct object *o)
{
	o->btf = strdup("kernel");
}

static void set_version(struct object *o)
{
	o->kern_version++;
}

static void set_kfunc_effects(struct object *o)
{
	o->externs[1].call->effects ^= 1;
}

static void set_kfunc_argument(struct object *o)
{
	o->externs[1].call->args[0] = ARG_ANY;
	o->externs[1].call->size[0]++;
}

static void set_kfunc_model(struct object *o)
{
	o->externs[1].call->model = MODEL_NONE;
}

static void set_variable_size(struct object *o)
{
	identical_map(o, ".rodata.words")->vars[0].size--;
}

static void set_variable_twin(struct object *o)
{
	identical_map(o, ".data.count")->vars[0].twin++;
}

static void set_variable_name(struct object *o)
{
	identical_text(&identical_map(o, ".data.count")->vars[0].name, "n");
}

static void set_target(struct object *o)
{
	o->programs[0]->expected = "eth0";
}

static void set_end(struct object *o)
{
	o->programs[0]->subs[0].end--;
}

/* What a verdict depends on, beside what identical programs have in common. */
static const struct identical_change more_changes[] = {
    {"answer", set_answer},
    {"answer's width", set_answer_width},
    {"whose types", set_types},
    {"version", set_version},
    {"kfunc's effects", set_kfunc_effects},
    {"kfunc's argument", set_kfunc_argument},
    {"kfunc's model", set_kfunc_model},
    {"variable's size", set_variable_size},
    {"variable's twin", set_variable_twin},
    {"variable's name", set_variable_name},
    {"target", set_target},
    {"function's end", set_end},
};

static void expect_other(const struct identical_change *change)
{
	struct object *o = identical_object(), *changed = identical_object();
	change->make(changed);
	struct digest same = key_of(o, o), first = key_of(changed, o), second = key_of(o, changed),
		      safe = safe_key_of(o), other = safe_key_of(changed);
	cr_expect_not(digest_equal(&same, &first), "%s of the first", change->name);
	cr_expect_not(digest_equal(&same, &second), "%s of the second", change->name);
	cr_expect_not(digest_equal(&first, &second), "%s: which one", change->name);
	cr_expect_not(digest_equal(&safe, &other), "%s of the only one", change->name);
	object_free(o);
	object_free(changed);
}

Test(key, everything_of_the_programs)
{
	for (size_t i = 0; i < sizeof identical_changes / sizeof *identical_changes; i++)
		expect_other(&identical_changes[i]);
	for (size_t i = 0; i < sizeof more_changes / sizeof *more_changes; i++)
		expect_other(&more_changes[i]);
}

Test(key, the_same_again)
{
	struct object *a = identical_object(), *b = identical_object();
	struct digest x = key_of(a, a), y = key_of(b, b), s = safe_key_of(a), t = safe_key_of(b);
	cr_expect(digest_equal(&x, &y));
	cr_expect(digest_equal(&s, &t));
	cr_expect_not(digest_equal(&x, &s));
	object_free(a);
	object_free(b);
}

Test(key, options)
{
	struct object *o = identical_object();
	const struct program *p = o->programs[0];
	struct solver *sat = must_open("sat"), *other = must_open("cross:sat,z3");
	const struct equiv_options plain = {.solver = sat}, rows[] = {{.solver = other},
								      {.solver = sat, .encode = true},
								      {.solver = sat, .no_cuts = true},
								      {.solver = sat, .unroll = 5},
								      {.solver = sat, .quick = true}};
	const struct safety_options safe = {.solver = "sat"}, safe_rows[] = {{.solver = "z3"},
									     {.solver = "sat", .privileged = true},
									     {.solver = "sat", .explain = true},
									     {.solver = "sat", .no_search = true},
									     {.solver = "sat", .max_steps = 9}};
	struct digest k, other_key, objects[] = {key_of_object(o), key_of_object(o)};
	cr_expect(key_of_equiv(p, p, objects, &plain, &k));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		cr_expect(key_of_equiv(p, p, objects, &rows[i], &other_key));
		cr_expect_not(digest_equal(&k, &other_key), "%zu", i);
	}
	cr_expect(key_of_safe(p, objects, &safe, &k));
	for (size_t i = 0; i < sizeof safe_rows / sizeof *safe_rows; i++) {
		cr_expect(key_of_safe(p, objects, &safe_rows[i], &other_key));
		cr_expect_not(digest_equal(&k, &other_key), "%zu", i);
	}
	solver_close(sat);
	solver_close(other);
	object_free(o);
}

/* Nothing is kept of what can't be named: any command, files that are to be written, numbers of types. */
Test(key, what_has_no_key)
{
	static const char *const specs[] = {"smtlib:z3 -in", "log:/tmp:sat", "cross:sat,smtlib:z3 -in"};
	struct object *o = identical_object();
	struct digest k, object = key_of_object(o);
	for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
		cr_expect_not(key_of_safe(o->programs[0], &object, &(struct safety_options){.solver = specs[i]}, &k),
			      "%s", specs[i]);
	o->programs[0]->has_type_ids = true;
	cr_expect_not(key_of_safe(o->programs[0], &object, &(struct safety_options){0}, &k));
	object_free(o);
}

/* The file. */

struct place {
	char folder[64], path[128];
};

static struct place new_place(void)
{
	struct place p;
	snprintf(p.folder, sizeof p.folder, "/tmp/test_verdicts_XXXXXX");
	cr_assert(mkdtemp(p.folder));
	snprintf(p.path, sizeof p.path, "%s/a/verdicts", p.folder);
	return p;
}

static void remove_place(const struct place *p)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", p->folder);
	cr_assert_eq(system(command), 0);
}

static struct verdicts *open_place(const struct place *p)
{
	char note[4500];
	struct verdicts *v = verdicts_open(p->path, note, sizeof note);
	cr_assert(v, "%s", note);
	return v;
}

static void run_sql(const struct place *p, const char *sql)
{
	sqlite3 *db;
	cr_assert_eq(sqlite3_open(p->path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static bool finds(const struct place *p, const struct digest *key, const char *want)
{
	struct bytes out = {0};
	struct verdicts *v = open_place(p);
	bool found = verdicts_find(v, key, &out) && out.n == strlen(want) && !memcmp(out.at, want, out.n);
	bytes_release(&out);
	verdicts_close(v);
	return found;
}

static void put(const struct place *p, const struct digest *key, const char *text)
{
	struct bytes b = {0};
	struct verdicts *v = open_place(p);
	bytes_put(&b, text, strlen(text));
	verdicts_put(v, key, &b);
	bytes_release(&b);
	verdicts_close(v);
}

Test(verdicts, are_kept)
{
	struct place p = new_place();
	struct digest one = digest_make("1", 1), two = digest_make("2", 1);
	put(&p, &one, "first");
	put(&p, &two, "second");
	cr_expect(finds(&p, &one, "first"));
	cr_expect(finds(&p, &two, "second"));
	put(&p, &one, "third");
	cr_expect(finds(&p, &one, "third"));
	remove_place(&p);
}

Test(verdicts, damage_is_no_verdict)
{
	struct place p = new_place();
	struct digest one = digest_make("1", 1), two = digest_make("2", 1);
	put(&p, &one, "first");
	run_sql(&p, "update verdicts set what = CAST('firsu' AS BLOB)");
	cr_expect_not(finds(&p, &one, "first"));
	cr_expect_not(finds(&p, &one, "firsu"));
	put(&p, &one, "first");
	put(&p, &two, "second");
	/* a row under another's key */
	run_sql(&p, "update verdicts set what = (select what from verdicts where what = CAST('first' AS BLOB)), sum = "
		    "(select sum from verdicts where what = CAST('first' AS BLOB))");
	cr_expect(finds(&p, &one, "first"));
	cr_expect_not(finds(&p, &two, "first"));
	cr_expect_not(finds(&p, &two, "second"));
	remove_place(&p);
}

Test(verdicts, a_file_that_others_write_is_not_believed)
{
	struct place p = new_place();
	struct digest one = digest_make("1", 1);
	char note[4500];
	put(&p, &one, "first");
	cr_assert_eq(chmod(p.path, 0666), 0);
	cr_expect_null(verdicts_open(p.path, note, sizeof note));
	cr_expect(strstr(note, "can be written by others"), "%s", note);
	cr_assert_eq(chmod(p.path, 0600), 0);
	cr_expect(finds(&p, &one, "first"));
	remove_place(&p);
}

Test(verdicts, what_is_no_cache_is_begun_anew)
{
	struct place p = new_place();
	struct digest one = digest_make("1", 1);
	char note[4500];
	put(&p, &one, "first");
	run_sql(&p, "PRAGMA user_version = 9");
	struct verdicts *v = verdicts_open(p.path, note, sizeof note);
	cr_assert(v, "%s", note);
	cr_expect(strstr(note, "begun anew"), "%s", note);
	verdicts_close(v);
	cr_expect_not(finds(&p, &one, "first"));
	remove_place(&p);
}

/* What is kept of results. */

static struct object *assemble(const char *text)
{
	char err[300];
	struct object *o;
	cr_assert_eq(object_assemble("text", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

static void decide(const struct object *a, const struct object *b, struct bytes *kept, enum verdict want)
{
	struct equiv_options opt = {.solver = must_open("sat"), .encode = true};
	struct equiv_result r;
	equiv_programs(a->programs[0], b->programs[0], &opt, &r);
	cr_assert_eq(r.verdict, want, "%s", r.what);
	cr_expect_eq(results_keep_equiv(kept, &r), want != VERDICT_UNKNOWN);
	equiv_release(&r);
	solver_close(opt.solver);
}

/* -1: it is not believed */
static int recall(const struct bytes *kept, const struct object *a, const struct object *b)
{
	struct equiv_options opt = {0};
	struct equiv_result r;
	struct bytes_reader in = {kept->at, kept->n, false};
	if (!results_recall_equiv(&in, a->programs[0], b->programs[0], &opt, &r))
		return -1;
	int v = (int)r.verdict;
	cr_expect(r.cached);
	cr_expect_eq(v == VERDICT_REFUTED, r.witness && *r.what);
	equiv_release(&r);
	return v;
}

#define READS "r0 = *(u32 *)(r1 + 12)\n"

Test(results, refutations_have_to_show_it_again)
{
	struct object *a = assemble(READS "exit\n"), *b = assemble(READS "if r0 != 5 goto out\nr0 = 6\nout:\nexit\n");
	struct bytes proved = {0}, refuted = {0};
	decide(a, a, &proved, VERDICT_PROVED);
	decide(a, b, &refuted, VERDICT_REFUTED);
	cr_expect_eq(recall(&proved, a, a), VERDICT_PROVED);
	cr_expect_eq(recall(&refuted, a, b), VERDICT_REFUTED);
	cr_expect_eq(recall(&refuted, a, a), -1, "the witness shows no difference");
	for (size_t n = 0; n < refuted.n; n++) { /* and nothing is read beyond an end */
		struct bytes cut = {refuted.at, n, n};
		cr_expect_eq(recall(&cut, a, b), -1, "%zu", n);
	}
	bytes_put_number(&proved, 0);
	cr_expect_eq(recall(&proved, a, a), -1, "something follows");
	bytes_release(&proved);
	bytes_release(&refuted);
	object_free(a);
	object_free(b);
}

Test(results, unknown_is_not_kept)
{
	struct object *a = assemble(READS "exit\n"), *b = assemble(".program prog tc\n" READS "exit\n");
	struct bytes kept = {0};
	decide(a, b, &kept, VERDICT_UNKNOWN);
	cr_expect_eq(kept.n, 0);
	bytes_put_number(&kept, VERDICT_UNKNOWN);
	bytes_put_text(&kept, "sat");
	for (int i = 0; i < 4; i++)
		bytes_put_number(&kept, 0);
	cr_expect_eq(recall(&kept, a, b), -1);
	kept.at[0] = 77;
	cr_expect_eq(recall(&kept, a, b), -1);
	bytes_release(&kept);
	object_free(a);
	object_free(b);
}

static bool recall_safe(const struct bytes *kept, const struct object *o, struct safety_result *r)
{
	struct bytes_reader in = {kept->at, kept->n, false};
	return results_recall_safe(&in, o->programs[0], false, r);
}

Test(results, safety)
{
	struct object *good = assemble("r0 = 1\nexit\n"),
		      *bad = assemble("r0 = *(u32 *)(r1 + 0)\nr0 = *(u8 *)(r0 + 0)\nexit\n");
	struct safety_options opt = {.solver = "sat", .explain = true};
	struct safety_result r, again;
	struct bytes kept = {0};
	safety_check(good->programs[0], &opt, &r);
	cr_assert_eq(r.verdict, VERDICT_PROVED);
	cr_assert(results_keep_safe(&kept, &r));
	cr_assert(recall_safe(&kept, good, &again));
	cr_expect_eq(again.n_findings, r.n_findings);
	cr_expect_str_eq(again.findings[0].text, r.findings[0].text);
	safety_release(&r);
	safety_release(&again);
	bytes_release(&kept);
	safety_check(bad->programs[0], &opt, &r);
	cr_assert_eq(r.verdict, VERDICT_REFUTED);
	cr_assert(results_keep_safe(&kept, &r));
	cr_assert(recall_safe(&kept, bad, &again));
	cr_expect_eq(again.outcome.fault, r.outcome.fault);
	cr_expect_str_eq(again.outcome.what, r.outcome.what);
	safety_release(&again);
	cr_expect_not(recall_safe(&kept, good, &again), "there is no fault");
	safety_release(&r);
	bytes_release(&kept);
	object_free(good);
	object_free(bad);
}
