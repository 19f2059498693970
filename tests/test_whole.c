/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes for questions, and folders as users see them. */
#include "cli_fixture.h"

#include "checker/whole/units.h"
#include "encode/solver/fault.h"

#include <jansson.h>
#include <signal.h>

/* Processes. */

enum { GOOD, LONG, KILLED, FAULTS, NO_MEMORY, SILENT, HANGS };

struct seen {
	int ends[16];
	size_t bytes[16], order[16], n;
	volatile int stop;
};

static void decide(void *arg, size_t item, struct bytes *out)
{
	(void)arg;
	switch (item) {
	case KILLED:
		raise(SIGKILL);
		break;
	case FAULTS:
		_exit(FAULT_STATUS);
	case NO_MEMORY:
		_exit(FAULT_MEMORY_STATUS);
	case SILENT:
		return;
	case HANGS:
		signal(SIGINT, SIG_IGN);
		for (;;)
			pause();
	default:
		break;
	}
	for (size_t i = 0; i < (item == LONG ? 100000 : 1); i++)
		bytes_put_number(out, item * 1000 + i);
}

static void take(void *arg, size_t item, enum crew_end end, struct bytes_reader *in)
{
	struct seen *s = arg;
	s->ends[item] = (int)end;
	s->bytes[item] = in->n;
	s->order[s->n++] = item;
	if (end == CREW_DONE)
		cr_expect_eq(bytes_get_number(in), item * 1000);
}

static void run_crew(struct seen *s, unsigned jobs, size_t n)
{
	struct crew *c = crew_new(&(struct crew_work){decide, take, s}, jobs, &s->stop);
	for (size_t i = 0; i < n; i++) {
		while (!crew_has_room(c))
			crew_wait(c);
		crew_start(c, i);
	}
	while (!crew_is_idle(c))
		crew_wait(c);
	crew_free(c);
}

Test(crew, nothing_is_lost)
{
	static const int want[] = {[GOOD] = CREW_DONE,    [LONG] = CREW_DONE,        [KILLED] = CREW_DIED,
				   [FAULTS] = CREW_FAULT, [NO_MEMORY] = CREW_MEMORY, [SILENT] = CREW_DIED};
	for (unsigned jobs = 1; jobs <= 4; jobs += 3) {
		struct seen s = {.n = 0};
		run_crew(&s, jobs, HANGS);
		cr_expect_eq(s.n, HANGS);
		for (size_t i = 0; i < HANGS; i++)
			cr_expect_eq(s.ends[i], want[i], "%zu: %d", i, s.ends[i]);
		cr_expect_eq(s.bytes[LONG], 800000);
	}
}

Test(crew, without_processes)
{
	struct seen s = {.n = 0};
	run_crew(&s, 0, LONG + 1);
	cr_expect_eq(s.n, 2);
	cr_expect_eq(s.ends[LONG], CREW_DONE);
}

Test(crew, one_that_does_not_stop_is_stopped, .timeout = 30)
{
	struct seen s = {.stop = 1};
	struct crew *c = crew_new(&(struct crew_work){decide, take, &s}, 2, &s.stop);
	crew_start(c, HANGS);
	usleep(200000); /* it has to be deaf by then */
	while (!crew_is_idle(c))
		crew_wait(c);
	crew_free(c);
	cr_expect_eq(s.ends[HANGS], CREW_STOPPED);
}

/* Units of several questions: reports come in order, and what was not begun when it was stopped is said to be so. */

struct pile {
	size_t closed, taken;
	int stopped;
	volatile int stop;
};

static size_t open_unit(void *arg, size_t unit)
{
	(void)arg;
	return unit % 3;
}

static void decide_unit(void *arg, size_t unit, size_t question, struct bytes *out)
{
	(void)arg;
	usleep(unit % 2 ? 0 : 3000);
	bytes_put_number(out, unit * 10 + question);
}

