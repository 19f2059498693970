/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two watched literals (M. Moskewicz et al., "Chaff", 2001) with two levels: what
 * the clauses imply, which stays, and what the negation of a lemma adds, which is
 * taken back. A clause is [size, next in its bucket, literals ...] in one array,
 * its watched literals first; a deleted one has a negative size, and lists drop
 * it when they meet it.
 */
#include "rup_inside.h"

#include <stdlib.h>
#include <string.h>

#include "fault.h"

static int8_t value_of(const struct rup *r, int literal)
{
	return r->value[index_of(literal)];
}

struct rup *rup_new(int variables)
{
	struct rup *r = fault_calloc(1, sizeof *r);
	size_t n = 2 * (size_t)variables + 2;
	r->variables = (uint32_t)variables;
	r->watches = fault_calloc(n, sizeof *r->watches);
	r->value = fault_calloc(n, sizeof *r->value);
	r->stamp = fault_calloc(n, sizeof *r->stamp);
	r->trail = fault_calloc((size_t)variables + 1, sizeof *r->trail);
	r->n_buckets = 1024;
	r->buckets = fault_calloc(r->n_buckets, sizeof *r->buckets);
	return r;
}

void rup_free(struct rup *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < 2 * (size_t)r->variables + 2; i++)
		free(r->watches[i].at);
	free(r->arena);
	free(r->watches);
	free(r->value);
	free(r->stamp);
	free(r->trail);
	free(r->buckets);
	free(r->clean);
	rup_core_free(r->core);
	free(r);
}

static void assign(struct rup *r, int literal, uint32_t reason)
{
	if (r->core)
		rup_core_assign(r->core, literal, r->n_trail, reason);
	r->value[index_of(literal)] = 1;
	r->value[index_of(-literal)] = -1;
	r->trail[r->n_trail++] = literal;
}

static void take_back(struct rup *r, size_t n)
{
	while (r->n_trail > n) {
		int literal = r->trail[--r->n_trail];
		r->value[index_of(literal)] = r->value[index_of(-literal)] = 0;
	}
	r->head = n;
}

static void watch(struct rup *r, int literal, uint32_t clause)
{
	struct list *w = &r->watches[index_of(literal)];
	if (w->n == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 4;
		w->at = fault_realloc(w->at, w->cap, sizeof *w->at);
	}
	w->at[w->n++] = clause;
}

/* Puts a literal that may still be true into the place of the one that became false; false: there is none. */
static bool move_watch(struct rup *r, uint32_t clause)
{
	int32_t size = r->arena[clause + SIZE], *l = &r->arena[clause + HEADER];
	for (int32_t k = 2; k < size; k++)
		if (value_of(r, l[k]) >= 0) {
			int32_t other = l[1];
			l[1] = l[k];
			l[k] = other;
			watch(r, l[1], clause);
			return true;
		}
	return false;
}

/* Looks at the clauses of a literal that became false. False: one of them can't hold any more. */
static bool visit(struct rup *r, int falsified)
{
	struct list *w = &r->watches[index_of(falsified)];
	uint32_t kept = 0;
	bool good = true;
	for (uint32_t i = 0; i < w->n; i++) {
		uint32_t clause = w->at[i];
		int32_t *l = &r->arena[clause + HEADER];
		if (r->arena[clause + SIZE] < 0)
			continue;
		if (!good) {
			w->at[kept++] = clause;
			continue;
		}
		if (l[0] == falsified) {
			l[0] = l[1];
			l[1] = falsified;
		}
		if (value_of(r, l[0]) <= 0 && move_watch(r, clause))
			continue;
		w->at[kept++] = clause;
		good = value_of(r, l[0]) >= 0;
		if (!good)
			r->conflict = clause;
		if (value_of(r, l[0]) == 0)
			assign(r, l[0], clause);
	}
	w->n = kept;
	return good;
}

static bool propagate(struct rup *r)
{
	while (r->head < r->n_trail)
		if (!visit(r, -r->trail[r->head++]))
			return false;
	return true;
}

/* The clause without repetitions, marked, in r->clean. */
static size_t clean(struct rup *r, const int *literals, size_t n)
{
	size_t kept = 0;
	r->now++;
	if (n > r->cap_clean) {
		r->cap_clean = 2 * n;
		r->clean = fault_realloc(r->clean, r->cap_clean, sizeof *r->clean);
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t *stamp = &r->stamp[index_of(literals[i])];
		if (*stamp != r->now)
			r->clean[kept++] = literals[i];
		*stamp = r->now;
	}
	return kept;
}

static uint64_t hash(const int *literals, size_t n)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t h = index_of(literals[i]) * 0x9e3779b97f4a7c15ull;
		sum += h ^ h >> 29;
	}
	return sum ^ sum >> 32;
}

