/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From what could not be shown to an input that fails: the program as formulas,
 * a solver's model of a fault in them or of a way to the instruction, and the
 * concrete machine's word on it.
 */
#include "checker/safety/contract.h"
#include "clock.h"
#include "checker/safety/search.h"
#include "checker/equiv/address.h"
#include "checker/equiv/friendly.h"
#include "checker/exec/probe.h"
#include "checker/safety/replay.h"
#include "checker/witness/oracle.h"
#include "checker/witness/witness.h"
#include "encode/solver/fault.h"

#include <stdlib.h>
#include <string.h>

#define TOTAL_MS 1800 /* unless the whole check has less time left */
#define QUERY_MS 1000
#define FRIENDLY_MS 300
#define MEMORY_MIB 2048
#define TERM_LIMIT (1u << 20)
#define MAX_QUERIES 48
#define MAX_CPUS 64
#define MAX_VALUE (1u << 18) /* bytes */
#define FEW_RUNS 12
#define PROBE_NS 300000000 /* for all of them */
#define VARIATIONS 24      /* of a model in what it leaves open */

struct search {
	struct prover *v;
	struct solver *solver;
	struct pairing maps;
	struct term_pool *pool;
	struct world *world;
	struct run *run;
	term *reach; /* by slot: an input leads there */
	term modelled;
	term believed; /* no fault before that does not count */
	unsigned queries;
};

/* What is found. */

/* A kernel has fewer processors than a helper's 32 bits can tell. */
static void tame(struct input *in)
{
	uint64_t args[2] = {FUNC_get_smp_processor_id, 0};
	input_set(in, IN_CONST, args, 2, input_get(in, IN_CONST, args, 2) % MAX_CPUS);
}

/* Is the input one that a kernel can have? */
static bool is_believable(const struct prover *v, const struct input *in, const struct exec_outcome *out)
{
	struct pairing maps;
	enum reason why;
	const char *what;
	bool good = pairing_build(v->p, v->p, &maps, &why, &what) && oracle_tries_agree(&maps, in) &&
		    oracle_results_fit(out, in);
	pairing_release(&maps);
	return good;
}

/* Takes the input, which is the caller's no more. True: it refutes. */
static bool try_input(struct prover *v, struct input *in)
{
	struct exec_outcome out;
	tame(in);
	bool privileged = v->opt->privileged, faults = replay_faults(v->p, privileged, in, &out);
	bool good = faults && is_believable(v, in, &out);
	exec_release(&out);
	if (!good) {
		input_free(in);
		return false;
	}
	struct input *settled = replay_settle(v->p, privileged, in);
	input_free(in);
	replay_shrink(v->p, privileged, settled);
	struct safety_result *r = v->result;
	if (!replay_faults(v->p, privileged, settled, &r->outcome)) { /* the defaults of the log were all there were */
		exec_release(&r->outcome);
		input_free(settled);
		return false;
	}
	r->witness = settled;
	r->verdict = VERDICT_REFUTED;
	r->reason = REASON_NONE;
	snprintf(r->detail, sizeof r->detail, "%.140s%s", r->outcome.what,
		 witness_is_opaque(settled) ? " (it rests on helper results that are not modelled exactly)" : "");
	return true;
}

/* Each run and each input would hold all the bytes of a value. */
static bool is_heavy(const struct program *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct insn *in = &p->insns[i];
		bool map = in->op == ISA_LDDW && (in->src == WIDE_MAP || in->src == WIDE_MAP_VALUE);
		if (map && p->object->maps[in->imm].value_size > MAX_VALUE)
			return true;
	}
	return false;
}

static bool probe(struct prover *v, unsigned runs, uint64_t seed)
{
	struct input *in;
	struct exec_outcome out;
	struct probe_options opt = {.runs = runs, .seed = seed, .exec = {.safety = replay_mode(v->opt->privileged)}};
	if (!probe_fault(v->p, &opt, &in, &out))
		return false;
	exec_release(&out);
	return try_input(v, in);
}

/* A few runs tell how long they take: where memory is large that may be long. */
bool search_probe(struct prover *v, unsigned runs)
{
	uint64_t start = clock_now_ns();
	if (is_heavy(v->p))
		return false;
	if (probe(v, FEW_RUNS, 1))
		return true;
	uint64_t each = (clock_now_ns() - start) / FEW_RUNS, most = each ? PROBE_NS / each : runs;
	return most >= FEW_RUNS && probe(v, most < runs ? (unsigned)most : runs, 2);
}

/* The program as formulas. */

static void open_search(struct search *s)
{
	const struct program *p = s->v->p;
	s->pool = term_new_pool();
	s->world = world_new(s->pool, p->type, s->maps.maps, s->maps.n);
	s->world->term_limit = TERM_LIMIT;
	s->run = run_new(s->world, p, s->maps.number[0]);
	s->run->solver = s->solver;
	s->run->stop = s->v->opt->stop;
	s->reach = fault_calloc(p->n + 1, sizeof *s->reach);
	for (size_t i = 0; i < p->n; i++)
		s->reach[i] = s->v->failed[i] ? term_false(s->pool) : 0;
	s->run->reach = s->reach;
	run_execute(s->run);
	s->modelled = term_not(s->pool, run_any_unknown(s->run));
	s->believed = term_true(s->pool);
	for (size_t i = 0; i < s->run->n_faults; i++)
		if (!replay_counts(p, s->run->faults[i].kind))
			s->believed = term_and(s->pool, s->believed, term_not(s->pool, s->run->faults[i].guard));
}

