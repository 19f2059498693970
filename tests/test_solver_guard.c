/* SPDX-License-Identifier: BSD-2-Clause */
/* Solvers that hang, die, eat memory, print nonsense or lie; logs, cross-checks and races. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "encode/solver/solver.h"

static struct solver *open_solver(const char *spec, struct solver_limits limits)
{
	char err[200] = "";
	struct solver *s = solver_open(spec, limits, err, sizeof err);
	cr_assert(s, "%s: %s", spec, err);
	return s;
}

/* x * y = z with a unique solution that is found at once. */
static term easy(struct term_pool *p)
{
	term x = term_apply(p, 1, 8, NULL, 0);
	return term_eq(p, term_mul(p, x, term_const(p, 8, 3)), term_const(p, 8, 21));
}

/* Factors of the product of two primes of 32 bits. */
static term hard(struct term_pool *p)
{
	term x = term_zext(p, term_apply(p, 1, 32, NULL, 0), 64), y = term_zext(p, term_apply(p, 2, 32, NULL, 0), 64);
	return term_eq(p, term_mul(p, x, y), term_const(p, 64, 2246822519ull * 3266489917ull));
}

/* Some hundred dividers. */
static term huge(struct term_pool *p)
{
	term sum = term_apply(p, 0, 64, NULL, 0);
	for (uint32_t i = 1; i < 400; i++) {
		term x = term_apply(p, 2 * i, 64, NULL, 0), y = term_apply(p, 2 * i + 1, 64, NULL, 0);
		sum = term_xor(p, term_mul(p, sum, x), term_udiv(p, x, y));
	}
	return term_eq(p, sum, term_const(p, 64, 12345));
}

static void expect_no_children(void)
{
	cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
	cr_expect_eq(errno, ECHILD);
}

