/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rounds of proposers over one program after the other, each better than the
 * last. A scene lives until something is adopted; whoever offered it returns
 * before the scene goes.
 */
#include "synth/engine.h"

#include "checker/safety/kernel_rule.h"
#include "encode/solver/guard.h"
#include "synth/alloc.h"
#include "synth/cache.h"
#include "synth/editable.h"
#include "synth/memo.h"

#include <stdarg.h>
#include <string.h>

#define WINDOW_MS 1500             /* for a window's query, as the time allows */
#define WHOLE_MS 3000              /* for a whole program's */
#define PATIENT 10                 /* times that, where proposals are counted and the clock must not decide */
#define FIRST_SLICE_NS 2000000000u /* of a search, before others get their turn; doubled each round */
#define FIRST_SLICE 100000         /* the same in proposals */
#define EFFORTS 3
#define WHOLE_PART 4 /* of the time may go to comparing whole programs */
#define WHOLE_MAX 24 /* such questions, where proposals are counted */

struct engine {
	const struct engine_options *o;
	struct engine_result *r;
	struct judge *judge, *next; /* of the last step; of the one that was adopted just now */
	struct scene scene;
	struct cfg *cfgs;
	struct memo memo;
	const bool *may_edit;     /* by subprogram */
	struct seen seen, failed; /* programs; changes at a place that were not proved, until all has been tried */
	struct seen
	    hopeless; /* changes at a place, plus a level at which comparing the whole programs did not prove them */
	struct proposer_counts *by; /* who runs */
	struct cost_options cost;
	size_t cursor[EFFORTS];
	uint64_t start_ns, slice, round;
	enum judge_whole level; /* of effort in proofs */
	bool idle;              /* nobody but searches has anything more for this scene */
	bool adopted, gone;     /* gone: no scene can be made any more */
};

static uint64_t proposals_of(const struct engine *e)
{
	return e->r->counts.offered + e->r->counts.search.proposals;
}

static bool is_over(const struct engine *e)
{
	const struct engine_options *o = e->o;
	return e->gone || (o->stop && *o->stop) || (o->max_proposals && proposals_of(e) >= o->max_proposals) ||
	       (o->deadline_ns && guard_now_ns() >= o->deadline_ns);
}

static double seconds_of(const struct engine *e)
{
	return 1e-9 * (double)(guard_now_ns() - e->start_ns);
}

static const struct engine_step *last_of(const struct engine *e)
{
	return &e->r->steps[e->r->n_steps - 1];
}

static void show(const struct engine *e)
{
	if (e->o->progress)
		e->o->progress(e->o->progress_arg, &e->r->counts, &last_of(e)->cost);
}

__attribute__((format(printf, 3, 4))) static void say(const struct engine *e, const char *what, const char *fmt, ...)
{
	va_list ap;
	if (!e->o->log)
		return;
	fprintf(e->o->log, "%s: %s (%s): ", e->scene.p->name, e->by->name, what);
	va_start(ap, fmt);
	vfprintf(e->o->log, fmt, ap);
	va_end(ap);
	fputc('\n', e->o->log);
}

static struct judge_options judge_options_of(const struct engine *e)
{
	unsigned patience = e->o->max_proposals ? PATIENT : 1;
	return (struct judge_options){.solver = e->o->solver,
				      .window_ms = patience * WINDOW_MS,
				      .whole_ms = patience * WHOLE_MS,
				      .privileged = e->r->privileged,
				      .stop = e->o->stop};
}

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

/* What is offered. */

static bool is_taken_by_kernel(struct engine *e, const struct program *p, const char *what)
{
	struct kernel_view view = {0};
	if (!e->r->loads || e->o->kernel == KERNEL_OFF)
		return true;
	e->r->counts.kernel_loads++;
	kernel_rule_ask(p, &view);
	if (view.asked && view.status == KERNEL_RAN)
		return true;
	e->r->counts.refused++;
	say(e, what, "the kernel refuses it: %s", view.text);
	return false;
}

