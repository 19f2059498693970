/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Large programs of a wanted size, as assembly text, and what an optimizer or a hand may make of them:
 * grow SIZE SEED [VARIANT [FAULT]]. VARIANT 0 is the program; any other number one with other registers, stack words,
 * temporaries, conditions and order of blocks, and optimised windows, that does the same; FAULT 1 to 3 changes an
 * immediate, an offset or a condition in its middle, so that it doesn't.
 */
#include "tests/random.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 12, KEY = 8 * WORDS + 8, VALUE = KEY + 16, FAULTS = 3 };
enum fault { FAULT_NONE, FAULT_IMMEDIATE, FAULT_OFFSET, FAULT_CONDITION };

struct grow {
	char *text, *cold; /* hot way, blocks out of it */
	size_t text_n, cold_n, room;
	unsigned size, wanted, labels;
	unsigned at, middle; /* pieces */
	struct random shape; /* equal for all variants */
	struct random style;
	bool variant;
	unsigned name[128];   /* register of a letter: C context, D data, E its end, H the sum, a to d temporaries */
	unsigned word[WORDS]; /* where on the stack a word lies */
	enum fault fault;
	bool is_cold;
};

static unsigned below(struct grow *g, unsigned n)
{
	return random_below(&g->shape, n);
}

/* The other way to write it? */
static bool other(struct grow *g)
{
	return g->variant && random_below(&g->style, 2);
}

static unsigned label(struct grow *g)
{
	return g->labels++;
}

static void append(struct grow *g, const char *line)
{
	char *to = g->is_cold ? g->cold : g->text;
	size_t *at = g->is_cold ? &g->cold_n : &g->text_n;
	if (*at + 100 > g->room)
		abort();
	for (const char *c = line; *c; c++)
		*at += *c == '$' ? (size_t)sprintf(to + *at, "%u", g->name[(unsigned char)*++c])
				 : (size_t)sprintf(to + *at, "%c", *c);
	to[(*at)++] = '\n';
	to[*at] = 0;
}

/* A line, in which $X is the number of the register that X stands for. */
static void emit(struct grow *g, const char *format, ...)
{
	char line[100];
	va_list ap;
	va_start(ap, format);
	vsnprintf(line, sizeof line, format, ap);
	va_end(ap);
	append(g, line);
	size_t n = strlen(line);
	g->size += line[n - 1] == ':' ? 0 : n > 3 && !strcmp(line + n - 3, " ll") ? 2 : 1;
}

static bool takes_fault(struct grow *g, enum fault fault)
{
	if (g->fault != fault || g->at < g->middle)
		return false;
	g->fault = FAULT_NONE;
	return true;
}

static void emit_add(struct grow *g, char reg, unsigned k)
{
	if (takes_fault(g, FAULT_IMMEDIATE))
		k++;
	if (other(g)) {
		emit(g, "r$%c += %u", reg, k);
	} else {
		emit(g, "r$d = %u", k);
		emit(g, "r$%c += r$d", reg);
	}
}

/* Jumps to where unless so many bytes of the packet are there. */
static void emit_need(struct grow *g, unsigned bytes, unsigned where)
{
	emit(g, "r$a = r$D");
	emit(g, "r$a += %u", bytes);
	if (!other(g)) {
		emit(g, "if r$a > r$E goto L%u", where);
		return;
	}
	unsigned go = label(g);
	emit(g, "if r$a <= r$E goto L%u", go);
	emit(g, "goto L%u", where);
	emit(g, "L%u:", go);
}

static void emit_load_word(struct grow *g, char reg, unsigned w)
{
	emit(g, "r$%c = *(u64 *)(r10 - %u)", reg, g->word[w]);
}

static void emit_store_word(struct grow *g, unsigned w, char reg)
{
	emit(g, "*(u64 *)(r10 - %u) = r$%c", g->word[w], reg);
}

static void field(struct grow *g)
{
	unsigned skip = label(g), at = 14 + below(g, 60), w = below(g, WORDS);
	emit_need(g, at + 3, skip);
	if (takes_fault(g, FAULT_OFFSET))
		at++;
	if (other(g)) {
		emit(g, "r$b = *(u16 *)(r$D + %u)", at);
	} else {
		emit(g, "r$b = *(u8 *)(r$D + %u)", at);
		emit(g, "r$c = *(u8 *)(r$D + %u)", at + 1);
		emit(g, "r$c <<= 8");
		emit(g, "r$b |= r$c");
	}
	emit(g, "r$b = be16 r$b");
	emit_store_word(g, w, 'b');
	emit(g, "r$H += r$b");
	emit(g, "r$H *= 31");
	emit(g, "L%u:", skip);
}

static void insert_flow(struct grow *g, unsigned back)
{
	emit(g, "r$a = %u", below(g, 9));
	emit(g, "*(u64 *)(r10 - %u) = r$a", VALUE);
	emit(g, "*(u64 *)(r10 - %u) = r$H", VALUE - 8);
	emit(g, "r1 = flows ll");
	emit(g, "r2 = r10");
	emit(g, "r2 += -%u", KEY);
	emit(g, "r3 = r10");
	emit(g, "r3 += -%u", VALUE);
	emit(g, "r4 = 0");
	emit(g, "call map_update_elem");
	emit(g, "goto L%u", back);
}

