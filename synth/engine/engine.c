/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rounds of proposers over one program after the other, each better than the
 * last. A scene lives until something is adopted; whoever offered it returns
 * before the scene goes.
 */
#include "synth/engine/engine.h"
#include "clock.h"

#include "checker/exec/kernel.h"
#include "synth/draft/alloc.h"
#include "synth/search/cache.h"
#include "synth/engine/editable.h"
#include "synth/engine/offer.h"

#include <string.h>

#define FIRST_SLICE_NS 2000000000u /* of a search, before others get their turn; doubled each round */
#define FIRST_SLICE 100000         /* the same in proposals */

static void add_judge_stats(struct judge_stats *sum, const struct judge *j)
{
	struct judge_stats s = judge_get_stats(j);
	sum->windows += s.windows;
	sum->windows_proved += s.windows_proved;
	sum->windows_refuted += s.windows_refuted;
	sum->by_rewriting += s.by_rewriting;
	sum->programs += s.programs;
	sum->programs_proved += s.programs_proved;
	sum->programs_refuted += s.programs_refuted;
	sum->window_ms += s.window_ms;
	sum->program_ms += s.program_ms;
}

static void drop_judge(struct engine *e)
{
	if (e->judge)
		add_judge_stats(&e->r->counts.judge, e->judge);
	judge_free(e->judge);
	e->judge = NULL;
}

static bool may_edit(const struct scene *s, uint32_t slot)
{
	const struct engine *e = s->engine;
	const struct subprogram *sub = program_sub(s->p, slot);
	return sub && e->may_edit[sub - s->p->subs];
}

/* Scenes. */

static void drop_cfgs(struct engine *e)
{
	for (size_t i = 0; e->cfgs && i < e->scene.p->n_subs; i++)
		cfg_release(&e->cfgs[i]);
	free(e->cfgs);
	e->cfgs = NULL;
}

static bool build_cfgs(struct engine *e, const struct program *p)
{
	char err[200];
	e->cfgs = checked(calloc(p->n_subs + 1, sizeof *e->cfgs));
	for (size_t i = 0; i < p->n_subs; i++)
		if (!cfg_build(p->insns, p->subs[i].start, p->subs[i].end, &e->cfgs[i], err, sizeof err))
			return false;
	return true;
}

/* Of the last step, whose judge is there. */
static void set_scene(struct engine *e)
{
	const struct engine_options *o = e->o;
	const struct engine_step *step = offer_last_step(e);
	drop_cfgs(e);
	e->scene = (struct scene){.p = step->v.p,
				  .origin = step->v.origin,
				  .facts = judge_facts(e->judge),
				  .live = judge_live(e->judge),
				  .goal = o->goal,
				  .cpu = o->cpu,
				  .stop = o->stop,
				  .jobs = o->jobs,
				  .stats = &e->r->counts.search,
				  .solver = o->solver ? o->solver : SOLVER_DEFAULT,
				  .numbers = o->numbers,
				  .memo = &e->memo,
				  .no_cache = o->no_cache,
				  .may_edit = may_edit,
				  .offer = offer_draft,
				  .offer_proved = offer_proved_draft,
				  .engine = e};
	e->gone = !build_cfgs(e, step->v.p);
	e->scene.cfgs = e->cfgs;
	seen_add(&e->seen, seen_hash_program(step->v.p));
}

static void move_on(struct engine *e)
{
	drop_judge(e);
	e->judge = e->next;
	e->next = NULL;
	e->level = JUDGE_NOT_WHOLE;
	e->idle = false;
	set_scene(e);
}

/* Rounds. */

static uint64_t min_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* A search gets a slice, others all that is left. */
static void limit_scene(struct engine *e, unsigned effort)
{
	const struct engine_options *o = e->o;
	uint64_t left = o->max_proposals ? o->max_proposals - min_of(offer_count(e), o->max_proposals) : 0;
	e->scene.seed = (o->seed + e->round) * 0x9e3779b97f4a7c15u;
	e->scene.deadline_ns = o->deadline_ns;
	e->scene.max_proposals = left;
	if (effort < 2)
		return;
	if (o->max_proposals)
		e->scene.max_proposals = min_of(left, FIRST_SLICE * e->slice);
	else if (o->deadline_ns)
		e->scene.deadline_ns = min_of(o->deadline_ns, clock_now_ns() + FIRST_SLICE_NS * e->slice);
}

