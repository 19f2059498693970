/* SPDX-License-Identifier: BSD-2-Clause */
/* The same random inputs through two objects on the live kernel. */
#include "tests/bench_diff.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUTS = 200, MIN_LEN = 14, MAX_LEN = 128, ROOM = 512, CONTEXT = 192, MAX_KEY = 64, MAX_VALUE = 4096 };
enum { AT_PROTO = 12, AT_IP = 14, AT_L4_PROTO = 23 };

struct packet {
	uint8_t bytes[MAX_LEN];
	uint32_t len;
};

struct output {
	uint32_t retval, len;
	uint8_t bytes[ROOM], context[CONTEXT];
};

static uint64_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

/* Few different bytes, so that addresses and ports meet map keys. */
static uint8_t small_byte(uint64_t *state)
{
	uint64_t r = next_random(state);
	return r & 7 ? (uint8_t)(r >> 3 & 3) : (uint8_t)(r >> 3);
}

/* Half of the packets end at or next to the end of a header. */
static uint32_t make_length(uint64_t *state)
{
	static const uint8_t ends[] = {14, 18, 22, 34, 38, 42, 54};
	if (next_random(state) & 1)
		return MIN_LEN + (uint32_t)next_random(state) % (MAX_LEN - MIN_LEN);
	uint32_t len = ends[next_random(state) % sizeof(ends)] + (uint32_t)next_random(state) % 3;
	return len > MIN_LEN ? len - 1 : MIN_LEN;
}

/* Mostly well-formed IPv4 with TCP or UDP; some of everything else. */
static void make_packet(struct packet *p, uint64_t *state)
{
	static const uint16_t protocols[8] = {0x0008, 0x0008, 0x0008, 0x0008, 0x0008, 0xdd86, 0x0081, 0x0608};
	static const uint8_t l4[4] = {6, 17, 6, 1};
	p->len = make_length(state);
	for (uint32_t i = 0; i < MAX_LEN; i++)
		p->bytes[i] = small_byte(state);
	memcpy(p->bytes + AT_PROTO, &protocols[next_random(state) & 7], 2);
	p->bytes[AT_IP] = next_random(state) & 7 ? 0x45 : (uint8_t)(0x40 | (next_random(state) & 15));
	p->bytes[AT_L4_PROTO] = l4[next_random(state) & 3];
}

/*
 * Keys that occur in packets: one or two stretches of a packet, its protocol,
 * zeroes. A key that is shorter takes only the first bytes.
 */
static void make_key(uint8_t key[MAX_KEY], enum bpf_map_type type, const struct packet *p, uint64_t *state)
{
	static const struct {
		uint8_t at, len, then, then_len;
	} recipes[] = {
	    {6, 6, 0, 0},             /* source MAC */
	    {26, 4, 34, 2},           /* source address and port */
	    {30, 4, 36, 2},           /* destination address and port */
	    {26, 12, AT_L4_PROTO, 1}, /* addresses, ports, protocol */
	    {34, 2, AT_L4_PROTO, 1},  /* source port, protocol */
	    {36, 2, AT_L4_PROTO, 1},  /* destination port, protocol */
	};
	uint64_t pick = next_random(state) % (sizeof(recipes) / sizeof(*recipes));
	size_t shift = type == BPF_MAP_TYPE_LPM_TRIE ? 4 : 0, len = recipes[pick].len;
	memset(key, 0, MAX_KEY);
	memcpy(key + shift, p->bytes + recipes[pick].at, len);
	memcpy(key + shift + len, p->bytes + recipes[pick].then, recipes[pick].then_len);
	if (shift)
		key[0] = (uint8_t)(next_random(state) % 33);
}

static bool is_filled(const struct bpf_map *map)
{
	switch ((int)bpf_map__type(map)) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LPM_TRIE:
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
		return !bpf_map__is_internal(map);
	}
	return false;
}

