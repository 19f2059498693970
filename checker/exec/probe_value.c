/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values for a search: a pure function of the run's seed and of what is asked,
 * so that a run may ask in any order. Bytes that belong to one word of 1, 2, 4
 * or 8 bytes are taken from one value, which is often a number that stands in
 * the program, one more or less, or with its bytes swapped.
 */
#include "probe_value.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#define POOL_MAX 4096

uint64_t chooser_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

static void add_value(struct pool *pool, uint64_t v)
{
	if (pool->n < POOL_MAX)
		pool->values[pool->n++] = v;
}

static void add_number(struct pool *pool, uint64_t v)
{
	add_value(pool, v);
	add_value(pool, v + 1);
	add_value(pool, v - 1);
	if (v < 64)
		add_value(pool, 1ull << v);
	if (v && v <= UINT16_MAX)
		add_value(pool, __builtin_bswap16((uint16_t)v));
	if (v > UINT8_MAX && v <= UINT32_MAX)
		add_value(pool, __builtin_bswap32((uint32_t)v));
}

static void add_length(struct pool *pool, int64_t n)
{
	for (size_t i = 0; i < pool->n_lengths; i++)
		if (pool->lengths[i] == n)
			return;
	if (n > 0 && n <= UINT16_MAX && pool->n_lengths < sizeof pool->lengths / sizeof *pool->lengths)
		pool->lengths[pool->n_lengths++] = (uint16_t)n;
}

static void add_insn(struct pool *pool, const struct insn *in)
{
	if (in->op == ISA_WIDE_TAIL)
		return;
	enum isa_form form = isa_rows[in->op].form;
	if (in->op == ISA_LDDW && in->src == WIDE_CONST)
		add_number(pool, in->imm64);
	if ((form == FORM_ALU || form == FORM_JMP || form == FORM_ST) && in->k && in->imm)
		add_number(pool, (uint64_t)(int64_t)in->imm);
	if (in->op == ISA_ADD && in->k)
		add_length(pool, in->imm);
	if (form == FORM_LDX)
		add_length(pool, in->off + in->width / 8);
}

void pool_init(struct pool *pool, const struct program *p)
{
	size_t n_maps = p->object ? p->object->n_maps : 0;
	*pool = (struct pool){.values = malloc(POOL_MAX * sizeof *pool->values)};
	if (!pool->values)
		abort();
	for (size_t i = 0; i < n_maps; i++) {
		add_number(pool, p->object->maps[i].max_entries);
		add_number(pool, p->object->maps[i].value_size);
	}
	for (size_t i = 0; i < p->n; i += p->insns[i].op == ISA_LDDW ? 2 : 1)
		add_insn(pool, &p->insns[i]);
	if (!pool->n)
		add_value(pool, 0);
}

void pool_release(struct pool *pool)
{
	free(pool->values);
}

uint64_t chooser_pick(const struct chooser *c, uint64_t random)
{
	static const uint64_t bounds[] = {1,          0x7f,        0x80,      0xff,       0x100, 0x7fff,
					  0x8000,     0xffff,      0x10000,   0x7fffffff, ~0ull, 0x80000000,
					  0xffffffff, 0x100000000, INT64_MAX, 1ull << 63, ~1ull, 0x1000};
	uint64_t r = chooser_mix(random);
	if (random % 8 < c->zeros)
		return 0;
	switch (r % 8) {
	case 0:
	case 1:
		return (r >> 8) % 17;
	case 2:
	case 3:
	case 4:
		return c->pool->values[(r >> 8) % c->pool->n];
	case 5:
		return bounds[(r >> 8) % (sizeof bounds / sizeof *bounds)];
	case 6:
		return chooser_mix(r) >> (r >> 8) % 64;
	default:
		return chooser_mix(r);
	}
}

static uint64_t choose_flag(const struct chooser *c, uint64_t random)
{
	(void)c;
	return random % 4 == 0;
}

static uint64_t choose_packet(const struct chooser *c, uint64_t random)
{
	(void)c;
	return random % 8 != 0;
}

static uint64_t choose_hit(const struct chooser *c, uint64_t random)
{
	return c->hits == 2 ? random & 1 : c->hits;
}

static uint64_t choose_error(const struct chooser *c, uint64_t random)
{
	(void)c;
	return random % 4 ? 0 : random >> 8;
}

static uint64_t choose_room(const struct chooser *c, uint64_t random)
{
	(void)c;
	return random % 4 * 64;
}

static uint64_t choose_rest(const struct chooser *c, uint64_t random)
{
	(void)c;
	return random % 4 ? 0 : (random >> 8) % 2048;
}