static bool run_proposer(struct engine *e, size_t i)
{
	const struct proposer *p = &e->o->table[i];
	uint64_t start = clock_now_ns();
	limit_scene(e, p->effort);
	e->by = &e->r->by[i];
	e->adopted = false;
	p->run(&e->scene);
	e->by->seconds += 1e-9 * (double)(clock_now_ns() - start);
	if (e->adopted)
		move_on(e);
	offer_show(e);
	return e->adopted;
}

/* Each proposer of the effort in turn, beginning with the one that was adopted last. True: something was adopted. */
static bool run_effort(struct engine *e, unsigned effort)
{
	for (size_t k = 0; k < e->o->n && !offer_is_over(e); k++) {
		size_t i = (e->cursor[effort] + k) % e->o->n;
		if (e->o->table[i].effort != effort || !run_proposer(e, i))
			continue;
		e->cursor[effort] = i;
		return true;
	}
	return false;
}

/* Once a level has nothing more to give: changes that failed are tried again, as others have been made meanwhile, with
 * more effort. */
static void raise_level(struct engine *e)
{
	e->level = e->level == JUDGE_NOT_WHOLE ? JUDGE_WHOLE_QUICKLY : JUDGE_WHOLE;
	seen_release(&e->failed);
	seen_release(&e->seen);
	for (size_t i = 0; i < e->r->n_steps; i++)
		seen_add(&e->seen, seen_hash_program(e->r->steps[i].v.p));
}

/* False: nobody proposes anything any more. */
static bool run_searches(struct engine *e)
{
	uint64_t before = offer_count(e);
	if (run_effort(e, 2)) {
		e->slice = 1;
		return true;
	}
	e->slice = min_of(2 * e->slice, 64);
	e->round++;
	return offer_count(e) > before;
}

/* What is cheap first: whatever is adopted begins all anew. False: only searches have anything more for this scene. */
static bool run_cheap(struct engine *e)
{
	if (run_effort(e, 0) || (e->level == JUDGE_WHOLE_QUICKLY && run_effort(e, 1)))
		return true;
	if (e->level == JUDGE_WHOLE)
		return false;
	raise_level(e);
	return true;
}

static void run_rounds(struct engine *e)
{
	while (!offer_is_over(e)) {
		if (!e->idle && run_cheap(e))
			continue;
		e->idle = true;
		if (run_searches(e) || offer_is_over(e))
			continue;
		e->r->complete = true;
		return;
	}
}

/* Finds of earlier runs; where proposals are counted each run is to be the same. */
static void open_cache(struct engine *e)
{
	char note[4300];
	if (e->o->no_cache || e->o->max_proposals)
		return;
	e->memo.cache = cache_open(NULL, note, sizeof note);
	e->memo.salt = e->o->cpu * 0x100000001b3u + e->o->goal;
	if (*note)
		fprintf(stderr, "bpfprove: %s\n", note);
}

/* From the last step, whose judge is there. */
static void search(struct engine *e)
{
	bool *editable = editable_list(offer_last_step(e)->v.p);
	e->may_edit = editable;
	open_cache(e);
	set_scene(e);
	run_rounds(e);
	drop_cfgs(e);
	seen_release(&e->seen);
	seen_release(&e->failed);
	seen_release(&e->hopeless);
	cache_close(e->memo.cache);
	memo_release(&e->memo);
	free(editable);
}

static struct engine engine_of(const struct engine_options *o, struct engine_result *r)
{
	return (struct engine){
	    .o = o,
	    .r = r,
	    .start_ns = clock_now_ns() - (uint64_t)(1e9 * r->seconds),
	    .slice = 1,
	    .cost = {.goal = o->goal, .table = o->costs, .privileged = r->privileged, .stop = o->stop},
	};
}

