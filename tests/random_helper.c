/* SPDX-License-Identifier: BSD-2-Clause */
/* Random programs: the context, maps, helpers and the older packet loads. */
#include "tests/random_writer.h"

const struct random_map_row random_maps[RM_COUNT] = {
    [RM_HASH] = {"hash", ".map hash HASH 4 16 64", 4, 16, 64},
    [RM_ARRAY] = {"array", ".map array ARRAY 4 16 3", 4, 16, 3},
    [RM_PERCPU_ARRAY] = {"mine", ".map mine PERCPU_ARRAY 4 8 2", 4, 8, 2},
    [RM_LRU] = {"lru", ".map lru LRU_HASH 8 8 64", 8, 8, 64},
    [RM_PERCPU_HASH] = {"own", ".map own PERCPU_HASH 4 16 64", 4, 16, 64},
    [RM_SPARSE] = {"sparse", ".map sparse HASH 8 16 64 1", 8, 16, 64},
    [RM_TRIE] = {"trie", ".map trie LPM_TRIE 8 16 64 1", 8, 16, 64},
    [RM_INNER] = {"inner", ".map inner HASH 8 16 64", 8, 16, 64},
    [RM_OUTER] = {"outer", ".map outer ARRAY_OF_MAPS 4 4 3 0 inner", 4, 4, 3},
    [RM_STORE] = {"store", ".map store SK_STORAGE 4 16 0 1", 4, 16, 0},
    [RM_QUEUE] = {"queue", ".map queue QUEUE 0 8 16", 0, 8, 16},
    [RM_RING] = {"ring", ".map ring RINGBUF 0 0 4096", 0, 0, 4096},
    [RM_EVENTS] = {"events", ".map events PERF_EVENT_ARRAY 4 4 4", 4, 4, 4},
    [RM_PROGS] = {"progs", ".map progs PROG_ARRAY 4 4 4", 4, 4, 4},
    [RM_DEVICES] = {"devices", ".map devices DEVMAP 4 4 4", 4, 4, 4},
    [RM_CPUS] = {"cpus", ".map cpus CPUMAP 4 4 4", 4, 4, 4},
    [RM_DATA] = {"data", ".data data 000102030405060708090a0b0c0d0e0f", 4, 16, 1},
    [RM_CONST] = {"fixed", ".rodata fixed a0a1a2a3a4a5a6a7a8a9aaabacadaeaf", 4, 16, 1},
};

const char *writer_map(struct writer *w, enum random_map m)
{
	w->maps |= 1u << m | (m == RM_OUTER ? 1u << RM_INNER : 0);
	return random_maps[m].name;
}

static void add_context(struct writer *w)
{
	static const unsigned xdp[] = {12, 16}, tc_read[] = {0, 4, 8, 16, 24, 32, 40, 44, 48, 52, 64, 68, 72, 164},
			      tc_write[] = {8, 12, 32, 44, 48, 52, 56, 60, 64, 72};
	unsigned r = writer_below(w, 6), bits = w->tc ? 8u << writer_below(w, 3) : 32;
	unsigned off = w->tc ? tc_read[writer_below(w, sizeof tc_read / sizeof *tc_read)] : xdp[writer_below(w, 2)];
	if (w->tc && writer_below(w, 2)) {
		off = tc_write[writer_below(w, sizeof tc_write / sizeof *tc_write)];
		writer_add(w, "*(u%u *)(r6 + %u) = r%u\n", writer_mistake(w) ? 8 : 32, off, writer_number(w));
		return;
	}
	if (writer_mistake(w))
		off = writer_below(w, 200);
	writer_add(w, "r%u = *(u%u *)(r6 + %u)\n", r, bits, off);
}

/* r7 for a few statements: n bytes are there. */
static void add_packet_scope(struct writer *w)
{
	unsigned data = w->tc ? 76 : 0, end = w->tc ? 80 : 4, n = 8 + 8 * writer_below(w, 8), skip = writer_label(w);
	unsigned checked = writer_mistake(w) ? n - 1 - writer_below(w, 4) : n;
	bool meta = !writer_below(w, 6);
	writer_add(w, "r7 = *(u32 *)(r6 + %u)\n", meta ? (w->tc ? 140 : 8) : data);
	writer_add(w, "r2 = *(u32 *)(r6 + %u)\nr3 = r7\nr3 += %u\n", meta ? data : end, meta ? 8 : checked);
	if (writer_below(w, 2))
		writer_add(w, "if r3 > r2 goto l%u\n", skip);
	else
		writer_add(w, "if r2 < r3 goto l%u\n", skip);
	writer_add(w, "r2 = %d\nr3 = r0\n", writer_imm(w));
	w->packet_bytes = meta ? 8 : n;
	writer_block(w, 5);
	writer_add(w, "l%u:\nr2 = r0\nr3 = r0\n", skip);
	if (!writer_mistake(w))
		w->packet_bytes = 0;
}

