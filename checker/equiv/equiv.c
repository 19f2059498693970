/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The question: is there an input on which the first program does not fault,
 * everything is modelled, and some claim of difference holds? No: proved (if
 * nothing is left unmodelled). Yes: a witness, believed only after replay.
 */
#include "checker/equiv/equiv.h"
#include "clock.h"
#include "checker/equiv/address.h"
#include "checker/equiv/friendly.h"
#include "checker/equiv/loadable.h"
#include "checker/equiv/stamp.h"
#include "checker/safety/liveness.h"
#include "checker/witness/witness.h"
#include "encode/sweep.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FRIENDLY_MS 2000
#define SHORT_MS 200 /* for a query before sweeping */
#define TRIES 16     /* inputs, before the solver is asked whether there is one without a fault */
#define TRY_STEPS 100000
#define LAYOUTS_MAX 32 /* of kernels that refuse the first program, before the question is given up */

struct question {
	const struct equiv_options *opt;
	const struct program *prog[2];
	struct term_pool *pool;
	struct world *world;
	struct run *run[2];
	struct claims claims;
	term no_fault;   /* the first program does not fault */
	term modelled;   /* neither run meets what is not modelled */
	struct equiv_result *out;
};

static enum reason reason_of(enum solver_failure f)
{
	switch (f) {
	case SOLVER_TIMEOUT: return REASON_TIMEOUT;
	case SOLVER_MEMORY: return REASON_MEMORY;
	case SOLVER_DIED: return REASON_SOLVER_DIED;
	case SOLVER_GARBLED: return REASON_SOLVER_GARBLED;
	case SOLVER_GAVE_UP:
	case SOLVER_NO_FAILURE:
		break;
	}
	return REASON_SOLVER_GAVE_UP;
}

static void set_unknown(struct question *q, enum reason why, const char *what)
{
	q->out->verdict = VERDICT_UNKNOWN;
	q->out->reason = why;
	snprintf(q->out->what, sizeof q->out->what, "%s", what);
}

static void set_proved(struct question *q)
{
	q->out->verdict = VERDICT_PROVED;
	q->out->reason = REASON_NONE;
	*q->out->what = 0;
}

static const char *solver_label(const struct question *q)
{
	return q->opt->solver ? solver_name(q->opt->solver) : "no solver";
}

static enum solver_answer ask_once(struct question *q, const char *name, term extra, struct solver_model *model,
                              enum solver_failure *why)
{
	term asserts[4] = {q->no_fault, q->modelled, extra};
	asserts[3] = address_condition(q->world, asserts, 3);
	q->out->decided_by = solver_label(q);
	return solver_check(q->opt->solver, q->pool, name, asserts, 4, model, why);
}

/* A model's layout is one that the first program can be loaded under. */
static bool learn_layout(struct question *q, const struct solver_model *model)
{
	if (!q->run[0]->n_needs)
		return false;
	struct input *in = witness_from_model(q->pool, model);
	term learnt = loadable_learn(q->run[0], q->opt->solver, in);
	input_free(in);
	q->no_fault = term_and(q->pool, q->no_fault, learnt);
	return !term_is_true(q->pool, learnt);
}

static enum solver_answer ask(struct question *q, const char *name, term extra, struct solver_model *model,
                              enum solver_failure *why)
{
	enum solver_answer a = ask_once(q, name, extra, model, why);
	for (int round = 0; model && a == SOLVER_SAT && learn_layout(q, model); round++) {
		solver_release_model(model);
		if (round == LAYOUTS_MAX) {
			if (why)
				*why = SOLVER_GAVE_UP;
			return SOLVER_UNKNOWN;
		}
		a = ask_once(q, name, extra, model, why);
	}
	return a;
}

/* The same questions to the kernel's types, in the same places. */
static bool same_relos(const struct program *a, const struct program *b)
{
	for (size_t i = 0; a->n_relos == b->n_relos && i < a->n_relos; i++) {
		const struct core_relo *x = &a->relos[i], *y = &b->relos[i];
		if (x->slot != y->slot || x->kind != y->kind || x->path != y->path || x->size != y->size ||
		    x->follows != y->follows)
			return false;
	}
	return a->n_relos == b->n_relos;
}