static bool is_compared(const struct bpf_map *map)
{
	return is_filled(map) || (bpf_map__is_internal(map) && bpf_map__type(map) == BPF_MAP_TYPE_ARRAY);
}

/* Bytes of a value as the system call sees it; 0 if that is too large for us. */
static size_t value_room(const struct bpf_map *map)
{
	size_t size = bpf_map__value_size(map);
	int type = (int)bpf_map__type(map);
	if (type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY)
		size = (size + 7) / 8 * 8 * (size_t)libbpf_num_possible_cpus();
	return size <= MAX_VALUE && bpf_map__key_size(map) <= MAX_KEY ? size : 0;
}

static void fill_map(const struct bpf_map *map, const struct packet *packets, uint64_t *state)
{
	uint8_t key[MAX_KEY], value[MAX_VALUE];
	bool array = bpf_map__type(map) == BPF_MAP_TYPE_ARRAY || bpf_map__type(map) == BPF_MAP_TYPE_PERCPU_ARRAY;
	for (uint32_t i = 0; i < 64 && value_room(map); i++) {
		make_key(key, bpf_map__type(map), &packets[next_random(state) % INPUTS], state);
		if (array)
			memcpy(key, &(uint32_t){i}, sizeof(uint32_t));
		for (size_t b = 0; b < value_room(map); b++)
			value[b] = small_byte(state);
		bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY);
	}
}

static struct bpf_object *load(const char *path, const struct packet *packets)
{
	struct bpf_object *o = bpf_object__open_file(path, NULL);
	struct bpf_map *map;
	uint64_t state = 2;
	if (!o || bpf_object__load(o)) {
		bpf_object__close(o);
		return NULL;
	}
	bpf_object__for_each_map(map, o) if (is_filled(map)) fill_map(map, packets, &state);
	return o;
}

static bool takes_packet(const struct bpf_program *p)
{
	enum bpf_prog_type type = bpf_program__type(p);
	return type == BPF_PROG_TYPE_XDP || type == BPF_PROG_TYPE_SCHED_CLS || type == BPF_PROG_TYPE_SOCKET_FILTER ||
	       type == BPF_PROG_TYPE_CGROUP_SKB;
}

/* Returns 0, or the negative error number of the test run. */
static int run_packet(const struct bpf_program *p, const struct packet *in, struct output *out)
{
	struct __sk_buff context = {.mark = in->bytes[0], .priority = in->bytes[1]};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = in->bytes, .data_size_in = in->len, .data_out = out->bytes,
		    .data_size_out = ROOM, .repeat = 1);
	memset(out, 0, sizeof(*out));
	if (bpf_program__type(p) != BPF_PROG_TYPE_XDP) {
		run.ctx_in = &context;
		run.ctx_size_in = sizeof(context);
		run.ctx_out = out->context;
		run.ctx_size_out = CONTEXT;
	}
	int error = bpf_prog_test_run_opts(bpf_program__fd(p), &run);
	out->retval = run.retval;
	out->len = run.data_size_out;
	return error;
}

static int run_raw(const struct bpf_program *p, const struct packet *in, struct output *out)
{
	uint64_t args[4];
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = args, .ctx_size_in = sizeof(args));
	for (size_t i = 0; i < 4; i++)
		args[i] = (uint64_t)in->bytes[i] * in->bytes[i + 4];
	memset(out, 0, sizeof(*out));
	int error = bpf_prog_test_run_opts(bpf_program__fd(p), &run);
	out->retval = run.retval;
	return error;
}

static enum diff run_programs(const struct bpf_program *a, const struct bpf_program *b, const struct packet *packets,
			      char *text, size_t len)
{
	static struct output x, y;
	int (*run)(const struct bpf_program *, const struct packet *, struct output *) =
	    takes_packet(a) ? run_packet : run_raw;
	for (int i = 0; i < INPUTS; i++) {
		int e = run(a, &packets[i], &x), f = run(b, &packets[i], &y);
		if (e == f && memcmp(&x, &y, sizeof(x)) == 0)
			continue;
		snprintf(text, len, "%s, input %d: result %u and %u", bpf_program__name(a), i, x.retval, y.retval);
		return DIFF_DIFFERENT;
	}
	return DIFF_SAME;
}

