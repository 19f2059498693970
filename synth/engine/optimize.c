/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Workers are forked, so that a crash costs one program only, and report
 * through a pipe when they are done. How far they are is in shared memory.
 */
#include "synth/engine/optimize.h"
#include "clock.h"

#include "synth/draft/alloc.h"
#include "synth/engine/transfer.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 200
#define LEAST 0.25 /* seconds for a program, if there are as many at all */

struct tally {
	uint64_t before, best, proposals, tested, proved, refuted, adopted;
};

struct job {
	size_t item;
	pid_t pid;
	int fd;
	uint8_t *bytes;
	size_t n, room;
	double share; /* seconds that it may search */
};

struct team {
	struct optimize_item *items;
	size_t n, next, done;
	const struct optimize_options *o;
	struct tally *tallies; /* shared, by item */
	struct job *jobs;
	size_t n_jobs;
	uint64_t start_ns;
	bool told;   /* the workers, to stop */
	double left; /* seconds of searching, all workers together */
};

static void count(void *arg, const struct engine_counts *c, const struct cost *best)
{
	struct tally *t = arg;
	t->before = t->before ? t->before : best->slots;
	t->best = best->slots;
	t->proposals = c->offered + c->search.proposals;
	t->tested = c->judged + c->search.tested;
	t->proved = c->proved + c->search.proved;
	t->refuted = c->refuted + c->search.refuted;
	t->adopted = c->adopted;
}

static bool is_stopped(const struct team *t)
{
	return t->o->engine.stop && *t->o->engine.stop;
}

/* In the worker. */

static void send_all(int fd, const uint8_t *bytes, size_t n)
{
	for (size_t at = 0; at < n;) {
		ssize_t k = write(fd, bytes + at, n - at);
		if (k < 0 && errno != EINTR)
			_exit(1);
		at += k > 0 ? (size_t)k : 0;
	}
}

static _Noreturn void work(const struct team *t, const struct job *job, const struct engine_options *eo)
{
	struct outcome outcome;
	uint8_t *bytes;
	size_t n;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody is left to tell */
	outcome_find(t->items[job->item].program, eo, &t->o->accept, &outcome);
	transfer_pack(&outcome, &bytes, &n);
	send_all(job->fd, bytes, n);
	_exit(0);
}

/* In the parent. */

/* Of the time that is left for searching, what the program's size is of what is left to search. What comes after a
 * search is not counted. */
static uint64_t share_of(const struct team *t)
{
	double slots = 0, own = (double)t->items[t->next].program->n;
	for (size_t i = t->next; i < t->n; i++)
		slots += (double)t->items[i].program->n;
	double share = t->left * own / (slots > 0 ? slots : 1), most = t->o->budget,
	       least = most < LEAST ? most : LEAST;
	return (uint64_t)(1e9 * (share > most ? most : share > least ? share : least)) + 1;
}

static void start_job(struct team *t)
{
	int ends[2];
	struct optimize_item *item = &t->items[t->next];
	struct engine_options eo = t->o->engine;
	uint64_t share = eo.max_proposals ? 0 : share_of(t);
	eo.deadline_ns = share ? clock_now_ns() + share : 0;
	eo.jobs = t->o->jobs > t->n ? t->o->jobs / (unsigned)t->n : 1;
	eo.progress = count;
	eo.progress_arg = &t->tallies[t->next];
	struct job job = {.item = t->next++};
	if (item->program->error) {
		snprintf(item->why, sizeof item->why, "%s", item->program->error);
		t->done++;
		return;
	}
	pid_t pid = pipe(ends) ? -1 : fork();
	if (pid < 0) {
		snprintf(item->why, sizeof item->why, "no process can be started: %s", strerror(errno));
		t->done++;
		return;
	}
	if (pid == 0) {
		close(ends[0]);
		job.fd = ends[1];
		work(t, &job, &eo);
	}
	close(ends[1]);
	job.pid = pid;
	job.fd = ends[0];
	job.share = 1e-9 * (double)share;
	t->left -= job.share;
	t->jobs[t->n_jobs++] = job;
}

