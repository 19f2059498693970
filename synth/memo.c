/* SPDX-License-Identifier: BSD-2-Clause */
/* A hash table of what was found for passages. */
#include "synth/memo.h"

#include "synth/alloc.h"

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
	struct memo bigger = {.room = m->room ? 2 * m->room : 256, .n = m->n};
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

const struct memo_entry *memo_find(const struct memo *m, uint64_t hash)
{
	const struct memo_entry *e = m->room ? place_of(m, hash | 1) : NULL;
	return e && e->hash ? e : NULL;
}

void memo_put(struct memo *m, uint64_t hash, const struct insn *insns, unsigned n)
{
	if (2 * m->n >= m->room)
		grow(m);
	struct memo_entry *e = place_of(m, hash | 1);
	m->n += !e->hash;
	unsigned rounds = e->hash && !insns ? e->rounds + 1 : 1;
	*e = (struct memo_entry){.hash = hash | 1, .found = insns, .rounds = rounds, .n = insns ? n : 0};
	if (insns)
		memcpy(e->insns, insns, n * sizeof *insns);
}
