/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Points: all heads of loops, and beside them blocks that seem to be the same
 * in both programs, some tens of instructions apart. Which ones are, says the
 * longest common subsequence of both outlines. A pair of points is kept only if
 * from it, as far as the graphs show, both programs get to the same next points.
 */
#include "checker/cut/align.h"
#include "checker/cut/outline.h"
#include "checker/cut/rounds.h"
#include "encode/solver/fault.h"

#include <stdlib.h>
#include <string.h>

#define CELLS_MOST (1u << 25) /* of the table of common subsequences */
#define ALIKE 100             /* of 256: marks that two blocks must have in common */
#define NEAR 24               /* instructions between points where ways meet */
#define FAR 60                /* elsewhere */
#define HEADS_MOST 3          /* loops of a program that is run to count rounds */

struct match {
	uint32_t a, b; /* positions in the outlines */
	bool chosen;
};

struct alignment {
	struct outline side[2];
	struct match *matches; /* in the order of both outlines */
	size_t n;
	int32_t *match_of[2]; /* by position: the chosen match, or -1 */
};

/* 0: they can't be the same. */
static unsigned score(const struct outline_block *a, const struct outline_block *b)
{
	unsigned alike = outline_compare(a, b);
	if (alike < ALIKE || a->head != b->head || a->depth != b->depth)
		return 0;
	return 1 + alike * (4 + a->n_marks) / 256 + ((a->entries > 1) == (b->entries > 1));
}

static bool find_matches(struct alignment *m)
{
	size_t n = m->side[0].n, w = m->side[1].n + 1;
	if ((n + 1) * w > CELLS_MOST)
		return false;
	uint32_t *best = fault_calloc((n + 1) * w, sizeof *best); /* of what follows both positions */
	for (size_t i = n; i-- > 0;)
		for (size_t k = w - 1; k-- > 0;) {
			uint32_t skip = best[(i + 1) * w + k], other = best[i * w + k + 1];
			unsigned s = score(&m->side[0].at[i], &m->side[1].at[k]);
			uint32_t both = s ? s + best[(i + 1) * w + k + 1] : 0;
			skip = other > skip ? other : skip;
			best[i * w + k] = both > skip ? both : skip;
		}
	m->matches = fault_calloc(n + 1, sizeof *m->matches);
	for (size_t i = 0, k = 0; i < n && k < w - 1;) {
		if (best[i * w + k] == best[(i + 1) * w + k])
			i++;
		else if (best[i * w + k] == best[i * w + k + 1])
			k++;
		else
			m->matches[m->n++] = (struct match){(uint32_t)i++, (uint32_t)k++, false};
	}
	free(best);
	return true;
}

/* All heads that match, and others where the last point is far enough. */
static void choose(struct alignment *m)
{
	const struct outline_block *blocks = m->side[0].at;
	uint32_t since = 0, position = 0;
	for (size_t i = 0; i < m->n; i++) {
		struct match *x = &m->matches[i];
		for (; position < x->a; position++)
			since += blocks[position].end - blocks[position].start;
		const struct outline_block *b = &blocks[x->a];
		x->chosen = x->a > 0 && (b->head || since >= (b->entries > 1 ? NEAR : FAR));
		if (x->chosen)
			since = 0;
	}
}

static void note_chosen(struct alignment *m)
{
	for (unsigned side = 0; side < 2; side++) {
		free(m->match_of[side]);
		m->match_of[side] = fault_calloc(m->side[side].n + 1, sizeof *m->match_of[side]);
		memset(m->match_of[side], -1, (m->side[side].n + 1) * sizeof *m->match_of[side]);
	}
	for (size_t i = 0; i < m->n; i++)
		if (m->matches[i].chosen) {
			m->match_of[0][m->matches[i].a] = (int32_t)i;
			m->match_of[1][m->matches[i].b] = (int32_t)i;
		}
}

/* A way along one side to the next chosen points. */
struct search {
	const struct alignment *m;
	unsigned side;
	uint32_t *seen; /* by position: the last search that was there */
	uint32_t number;
	uint32_t *stack, *found; /* found: matches */
	size_t n_found;
};

static void push_next(struct search *s, uint32_t at, size_t *depth)
{
	for (int i = 0; i < 2; i++) {
		int to = s->m->side[s->side].at[at].next[i];
		if (to < 0 || s->seen[to] == s->number)
			continue;
		s->seen[to] = s->number;
		s->stack[(*depth)++] = (uint32_t)to;
	}
}

static void search_next(struct search *s, uint32_t from)
{
	size_t depth = 0;
	s->number++;
	s->n_found = 0;
	push_next(s, from, &depth);
	while (depth) {
		uint32_t at = s->stack[--depth];
		if (s->m->match_of[s->side][at] >= 0)
			s->found[s->n_found++] = (uint32_t)s->m->match_of[s->side][at];
		else
			push_next(s, at, &depth);
	}
}