static void add_key(struct writer *w, enum random_map m)
{
	unsigned bits = 8 * random_maps[m].key;
	if (writer_below(w, 3)) {
		writer_add(w, "*(u%u *)(r10 - %u) = %u\n", bits, AT_KEY, writer_below(w, 4));
		return;
	}
	unsigned r = writer_number(w);
	writer_add(w, "r2 = r%u\nr2 &= %u\n*(u%u *)(r10 - %u) = r2\n", r, writer_below(w, 2) ? 1 : 3, bits, AT_KEY);
}

/* r2 points at the key and r1 is the map. */
static void add_map_arguments(struct writer *w, enum random_map m)
{
	unsigned at = AT_KEY;
	if (writer_mistake(w))
		at = AT_UNSET;
	writer_add(w, "r2 = r10\nr2 += -%u\n", at);
	writer_add(w, "r1 = map[%s] ll\n", writer_map(w, m));
}

static void add_lookup(struct writer *w)
{
	enum random_map m = writer_below(w, RM_FOUND);
	unsigned skip = writer_label(w);
	bool check = !writer_mistake(w);
	add_key(w, m);
	add_map_arguments(w, m);
	writer_add(w, "call map_lookup_elem\nr9 = r0\n");
	if (check)
		writer_add(w, writer_below(w, 2) ? "if r0 == 0 goto l%u\n" : "if r9 == 0 goto l%u\n", skip);
	writer_add(w, "r0 = %d\n", writer_imm(w));
	writer_refill(w);
	w->value_bytes = random_maps[m].value;
	if (m < RM_KEYED && !writer_below(w, 8)) { /* the element goes while the pointer stays */
		add_map_arguments(w, m);
		writer_add(w,
			   writer_below(w, 2) ? "call map_delete_elem\n" : "r3 = r9\nr4 = 0\ncall map_update_elem\n");
		writer_refill(w);
	}
	writer_block(w, 5);
	writer_add(w, "l%u:\nr0 = %d\n", skip, writer_imm(w));
	writer_refill(w);
	if (!writer_mistake(w))
		w->value_bytes = 0;
}

static void add_update(struct writer *w)
{
	enum random_map m = writer_below(w, RM_KEYED);
	writer_add(w, "*(u64 *)(r10 - %u) = r%u\n", AT_VALUE, writer_number(w));
	writer_add(w, "*(u64 *)(r10 - %u) = r%u\n", AT_VALUE - 8, writer_number(w));
	add_key(w, m);
	writer_add(w, "r3 = r10\nr3 += -%u\n", AT_VALUE);
	if (w->packet_bytes >= random_maps[m].value && !writer_below(w, 4))
		writer_add(w, "r3 = r7\n");
	writer_add(w, "r4 = %u\n", writer_below(w, 2) ? 0 : writer_below(w, 4));
	add_map_arguments(w, m);
	writer_add(w, "call map_update_elem\n");
	writer_refill(w);
}

static void add_delete(struct writer *w)
{
	enum random_map m = writer_below(w, RM_KEYED);
	add_key(w, m);
	add_map_arguments(w, m);
	writer_add(w, "call map_delete_elem\n");
	writer_refill(w);
}