static size_t count_open_files(void)
{
	size_t n = 0;
	DIR *d = opendir("/proc/self/fd");
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void expect_answer(const char *spec, struct solver_limits limits, term (*make)(struct term_pool *),
			  enum solver_answer answer, enum solver_failure failure)
{
	struct term_pool *p = term_new_pool();
	struct solver *s = open_solver(spec, limits);
	size_t files = count_open_files();
	enum solver_failure why;
	term t = make(p);
	enum solver_answer got = solver_check(s, p, "guard", &t, 1, NULL, &why);
	cr_expect_eq(got, answer, "%s: answer %d", spec, (int)got);
	cr_expect_eq(why, failure, "%s: failure %d instead of %d", spec, (int)why, (int)failure);
	cr_expect_eq(count_open_files(), files, "%s leaves files open", spec);
	expect_no_children();
	solver_close(s);
	term_free_pool(p);
}

Test(guard, time_limit)
{
	struct solver_limits limits = {.query_ms = 300};
	expect_answer("z3", limits, hard, SOLVER_UNKNOWN, SOLVER_TIMEOUT);
	expect_answer("cvc5", limits, hard, SOLVER_UNKNOWN, SOLVER_TIMEOUT);
	expect_answer("smtlib:z3 -in", limits, hard, SOLVER_UNKNOWN, SOLVER_TIMEOUT);
	expect_answer("cross", limits, hard, SOLVER_UNKNOWN, SOLVER_TIMEOUT);
	expect_answer("race", limits, hard, SOLVER_UNKNOWN, SOLVER_TIMEOUT);
}

static uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

Test(guard, deadline)
{
	expect_answer("z3", (struct solver_limits){.deadline_ns = 1}, easy, SOLVER_UNKNOWN, SOLVER_TIMEOUT);
	expect_answer("cvc5", (struct solver_limits){.deadline_ns = now_ns() + 200000000}, hard, SOLVER_UNKNOWN,
		      SOLVER_TIMEOUT);
	struct solver_limits sooner = {.query_ms = 100000, .deadline_ns = now_ns() + 200000000};
	expect_answer("z3", sooner, hard, SOLVER_UNKNOWN, SOLVER_TIMEOUT);
	struct solver_limits later = {.query_ms = 100, .deadline_ns = now_ns() + 100000000000};
	expect_answer("z3", later, hard, SOLVER_UNKNOWN, SOLVER_TIMEOUT);
}

Test(guard, memory_limit)
{
	struct solver_limits limits = {.query_ms = 60000, .memory_mib = 64};
	expect_answer("z3", limits, huge, SOLVER_UNKNOWN, SOLVER_MEMORY);
	expect_answer("cvc5", limits, huge, SOLVER_UNKNOWN, SOLVER_MEMORY);
	expect_answer("z3", limits, easy, SOLVER_SAT, SOLVER_NO_FAILURE);
	expect_answer("cvc5", limits, easy, SOLVER_SAT, SOLVER_NO_FAILURE);
}

/* Commands that are no solver, or a bad one. t%u stands for the leaf. */
static const struct {
	const char *command;
	enum solver_failure failure;
} commands[] = {
    {"false", SOLVER_DIED},
    {"true", SOLVER_DIED},
    {"no-such-command-anywhere 2>/dev/null", SOLVER_DIED},
    {"kill -9 $$", SOLVER_DIED},
    {"exec 0<&- 1>&-; sleep 100", SOLVER_DIED},
    {"cat", SOLVER_GARBLED},
    {"yes", SOLVER_GARBLED},
    {"yes '(' | tr -d '\\n'", SOLVER_GARBLED},
    {"cat /dev/zero", SOLVER_GARBLED},
    {"sleep 100", SOLVER_TIMEOUT},
    {"sleep 100 & wait", SOLVER_TIMEOUT},
    {"cat > /dev/null; sleep 100", SOLVER_TIMEOUT},
    {"trap '' TERM INT HUP; sleep 100", SOLVER_TIMEOUT},
    {"z3 -in > /dev/null; sleep 100", SOLVER_TIMEOUT},
    {"echo sat", SOLVER_DIED},
    {"printf sat", SOLVER_DIED},
    {"echo sat; sleep 100", SOLVER_TIMEOUT},
    {"echo unknown", SOLVER_GAVE_UP},
    {"echo timeout", SOLVER_TIMEOUT},
    {"echo satisfiable", SOLVER_GARBLED},
    {"echo UNSAT", SOLVER_GARBLED},
    {"echo '\"unsat\"'", SOLVER_GARBLED},
    {"echo '(unsat)'", SOLVER_GARBLED},
    {"echo '(error \"line 1: bad\")'; echo unsat", SOLVER_GARBLED},
    {"printf unsa", SOLVER_GARBLED},
    {"printf '(unsat'", SOLVER_GARBLED},
    {"echo ')'", SOLVER_GARBLED},
    {"echo '|unsat'", SOLVER_GARBLED},
    {"echo sat; echo '('", SOLVER_GARBLED},
    {"echo sat; echo '()'", SOLVER_GARBLED},
    {"echo sat; echo '(error \"no model\")'", SOLVER_GARBLED},
    {"echo sat; echo '((t%u #x7))'", SOLVER_GARBLED},
    {"echo sat; echo '((t%u #x007))'", SOLVER_GARBLED},
    {"echo sat; echo '((t%u #b00000011 1))'", SOLVER_GARBLED},
    {"echo sat; echo '((t%u #b00000021))'", SOLVER_GARBLED},
    {"echo sat; echo '((t%u (_ bv7 9)))'", SOLVER_GARBLED},
    {"echo sat; echo '((t%u (_ bv256 8)))'", SOLVER_GARBLED},
    {"echo sat; echo '((t%u (_ bv18446744073709551623 8)))'", SOLVER_GARBLED},
    {"echo sat; echo '((t%u true))'", SOLVER_GARBLED},
    {"echo sat; echo '((t1%u #x07))'", SOLVER_GARBLED},
    {"echo sat; echo '((t%u #x07) (t%u #x07))'", SOLVER_GARBLED},
    {"echo sat; echo '((t%u #x07)) ('", SOLVER_NO_FAILURE},
    {"echo sat; echo '((t%u #x07))'", SOLVER_NO_FAILURE},
    {"echo sat; echo ' ( ( |t%u| #b00000111 ) ) '", SOLVER_NO_FAILURE},
    {"echo '; hello'; echo; echo sat; echo '((t%u (_ bv7 8)))'", SOLVER_NO_FAILURE},
    {"z3 -in", SOLVER_NO_FAILURE},
    {"cvc5 --lang smt2 --incremental 2>/dev/null", SOLVER_NO_FAILURE},
};

static void check_command(const char *command, enum solver_failure failure)
{
	struct term_pool *p = term_new_pool();
	term t = easy(p), *leaves;
	term_leaves(p, &t, 1, &leaves);
	char spec[300] = "smtlib:", *to = spec + strlen(spec);
	for (const char *s = command; *s; s += strncmp(s, "%u", 2) ? 1 : 2)
		to += strncmp(s, "%u", 2) ? sprintf(to, "%c", *s) : sprintf(to, "%u", leaves[0]);
	free(leaves);
	term_free_pool(p);
	enum solver_answer answer = failure == SOLVER_NO_FAILURE ? SOLVER_SAT : SOLVER_UNKNOWN;
	unsigned ms = failure == SOLVER_TIMEOUT ? 300 : 20000;
	expect_answer(spec, (struct solver_limits){.query_ms = ms}, easy, answer, failure);
}

Test(guard, commands)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		check_command(commands[i].command, commands[i].failure);
}

