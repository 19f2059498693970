/* SPDX-License-Identifier: BSD-2-Clause */
/* A small pool of child processes. */
#include "tests/children.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { GRACE = 10 /* seconds that a process has to notice that its time is over */ };

volatile int child_time_is_over;

double children_now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

void *children_share(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		abort();
	return p;
}

static void on_alarm(int sig)
{
	if (child_time_is_over) {
		signal(sig, SIG_DFL);
		raise(sig);
	}
	child_time_is_over = 1;
	alarm(GRACE);
}

static void limit_process(const struct child_limits *limits)
{
	struct rlimit memory = {.rlim_cur = (rlim_t)limits->mebibytes << 20,
				.rlim_max = (rlim_t)limits->mebibytes << 20};
	struct rlimit core = {0};
	setrlimit(RLIMIT_AS, &memory);
	setrlimit(RLIMIT_CORE, &core);
	signal(SIGALRM, on_alarm);
	alarm(limits->seconds);
}

static void reap(struct children *c)
{
	int status;
	struct rusage usage;
	pid_t pid = wait4(-1, &status, 0, &usage);
	if (pid < 0 && errno != EINTR) {
		perror("wait4");
		exit(70);
	}
	for (size_t i = 0; i < c->n; i++) {
		if (c->at[i].pid != pid)
			continue;
		bool signalled = WIFSIGNALED(status);
		struct child_end end = {.good = WIFEXITED(status) && WEXITSTATUS(status) == 0,
					.late = signalled && WTERMSIG(status) == SIGALRM,
					.ms = children_now_ms() - c->at[i].start,
					.mebibytes = (double)usage.ru_maxrss / 1024};
		if (!end.good)
			snprintf(end.what, sizeof end.what, "%s %d", signalled ? "signal" : "exit status",
				 signalled ? WTERMSIG(status) : WEXITSTATUS(status));
		c->finish(c->at[i].result, &end);
		c->at[i] = c->at[--c->n];
		return;
	}
}

void children_start(struct children *c, child_run *run, const void *work, void *result)
{
	while (c->n >= c->limits.jobs)
		reap(c);
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(70);
	}
	if (pid == 0) {
		limit_process(&c->limits);
		run(work, result);
		_exit(0);
	}
	c->at[c->n].pid = pid;
	c->at[c->n].start = children_now_ms();
	c->at[c->n++].result = result;
}

void children_wait(struct children *c)
{
	while (c->n)
		reap(c);
}
