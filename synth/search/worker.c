/* SPDX-License-Identifier: BSD-2-Clause */
/* Worker processes and their pipes. */
#include "synth/search/worker.h"

#include "synth/draft/alloc.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_WORKERS 64

struct message {
	bool last;
	struct worker_find find;
	struct search_stats stats; /* last: all of the worker */
};

static bool write_all(int fd, const void *data, size_t n)
{
	const char *at = data;
	while (n) {
		ssize_t k = write(fd, at, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		at += k;
		n -= (size_t)k;
	}
	return true;
}

static bool read_all(int fd, void *data, size_t n)
{
	char *at = data;
	while (n) {
		ssize_t k = read(fd, at, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		at += k;
		n -= (size_t)k;
	}
	return true;
}

void worker_tell(struct worker_report *r, const struct worker_find *f)
{
	struct message m = {.find = *f};
	if (r->fd < 0)
		r->note(r->arg, f);
	else if (!write_all(r->fd, &m, sizeof m))
		_exit(1);
}

static _Noreturn void be_worker(int fd, worker_task *task, void *arg, unsigned worker, unsigned jobs)
{
	struct worker_report r = {.fd = fd};
	task(arg, worker, jobs, &r);
	struct message m = {.last = true, .stats = r.stats};
	_exit(write_all(fd, &m, sizeof m) ? 0 : 1);
}

/* Its pipe's end for reading; -1: there is no worker. */
static int start(worker_task *task, void *arg, unsigned worker, unsigned jobs, pid_t *pid)
{
	int ends[2];
	if (pipe(ends))
		return -1;
	*pid = fork();
	if (*pid == 0) {
		close(ends[0]);
		be_worker(ends[1], task, arg, worker, jobs);
	}
	close(ends[1]);
	if (*pid > 0)
		return ends[0];
	close(ends[0]);
	return -1;
}

static void listen_to(int fd, void (*note)(void *arg, const struct worker_find *f), void *arg, struct search_stats *sum)
{
	struct message m;
	while (read_all(fd, &m, sizeof m)) {
		if (!m.last)
			note(arg, &m.find);
		else
			search_stats_add(sum, &m.stats);
	}
}

void workers_run(unsigned jobs, worker_task *task, void (*note)(void *arg, const struct worker_find *f), void *arg,
		 struct search_stats *sum)
{
	int fds[MAX_WORKERS];
	pid_t pids[MAX_WORKERS] = {0};
	if (jobs <= 1) {
		struct worker_report r = {.fd = -1, .note = note, .arg = arg};
		task(arg, 0, 1, &r);
		search_stats_add(sum, &r.stats);
		return;
	}
	if (jobs > MAX_WORKERS)
		jobs = MAX_WORKERS;
	for (unsigned i = 0; i < jobs; i++)
		fds[i] = start(task, arg, i, jobs, &pids[i]);
	for (unsigned i = 0; i < jobs; i++) {
		if (fds[i] < 0)
			continue;
		listen_to(fds[i], note, arg, sum);
		close(fds[i]);
		while (waitpid(pids[i], NULL, 0) < 0 && errno == EINTR)
			;
	}
}
