/* SPDX-License-Identifier: BSD-2-Clause */
/* Passage after passage: trials, candidates, proofs, offers. */
#include "synth/search/hunt.h"
#include "clock.h"

#include "checker/equiv/objects.h"
#include "synth/draft/alloc.h"
#include "synth/cost/cost.h"
#include "synth/search/worker.h"

#include <string.h>

#define QUERY_MS 500 /* for one window */
#define PATIENT 10   /* times that, where proposals are counted and the clock must not decide */
#define REFUSALS 12  /* after so many a passage is given up */
#define BLIND 4      /* counts so much */
#define EDITION 2    /* of the searches: where an earlier one found nothing a later one may */
#define TOGETHER 64  /* slots over which finds are offered as one */

bool hunt_is_over(const struct hunt *h)
{
	const struct scene *s = h->s;
	return (h->limit && h->stats.proposals >= h->limit) || (s->stop && *s->stop) ||
	       (s->deadline_ns && clock_now_ns() >= s->deadline_ns);
}

unsigned hunt_slots(const struct insn *insns, unsigned n)
{
	unsigned slots = 0;
	for (unsigned i = 0; i < n; i++)
		slots += insns[i].op == ISA_LDDW ? 2 : insns[i].op != ISA_WIDE_TAIL;
	return slots;
}

static uint64_t latency_of(const struct insn *insns, unsigned n)
{
	static struct cost_table table;
	uint64_t sum = 0;
	if (!table.class_ps[0])
		cost_table_init(&table);
	for (unsigned i = 0; i < n; i++)
		sum += cost_of_insn(&table, &insns[i]);
	return sum;
}

double hunt_weight(const struct hunt *h, const struct insn *insns, unsigned n)
{
	return h->s->goal == GOAL_LATENCY ? 1e-3 * (double)latency_of(insns, n) : hunt_slots(insns, n);
}

bool hunt_is_cheaper(const struct hunt *h, const struct insn *insns, unsigned n)
{
	unsigned slots = hunt_slots(insns, n);
	if (h->s->goal == GOAL_LATENCY)
		return slots <= h->x->n && latency_of(insns, n) < latency_of(h->x->insns, h->x->n);
	return slots < h->x->n;
}

/* With the second slots of LDDWs; 0: too long. */
static unsigned spread(const struct insn *insns, unsigned n, struct insn out[TRIAL_SLOTS])
{
	unsigned k = 0;
	for (unsigned i = 0; i < n; i++) {
		if (insns[i].op == ISA_WIDE_TAIL)
			continue;
		if (k + 2 > TRIAL_SLOTS)
			return 0;
		out[k++] = insns[i];
		if (insns[i].op == ISA_LDDW)
			out[k++] = (struct insn){.op = ISA_WIDE_TAIL};
	}
	return k;
}