/* Whole programs take long, so windows alone decide until they have nothing more to give. */
static enum judge_whole level_of(const struct engine *e, uint64_t change)
{
	struct judge_stats now = judge_get_stats(e->judge), *before = &e->r->counts.judge;
	double ms = before->program_ms + now.program_ms;
	bool time = e->o->deadline_ns ? ms < 1e-6 * (double)(e->o->deadline_ns - e->start_ns) / WHOLE_PART
				      : before->programs + now.programs < WHOLE_MAX;
	return time && !seen_has(&e->hopeless, change + e->level) ? e->level : JUDGE_NOT_WHOLE;
}

static bool ask_judge(struct engine *e, const struct program *p, uint64_t change, struct engine_step *step)
{
	struct engine_counts *c = &e->r->counts;
	struct judge_answer a;
	enum judge_whole level = level_of(e, change);
	judge_set_whole(e->judge, level);
	c->judged++;
	judge_ask(e->judge, p, &a);
	step->how = a.how;
	step->proof_ms = a.ms;
	c->proved += a.verdict == VERDICT_PROVED;
	c->refuted += a.verdict == VERDICT_REFUTED;
	c->unknown += a.verdict == VERDICT_UNKNOWN;
	if (a.verdict == VERDICT_PROVED)
		return true;
	if (level != JUDGE_NOT_WHOLE)
		seen_add(&e->hopeless, change + level);
	say(e, step->what, "%s by %s: %s", a.verdict == VERDICT_REFUTED ? "refuted" : "unknown", a.how, a.why);
	return false;
}

static bool is_safe(struct engine *e, const struct program *p, const char *what)
{
	char why[200];
	struct judge_options o = judge_options_of(e);
	e->next = judge_new(p, &o, why, sizeof why);
	e->r->counts.unsafe += !e->next;
	if (!e->next)
		say(e, what, "not proved safe: %s", why);
	return e->next;
}

static bool is_cheaper(struct engine *e, const struct program *p, const char *what, struct cost *cost)
{
	const struct cost *old = &last_of(e)->cost;
	if (cost_of(p, &e->cost, cost) && cost_compare(e->o->goal, cost, old) < 0)
		return true;
	e->r->counts.costlier++;
	say(e, what, "not better: %zu slots, %zu before", p->n, e->scene.p->n);
	return false;
}

/* Not worth a question: it was decided before. */
static bool is_news(struct engine *e, const struct version *v, uint64_t change)
{
	uint64_t hash = seen_hash_program(v->p);
	bool failed =
	    seen_has(&e->failed, change) || (e->level != JUDGE_NOT_WHOLE && seen_has(&e->hopeless, change + e->level));
	if (seen_has(&e->r->banned, hash) || seen_has(&e->r->banned, change) || failed || !seen_add(&e->seen, hash)) {
		e->r->counts.known++;
		return false;
	}
	return true;
}

static void push_step(struct engine_result *r, const struct engine_step *step)
{
	r->steps = checked(realloc(r->steps, (r->n_steps + 1) * sizeof *r->steps));
	r->steps[r->n_steps++] = *step;
}

static bool adopt(struct engine *e, struct version v, const char *what, bool by_rule)
{
	struct engine_step step = {.v = v, .by = e->by->name, .how = "rule"};
	uint64_t change = seen_hash_change(e->scene.p, e->scene.origin, v.p);
	snprintf(step.what, sizeof step.what, "%s", what);
	if (!is_news(e, &v, change) || !is_cheaper(e, v.p, what, &step.cost))
		return false;
	e->r->counts.by_rule += by_rule;
	if ((!by_rule && !ask_judge(e, v.p, change, &step)) || !is_taken_by_kernel(e, v.p, what) ||
	    !is_safe(e, v.p, what)) {
		seen_add(&e->failed, change);
		return false;
	}
	step.proposals = proposals_of(e);
	step.seconds = seconds_of(e);
	say(e, what, "adopted: %zu slots, %zu before", v.p->n, e->scene.p->n);
	push_step(e->r, &step);
	e->r->counts.adopted++;
	e->by->adopted++;
	e->adopted = true;
	return true;
}

