/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state behind an opaque call: what the row's effects say it may change is
 * an unknown function of the call's position. That is the same for two programs
 * because their calls are compared with all that each may see. So maps need
 * no comparison at keys that nobody wrote since.
 */
#include "encode/machine/call.h"

static term length_after(struct call *c, term position, uint64_t what)
{
	return term_zext(c->pool, world_input2(c->world, IN_AFTER_LEN, position, word_const(c->world, what)), 64);
}

/* A packet that moves may have another length; only those of socket buffers move like this. */
static void change_packet(struct call *c, term position)
{
	struct state *s = c->state;
	s->mems[SPACE_PACKET] = mem_after(c->world, SPACE_PACKET, position);
	if (!(c->row->effects & PKT_MOVE))
		return;
	term *n = s->counters;
	n[COUNT_DATA_END] = term_add(c->pool, n[COUNT_DATA], length_after(c, position, AFTER_LINEAR));
	n[COUNT_TOTAL] = term_add(c->pool, n[COUNT_DATA_END], length_after(c, position, AFTER_REST));
}

/* Two generations on, so that no older element counts as replaced just now: nobody knows whether it is still there. */
static term next_generation(struct call *c, uint32_t number)
{
	term *changes = state_counter(c->world, c->state, counter_of_map(c->world, number, 1));
	*changes = term_add(c->pool, *changes, word_const(c->world, 2));
	*state_counter(c->world, c->state, counter_of_map(c->world, number, 2)) = *changes;
	return *changes;
}

/* What programs may change: no frozen data, and no map whose values are maps. */
static void change_maps(struct call *c, term position)
{
	struct world *w = c->world;
	for (uint32_t i = 0; i < w->n_maps; i++) {
		if (!map_may_change(w->maps[i].def))
			continue;
		c->state->mems[space_of_map(i, MAP_VALUES)] = mem_after(w, space_of_map(i, MAP_VALUES), position);
		c->state->mems[space_of_map(i, MAP_PRESENT)] = mem_after(w, space_of_map(i, MAP_PRESENT), position);
		unsigned generation = space_of_map(i, MAP_GENERATION);
		if (map_has_generations(w->maps[i].def))
			c->state->mems[generation] = mem_after(w, generation, next_generation(c, i));
	}
}

/* Replaced elements, which are not at their keys any more, count as reused from here on. */
void call_forget_values(struct call *c, term position)
{
	struct world *w = c->world;
	for (uint32_t i = 0; i < w->n_maps; i++) {
		if (!map_is_shared(w->maps[i].def))
			continue;
		c->state->mems[space_of_map(i, MAP_VALUES)] = mem_after(w, space_of_map(i, MAP_VALUES), position);
		if (map_has_generations(w->maps[i].def))
			state_count(w, c->state, counter_of_map(w, i, 1));
	}
	c->state->counters[COUNT_VALUES] = term_add(c->pool, position, word_const(w, 1));
}

void call_change_state(struct call *c, term position)
{
	struct world *w = c->world;
	uint32_t effects = c->row->effects;
	term after = term_add(c->pool, position, word_const(w, 1));
	if ((effects & PKT_WRITE) && progtype_rows[w->type].packet != PACKET_NONE)
		change_packet(c, position);
	if (effects & CTX_WRITE) {
		c->state->mems[SPACE_CTX] = mem_after(w, SPACE_CTX, position);
		c->state->counters[COUNT_CONTEXT] = after;
	}
	if (effects & MAPS_WRITE) {
		change_maps(c, position);
		c->state->counters[COUNT_MAPS] = c->state->counters[COUNT_VALUES] = after;
	}
	if (effects & KERNEL_WRITE) {
		c->state->mems[SPACE_KERNEL] = mem_after(w, SPACE_KERNEL, position);
		c->state->counters[COUNT_KERNEL] = after;
	}
}
