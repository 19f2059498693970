/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of a concrete input: entries in order of insertion, found through an open-addressed index. */
#include "input.h"

#include <stdlib.h>
#include <string.h>

struct input {
	struct input_entry *entries;
	size_t n, cap;
	uint32_t *index; /* entry number + 1, 0: empty; size is a power of two, at most half full */
	size_t buckets;
	uint64_t seed;
	input_default *ask;
	void *ask_arg;
	struct input *log; /* takes what is asked for and has no entry */
};

static void *check_memory(void *p)
{
	if (!p)
		abort();
	return p;
}

static uint64_t mix_word(uint64_t h, uint64_t w)
{
	h ^= w + 0x9e3779b97f4a7c15ull + (h << 6) + (h >> 2);
	h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9ull;
	h = (h ^ (h >> 27)) * 0x94d049bb133111ebull;
	return h ^ (h >> 31);
}

uint64_t input_hash(uint64_t seed, enum input_fn fn, const uint64_t *args, size_t n)
{
	uint64_t h = mix_word(seed, (uint64_t)fn * 128 + n);
	for (size_t i = 0; i < n; i++)
		h = mix_word(h, args[i]);
	return h;
}

static bool is_entry(const struct input_entry *e, enum input_fn fn, const uint64_t *args, size_t n)
{
	return e->fn == fn && e->n == n && (!n || !memcmp(e->args, args, n * sizeof *args));
}

/* The bucket that holds the key, or the empty one where it belongs. */
static uint32_t *find_bucket(const struct input *in, enum input_fn fn, const uint64_t *args, size_t n)
{
	size_t at = input_hash(0, fn, args, n) & (in->buckets - 1);
	while (in->index[at] && !is_entry(&in->entries[in->index[at] - 1], fn, args, n))
		at = (at + 1) & (in->buckets - 1);
	return &in->index[at];
}

static void build_index(struct input *in, size_t buckets)
{
	free(in->index);
	in->index = check_memory(calloc(buckets, sizeof *in->index));
	in->buckets = buckets;
	for (size_t i = 0; i < in->n; i++) {
		const struct input_entry *e = &in->entries[i];
		*find_bucket(in, e->fn, e->args, e->n) = (uint32_t)i + 1;
	}
}

struct input *input_new(void)
{
	struct input *in = check_memory(calloc(1, sizeof *in));
	build_index(in, 64);
	return in;
}

struct input *input_copy(const struct input *in)
{
	struct input *c = input_new();
	c->seed = in->seed;
	for (size_t i = 0; i < in->n; i++)
		input_set(c, in->entries[i].fn, in->entries[i].args, in->entries[i].n, in->entries[i].value);
	return c;
}

void input_free(struct input *in)
{
	if (!in)
		return;
	for (size_t i = 0; i < in->n; i++)
		free(in->entries[i].args);
	free(in->entries);
	free(in->index);
	free(in);
}

void input_set_seed(struct input *in, uint64_t seed)
{
	in->seed = seed;
}

void input_set_default(struct input *in, input_default *ask, void *arg)
{
	in->ask = ask;
	in->ask_arg = arg;
}

void input_set(struct input *in, enum input_fn fn, const uint64_t *args, size_t n, uint64_t value)
{
	uint32_t *bucket = find_bucket(in, fn, args, n);
	if (*bucket) {
		in->entries[*bucket - 1].value = value;
		return;
	}
	if (in->n == in->cap) {
		in->cap = in->cap ? 2 * in->cap : 32;
		in->entries = check_memory(realloc(in->entries, in->cap * sizeof *in->entries));
	}
	struct input_entry *e = &in->entries[in->n++];
	*e = (struct input_entry){.fn = fn, .n = n, .value = value};
	e->args = check_memory(malloc(n ? n * sizeof *args : 1));
	if (n)
		memcpy(e->args, args, n * sizeof *args);
	*bucket = (uint32_t)in->n;
	if (2 * in->n > in->buckets)
		build_index(in, 2 * in->buckets);
}

void input_unset(struct input *in, enum input_fn fn, const uint64_t *args, size_t n)
{
	uint32_t *bucket = find_bucket(in, fn, args, n);
	if (!*bucket)
		return;
	size_t i = *bucket - 1;
	free(in->entries[i].args);
	in->n--;
	memmove(in->entries + i, in->entries + i + 1, (in->n - i) * sizeof *in->entries);
	build_index(in, in->buckets);
}

/* Different things have different addresses. */
static uint64_t default_address(const struct input_row *row, uint64_t hash)
{
	return row->lo + hash % ((row->hi - row->lo) >> 12) * (1 << 12);
}

static uint64_t fold_value(const struct input_row *row, uint64_t v)
{
	if (row->width < 64)
		v &= (1ull << row->width) - 1;
	if (v >= row->lo && v <= row->hi)
		return v;
	return row->lo + v % (row->hi - row->lo + 1);
}

static uint64_t default_value(const struct input *in, enum input_fn fn, const uint64_t *args, size_t n)
{
	const struct input_row *row = &input_rows[fn];
	if (!in->seed && fn >= IN_AT_STACK && fn <= IN_AT_FUNC && n > 0)
		return default_address(row, input_hash(0, fn, args, n));
	if (in->ask)
		return fold_value(row, in->ask(in->ask_arg, fn, args, n));
	if (!in->seed)
		return row->lo;
	return fold_value(row, input_hash(in->seed, fn, args, n));
}

uint64_t input_get(const struct input *in, enum input_fn fn, const uint64_t *args, size_t n)
{
	uint32_t found = in->n ? *find_bucket(in, fn, args, n) : 0;
	if (found)
		return fold_value(&input_rows[fn], in->entries[found - 1].value);
	uint64_t v = default_value(in, fn, args, n);
	if (in->log)
		input_set(in->log, fn, args, n, v);
	return v;
}

void input_set_log(struct input *in, struct input *log)
{
	in->log = log;
}

bool input_has(const struct input *in, enum input_fn fn, const uint64_t *args, size_t n)
{
	return *find_bucket(in, fn, args, n) != 0;
}

size_t input_count(const struct input *in)
{
	return in->n;
}

const struct input_entry *input_at(const struct input *in, size_t i)
{
	return &in->entries[i];
}

uint64_t input_hash_name(const char *name)
{
	uint64_t h = 0xcbf29ce484222325ull;
	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 0x100000001b3ull;
	return h;
}