static void account(struct grow *g, unsigned field_at, unsigned k)
{
	emit(g, "r$d = *(u64 *)(r0 + %u)", field_at);
	emit(g, "r$d += %u", k);
	emit(g, "*(u64 *)(r0 + %u) = r$d", field_at);
	emit(g, "r$H ^= r$d");
}

static void lookup(struct grow *g)
{
	bool flows = below(g, 3) == 0;
	unsigned miss = label(g), back = label(g), w = below(g, WORDS), at = 8 * below(g, 2), k = 1 + below(g, 99);
	emit_load_word(g, 'b', w);
	emit(g, other(g) ? "w$b &= 255" : "r$b &= 255");
	emit(g, "*(u32 *)(r10 - %u) = r$b", KEY);
	emit(g, flows ? "r1 = flows ll" : "r1 = counts ll");
	emit(g, "r2 = r10");
	emit(g, "r2 += -%u", KEY);
	emit(g, "call map_lookup_elem");
	emit(g, "if r0 == 0 goto L%u", flows ? miss : back);
	account(g, at, k);
	if (flows && !other(g)) {
		emit(g, "goto L%u", back);
		emit(g, "L%u:", miss);
		insert_flow(g, back);
	} else if (flows) {
		g->is_cold = true;
		emit(g, "L%u:", miss);
		insert_flow(g, back);
		g->is_cold = false;
	}
	emit(g, "L%u:", back);
}

static void branch(struct grow *g)
{
	unsigned then = label(g), join = label(g), w = below(g, WORDS), to = below(g, WORDS), k = 1 + below(g, 250);
	unsigned x = below(g, 1000), y = 1 + below(g, 1000);
	bool out = other(g);
	emit_load_word(g, 'a', w);
	emit(g, other(g) ? "w$a &= 255" : "r$a &= 255"); /* any byte, so that each comparison is another */
	if (takes_fault(g, FAULT_CONDITION))
		k++;
	emit(g, "if r$a > %u goto L%u", k, then);
	emit_add(g, 'H', x);
	if (!out) {
		emit(g, "goto L%u", join);
	} else {
		g->is_cold = true;
	}
	emit(g, "L%u:", then);
	emit(g, "r$H ^= %u", y);
	emit_store_word(g, to, 'H');
	if (out) {
		emit(g, "goto L%u", join);
		g->is_cold = false;
	}
	emit(g, "L%u:", join);
}

static void mix(struct grow *g)
{
	unsigned x = below(g, WORDS), y = below(g, WORDS), z = below(g, WORDS), shift = 1 + below(g, 20);
	emit_load_word(g, 'a', x);
	emit_load_word(g, 'b', y);
	emit(g, "r$a += r$b");
	if (other(g)) {
		emit(g, "r$c = r$a");
		emit(g, "r$a <<= 2");
		emit(g, "r$a += r$c");
	} else {
		emit(g, "r$a *= 5");
	}
	emit(g, "r$b = r$a");
	emit(g, "r$b >>= %u", shift);
	emit(g, "r$a ^= r$b");
	emit_add(g, 'a', below(g, 5000));
	emit_store_word(g, z, 'a');
	emit(g, "r$H += r$a");
}

static void sum_loop(struct grow *g)
{
	unsigned again = label(g), out = label(g), most = 100 + below(g, 1200);
	emit(g, "r$a = r$D");
	emit(g, "r$a += 14");
	emit(g, "r$b = 0");
	emit(g, "r$c = 0");
	emit(g, "L%u:", again);
	emit(g, "r$d = r$a");
	emit(g, "r$d += 1");
	emit(g, "if r$d > r$E goto L%u", out);
	emit(g, "if r$b >= %u goto L%u", most, out);
	emit(g, "r$d = *(u8 *)(r$a + 0)");
	emit(g, "r$c += r$d");
	emit(g, "r$a += 1");
	emit(g, "r$b += 1");
	emit(g, "goto L%u", again);
	emit(g, "L%u:", out);
	emit(g, "r$H ^= r$c");
}

static void write_packet(struct grow *g)
{
	unsigned skip = label(g), at = 14 + below(g, 60);
	emit_need(g, at + 4, skip);
	emit(g, "*(u8 *)(r$D + %u) = r$H", at);
	emit(g, "L%u:", skip);
}

static void clock_or_chance(struct grow *g)
{
	emit(g, below(g, 2) ? "call get_prandom_u32" : "call ktime_get_ns");
	emit(g, "r$H ^= r0");
	emit_add(g, 'H', below(g, 99));
}

