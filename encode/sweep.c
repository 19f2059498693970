/* SPDX-License-Identifier: BSD-2-Clause */
#include "encode/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "encode/sample.h"
#include "encode/solver/fault.h"

#define SAMPLES 64 /* random inputs at the start */
#define SAMPLES_TRIED 256
#define SAMPLES_NEAR 3   /* random changes of a solver's model */
#define SAMPLES_MAX 4096 /* with those that models add */
#define TRIES 4          /* classes that a term is held against */
#define CLASSES_MIN 1024

struct sweep {
	struct term_pool *pool;
	struct solver *solver;
	const struct sweep_options *opt;
	struct samples samples;
	term *image;       /* by id: the equal term that stands for it */
	struct class_row { /* open addressing by (signature, width) */
		uint64_t signature;
		unsigned width;
		term member; /* 0: free */
	} * classes;
	size_t cap_classes;
	struct sweep_stats stats;
	double start_ms;
};

/* A model's values of inputs, under the names that they have in the cone. */
struct model_view {
	const struct sweep *sweep;
	const struct solver_model *model; /* NULL: the session's */
};

static bool model_value(void *arg, term leaf, uint64_t *value)
{
	const struct model_view *v = arg;
	term image = v->sweep->image[leaf] ? v->sweep->image[leaf] : leaf;
	if (!v->model)
		return session_value(v->sweep->opt->session, image, value);
	for (size_t i = 0; i < v->model->n; i++)
		if (v->model->leaves[i] == image) {
			*value = v->model->values[i];
			return true;
		}
	return false;
}

static struct class_row *class_find(struct sweep *w, term t)
{
	uint64_t signature = w->samples.rows[t].signature;
	unsigned width = term_width(w->pool, t);
	size_t i = (size_t)((signature ^ width) * 0x9e3779b97f4a7c15ull >> 20) & (w->cap_classes - 1);
	while (w->classes[i].member && (w->classes[i].signature != signature || w->classes[i].width != width))
		i = (i + 1) & (w->cap_classes - 1);
	return &w->classes[i];
}

static void class_add(struct sweep *w, term t)
{
	struct class_row *c = class_find(w, t);
	if (!c->member)
		*c = (struct class_row){w->samples.rows[t].signature, term_width(w->pool, t), t};
}

/* After a new sample: the terms done so far stand for their new signatures. */
static void rebuild_classes(struct sweep *w, term upto)
{
	memset(w->classes, 0, w->cap_classes * sizeof *w->classes);
	for (size_t i = 0; i < w->samples.n_cone && w->samples.cone[i] < upto; i++)
		class_add(w, w->samples.cone[i]);
}

static void learn_model(struct sweep *w, term t, const struct solver_model *model)
{
	if (w->samples.n >= SAMPLES_MAX)
		return;
	for (int i = 0; i <= SAMPLES_NEAR; i++)
		samples_add(&w->samples, model_value, &(struct model_view){w, model}, i > 0);
	rebuild_classes(w, t);
}

static bool is_spent(const struct sweep *w)
{
	bool stopped = w->opt->stop && *w->opt->stop;
	bool late = solver_is_late(w->solver) || (w->opt->total_ms && clock_now_ms() - w->start_ms > w->opt->total_ms);
	return w->stats.queries >= w->opt->max_queries || !solver_has_time(w->solver, !stopped && !late);
}

static enum solver_answer ask_both(struct sweep *w, term differ, term condition, struct solver_model *model)
{
	term asked[2] = {differ, condition};
	return w->opt->session ? session_ask(w->opt->session, asked, 2, w->opt->conflicts)
			       : solver_check(w->solver, w->pool, "sweep", asked, 2, model, NULL);
}

/* Mostly the answer doesn't need the condition, which may be large. */
static enum solver_answer ask(struct sweep *w, term differ, struct solver_model *model)
{
	double start = clock_now_ms();
	enum solver_answer a = ask_both(w, differ, term_true(w->pool), model);
	if (a != SOLVER_UNSAT && w->opt->condition) {
		solver_release_model(model);
		a = ask_both(w, differ, w->opt->condition, model);
	}
	w->stats.ask_ms += clock_now_ms() - start;
	w->stats.queries++;
	w->stats.refuted += a == SOLVER_SAT;
	w->stats.unknown += a == SOLVER_UNKNOWN;
	return a;
}

