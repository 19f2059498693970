/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates: what is proved gets one that holds, nothing else does, and no change of one goes through. */
#include "cli_fixture.h"

#include <jansson.h>

#include "checker/certificate/certificate.h"
#include "core_fixture.h"

/* x * (y + 1) and x * y + x, in 8 bits */
#define ARGS "r6 = *(u32 *)(r1 + 12)\nr7 = *(u32 *)(r1 + 16)\nr6 &= 63\nr7 &= 63\n"
#define FACTORED ARGS "r0 = r7\nr0 += 1\nr0 *= r6\nr0 &= 63\nexit\n"
#define EXPANDED ARGS "r0 = r7\nr0 *= r6\nr0 += r6\nr0 &= 63\nexit\n"
#define OTHER ARGS "r0 = r7\nr0 *= r6\nr0 += r7\nr0 &= 63\nexit\n"
/* squares end in the bits 00 or 01 */
#define SQUARE "r6 = *(u32 *)(r1 + 12)\nr6 *= r6\nr6 &= 3\nr6 <<= 2\n"
#define LOOP SQUARE "r0 = 0\nr1 = 0\nl: if r1 >= r6 goto o\nr0 += 3\nr1 += 1\ngoto l\no: r0 &= 15\nexit\n"
#define UNROLLED SQUARE "r0 = r6\nr0 *= 3\nr0 &= 15\nexit\n"
#define LOOKUP                                                                                                       \
	".map m ARRAY 4 8 1\n" SQUARE "*(u32 *)(r10 - 4) = 0\nr1 = m ll\nr2 = r10\nr2 += -4\ncall map_lookup_elem\n" \
	"if r0 == 0 goto out\nr0 += r6\nr1 = *(u32 *)(r0 + 0)\nout: r0 = 2\nexit\n"
#define ASSERTION                                                                                          \
	".extern bpfprove_fail void\ncall ktime_get_ns\nr6 = r0\nr6 *= r0\nr6 &= 3\nif r6 != 2 goto out\n" \
	"call kernel-function#0\nout: r0 = 0\nexit\n"

static const char *text_file(const char *name, const char *text)
{
	return cli_file(name, text, strlen(text));
}

static void expect(int status, const char *want, const char *fmt, ...)
{
	char args[2048];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(args, sizeof args, fmt, ap);
	va_end(ap);
	struct cli_result r = cli_run("", "%s", args);
	cr_expect_eq(r.status, status, "%s: expected status %d, found %d: %s%s", args, status, r.status, r.out, r.err);
	cr_expect(strstr(r.out, want) || strstr(r.err, want), "%s: expected %s in: %s%s", args, want, r.out, r.err);
	cli_release(&r);
}

/* A certificate that FACTORED is EXPANDED. */
static const char *certify(const char *solver)
{
	const char *c = cli_path("c.tar.gz");
	expect(0, "proved", "equiv --no-kernel --solver=%s --certificate=%s %s %s", solver, c,
	       text_file("a.s", FACTORED), text_file("b.s", EXPANDED));
	return c;
}

/* Round trips. */

Test(certificate, rewriting)
{
	const char *c = cli_path("c.tar.gz");
	expect(0, "rewriting", "equiv --certificate=%s %s %s", c, text_file("a.s", "r0 = 6\nr0 *= 7\nexit\n"),
	       text_file("b.s", "r0 = 42\nexit\n"));
	expect(0, "by rewriting, 0 queries", "recheck %s", c);
	expect(0, "holds", "recheck --proofs --json %s", c);
}

Test(certificate, each_solver_s_answer_has_a_proof)
{
	static const char *const specs[] = {"race:sat,z3", "sat", "z3", "cvc5"};
	for (size_t i = 0; i < 4; i++) {
		const char *c = certify(specs[i]);
		expect(0, "by its proof", "recheck --proofs %s", c);
		expect(0, specs[i], "recheck %s", c);
	}
}

