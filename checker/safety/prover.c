/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Attempts with growing effort, what they find, and the verdict.
 *
 * Proved is said in one place only: where an attempt explored every path to
 * its end, nothing failed, nothing was left unmodelled and nothing stopped it.
 */
#include "checker/safety/bounds.h"
#include "clock.h"
#include "encode/solver/tape.h"
#include "checker/safety/explore.h"
#include "checker/safety/search.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_STEPS 1024 /* between two looks at the clock */
#define PROBES 300       /* random runs before effort grows */
#define SOLVER_ROUNDS 3  /* of accesses that a solver shows, and what comes after them */

_Static_assert(OBLIGATION_COUNT <= 32, "the bit sets of struct prover have 32 bits a slot");

const struct obligation_row obligation_rows[OBLIGATION_COUNT] = {
#define OBLIGATION(name, fault, text) {#name, FAULT_##fault, text},
#include "obligation.def"
#undef OBLIGATION
};

static const struct effort efforts[] = {
    {.steps = 20000, .steps_a_slot = 100, .unroll = 8, .disjuncts = 4},
    {.steps = 200000, .unroll = 64, .disjuncts = 64},
    {.steps = 2000000, .unroll = 100000, .disjuncts = UINT32_MAX},
};
#define N_EFFORTS (sizeof efforts / sizeof *efforts)

struct note {
	struct finding finding;
	uint32_t next; /* of the same slot: its index + 1, 0: none */
	uint64_t step; /* of the attempt, that it was noted at */
};

/* What the engine reports. */

static struct note *note_find(struct prover *v, uint32_t slot, enum obligation o)
{
	for (uint32_t i = v->note_of[slot]; i; i = v->notes[i - 1].next)
		if (v->notes[i - 1].finding.obligation == o)
			return &v->notes[i - 1];
	return NULL;
}

static struct note *note_add(struct prover *v, uint32_t slot, enum obligation o)
{
	if (!(v->n_notes & (v->n_notes - 1)))
		v->notes = checked(realloc(v->notes, 2 * (v->n_notes ? v->n_notes : 1) * sizeof *v->notes));
	struct note *n = &v->notes[v->n_notes++];
	*n = (struct note){.finding = {.obligation = o, .slot = slot}, .next = v->note_of[slot]};
	v->note_of[slot] = (uint32_t)v->n_notes;
	return n;
}

/* One instruction may be obliged to the same of several things. */
static void note_say(struct note *n, bool more, const char *text)
{
	size_t len = more ? strlen(n->finding.text) : 0;
	if (!more || !strstr(n->finding.text, text))
		snprintf(n->finding.text + len, sizeof n->finding.text - len, "%s%s", more ? "; " : "", text);
}

bool prover_oblige(struct prover *v, const struct astate *s, enum obligation o, bool holds, const char *fmt, ...)
{
	uint32_t *set = holds ? v->discharged : v->failed, bit = 1u << o;
	bool fresh = !(set[s->slot] & bit);
	set[s->slot] |= bit;
	if (holds && (!v->opt->explain || v->failed[s->slot] & bit))
		return true;
	struct note *n = note_find(v, s->slot, o);
	if (!fresh && (!holds || n->step != v->steps))
		return holds;
	if (!n)
		n = note_add(v, s->slot, o);
	char text[sizeof n->finding.text];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	note_say(n, holds && !fresh, text);
	if (holds && o == OBLIGATION_BOUNDS && v->bounded[s->slot])
		note_say(n, true, "a solver showed it");
	n->finding.failed = !holds;
	n->step = v->steps;
	return holds;
}

bool prover_unmodelled(struct prover *v, const struct astate *s, enum reason reason, const char *what)
{
	if (!v->unmodelled) {
		const struct line *l = program_line(v->p, s->slot);
		v->result->reason = reason;
		snprintf(v->result->detail, sizeof v->result->detail, "%s%sinstruction %u%s%.80s", what,
			 *what ? ", " : "", s->slot, l ? ": " : "", l ? l->text + strspn(l->text, " \t") : "");
		for (char *c = v->result->detail; *c; c++) /* source may be anything */
			*c = (unsigned char)*c < ' ' || (unsigned char)*c > '~' ? '?' : *c;
	}
	v->unmodelled = true;
	return false;
}

