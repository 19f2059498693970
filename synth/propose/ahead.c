/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes that only pay with others behind them: a draft that is no better by
 * itself becomes a program with facts of its own, which proposers go on with.
 * What they make of it is offered as one change if it is smaller. Nobody is
 * asked in between.
 */
#include "synth/draft/alloc.h"
#include "clock.h"
#include "synth/draft/edit.h"
#include "synth/engine/seen.h"

#include <string.h>

#define GROWTH_MAX 6      /* slots that the first step may cost */
#define STEPS_MAX 24      /* behind it */
#define FACTS_STEPS 50000 /* of the prover, for one program: the clock must not decide */
#define PROPOSALS_MAX 400 /* first steps that are followed, of one program */
#define DETOURS_MAX 3     /* later steps that may cost something as well, */
#define DETOUR_SLACK 4    /* so many slots each */

static const char *const first_steps[] = {"exit", "thread", "delay", "sink", "tail", "hoist", "copy", "layout", "lift"};
static const char *const next_steps[] = {"known", "branch", "thread", "constant", "copy", "address", "narrow",
					 "store", "exit",   "tail",   "hoist",    "sink", "layout",  "lift"};

/* A program on the way, with what its proposers see. */
struct station {
	const struct scene *outer; /* whose draft it began with */
	struct version v;
	struct facts *facts;
	struct live *live;
	struct cfg *cfgs;
	struct scene scene;
	struct version better; /* what was found: smaller than v, or larger by `slack` at most */
	bool found;
	unsigned slack;
	struct seen *seen; /* programs that were followed */
};

struct ahead {
	const struct scene *s;
	struct seen seen;
	unsigned followed;
	bool go_on;
};

static bool is_over(const struct scene *s)
{
	return (s->stop && *s->stop) || (s->deadline_ns && clock_now_ns() >= s->deadline_ns);
}

/* Functions keep their order. */
static bool may_edit(const struct scene *inner, uint32_t slot)
{
	const struct station *t = inner->engine;
	const struct scene *s = t->outer;
	size_t k = (size_t)(program_sub(inner->p, slot) - inner->p->subs);
	return s->may_edit(s, s->p->subs[k].start);
}

static bool take(const struct scene *inner, struct draft *d, const char *what)
{
	struct station *t = inner->engine;
	struct version v;
	(void)what;
	draft_sweep(d);
	bool built = draft_build(d, &v);
	draft_free(d);
	if (!built || t->found) {
		if (built)
			version_release(&v);
		return !t->found;
	}
	t->found = v.p->n < t->v.p->n + t->slack && (!t->slack || seen_add(t->seen, seen_hash_program(v.p)));
	if (t->found)
		t->better = v;
	else
		version_release(&v);
	return !t->found && !is_over(t->outer);
}

/* All but the program. */
static void leave(struct station *t)
{
	for (size_t i = 0; t->cfgs && i < t->v.p->n_subs; i++)
		cfg_release(&t->cfgs[i]);
	free(t->cfgs);
	live_free(t->live);
	facts_free(t->facts);
}

/* The program's facts; false: it is not proved safe, or not in time. */
static bool arrive(struct station *t)
{
	const struct program *p = t->v.p;
	struct safety_result r;
	struct safety_options o = {
	    .privileged = true, .no_search = true, .max_steps = FACTS_STEPS, .stop = t->outer->stop};
	char err[200];
	t->facts = facts_new(p, &o, &r);
	safety_release(&r);
	t->live = t->facts ? live_new(p, t->facts) : NULL;
	t->cfgs = checked(calloc(p->n_subs + 1, sizeof *t->cfgs));
	bool good = t->live;
	for (size_t i = 0; i < p->n_subs && good; i++)
		good = cfg_build(p->insns, p->subs[i].start, p->subs[i].end, &t->cfgs[i], err, sizeof err);
	t->scene = *t->outer;
	t->scene.p = p;
	t->scene.origin = t->v.origin;
	t->scene.facts = t->facts;
	t->scene.live = t->live;
	t->scene.cfgs = t->cfgs;
	t->scene.may_edit = may_edit;
	t->scene.offer = t->scene.offer_proved = take;
	t->scene.engine = t;
	return good;
}

static void run_named(const struct scene *s, const char *name)
{
	for (size_t i = 0; i < n_proposers; i++)
		if (!strcmp(proposers[i].name, name))
			proposers[i].run(s);
}

/* Goes on to what was found. */
static bool move_on(struct station *t)
{
	leave(t);
	version_release(&t->v);
	*t = (struct station){.outer = t->outer, .v = t->better, .seen = t->seen};
	return arrive(t);
}

/* One step to a smaller program; false: nobody finds one. */
static bool advance(struct station *t)
{
	for (size_t i = 0; i < sizeof next_steps / sizeof *next_steps && !t->found && !is_over(t->outer); i++)
		run_named(&t->scene, next_steps[i]);
	return t->found && move_on(t);
}

/* A step that costs something. */
static bool take_detour(struct station *t)
{
	t->slack = DETOUR_SLACK;
	run_named(&t->scene, "thread");
	return t->found && move_on(t);
}

/* Follows a program to the end; true: *v is smaller than the scene's. It takes *v over and gives another back. */
static bool follow(const struct scene *s, struct seen *seen, struct version *v)
{
	struct station t = {.outer = s, .v = *v, .seen = seen};
	unsigned detours = 0;
	bool good = arrive(&t);
	for (unsigned i = 0; i < STEPS_MAX && good && !is_over(s); i++) {
		if (advance(&t))
			continue;
		good = t.facts && t.v.p->n >= s->p->n && detours++ < DETOURS_MAX && take_detour(&t);
	}
	leave(&t);
	*v = t.v;
	return v->p->n < s->p->n;
}

static bool is_new(struct ahead *a, const struct program *p)
{
	return p->n >= a->s->p->n && p->n <= a->s->p->n + GROWTH_MAX && a->followed < PROPOSALS_MAX &&
	       seen_add(&a->seen, seen_hash_program(p));
}

static bool try_first(const struct scene *inner, struct draft *d, const char *what)
{
	struct ahead *a = inner->engine;
	struct version v;
	char text[96];
	draft_sweep(d);
	bool built = a->go_on && draft_build(d, &v);
	draft_free(d);
	if (!built)
		return a->go_on;
	if (is_new(a, v.p)) {
		a->followed++;
		if (follow(a->s, &a->seen, &v)) {
			snprintf(text, sizeof text, "%s, and what follows", what);
			a->go_on = a->s->offer(a->s, draft_new(v.p, v.origin), text);
		}
	}
	version_release(&v);
	a->go_on = a->go_on && !is_over(a->s);
	return a->go_on;
}

static bool may_edit_first(const struct scene *inner, uint32_t slot)
{
	const struct ahead *a = inner->engine;
	return a->s->may_edit(a->s, slot);
}

void propose_ahead(const struct scene *s)
{
	struct ahead a = {.s = s, .go_on = true};
	struct scene inner = *s;
	inner.may_edit = may_edit_first;
	inner.offer = inner.offer_proved = try_first;
	inner.engine = &a;
	for (size_t i = 0; i < sizeof first_steps / sizeof *first_steps && a.go_on; i++)
		run_named(&inner, first_steps[i]);
	seen_release(&a.seen);
}
