/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must hold: the terms say "fault" exactly where the concrete machine's
 * run faults, and at the same instruction; they say "unknown" wherever it is
 * not modelled there; everywhere else the evaluated outcome is the concrete one,
 * down to keys that the run did not touch and to events that are no output.
 */
#include "tests/agreement.h"

#include "checker/exec/symbolic.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define UNROLL 40
#define TERM_LIMIT 400000

static void *checked(void *p)
{
	if (!p)
		abort();
	return p;
}

void agreement_open(struct agreement *a, const struct program *p)
{
	size_t n = p->object->n_maps;
	const struct map **maps = checked(calloc(n + 1, sizeof *maps));
	*a = (struct agreement){.program = p, .pool = term_new_pool()};
	a->numbers = checked(calloc(n + 1, sizeof *a->numbers));
	for (size_t i = 0; i < n; i++) {
		maps[i] = &p->object->maps[i];
		a->numbers[i] = (uint32_t)i;
	}
	a->world = world_new(a->pool, p->type, maps, n);
	a->world->term_limit = TERM_LIMIT;
	free(maps);
	a->run = run_new(a->world, p, a->numbers);
	a->run->unroll = UNROLL;
	run_execute(a->run);
}

void agreement_close(struct agreement *a)
{
	run_free(a->run);
	world_free(a->world);
	term_free_pool(a->pool);
	free(a->numbers);
}

/* One comparison at work. */
struct trial {
	struct agreement *a;
	const struct input *in;
	const struct exec_outcome *x;
	struct term_eval *eval;
	char *what;
	size_t len;
};

static uint64_t leaf_value(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	(void)width;
	return input_get(arg, (enum input_fn)fn, args, n);
}

static uint64_t value(const struct trial *t, term x)
{
	return term_eval(t->eval, x);
}

__attribute__((format(printf, 2, 3))) static enum agreement_answer say(const struct trial *t, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(t->what, t->len, fmt, ap);
	va_end(ap);
	return AGREEMENT_DIFFERS;
}

static const struct fault_record *first_fault(const struct trial *t)
{
	const struct run *r = t->a->run;
	for (size_t i = 0; i < r->n_faults; i++)
		if (value(t, r->faults[i].guard))
			return &r->faults[i];
	return NULL;
}

static const struct unknown_record *first_unknown(const struct trial *t)
{
	const struct run *r = t->a->run;
	for (size_t i = 0; i < r->n_unknowns; i++)
		if (value(t, r->unknowns[i].guard))
			return &r->unknowns[i];
	return NULL;
}

/* Terms don't tell NULL from other numbers. */
static enum fault fault_class(enum fault f)
{
	return f == FAULT_NOT_POINTER ? FAULT_NULL : f;
}

static bool has_fault(const struct trial *t, enum fault kind, uint32_t slot)
{
	const struct run *r = t->a->run;
	for (size_t i = 0; i < r->n_faults; i++)
		if (fault_class(r->faults[i].kind) == fault_class(kind) && r->faults[i].slot == slot &&
		    value(t, r->faults[i].guard))
			return true;
	return false;
}

static const char *end_text(const struct exec_outcome *x)
{
	return x->end == EXEC_EXIT ? "the run exits" : x->end == EXEC_TAIL_CALL ? "the run makes a tail call" : x->what;
}

static enum agreement_answer check_fault(const struct trial *t, const struct fault_record *f)
{
	const struct exec_outcome *x = t->x;
	bool faults = x->end == EXEC_FAULT && x->fault != FAULT_DEAD_VALUE;
	if (!faults)
		return say(t, "terms: slot %u: %s; %s", f->slot, fault_texts[f->kind], end_text(x));
	if (f->slot != x->slot)
		return say(t, "terms: slot %u: %s; run: slot %u: %s", f->slot, fault_texts[f->kind], x->slot, x->what);
	/* of several faults of one call each machine takes another for the first */
	bool call = t->a->program->insns[f->slot].op == ISA_CALL;
	if (!call && !has_fault(t, x->fault, x->slot))
		return say(t, "slot %u, terms: %s; run: %s", f->slot, fault_texts[f->kind], x->what);
	return AGREEMENT_SAME;
}

static enum agreement_answer less_known(const struct trial *t, const struct unknown_record *u)
{
	snprintf(t->what, t->len, "%s%s%s", reason_texts[u->reason], *u->what ? ": " : "", u->what);
	return AGREEMENT_LESS;
}