static void leave(struct grow *g)
{
	unsigned go = label(g), k = below(g, 1u << 30);
	emit_load_word(g, 'a', below(g, WORDS));
	if (other(g)) {
		emit(g, "if r$a == %u goto L%u", k, go);
		g->is_cold = true;
		emit(g, "L%u:", go);
		emit(g, "r0 = 1");
		emit(g, "exit");
		g->is_cold = false;
		return;
	}
	emit(g, "if r$a != %u goto L%u", k, go);
	emit(g, "r0 = 1");
	emit(g, "exit");
	emit(g, "L%u:", go);
}

static void call_function(struct grow *g)
{
	emit_load_word(g, 'a', below(g, WORDS));
	emit(g, "r2 = r$a");
	emit(g, "r1 = r$H");
	emit(g, "call stir");
	emit(g, "r$H = r0");
}

/* So many of each kind in a hundred. */
static const struct {
	void (*make)(struct grow *);
	unsigned percent;
} pieces[] = {{field, 25},       {lookup, 20},         {branch, 18}, {mix, 16},         {sum_loop, 3},
	      {write_packet, 6}, {clock_or_chance, 4}, {leave, 4},   {call_function, 4}};

static void piece(struct grow *g)
{
	unsigned x = below(g, 100), i = 0;
	while (x >= pieces[i].percent)
		x -= pieces[i++].percent;
	pieces[i].make(g);
}

static void shuffle(struct random *r, unsigned *at, unsigned n)
{
	for (unsigned i = n; i-- > 1;) {
		unsigned j = random_below(r, i + 1), x = at[i];
		at[i] = at[j];
		at[j] = x;
	}
}

static void name_places(struct grow *g)
{
	unsigned kept[] = {6, 7, 8, 9}, free_ones[] = {2, 3, 4, 5};
	for (unsigned i = 0; i < WORDS; i++)
		g->word[i] = 8 * i + 8;
	if (g->variant) {
		shuffle(&g->style, kept, 4);
		shuffle(&g->style, free_ones, 4);
		shuffle(&g->style, g->word, WORDS);
	}
	for (unsigned i = 0; i < 4; i++) {
		g->name[(unsigned char)"CDEH"[i]] = kept[i];
		g->name[(unsigned char)"abcd"[i]] = free_ones[i];
	}
}

static void begin(struct grow *g)
{
	emit(g, "r$C = r1");
	emit(g, "r$D = *(u32 *)(r1 + 0)");
	emit(g, "r$E = *(u32 *)(r1 + 4)");
	emit(g, "r$H = *(u32 *)(r1 + 12)");
	for (unsigned i = 0; i < WORDS; i++) {
		emit(g, "r$a = *(u32 *)(r$C + %u)", i % 2 ? 12 : 16);
		emit(g, "r$a *= %u", 3 + 14 * i);
		emit_store_word(g, i, 'a');
	}
}

/* The end of the hot way, the blocks out of it, the function. */
static void finish(struct grow *g)
{
	emit(g, "r$a = *(u32 *)(r$C + 16)");
	emit(g, "r$H ^= r$a");
	emit(g, "r0 = r$H");
	emit(g, "r$a = r0");
	emit(g, "r$a >>= 32");
	emit(g, "r0 ^= r$a");
	emit(g, "exit");
	printf(".map counts ARRAY 4 16 200\n.map flows HASH 4 16 4096\n%s%s", g->text, g->cold);
	printf("stir:\nr0 = r1\nr0 *= 33\nif r2 > 4000 goto high\nr0 += r2\nexit\nhigh:\nr0 ^= r2\nr0 += 1\nexit\n");
}

/* At most so many pieces, none that begins near the wanted size; returns their number. */
static unsigned grow(struct grow *g, unsigned most)
{
	unsigned n = 0;
	g->room = 300 * g->wanted + 10000;
	g->text = calloc(1, g->room);
	g->cold = calloc(1, g->room);
	if (!g->text || !g->cold)
		abort();
	name_places(g);
	begin(g);
	for (; n < most && (most < UINT32_MAX || g->size + 25 < g->wanted); n++) {
		g->at = n;
		piece(g);
	}
	return n;
}

int main(int argc, char **argv)
{
	if (argc < 3 || argc > 5) {
		fprintf(stderr, "usage: grow SIZE SEED [VARIANT [FAULT]]\n");
		return 64;
	}
	unsigned long number[4] = {0};
	for (int i = 1; i < argc; i++)
		number[i - 1] = strtoul(argv[i], NULL, 0);
	struct grow plain = {.wanted = (unsigned)number[0], .shape.state = number[1]};
	struct grow g = plain;
	g.style.state = number[2];
	g.variant = number[2] != 0;
	g.fault = (enum fault)(number[3] % (FAULTS + 1));
	unsigned n = grow(&plain, UINT32_MAX);
	g.middle = n / 2;
	struct grow early = g;
	grow(&g, n); /* variants have as many pieces */
	early.middle = 0;
	grow(&early, n);
	bool late = g.fault == FAULT_NONE, some = late || early.fault == FAULT_NONE;
	if (some) /* else there is nothing that could be changed so */
		finish(late ? &g : &early);
	free(plain.text);
	free(plain.cold);
	free(g.text);
	free(g.cold);
	free(early.text);
	free(early.cold);
	return some ? 0 : 1;
}