/* Two programs of the same instructions on the same maps. */
static bool is_identical(const struct question *q)
{
	const struct program *a = q->prog[0], *b = q->prog[1];
	if (a->n != b->n || !same_relos(a, b))
		return false;
	for (size_t i = 0; i < a->n; i++) {
		struct insn x = a->insns[i], y = b->insns[i];
		bool map = x.op == ISA_LDDW && (x.src == WIDE_MAP || x.src == WIDE_MAP_VALUE);
		bool name = (x.op == ISA_LDDW && x.src == WIDE_BTF_ID) || (x.op == ISA_CALL && x.src == CALL_KFUNC);
		if (x.op != y.op || x.width != y.width || x.dst != y.dst || x.src != y.src || x.k != y.k || x.off != y.off)
			return false;
		if (map) {
			const struct pairing *p = &q->out->pairing;
			const struct map *m = p->maps[p->number[0][x.imm]], *o = p->maps[p->number[1][y.imm]];
			bool same_bytes = m->is_data && o->is_data && m->frozen && o->frozen && m->value_size == o->value_size &&
			                  !memcmp(m->bytes, o->bytes, m->value_size) && m->n_vars == o->n_vars;
			for (size_t k = 0; same_bytes && k < m->n_vars; k++)
				same_bytes = !strcmp(m->vars[k].name, o->vars[k].name) && m->vars[k].off == o->vars[k].off &&
				             m->vars[k].twin == o->vars[k].twin &&
				             m->vars[k].is_volatile == o->vars[k].is_volatile;
			if ((m != o && !same_bytes) || x.imm64 >> 32 != y.imm64 >> 32)
				return false;
		} else if (name) {
			if (strcmp(a->object->externs[x.imm].name, b->object->externs[y.imm].name))
				return false;
		} else if (x.imm != y.imm || x.imm64 != y.imm64) {
			return false;
		}
	}
	return true;
}

static void encode(struct question *q)
{
	const struct pairing *p = &q->out->pairing;
	q->pool = term_new_pool();
	q->world = world_new(q->pool, q->prog[0]->type, p->maps, p->n);
	for (int i = 0; i < 2; i++) {
		q->run[i] = run_new(q->world, q->prog[i], p->number[i]);
		q->run[i]->solver = q->opt->solver;
		q->run[i]->stop = q->opt->stop;
		if (q->opt->unroll)
			q->run[i]->unroll = q->opt->unroll;
		run_execute(q->run[i]);
	}
	compare_tail_calls(q->run[0], q->run[1]);
	term unknown = term_or(q->pool, run_any_unknown(q->run[0]), run_any_unknown(q->run[1]));
	q->no_fault = term_not(q->pool, run_any_fault(q->run[0]));
	q->modelled = term_not(q->pool, unknown);
	compare_runs(q->run[0], q->run[1], &q->claims);
	q->out->claims = q->claims.n;
	q->out->terms = term_count(q->pool);
}

static void describe_unknown(struct question *q, const struct unknown_record *u, int side)
{
	char text[160];
	const struct line *line = program_line(q->prog[side], u->slot);
	snprintf(text, sizeof text, "%s%s%s program, instruction %u%s%s", u->what, *u->what ? ", " : "",
	         side ? "second" : "first", u->slot, line ? ": " : "", line ? line->text : "");
	set_unknown(q, u->reason, text);
}

/* Is anything that is not modelled reachable without a fault of the first program? */
static bool everything_modelled(struct question *q)
{
	struct term_pool *p = q->pool;
	if (term_is_true(p, q->modelled))
		return true;
	term asserts[3] = {q->no_fault, term_not(p, q->modelled)};
	asserts[2] = address_condition(q->world, asserts, 2);
	enum solver_failure why;
	enum solver_answer a = solver_check(q->opt->solver, p, "modelled", asserts, 3, NULL, &why);
	if (a == SOLVER_UNSAT)
		return true;
	if (a == SOLVER_UNKNOWN) {
		set_unknown(q, reason_of(why), "");
		return false;
	}
	for (int side = 0; side < 2; side++) /* the first record in program order names the reason */
		for (size_t i = 0; i < q->run[side]->n_unknowns; i++) {
			describe_unknown(q, &q->run[side]->unknowns[i], side);
			return false;
		}
	return false;
}