/* Without the rights of CAP_PERFMON if that will do. */
static bool find_rights(struct engine *e)
{
	char why[200];
	const struct program *p = offer_last_step(e)->v.p;
	for (int i = 0; i < 2 && !e->judge; i++) {
		e->r->privileged = i;
		struct judge_options o = offer_judge_options(e);
		e->judge = judge_new(p, &o, i ? why : e->r->why, i ? sizeof why : sizeof e->r->why);
	}
	e->r->privileged = e->r->privileged && e->judge;
	return e->judge;
}

static void ask_kernel_first(struct engine *e)
{
	char why[200];
	if (e->o->kernel == KERNEL_OFF || !kernel_available(why, sizeof why))
		return;
	e->r->counts.kernel_loads++;
	e->r->loads = kernel_verify(offer_last_step(e)->v.p, NULL, 0, NULL) == KERNEL_RAN;
}

/* A copy of the program itself, as a draft without a change. */
static bool push_first(const struct program *p, struct engine_result *r)
{
	struct engine_step first = {.by = "", .how = ""};
	struct draft *d = draft_new(p, NULL);
	bool good = p->n && draft_build(d, &first.v);
	draft_free(d);
	if (good)
		offer_push_step(r, &first);
	return good;
}

static void set_meter(struct engine *e)
{
	e->cost.privileged = e->r->privileged;
	e->cost.meter = e->r->loads ? COST_KERNEL : COST_PROVER;
}

void engine_run(const struct program *p, const struct engine_options *o, struct engine_result *out)
{
	*out = (struct engine_result){.by = checked(calloc(o->n + 1, sizeof *out->by)), .n_by = o->n};
	struct engine e = engine_of(o, out);
	for (size_t i = 0; i < o->n; i++)
		out->by[i].name = o->table[i].name;
	if (!push_first(p, out)) {
		snprintf(out->why, sizeof out->why, "its functions run into each other");
		return;
	}
	const char *replaceable = editable_find_replaceable(p);
	if (replaceable)
		snprintf(out->why, sizeof out->why, "another program may take the place of its global function %s",
			 replaceable);
	out->tried = !replaceable && find_rights(&e);
	ask_kernel_first(&e);
	set_meter(&e);
	if (!cost_of(out->steps[0].v.p, &e.cost, &out->steps[0].cost) && out->tried) {
		out->tried = false;
		snprintf(out->why, sizeof out->why, "its cost can't be measured");
	}
	if (out->tried && o->kernel == KERNEL_REQUIRE && !out->loads) {
		out->tried = false;
		snprintf(out->why, sizeof out->why, "the live kernel does not take it as it is");
	}
	if (out->tried)
		search(&e);
	drop_judge(&e);
	out->seconds = offer_seconds(&e);
}

void engine_resume(struct engine_result *r, size_t from, const struct engine_options *o)
{
	struct engine e = engine_of(o, r);
	set_meter(&e);
	if (from + 1 < r->n_steps) {
		const struct engine_step *good = &r->steps[from], *bad = good + 1;
		seen_add(&r->banned, seen_hash_program(bad->v.p));
		seen_add(&r->banned, seen_hash_change(good->v.p, good->v.origin, bad->v.p));
	}
	for (size_t i = from + 1; i < r->n_steps; i++)
		version_release(&r->steps[i].v);
	r->n_steps = from + 1;
	char why[200];
	struct judge_options jo = offer_judge_options(&e);
	e.judge = judge_new(offer_last_step(&e)->v.p, &jo, why, sizeof why);
	if (e.judge)
		search(&e);
	drop_judge(&e);
	r->seconds = offer_seconds(&e);
}

void engine_release(struct engine_result *r)
{
	for (size_t i = 0; i < r->n_steps; i++)
		version_release(&r->steps[i].v);
	free(r->steps);
	free(r->by);
	seen_release(&r->banned);
	*r = (struct engine_result){0};
}