static bool is_same_entry(const struct bpf_map *a, const struct bpf_map *b, const void *key)
{
	uint8_t x[MAX_VALUE] = {0}, y[MAX_VALUE] = {0};
	int e = bpf_map_lookup_elem(bpf_map__fd(a), key, x), f = bpf_map_lookup_elem(bpf_map__fd(b), key, y);
	return e == f && memcmp(x, y, value_room(a)) == 0;
}

/* Every key of a is in b with the same value. */
static bool is_within(const struct bpf_map *a, const struct bpf_map *b)
{
	uint8_t key[MAX_KEY], next[MAX_KEY];
	for (void *last = NULL; bpf_map_get_next_key(bpf_map__fd(a), last, next) == 0; last = key) {
		if (!is_same_entry(a, b, next))
			return false;
		memcpy(key, next, sizeof(key));
	}
	return true;
}

static enum diff compare_maps(struct bpf_object *a, struct bpf_object *b, char *text, size_t len)
{
	struct bpf_map *x;
	bpf_object__for_each_map(x, a)
	{
		struct bpf_map *y = bpf_object__find_map_by_name(b, bpf_map__name(x));
		if (!y || !is_compared(x) || !value_room(x) || (is_within(x, y) && is_within(y, x)))
			continue;
		snprintf(text, len, "contents of map %s", bpf_map__name(x));
		return DIFF_DIFFERENT;
	}
	return DIFF_SAME;
}

static enum diff compare_objects(struct bpf_object *a, struct bpf_object *b, const struct packet *packets, char *text,
				 size_t len)
{
	struct bpf_program *p;
	size_t runs = 0;
	bpf_object__for_each_program(p, a)
	{
		struct bpf_program *q = bpf_object__find_program_by_name(b, bpf_program__name(p));
		if (!q || !(takes_packet(p) || bpf_program__type(p) == BPF_PROG_TYPE_RAW_TRACEPOINT))
			continue;
		runs++;
		if (run_programs(p, q, packets, text, len) == DIFF_DIFFERENT)
			return DIFF_DIFFERENT;
	}
	if (runs)
		return compare_maps(a, b, text, len);
	snprintf(text, len, "the kernel has no test run for this program type");
	return DIFF_SKIPPED;
}

static enum diff diff_once(const char *a, const char *b, const struct packet *packets, char *text, size_t len)
{
	struct bpf_object *x = load(a, packets), *y = load(b, packets);
	enum diff diff = DIFF_SKIPPED;
	if (x && y)
		diff = compare_objects(x, y, packets, text, len);
	else
		snprintf(text, len, "the kernel refuses %s", x ? "the mutant" : "the original");
	bpf_object__close(x);
	bpf_object__close(y);
	return diff;
}

static int keep_quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

/* Per-CPU values are comparable only on one CPU. */
static void stay_on_cpu(cpu_set_t *before)
{
	cpu_set_t one;
	sched_getaffinity(0, sizeof(*before), before);
	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
}

enum diff diff_objects(const char *a, const char *b, char *text, size_t len)
{
	struct packet packets[INPUTS];
	uint64_t state = 1;
	cpu_set_t before;
	libbpf_set_print(keep_quiet);
	for (int i = 0; i < INPUTS; i++)
		make_packet(&packets[i], &state);
	stay_on_cpu(&before);
	enum diff diff = diff_once(a, a, packets, text, len);
	if (diff == DIFF_DIFFERENT) {
		diff = DIFF_SKIPPED;
		snprintf(text, len, "two runs of the original already differ (clock or random helper)");
	} else if (diff == DIFF_SAME) {
		diff = diff_once(a, b, packets, text, len);
	}
	sched_setaffinity(0, sizeof(before), &before);
	return diff;
}