static bool take(const struct scene *s, struct draft *d, const char *what, bool by_rule)
{
	struct engine *e = s->engine;
	struct version v = {0};
	bool late = e->adopted || is_over(e);
	if (!late) {
		e->r->counts.offered++;
		e->by->offered++;
		draft_sweep(d);
	}
	bool good = !late && draft_build(d, &v);
	if (good && (!editable_spares(e->may_edit, s->p, v.p) || !scene_allows_program(s, v.p))) {
		version_release(&v);
		good = false;
	}
	draft_free(d);
	e->r->counts.broken += !late && !good;
	if (good && !adopt(e, v, what, by_rule))
		version_release(&v);
	show(e);
	return !late && !e->adopted;
}

static bool offer(const struct scene *s, struct draft *d, const char *what)
{
	return take(s, d, what, false);
}

static bool offer_proved(const struct scene *s, struct draft *d, const char *rule)
{
	return take(s, d, rule, true);
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
	const struct engine_step *step = last_of(e);
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
				  .offer = offer,
				  .offer_proved = offer_proved,
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
	uint64_t left = o->max_proposals ? o->max_proposals - min_of(proposals_of(e), o->max_proposals) : 0;
	e->scene.seed = (o->seed + e->round) * 0x9e3779b97f4a7c15u;
	e->scene.deadline_ns = o->deadline_ns;
	e->scene.max_proposals = left;
	if (effort < 2)
		return;
	if (o->max_proposals)
		e->scene.max_proposals = min_of(left, FIRST_SLICE * e->slice);
	else if (o->deadline_ns)
		e->scene.deadline_ns = min_of(o->deadline_ns, guard_now_ns() + FIRST_SLICE_NS * e->slice);
}

static bool run_proposer(struct engine *e, size_t i)
{
	const struct proposer *p = &e->o->table[i];
	uint64_t start = guard_now_ns();
	limit_scene(e, p->effort);
	e->by = &e->r->by[i];
	e->adopted = false;
	p->run(&e->scene);
	e->by->seconds += 1e-9 * (double)(guard_now_ns() - start);
	if (e->adopted)
		move_on(e);
	show(e);
	return e->adopted;
}

/* Each proposer of the effort in turn, beginning with the one that was adopted last. True: something was adopted. */
static bool run_effort(struct engine *e, unsigned effort)
{
	for (size_t k = 0; k < e->o->n && !is_over(e); k++) {
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
	uint64_t before = proposals_of(e);
	if (run_effort(e, 2)) {
		e->slice = 1;
		return true;
	}
	e->slice = min_of(2 * e->slice, 64);
	e->round++;
	return proposals_of(e) > before;
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
	while (!is_over(e)) {
		if (!e->idle && run_cheap(e))
			continue;
		e->idle = true;
		if (run_searches(e) || is_over(e))
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
	bool *editable = editable_list(last_of(e)->v.p);
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
	    .start_ns = guard_now_ns() - (uint64_t)(1e9 * r->seconds),
	    .slice = 1,
	    .cost = {.goal = o->goal, .table = o->costs, .privileged = r->privileged, .stop = o->stop},
	};
}

/* Without the rights of CAP_PERFMON if that will do. */
static bool find_rights(struct engine *e)
{
	char why[200];
	const struct program *p = last_of(e)->v.p;
	for (int i = 0; i < 2 && !e->judge; i++) {
		e->r->privileged = i;
		struct judge_options o = judge_options_of(e);
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
	e->r->loads = kernel_verify(last_of(e)->v.p, NULL, 0, NULL) == KERNEL_RAN;
}

/* A copy of the program itself, as a draft without a change. */
static bool push_first(const struct program *p, struct engine_result *r)
{
	struct engine_step first = {.by = "", .how = ""};
	struct draft *d = draft_new(p, NULL);
	bool good = p->n && draft_build(d, &first.v);
	draft_free(d);
	if (good)
		push_step(r, &first);
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
	out->seconds = seconds_of(&e);
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
	struct judge_options jo = judge_options_of(&e);
	e.judge = judge_new(last_of(&e)->v.p, &jo, why, sizeof why);
	if (e.judge)
		search(&e);
	drop_judge(&e);
	r->seconds = seconds_of(&e);
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