/* Is `now`, which stands for t, equal to `other`? A counterexample splits the class. */
static bool is_equal(struct sweep *w, term t, term now, term other)
{
	struct solver_model model = {0};
	term differ = term_ne(w->pool, now, other);
	if (term_is_false(w->pool, differ))
		return true;
	if (is_spent(w))
		return false;
	enum solver_answer a = ask(w, differ, &model);
	if (a == SOLVER_SAT)
		learn_model(w, t, w->opt->session ? NULL : &model);
	solver_release_model(&model);
	return a == SOLVER_UNSAT;
}

/* What t would be if it were the same as an earlier term of its class, or constant; 0: there is nothing. */
static term candidate(struct sweep *w, term t)
{
	const struct sample_row *r = &w->samples.rows[t];
	if (t < w->opt->first)
		return 0;
	if (!r->varies)
		return term_const(w->pool, term_width(w->pool, t), r->first);
	term other = class_find(w, t)->member;
	if (!other)
		return 0;
	bool inverted = term_width(w->pool, t) == 1 && r->first != w->samples.rows[other].first;
	return inverted ? term_not(w->pool, w->image[other]) : w->image[other];
}

/* Each branch of a choice, and each part of a conjunction, where the rest of it lets it count. */
static void enter_branches(struct term_pool *p, term t, term *args)
{
	if (term_kind(p, t) == TERM_ITE) {
		args[1] = term_under(p, args[0], args[1]);
		args[2] = term_under(p, term_not(p, args[0]), args[2]);
	} else if (term_kind(p, t) == TERM_AND && term_width(p, t) == 1) {
		args[0] = term_under(p, args[1], args[0]);
		args[1] = term_under(p, args[0], args[1]);
	}
}

static term rebuild(struct sweep *w, term t)
{
	term args[256];
	size_t n = term_arity(w->pool, t);
	for (size_t i = 0; i < n; i++)
		args[i] = w->image[term_arg(w->pool, t, i)];
	enter_branches(w->pool, t, args);
	return term_rebuild(w->pool, t, args);
}

static void sweep_term(struct sweep *w, term t)
{
	term now = w->image[t] = rebuild(w, t), other = 0;
	for (int i = 0; i < TRIES; i++) {
		term last = other;
		other = candidate(w, t);
		if (!other || other == now || other == last || term_is_const(w->pool, now, NULL))
			break;
		if (is_equal(w, t, now, other)) {
			w->image[t] = other; /* the one made earlier stands for both */
			w->stats.merges++;
			break;
		}
	}
	class_add(w, t);
}

static void release(struct sweep *w)
{
	samples_release(&w->samples);
	free(w->image);
	free(w->classes);
}

struct sweep_stats sweep_terms(struct term_pool *p, struct solver *s, term *roots, size_t n,
			       const struct sweep_options *opt)
{
	struct sweep w = {.pool = p, .solver = s, .opt = opt, .cap_classes = CLASSES_MIN, .start_ms = clock_now_ms()};
	term *all = fault_calloc(n + 1, sizeof *all);
	memcpy(all, roots, n * sizeof *all);
	all[n] = opt->condition ? opt->condition : term_true(p);
	samples_init(&w.samples, p, all, n + 1);
	free(all);
	while (w.cap_classes < 2 * w.samples.n_cone)
		w.cap_classes *= 2;
	w.image = fault_calloc(w.samples.n_ids, sizeof *w.image);
	w.classes = fault_calloc(w.cap_classes, sizeof *w.classes);
	for (size_t i = 0; i < SAMPLES_TRIED && w.samples.n < SAMPLES; i++)
		samples_add(&w.samples, NULL, NULL, false);
	unsigned old = solver_set_query_ms(s, opt->query_ms);
	for (size_t i = 0; i < w.samples.n_cone; i++)
		sweep_term(&w, w.samples.cone[i]);
	solver_set_query_ms(s, old);
	for (size_t i = 0; i < n; i++)
		roots[i] = w.image[roots[i]];
	w.stats.terms = w.samples.n_cone;
	w.stats.ms = clock_now_ms() - w.start_ms;
	release(&w);
	return w.stats;
}
