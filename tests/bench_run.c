/* SPDX-License-Identifier: BSD-2-Clause */
/* A small pool of bpfprove processes. */
#include "tests/bench_run.h"

#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_JOBS = 16, NOT_EXECUTED = 127 };

const char *const run_verdict_names[RUN_VERDICTS] = {
    [RUN_PROVED] = "proved",
    [RUN_REFUTED] = "refuted",
    [RUN_UNKNOWN] = "unknown",
    [RUN_CRASHED] = "CRASHED",
};

struct job {
	struct run *run;
	pid_t pid;
	int fd, out; /* pidfd; the child's standard output */
	double start;
};

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static _Noreturn void execute(const struct run *run, const struct run_options *o, int out)
{
	char timeout[32], solver[128];
	snprintf(timeout, sizeof(timeout), "%u", o->timeout);
	snprintf(solver, sizeof(solver), "--solver=%s", o->solver ? o->solver : "");
	const char *const argv[] = {o->bpfprove, "equiv",  run->a,
				    run->b,      "--json", "--no-cache",
				    "--timeout", timeout,  o->solver ? solver : NULL,
				    NULL};
	dup2(out, STDOUT_FILENO);
	execv(o->bpfprove, (char *const *)argv);
	_exit(NOT_EXECUTED);
}

static void crash(struct run *run, const char *why, int number)
{
	run->verdict = RUN_CRASHED;
	snprintf(run->reason, sizeof(run->reason), "%s %d", why, number);
}

static bool start_job(struct job *job, struct run *run, const struct run_options *o)
{
	*job = (struct job){.run = run, .out = memfd_create("bench", MFD_CLOEXEC), .start = now_ms()};
	job->pid = fork();
	if (job->pid == 0)
		execute(run, o, job->out);
	job->fd = job->pid > 0 ? pidfd_open(job->pid, 0) : -1;
	return job->out >= 0 && job->fd >= 0;
}

static void copy_string(char *out, size_t len, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	snprintf(out, len, "%s", text ? text : "");
}

static enum run_verdict verdict_of(const json_t *object)
{
	const char *text = json_string_value(json_object_get(object, "verdict"));
	for (enum run_verdict v = 0; text && v < RUN_CRASHED; v++)
		if (strcmp(text, run_verdict_names[v]) == 0)
			return v;
	return RUN_CRASHED;
}

/* Details come from the first pair of programs that has the object's verdict. */
static void read_details(struct run *run, const json_t *answer)
{
	size_t i;
	json_t *pair;
	copy_string(run->reason, sizeof(run->reason), answer, "reason");
	json_array_foreach(json_object_get(answer, "pairs"), i, pair)
	{
		if (verdict_of(pair) != run->verdict)
			continue;
		copy_string(run->decided_by, sizeof(run->decided_by), pair, "decided_by");
		copy_string(run->kernel, sizeof(run->kernel), pair, "kernel");
		if (!run->reason[0])
			copy_string(run->reason, sizeof(run->reason), pair, "reason");
		return;
	}
}

static void read_answer(struct run *run, int out, int status)
{
	lseek(out, 0, SEEK_SET);
	json_t *answer = json_loadfd(out, 0, NULL);
	run->verdict = verdict_of(answer);
	if (!answer || run->verdict == RUN_CRASHED)
		crash(run, "no readable answer with exit status", status);
	else if ((int)run->verdict != status)
		crash(run, "the answer contradicts exit status", status);
	else
		read_details(run, answer);
	json_decref(answer);
}

static void finish_job(struct job *job)
{
	int status = 0;
	waitpid(job->pid, &status, 0);
	job->run->ms = now_ms() - job->start;
	if (WIFSIGNALED(status))
		crash(job->run, "killed by signal", WTERMSIG(status));
	else if (WEXITSTATUS(status) > RUN_UNKNOWN)
		crash(job->run, "exit status", WEXITSTATUS(status));
	else
		read_answer(job->run, job->out, WEXITSTATUS(status));
	close(job->fd);
	close(job->out);
}

/* A process that outlives its own time-out several times over hangs: it ends as a crash. */
static void kill_late(const struct job *jobs, size_t n, unsigned timeout)
{
	for (size_t i = 0; i < n; i++)
		if (now_ms() - jobs[i].start > 1e3 * (4.0 * timeout + 30))
			pidfd_send_signal(jobs[i].fd, SIGKILL, NULL, 0);
}

static size_t reap(struct job *jobs, size_t n, unsigned timeout)
{
	struct pollfd polls[MAX_JOBS];
	for (size_t i = 0; i < n; i++)
		polls[i] = (struct pollfd){.fd = jobs[i].fd, .events = POLLIN};
	poll(polls, n, 1000);
	kill_late(jobs, n, timeout);
	for (size_t i = n; i-- > 0;)
		if (polls[i].revents) {
			finish_job(&jobs[i]);
			jobs[i] = jobs[--n];
		}
	return n;
}

void run_all(struct run *runs, size_t n, const struct run_options *options)
{
	struct job jobs[MAX_JOBS];
	size_t running = 0, limit = options->jobs < MAX_JOBS ? options->jobs : MAX_JOBS;
	for (size_t next = 0; next < n || running;) {
		if (next < n && running < limit) {
			if (!start_job(&jobs[running++], &runs[next++], options)) {
				perror("bench: can't start a process");
				exit(70);
			}
			continue;
		}
		running = reap(jobs, running, options->timeout);
		if (isatty(STDERR_FILENO))
			fprintf(stderr, "\r%zu of %zu ", next - running, n);
	}
}
