/* SPDX-License-Identifier: BSD-2-Clause */
/* Units are opened only as fast as their questions find a process, and closed in order. */
#include "checker/whole/units.h"
#include "encode/solver/fault.h"

#include <stdlib.h>

struct question_place {
	size_t unit, question;
};

struct schedule {
	const struct units *u;
	struct crew *crew;
	volatile int *stop;
	struct question_place *items; /* questions of opened units */
	size_t n_items, room, next, done;
	size_t *left; /* by unit: questions without an answer */
	size_t opened, closed;
};

static void decide(void *arg, size_t item, struct bytes *out)
{
	const struct schedule *s = arg;
	s->u->decide(s->u->arg, s->items[item].unit, s->items[item].question, out);
}

static void take(void *arg, size_t item, enum crew_end end, struct bytes_reader *in)
{
	struct schedule *s = arg;
	const struct question_place *p = &s->items[item];
	s->u->take(s->u->arg, p->unit, p->question, end, in);
	s->left[p->unit]--;
	s->done++;
	if (s->u->show)
		s->u->show(s->u->arg, s->done, s->n_items);
}

static void open_next(struct schedule *s)
{
	size_t unit = s->opened++, n = s->u->open(s->u->arg, unit);
	s->left[unit] = n;
	if (s->room < s->n_items + n) {
		s->room = 2 * s->room + n;
		s->items = fault_realloc(s->items, s->room, sizeof *s->items);
	}
	for (size_t i = 0; i < n; i++)
		s->items[s->n_items++] = (struct question_place){unit, i};
}

static void start_next(struct schedule *s)
{
	size_t item = s->next++;
	if (s->stop && *s->stop)
		take(s, item, CREW_STOPPED, &(struct bytes_reader){0});
	else
		crew_start(s->crew, item);
}

static void close_done(struct schedule *s)
{
	while (s->closed < s->opened && !s->left[s->closed])
		s->u->close(s->u->arg, s->closed++);
}

void units_run(const struct units *u, unsigned jobs, volatile int *stop)
{
	struct schedule s = {.u = u, .stop = stop, .left = fault_calloc(u->n, sizeof *s.left)};
	s.crew = crew_new(&(struct crew_work){decide, take, &s}, jobs, stop);
	while (s.closed < u->n) {
		while (s.next < s.n_items && crew_has_room(s.crew))
			start_next(&s);
		if (s.next == s.n_items && s.opened < u->n)
			open_next(&s);
		else
			crew_wait(s.crew);
		close_done(&s);
	}
	crew_free(s.crew);
	free(s.items);
	free(s.left);
}