static const char *event_name(uint32_t kind)
{
	return kind < EVENT_ATOMIC ? helper_find(kind)->name : isa_rows[kind - EVENT_ATOMIC].name;
}

static enum agreement_answer check_event(const struct trial *t, const struct exec_event *y, const struct exec_event *x)
{
	if (y->kind != x->kind || y->visible != x->visible || y->n_args != x->n_args)
		return say(t, "event %s at slot %u: of another kind, run: slot %u", event_name(y->kind), y->slot,
			   x->slot);
	for (size_t i = 0; i < y->n_args; i++)
		if (y->args[i] != x->args[i])
			return say(t, "event %s at slot %u, argument %zu: 0x%llx, run: 0x%llx", event_name(y->kind),
				   y->slot, i, (unsigned long long)y->args[i], (unsigned long long)x->args[i]);
	if (y->n_bytes != x->n_bytes || (x->n_bytes && memcmp(y->bytes, x->bytes, x->n_bytes)))
		return say(t, "event %s at slot %u: bytes differ", event_name(y->kind), y->slot);
	return AGREEMENT_SAME;
}

/* All of them, also those that are no output. */
static enum agreement_answer check_events(const struct trial *t, const struct exec_outcome *y)
{
	const struct exec_outcome *x = t->x;
	for (size_t i = 0; i < x->n_events && i < y->n_events; i++)
		if (check_event(t, &y->events[i], &x->events[i]) != AGREEMENT_SAME)
			return AGREEMENT_DIFFERS;
	if (y->n_events > x->n_events)
		return say(t, "event at slot %u does not happen in the run", y->events[x->n_events].slot);
	if (y->n_events < x->n_events)
		return say(t, "the run has an event at slot %u that the terms don't have", x->events[y->n_events].slot);
	return AGREEMENT_SAME;
}

static enum agreement_answer check_bounds(const struct trial *t)
{
	const term *n = t->a->run->final->counters;
	int64_t data = (int64_t)value(t, n[COUNT_DATA]), end = (int64_t)value(t, n[COUNT_DATA_END]);
	if (progtype_rows[t->a->program->type].packet != PACKET_NONE && (data != t->x->data || end != t->x->data_end))
		return say(t, "packet bounds: [%lld, %lld), run: [%lld, %lld)", (long long)data, (long long)end,
			   (long long)t->x->data, (long long)t->x->data_end);
	return AGREEMENT_SAME;
}

static enum agreement_answer check_outcome(const struct trial *t)
{
	struct exec_outcome y;
	const struct state *s = t->a->run->final;
	if (!s || !value(t, s->guard))
		return say(t, "the run ends at slot %u, the terms don't", t->x->slot);
	if (check_bounds(t) != AGREEMENT_SAME)
		return AGREEMENT_DIFFERS;
	symbolic_read(t->a->run, t->in, &y);
	bool differs = exec_differ(t->a->program, &y, t->x, t->what, t->len);
	enum agreement_answer answer = differs ? AGREEMENT_DIFFERS : check_events(t, &y);
	exec_release(&y);
	return answer;
}

static enum agreement_answer check(const struct trial *t)
{
	const struct exec_outcome *x = t->x;
	if (run_end(t->a->run))
		return less_known(t, &(struct unknown_record){.reason = run_end(t->a->run)});
	const struct fault_record *f = first_fault(t);
	const struct unknown_record *u = first_unknown(t);
	bool modelled = x->end != EXEC_UNMODELLED && !(x->end == EXEC_FAULT && x->fault == FAULT_DEAD_VALUE);
	if (f)
		return check_fault(t, f);
	if (!modelled)
		return u ? AGREEMENT_SAME
			 : say(t, "the terms know what the run at slot %u does not: %s", x->slot, x->what);
	if (u)
		return less_known(t, u);
	if (x->end == EXEC_FAULT)
		return say(t, "terms: no fault; run: slot %u: %s", x->slot, x->what);
	return check_outcome(t);
}

enum agreement_answer agreement_check(struct agreement *a, const struct input *in, const struct exec_outcome *x,
				      char *what, size_t len)
{
	struct trial t = {.a = a, .in = in, .x = x, .what = what, .len = len};
	what[0] = '\0';
	t.eval = term_new_eval(a->pool, leaf_value, (void *)(uintptr_t)in);
	enum agreement_answer answer = check(&t);
	term_free_eval(t.eval);
	return answer;
}