/* More script than a pipe holds, for a command that does not read it, or prints while it is written. */
Test(guard, long_scripts)
{
	struct solver_limits limits = {.query_ms = 500};
	expect_answer("smtlib:sleep 100", limits, huge, SOLVER_UNKNOWN, SOLVER_TIMEOUT);
	expect_answer("smtlib:cat", limits, huge, SOLVER_UNKNOWN, SOLVER_GARBLED);
	expect_answer("smtlib:true", limits, huge, SOLVER_UNKNOWN, SOLVER_DIED);
	expect_answer("smtlib:head -c 100 >/dev/null", limits, huge, SOLVER_UNKNOWN, SOLVER_DIED);
}

static bool is_running(const char *argument)
{
	char path[300], text[400];
	bool found = false;
	DIR *d = opendir("/proc");
	for (struct dirent *e; (e = readdir(d));) {
		snprintf(path, sizeof path, "/proc/%s/cmdline", e->d_name);
		FILE *f = fopen(path, "r");
		size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
		if (f)
			fclose(f);
		text[n] = '\0';
		found |= n > 6 && !strcmp(text, "sleep") && !strcmp(text + 6, argument);
	}
	closedir(d);
	return found;
}

/* What the command started is ended too. */
Test(guard, no_process_stays)
{
	char argument[40], spec[120];
	snprintf(argument, sizeof argument, "%d.5", 100000 + getpid());
	snprintf(spec, sizeof spec, "smtlib:sleep %s & sleep %s | cat", argument, argument);
	expect_answer(spec, (struct solver_limits){.query_ms = 200}, easy, SOLVER_UNKNOWN, SOLVER_TIMEOUT);
	for (int i = 0; i < 100 && is_running(argument); i++)
		usleep(50000);
	cr_expect_not(is_running(argument));
	snprintf(spec, sizeof spec, "smtlib:sleep %s & echo unknown", argument);
	expect_answer(spec, (struct solver_limits){.query_ms = 20000}, easy, SOLVER_UNKNOWN, SOLVER_GAVE_UP);
	for (int i = 0; i < 100 && is_running(argument); i++)
		usleep(50000);
	cr_expect_not(is_running(argument));
}

Test(guard, race_takes_the_first)
{
	struct solver_limits limits = {.query_ms = 60000};
	expect_answer("race", limits, easy, SOLVER_SAT, SOLVER_NO_FAILURE);
	expect_answer("race:smtlib:sleep 100,z3", limits, easy, SOLVER_SAT, SOLVER_NO_FAILURE);
	expect_answer("race:cvc5,smtlib:sleep 100", limits, easy, SOLVER_SAT, SOLVER_NO_FAILURE);
	expect_answer("race:smtlib:false,z3", limits, easy, SOLVER_SAT, SOLVER_NO_FAILURE);
	expect_answer("race:smtlib:cat,smtlib:false", limits, easy, SOLVER_UNKNOWN, SOLVER_GARBLED);
}

Test(guard, cross_takes_the_definite)
{
	struct solver_limits limits = {.query_ms = 20000};
	expect_answer("cross", limits, easy, SOLVER_SAT, SOLVER_NO_FAILURE);
	expect_answer("cross:smtlib:false,z3", limits, easy, SOLVER_SAT, SOLVER_NO_FAILURE);
	expect_answer("cross:cvc5,smtlib:cat", limits, easy, SOLVER_SAT, SOLVER_NO_FAILURE);
	expect_answer("cross:smtlib:cat,smtlib:false", limits, easy, SOLVER_UNKNOWN, SOLVER_GARBLED);
}

static void make_folder(char *path)
{
	strcpy(path, "/tmp/bpfprove-test-XXXXXX");
	cr_assert(mkdtemp(path));
}

/* Runs `visit` on each file and removes it, then the folder; returns their number. */
static size_t empty_folder(const char *folder, void (*visit)(const char *path))
{
	size_t n = 0;
	char path[600];
	DIR *d = opendir(folder);
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		visit(path);
		unlink(path);
		n++;
	}
	closedir(d);
	rmdir(folder);
	return n;
}

