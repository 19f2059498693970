/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes, one for each question. */
#include "checker/whole/crew.h"
#include "clock.h"
#include "encode/solver/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 100
#define GRACE_NS 1500000000ull /* to end by themselves when they are told to */
#define CHUNK 65536

struct member {
	pid_t pid;
	int fd;
	size_t item;
	bool killed;
	struct bytes got;
};

struct crew {
	struct crew_work work;
	struct member *members;
	unsigned n, jobs;
	volatile int *stop;
	uint64_t stopped_ns; /* when they were told, 0: they were not */
};

unsigned crew_cores(void)
{
	cpu_set_t set;
	if (sched_getaffinity(0, sizeof set, &set))
		return 1;
	return (unsigned)CPU_COUNT(&set);
}

struct crew *crew_new(const struct crew_work *work, unsigned jobs, volatile int *stop)
{
	struct crew *c = fault_calloc(1, sizeof *c);
	*c = (struct crew){.work = *work, .jobs = jobs, .stop = stop};
	c->members = fault_calloc(jobs, sizeof *c->members);
	return c;
}

void crew_free(struct crew *c)
{
	free(c->members);
	free(c);
}

bool crew_has_room(const struct crew *c)
{
	return !c->jobs || c->n < c->jobs;
}

bool crew_is_idle(const struct crew *c)
{
	return !c->n;
}

static bool is_stopped(const struct crew *c)
{
	return c->stop && *c->stop;
}

/* In the process of one question. */

static void send_all(int fd, const struct bytes *b)
{
	for (size_t at = 0; at < b->n;) {
		ssize_t k = write(fd, b->at + at, b->n - at);
		if (k < 0 && errno != EINTR)
			_exit(1);
		at += k > 0 ? (size_t)k : 0;
	}
}

/* A verdict that the parent has buffered must not get out twice, so this ends without flushing. */
static _Noreturn void be_member(const struct crew *c, size_t item, int fd, pid_t parent)
{
	struct bytes out = {0};
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	fault_enter_child();
	c->work.decide(c->work.arg, item, &out);
	send_all(fd, &out);
	_exit(0);
}

/* In the parent. */

static void decide_here(struct crew *c, size_t item)
{
	struct bytes out = {0};
	c->work.decide(c->work.arg, item, &out);
	c->work.take(c->work.arg, item, CREW_DONE, &(struct bytes_reader){out.at, out.n, false});
	bytes_release(&out);
}

static void give_up(struct crew *c, size_t item, enum crew_end end)
{
	c->work.take(c->work.arg, item, end, &(struct bytes_reader){0});
}

void crew_start(struct crew *c, size_t item)
{
	int ends[2];
	pid_t parent = getpid();
	if (!c->jobs) {
		decide_here(c, item);
		return;
	}
	if (pipe2(ends, O_CLOEXEC)) {
		give_up(c, item, CREW_DIED);
		return;
	}
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		be_member(c, item, ends[1], parent);
	}
	close(ends[1]);
	if (pid > 0) {
		c->members[c->n++] = (struct member){.pid = pid, .fd = ends[0], .item = item};
		return;
	}
	close(ends[0]);
	give_up(c, item, errno == ENOMEM ? CREW_MEMORY : CREW_DIED);
}

static enum crew_end end_of(const struct member *m, int state)
{
	if (m->killed || (WIFSIGNALED(state) && WTERMSIG(state) == SIGINT))
		return CREW_STOPPED;
	if (!WIFEXITED(state))
		return CREW_DIED;
	switch (WEXITSTATUS(state)) {
	case 0:
		return m->got.n ? CREW_DONE : CREW_DIED;
	case FAULT_STATUS:
		return CREW_FAULT;
	case FAULT_MEMORY_STATUS:
		return CREW_MEMORY;
	default:
		return CREW_DIED;
	}
}

static void finish(struct crew *c, unsigned k)
{
	struct member m = c->members[k];
	int state = 0;
	close(m.fd);
	while (waitpid(m.pid, &state, 0) < 0 && errno == EINTR)
		;
	c->members[k] = c->members[--c->n];
	enum crew_end end = end_of(&m, state);
	if (end == CREW_DONE)
		c->work.take(c->work.arg, m.item, end, &(struct bytes_reader){m.got.at, m.got.n, false});
	else
		give_up(c, m.item, end);
	bytes_release(&m.got);
}

/* False: that was all. */
static bool read_some(struct member *m)
{
	uint8_t *to = bytes_grow(&m->got, CHUNK);
	ssize_t k = read(m->fd, to, CHUNK);
	m->got.n += k > 0 ? (size_t)k : 0;
	return k > 0 || (k < 0 && errno == EINTR);
}

/* Tells them to end, if only this process was told, and after a while makes them. */
static void stop_members(struct crew *c)
{
	uint64_t now = clock_now_ns();
	for (unsigned k = 0; k < c->n; k++) {
		bool late = c->stopped_ns && now - c->stopped_ns > GRACE_NS;
		if (!c->stopped_ns)
			kill(c->members[k].pid, SIGINT);
		else if (late && !c->members[k].killed)
			c->members[k].killed = !kill(c->members[k].pid, SIGKILL);
	}
	if (!c->stopped_ns)
		c->stopped_ns = now;
}

void crew_wait(struct crew *c)
{
	if (!c->n)
		return;
	if (is_stopped(c))
		stop_members(c);
	struct pollfd fds[c->n];
	for (unsigned k = 0; k < c->n; k++)
		fds[k] = (struct pollfd){.fd = c->members[k].fd, .events = POLLIN};
	if (poll(fds, c->n, TICK_MS) <= 0)
		return;
	for (unsigned k = c->n; k-- > 0;)
		if (fds[k].revents && !read_some(&c->members[k]))
			finish(c, k);
}
