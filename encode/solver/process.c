/* SPDX-License-Identifier: BSD-2-Clause */
/* A shell command with both ends of its text. */
#include "process.h"
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault.h"

#define CHUNK 65536
#define MAX_TEXT (64u << 20)

static void exec_shell(const char *command, int in, int out)
{
	signal(SIGPIPE, SIG_DFL);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(127);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

bool process_start(struct process *p, const char *command, uint64_t end_ns)
{
	int in[2], out[2] = {-1, -1};
	*p = (struct process){.pid = -1, .in = -1, .out = -1, .end_ns = end_ns};
	if (pipe2(in, O_CLOEXEC))
		return false;
	if (!pipe2(out, O_CLOEXEC))
		p->pid = fork();
	if (p->pid == 0)
		exec_shell(command, in[0], out[1]);
	close(in[0]);
	close_end(&out[1]);
	p->in = in[1];
	p->out = out[0];
	if (p->pid < 0) {
		close_end(&p->in);
		close_end(&p->out);
		return false;
	}
	fcntl(p->in, F_SETFL, O_NONBLOCK);
	return true;
}

void process_stop(struct process *p)
{
	close_end(&p->in);
	close_end(&p->out);
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	free(p->text);
}

static void read_some(struct process *p)
{
	if (p->n + CHUNK + 1 > p->capacity) {
		p->capacity = p->capacity ? 2 * p->capacity : 2 * CHUNK;
		p->text = fault_realloc(p->text, p->capacity, 1);
	}
	ssize_t n = read(p->out, p->text + p->n, CHUNK);
	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0)
		p->state = PROCESS_CLOSED;
	else
		p->n += (size_t)n;
	p->text[p->n] = '\0';
	if (p->n > MAX_TEXT)
		p->state = PROCESS_FLOODED;
}

/* A reader that is gone is no end yet: it may have printed its answer before. */
static size_t write_some(struct process *p, const char *data, size_t n)
{
	ssize_t k = write(p->in, data, n);
	if (k >= 0)
		return (size_t)k;
	if (errno != EINTR && errno != EAGAIN)
		close_end(&p->in);
	return 0;
}

static int milliseconds_left(const struct process *p)
{
	if (!p->end_ns)
		return -1;
	uint64_t now = clock_now_ns();
	return now >= p->end_ns ? 0 : (int)((p->end_ns - now) / 1000000 + 1);
}

/* Waits until it prints, ends, or takes some of the n bytes; returns how many it took. */
static size_t exchange(struct process *p, const char *data, size_t n)
{
	struct pollfd polls[] = {{p->out, POLLIN, 0}, {n ? p->in : -1, POLLOUT, 0}};
	size_t taken = 0;
	int ready = poll(polls, 2, milliseconds_left(p));
	if (ready == 0)
		p->state = PROCESS_LATE;
	if (ready <= 0)
		return 0;
	if (polls[1].revents)
		taken = write_some(p, data, n);
	if (polls[0].revents)
		read_some(p);
	return taken;
}

bool process_send(struct process *p, const char *data, size_t n)
{
	while (n && p->in >= 0 && p->state == PROCESS_OPEN) {
		size_t taken = exchange(p, data, n);
		data += taken;
		n -= taken;
	}
	return p->state == PROCESS_OPEN;
}

bool process_receive(struct process *p)
{
	if (p->state == PROCESS_OPEN)
		exchange(p, NULL, 0);
	return p->state == PROCESS_OPEN;
}
