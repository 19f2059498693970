/* SPDX-License-Identifier: BSD-2-Clause */
#include "tape.h"

#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "model.h"

void tape_release(struct tape *t)
{
	for (size_t i = 0; i < t->n; i++) {
		free(t->at[i].name);
		free(t->at[i].values);
	}
	free(t->at);
	free(t->runs);
	*t = (struct tape){0};
}

void tape_replay(struct tape *t, tape_refuted refuted, void *arg)
{
	t->replays = true;
	t->next = t->next_run = 0;
	t->in_run = 0;
	t->strayed = t->is_false = false;
	t->refuted = refuted;
	t->arg = arg;
}

bool tape_is_used_up(const struct tape *t)
{
	return t->next == t->n;
}

void tape_push(struct tape *t, const struct tape_entry *e)
{
	if (!(t->n & (t->n - 1)))
		t->at = fault_realloc(t->at, 2 * t->n + 1, sizeof *t->at);
	t->at[t->n] = *e;
	t->at[t->n].name = strdup(e->name);
	if (!t->at[t->n].name)
		fault_stop_without_memory();
	t->n++;
}

void tape_push_run(struct tape *t, uint32_t length)
{
	if (!(t->n_runs & (t->n_runs - 1)))
		t->runs = fault_realloc(t->runs, 2 * t->n_runs + 1, sizeof *t->runs);
	t->runs[t->n_runs++] = length;
}

static struct digest digest_of(const struct query *q)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	if (!f)
		fault_stop_without_memory();
	term_print_smt2(q->pool, q->asserts, q->n_asserts, f);
	if (fclose(f))
		fault_stop_without_memory();
	struct digest d = digest_make(text, n);
	free(text);
	return d;
}

void tape_note(struct tape *t, const struct query *q, enum solver_answer a, enum solver_failure why,
	       const uint64_t *values)
{
	struct tape_entry e = {.name = (char *)(uintptr_t)q->name, .answer = a, .why = why, .digest = digest_of(q)};
	if (a == SOLVER_SAT) {
		e.n_values = q->n_leaves;
		e.values = fault_calloc(e.n_values, sizeof *e.values);
		memcpy(e.values, values, e.n_values * sizeof *e.values);
	}
	tape_push(t, &e);
}

void tape_note_late(struct tape *t, const char *name, uint32_t pairs)
{
	struct tape_entry e = {
	    .name = (char *)(uintptr_t)name, .answer = SOLVER_UNKNOWN, .why = SOLVER_TIMEOUT, .pairs = pairs};
	tape_push(t, &e);
}

/* The next entry, if it has that name. */
static const struct tape_entry *expect(const struct tape *t, const char *name)
{
	const struct tape_entry *e = t->next < t->n ? &t->at[t->next] : NULL;
	return e && !strcmp(e->name, name) ? e : NULL;
}

uint32_t tape_late(struct tape *t, const char *name)
{
	const struct tape_entry *e = t->replays ? expect(t, name) : NULL;
	if (!e || !e->pairs)
		return 0;
	t->next++;
	return e->pairs;
}

static bool take_model(struct tape *t, const struct tape_entry *e, const struct query *q, uint64_t *values)
{
	bool good = e->n_values == q->n_leaves && model_holds(q, e->values);
	if (good)
		memcpy(values, e->values, e->n_values * sizeof *values);
	t->is_false |= !good;
	return good;
}

/* What is not on the tape has no answer: that proves nothing, and refutes nothing. */
enum solver_answer tape_answer(struct tape *t, const struct query *q, uint64_t *values, enum solver_failure *why)
{
	const struct tape_entry *e = expect(t, q->name);
	struct digest d = digest_of(q);
	*why = SOLVER_GAVE_UP;
	if (!e || e->pairs || !digest_equal(&d, &e->digest)) {
		t->strayed = true;
		return SOLVER_UNKNOWN;
	}
	size_t number = t->next++;
	bool good = e->answer == SOLVER_UNSAT ? t->refuted(t->arg, number, e, q)
					      : e->answer == SOLVER_UNKNOWN || take_model(t, e, q, values);
	*why = good ? e->why : SOLVER_GAVE_UP;
	return good ? e->answer : SOLVER_UNKNOWN;
}

/* The run that is written or read holds yes if its number is even. */
static bool replay_time(struct tape *t)
{
	while (t->next_run < t->n_runs && t->in_run == t->runs[t->next_run]) {
		t->next_run++;
		t->in_run = 0;
	}
	if (t->next_run == t->n_runs)
		return false;
	t->in_run++;
	return t->next_run % 2 == 0;
}

bool tape_time(struct tape *t, bool there_is)
{
	if (t->replays)
		return replay_time(t);
	while (!t->n_runs || (t->n_runs % 2 == 1) != there_is)
		tape_push_run(t, 0);
	t->runs[t->n_runs - 1]++;
	return there_is;
}