Test(certificate, each_solver_answers_its_queries)
{
	static const char *const specs[] = {"sat", "z3", "cvc5", "'smtlib:z3 -in'"};
	const char *c = certify("z3");
	for (size_t i = 0; i < 4; i++) {
		expect(0, i < 3 ? specs[i] : "smtlib:z3 -in", "recheck --proofs=off --solver=%s %s", specs[i], c);
	}
	expect(2, "did not decide", "recheck --proofs=off '--solver=smtlib:echo unknown' %s", c);
}

/* A solver that knows nothing once makes the two programs be swept. */
Test(certificate, swept)
{
	char solver[300], err[600] = "";
	const char *c = cli_path("c.tar.gz"), *once = cli_path("once"),
		   *paths[] = {text_file("a.s", FACTORED), text_file("b.s", EXPANDED)};
	struct certificate_making m = {.paths = paths, .n_paths = 2, .solver = solver};
	snprintf(solver, sizeof solver,
		 "smtlib:if [ -e %s ]; then z3 -in; else echo > %s; cat > /dev/null; echo unknown; fi", once, once);
	cr_assert(certificate_make(&m, c, err, sizeof err), "%s", err);
	expect(0, " sweep ", "recheck --proofs %s", c);
}

Test(certificate, loops)
{
	const char *c = cli_path("c.tar.gz");
	expect(0, "proved", "equiv --no-kernel --no-cuts --certificate=%s %s %s", c, text_file("a.s", LOOP),
	       text_file("b.s", UNROLLED));
	expect(0, " loop ", "recheck --proofs %s", c);
}

/* A loop of up to 2500 rounds with random numbers, whose counter the other one keeps on the stack. */
Test(certificate, cut_points)
{
	const char *c = cli_path("c.tar.gz");
	expect(0, "by cut points", "equiv --no-kernel --certificate=%s corpus/loops/%s corpus/loops/%s", c,
	       "spilled.0.s", "spilled.1.s");
	expect(0, " cut-relations ", "recheck --proofs %s", c);
	struct certificate_recheck r = {.proofs = PROOFS_ONLY};
	cr_expect_eq(certificate_recheck(c, &r), CERTIFICATE_HOLDS, "%s", r.why);
	certificate_recheck_release(&r);
}

Test(certificate, safe_and_assert)
{
	const char *c = cli_path("c.tar.gz");
	expect(0, "proved", "safe --no-kernel --certificate=%s %s", c, text_file("a.s", LOOKUP));
	expect(0, " bounds ", "recheck --proofs %s", c);
	expect(0, "proved", "safe --no-kernel --certificate=%s %s", c, text_file("a.s", UNROLLED));
	expect(0, "by abstract run, 0 queries", "recheck --proofs %s", c);
	expect(0, "proved", "assert --certificate=%s %s", c, text_file("a.s", ASSERTION));
	expect(0, " assertions ", "recheck --proofs %s", c);
}

/* No certificate. */

static void expect_none(const char *path)
{
	cr_expect(access(path, F_OK), "%s is there", path);
}

Test(certificate, only_what_is_proved_has_one)
{
	const char *c = cli_path("none.tar.gz"), *a = text_file("a.s", FACTORED), *b = text_file("b.s", OTHER);
	expect(1, "no certificate: not everything is proved", "equiv --no-kernel --certificate=%s %s %s", c, a, b);
	expect_none(c);
	expect(2, "no certificate",
	       "equiv --no-kernel --no-cache '--solver=smtlib:echo unknown' --certificate=%s %s %s", c, a,
	       text_file("e.s", EXPANDED));
	expect_none(c);
	expect(1, "no certificate", "safe --no-kernel --certificate=%s %s", c,
	       text_file("b.s", "r0 = *(u64 *)(r1 + 999)\nexit\n"));
	expect_none(c);
	expect(66, "no certificate: ", "equiv --certificate=%s/no/such/folder %s %s", c, a, a);
	expect_none(c);
}

Test(certificate, what_is_none)
{
	expect(64, "recheck takes one certificate", "recheck");
	expect(64, "only|off was expected", "recheck --proofs=maybe x");
	expect(66, "can't be read", "recheck %s", cli_path("nothing"));
	expect(65, "expected a certificate", "recheck %s", text_file("text", "not a tar file\n"));
	expect(65, "expected a certificate", "recheck %s", text_file("empty", ""));
	expect(66, "no regular file", "recheck /");
}