/* A lookup, an update or a deletion in a map that another map gives. */
static void add_inner(struct writer *w)
{
	unsigned skip = writer_label(w), what = writer_below(w, 3);
	writer_add(w, "*(u64 *)(r10 - %u) = r%u\n", AT_VALUE, writer_number(w));
	writer_add(w, "*(u64 *)(r10 - %u) = r%u\n", AT_VALUE - 8, writer_number(w));
	add_key(w, RM_OUTER);
	add_map_arguments(w, RM_OUTER);
	writer_add(w, "call map_lookup_elem\nif r0 == 0 goto l%u\nr9 = r0\nr0 = 1\n", skip);
	writer_refill(w);
	add_key(w, RM_INNER);
	writer_add(w, "r1 = r9\nr2 = r10\nr2 += -%u\nr3 = r10\nr3 += -%u\nr4 = %u\n", AT_KEY, AT_VALUE,
		   writer_below(w, 3));
	writer_add(w, "call map_%s_elem\n", what == 0 ? "lookup" : what == 1 ? "update" : "delete");
	if (what == 0) {
		writer_add(w, "if r0 == 0 goto l%u\nr9 = r0\nr0 = 2\n", skip);
		writer_refill(w);
		w->value_bytes = random_maps[RM_INNER].value;
		writer_block(w, 3);
	}
	writer_add(w, "l%u:\nr0 = %d\n", skip, writer_imm(w));
	writer_refill(w);
	w->value_bytes = 0;
}

/* r1 is the map, r2 the packet's socket, which may be NULL. */
static void add_socket(struct writer *w)
{
	writer_add(w, "r2 = *(u64 *)(r6 + 168)\nr1 = map[%s] ll\n", writer_map(w, RM_STORE));
}

/* Programs for the kernel have none: its map needs types. */
static void add_storage(struct writer *w)
{
	unsigned skip = writer_label(w);
	if (w->style == RANDOM_CAREFUL)
		return;
	writer_add(w, "*(u64 *)(r10 - %u) = r%u\n", AT_VALUE, writer_number(w));
	writer_add(w, "*(u64 *)(r10 - %u) = r%u\n", AT_VALUE - 8, writer_number(w));
	add_socket(w);
	if (!writer_below(w, 3)) {
		writer_add(w, "call sk_storage_delete\n");
		writer_refill(w);
		return;
	}
	writer_add(w, writer_below(w, 2) ? "r3 = 0\n" : "r3 = r10\nr3 += -%u\n", AT_VALUE);
	writer_add(w, "r4 = %u\ncall sk_storage_get\nr9 = r0\n", writer_below(w, 6) ? 1 : writer_below(w, 3));
	if (!writer_mistake(w))
		writer_add(w, "if r9 == 0 goto l%u\n", skip);
	writer_add(w, "r0 = %d\n", writer_imm(w));
	writer_refill(w);
	w->value_bytes = random_maps[RM_STORE].value;
	writer_block(w, 5);
	writer_add(w, "l%u:\nr0 = %d\n", skip, writer_imm(w));
	writer_refill(w);
	if (!writer_mistake(w))
		w->value_bytes = 0;
}

static void add_global(struct writer *w)
{
	bool writable = writer_below(w, 3);
	writer_add(w, "r9 = %s ll\n", writer_map(w, writable || writer_mistake(w) ? RM_DATA : RM_CONST));
	if (writable)
		w->value_bytes = 16;
	else
		w->value_bytes = 0;
	writer_add(w, "r%u = *(u%u *)(r9 + %u)\n", writer_below(w, 6), 8u << writer_below(w, 4),
		   8 * writer_below(w, 2));
}

static void add_number_helper(struct writer *w)
{
	static const char *const names[] = {"ktime_get_ns",         "get_prandom_u32",    "get_smp_processor_id",
					    "ktime_get_boot_ns",    "jiffies64",          "get_numa_node_id",
					    "get_current_pid_tgid", "ktime_get_coarse_ns"};
	writer_add(w, "call %s\n", names[writer_below(w, sizeof names / sizeof *names)]);
	if (w->style == RANDOM_CAREFUL && writer_below(w, 4)) /* else the kernel can't be compared */
		writer_add(w, "r0 = %d\n", writer_imm(w));
	writer_refill(w);
}

/* A small argument: a constant or a masked register in r<to>. */
static void add_small(struct writer *w, unsigned to, int lo, unsigned mask)
{
	if (writer_below(w, 3))
		writer_add(w, "r%u = %d\n", to, lo + (int)writer_below(w, mask + 1));
	else
		writer_add(w, "r%u = r%u\nr%u &= %u\nr%u += %d\n", to, writer_below(w, 2) ? 0 : 8, to, mask, to, lo);
}

static void packet_moved(struct writer *w)
{
	if (!writer_mistake(w))
		w->packet_bytes = 0;
	writer_refill(w);
}

