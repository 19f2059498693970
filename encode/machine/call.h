/* SPDX-License-Identifier: BSD-2-Clause */
/* A helper call at work: its arguments, checked and read as its row says. */
#ifndef CALL_H
#define CALL_H

#include "encode/machine/world.h"

struct call {
	struct run *run;
	struct state *state;
	struct world *world;
	struct term_pool *pool;
	const struct helper_row *row;
	struct value arg[5];
	term word[5];         /* numeric value of each argument */
	uint32_t map;         /* number of the ARG_MAP argument */
	tuple inner;          /* which inner map it is, 0: none */
	struct value result;
};

/* Takes the arguments of a call, checked as far as the row says; false: the path ends. */
bool call_begin(struct call *c, struct run *r, struct state *s, const struct helper_row *row);
/* This call is not modelled. */
void call_unknown(struct call *c);
/* An OBJECT argument is memory, not something of the kernel's. */
bool call_is_memory(const struct call *c, int i);

/* One exact model; false: the path ends. */
typedef bool (*helper_function)(struct call *c);
extern const helper_function helper_map_functions[]; /* by enum helper_model, NULL: in another table */

bool model_map_lookup(struct call *c);
bool model_map_update(struct call *c);
bool model_map_delete(struct call *c);
bool model_map_peek(struct call *c);
bool model_storage_get(struct call *c);
bool model_storage_delete(struct call *c);
bool model_local_storage(struct call *c);
bool model_tail_call(struct call *c);
bool model_redirect(struct call *c);
bool model_redirect_map(struct call *c);
bool model_adjust_head(struct call *c);
bool model_adjust_tail(struct call *c);
bool model_adjust_meta(struct call *c);
bool model_skb_load_bytes(struct call *c);
bool model_skb_store_bytes(struct call *c);
bool model_l3_csum_replace(struct call *c);
bool model_l4_csum_replace(struct call *c);
bool model_probe_read(struct call *c);
bool model_strncmp(struct call *c);
bool model_probe_read_str(struct call *c);
bool model_func_arg(struct call *c);
bool model_ringbuf_reserve(struct call *c);
bool model_ringbuf_submit(struct call *c);
bool model_ringbuf_discard(struct call *c);
bool model_spin_lock(struct call *c);
bool model_kptr_xchg(struct call *c);
bool model_dynptr_from_mem(struct call *c);
bool model_dynptr_read(struct call *c);
bool model_dynptr_write(struct call *c);
bool model_dynptr_data(struct call *c);
bool model_ringbuf_reserve_dynptr(struct call *c);
bool model_ringbuf_submit_dynptr(struct call *c);
bool model_ringbuf_discard_dynptr(struct call *c);

#define LONG_STRETCH 32 /* bytes; a longer stretch that a helper writes is one node of the memory */

/* Bytes that a memory argument spans: a constant count, or a bound with the
 * condition under which byte i counts. */
struct span {
	size_t n;
	term *present; /* NULL: all */
};
/* The span of `size` (64-bit term) at argument i, no longer than what is there (more is a fault); false: not bounded (recorded as unknown). */
bool call_span(struct call *c, int i, term size, struct span *out);
/* The same with another limit than MAX_ACCESS, in bytes. */
bool call_long_span(struct call *c, int i, term size, uint64_t most, struct span *out);
/* Bytes of a string argument of constant bytes, with the NUL; false: it is none (recorded as unknown). */
bool call_string(struct call *c, int i, size_t *n);
term call_errno(struct call *c, unsigned e);
term call_is_null(struct call *c, const struct value *v);
void call_set_number(struct call *c, term word);
/* Packet, context and kernel memory behind an opaque call, as the row's effects say (after.c). */
void call_change_state(struct call *c, term position);
/* Asks a ring buffer for a record of word[1] bytes, a constant: its number, counted from `first`, and where there is
 * none. false: the path ends. */
bool call_reserve(struct call *c, uint64_t first, term *n, term *fails);
/* The output of every record that the pointer may be. */
void call_submit(struct call *c, const struct value *v);
/* Values that others see are input from here on. */
void call_forget_values(struct call *c, term position);
/* The event shows the bytes behind a pointer, or behind a dynptr: its size, ~0 if it is null. false: the path ends. */
void call_show(struct call *c, struct event *e, const struct value *v, const struct span *span);
bool call_show_dynptr(struct call *c, struct event *e, int i);
/* Maps in maps: may the call have this map argument (recorded if not)? The key in it; a lookup in the outer map. */
bool map_inner_check(struct call *c);
tuple map_inner_key(struct call *c, tuple key);
bool map_inner_lookup(struct call *c);
/* Replaces own addresses among the arguments of a format by what is printed of the memory there; false: not possible. */
bool call_follow_format(struct call *c, struct event *e);
/* The sound default: an event, and results that are input. */
bool call_opaque(struct call *c);
/* The same for a row with a function that runs before the call returns (helper_code_argument). */
bool call_opaque_code(struct call *c);
/* Records a visible or internal opaque event with the arguments as the row says; returns its position. */
term call_opaque_event(struct call *c, struct event **out);
#endif
