/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks backends in child processes. A child is the leader of a process group,
 * writes its report and then the values into a pipe, and is killed with its
 * group when it has answered, overruns or loses.
 */
#include "guard.h"
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fault.h"

#define MAX_JOBS 2
/* A backend that ends by itself at the limit gets this long to say so. */
#define GRACE_NS 20000000ull
#define STACK_BYTES (100ull << 20)

/* What one call of guard_run shares. */
struct run {
	const struct query *q;
	uint64_t end_ns;           /* 0: none */
	unsigned ms;               /* 0: none */
	uint64_t memory;           /* bytes for each child, 0: no limit */
	uint64_t mapped, resident; /* bytes of this process at the start */
};

/* A child starts with everything that its parent has mapped: limits count from there. */
static void measure_memory(struct run *r)
{
	char text[64] = "";
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	unsigned long long mapped, resident;
	if (n <= 0 || sscanf(text, "%llu %llu", &mapped, &resident) != 2) {
		r->memory = 0;
		return;
	}
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	r->mapped = mapped * page;
	r->resident = resident * page;
}

static void lower_limit(int resource, uint64_t bytes)
{
	struct rlimit l;
	if (getrlimit((__rlimit_resource_t)resource, &l))
		return;
	l.rlim_cur = l.rlim_max != RLIM_INFINITY && bytes > l.rlim_max ? l.rlim_max : bytes;
	setrlimit((__rlimit_resource_t)resource, &l);
}

static void write_all(int fd, const void *data, size_t n)
{
	const char *p = data;
	while (n) {
		ssize_t k = write(fd, p, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			_exit(1);
		p += k;
		n -= (size_t)k;
	}
}

/* SIGPIPE is for backends that write into a process that may have ended. */
static void set_child_up(const struct run *r, pid_t parent)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM, SIGCHLD};
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		signal(signals[i], SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	lower_limit(RLIMIT_CORE, 0);
	lower_limit(RLIMIT_STACK, STACK_BYTES); /* solvers recurse; the soft limit may be lower or higher */
	if (r->memory)
		lower_limit(RLIMIT_AS, r->mapped + r->memory);
}

static void run_child(const struct run *r, struct guard_job *j, int out, pid_t parent)
{
	set_child_up(r, parent);
	fault_enter_child();
	enum solver_failure why = SOLVER_NO_FAILURE;
	enum solver_answer answer = j->backend->check(j->self, r->q, r->ms, j->values, &why);
	struct guard_report report = {answer, why};
	write_all(out, &report, sizeof report);
	if (answer == SOLVER_SAT)
		write_all(out, j->values, r->q->n_leaves * sizeof *j->values);
	_exit(0);
}

static void start(const struct run *r, struct guard_job *j)
{
	int ends[2];
	pid_t parent = getpid();
	j->answer = SOLVER_UNKNOWN;
	j->why = SOLVER_DIED;
	j->running = false;
	j->got = 0;
	if (pipe2(ends, O_CLOEXEC))
		return;
	j->pid = fork();
	if (j->pid == 0)
		run_child(r, j, ends[1], parent);
	close(ends[1]);
	if (j->pid < 0) {
		j->why = errno == ENOMEM ? SOLVER_MEMORY : SOLVER_DIED;
		close(ends[0]);
		return;
	}
	setpgid(j->pid, j->pid); /* whoever of the two comes first */
	j->pipe = ends[0];
	j->running = true;
}

/* Ends the job whatever it does. Not reaped yet, its group's number can't be another's. */
static void stop(struct guard_job *j, int *status, struct rusage *usage)
{
	kill(-j->pid, SIGKILL);
	while (wait4(j->pid, status, 0, usage) < 0 && errno == EINTR)
		;
	close(j->pipe);
	j->running = false;
}

static void abandon(struct guard_job *j, enum solver_failure why)
{
	int status;
	struct rusage usage;
	stop(j, &status, &usage);
	j->answer = SOLVER_UNKNOWN;
	j->why = why;
}

/* The pipe closed too early. A child that had filled half of its memory, or more, is taken to have died of
 * that: allocators double their blocks. */