static void take_unit(void *arg, size_t unit, size_t question, enum crew_end end, struct bytes_reader *in)
{
	struct pile *p = arg;
	p->taken++;
	p->stopped += end == CREW_STOPPED;
	if (end == CREW_DONE)
		cr_expect_eq(bytes_get_number(in), unit * 10 + question);
	if (p->taken == 5 && p->stop == -1)
		p->stop = 1;
}

static void close_unit(void *arg, size_t unit)
{
	struct pile *p = arg;
	cr_expect_eq(unit, p->closed);
	p->closed++;
}

Test(units, in_order)
{
	for (unsigned jobs = 0; jobs < 5; jobs++) {
		struct pile p = {.closed = 0};
		units_run(&(struct units){20, open_unit, decide_unit, take_unit, close_unit, NULL, &p}, jobs, &p.stop);
		cr_expect_eq(p.closed, 20);
		cr_expect_eq(p.taken, 19);
		cr_expect_eq(p.stopped, 0);
	}
}

/* Folders. */

#define HEAD "r0 = *(u32 *)(r1 + 12)\n"
static const char plain[] = HEAD "r0 *= 4\nexit\n", shifted[] = HEAD "r0 <<= 2\nexit\n",
		  wrong[] = HEAD "r0 <<= 3\nexit\n", faulty[] = "r0 = r7\nexit\n", broken[] = "r0 = nonsense\n";

static const char *place(const char *folder, const char *name, const char *text)
{
	static char path[512];
	snprintf(path, sizeof path, "%s/%s", cli_path(folder), name);
	char *slash = strrchr(path, '/');
	*slash = 0;
	struct cli_result r = cli_shell("", "mkdir -p %s", path);
	cr_assert_eq(r.status, 0);
	cli_release(&r);
	*slash = '/';
	FILE *f = fopen(path, "w");
	cr_assert(f && fputs(text, f) >= 0 && !fclose(f));
	return path;
}

/* Two folders: identical, proved, refuted, unknown, in a folder below, and what is no object. */
static void make_folders(bool bad)
{
	place("a", "same.s", plain);
	place("b", "same.s", plain);
	place("a", "x/proved.s", plain);
	place("b", "x/proved.s", shifted);
	place("a", "notes.txt", plain);
	if (!bad)
		return;
	place("a", "x/refuted.s", plain);
	place("b", "x/refuted.s", wrong);
	place("a", "only.s", plain);
	place("b", "x/only.s", plain);
}

static json_t *must_load(const struct cli_result *r)
{
	json_error_t e;
	json_t *j = json_loads(r->out, 0, &e);
	cr_assert(j, "%s: %s", e.text, r->out);
	return j;
}

static long sum_of(json_t *all, const char *name)
{
	json_t *v = json_object_get(json_object_get(all, "sums"), name);
	cr_assert(v, "%s", name);
	return (long)json_integer_value(v);
}

/* Without times. */
static void strip_times(char *text)
{
	for (char *s = text; *s; s++)
		if (*s >= '0' && *s <= '9' && strchr(s, '.') == s + strspn(s, "0123456789")) {
			size_t n = strspn(s, "0123456789.");
			memmove(s, s + n, strlen(s + n) + 1);
		}
	for (char *s = text, *to = text; (*to = *s); s++)
		to += !(*s == ' ' && s[1] == ' ');
}

Test(folders, all_proved)
{
	make_folders(false);
	struct cli_result r = cli_run("", "equiv --no-cache --json %s %s", cli_path("a"), cli_path("b"));
	cr_expect_eq(r.status, 0, "%s", r.err);
	cr_expect(strstr(r.err, "since no BPF objects: notes.txt"), "%s", r.err);
	json_t *all = must_load(&r);
	cr_expect_eq(sum_of(all, "files"), 2);
	cr_expect_eq(sum_of(all, "proved"), 2);
	cr_expect_eq(sum_of(all, "identical"), 1);
	cr_expect_str_eq(json_string_value(json_object_get(all, "verdict")), "proved");
	json_t *second = json_array_get(json_object_get(all, "files"), 1);
	cr_expect_str_eq(json_string_value(json_object_get(second, "file")), "x/proved.s");
	json_decref(all);
	cli_release(&r);
}