static void search_init(struct search *s, const struct alignment *m, unsigned side)
{
	size_t n = m->side[side].n + 1;
	*s = (struct search){.m = m, .side = side};
	s->seen = fault_calloc(n, sizeof *s->seen);
	s->stack = fault_calloc(n, sizeof *s->stack);
	s->found = fault_calloc(n, sizeof *s->found);
}

static void search_release(struct search *s)
{
	free(s->seen);
	free(s->stack);
	free(s->found);
}

/* Points that one side gets to and the other doesn't. */
static bool drop_lonely(struct alignment *m, struct search s[2], uint32_t a, uint32_t b, uint8_t *hits)
{
	bool dropped = false;
	search_next(&s[0], a);
	search_next(&s[1], b);
	for (unsigned side = 0; side < 2; side++)
		for (size_t i = 0; i < s[side].n_found; i++)
			hits[s[side].found[i]] |= (uint8_t)(1u << side);
	for (unsigned side = 0; side < 2; side++)
		for (size_t i = 0; i < s[side].n_found; i++) {
			struct match *x = &m->matches[s[side].found[i]];
			if (hits[s[side].found[i]] != 3 && x->chosen) {
				x->chosen = false;
				dropped = true;
			}
		}
	for (unsigned side = 0; side < 2; side++)
		for (size_t i = 0; i < s[side].n_found; i++)
			hits[s[side].found[i]] = 0;
	return dropped;
}

/* Until both sides get from each pair of points to the same pairs. */
static void agree(struct alignment *m)
{
	uint8_t *hits = fault_calloc(m->n + 1, 1);
	for (bool dropped = true; dropped;) {
		struct search s[2];
		note_chosen(m);
		search_init(&s[0], m, 0);
		search_init(&s[1], m, 1);
		dropped = drop_lonely(m, s, 0, 0, hits);
		for (size_t i = 0; i < m->n && !dropped; i++)
			if (m->matches[i].chosen)
				dropped = drop_lonely(m, s, m->matches[i].a, m->matches[i].b, hits);
		search_release(&s[0]);
		search_release(&s[1]);
	}
	free(hits);
}

static int compare_slots(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static void note_factor(struct cut_points *out, unsigned side, uint32_t slot, uint32_t factor)
{
	for (size_t k = 0; k < out->n[side]; k++)
		if (out->at[side][k] == slot && factor > out->every[side][k])
			out->every[side][k] = factor;
}

static size_t list_heads(const struct outline *o, uint32_t slots[HEADS_MOST])
{
	size_t n = 0;
	for (size_t i = 0; i < o->n; i++)
		if (o->at[i].head && n++ < HEADS_MOST)
			slots[n - 1] = o->at[i].start;
	return n;
}

/* Loops one of which does in one round what the other does in several: which those are is not known, so all pairs. */
static void find_rounds(const struct alignment *m, const struct program *const p[2], struct cut_points *out)
{
	uint32_t heads[2][HEADS_MOST];
	size_t n[2] = {list_heads(&m->side[0], heads[0]), list_heads(&m->side[1], heads[1])};
	if (n[0] > HEADS_MOST || n[1] > HEADS_MOST)
		return;
	for (size_t i = 0; i < n[0]; i++)
		for (size_t k = 0; k < n[1]; k++) {
			uint32_t slots[2] = {heads[0][i], heads[1][k]};
			uint64_t rounds[2];
			rounds_count(p, slots, rounds);
			unsigned more = rounds[1] > rounds[0];
			note_factor(out, more, slots[more], rounds_factor(rounds[more], rounds[!more]));
		}
}

static void take_points(const struct alignment *m, unsigned side, struct cut_points *out)
{
	const struct outline *o = &m->side[side];
	out->at[side] = fault_calloc(o->n + 1, sizeof *out->at[side]);
	out->every[side] = fault_calloc(o->n + 1, sizeof *out->every[side]);
	for (size_t i = 0; i < o->n; i++)
		if (o->at[i].head || (m->match_of[side] && m->match_of[side][i] >= 0))
			out->at[side][out->n[side]++] = o->at[i].start;
	qsort(out->at[side], out->n[side], sizeof *out->at[side], compare_slots);
}

void cut_points_release(struct cut_points *points)
{
	for (unsigned side = 0; side < 2; side++) {
		free(points->at[side]);
		free(points->every[side]);
	}
	*points = (struct cut_points){0};
}

bool align_find_points(const struct program *a, const struct program *b, struct cut_points *out)
{
	struct alignment m = {0};
	*out = (struct cut_points){0};
	bool good = outline_make(a, &m.side[0]) && outline_make(b, &m.side[1]);
	if (good && find_matches(&m)) {
		choose(&m);
		agree(&m);
	}
	for (unsigned side = 0; side < 2; side++)
		take_points(&m, side, out);
	if (good)
		find_rounds(&m, (const struct program *const[2]){a, b}, out);
	for (unsigned side = 0; side < 2; side++) {
		outline_release(&m.side[side]);
		free(m.match_of[side]);
	}
	free(m.matches);
	return good;
}
