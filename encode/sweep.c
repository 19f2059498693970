/* SPDX-License-Identifier: BSD-2-Clause */
#include "encode/sweep.h"
#include "clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SAMPLES 96        /* random inputs at the start */
#define MAX_SAMPLES 256   /* and with those that the solver's models add */

struct sweep {
	struct term_pool *pool;
	struct solver *solver;
	const struct sweep_options *opt;
	bool *in_cone;        /* by id, below n_ids */
	term n_ids;
	term *image;          /* by id: the equal term that stands for it */
	uint64_t *signature;  /* by id: hash of its values */
	size_t n_samples, queries, merges;
	struct class_row {    /* open addressing by (signature, width) */
		uint64_t signature;
		unsigned width;
		term image;
	} *classes;
	size_t cap_classes;
	uint64_t seed;
	double start_ms;
};

static void *allocated(void *p)
{
	if (!p) {
		fputs("bpfprove: out of memory\n", stderr);
		exit(70);
	}
	return p;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 31;
}

/* Random inputs of several characters: zeros, small numbers, few bits, anything. */
static uint64_t random_value(uint64_t h, unsigned style, unsigned width)
{
	switch (style % 6) {
	case 0: return h & mix(h, 1) & mix(h, 2);
	case 1: return h % 4;
	case 2: return h & 1 ? ~0ull >> (h >> 58) : 0;
	case 3: return 1ull << (h % width);
	default: return h;
	}
}

static uint64_t sample_leaf(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	const struct sweep *w = arg;
	uint64_t lo = 0, hi = range_max_of(width), h = mix(w->seed, fn);
	for (size_t i = 0; i < n; i++)
		h = mix(h, args[i]);
	term_bound_of(w->pool, fn, &lo, &hi);
	uint64_t v = random_value(mix(h, 77), (unsigned)(w->seed + (h >> 60)), width) & range_max_of(width);
	return v >= lo && v <= hi ? v : lo + (hi - lo == ~0ull ? v : v % (hi - lo + 1));
}

static void mark_cone(struct sweep *w, const term *roots, size_t n)
{
	for (size_t i = 0; i < n; i++)
		w->in_cone[roots[i]] = true;
	for (term t = w->n_ids; t-- > 1;) /* arguments have smaller ids */
		for (size_t k = 0; w->in_cone[t] && k < term_arity(w->pool, t); k++)
			w->in_cone[term_arg(w->pool, t, k)] = true;
}

static void add_sample(struct sweep *w, term_leaf leaf, void *arg)
{
	struct term_eval *e = term_new_eval(w->pool, leaf, arg);
	for (term t = 1; t < w->n_ids; t++)
		if (w->in_cone[t])
			w->signature[t] = mix(w->signature[t], term_eval(e, t));
	term_free_eval(e);
	w->n_samples++;
}

/* A model as a function: leaves by function and argument values. */
struct model_table {
	const struct sweep *w;
	const struct solver_model *model;
	uint64_t **args; /* argument values of each leaf of the model */
};

static uint64_t model_leaf(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	struct model_table *m = arg;
	for (size_t i = 0; i < m->model->n; i++) {
		term t = m->model->leaves[i];
		if (m->args[i] && term_fn(m->w->pool, t) == fn && term_arity(m->w->pool, t) == n &&
		    (n == 0 || !memcmp(m->args[i], args, n * sizeof *args)))
			return m->model->values[i];
	}
	return sample_leaf((void *)(uintptr_t)m->w, fn, width, args, n);
}

/* The solver's counterexample tells the two apart, and other pairs with them. */
static void add_model(struct sweep *w, const struct solver_model *model)
{
	struct model_table m = {w, model, allocated(calloc(model->n + 1, sizeof *m.args))};
	for (size_t i = 0; i < model->n; i++) { /* in order of id: arguments are known before */
		size_t n = term_arity(w->pool, model->leaves[i]);
		uint64_t *args = allocated(calloc(n + 1, sizeof *args));
		struct term_eval *e = term_new_eval(w->pool, model_leaf, &m);
		for (size_t k = 0; k < n; k++)
			args[k] = term_eval(e, term_arg(w->pool, model->leaves[i], k));
		term_free_eval(e);
		m.args[i] = args;
	}
	add_sample(w, model_leaf, &m);
	for (size_t i = 0; i < model->n; i++)
		free(m.args[i]);
	free(m.args);
}

static struct class_row *class_find(struct sweep *w, uint64_t signature, unsigned width)
{
	size_t i = (size_t)mix(signature, width) & (w->cap_classes - 1);
	while (w->classes[i].image && (w->classes[i].signature != signature || w->classes[i].width != width))
		i = (i + 1) & (w->cap_classes - 1);
	return &w->classes[i];
}

/* After a new sample: the terms done so far stand for their new signatures. */
static void rebuild_classes(struct sweep *w, term upto)
{
	memset(w->classes, 0, w->cap_classes * sizeof *w->classes);
	for (term t = 1; t < upto; t++) {
		if (!w->in_cone[t])
			continue;
		struct class_row *c = class_find(w, w->signature[t], term_width(w->pool, t));
		if (!c->image)
			*c = (struct class_row){w->signature[t], term_width(w->pool, t), w->image[t]};
	}
}