static void add_adjust(struct writer *w)
{
	static const char *const names[] = {"head", "tail", "meta"};
	unsigned which = writer_below(w, 3);
	writer_add(w, "r1 = r6\n");
	if (writer_below(w, 8))
		add_small(w, 2, which == 2 ? -12 : -8, 15);
	else
		writer_add(w, "r2 = %d\n", writer_imm(w));
	if (which == 2 && writer_below(w, 2))
		writer_add(w, "r2 &= -4\n");
	writer_add(w, "call xdp_adjust_%s\n", names[which]);
	packet_moved(w);
}

/* Stack memory for a helper: pointer in r<to>, size in r<to + 1>. */
static void add_memory(struct writer *w, unsigned to)
{
	unsigned n = 1 + writer_below(w, 20);
	writer_add(w, "r%u = r10\nr%u += -%u\n", to, to, 32 + writer_below(w, STACK_DATA - 32 + 1));
	if (w->value_bytes >= 8 && !writer_below(w, 4)) {
		writer_add(w, "r%u = r9\n", to);
		n = 1 + writer_below(w, 8);
	}
	if (writer_below(w, 4))
		writer_add(w, "r%u = %u\n", to + 1, writer_mistake(w) ? 600 : n);
	else
		writer_add(w, "r%u = r%u\nr%u &= 3\nr%u += 1\n", to + 1, writer_below(w, 2) ? 0 : 8, to + 1, to + 1);
}

static void add_skb_bytes(struct writer *w)
{
	bool load = writer_below(w, 2);
	add_memory(w, 3);
	add_small(w, 2, 0, writer_below(w, 2) ? 63 : 127);
	if (!load)
		writer_add(w, "r5 = %u\n", writer_below(w, 8) ? 0 : writer_below(w, 4));
	writer_add(w, "r1 = r6\ncall skb_%s_bytes\n", load ? "load" : "store");
	if (load)
		writer_refill(w);
	else
		packet_moved(w);
}

static void add_csum_replace(struct writer *w)
{
	bool l3 = writer_below(w, 3);
	static const unsigned flags[] = {0, 2, 4, 2, 4, 3, 8, 0x10, 0x12, 0x22, 0x44};
	writer_add(w, "r3 = %d\nr4 = r%u\n", writer_below(w, 2) ? 0 : writer_imm(w), writer_below(w, 2) ? 0 : 8);
	add_small(w, 2, 0, 63);
	writer_add(w, "r5 = %u\nr1 = r6\ncall l%u_csum_replace\n", flags[writer_below(w, l3 ? 6 : 11)], l3 ? 3 : 4);
	packet_moved(w);
}

static void add_redirect(struct writer *w)
{
	writer_add(w, "r1 = %u\nr2 = %u\ncall redirect\n", writer_below(w, 3), writer_below(w, 3));
	writer_refill(w);
}

static void add_redirect_map(struct writer *w)
{
	add_small(w, 2, 0, 7);
	writer_add(w, "r3 = %u\nr1 = map[%s] ll\n", writer_below(w, 2) ? writer_below(w, 4) : 8 * writer_below(w, 4),
		   writer_map(w, writer_below(w, 2) ? RM_DEVICES : RM_CPUS));
	writer_add(w, "call redirect_map\n");
	writer_refill(w);
}

static void add_tail_call(struct writer *w)
{
	add_small(w, 3, 0, 7);
	writer_add(w, "r2 = map[%s] ll\nr1 = r6\ncall tail_call\n", writer_map(w, RM_PROGS));
	if (!writer_mistake(w))
		writer_add(w, "r0 = %d\n", writer_imm(w));
	packet_moved(w);
}

static void add_perf_event(struct writer *w)
{
	add_memory(w, 4);
	writer_add(w, "r3 = %d\nif w3 != -1 goto +0\nr2 = map[%s] ll\nr1 = r6\ncall perf_event_output\n",
		   writer_below(w, 2) ? -1 : 0, writer_map(w, RM_EVENTS));
	writer_refill(w);
}

static void add_printk(struct writer *w)
{
	/* "%d %d\0" on the stack */
	writer_add(w, "r1 = 0x64252064250000 ll\nr1 >>= 16\n*(u64 *)(r10 - %u) = r1\n", AT_KEY);
	writer_add(w, "r1 = r10\nr1 += -%u\nr2 = 6\nr3 = r%u\nr4 = %d\ncall trace_printk\n", AT_KEY,
		   writer_below(w, 2) ? 0 : 8, writer_imm(w));
	writer_refill(w);
}