static void close_search(struct search *s)
{
	run_free(s->run);
	if (s->world)
		world_free(s->world);
	if (s->pool)
		term_free_pool(s->pool);
	free(s->reach);
	pairing_release(&s->maps);
	if (s->solver)
		solver_close(s->solver);
}

static enum solver_answer ask(struct search *s, const char *name, term question, term wish, struct solver_model *model)
{
	term asserts[4] = {question, s->believed, wish};
	asserts[3] = address_condition(s->world, asserts, 3);
	return solver_check(s->solver, s->pool, name, asserts, 4, model, NULL);
}

static bool may_ask(struct search *s)
{
	const struct safety_options *o = s->v->opt;
	return s->queries++ < MAX_QUERIES && !solver_is_late(s->solver) && !(o->stop && *o->stop);
}

/* A model that a person can read and a test run can be given, if there is one soon. */
static void befriend(struct search *s, term question, struct solver_model *model)
{
	struct solver_model better;
	unsigned old = solver_set_query_ms(s->solver, FRIENDLY_MS);
	term wish = friendly_condition(s->world, question, 0);
	if (!term_is_true(s->pool, wish) && ask(s, "friendly", question, wish, &better) == SOLVER_SAT) {
		solver_release_model(model);
		*model = better;
	}
	solver_set_query_ms(s->solver, old);
}

/* The model's input, then with other values for what the model leaves open. */
static bool try_model(struct search *s, const struct solver_model *model)
{
	for (uint64_t seed = 0; seed < VARIATIONS; seed++) {
		struct input *in = witness_from_model(s->pool, model);
		input_set_seed(in, seed);
		if (try_input(s->v, in))
			return true;
	}
	return false;
}

/* True: refuted. */
static bool seek(struct search *s, const char *name, term question)
{
	struct solver_model model;
	if (term_is_false(s->pool, question) || !may_ask(s))
		return false;
	if (ask(s, name, question, term_true(s->pool), &model) != SOLVER_SAT)
		return false;
	befriend(s, question, &model);
	bool found = try_model(s, &model);
	solver_release_model(&model);
	return found;
}

static bool is_sought(const struct search *s, const struct fault_record *f)
{
	return replay_counts(s->v->p, f->kind);
}

static term any_fault(struct search *s)
{
	term t = term_false(s->pool);
	for (size_t i = 0; i < s->run->n_faults; i++)
		if (is_sought(s, &s->run->faults[i]))
			t = term_or(s->pool, t, s->run->faults[i].guard);
	return t;
}

/* Faults that the formulas have: any of them, then one by one, those at instructions where something failed first. */
static bool seek_faults(struct search *s)
{
	if (seek(s, "any-fault", any_fault(s)))
		return true;
	for (int failed = 1; failed >= 0; failed--)
		for (size_t i = 0; i < s->run->n_faults; i++) {
			const struct fault_record *f = &s->run->faults[i];
			if (is_sought(s, f) && !s->v->failed[f->slot] == !failed && seek(s, "fault", f->guard))
				return true;
		}
	return false;
}

/* A return value that the program type does not take. */
static bool seek_result(struct search *s)
{
	struct return_range range;
	const struct program *p = s->v->p;
	struct term_pool *pool = s->pool;
	if (!s->run->final || !progtype_return_range(p->type, p->expected_attach, p->expected, &range))
		return false;
	term word = value_word(s->world, &s->run->final->regs[0]), low = term_extract(pool, word, range.bits - 1u, 0);
	term lo = term_const(pool, range.bits, (uint64_t)range.lo),
	     hi = term_const(pool, range.bits, (uint64_t)range.hi);
	term outside = term_or(pool, term_slt(pool, low, lo), term_slt(pool, hi, low));
	return seek(s, "result", term_and(pool, s->run->final->guard, outside));
}

/* Ways to the instructions where something failed, for faults that formulas don't have. */
static bool seek_places(struct search *s)
{
	for (size_t i = 0; i < s->v->p->n; i++)
		if (s->reach[i] && s->v->failed[i] != 1u << OBLIGATION_BOUNDS && seek(s, "reach", s->reach[i]))
			return true;
	return false;
}

static bool prepare(struct search *s)
{
	enum reason why;
	const char *what;
	if (!pairing_build(s->v->p, s->v->p, &s->maps, &why, &what))
		return false;
	s->solver = prover_open_solver(s->v, TOTAL_MS, QUERY_MS, MEMORY_MIB);
	return s->solver != NULL;
}

bool search_solve(struct prover *v)
{
	struct search s = {.v = v};
	bool found = false;
	if (!is_heavy(v->p) && prepare(&s)) {
		open_search(&s);
		found = seek_faults(&s) || seek_result(&s) || seek_places(&s);
	}
	close_search(&s);
	return found;
}
