/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loop forest, block order and dominators of a control-flow graph.
 *
 * Loops: P. Havlak, "Nesting of reducible and irreducible loops", TOPLAS 1997:
 * headers from the last to the first in depth-first order collect what reaches
 * their back edges; what is collected collapses into the header. Dominators:
 * Cooper, Harvey, Kennedy, "A simple, fast dominance algorithm", 2001.
 */
#include "loop.h"

#include <stdlib.h>

void *loop_alloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);
	if (!p) {
		fprintf(stderr, "%s:%d: out of memory\n", __FILE__, __LINE__);
		abort();
	}
	return p;
}

/* An edge into a loop elsewhere than at its header, seen as one into the header. */
struct entry {
	int from, next;
};

struct forest {
	struct cfg *c;
	int *pre;           /* blocks in depth-first order; n_pre of them */
	int *number, *last; /* per block: place in pre; greatest place of a descendant */
	int *collapsed;     /* per block: union-find link to the header that swallowed it */
	int *parent;        /* per block: header of the innermost loop of which it isn't the header, or -1 */
	int *body, *mark;   /* the loop being collected; per block: the last header that collected it */
	size_t n_pre, n_body;
	struct entry *entries;
	int *first_entry; /* per block, into entries, -1 none */
	size_t n_entries, room;
};

static void visit(struct forest *f, int b)
{
	f->number[b] = (int)f->n_pre;
	f->pre[f->n_pre++] = b;
}

static void walk_depth_first(struct forest *f)
{
	struct block *blocks = f->c->blocks;
	int *stack = loop_alloc(f->c->n, sizeof *stack);
	uint8_t *next = loop_alloc(f->c->n, sizeof *next);
	size_t n = 1;
	visit(f, 0);
	while (n) {
		int b = stack[n - 1];
		if (next[b] == 2) {
			f->last[b] = (int)f->n_pre - 1;
			n--;
			continue;
		}
		int to = blocks[b].succ[next[b]++];
		if (to < 0 || f->number[to] >= 0)
			continue;
		visit(f, to);
		stack[n++] = to;
	}
	free(next);
	free(stack);
}

static bool is_ancestor(const struct forest *f, int a, int b)
{
	return f->number[a] <= f->number[b] && f->number[b] <= f->last[a];
}

static int find(struct forest *f, int b)
{
	while (f->collapsed[b] != b)
		b = f->collapsed[b] = f->collapsed[f->collapsed[b]];
	return b;
}

static void collect(struct forest *f, int header, int b)
{
	b = find(f, b);
	if (b == header || f->mark[b] == header)
		return;
	f->mark[b] = header;
	f->body[f->n_body++] = b;
}

static void add_entry(struct forest *f, int header, int from)
{
	if (f->n_entries == f->room) {
		f->room = f->room ? 2 * f->room : 16;
		f->entries = reallocarray(f->entries, f->room, sizeof *f->entries);
		if (!f->entries)
			abort();
	}
	f->entries[f->n_entries] = (struct entry){from, f->first_entry[header]};
	f->first_entry[header] = (int)f->n_entries++;
	f->c->irreducible = true;
}

/* `from` leads into block of the loop that is being collected. */
static void collect_from(struct forest *f, int header, int from)
{
	int b = find(f, from);
	if (is_ancestor(f, header, b))
		collect(f, header, b);
	else
		add_entry(f, header, b);
}

static void collect_loop(struct forest *f, int header)
{
	const struct block *blocks = f->c->blocks, *h = &blocks[header];
	bool is_header = false;
	f->n_body = 0;
	for (int i = 0; i < h->n_pred; i++) {
		if (!is_ancestor(f, header, h->pred[i]))
			continue;
		is_header = true;
		collect(f, header, h->pred[i]);
	}
	for (size_t i = 0; i < f->n_body; i++) {
		int b = f->body[i];
		for (int k = 0; k < blocks[b].n_pred; k++)
			if (!is_ancestor(f, b, blocks[b].pred[k]))
				collect_from(f, header, blocks[b].pred[k]);
		for (int e = f->first_entry[b]; e >= 0; e = f->entries[e].next)
			collect_from(f, header, f->entries[e].from);
	}
	for (size_t i = 0; i < f->n_body; i++)
		f->collapsed[f->body[i]] = f->parent[f->body[i]] = header;
	f->c->blocks[header].size = is_header;
}

/* Loop fields from the parents; enclosing headers come first in depth-first order. */
static void set_loops(struct forest *f)
{
	struct block *blocks = f->c->blocks;
	for (size_t i = 0; i < f->n_pre; i++) {
		int b = f->pre[i], parent = f->parent[b];
		bool is_header = blocks[b].size != 0;
		blocks[b].loop = is_header ? b : parent;
		blocks[b].outer = is_header ? parent : -1;
		blocks[b].depth = (parent >= 0 ? blocks[parent].depth : 0) + is_header;
	}
	for (size_t i = f->n_pre; i-- > 0;)
		if (f->parent[f->pre[i]] >= 0)
			blocks[f->parent[f->pre[i]]].size += blocks[f->pre[i]].size ? blocks[f->pre[i]].size : 1;
}