static term rebuild(struct sweep *w, term t)
{
	struct term_pool *p = w->pool;
	term a[256];
	size_t n = term_arity(p, t);
	for (size_t i = 0; i < n; i++)
		a[i] = w->image[term_arg(p, t, i)];
	switch (term_kind(p, t)) {
	case TERM_CONST: return t;
	case TERM_APPLY: return term_apply(p, term_fn(p, t), term_width(p, t), a, n);
	case TERM_NOT: return term_not(p, a[0]);
	case TERM_AND: return term_and(p, a[0], a[1]);
	case TERM_OR: return term_or(p, a[0], a[1]);
	case TERM_XOR: return term_xor(p, a[0], a[1]);
	case TERM_NEG: return term_neg(p, a[0]);
	case TERM_ADD: return term_add(p, a[0], a[1]);
	case TERM_MUL: return term_mul(p, a[0], a[1]);
	case TERM_UDIV: return term_udiv(p, a[0], a[1]);
	case TERM_UREM: return term_urem(p, a[0], a[1]);
	case TERM_SDIV: return term_sdiv(p, a[0], a[1]);
	case TERM_SREM: return term_srem(p, a[0], a[1]);
	case TERM_SHL: return term_shl(p, a[0], a[1]);
	case TERM_LSHR: return term_lshr(p, a[0], a[1]);
	case TERM_ASHR: return term_ashr(p, a[0], a[1]);
	case TERM_EQ: return term_eq(p, a[0], a[1]);
	case TERM_ULT: return term_ult(p, a[0], a[1]);
	case TERM_SLT: return term_slt(p, a[0], a[1]);
	case TERM_ITE: return term_ite(p, a[0], a[1], a[2]);
	case TERM_EXTRACT: return term_extract(p, a[0], term_hi(p, t), term_lo(p, t));
	case TERM_CONCAT: return term_concat(p, a[0], a[1]);
	case TERM_ZEXT: return term_zext(p, a[0], term_width(p, t));
	case TERM_SEXT: return term_sext(p, a[0], term_width(p, t));
	case TERM_KIND_COUNT: break;
	}
	abort();
}

static bool is_spent(const struct sweep *w)
{
	bool stopped = w->opt->stop && *w->opt->stop;
	bool late = solver_is_late(w->solver) || (w->opt->total_ms && clock_now_ms() - w->start_ms > w->opt->total_ms);
	return w->queries >= w->opt->max_queries || !solver_has_time(w->solver, !stopped && !late);
}

/* Is the term equal to its class's? Asks the solver once; a counterexample splits the class. */
static bool try_merge(struct sweep *w, term t, term now, const struct class_row *c)
{
	struct term_pool *p = w->pool;
	struct solver_model model;
	term differ = term_ne(p, now, c->image);
	if (term_is_false(p, differ))
		return true;
	if (is_spent(w))
		return false;
	w->queries++;
	enum solver_answer a = solver_check(w->solver, p, "sweep", &differ, 1, &model, NULL);
	if (a == SOLVER_UNSAT)
		return true;
	if (a == SOLVER_SAT) {
		if (w->n_samples < MAX_SAMPLES) {
			add_model(w, &model);
			rebuild_classes(w, t);
		}
		solver_release_model(&model);
	}
	return false;
}

static void sweep_term(struct sweep *w, term t)
{
	struct term_pool *p = w->pool;
	term now = rebuild(w, t);
	w->image[t] = now;
	if (term_kind(p, t) == TERM_CONST || term_kind(p, t) == TERM_APPLY)
		now = t;
	struct class_row *c = class_find(w, w->signature[t], term_width(p, t));
	for (int tries = 0; tries < 4 && c->image && c->image != now; tries++) {
		bool asked = !is_spent(w);
		if (try_merge(w, t, now, c)) {
			/* the one made earlier stands for both */
			w->image[t] = c->image;
			w->merges++;
			return;
		}
		struct class_row *again = class_find(w, w->signature[t], term_width(p, t));
		if (!asked || (again == c && again->image))
			return; /* unknown, or no more samples */
		c = again;
	}
	if (!c->image)
		*c = (struct class_row){w->signature[t], term_width(p, t), w->image[t]};
}

size_t sweep_terms(struct term_pool *p, struct solver *s, term *roots, size_t n, const struct sweep_options *opt)
{
	term top = 0;
	for (size_t i = 0; i < n; i++)
		top = roots[i] > top ? roots[i] : top;
	struct sweep w = {.pool = p, .solver = s, .opt = opt, .n_ids = top + 1, .cap_classes = 1024,
	                  .start_ms = clock_now_ms()};
	while (w.cap_classes < 4 * (size_t)w.n_ids)
		w.cap_classes *= 2;
	w.in_cone = allocated(calloc(w.n_ids, sizeof *w.in_cone));
	w.image = allocated(calloc(w.n_ids, sizeof *w.image));
	w.signature = allocated(calloc(w.n_ids, sizeof *w.signature));
	w.classes = allocated(calloc(w.cap_classes, sizeof *w.classes));
	mark_cone(&w, roots, n);
	for (uint64_t i = 0; i < SAMPLES; i++) {
		w.seed = mix(0x5eed, i);
		add_sample(&w, sample_leaf, &w);
	}
	unsigned old = solver_set_query_ms(s, opt->query_ms);
	for (term t = 1; t < w.n_ids; t++)
		if (w.in_cone[t])
			sweep_term(&w, t);
	solver_set_query_ms(s, old);
	for (size_t i = 0; i < n; i++)
		roots[i] = w.image[roots[i]];
	free(w.in_cone);
	free(w.image);
	free(w.signature);
	free(w.classes);
	return w.merges;
}