static void add_csum_diff(struct writer *w)
{
	unsigned which = writer_below(w, 4);
	writer_add(w, "r1 = r10\nr1 += -%u\nr2 = %u\n", STACK_DATA, 4 * writer_below(w, 6));
	writer_add(w, "r3 = r10\nr3 += -%u\nr4 = %u\n", STACK_DATA - 24, 4 * writer_below(w, 6));
	if (which == 0)
		writer_add(w, "r1 = 0\nr2 = 0\n");
	if (which == 1)
		writer_add(w, "r3 = 0\nr4 = 0\n");
	writer_add(w, "r5 = %d\ncall csum_diff\n", writer_below(w, 2) ? 0 : writer_imm(w));
	writer_refill(w);
}

static void add_ringbuf(struct writer *w)
{
	unsigned skip = writer_label(w), n = 8 + 8 * writer_below(w, 2);
	bool leak = writer_mistake(w), nest = w->style == RANDOM_WILD;
	writer_add(w, "r1 = map[%s] ll\nr2 = %u\nr3 = 0\ncall ringbuf_reserve\nr9 = r0\n", writer_map(w, RM_RING), n);
	writer_add(w, "if r0 == 0 goto l%u\nr0 = 7\n", skip);
	writer_refill(w);
	for (unsigned i = 0; i < n; i += 8)
		if (!writer_mistake(w))
			writer_add(w, "*(u64 *)(r9 + %u) = r%u\n", i, writer_number(w));
	w->value_bytes = n;
	if (nest)
		writer_block(w, 2);
	if (!leak)
		writer_add(w, "r1 = r9\nr2 = 0\ncall ringbuf_%s\n", writer_below(w, 3) ? "submit" : "discard");
	if (writer_mistake(w))
		writer_add(w, "r0 = *(u8 *)(r9 + 0)\n");
	writer_add(w, "l%u:\nr0 = %d\n", skip, writer_imm(w));
	writer_refill(w);
	w->value_bytes = 0;
}

static void add_ringbuf_output(struct writer *w)
{
	add_memory(w, 2);
	writer_add(w, "r4 = 0\nr1 = map[%s] ll\ncall ringbuf_output\n", writer_map(w, RM_RING));
	writer_refill(w);
}

static void add_packet_load(struct writer *w)
{
	static const unsigned bits[] = {8, 16, 32};
	unsigned b = bits[writer_below(w, 3)];
	int off = (int)writer_below(w, writer_below(w, 2) ? 16 : 128);
	if (writer_below(w, 2))
		writer_add(w, "r0 = *(u%u *)skb[%d]\n", b, writer_mistake(w) ? -4096 : off);
	else
		writer_add(w, "r2 = r%u\nr2 &= 31\nr0 = *(u%u *)skb[r2 + %d]\n", writer_below(w, 2) ? 0 : 8, b, off);
	writer_refill(w);
}

const struct statement helper_statements[] = {
    {add_context, 6, NEEDS_NOTHING},
    {add_packet_scope, 8, NEEDS_NOTHING},
    {add_lookup, 9, NEEDS_NOTHING},
    {add_update, 6, NEEDS_NOTHING},
    {add_delete, 3, NEEDS_NOTHING},
    {add_global, 3, NEEDS_NOTHING},
    {add_number_helper, 3, NEEDS_NOTHING},
    {add_adjust, 5, NEEDS_XDP},
    {add_skb_bytes, 5, NEEDS_TC},
    {add_csum_replace, 3, NEEDS_TC},
    {add_redirect, 1, NEEDS_NOTHING},
    {add_redirect_map, 2, NEEDS_XDP},
    {add_tail_call, 1, NEEDS_NOTHING},
    {add_perf_event, 2, NEEDS_NOTHING},
    {add_printk, 1, NEEDS_NOTHING},
    {add_csum_diff, 1, NEEDS_NOTHING},
    {add_ringbuf, 2, NEEDS_NOTHING},
    {add_ringbuf_output, 1, NEEDS_NOTHING},
    {add_packet_load, 2, NEEDS_TC},
    {writer_any_call, 4, NEEDS_WILD},
    {add_storage, 4, NEEDS_TC},
    {add_inner, 3, NEEDS_NOTHING},
    {NULL, 0, NEEDS_NOTHING},
};