static bool stop(struct prover *v, enum reason why)
{
	v->stopped = true;
	v->stop_reason = why;
	return false;
}

static bool is_late(const struct prover *v)
{
	return v->deadline_ns && clock_now_ns() >= v->deadline_ns;
}

bool prover_step(struct prover *v)
{
	if (v->stopped)
		return false;
	if (v->steps + v->work >= v->effort.steps)
		return stop(v, REASON_EFFORT);
	if (v->steps++ % CHECK_STEPS)
		return true;
	if (v->opt->stop && *v->opt->stop)
		return stop(v, REASON_INTERRUPTED);
	return is_late(v) ? stop(v, REASON_TIMEOUT) : true;
}

struct solver *prover_open_solver(const struct prover *v, unsigned total_ms, unsigned query_ms, unsigned memory_mib)
{
	char err[256];
	uint64_t end = clock_now_ns() + total_ms * 1000000ull;
	if (v->deadline_ns && v->deadline_ns < end)
		end = v->deadline_ns;
	struct solver_limits limits = {.query_ms = query_ms, .memory_mib = memory_mib, .deadline_ns = end};
	return solver_open(v->opt->solver ? v->opt->solver : SOLVER_DEFAULT, limits, err, sizeof err);
}

/* Attempts. */

static int compare_words(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static void collect_constants(struct prover *v)
{
	const struct program *p = v->p;
	v->constants = checked(malloc((p->n + 1) * sizeof *v->constants));
	for (size_t i = 0; i < p->n; i++) {
		const struct insn *in = &p->insns[i];
		bool wide = in->op == ISA_LDDW && in->src == WIDE_CONST;
		if (wide || in->k)
			v->constants[v->n_constants++] = wide ? in->imm64 : (uint64_t)(int64_t)in->imm;
	}
	qsort(v->constants, v->n_constants, sizeof *v->constants, compare_words);
	size_t n = 0;
	for (size_t i = 0; i < v->n_constants; i++)
		if (!n || v->constants[n - 1] != v->constants[i])
			v->constants[n++] = v->constants[i];
	v->n_constants = n;
}

static void prover_init(struct prover *v, const struct program *p, const struct safety_options *o,
			struct safety_result *r)
{
	size_t n_maps = p->object ? p->object->n_maps : 0;
	*v = (struct prover){.p = p, .opt = o, .result = r};
	v->deadline_ns = o->timeout_ms ? clock_now_ns() + o->timeout_ms * 1000000ull : 0;
	v->discharged = checked(calloc(p->n + 1, sizeof *v->discharged));
	v->failed = checked(calloc(p->n + 1, sizeof *v->failed));
	v->bounded = checked(calloc(p->n + 1, sizeof *v->bounded));
	v->note_of = checked(calloc(p->n + 1, sizeof *v->note_of));
	v->map_numbers = checked(calloc(n_maps + 1, sizeof *v->map_numbers));
	for (size_t i = 0; i < n_maps; i++)
		v->map_numbers[i] = (uint32_t)i;
	collect_constants(v);
}

static void prover_release(struct prover *v)
{
	free(v->discharged);
	free(v->failed);
	free(v->bounded);
	free(v->note_of);
	free(v->notes);
	free(v->origins);
	free(v->timers);
	free(v->map_numbers);
	free(v->constants);
}

static bool any_failed(const struct prover *v)
{
	for (size_t i = 0; i < v->p->n; i++)
		if (v->failed[i])
			return true;
	return false;
}

/* One attempt from nothing. True: the program is proved. */
static bool attempt(struct prover *v, struct effort effort)
{
	struct safety_result *r = v->result;
	effort.steps += effort.steps_a_slot * v->p->n;
	uint64_t left = v->opt->max_steps ? v->opt->max_steps - r->steps : effort.steps;
	memset(v->discharged, 0, v->p->n * sizeof *v->discharged);
	memset(v->failed, 0, v->p->n * sizeof *v->failed);
	memset(v->note_of, 0, v->p->n * sizeof *v->note_of);
	v->n_notes = 0;
	v->steps = v->work = 0;
	v->stopped = v->unmodelled = false;
	v->effort = effort;
	if (left < effort.steps)
		v->effort.steps = left;
	*r->detail = 0;
	r->attempts++;
	bool whole = explore_run(v);
	r->steps += v->steps;
	return whole && !v->stopped && !v->unmodelled && !any_failed(v);
}

/* The result. */

/* Failed ones first, then by place. */
static int compare_findings(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;
	if (x->failed != y->failed)
		return x->failed ? -1 : 1;
	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	return x->obligation < y->obligation ? -1 : x->obligation > y->obligation;
}

static void take_findings(struct prover *v)
{
	struct safety_result *r = v->result;
	r->findings = checked(realloc(r->findings, (v->n_notes + 1) * sizeof *r->findings));
	r->n_findings = r->n_failed = 0;
	for (size_t i = 0; i < v->n_notes; i++) {
		const struct finding *f = &v->notes[i].finding;
		if (!f->failed && !v->opt->explain)
			continue;
		r->findings[r->n_findings++] = *f;
		r->n_failed += f->failed;
	}
	qsort(r->findings, r->n_findings, sizeof *r->findings, compare_findings);
}

static void set_unknown(struct prover *v)
{
	struct safety_result *r = v->result;
	r->verdict = VERDICT_UNKNOWN;
	if (v->stopped && v->stop_reason != REASON_EFFORT)
		r->reason = v->stop_reason;
	else if (any_failed(v))
		r->reason = REASON_UNSHOWN;
	else if (!v->unmodelled) /* which left its own reason */
		r->reason = v->stopped ? v->stop_reason : REASON_UNSHOWN;
	if (r->reason != REASON_UNSHOWN || !r->n_failed)
		return;
	const struct finding *f = &r->findings[0];
	snprintf(r->detail, sizeof r->detail, "instruction %u: %.150s", f->slot,
		 *f->text ? f->text : obligation_rows[f->obligation].text);
}

static bool must_end(const struct prover *v)
{
	bool late = v->stopped && v->stop_reason != REASON_EFFORT;
	bool spent = v->opt->max_steps && v->result->steps >= v->opt->max_steps;
	return late || spent || (v->opt->stop && *v->opt->stop) || is_late(v);
}

static bool set_proved(struct prover *v)
{
	v->result->verdict = VERDICT_PROVED;
	v->result->reason = REASON_NONE;
	*v->result->detail = 0;
	return true;
}

/* For failing inputs. A tape has nothing of that. */
static bool is_searching(const struct prover *v)
{
	return !v->opt->no_search && !(v->opt->tape && v->opt->tape->replays);
}

/* True: decided. */
static bool prove(struct prover *v)
{
	for (size_t i = 0; i < N_EFFORTS; i++) {
		if (attempt(v, efforts[i]))
			return set_proved(v);
		if (must_end(v))
			break;
		if (i == 0 && is_searching(v) && search_probe(v, PROBES))
			return true;
		if (v->unmodelled && !any_failed(v))
			break; /* more effort makes no model */
	}
	return false;
}

/* The same with what a solver shows of single accesses. Paths that ended there go on, to other accesses. */
static bool prove_by_solver(struct prover *v)
{
	for (unsigned round = 0; round < SOLVER_ROUNDS && !must_end(v) && bounds_show(v); round++)
		for (size_t i = 0; i < N_EFFORTS && !must_end(v); i++)
			if (attempt(v, efforts[i]))
				return set_proved(v);
	return false;
}

static void check(const struct program *p, const struct safety_options *o, struct safety_result *r)
{
	struct prover v;
	*r = (struct safety_result){.verdict = VERDICT_UNKNOWN, .reason = REASON_UNSHOWN};
	if (p->type == PROGTYPE_UNSPEC || liveness_has_unknown_arguments(p)) {
		r->reason = REASON_PROGTYPE;
		snprintf(r->detail, sizeof r->detail, "%s", p->section);
		return;
	}
	prover_init(&v, p, o, r);
	bool decided = prove(&v) || (!must_end(&v) && is_searching(&v) && search_solve(&v)) ||
		       (!o->no_search && !must_end(&v) && prove_by_solver(&v));
	take_findings(&v);
	if (!decided)
		set_unknown(&v);
	prover_release(&v);
}

void safety_check(const struct program *p, const struct safety_options *o, struct safety_result *r)
{
	struct program *settled = program_settle(p);
	check(settled ? settled : p, o, r);
	program_free_settled(settled);
}

void safety_release(struct safety_result *r)
{
	free(r->findings);
	input_free(r->witness);
	exec_release(&r->outcome);
	*r = (struct safety_result){0};
}