static void bury(const struct run *r, struct guard_job *j)
{
	int status = 0;
	struct rusage usage = {0};
	stop(j, &status, &usage);
	uint64_t peak = (uint64_t)usage.ru_maxrss * 1024;
	bool full = r->memory && peak > r->resident && peak - r->resident >= r->memory / 2;
	full |= WIFEXITED(status) && WEXITSTATUS(status) == FAULT_MEMORY_STATUS;
	j->answer = SOLVER_UNKNOWN;
	j->why = full ? SOLVER_MEMORY : SOLVER_DIED;
}

static void conclude(struct guard_job *j)
{
	int status;
	struct rusage usage;
	stop(j, &status, &usage);
	j->answer = (enum solver_answer)j->report.answer;
	j->why = j->answer == SOLVER_UNKNOWN ? (enum solver_failure)j->report.why : SOLVER_NO_FAILURE;
	if (j->answer == SOLVER_UNKNOWN && j->why == SOLVER_NO_FAILURE)
		j->why = SOLVER_GAVE_UP;
}

/* Reads what there is; ends the job when the answer is complete or can't become so. */
static void receive(const struct run *r, struct guard_job *j)
{
	bool head = j->got < sizeof j->report;
	size_t values = r->q->n_leaves * sizeof *j->values, done = head ? 0 : j->got - sizeof j->report;
	char *to = head ? (char *)&j->report + j->got : (char *)j->values + done;
	ssize_t n = read(j->pipe, to, head ? sizeof j->report - j->got : values - done);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		bury(r, j);
		return;
	}
	j->got += (size_t)n;
	if (j->got >= sizeof j->report && (j->report.answer != SOLVER_SAT || j->got == sizeof j->report + values))
		conclude(j);
}

static int milliseconds_left(const struct run *r)
{
	if (!r->end_ns)
		return -1;
	uint64_t now = clock_now_ns();
	return now >= r->end_ns ? 0 : (int)((r->end_ns - now) / 1000000 + 1);
}

static bool is_decided(const struct guard_job *j)
{
	return !j->running && j->answer != SOLVER_UNKNOWN;
}

static void attend(const struct run *r, struct guard_job *jobs, size_t n, bool first_wins)
{
	struct pollfd polls[MAX_JOBS];
	size_t running = 0;
	for (size_t i = 0; i < n; i++) {
		polls[i] = (struct pollfd){.fd = jobs[i].running ? jobs[i].pipe : -1, .events = POLLIN};
		running += jobs[i].running;
	}
	while (running) {
		int ready = poll(polls, n, milliseconds_left(r));
		bool over = ready == 0, won = false;
		for (size_t i = 0; i < n; i++) {
			if (jobs[i].running && ready > 0 && polls[i].revents)
				receive(r, &jobs[i]);
			won |= first_wins && is_decided(&jobs[i]);
		}
		running = 0;
		for (size_t i = 0; i < n; i++) {
			if (jobs[i].running && (over || won))
				abandon(&jobs[i], won ? SOLVER_NO_FAILURE : SOLVER_TIMEOUT);
			if (!jobs[i].running)
				polls[i].fd = -1;
			running += jobs[i].running;
		}
	}
}

/* False if no time is left. */
static bool plan(struct run *r, const struct solver_limits *limits)
{
	uint64_t now = clock_now_ns(), left = (uint64_t)limits->query_ms * 1000000u;
	if (limits->deadline_ns) {
		if (now >= limits->deadline_ns)
			return false;
		uint64_t rest = limits->deadline_ns - now;
		left = !left || rest < left ? rest : left;
	}
	r->end_ns = left ? now + left + GRACE_NS : 0;
	r->ms = (unsigned)((left + 999999) / 1000000);
	r->memory = (uint64_t)limits->memory_mib << 20;
	if (r->memory)
		measure_memory(r);
	return true;
}

void guard_run(struct guard_job *jobs, size_t n, const struct query *q, const struct solver_limits *limits,
	       bool first_wins)
{
	struct run r = {.q = q};
	if (n > MAX_JOBS)
		FAULT_STOP("%zu jobs at once", n);
	if (!plan(&r, limits)) {
		for (size_t i = 0; i < n; i++) {
			jobs[i].answer = SOLVER_UNKNOWN;
			jobs[i].why = SOLVER_TIMEOUT;
		}
		return;
	}
	for (size_t i = 0; i < n; i++)
		start(&r, &jobs[i]);
	attend(&r, jobs, n, first_wins);
}