/* Metadata as long as something that the program adds to a pointer. */
static uint64_t choose_metadata(const struct chooser *c, uint64_t random)
{
	uint64_t r = random >> 8;
	if (random % 2)
		return 0;
	return c->pool->n_lengths && random % 4 ? (c->pool->lengths[r % c->pool->n_lengths] + 3u) & ~3u : r % 64;
}

static uint64_t choose_length(const struct chooser *c, uint64_t random)
{
	(void)random;
	return c->length;
}

static uint64_t choose_few(const struct chooser *c, uint64_t random)
{
	(void)c;
	return random % 4;
}

/* What helpers return that give an id, a sum or a time: any number; others 0, a small one or an errno. */
static uint64_t choose_result(const struct chooser *c, const uint64_t *args, uint64_t random)
{
	static const char *const numbers[] = {"cookie", "_id",     "csum",      "hash",
					      "realm",  "classid", "syncookie", "attach_cookie"};
	const struct helper_row *row = helper_find((uint32_t)args[0]);
	bool number = row && row->bits < 64;
	for (size_t i = 0; row && i < sizeof numbers / sizeof *numbers; i++)
		number |= strstr(row->name, numbers[i]) != NULL;
	if (number)
		return chooser_pick(c, random);
	return random % 4 == 0 ? -((random >> 8) % 134) : random % 4 == 1 ? (random >> 8) % 9 : random % 2;
}

typedef uint64_t choose_value(const struct chooser *c, uint64_t random);
static choose_value *const values[IN_COUNT] = {
    [IN_PKT_LEN] = choose_length,  [IN_PKT_HAS] = choose_packet, [IN_PKT_EXTRA] = choose_rest,
    [IN_HEADROOM] = choose_room,   [IN_TAILROOM] = choose_room,  [IN_META_LEN] = choose_metadata,
    [IN_AFTER_LEN] = choose_rest,  [IN_MAP_HAS] = choose_hit,    [IN_AFTER_HAS] = choose_hit,
    [IN_MAP_ERRNO] = choose_error, [IN_LPM] = choose_few,        [IN_INNER] = choose_few,
    [IN_STORAGE] = choose_error,   [IN_MAY_GOTO] = choose_flag,
};

/* Which argument of an input function that gives bytes is the offset, plus 1. */
static const uint8_t offsets[IN_COUNT] = {
    [IN_CTX] = 1,  [IN_PKT] = 1, [IN_KMEM] = 1,  [IN_MAP_BYTE] = 2,
    [IN_DATA] = 2, [IN_OUT] = 3, [IN_AFTER] = 3, [IN_AFTER_BYTE] = 3,
};

static uint64_t choose_byte(const struct chooser *c, enum input_fn fn, const uint64_t *args, size_t n)
{
	uint64_t words[INPUT_MAX_ARGS], off = args[offsets[fn] - 1];
	if (n > INPUT_MAX_ARGS)
		return 0;
	memcpy(words, args, n * sizeof *args);
	words[offsets[fn] - 1] = off & ~7ull;
	unsigned size = 1u << input_hash(c->seed + 1, fn, words, n) % 4;
	words[offsets[fn] - 1] = off & ~(uint64_t)(size - 1);
	return chooser_pick(c, input_hash(c->seed, fn, words, n)) >> 8 * (off % size) & 0xff;
}

uint64_t chooser_answer(void *arg, enum input_fn fn, const uint64_t *args, size_t n)
{
	const struct chooser *c = arg;
	if (fn == IN_PKT && !c->raw && args[0] < c->headers)
		return c->packet[args[0]];
	if (offsets[fn])
		return choose_byte(c, fn, args, n);
	uint64_t random = input_hash(c->seed, fn, args, n);
	if (fn == IN_RESULT)
		return choose_result(c, args, random);
	if (fn == IN_CONST && args[0] == BPF_FUNC_get_smp_processor_id)
		return random % 4;
	return values[fn] ? values[fn](c, random) : chooser_pick(c, random);
}

void chooser_start(struct chooser *c, const struct program *p, const struct pool *pool, uint64_t seed)
{
	uint64_t r = chooser_mix(seed);
	*c = (struct chooser){.p = p, .pool = pool, .seed = r | 1};
	c->zeros = (unsigned)(r >> 8) % 6;
	c->hits = (unsigned)(r >> 16) % 3;
	c->raw = (r >> 24) % 4 == 0;
	if (progtype_rows[p->type].packet != PACKET_NONE)
		packet_make(c);
}
