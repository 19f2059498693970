/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exact models of what moves, reads and writes the packet (net/core/filter.c).
 * Offsets count from the packet's first byte at entry: an XDP frame begins at
 * -HEADROOM and ends at PKT_LEN + TAILROOM. A socket buffer's bytes are [0,
 * PKT_LEN + PKT_EXTRA); writing behind the linear part pulls it in.
 */
#include "encode/machine/call.h"

#include <linux/bpf.h>

#define ETH_HLEN 14
#define MAX_META_LEN 252 /* largest aligned skb_shared_info.meta_len */
#define ERR_ACCES 13
#define ERR_FAULT 14
#define ERR_INVAL 22

static term counter_input(struct call *c, enum input_fn fn)
{
	return term_zext(c->pool, world_input(c->world, fn, NULL, 0), 64);
}

static term signed_offset(struct call *c, int i)
{
	return term_sext(c->pool, term_extract(c->pool, c->word[i], 31, 0), 64);
}

static void set_counter(struct call *c, enum counter which, term when, term value)
{
	term *t = &c->state->counters[which];
	*t = term_ite(c->pool, when, value, *t);
}

bool model_adjust_head(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	term *n = c->state->counters, by = signed_offset(c, 1);
	term old = n[COUNT_DATA], old_meta = n[COUNT_DATA_META], metalen = term_sub(p, old, old_meta);
	term data = term_add(p, old, by), meta = term_add(p, old_meta, by);
	term low = term_sub(p, metalen, counter_input(c, IN_HEADROOM));
	term high = term_sub(p, n[COUNT_DATA_END], word_const(w, ETH_HLEN));
	term ok = term_and(p, term_sle(p, low, data), term_sle(p, data, high));
	/* the metadata moves along */
	mem *packet = &c->state->mems[SPACE_PACKET];
	*packet = mem_choose(w, ok, mem_move(w, *packet, 0, meta, data, by), *packet);
	set_counter(c, COUNT_DATA, ok, data);
	set_counter(c, COUNT_DATA_META, ok, meta);
	call_set_number(c, term_ite(p, ok, word_const(w, 0), call_errno(c, ERR_INVAL)));
	return true;
}

bool model_adjust_tail(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	term *n = c->state->counters, by = signed_offset(c, 1);
	term old = n[COUNT_DATA_END], end = term_add(p, old, by);
	term high = term_add(p, counter_input(c, IN_PKT_LEN), counter_input(c, IN_TAILROOM));
	term low = term_add(p, n[COUNT_DATA], word_const(w, ETH_HLEN));
	term ok = term_and(p, term_sle(p, low, end), term_sle(p, end, high));
	mem *packet = &c->state->mems[SPACE_PACKET];
	*packet = mem_choose(w, ok, mem_fill(w, *packet, 0, old, end, term_const(p, 8, 0)), *packet);
	set_counter(c, COUNT_DATA_END, ok, end);
	call_set_number(c, term_ite(p, ok, word_const(w, 0), call_errno(c, ERR_INVAL)));
	return true;
}

bool model_adjust_meta(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	term *n = c->state->counters;
	term meta = term_add(p, n[COUNT_DATA_META], signed_offset(c, 1)), metalen = term_sub(p, n[COUNT_DATA], meta);
	term low = term_neg(p, counter_input(c, IN_HEADROOM));
	term fits = term_and(p, term_sle(p, low, meta), term_sle(p, meta, n[COUNT_DATA]));
	term aligned = term_eq(p, term_extract(p, metalen, 1, 0), term_const(p, 2, 0));
	term legal = term_and(p, aligned, term_sle(p, metalen, word_const(w, MAX_META_LEN)));
	set_counter(c, COUNT_DATA_META, term_and(p, fits, legal), meta);
	term result = term_ite(p, legal, word_const(w, 0), call_errno(c, ERR_ACCES));
	call_set_number(c, term_ite(p, fits, result, call_errno(c, ERR_INVAL)));
	return true;
}

/* True where the buffer has the bytes [off, off + n); off is below 2^32. */
static term range_there(struct call *c, term off, term n)
{
	struct term_pool *p = c->pool;
	term end = term_add(p, off, n);
	return term_and(p, term_sle(p, off, word_const(c->world, INT32_MAX)),
	                term_sle(p, end, packet_end_all(c->world, c->state)));
}