static term any_claim(struct question *q, bool visible_only)
{
	term t = term_false(q->pool);
	for (size_t i = 0; i < q->claims.n; i++)
		if (!visible_only || !q->claims.at[i].internal)
			t = term_or(q->pool, t, q->claims.at[i].differ);
	return t;
}

static void finish_refuted(struct question *q, struct input *in)
{
	struct equiv_result *out = q->out;
	const struct program *a = q->prog[0], *b = q->prog[1];
	witness_shrink(a, b, &out->pairing, in);
	witness_replay(a, b, &out->pairing, in, out->what, sizeof out->what);
	out->witness = in;
	out->verdict = VERDICT_REFUTED;
	out->reason = REASON_NONE;
	out->opaque = witness_is_opaque(in);
	if (q->opt->kernel)
		out->kernel = witness_ask_kernel(a, b, &out->pairing, in, out->kernel_text, sizeof out->kernel_text);
	if (out->kernel == OPINION_CONTRADICTED)
		set_unknown(q, REASON_KERNEL, out->kernel_text);
}

/* Replaces the model by a friendlier one of the same question, if there is one soon. */
static void befriend(struct question *q, term question, struct solver_model *model)
{
	struct solver_model better;
	unsigned old = solver_set_query_ms(q->opt->solver, FRIENDLY_MS);
	for (unsigned level = 0; level < FRIENDLY_LEVELS; level++) {
		term all = term_and(q->pool, question, friendly_condition(q->world, question, level));
		if (ask(q, "friendly", all, &better, NULL) != SOLVER_SAT)
			continue;
		solver_release_model(model);
		*model = better;
		break;
	}
	solver_set_query_ms(q->opt->solver, old);
}

/* A model of *question that takes no input for what a function of the programs does; false: there may be none. */
static bool avoid_guesses(struct question *q, term *question, struct solver_model *model)
{
	struct term_pool *p = q->pool;
	term guessed = term_or(p, q->run[0]->guessed, q->run[1]->guessed);
	if (term_is_false(p, guessed))
		return true;
	solver_release_model(model);
	*question = term_and(p, *question, term_not(p, guessed));
	return ask(q, "not guessed", *question, model, NULL) == SOLVER_SAT;
}

/* A model of `question` was found: the concrete machine decides. */
static bool try_witness(struct question *q, term question, struct solver_model *model)
{
	char what[256];
	if (!avoid_guesses(q, &question, model)) {
		set_unknown(q, REASON_OPAQUE, "what a callback does");
		return false;
	}
	if (!q->opt->quick)
		befriend(q, question, model);
	struct input *in = witness_from_model(q->pool, model);
	solver_release_model(model);
	bool unified = witness_unify(q->prog[0], q->prog[1], &q->out->pairing, in);
	if (witness_replay(q->prog[0], q->prog[1], &q->out->pairing, in, what, sizeof what)) {
		finish_refuted(q, in);
		return true;
	}
	set_unknown(q, unified ? REASON_OPAQUE : REASON_REPLAY, what);
	input_free(in);
	return false;
}

/* Merges equal terms of the two programs, so that less is left to the solver. */
static void sweep(struct question *q)
{
	struct sweep_options so = {.query_ms = 300, .total_ms = 10000, .max_queries = 600, .stop = q->opt->stop};
	term *roots = malloc((q->claims.n + 2) * sizeof *roots);
	if (!roots)
		abort();
	for (size_t i = 0; i < q->claims.n; i++)
		roots[i] = q->claims.at[i].differ;
	roots[q->claims.n] = q->no_fault;
	roots[q->claims.n + 1] = q->modelled;
	sweep_terms(q->pool, q->opt->solver, roots, q->claims.n + 2, &so);
	for (size_t i = 0; i < q->claims.n; i++)
		q->claims.at[i].differ = roots[i];
	q->no_fault = roots[q->claims.n];
	q->modelled = roots[q->claims.n + 1];
	q->out->swept = true;
	free(roots);
}

