/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the domain can't show of an access, a solver may: no input makes the
 * instruction leave its region. The next attempt of the abstract machine takes
 * that as known there, and has to discharge everything else by itself.
 *
 * Why that is sound. The symbolic run records under which inputs an instruction
 * faults, whatever happened before on the path, and under which the program
 * meets something that is not modelled. Both are unsatisfiable here, so that no
 * run of the program faults at the instruction; loops are unrolled to their end,
 * since one that goes on is recorded as not modelled. Other CPUs write to maps
 * and kernel memory meanwhile: is_shared makes every load from there, and every
 * lookup's outcome, a value of its own, and helpers whose results could tie two
 * of them together are not taken, nor contexts and callbacks that others have
 * a hold of. Only memory whose size both machines know exactly is concerned:
 * stack, map values, the packet (access.c).
 */
#include "checker/safety/bounds.h"
#include "checker/equiv/address.h"
#include "checker/equiv/equiv.h"
#include "encode/solver/tape.h"

#include <stdlib.h>

#define TOTAL_MS 1500
#define QUERY_MS 700
#define MEMORY_MIB 1024
#define TERM_LIMIT (1u << 19)

static bool is_taken(const struct helper_row *row)
{
	switch ((int)row->model) {
	case MODEL_OPAQUE:
	case MODEL_CONST:
	case MODEL_ORACLE:
	case MODEL_MAP_LOOKUP:
	case MODEL_MAP_UPDATE:
	case MODEL_MAP_DELETE:
	case MODEL_REDIRECT:
	case MODEL_REDIRECT_MAP:
		return true;
	default:
		return false;
	}
}

/* Contexts that nobody else writes to while the program runs; a socket's fields change under it. */
static bool is_private(enum context_layout layout)
{
	return layout == CONTEXT_XDP_MD || layout == CONTEXT_SK_BUFF || layout == CONTEXT_PT_REGS ||
	       layout == CONTEXT_RAW_BYTES || layout == CONTEXT_PERF_EVENT || layout == CONTEXT_ARGS;
}

static bool takes_program(const struct program *p)
{
	if (!is_private(progtype_rows[p->type].context))
		return false;
	for (size_t i = 0; i < p->n; i++) {
		const struct insn *in = &p->insns[i];
		const struct helper_row *row =
		    in->op == ISA_CALL && in->src == CALL_HELPER ? helper_find((uint32_t)in->imm) : NULL;
		bool local = in->op != ISA_CALL || in->src == CALL_LOCAL;
		bool callback = in->op == ISA_LDDW && in->src == WIDE_FUNC; /* that only the kernel calls, later */
		if (callback || (!local && (!row || !is_taken(row))))
			return false;
	}
	return !program_is_symbolic(p);
}

/* Did every path end well but for bounds? */
static bool is_all_bounds(const struct prover *v)
{
	for (size_t i = 0; i < v->p->n; i++)
		if (v->failed[i] & ~(1u << OBLIGATION_BOUNDS) || (v->failed[i] && v->bounded[i]))
			return false;
	return !v->stopped && !v->unmodelled;
}

struct proof {
	struct prover *v;
	struct solver *solver;
	struct pairing maps;
	struct term_pool *pool;
	struct world *world;
	struct run *run;
};

static bool open_proof(struct proof *f)
{
	enum reason why;
	const char *what;
	const struct prover *v = f->v;
	if (!pairing_build(v->p, v->p, &f->maps, &why, &what))
		return false;
	struct tape *tape = v->opt->tape;
	f->solver = tape && tape->replays ? solver_open_tape(tape)
					  : prover_open_solver(v, TOTAL_MS, QUERY_MS, MEMORY_MIB);
	if (!f->solver)
		return false;
	solver_use_tape(f->solver, tape);
	f->pool = term_new_pool();
	f->world = world_new(f->pool, v->p->type, f->maps.maps, f->maps.n);
	f->world->term_limit = TERM_LIMIT;
	f->run = run_new(f->world, v->p, f->maps.number[0]);
	f->run->solver = f->solver;
	f->run->stop = v->opt->stop;
	f->run->is_shared = true;
	run_execute(f->run);
	return true;
}

static void close_proof(struct proof *f)
{
	run_free(f->run);
	if (f->world)
		world_free(f->world);
	if (f->pool)
		term_free_pool(f->pool);
	pairing_release(&f->maps);
	if (f->solver)
		solver_close(f->solver);
}

static bool is_impossible(struct proof *f, const char *name, term question)
{
	term asserts[2] = {question, address_condition(f->world, &question, 1)};
	return term_is_false(f->pool, question) ||
	       solver_check(f->solver, f->pool, name, asserts, 2, NULL, NULL) == SOLVER_UNSAT;
}

static term fault_at(struct proof *f, uint32_t slot)
{
	term t = term_false(f->pool);
	for (size_t i = 0; i < f->run->n_faults; i++)
		if (f->run->faults[i].slot == slot)
			t = term_or(f->pool, t, f->run->faults[i].guard);
	return t;
}

static unsigned show_slots(struct proof *f)
{
	unsigned n = 0;
	for (uint32_t i = 0; i < f->v->p->n; i++) {
		if (!f->v->failed[i])
			continue;
		bool shown = is_impossible(f, "bounds", fault_at(f, i)) && term_gave_up(f->pool) == TERM_GOES_ON;
		f->v->bounded[i] |= shown;
		n += shown;
	}
	return n;
}

bool bounds_show(struct prover *v)
{
	struct proof f = {.v = v};
	unsigned n = 0;
	if (!takes_program(v->p) || !is_all_bounds(v))
		return false;
	if (open_proof(&f) && term_gave_up(f.pool) == TERM_GOES_ON &&
	    is_impossible(&f, "modelled", run_any_unknown(f.run)) && term_gave_up(f.pool) == TERM_GOES_ON)
		n = show_slots(&f);
	close_proof(&f);
	v->result->solved += n;
	return n > 0;
}