/* Packet bytes copied over each other: what an overlap gives depends on the kernel's memcpy. */
static void refuse_overlap(struct call *c)
{
	for (uint32_t i = 0; i < c->arg[2].n; i++) {
		if (region_at(c->world, c->arg[2].alts[i].region)->kind != REGION_PACKET)
			continue;
		struct state under = *c->state;
		under.guard = term_and(c->pool, under.guard, c->arg[2].alts[i].guard);
		run_unknown(c->run, &under, REASON_HELPER, "skb_load_bytes into the packet");
	}
}

/* bpf_flow_dissector_load_bytes: there may be nothing but the headers, and no socket buffer. */
static term flow_reaches(struct call *c, term off)
{
	term near = term_ule(c->pool, off, word_const(c->world, 0xffff));
	return term_and(c->pool, near, world_input(c->world, IN_PKT_HAS, NULL, 0));
}

bool model_skb_load_bytes(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	struct span span;
	refuse_overlap(c);
	if (!call_span(c, 2, c->word[3], &span))
		return false;
	term ok = range_there(c, c->word[1], c->word[3]);
	if (w->type == PROGTYPE_FLOW_DISSECTOR)
		ok = term_and(p, ok, flow_reaches(c, c->word[1]));
	term zero = term_const(p, 8, 0);
	term *bytes = world_alloc(w, (span.n + 1) * sizeof *bytes);
	for (size_t i = 0; i < span.n; i++) {
		term at = term_add(p, c->word[1], word_const(w, i));
		bytes[i] = term_ite(p, ok, mem_read_byte(w, c->state->mems[SPACE_PACKET], 0, at), zero);
	}
	access_write_bytes(c->run, c->state, &c->arg[2], span.n, span.present, bytes);
	call_set_number(c, term_ite(p, ok, word_const(w, 0), call_errno(c, ERR_FAULT)));
	return true;
}

/* Where ok: stores n bytes at off and pulls the linear part up to their end (skb_ensure_writable). */
static void store_packet(struct call *c, term ok, term off, size_t n, const term *present, const term *bytes, term size)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	mem *packet = &c->state->mems[SPACE_PACKET];
	for (size_t i = 0; i < n; i++) {
		term when = present ? term_and(p, ok, present[i]) : ok;
		mem stored = mem_store(w, *packet, 0, term_add(p, off, word_const(w, i)), 1, bytes[i]);
		*packet = mem_choose(w, when, stored, *packet);
	}
	term end = term_add(p, off, size), *linear = &c->state->counters[COUNT_DATA_END];
	*linear = term_ite(p, term_and(p, ok, term_slt(p, *linear, end)), end, *linear);
}

/* skb_clear_hash in include/linux/skbuff.h, as the context shows it. */
static void clear_hash(struct call *c, term when)
{
	struct world *w = c->world;
	mem *context = &c->state->mems[SPACE_CTX];
	term off = word_const(w, offsetof(struct __sk_buff, hash));
	*context = mem_choose(w, when, mem_store(w, *context, 0, off, 4, term_const(c->pool, 32, 0)), *context);
}

bool model_skb_store_bytes(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	struct span span;
	term flags = c->word[4], zero = word_const(w, 0);
	if (!call_span(c, 2, c->word[3], &span))
		return false;
	term *bytes = world_alloc(w, (span.n + 1) * sizeof *bytes);
	access_read_bytes(c->run, c->state, &c->arg[2], span.n, span.present, bytes);
	uint64_t known = BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH;
	term legal = term_eq(p, term_and(p, flags, word_const(w, ~known)), zero);
	term there = range_there(c, c->word[1], c->word[3]), done = term_and(p, legal, there);
	store_packet(c, done, c->word[1], span.n, span.present, bytes, c->word[3]);
	clear_hash(c, term_and(p, done, term_ne(p, term_and(p, flags, word_const(w, BPF_F_INVALIDATE_HASH)), zero)));
	term result = term_ite(p, there, zero, call_errno(c, ERR_FAULT));
	call_set_number(c, term_ite(p, legal, result, call_errno(c, ERR_INVAL)));
	return true;
}

/* Ones' complement sums as include/net/checksum.h has them. */

static term csum_add(struct term_pool *p, term a, term b)
{
	term sum = term_add(p, a, b);
	return term_add(p, sum, term_zext(p, term_ult(p, sum, b), term_width(p, sum)));
}

static term csum_fold(struct term_pool *p, term sum)
{
	for (int i = 0; i < 2; i++)
		sum = term_add(p, term_zext(p, term_extract(p, sum, 15, 0), 32), term_zext(p, term_extract(p, sum, 31, 16), 32));
	return term_not(p, term_extract(p, sum, 15, 0));
}