/* Asks for any visible difference: shortly first, then after sweeping with all the time there is. */
static enum solver_answer ask_visible(struct question *q, struct solver_model *model, enum solver_failure *why)
{
	unsigned full = solver_set_query_ms(q->opt->solver, SHORT_MS);
	if (full && full < SHORT_MS)
		solver_set_query_ms(q->opt->solver, full);
	enum solver_answer a = ask(q, "visible", any_claim(q, true), model, why);
	solver_set_query_ms(q->opt->solver, full);
	if (q->opt->quick || a != SOLVER_UNKNOWN || (*why != SOLVER_TIMEOUT && *why != SOLVER_GAVE_UP))
		return a;
	sweep(q);
	return ask(q, "visible-swept", any_claim(q, true), model, why);
}

/* Claim by claim, when all at once was too much for the solver. */
static void decide_by_parts(struct question *q)
{
	for (size_t i = 0; i < q->claims.n; i++) {
		struct solver_model model;
		enum solver_failure why;
		if (q->claims.at[i].internal)
			continue;
		enum solver_answer a = ask(q, q->claims.at[i].name, q->claims.at[i].differ, &model, &why);
		if (a == SOLVER_SAT && try_witness(q, q->claims.at[i].differ, &model))
			return;
		if (a == SOLVER_UNKNOWN) {
			set_unknown(q, reason_of(why), q->claims.at[i].name);
			return;
		}
		if (a == SOLVER_SAT)
			return; /* not confirmed: try_witness said why */
	}
	for (size_t i = 0; i < q->claims.n; i++) {
		enum solver_failure why;
		if (!q->claims.at[i].internal)
			continue;
		enum solver_answer a = ask(q, q->claims.at[i].name, q->claims.at[i].differ, NULL, &why);
		if (a != SOLVER_UNSAT) {
			set_unknown(q, a == SOLVER_SAT ? REASON_OPAQUE : reason_of(why), q->claims.at[i].name);
			return;
		}
	}
	set_proved(q);
}

static void decide(struct question *q)
{
	struct solver_model model;
	enum solver_failure why;
	bool modelled = everything_modelled(q);
	struct equiv_result unmodelled = *q->out;
	enum solver_answer a = ask_visible(q, &model, &why);
	if (a == SOLVER_SAT) {
		if (try_witness(q, any_claim(q, true), &model))
			return;
	} else if (a == SOLVER_UNSAT) {
		set_proved(q);
		term internal = any_claim(q, false);
		a = term_is_false(q->pool, internal) ? SOLVER_UNSAT : ask(q, "internal", internal, NULL, &why);
		if (a != SOLVER_UNSAT)
			set_unknown(q, a == SOLVER_SAT ? REASON_OPAQUE : reason_of(why), "opaque calls");
	} else if (why == SOLVER_TIMEOUT || why == SOLVER_GAVE_UP || why == SOLVER_MEMORY) {
		decide_by_parts(q);
	} else {
		set_unknown(q, reason_of(why), "");
	}
	if (!modelled && q->out->verdict == VERDICT_PROVED)
		*q->out = unmodelled;
}

/* One of a few inputs on which the first program ends well: what most programs do with most packets. */
static bool ends_well(const struct question *q)
{
	for (uint64_t seed = 0; seed < TRIES; seed++) {
		struct exec_outcome out;
		struct input *in = input_new();
		input_set_seed(in, seed);
		exec_set_core(q->prog[0], in);
		exec_run(q->prog[0], in, &(struct exec_options){.max_steps = TRY_STEPS}, &out);
		bool well = out.end == EXEC_EXIT || out.end == EXEC_TAIL_CALL;
		exec_release(&out);
		input_free(in);
		if (well)
			return true;
	}
	return false;
}

