/* SPDX-License-Identifier: BSD-2-Clause */
/* Random inputs: lengths around the bounds that programs check, keys that are there or not, updates that mostly work.
 */
#include "tests/random_program.h"

#include <stdio.h>

static void set(struct input *in, enum input_fn fn, uint64_t value)
{
	input_set(in, fn, NULL, 0, value);
}

static unsigned pick(struct random *r, const unsigned *from, unsigned n)
{
	return from[random_below(r, n)];
}

static void set_packet(struct input *in, struct random *r, unsigned kind)
{
	static const unsigned lengths[] = {0, 13, 14, 24, 33, 48, 63, 64, 64, 65, 72, 100},
			      rooms[] = {0, 4, 8, 64, 216};
	static const unsigned extras[] = {0, 0, 5, 40}, metas[] = {0, 0, 4, 8, 28};
	uint64_t len = kind == 1 || kind == 2 ? 64 : pick(r, lengths, 12);
	set(in, IN_PKT_LEN, len);
	set(in, IN_PKT_EXTRA, kind < 4 ? 0 : pick(r, extras, 4));
	set(in, IN_HEADROOM, kind < 4 ? 216 : pick(r, rooms, 5));
	set(in, IN_TAILROOM, kind < 4 ? 3520 - len : pick(r, rooms, 5));
	set(in, IN_META_LEN, pick(r, metas, 5));
	for (uint64_t i = 0; i < 64 && kind < 5; i += 8) {
		uint64_t word = kind == 2 ? (uint64_t)random_number(r) : random_below(r, 4);
		for (uint64_t k = 0; k < 8; k++)
			input_set(in, IN_PKT, (uint64_t[]){i + k}, 1, word >> 8 * k & 0xff);
	}
}

/* Small keys of every map: all there, or as the seed has it. */
static void set_maps(struct input *in, const struct program *p, struct random *r, unsigned kind)
{
	bool fail = kind == 7;
	for (uint64_t m = 0; m < p->object->n_maps; m++) {
		bool array = maptype_rows[p->object->maps[m].type].model == MAP_ARRAY;
		for (uint64_t key = 0; key < 8 && kind % 2 && !array; key++)
			input_set(in, IN_MAP_HAS, (uint64_t[]){m, key}, 2, 1);
		for (uint64_t key = 0; key < 8; key++) { /* few elements and inner maps, which several keys find */
			input_set(in, IN_LPM, (uint64_t[]){m, key}, 2, random_below(r, 8));
			input_set(in, IN_INNER, (uint64_t[]){m, key}, 2, random_below(r, 3));
			for (uint64_t inner = 0; inner < 3 && kind % 2 && !array; inner++)
				input_set(in, IN_MAP_HAS, (uint64_t[]){m, key, inner}, 3, 1);
		}
		for (uint64_t n = 0; n < 12; n++)
			input_set(in, IN_MAP_ERRNO, (uint64_t[]){m, n}, 2, fail ? random_below(r, 4) : 0);
	}
}

struct input *random_program_input(const struct program *p, unsigned kind, uint64_t seed)
{
	struct random r = {seed * 0x9e3779b97f4a7c15ull + kind};
	struct input *in = input_new();
	if (kind == 0)
		return in;
	if (kind > 2)
		input_set_seed(in, random_draw(&r) | 1);
	set_packet(in, &r, kind);
	set_maps(in, p, &r, kind);
	return in;
}

struct input *random_program_words(uint64_t seed)
{
	struct random r = {seed};
	struct input *in = input_new();
	set(in, IN_PKT_LEN, 64);
	for (uint64_t i = 0; i < 64; i += 8) {
		uint64_t word = (uint64_t)random_number(&r);
		for (uint64_t k = 0; k < 8; k++)
			input_set(in, IN_PKT, (uint64_t[]){i + k}, 1, word >> 8 * k & 0xff);
	}
	return in;
}
