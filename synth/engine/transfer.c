/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/engine/transfer.h"

#include "synth/draft/alloc.h"

#include <string.h>

/* Writes while there is a place to write to; only counts otherwise. */
struct message {
	uint8_t *to;
	const uint8_t *from;
	size_t at, n;
	bool broken;
};

static void put(struct message *m, const void *bytes, size_t n)
{
	if (m->to && n)
		memcpy(m->to + m->at, bytes, n);
	m->at += n;
}

static bool get(struct message *m, void *bytes, size_t n)
{
	m->broken = m->broken || n > m->n - m->at;
	if (m->broken)
		return false;
	memcpy(bytes, m->from + m->at, n);
	m->at += n;
	return true;
}

/* An array of the message; NULL if it is broken. */
static void *get_array(struct message *m, size_t n, size_t size)
{
	m->broken = m->broken || n > (m->n - m->at) / size;
	if (m->broken)
		return NULL;
	void *bytes = checked(calloc(n + 1, size));
	get(m, bytes, n * size);
	return bytes;
}

static void put_step(struct message *m, const struct engine_step *s)
{
	const struct program *p = s->v.p;
	put(m, s, sizeof *s);
	put(m, p, sizeof *p);
	put(m, p->insns, p->n * sizeof *p->insns);
	put(m, p->subs, p->n_subs * sizeof *p->subs);
	put(m, p->lines, p->n_lines * sizeof *p->lines);
	put(m, p->relos, p->n_relos * sizeof *p->relos);
	put(m, s->v.origin, p->n * sizeof *s->v.origin);
}

static bool get_step(struct message *m, struct engine_step *s)
{
	struct program p;
	if (!get(m, s, sizeof *s))
		return false;
	s->v = (struct version){0};
	if (!get(m, &p, sizeof p))
		return false;
	p.insns = get_array(m, p.n, sizeof *p.insns);
	p.subs = get_array(m, p.n_subs, sizeof *p.subs);
	p.lines = get_array(m, p.n_lines, sizeof *p.lines);
	p.relos = get_array(m, p.n_relos, sizeof *p.relos);
	s->v.p = checked(malloc(sizeof p));
	*s->v.p = p;
	s->v.origin = get_array(m, p.n, sizeof *s->v.origin);
	return !m->broken;
}

static void put_outcome(struct message *m, const struct outcome *o)
{
	const struct engine_result *r = &o->engine;
	put(m, o, sizeof *o);
	put(m, r->by, r->n_by * sizeof *r->by);
	for (size_t i = 0; i < r->n_steps; i++)
		put_step(m, &r->steps[i]);
}

void transfer_pack(const struct outcome *o, uint8_t **bytes, size_t *n)
{
	struct message m = {0};
	put_outcome(&m, o);
	*n = m.at;
	*bytes = checked(malloc(m.at));
	m = (struct message){.to = *bytes};
	put_outcome(&m, o);
}

bool transfer_unpack(const uint8_t *bytes, size_t n, struct outcome *out)
{
	struct message m = {.from = bytes, .n = n};
	if (!get(&m, out, sizeof *out)) {
		*out = (struct outcome){0};
		return false;
	}
	struct engine_result *r = &out->engine;
	size_t n_steps = r->n_steps;
	r->banned = (struct seen){0};
	r->by = get_array(&m, r->n_by, sizeof *r->by);
	m.broken = m.broken || n_steps > n;
	r->steps = checked(calloc(m.broken ? 1 : n_steps + 1, sizeof *r->steps));
	for (r->n_steps = 0; !m.broken && r->n_steps < n_steps; r->n_steps++)
		if (!get_step(&m, &r->steps[r->n_steps]))
			n_steps = 0;
	if (!m.broken && m.at == n)
		return true;
	engine_release(r);
	*out = (struct outcome){0};
	return false;
}