Test(folders, the_worst_counts_and_the_order_stays)
{
	char *first = NULL;
	make_folders(true);
	for (unsigned jobs = 1; jobs <= 4; jobs++) {
		struct cli_result r =
		    cli_run("", "equiv --no-cache --no-kernel --jobs=%u %s %s", jobs, cli_path("a"), cli_path("b"));
		cr_expect_eq(r.status, 1, "%s", r.err);
		cr_expect(strstr(r.out, "only.s\n  refuted: only in the first folder"), "%s", r.out);
		cr_expect(strstr(r.out, "x/only.s\n  refuted: only in the second folder"), "%s", r.out);
		cr_expect(strstr(r.out, "3 files, 3 programs: 2 proved (1 identical), 1 refuted, 0 unknown; without a "
					"partner: 0 programs, 2 files"),
			  "%s", r.out);
		strip_times(r.out);
		if (!first)
			first = strdup(r.out);
		cr_expect_str_eq(r.out, first);
		cli_release(&r);
	}
	free(first);
}

Test(folders, missing_may_be_allowed)
{
	make_folders(false);
	place("b", "more.s", plain);
	struct cli_result r = cli_run("", "equiv --no-cache %s %s", cli_path("a"), cli_path("b"));
	cr_expect_eq(r.status, 1, "%s", r.out);
	cli_release(&r);
	r = cli_run("", "equiv --no-cache --allow-missing %s %s", cli_path("a"), cli_path("b"));
	cr_expect_eq(r.status, 0, "%s", r.out);
	cr_expect(strstr(r.out, "more.s\n  missing: only in the second folder"), "%s", r.out);
	cli_release(&r);
}

Test(folders, a_file_that_is_not_read_is_no_proof)
{
	make_folders(false);
	place("a", "broken.s", plain);
	place("b", "broken.s", broken);
	struct cli_result r = cli_run("", "equiv --no-cache %s %s", cli_path("a"), cli_path("b"));
	cr_expect_eq(r.status, 65, "%s", r.out);
	cr_expect(strstr(r.out, "broken.s\n  unknown: "), "%s", r.out);
	cr_expect(strstr(r.out, "2 proved"), "the others are compared: %s", r.out);
	cr_expect(strstr(r.out, "files that can't be read: 1"), "%s", r.out);
	cli_release(&r);
}

Test(folders, nothing_to_compare_is_no_proof)
{
	make_folders(false);
	struct cli_result r = cli_run("", "equiv --no-cache --program=nobody %s %s", cli_path("a"), cli_path("b"));
	cr_expect_eq(r.status, 64, "%s", r.out);
	cr_expect(strstr(r.err, "no program of the name nobody is in both folders"), "%s", r.err);
	cli_release(&r);
	r = cli_run("", "equiv %s %s/same.s", cli_path("a"), cli_path("b"));
	cr_expect_eq(r.status, 64, "%s", r.out);
	cr_expect(strstr(r.err, "is a folder, "), "%s", r.err);
	cli_release(&r);
	r = cli_run("", "equiv --jobs=0 %s %s", cli_path("a"), cli_path("b"));
	cr_expect_eq(r.status, 64, "%s", r.out);
	cli_release(&r);
}

