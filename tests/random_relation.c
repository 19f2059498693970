/* SPDX-License-Identifier: BSD-2-Clause */
/* Random programs about relations between numbers: copies, sums, shifts to and fro, comparisons of words, spills. */
#include "tests/random_relation.h"

#include "tests/random.h"

#include <stdarg.h>
#include <stdio.h>

enum { LINES = 40, TEXT = 8192 };

struct text {
	struct random r;
	char *at;
	size_t left;
};

__attribute__((format(printf, 2, 3))) static void line(struct text *t, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(t->at, t->left, fmt, ap);
	va_end(ap);
	t->at += n;
	t->left -= (size_t)n;
}

/* r0 and r6 to r9 hold numbers always. */
static unsigned reg(struct text *t)
{
	unsigned i = random_below(&t->r, 5);
	return i ? i + 5 : 0;
}

static int constant(struct text *t)
{
	static const int corners[] = {0,   1,   -1,   7,      8,      63,        64,       255,
				      256, -64, -256, 0x7fff, 0xffff, INT32_MAX, INT32_MIN};
	return corners[random_below(&t->r, sizeof corners / sizeof *corners)];
}

static void compute(struct text *t)
{
	static const char *const ops[] = {"+=", "-=", "&=", "|=", "*=", "^="};
	static const unsigned shifts[] = {1, 3, 8, 16, 24, 31};
	const char *op = ops[random_below(&t->r, 6)];
	unsigned n = shifts[random_below(&t->r, 6)] + 32 * random_below(&t->r, 2), d = reg(t);
	switch (random_below(&t->r, 8)) {
	case 0:
		line(t, "r%u = r%u\n", d, reg(t));
		break;
	case 1:
		line(t, "r%u %s r%u\n", d, op, reg(t));
		break;
	case 2:
		line(t, "w%u %s %d\n", d, op, constant(t));
		break;
	case 3:
		line(t, "r%u <<= %u\nr%u %s %u\n", d, n, d, random_below(&t->r, 2) ? ">>=" : "s>>=", n);
		break;
	case 4:
		line(t, "r%u %s %u\n", d, random_below(&t->r, 2) ? ">>=" : "s>>=", n);
		break;
	case 5:
		line(t, "w%u = w%u\n", d, reg(t));
		break;
	case 6:
		line(t, "r%u = (s%u)r%u\n", d, 8u << random_below(&t->r, 3), reg(t));
		break;
	default:
		line(t, "r%u %s %d\n", d, op, constant(t));
		break;
	}
}

/* Parts of words that are spilled; the 16 bytes are written at the beginning. */
static void spill(struct text *t)
{
	unsigned bits = 8u << random_below(&t->r, 4), at = bits / 8 * (1 + random_below(&t->r, 128 / bits));
	if (random_below(&t->r, 2))
		line(t, "*(u%u *)(r10 - %u) = r%u\n", bits, at, reg(t));
	else
		line(t, "r%u = *(%s%u *)(r10 - %u)\n", reg(t), bits < 64 && random_below(&t->r, 2) ? "s" : "u", bits,
		     at);
}

static void branch(struct text *t, unsigned label)
{
	static const char *const rels[] = {"==", "!=", "<", "<=", ">", ">=", "s<", "s<=", "s>", "s>=", "&"};
	const char *rel = rels[random_below(&t->r, 11)];
	char width = random_below(&t->r, 4) ? 'r' : 'w';
	if (random_below(&t->r, 2))
		line(t, "if %c%u %s %c%u goto l%u\n", width, reg(t), rel, width, reg(t), label);
	else
		line(t, "if %c%u %s %d goto l%u\n", width, reg(t), rel, constant(t), label);
}

const char *random_relation_text(uint64_t seed)
{
	static char buf[TEXT];
	struct text t = {{seed * 0x9e3779b97f4a7c15ull + 7}, buf, sizeof buf};
	unsigned last = 0; /* label that was not set yet, 0: none */
	line(&t, ".program f xdp\nr6 = *(u32 *)(r1 + 12)\nr7 = *(u32 *)(r1 + 16)\ncall ktime_get_ns\nr8 = r0\n"
		 "call get_prandom_u32\nr9 = r0\n*(u64 *)(r10 - 8) = r6\n*(u64 *)(r10 - 16) = r8\n");
	for (unsigned i = 1; i <= LINES; i++) {
		unsigned what = random_below(&t.r, 8);
		if (what == 0 && last) {
			line(&t, "l%u:\n", last);
			last = 0;
		} else if (what < 2 && !last) {
			branch(&t, last = i);
		} else if (what == 2) {
			spill(&t);
		} else {
			compute(&t);
		}
	}
	if (last)
		line(&t, "l%u:\n", last);
	line(&t, "r0 = 2\nexit\n");
	return buf;
}
