/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash table of what was found for passages. */
#include "synth/search/memo.h"

#include "synth/draft/alloc.h"
#include "synth/search/cache.h"

#include <string.h>

static struct memo_entry *place_of(const struct memo *m, uint64_t hash)
{
	size_t i = hash & (m->room - 1);
	while (m->at[i].hash && m->at[i].hash != hash)
		i = (i + 1) & (m->room - 1);
	return &m->at[i];
}

static void grow(struct memo *m)
{
	struct memo bigger = *m;
	bigger.room = m->room ? 2 * m->room : 256;
	bigger.at = checked(calloc(bigger.room, sizeof *bigger.at));
	for (size_t i = 0; i < m->room; i++)
		if (m->at[i].hash)
			*place_of(&bigger, m->at[i].hash) = m->at[i];
	free(m->at);
	*m = bigger;
}

void memo_release(struct memo *m)
{
	free(m->at);
	*m = (struct memo){0};
}

static struct memo_entry *insert(struct memo *m, uint64_t hash)
{
	if (2 * m->n >= m->room)
		grow(m);
	struct memo_entry *e = place_of(m, hash | 1);
	m->n += !e->hash;
	return e;
}

static uint64_t cache_key(const struct memo *m, const struct naming *name)
{
	return (name->key ^ m->salt) * 0x9e3779b97f4a7c15u;
}

static const struct memo_entry *recall(struct memo *m, uint64_t hash, const struct naming *name)
{
	struct cache_entry kept;
	struct insn insns[CACHE_SLOTS];
	if (!m->cache || !name || !cache_find(m->cache, cache_key(m, name), &kept) || kept.n > TRIAL_SLOTS ||
	    !naming_apply(name->from, kept.insns, kept.n, insns))
		return NULL;
	struct memo_entry *e = insert(m, hash);
	*e = (struct memo_entry){.hash = hash | 1, .found = kept.found, .rounds = kept.rounds, .n = kept.n};
	memcpy(e->insns, insns, kept.n * sizeof *insns);
	return e;
}

static void keep(struct memo *m, const struct naming *name, const struct memo_entry *e)
{
	struct cache_entry kept = {.found = e->found, .rounds = e->rounds, .n = e->n};
	if (m->cache && name && e->n <= CACHE_SLOTS && naming_apply(name->to, e->insns, e->n, kept.insns))
		cache_put(m->cache, cache_key(m, name), &kept);
}

const struct memo_entry *memo_find(struct memo *m, uint64_t hash, const struct naming *name)
{
	const struct memo_entry *e = m->room ? place_of(m, hash | 1) : NULL;
	return e && e->hash ? e : recall(m, hash, name);
}

void memo_put(struct memo *m, uint64_t hash, const struct naming *name, const struct insn *insns, unsigned n)
{
	struct memo_entry *e = insert(m, hash);
	e->hash = hash | 1;
	e->found = insns;
	e->rounds += !insns;
	e->n = insns ? n : 0;
	if (insns)
		memcpy(e->insns, insns, n * sizeof *insns);
	keep(m, name, e);
}

void memo_reject(struct memo *m, uint64_t hash, uint64_t found)
{
	struct memo_entry *e = m->room ? place_of(m, hash | 1) : NULL;
	if (!e || !e->found)
		return;
	e->found = false;
	if (e->n_rejected < MEMO_REJECTED)
		e->rejected[e->n_rejected++] = found;
}