/* Changes. */

/* A certificate's files and manifest, to be changed and written back. */
struct forgery {
	struct container files;
	json_t *manifest;
};

static struct forgery open_forgery(const char *path)
{
	char err[300] = "";
	struct forgery f;
	cr_assert_eq(container_read(path, &f.files, err, sizeof err), CONTAINER_OK, "%s", err);
	const struct container_file *m = container_find(&f.files, MANIFEST_NAME);
	cr_assert(m);
	f.manifest = json_loads((const char *)m->bytes, 0, NULL);
	cr_assert(f.manifest);
	return f;
}

static void replace(struct forgery *f, const char *name, const char *text)
{
	struct container_file *at = (struct container_file *)(uintptr_t)container_find(&f->files, name);
	cr_assert(at, "%s", name);
	free(at->bytes);
	at->bytes = (uint8_t *)strdup(text);
	at->n = strlen(text);
}

static const char *text_of(const struct forgery *f, const char *name)
{
	const struct container_file *at = container_find(&f->files, name);
	cr_assert(at, "%s", name);
	return (const char *)at->bytes;
}

static json_t *program(const struct forgery *f)
{
	return json_array_get(json_object_get(f->manifest, "programs"), 0);
}

static json_t *query(const struct forgery *f, size_t i)
{
	return json_array_get(json_object_get(program(f), "queries"), i);
}

static void set_digest(json_t *object, const char *key, const void *bytes, size_t n)
{
	char hex[DIGEST_TEXT];
	struct digest d = digest_make(bytes, n);
	digest_print(&d, hex);
	json_object_set_new(object, key, json_string(hex));
}

/* Writes it with digests that fit its files, and rechecks it. */
static void expect_forgery(struct forgery *f, int status, const char *want)
{
	char err[300] = "";
	const char *path = cli_path("forged.tar.gz");
	json_t *digests = json_object();
	for (size_t i = 0; i < f->files.n; i++)
		if (strcmp(f->files.at[i].name, MANIFEST_NAME) != 0)
			set_digest(digests, f->files.at[i].name, f->files.at[i].bytes, f->files.at[i].n);
	json_object_set_new(f->manifest, "files", digests);
	char *text = json_dumps(f->manifest, 0);
	replace(f, MANIFEST_NAME, text);
	free(text);
	cr_assert(container_write(&f->files, path, err, sizeof err), "%s", err);
	expect(status, want, "recheck --solver=z3 %s", path);
	struct cli_result r = cli_run("", "recheck --proofs %s", path);
	cr_expect_eq(r.status == 0, status == 0, "%s%s", r.out, r.err);
	cli_release(&r);
	container_release(&f->files);
	json_decref(f->manifest);
}

#define QUERY "queries/0-0000-visible"

Test(certificate, unchanged_it_holds)
{
	struct forgery f = open_forgery(certify("z3"));
	expect_forgery(&f, 0, "holds");
}

Test(certificate, changed_inputs)
{
	const char *c = certify("z3");
	struct forgery f = open_forgery(c);
	replace(&f, "inputs/second", OTHER);
	expect_forgery(&f, 1, "not the one that was decided");
	f = open_forgery(c);
	json_t *inputs = json_object_get(f.manifest, "inputs"), *first = json_incref(json_array_get(inputs, 0));
	json_array_remove(inputs, 0);
	json_array_append_new(inputs, first);
	expect_forgery(&f, 1, "not the one that was decided");
	f = open_forgery(c);
	replace(&f, "inputs/second", "nonsense\n");
	expect_forgery(&f, 1, "nonsense");
}