Test(folders, safety)
{
	make_folders(false);
	place("a", "zfaulty.s", faulty);
	struct cli_result r = cli_run("", "safe --no-cache --no-kernel %s", cli_path("a"));
	cr_expect_eq(r.status, 1, "%s", r.out);
	cr_expect(strstr(r.out, "3 files, 3 programs: 2 proved, 1 refuted, 0 unknown"), "%s", r.out);
	cr_expect(strstr(r.out, "Fault"), "%s", r.out);
	cli_release(&r);
	r = cli_run("", "safe --no-cache --json %s", cli_path("a"));
	json_t *all = must_load(&r);
	cr_expect_eq(sum_of(all, "refuted"), 1);
	cr_expect_eq(json_array_size(json_object_get(all, "files")), 3);
	json_decref(all);
	cli_release(&r);
}

/* The cache, from outside. */

static long cached(const char *options)
{
	struct cli_result r = cli_run("", "equiv --json --no-kernel %s %s %s", options, cli_path("a"), cli_path("b"));
	cr_expect_eq(r.status, 1, "%s%s", r.out, r.err);
	json_t *all = must_load(&r);
	long n = sum_of(all, "cached");
	cr_expect_eq(sum_of(all, "proved"), 2);
	cr_expect_eq(sum_of(all, "refuted"), 1);
	json_decref(all);
	cli_release(&r);
	return n;
}

Test(cached, only_what_is_the_same_question)
{
	char file[512];
	make_folders(true);
	cr_assert_eq(setenv("XDG_CACHE_HOME", cli_path("cache"), 1), 0);
	cr_expect_eq(cached(""), 0);
	cr_expect_eq(cached(""), 2);
	cr_expect_eq(cached("--no-cache"), 0);
	cr_expect_eq(cached("--solver=z3"), 0, "another solver");
	cr_expect_eq(cached("--unroll=7"), 0, "other options");
	struct cli_result r = cli_run("", "equiv --no-kernel %s %s", cli_path("a"), cli_path("b"));
	cr_expect(strstr(r.out, "; cached"), "%s", r.out);
	cr_expect(strstr(r.out, "Example"), "with its counterexample: %s", r.out);
	cli_release(&r);
	place("b", "x/proved.s", HEAD "r0 <<= 1\nr0 <<= 1\nexit\n");
	cr_expect_eq(cached(""), 1, "another program");
	snprintf(file, sizeof file, "%s/bpfprove/verdicts", cli_path("cache"));
	r = cli_shell("", "rm -f %s-*; echo nothing of the kind, but long enough to look at > %s", file, file);
	cli_release(&r);
	cr_expect_eq(cached(""), 0, "no cache");
	cr_expect_eq(cached(""), 2);
}

/* Nobody can say of which version a command is. */
Test(cached, no_answer_of_a_command)
{
	make_folders(true);
	cr_assert_eq(setenv("XDG_CACHE_HOME", cli_path("cache"), 1), 0);
	for (int i = 0; i < 2; i++)
		cr_expect_eq(cached("--solver='smtlib:z3 -in'"), 0);
}

/* A solver that never answers, and ctrl-C. */
Test(folders, interrupted, .timeout = 60)
{
	char self[512];
	make_folders(false);
	place("a", "hard.s", HEAD "r2 = *(u32 *)(r1 + 16)\nr0 *= r2\nr0 &= 0xffff\nexit\n");
	place("b", "hard.s", HEAD "r2 = *(u32 *)(r1 + 16)\nr2 *= r0\nr2 += 1\nr2 &= 0xffff\nr0 = r2\nexit\n");
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	cr_assert(n > 0);
	self[n] = 0;
	for (int i = 0; i < 2; i++)
		*strrchr(self, '/') = 0;
	struct cli_result r = cli_shell("",
					"timeout --preserve-status -s INT 2 %s/bpfprove equiv --no-cache --timeout=0 "
					"--query-timeout=0 --solver='smtlib:sleep 50' %s %s",
					self, cli_path("a"), cli_path("b"));
	cr_expect_eq(r.status, 2, "%s%s", r.out, r.err);
	cr_expect(strstr(r.out, "interrupted"), "%s", r.out);
	cr_expect(strstr(r.out, "by identical"), "what it has: %s", r.out);
	cli_release(&r);
}