static void finish_job(struct team *t, size_t k)
{
	struct job *job = &t->jobs[k];
	struct optimize_item *item = &t->items[job->item];
	int state;
	close(job->fd);
	while (waitpid(job->pid, &state, 0) < 0 && errno == EINTR)
		;
	item->done = transfer_unpack(job->bytes, job->n, &item->outcome);
	if (item->done && item->outcome.engine.seconds < job->share)
		t->left += job->share - item->outcome.engine.seconds;
	if (!item->done && WIFSIGNALED(state))
		snprintf(item->why, sizeof item->why, "its search ended with signal %d", WTERMSIG(state));
	else if (!item->done)
		snprintf(item->why, sizeof item->why, "its search ended without a result");
	free(job->bytes);
	t->jobs[k] = t->jobs[--t->n_jobs];
	t->done++;
}

/* False: that was all. */
static bool read_job(struct job *job)
{
	if (job->room - job->n < 65536) {
		job->room = 2 * job->room + 65536;
		job->bytes = checked(realloc(job->bytes, job->room));
	}
	ssize_t k = read(job->fd, job->bytes + job->n, job->room - job->n);
	job->n += k > 0 ? (size_t)k : 0;
	return k > 0 || (k < 0 && errno == EINTR);
}

static void wait_jobs(struct team *t)
{
	struct pollfd fds[t->n_jobs + 1];
	for (size_t k = 0; k < t->n_jobs; k++)
		fds[k] = (struct pollfd){.fd = t->jobs[k].fd, .events = POLLIN};
	if (poll(fds, t->n_jobs, TICK_MS) <= 0)
		return;
	for (size_t k = t->n_jobs; k-- > 0;)
		if (fds[k].revents && !read_job(&t->jobs[k]))
			finish_job(t, k);
}

/* To stop, if only this process was told. */
static void tell_jobs(struct team *t)
{
	for (size_t k = 0; k < t->n_jobs && !t->told; k++)
		kill(t->jobs[k].pid, SIGINT);
	t->told = true;
}

static void show_progress(const struct team *t, optimize_show *show)
{
	struct optimize_progress p = {.n = t->n, .done = t->done, .name = ""};
	for (size_t i = 0; i < t->n; i++) {
		const struct tally *y = &t->tallies[i];
		p.proposals += y->proposals;
		p.tested += y->tested;
		p.proved += y->proved;
		p.refuted += y->refuted;
		p.adopted += y->adopted;
	}
	if (t->n_jobs) {
		p.name = t->items[t->jobs[0].item].program->name;
		p.before = t->tallies[t->jobs[0].item].before;
		p.best = t->tallies[t->jobs[0].item].best;
	}
	p.seconds = 1e-9 * (double)(clock_now_ns() - t->start_ns);
	show(&p);
}

static struct tally *share_tallies(size_t n)
{
	void *p = mmap(NULL, (n + 1) * sizeof(struct tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? checked(NULL) : p;
}

void optimize_programs(struct optimize_item *items, size_t n, const struct optimize_options *o, optimize_show *show)
{
	struct team t = {.items = items,
			 .n = n,
			 .o = o,
			 .tallies = share_tallies(n),
			 .jobs = checked(calloc(o->jobs + 1, sizeof(struct job))),
			 .start_ns = clock_now_ns()};
	t.left = o->budget * o->jobs;
	while (t.done < n && !(is_stopped(&t) && !t.n_jobs)) {
		if (is_stopped(&t))
			tell_jobs(&t);
		while (t.n_jobs < o->jobs && t.next < n && !is_stopped(&t))
			start_job(&t);
		if (t.n_jobs)
			wait_jobs(&t);
		if (show)
			show_progress(&t, show);
	}
	for (; t.next < n; t.next++)
		snprintf(items[t.next].why, sizeof items->why, "interrupted");
	free(t.jobs);
	munmap(t.tallies, (n + 1) * sizeof(struct tally));
}
