/* SPDX-License-Identifier: BSD-2-Clause */
/* Places and nodes: a hash table of what was visited. */
#include "visit.h"

#include <stdlib.h>

#define KEPT_OPEN 64 /* states of one place on one path: only the last is compared with */

void visits_init(struct visits *t)
{
	*t = (struct visits){.cap = 64};
	t->table = checked(calloc(t->cap, sizeof *t->table));
}

static void drop_state(struct node *n)
{
	if (!n->state)
		return;
	state_release(n->state);
	free(n->state);
	n->state = NULL;
}

void visits_release(struct visits *t)
{
	for (struct node *n = t->all, *next; n; n = next) {
		next = n->all;
		drop_state(n);
		free(n->measures);
		free(n);
	}
	for (size_t i = 0; i < t->cap; i++)
		if (t->table[i]) {
			free(t->table[i]->open.at);
			free(t->table[i]->closed.at);
			free(t->table[i]);
		}
	free(t->table);
	*t = (struct visits){0};
}

static struct place **slot_of(struct place **table, size_t cap, uint64_t key)
{
	size_t i = (key * 0x9e3779b97f4a7c15ull) >> 20 & (cap - 1);
	while (table[i] && table[i]->key != key)
		i = (i + 1) & (cap - 1);
	return &table[i];
}

static void grow(struct visits *t)
{
	size_t cap = t->cap * 2;
	struct place **table = checked(calloc(cap, sizeof *table));
	for (size_t i = 0; i < t->cap; i++)
		if (t->table[i])
			*slot_of(table, cap, t->table[i]->key) = t->table[i];
	free(t->table);
	t->table = table;
	t->cap = cap;
}

struct place *visits_place(struct visits *t, uint64_t key)
{
	struct place **at = slot_of(t->table, t->cap, key);
	if (*at)
		return *at;
	if (t->n * 2 >= t->cap) {
		grow(t);
		at = slot_of(t->table, t->cap, key);
	}
	*at = checked(calloc(1, sizeof **at));
	(*at)->key = key;
	t->n++;
	return *at;
}

static void append(struct nodes *l, struct node *n)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 4;
		l->at = checked(realloc(l->at, l->cap * sizeof *l->at));
	}
	l->at[l->n++] = n;
}

struct node *visits_add(struct visits *t, struct place *p, struct node *parent, const struct astate *s)
{
	struct node *n = checked(calloc(1, sizeof *n));
	n->parent = parent;
	n->place = p;
	n->open = 1;
	n->all = t->all;
	t->all = n;
	t->states++;
	/* the frames in use are the last thing that is read of a state */
	n->state = checked(malloc(offsetof(struct astate, frames) + s->depth * sizeof s->frames[0]));
	state_clone(n->state, s);
	append(&p->open, n);
	if (p->open.n > KEPT_OPEN && !p->open.at[p->open.n - KEPT_OPEN - 1]->serial)
		drop_state(p->open.at[p->open.n - KEPT_OPEN - 1]);
	return n;
}

struct node *visits_latest(const struct place *p)
{
	return p->open.n ? p->open.at[p->open.n - 1] : NULL;
}

/* What lies behind a node closes before it, so it is the last open one of its place. */
static void close_node(struct node *n)
{
	struct place *p = n->place;
	if (visits_latest(p) != n)
		abort();
	p->open.n--;
	if (n->state)
		append(&p->closed, n);
}

void visits_close(struct node *n)
{
	while (n && --n->open == 0) {
		close_node(n);
		n = n->parent;
	}
}

void visits_trim(struct place *p)
{
	size_t kept = 0;
	for (size_t i = 0; i < p->closed.n; i++) {
		struct node *n = p->closed.at[i];
		if (n->misses <= n->hits * 4 + 12)
			p->closed.at[kept++] = n;
		else
			drop_state(n);
	}
	p->closed.n = kept;
}