static uint64_t hash_of(const struct insn *insns, unsigned n)
{
	uint64_t hash = 0xcbf29ce484222325u + n;
	uint8_t bytes[8 * TRIAL_SLOTS];
	insn_encode(insns, n, bytes);
	for (unsigned i = 0; i < 8 * n; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	return hash;
}

static void ask_window(struct hunt *h, const struct insn *with, unsigned n, struct window_answer *out)
{
	struct version v;
	*out = (struct window_answer){.verdict = VERDICT_UNKNOWN};
	struct draft *d = passage_replace(h->s, h->x, with, n);
	if (!d)
		return;
	if (draft_build(d, &v)) {
		struct window_ask ask = {.a = h->s->p,
					 .b = v.p,
					 .facts = h->s->facts,
					 .live = h->s->live,
					 .start = h->x->start,
					 .end = h->x->end,
					 .b_end = h->x->start + n + h->x->n_all - h->x->n,
					 .solver = h->solver};
		window_check(&ask, out);
		version_release(&v);
	}
	draft_free(d);
}

/* A refutation that no trial shows helps against this candidate only. */
static bool is_blind(struct hunt *h, const struct insn *with, unsigned n)
{
	return trials_ask(&h->trials, with, n) == h->trials.n;
}

static bool refuse(struct hunt *h, uint64_t hash, const struct insn *with, unsigned n, const struct window_answer *a)
{
	seen_add(&h->refused, hash);
	h->stats.refuted += a->verdict == VERDICT_REFUTED;
	h->stats.unknown += a->verdict == VERDICT_UNKNOWN;
	if (a->verdict == VERDICT_REFUTED && a->has_registers)
		trials_add(&h->trials, a->registers);
	h->n_refused += is_blind(h, with, n) ? BLIND : 1;
	return h->n_refused >= REFUSALS;
}

bool hunt_try(struct hunt *h, const struct insn *insns, unsigned n)
{
	struct insn with[TRIAL_SLOTS] = {0};
	struct window_answer a;
	unsigned slots = spread(insns, n, with);
	uint64_t hash = hash_of(with, slots);
	h->stats.tested++;
	if (hunt_is_over(h))
		return true;
	if ((n && !slots) || seen_has(&h->refused, hash))
		return false;
	ask_window(h, with, slots, &a);
	if (a.verdict != VERDICT_PROVED)
		return refuse(h, hash, with, slots, &a);
	h->stats.proved++;
	h->found = true;
	h->n = slots;
	memcpy(h->with, with, slots * sizeof *with);
	return true;
}

void hunt_one(struct hunt *h, const struct scene *s, const struct passage *x, const struct hunt_plan *plan,
	      struct solver *solver, const struct memo_entry *known)
{
	struct trial_ask ask = passage_ask(s, x);
	uint64_t seed = (s->seed ^ passage_hash(s, x)) + (known ? known->rounds : 0);
	*h = (struct hunt){.s = s, .x = x, .solver = solver, .limit = plan->limit, .seed = seed};
	for (unsigned i = 0; known && i < known->n_rejected; i++)
		seen_add(&h->refused, known->rejected[i]);
	if (trials_init(&h->trials, &ask, plan->trials, seed))
		plan->run(h);
}

void hunt_release(struct hunt *h)
{
	trials_release(&h->trials);
	seen_release(&h->refused);
}

/* All passages of one scene. */
struct hunting {
	const struct scene *s;
	const struct hunt_plan *plan;
	struct passages list;
	struct memo *memo;
	struct worker_find *finds; /* by passage */
	bool *done;                /* by passage: known, or not for this plan */
	bool *taken;               /* by slot: something was found there */
	struct memo_entry *known;  /* by passage; workers have no access to the memo's database */
};

static uint64_t with_plan(const struct hunting *g, uint64_t hash)
{
	hash ^= EDITION;
	for (const char *c = g->plan->name; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
	return hash;
}

static uint64_t key_of(const struct hunting *g, size_t i)
{
	return with_plan(g, passage_hash(g->s, &g->list.at[i]));
}

static struct naming name_of(const struct hunting *g, size_t i)
{
	struct naming name = naming_of(g->s, &g->list.at[i]);
	name.key = with_plan(g, name.key);
	return name;
}

static bool is_free(const bool *taken, const struct passage *x)
{
	for (uint32_t i = x->start; i < x->end; i++)
		if (taken[i])
			return false;
	return true;
}

static void take(struct hunting *g, const struct worker_find *f)
{
	const struct passage *x = &g->list.at[f->passage];
	g->finds[f->passage] = *f;
	memset(g->taken + x->start, true, x->end - x->start);
}

/* A find of another run may be for another passage of the same hash. */
static bool suits(const struct passage *x, const struct memo_entry *e)
{
	return e->n <= x->n && (x->jumps || !e->n || !insn_has_form(&e->insns[e->n - 1], FORM_JMP));
}

static void recall(struct hunting *g)
{
	for (size_t i = 0; i < g->list.n; i++) {
		const struct passage *x = &g->list.at[i];
		g->done[i] = x->n < g->plan->min_slots || x->count > g->plan->max_count;
		g->known[i] = (struct memo_entry){0};
		struct naming name = name_of(g, i);
		const struct memo_entry *e = g->done[i] || !g->memo ? NULL : memo_find(g->memo, key_of(g, i), &name);
		if (!e || !suits(x, e))
			continue;
		g->known[i] = *e;
		g->done[i] = e->found || e->rounds >= g->plan->rounds || e->n_rejected == MEMO_REJECTED;
		struct worker_find f = {.passage = i, .found = e->found, .n = e->n};
		memcpy(f.insns, e->insns, e->n * sizeof *e->insns);
		if (e->found && is_free(g->taken, x))
			take(g, &f);
	}
}

static void remember(struct hunting *g, const struct worker_find *f)
{
	struct naming name = name_of(g, f->passage);
	bool lasting = f->found || g->plan->rounds == 1; /* another run's chance is another one */
	if (g->memo)
		memo_put(g->memo, key_of(g, f->passage), lasting ? &name : NULL, f->found ? f->insns : NULL, f->n);
}

/* The share of one process: every jobs-th of those that are left. */
static void work(void *arg, unsigned worker, unsigned jobs, struct worker_report *r)
{
	struct hunting *g = arg;
	char err[200];
	struct solver *solver = objects_open_solver(g->s->solver, 0, 1, 0, err, sizeof err);
	uint64_t share = (g->s->max_proposals + jobs - 1) / jobs, start = clock_now_ns();
	size_t turn = 0;
	if (solver)
		solver_set_query_ms(solver, share ? PATIENT * QUERY_MS : QUERY_MS);
	for (size_t i = 0; i < g->list.n && !r->over; i++) {
		struct hunt h;
		if (g->done[i] || turn++ % jobs != worker || !is_free(g->taken, &g->list.at[i]))
			continue;
		struct hunt_plan plan = *g->plan;
		if (share && (!plan.limit || plan.limit > share - r->stats.proposals))
			plan.limit = share - r->stats.proposals;
		hunt_one(&h, g->s, &g->list.at[i], &plan, solver, &g->known[i]);
		search_stats_add(&r->stats, &h.stats);
		r->over = (share && r->stats.proposals >= share) || (g->s->stop && *g->s->stop) ||
			  (g->s->deadline_ns && clock_now_ns() >= g->s->deadline_ns);
		struct worker_find f = {.passage = i, .found = h.found, .n = h.n};
		memcpy(f.insns, h.with, sizeof f.insns);
		if (f.found)
			take(g, &f);
		if (f.found || !r->over)
			worker_tell(r, &f);
		hunt_release(&h);
	}
	r->stats.seconds = 1e-9 * (double)(clock_now_ns() - start);
	if (solver)
		solver_close(solver);
}

static void note(void *arg, const struct worker_find *f)
{
	struct hunting *g = arg;
	remember(g, f);
	g->done[f->passage] = true;
	if (f->found)
		take(g, f);
}

/* False: the scene is stale. */
static bool offer_one(const struct hunting *g, size_t i)
{
	const struct worker_find *f = &g->finds[i];
	const struct passage *x = &g->list.at[i];
	char what[80];
	snprintf(what, sizeof what, "%u slots for %u", f->n, x->n);
	struct draft *d = passage_replace(g->s, x, f->insns, f->n);
	bool open = !d || g->s->offer(g->s, d, what);
	if (open && g->memo)
		memo_reject(g->memo, key_of(g, i), hash_of(f->insns, f->n));
	return open;
}

static int by_start(const void *a, const void *b, void *list)
{
	const struct passage *at = list, *x = &at[*(const size_t *)a], *y = &at[*(const size_t *)b];
	return x->start < y->start ? -1 : x->start > y->start;
}

/* What was found, those that overlap left out, as they stand. */
static size_t choose(struct hunting *g, size_t *chosen)
{
	size_t n = 0;
	memset(g->taken, false, g->s->p->n);
	for (size_t i = 0; i < g->list.n; i++) {
		if (!g->finds[i].found || !is_free(g->taken, &g->list.at[i]))
			continue;
		take(g, &g->finds[i]);
		chosen[n++] = i;
	}
	qsort_r(chosen, n, sizeof *chosen, by_start, g->list.at);
	return n;
}

/* Several at once: each was proved by itself, from facts that the others leave as they are. */
static bool offer_together(const struct hunting *g, const size_t *chosen, size_t n)
{
	char what[80];
	struct draft *d = scene_draft(g->s);
	for (size_t k = 0; k < n; k++)
		passage_apply(g->s, &g->list.at[chosen[k]], g->finds[chosen[k]].insns, g->finds[chosen[k]].n, d);
	snprintf(what, sizeof what, "%zu passages", n);
	return g->s->offer(g->s, d, what);
}

/* How many of the next ones fit into one window. */
static size_t count_near(const struct hunting *g, const size_t *chosen, size_t n)
{
	size_t k = 1;
	while (k < n && g->list.at[chosen[k]].end - g->list.at[chosen[0]].start <= TOGETHER)
		k++;
	return k;
}

/* True: all was offered, something at least, and nothing was taken. */
static bool offer_all(struct hunting *g)
{
	size_t *chosen = checked(calloc(g->list.n + 1, sizeof *chosen)), n = choose(g, chosen), near;
	bool open = n > 0;
	for (size_t k = 0; k < n && open; k += near) {
		near = count_near(g, chosen + k, n - k);
		if (near > 1)
			open = offer_together(g, chosen + k, near);
		for (size_t j = 0; j < near && open; j++)
			open = offer_one(g, chosen[k + j]);
	}
	free(chosen);
	return open;
}

/* True: there is more to be found, now that some of it was not taken. */
static bool hunt_once(struct hunting *g)
{
	struct search_stats stats = {0};
	memset(g->finds, 0, g->list.n * sizeof *g->finds);
	memset(g->taken, false, g->s->p->n);
	recall(g);
	workers_run(g->s->jobs, work, note, g, &stats);
	search_stats_add(g->s->stats, &stats);
	return offer_all(g) && g->memo;
}

void hunt_run(const struct scene *s, const struct hunt_plan *plan)
{
	struct hunting g = {.s = s, .plan = plan, .memo = s->memo};
	passages_find(s, &g.list);
	g.finds = checked(calloc(g.list.n + 1, sizeof *g.finds));
	g.done = checked(calloc(g.list.n + 1, sizeof *g.done));
	g.taken = checked(calloc(s->p->n + 1, sizeof *g.taken));
	g.known = checked(calloc(g.list.n + 1, sizeof *g.known));
	while (hunt_once(&g))
		;
	free(g.finds);
	free(g.done);
	free(g.taken);
	free(g.known);
	passages_release(&g.list);
}