/* Exit status and stderr of a process that asks this solver. */
static int ask_in_child(const char *spec, const char *folder, char *text, size_t len)
{
	int ends[2], status;
	cr_assert_eq(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		close(ends[0]);
		if (chdir(folder))
			_exit(2);
		struct term_pool *p = term_new_pool();
		term t = easy(p);
		solver_check(open_solver(spec, (struct solver_limits){.query_ms = 20000}), p, "lie", &t, 1, NULL, NULL);
		_exit(0);
	}
	close(ends[1]);
	size_t n = 0;
	for (ssize_t k; n + 1 < len && (k = read(ends[0], text + n, len - n - 1)) > 0;)
		n += (size_t)k;
	text[n] = '\0';
	close(ends[0]);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void expect_sat_file(const char *path)
{
	char command[700], line[100] = "";
	cr_expect(strstr(path, "/bpfprove-disagreement-"));
	snprintf(command, sizeof command, "z3 %s", path);
	FILE *f = popen(command, "r");
	cr_expect(fgets(line, sizeof line, f));
	pclose(f);
	cr_expect_str_eq(line, "sat\n");
}

Test(guard, cross_finds_a_liar)
{
	static const char *const specs[] = {"cross:z3,smtlib:echo unsat", "cross:smtlib:echo unsat,cvc5"};
	for (size_t i = 0; i < 2; i++) {
		char folder[40], text[1000];
		make_folder(folder);
		cr_expect_eq(ask_in_child(specs[i], folder, text, sizeof text), 70, "%s", text);
		cr_expect(strstr(text, "solvers disagree on query lie"), "%s", text);
		cr_expect_eq(empty_folder(folder, expect_sat_file), 1);
	}
}

static void ignore_file(const char *path)
{
	(void)path;
}

Test(guard, wrong_model_is_a_fault)
{
	char folder[40], text[1000], spec[100];
	struct term_pool *p = term_new_pool();
	term t = easy(p), *leaves;
	term_leaves(p, &t, 1, &leaves);
	snprintf(spec, sizeof spec, "smtlib:echo sat; echo '((t%u #x08))'", leaves[0]);
	free(leaves);
	term_free_pool(p);
	make_folder(folder);
	cr_expect_eq(ask_in_child(spec, folder, text, sizeof text), 70, "%s", text);
	cr_expect(strstr(text, "does not satisfy"), "%s", text);
	cr_expect_eq(empty_folder(folder, ignore_file), 0);
}

/* z3 reads the file and says what its last line says. */
static void expect_logged_answer(const char *path)
{
	char command[700], answer[100] = "", line[300] = "", expected[120];
	snprintf(command, sizeof command, "z3 %s", path);
	FILE *f = popen(command, "r");
	cr_expect(fgets(answer, sizeof answer, f));
	pclose(f);
	f = fopen(path, "r");
	while (fgets(line, sizeof line, f))
		;
	fclose(f);
	answer[strcspn(answer, "\n")] = '\0';
	snprintf(expected, sizeof expected, "; status: %s (", answer);
	cr_expect_eq(strncmp(line, expected, strlen(expected)), 0, "%s: z3 says %s, logged %s", path, answer, line);
	cr_expect(strstr(path, "/0000-first_query_.smt2") || strstr(path, "/0001-guard.smt2"), "%s", path);
}

Test(guard, log)
{
	char folder[40], spec[100];
	make_folder(folder);
	snprintf(spec, sizeof spec, "log:%s:cross", folder);
	struct term_pool *p = term_new_pool();
	struct solver *s = open_solver(spec, (struct solver_limits){.query_ms = 20000});
	term_bound(p, 9, 1, 5);
	term x = term_apply(p, 9, 8, NULL, 0), t[] = {easy(p), term_eq(p, x, term_apply(p, 1, 8, NULL, 0))};
	cr_expect_eq(solver_check(s, p, "first query!", t, 1, NULL, NULL), SOLVER_SAT);
	cr_expect_eq(solver_check(s, p, "guard", t, 2, NULL, NULL), SOLVER_UNSAT);
	cr_expect_eq(solver_check(s, p, "constant", t, 0, NULL, NULL), SOLVER_SAT);
	solver_close(s);
	term_free_pool(p);
	cr_expect_eq(empty_folder(folder, expect_logged_answer), 2);
}

Test(guard, statistics)
{
	struct term_pool *p = term_new_pool();
	struct solver *s = open_solver("z3", (struct solver_limits){.query_ms = 300});
	term t[] = {easy(p), hard(p), term_eq(p, term_apply(p, 1, 8, NULL, 0), term_const(p, 8, 1))};
	cr_expect_eq(solver_check(s, p, "a", t, 1, NULL, NULL), SOLVER_SAT);
	cr_expect_eq(solver_check(s, p, "b", t + 1, 1, NULL, NULL), SOLVER_UNKNOWN);
	cr_expect_eq(solver_check(s, p, "c", (term[]){t[0], t[2]}, 2, NULL, NULL), SOLVER_UNSAT);
	struct solver_stats stats = solver_get_stats(s);
	cr_expect_eq(stats.queries, 3);
	cr_expect_eq(stats.trivial, 0);
	cr_expect_eq(stats.sat, 1);
	cr_expect_eq(stats.unsat, 1);
	cr_expect_eq(stats.unknown, 1);
	cr_expect_gt(stats.ns, 0);
	solver_close(s);
	term_free_pool(p);
}