/* For the note in the report only: true unless it is soon known to be false. */
static bool may_fault(struct question *q)
{
	term asserts[2] = {term_not(q->pool, q->no_fault)};
	asserts[1] = address_condition(q->world, asserts, 1);
	unsigned full = solver_set_query_ms(q->opt->solver, SHORT_MS);
	if (full && full < SHORT_MS)
		solver_set_query_ms(q->opt->solver, full);
	enum solver_answer a = solver_check(q->opt->solver, q->pool, "partial", asserts, 2, NULL, NULL);
	solver_set_query_ms(q->opt->solver, full);
	return a != SOLVER_UNSAT;
}

/* Nothing to compare if the first program always faults. */
static void check_vacuous(struct question *q)
{
	if (q->out->verdict != VERDICT_PROVED || term_is_true(q->pool, q->no_fault))
		return;
	if (ends_well(q)) {
		q->out->partial = may_fault(q);
		return;
	}
	enum solver_failure why;
	term asserts[2] = {q->no_fault, address_condition(q->world, &q->no_fault, 1)};
	enum solver_answer a = solver_check(q->opt->solver, q->pool, "vacuous", asserts, 2, NULL, &why);
	if (a == SOLVER_SAT) {
		q->out->partial = may_fault(q);
		return;
	}
	const struct fault_record *f = q->run[0]->n_faults ? &q->run[0]->faults[0] : NULL;
	char text[160] = "";
	if (f)
		snprintf(text, sizeof text, "instruction %u: %s", f->slot, fault_texts[f->kind]);
	set_unknown(q, a == SOLVER_UNSAT ? REASON_VACUOUS : reason_of(why), text);
}

static void close_question(struct question *q)
{
	claims_release(&q->claims);
	run_free(q->run[0]);
	run_free(q->run[1]);
	world_free(q->world);
	if (q->pool)
		term_free_pool(q->pool);
}

/* Terms say nothing once their pool gave up: nothing is proved from them. */
static bool gave_up(struct question *q)
{
	enum reason why = run_end(q->run[0]);
	if (why)
		set_unknown(q, why, "");
	return why != REASON_NONE;
}

static void answer(struct question *q)
{
	const struct program *a = q->prog[0], *b = q->prog[1];
	const char *what = "";
	enum reason why = REASON_NONE;
	if (a->error || b->error) {
		set_unknown(q, REASON_REFUSED, a->error ? a->error : b->error);
		return;
	}
	if (a->type != b->type) {
		set_unknown(q, REASON_PROGTYPES, "");
		return;
	}
	if (!pairing_build(a, b, &q->out->pairing, &why, &what)) {
		set_unknown(q, why, what);
		return;
	}
	if (!q->opt->encode && is_identical(q)) {
		set_proved(q);
		q->out->decided_by = "identical";
		return;
	}
	if (a->type == PROGTYPE_UNSPEC || liveness_has_unknown_arguments(a) || liveness_has_unknown_arguments(b)) {
		set_unknown(q, REASON_PROGTYPE, a->section);
		return;
	}
	encode(q);
	if (gave_up(q))
		return;
	if (!stamp_agrees(q->run[0], q->run[1], q->opt->solver)) {
		set_unknown(q, REASON_CONTEXT, "tstamp beside tstamp_type");
		return;
	}
	q->out->decided_by = "rewriting";
	bool trivial = q->claims.n == 0 && term_is_true(q->pool, q->modelled) && term_is_true(q->pool, q->no_fault);
	if (trivial) {
		set_proved(q);
		return;
	}
	set_unknown(q, REASON_SOLVER_GAVE_UP, ""); /* until something says otherwise */
	decide(q);
	check_vacuous(q);
	if (q->out->verdict == VERDICT_PROVED)
		gave_up(q);
}

void equiv_programs(const struct program *a, const struct program *b, const struct equiv_options *opt,
                    struct equiv_result *out)
{
	double start = clock_now_ms();
	*out = (struct equiv_result){.verdict = VERDICT_UNKNOWN, .decided_by = "nothing"};
	struct question q = {.opt = opt, .prog = {a, b}, .out = out};
	answer(&q);
	close_question(&q);
	out->ms = clock_now_ms() - start;
}

void equiv_release(struct equiv_result *r)
{
	input_free(r->witness);
	pairing_release(&r->pairing);
	*r = (struct equiv_result){0};
}