static void put_in_bucket(struct rup *r, uint32_t clause)
{
	size_t size = (size_t)r->arena[clause + SIZE];
	uint32_t *bucket = &r->buckets[hash(&r->arena[clause + HEADER], size) & (r->n_buckets - 1)];
	r->arena[clause + NEXT] = (int32_t)*bucket;
	*bucket = clause;
}

static void grow_buckets(struct rup *r)
{
	size_t n = r->n_buckets;
	uint32_t *old = r->buckets;
	r->n_buckets = 4 * n;
	r->buckets = fault_calloc(r->n_buckets, sizeof *r->buckets);
	for (size_t i = 0; i < n; i++)
		for (uint32_t c = old[i], next; c; c = next) {
			next = (uint32_t)r->arena[c + NEXT];
			put_in_bucket(r, c);
		}
	free(old);
}

static uint32_t store(struct rup *r, const int *literals, size_t n)
{
	if (!r->n)
		r->n = 1; /* no clause is 0 */
	if (r->n + n + HEADER > r->cap) {
		r->cap = 2 * (r->n + n + HEADER) + 1024;
		r->arena = fault_realloc(r->arena, r->cap, sizeof *r->arena);
	}
	if (r->n + n + HEADER > INT32_MAX)
		FAULT_STOP("a proof of more than %d literals", INT32_MAX);
	uint32_t clause = (uint32_t)r->n;
	r->arena[clause + SIZE] = (int32_t)n;
	memcpy(&r->arena[clause + HEADER], literals, n * sizeof *literals);
	r->n += n + HEADER;
	if (++r->n_clauses > r->n_buckets)
		grow_buckets(r);
	put_in_bucket(r, clause);
	return clause;
}

/* Literals that may still be true come first; a true one means that the clause will always hold. */
static size_t order(const struct rup *r, int32_t *l, size_t n, bool *holds)
{
	size_t open = 0;
	*holds = false;
	for (size_t i = 0; i < n; i++) {
		int8_t v = value_of(r, l[i]);
		*holds |= v > 0;
		if (v < 0)
			continue;
		int32_t other = l[open];
		l[open++] = l[i];
		l[i] = other;
	}
	return open;
}

/* A clause that holds, while nothing but what is implied is assigned. */
static uint32_t add(struct rup *r, const int *literals, size_t n)
{
	bool holds;
	uint32_t clause = store(r, literals, n);
	int32_t *l = &r->arena[clause + HEADER];
	size_t open = order(r, l, n, &holds);
	if (holds || r->refuted)
		return clause;
	if (open == 0) {
		r->refuted = true;
		r->conflict = clause;
	} else if (open == 1) {
		assign(r, l[0], clause);
		r->refuted = !propagate(r);
	} else {
		watch(r, l[0], clause);
		watch(r, l[1], clause);
	}
	return clause;
}

void rup_add_premise(struct rup *r, const int *literals, size_t n)
{
	n = clean(r, literals, n);
	add(r, r->clean, n);
}

static bool follows(struct rup *r, size_t n)
{
	size_t before = r->n_trail;
	bool found = r->refuted;
	int holds = 0;
	for (size_t i = 0; i < n && !found; i++) {
		int literal = r->clean[i];
		found = value_of(r, literal) > 0;
		holds = found ? literal : 0;
		if (value_of(r, literal) == 0)
			assign(r, -literal, 0);
	}
	found = found || !propagate(r);
	if (found && r->core)
		rup_core_follow(r, before, holds ? 0 : r->conflict, holds);
	take_back(r, before);
	return found;
}

bool rup_add_lemma(struct rup *r, const int *literals, size_t n)
{
	n = clean(r, literals, n);
	if (!follows(r, n))
		return false;
	uint32_t clause = add(r, r->clean, n);
	if (r->core)
		rup_core_add(r->core, clause);
	return true;
}

static bool is_marked(const struct rup *r, uint32_t clause, size_t n)
{
	if (r->arena[clause + SIZE] != (int32_t)n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (r->stamp[index_of(r->arena[clause + HEADER + i])] != r->now)
			return false;
	return true;
}

bool rup_delete(struct rup *r, const int *literals, size_t n)
{
	n = clean(r, literals, n);
	uint32_t *bucket = &r->buckets[hash(r->clean, n) & (r->n_buckets - 1)], last = 0, clause = *bucket;
	while (clause && !is_marked(r, clause, n)) {
		last = clause;
		clause = (uint32_t)r->arena[clause + NEXT];
	}
	if (!clause)
		return false;
	if (last)
		r->arena[last + NEXT] = r->arena[clause + NEXT];
	else
		*bucket = (uint32_t)r->arena[clause + NEXT];
	r->arena[clause + SIZE] = -1;
	r->n_clauses--;
	return true;
}