/* The innermost loop around `loop` (or itself) that is at most `depth` deep. */
static int climb(const struct block *blocks, int loop, int depth)
{
	while (loop >= 0 && blocks[loop].depth > depth)
		loop = blocks[loop].outer;
	return loop;
}

/* What an edge to b enters: the header of the outermost loop that holds b but
 * not `from`, or b. -1 for a back edge. */
static int entered(const struct forest *f, int from, int b)
{
	const struct block *blocks = f->c->blocks;
	int unit = b, around = blocks[from].loop;
	if (climb(blocks, around, blocks[b].depth) == b)
		return -1;
	for (int outer = f->parent[b]; outer >= 0; outer = f->parent[outer]) {
		around = climb(blocks, around, blocks[outer].depth);
		if (around == outer)
			break;
		unit = outer;
	}
	return unit;
}

/* Blocks that can be placed, a stack per loop; index n for the blocks in no loop. */
struct ready {
	int *top, *below;
	int *waiting; /* per block: edges from blocks without a place */
};

static void push_ready(const struct forest *f, struct ready *r, int b)
{
	int list = f->parent[b] >= 0 ? f->parent[b] : (int)f->c->n;
	r->below[b] = r->top[list];
	r->top[list] = b;
}

static void count_waiting(const struct forest *f, struct ready *r)
{
	for (size_t i = 0; i < f->n_pre; i++) {
		const struct block *b = &f->c->blocks[f->pre[i]];
		for (int k = 0; k < 2; k++) {
			int unit = b->succ[k] >= 0 ? entered(f, f->pre[i], b->succ[k]) : -1;
			if (unit >= 0)
				r->waiting[unit]++;
		}
	}
}

static void place_block(const struct forest *f, struct ready *r, int b)
{
	struct cfg *c = f->c;
	c->blocks[b].place = (int)c->n_order;
	c->order[c->n_order++] = b;
	for (int k = 0; k < 2; k++) {
		int unit = c->blocks[b].succ[k] >= 0 ? entered(f, b, c->blocks[b].succ[k]) : -1;
		if (unit >= 0 && --r->waiting[unit] == 0)
			push_ready(f, r, unit);
	}
}

/* A topological order that finishes a loop before it leaves it. */
static void place_blocks(const struct forest *f)
{
	struct cfg *c = f->c;
	struct ready r = {loop_alloc(c->n + 1, sizeof(int)), loop_alloc(c->n, sizeof(int)),
			  loop_alloc(c->n, sizeof(int))};
	int current = (int)c->n;
	for (size_t i = 0; i <= c->n; i++)
		r.top[i] = -1;
	count_waiting(f, &r);
	push_ready(f, &r, 0);
	while (c->n_order < f->n_pre) {
		int b = r.top[current];
		if (b < 0) {
			int outer = c->blocks[current].outer;
			current = outer >= 0 ? outer : (int)c->n;
			continue;
		}
		r.top[current] = r.below[b];
		place_block(f, &r, b);
		if (c->blocks[b].size)
			current = b;
	}
	free(r.top);
	free(r.below);
	free(r.waiting);
}

static int intersect(const struct block *blocks, int a, int b)
{
	while (a != b) {
		if (blocks[a].place < blocks[b].place)
			b = blocks[b].idom;
		else
			a = blocks[a].idom;
	}
	return a;
}

static bool update_dominator(struct block *blocks, int b)
{
	int idom = -1;
	for (int i = 0; i < blocks[b].n_pred; i++) {
		int p = blocks[b].pred[i];
		if (p == 0 || blocks[p].idom >= 0)
			idom = idom < 0 ? p : intersect(blocks, p, idom);
	}
	bool changed = idom != blocks[b].idom;
	blocks[b].idom = idom;
	return changed;
}

static void find_dominators(struct cfg *c)
{
	bool changed = true;
	while (changed) {
		changed = false;
		for (size_t i = 1; i < c->n_order; i++)
			changed |= update_dominator(c->blocks, c->order[i]);
	}
}

static int *filled(size_t n, int value)
{
	int *a = loop_alloc(n, sizeof *a);
	for (size_t i = 0; i < n; i++)
		a[i] = value;
	return a;
}

static void forest_release(struct forest *f)
{
	int *const arrays[] = {f->pre, f->number, f->last, f->collapsed, f->parent, f->body, f->mark, f->first_entry};
	for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
		free(arrays[i]);
	free(f->entries);
}

void loop_find(struct cfg *c)
{
	size_t n = c->n;
	struct forest f = {.c = c,
			   .pre = filled(n, -1),
			   .number = filled(n, -1),
			   .last = filled(n, -1),
			   .collapsed = filled(n, -1),
			   .parent = filled(n, -1),
			   .body = filled(n, -1),
			   .mark = filled(n, -1),
			   .first_entry = filled(n, -1)};
	c->order = filled(n, -1);
	for (size_t i = 0; i < n; i++) {
		struct block *b = &c->blocks[i];
		b->place = b->idom = b->loop = b->outer = -1;
		f.collapsed[i] = (int)i;
	}
	walk_depth_first(&f);
	for (size_t i = f.n_pre; i-- > 0;)
		collect_loop(&f, f.pre[i]);
	set_loops(&f);
	place_blocks(&f);
	find_dominators(c);
	forest_release(&f);
}