static term replace_diff(struct term_pool *p, term sum, term diff)
{
	return csum_fold(p, csum_add(p, diff, term_not(p, term_zext(p, sum, 32))));
}

static term replace4(struct term_pool *p, term sum, term from, term to)
{
	term part = csum_add(p, term_not(p, term_zext(p, sum, 32)), term_not(p, from));
	return csum_fold(p, csum_add(p, part, to));
}

static term replace2(struct term_pool *p, term sum, term from, term to)
{
	term part = csum_add(p, term_not(p, sum), term_not(p, term_extract(p, from, 15, 0)));
	return term_not(p, csum_add(p, part, term_extract(p, to, 15, 0)));
}

/* True where argument 2 is the offset of two bytes that can be replaced. */
static term field_there(struct call *c)
{
	struct term_pool *p = c->pool;
	term off = c->word[1], even = term_not(p, term_extract(p, off, 0, 0));
	term low = term_ule(p, off, word_const(c->world, 0xffff));
	return term_and(p, term_and(p, low, even), range_there(c, off, word_const(c->world, 2)));
}

bool model_l3_csum_replace(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	term zero = word_const(w, 0), off = c->word[1], from64 = c->word[2], flags = c->word[4];
	term from = term_extract(p, from64, 31, 0), to = term_extract(p, c->word[3], 31, 0);
	term sum = mem_read(w, c->state->mems[SPACE_PACKET], 0, off, 2);
	term legal = term_eq(p, term_and(p, flags, word_const(w, ~(uint64_t)BPF_F_HDR_FIELD_MASK)), zero);
	term by_diff = term_and(p, term_eq(p, flags, zero), term_eq(p, from64, zero));
	term two = term_eq(p, flags, word_const(w, 2)), four = term_eq(p, flags, word_const(w, 4));
	term known = term_or(p, by_diff, term_or(p, two, four)), there = field_there(c);
	term now = term_ite(p, two, replace2(p, sum, from, to),
	                    term_ite(p, four, replace4(p, sum, from, to), replace_diff(p, sum, to)));
	term bytes[2] = {term_extract(p, now, 7, 0), term_extract(p, now, 15, 8)};
	term ok = term_and(p, term_and(p, legal, there), known);
	store_packet(c, ok, off, 2, NULL, bytes, word_const(w, 2));
	term result = term_ite(p, known, zero, call_errno(c, ERR_INVAL));
	result = term_ite(p, there, result, call_errno(c, ERR_FAULT));
	call_set_number(c, term_ite(p, legal, result, call_errno(c, ERR_INVAL)));
	return true;
}

/* What happens to the field depends on ip_summed, which a program can't see: an
 * opaque call that leaves OUT(pos, 1, 0..1) in the two bytes. */
bool model_l4_csum_replace(struct call *c)
{
	struct term_pool *p = c->pool;
	struct world *w = c->world;
	const uint64_t legal_flags = BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE | BPF_F_PSEUDO_HDR | BPF_F_HDR_FIELD_MASK;
	term zero = word_const(w, 0), flags = c->word[4], size = term_and(p, flags, word_const(w, BPF_F_HDR_FIELD_MASK));
	struct event *e;
	term pos = call_opaque_event(c, &e);
	e->visible = false;
	for (int i = 1; i < 5; i++)
		e->args[e->n_args++] = c->word[i];
	c->run->uses_opaque = true;
	term legal = term_eq(p, term_and(p, flags, word_const(w, ~legal_flags)), zero), there = field_there(c);
	term known = term_or(p, term_and(p, term_eq(p, size, zero), term_eq(p, c->word[2], zero)),
	                     term_or(p, term_eq(p, size, word_const(w, 2)), term_eq(p, size, word_const(w, 4))));
	term bytes[2];
	for (unsigned i = 0; i < 2; i++)
		bytes[i] = world_input(w, IN_OUT, (term[]){pos, word_const(w, 1), word_const(w, i)}, 3);
	/* with a skipped mangled zero the field stays: OUT covers that too, the result is 0 either way */
	store_packet(c, term_and(p, term_and(p, legal, there), known), c->word[1], 2, NULL, bytes, word_const(w, 2));
	term result = term_ite(p, known, zero, call_errno(c, ERR_INVAL));
	result = term_ite(p, there, result, call_errno(c, ERR_FAULT));
	call_set_number(c, term_ite(p, legal, result, call_errno(c, ERR_INVAL)));
	return true;
}