/* The digest of the program in a text. */
static void digest_program(const char *text, char hex[DIGEST_TEXT])
{
	char err[300];
	struct object *o;
	cr_assert_eq(object_assemble("test", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	struct digest d = code_digest(o->programs[0]);
	digest_print(&d, hex);
	object_free(o);
}

/* Everything about the second program is another one's, which is not equal. */
static struct forgery claim_falsely(const char *c)
{
	char hex[DIGEST_TEXT];
	struct forgery f = open_forgery(c);
	replace(&f, "inputs/second", OTHER);
	digest_program(OTHER, hex);
	json_array_set_new(json_object_get(program(&f), "code"), 1, json_string(hex));
	return f;
}

/* What the run with OTHER asks first; taken from a solver that gets to see it. */
static char *false_query(void)
{
	const char *log = cli_path("log");
	expect(1, "refuted", "equiv --no-kernel --no-cache --solver=log:%s:z3 %s %s", log, text_file("a.s", FACTORED),
	       text_file("o.s", OTHER));
	struct cli_result r = cli_shell("", "grep -v '^; status' %s/0000-visible.smt2", log);
	cr_assert_eq(r.status, 0);
	free(r.err);
	return r.out;
}

Test(certificate, false_claims)
{
	const char *c = certify("z3");
	struct forgery f = claim_falsely(c);
	expect_forgery(&f, 1, "not proved by it");
	char *text = false_query(); /* the claim is right about what is asked, and wrong about the answer */
	f = claim_falsely(c);
	replace(&f, QUERY ".smt2", text);
	set_digest(query(&f, 0), "sha256", text, strlen(text));
	expect_forgery(&f, 1, "its clauses are others");
	f = claim_falsely(c);
	replace(&f, QUERY ".smt2", text);
	set_digest(query(&f, 0), "sha256", text, strlen(text));
	json_object_del(query(&f, 0), "proof");
	json_object_del(query(&f, 0), "clauses");
	expect_forgery(&f, 1, "it has a model");
	free(text);
}

/* In a library's user's terms. */
Test(certificate, proofs_alone)
{
	struct certificate_recheck r = {.proofs = PROOFS_ONLY};
	cr_assert_eq(certificate_recheck(certify("z3"), &r), CERTIFICATE_HOLDS, "%s", r.why);
	cr_expect_gt(r.n_checks, 0);
	for (size_t i = 0; i < r.n_checks; i++)
		cr_expect_str_eq(r.checks[i].by, "proof");
	certificate_recheck_release(&r);
}

/* The layout of the kernel's types is part of the claim. */
Test(certificate, types)
{
	static const char source[] = "struct CORE s { int a, b; };\nREAD(f, struct s, s->b)\n",
			  moved[] = "struct s { int a, c, b; };\nstruct s x;\n";
	const char *c = cli_path("c.tar.gz");
	struct core_file o = core_compile(source), types = core_compile(moved);
	expect(0, "proved", "equiv --no-kernel --encode --btf=%s --type=raw_tp --certificate=%s %s %s", types.path, c,
	       o.path, o.path);
	expect(0, "holds", "recheck --proofs %s", c);
	struct forgery f = open_forgery(c);
	cr_expect(json_is_string(json_object_get(f.manifest, "types")));
	json_object_del(f.manifest, "types");
	expect_forgery(&f, 1, "not the one that was decided");
	core_remove(&o);
	core_remove(&types);
}

Test(certificate, changed_queries)
{
	static const char easy[] = "(set-logic QF_BV)\n(assert false)\n(check-sat)\n";
	const char *c = certify("z3");
	struct forgery f = open_forgery(c);
	replace(&f, QUERY ".smt2", easy);
	expect_forgery(&f, 1, "its text is another one");
	f = open_forgery(c);
	replace(&f, QUERY ".smt2", easy);
	set_digest(query(&f, 0), "sha256", easy, strlen(easy));
	expect_forgery(&f, 1, "another query");
	f = open_forgery(c);
	json_object_set_new(query(&f, 0), "name", json_string("internal"));
	json_object_set_new(query(&f, 0), "role", json_string(manifest_role("internal")));
	expect_forgery(&f, 1, "another query");
	f = open_forgery(c);
	json_array_remove(json_object_get(program(&f), "queries"), 0);
	json_object_set_new(f.manifest, "executable", json_string("another"));
	expect_forgery(&f, 1, "it was made by another executable");
	f = open_forgery(c);
	json_array_append(json_object_get(program(&f), "queries"), query(&f, 0));
	expect_forgery(&f, 1, "does not need all queries");
	f = open_forgery(c);
	json_object_del(query(&f, 0), "text");
	expect_forgery(&f, 1, "its text is another one");
}

Test(certificate, changed_proofs)
{
	static const char square[] = "p cnf 1 2\n1 0\n-1 0\n";
	const char *c = certify("z3");
	struct forgery f = open_forgery(c);
	char *cut = strdup(text_of(&f, QUERY ".drat"));
	cut[strlen(cut) - 3] = '\0';
	replace(&f, QUERY ".drat", cut);
	free(cut);
	expect_forgery(&f, 1, "query visible: line");
	f = open_forgery(c);
	replace(&f, QUERY ".drat", "0\n");
	expect_forgery(&f, 1, "does not follow");
	f = open_forgery(c);
	replace(&f, QUERY ".cnf", square);
	replace(&f, QUERY ".drat", "0\n");
	expect_forgery(&f, 1, "its clauses are others");
	f = open_forgery(c);
	json_object_set_new(query(&f, 0), "proof", json_string("inputs/first"));
	expect_forgery(&f, 1, "query visible: line 1");
}

Test(certificate, changed_answers)
{
	const char *c = certify("z3");
	struct forgery f = open_forgery(c);
	json_object_set_new(query(&f, 0), "answer", json_string("unknown"));
	json_object_set_new(query(&f, 0), "why", json_string("timeout"));
	expect_forgery(&f, 1, "not proved by it");
	f = open_forgery(c);
	json_object_set_new(query(&f, 0), "answer", json_string("sat"));
	json_object_set_new(query(&f, 0), "values", json_string("0 0"));
	expect_forgery(&f, 1, "a model that is none");
	f = open_forgery(c);
	json_object_set_new(query(&f, 0), "answer", json_string("sat"));
	json_object_set_new(query(&f, 0), "values", json_string("1ffffffff 1ffffffff 0"));
	expect_forgery(&f, 1, "a model that is none");
	f = open_forgery(c);
	json_object_set_new(query(&f, 0), "role", json_string("everything is proved"));
	expect_forgery(&f, 65, "what query visible is for");
	f = open_forgery(c);
	json_object_set_new(query(&f, 0), "late", json_integer(1));
	expect_forgery(&f, 65, "an answer to query visible");
}

/* Models decide no more than what is asked next, but wrong ones are no part of the run. */
Test(certificate, changed_models)
{
	const char *c = cli_path("c.tar.gz");
	expect(0, "proved", "equiv --no-kernel --certificate=%s %s %s", c, text_file("a.s", LOOP "r0 = 1\nexit\n"),
	       text_file("b.s", UNROLLED));
	struct forgery f = open_forgery(c);
	size_t i, models = 0;
	json_t *q;
	json_array_foreach(json_object_get(program(&f), "queries"), i, q)
	{
		if (!json_object_get(q, "values"))
			continue;
		models++;
		json_object_set_new(q, "values", json_string("ffffffffffffffff"));
	}
	cr_expect_gt(models, 0);
	expect_forgery(&f, 1, "a model that is none");
}

Test(certificate, changed_manifest)
{
	const char *c = certify("z3");
	struct forgery f = open_forgery(c);
	json_object_set_new(f.manifest, "verdict", json_string("refuted"));
	expect_forgery(&f, 65, "expected the verdict proved");
	f = open_forgery(c);
	json_object_set_new(program(&f), "verdict", json_string("unknown"));
	expect_forgery(&f, 65, "expected the verdict proved for program prog");
	f = open_forgery(c);
	json_object_set_new(f.manifest, "command", json_string("safe"));
	expect_forgery(&f, 65, "expected 1 inputs");
	f = open_forgery(c);
	json_object_set_new(f.manifest, "format", json_integer(2));
	expect_forgery(&f, 65, "expected format 1, found 2");
	f = open_forgery(c);
	json_object_set_new(f.manifest, "more", json_true());
	expect_forgery(&f, 65, "manifest.json");
	f = open_forgery(c);
	json_array_clear(json_object_get(f.manifest, "programs"));
	expect_forgery(&f, 65, "expected programs");
	f = open_forgery(c);
	json_array_append(json_object_get(f.manifest, "programs"), program(&f));
	expect_forgery(&f, 1, "something of 2 programs, of which 1 are there");
	f = open_forgery(c);
	json_object_set_new(program(&f), "program", json_string("another"));
	expect_forgery(&f, 1, "not the one that was decided");
	f = open_forgery(c);
	json_object_set_new(json_object_get(f.manifest, "options"), "program", json_string("another"));
	expect_forgery(&f, 1, "no program of the name another");
	f = open_forgery(c);
	replace(&f, MANIFEST_NAME, "{}");
	json_object_clear(f.manifest);
	expect_forgery(&f, 65, "manifest.json");
}

/* With digests that do not fit. */
Test(certificate, changed_files)
{
	char err[300] = "";
	const char *forged = cli_path("forged.tar.gz");
	static const char *const names[] = {"inputs/first", QUERY ".smt2", QUERY ".cnf", QUERY ".drat"};
	const char *c = certify("z3");
	for (size_t i = 0; i < 4; i++) {
		struct forgery f = open_forgery(c);
		char *text = strdup(text_of(&f, names[i]));
		text[strlen(text) - 1] = ' ';
		replace(&f, names[i], text);
		free(text);
		cr_assert(container_write(&f.files, forged, err, sizeof err), "%s", err);
		expect(1, "is not the file that the manifest means", "recheck %s", forged);
		container_release(&f.files);
		json_decref(f.manifest);
	}
	struct forgery f = open_forgery(c);
	container_add(&f.files, "more", strdup(""), 0);
	cr_assert(container_write(&f.files, forged, err, sizeof err), "%s", err);
	expect(1, "more is not the file", "recheck %s", forged);
	container_release(&f.files);
	json_decref(f.manifest);
}

/* tar in the folder of the unpacked certificate */
static void expect_packed(const char *c, const char *how, int status, const char *want)
{
	const char *folder = cli_path("unpacked"), *forged = cli_path("forged.tar.gz");
	struct cli_result r =
	    cli_shell("", "rm -rf %s; mkdir %s; cd %s; tar xzf %s; (%s)", folder, folder, folder, c, how);
	cr_assert_eq(r.status, 0, "%s: %s", how, r.err);
	cli_release(&r);
	expect(status, want, "recheck %s", forged);
}

Test(certificate, packed_by_others)
{
	const char *c = certify("z3");
	expect_packed(c, "tar czf ../forged.tar.gz manifest.json inputs/* queries/*", 0, "holds");
	expect_packed(c, "tar cf ../forged.tar.gz manifest.json inputs/* queries/*", 0, "holds");
	expect_packed(c, "tar czf ../forged.tar.gz .", 65, "a file whose name is not plain");
	expect_packed(c, "tar czf ../forged.tar.gz inputs queries manifest.json", 65, "name is not plain");
	expect_packed(c, "tar czf ../forged.tar.gz inputs/* queries/*", 65, "manifest.json");
	expect_packed(c, "tar czf ../forged.tar.gz manifest.json inputs/*", 65, "in the certificate");
	expect_packed(c, "cp manifest.json ../x; tar czPf ../forged.tar.gz manifest.json inputs/* queries/* ../x", 65,
		      "name is not plain");
	expect_packed(c, "tar czPf ../forged.tar.gz manifest.json inputs/* queries/* /etc/passwd", 65,
		      "name is not plain");
	expect_packed(c, "ln -sf /etc/passwd inputs/first; tar czf ../forged.tar.gz manifest.json inputs/* queries/*",
		      65, "no regular file");
	expect_packed(c, "ln -f inputs/second inputs/first; tar czf ../forged.tar.gz manifest.json inputs/* queries/*",
		      65, "no regular file");
	expect_packed(
	    c,
	    "tar cf ../f.tar manifest.json inputs/* queries/*; tar rf ../f.tar inputs/first; gzip -c ../f.tar "
	    "> ../forged.tar.gz",
	    65, "two files of one name");
	expect_packed(c, "head -c 2000 ../c.tar.gz > ../forged.tar.gz", 65, "expected a certificate");
}
