/* SPDX-License-Identifier: BSD-2-Clause */
/* Random programs: loads, stores and atomics on the stack, the packet and what r9 points at. */
#include "tests/random_writer.h"

static unsigned region_bytes(const struct writer *w, unsigned base)
{
	return base == 7 ? w->packet_bytes : base == 9 ? w->value_bytes : STACK_DATA;
}

struct writer_place writer_place(struct writer *w, unsigned n)
{
	static const unsigned bases[] = {10, 7, 9};
	unsigned base = bases[writer_below(w, 3)];
	if (region_bytes(w, base) < n)
		base = 10;
	unsigned bytes = region_bytes(w, base), step = w->style == RANDOM_WILD && !writer_below(w, 8) ? 1 : n;
	int off = (int)(writer_below(w, (bytes - n) / step + 1) * step);
	if (writer_mistake(w))
		off += 2 * (int)bytes;
	if (base == 10)
		off -= STACK_DATA;
	if (writer_mistake(w))
		off -= 80;
	return (struct writer_place){base, off};
}

static void add_access(struct writer *w)
{
	unsigned n = 1u << writer_below(w, 4);
	struct writer_place p = writer_place(w, n);
	char sign = n < 8 && writer_below(w, 2) ? 's' : 'u';
	if (writer_below(w, 2))
		writer_add(w, "r%u = *(%c%u *)(r%u %+d)\n", writer_below(w, 6), sign, 8 * n, p.base, p.off);
	else if (writer_below(w, 3))
		writer_add(w, "*(u%u *)(r%u %+d) = r%u\n", 8 * n, p.base, p.off, writer_number(w));
	else
		writer_add(w, "*(u%u *)(r%u %+d) = %d\n", 8 * n, p.base, p.off, writer_imm(w));
}

/* Part of a spilled register, or bytes that nobody wrote. */
static void add_odd_load(struct writer *w)
{
	unsigned n = 1u << writer_below(w, 4), at = AT_SPILL - writer_below(w, 2) * 8;
	writer_add(w, "*(u64 *)(r10 - %u) = r%u\n", at, writer_number(w));
	if (writer_below(w, 2))
		writer_add(w, "*(u%u *)(r10 - %u) = r%u\n", 8 * n, at - (8 - n), writer_number(w));
	writer_add(w, "r%u = *(u%u *)(r10 - %u)\n", writer_below(w, 6), 8 * n, writer_mistake(w) ? AT_UNSET : at);
}

/* Atomics may not touch the packet; in wild programs they do. */
static struct writer_place atomic_place(struct writer *w, unsigned n)
{
	for (;;) {
		struct writer_place p = writer_place(w, n);
		if (writer_mistake(w))
			p = (struct writer_place){6, 8 * (int)writer_below(w, 8)};
		if (p.base != 7 || w->style == RANDOM_WILD)
			return p;
	}
}

static void add_atomic(struct writer *w)
{
	static const char *const plain[] = {"+=", "|=", "&=", "^="}, *const fetch[] = {"add", "or", "and", "xor"};
	bool narrow = writer_below(w, 2);
	unsigned bits = narrow ? 32 : 64, r = writer_below(w, 6);
	struct writer_place p = atomic_place(w, bits / 8);
	char c = narrow ? 'w' : 'r';
	const char *width = narrow ? "32_32" : "_64";
	switch (writer_below(w, 4)) {
	case 0:
		writer_add(w, "lock *(u%u *)(r%u %+d) %s %c%u\n", bits, p.base, p.off, plain[writer_below(w, 4)], c,
			   writer_number(w));
		return;
	case 1:
		writer_add(w, "%c%u = atomic_fetch_%s((u%u *)(r%u %+d), %c%u)\n", c, r, fetch[writer_below(w, 4)], bits,
			   p.base, p.off, c, r);
		return;
	case 2:
		writer_add(w, "%c%u = xchg%s(r%u %+d, %c%u)\n", c, r, width, p.base, p.off, c, r);
		return;
	default:
		if (writer_below(w, 2)) /* so that it may well succeed */
			writer_add(w, "r0 = *(u%u *)(r%u %+d)\n", bits, p.base, p.off);
		writer_add(w, "%c0 = cmpxchg%s(r%u %+d, %c0, %c%u)\n", c, width, p.base, p.off, c, c, r);
		/* Linux 6.18 forgets to extend w0 where the verifier prunes the path behind it (RFC 9669:
		 * zero-extended). */
		if (narrow && w->style != RANDOM_WILD)
			writer_add(w, "w0 = w0\n");
	}
}

static void add_ordered(struct writer *w)
{
	unsigned n = 1u << writer_below(w, 4);
	struct writer_place p = atomic_place(w, n);
	char c = n == 8 ? 'r' : 'w';
	if (writer_below(w, 2))
		writer_add(w, "%c%u = load_acquire((u%u *)(r%u %+d))\n", c, writer_below(w, 6), 8 * n, p.base, p.off);
	else
		writer_add(w, "store_release((u%u *)(r%u %+d), %c%u)\n", 8 * n, p.base, p.off, c, writer_number(w));
}

/* An access at an offset that is only known to be below a power of two. */
static void add_variable(struct writer *w)
{
	unsigned n = 1u << writer_below(w, 4), from = writer_below(w, 6), index = (from + 1) % 6, at = (from + 2) % 6;
	static const unsigned bases[] = {10, 7, 9};
	unsigned base = bases[writer_below(w, 3)];
	if (region_bytes(w, base) < 16)
		base = 10;
	unsigned mask = (writer_below(w, 2) ? 15 : 31) & ~(n - 1);
	if (mask + n > region_bytes(w, base))
		mask = 15 & ~(n - 1);
	if (writer_mistake(w))
		mask = 255;
	writer_add(w, "r%u = r%u\nr%u &= %u\nr%u = r%u\n", index, from, index, mask, at, base);
	if (base == 10)
		writer_add(w, "r%u += -%u\n", at, STACK_DATA);
	writer_add(w, "r%u += r%u\n", at, index);
	unsigned skip = writer_label(w);
	if (base == 7) { /* the verifier wants another check */
		unsigned end = (from + 3) % 6, last = (from + 4) % 6;
		writer_add(w, "r%u = *(u32 *)(r6 + %u)\nr%u = r%u\nr%u += %u\n", end, w->tc ? 80 : 4, last, at, last,
			   n);
		writer_add(w, "if r%u > r%u goto l%u\n", last, end, skip);
	}
	if (writer_below(w, 2))
		writer_add(w, "r%u = *(u%u *)(r%u + 0)\n", from, 8 * n, at);
	else
		writer_add(w, "*(u%u *)(r%u + 0) = r%u\n", 8 * n, at, from);
	writer_add(w, "l%u:\n", skip);
	for (unsigned i = 2; i < 5; i++)
		writer_add(w, "r%u = r%u\n", (from + i) % 6, index);
}

/* A pointer to the stack and back; wild: read through a variable offset. */
static void add_spill(struct writer *w)
{
	unsigned at = AT_SPILL - 8 * writer_below(w, 2), r = w->packet_bytes && writer_below(w, 2) ? 7 : 10;
	unsigned to = writer_below(w, 6);
	writer_add(w, "*(u64 *)(r10 - %u) = r%u\n", at, r);
	if (w->style == RANDOM_WILD && writer_below(w, 2))
		writer_add(w, "r%u = *(u%u *)(r10 - %u)\n", writer_below(w, 6), 8u << writer_below(w, 3), at);
	if (writer_mistake(w))
		writer_add(w, "*(u8 *)(r10 - %u) = 1\n", at - writer_below(w, 8));
	if (w->style == RANDOM_WILD && !writer_below(w, 6)) /* it may hit the spilled register */
		writer_add(w, "r%u = r8\nr%u &= 31\nr%u += r10\n*(u16 *)(r%u - %u) = r8\n", to, to, to, to, at + 16);
	if (writer_mistake(w))
		writer_add(w, "r%u = r8\nr%u &= 8\nr%u += r10\nr%u = *(u64 *)(r%u - %u)\n", to, to, to, to, to,
			   AT_SPILL);
	else
		writer_add(w, "r%u = *(u64 *)(r10 - %u)\n", to, at);
	if (r == 10)
		writer_add(w, "r%u = *(u64 *)(r%u - %u)\n", to, to, 8 + 8 * writer_below(w, STACK_DATA / 8));
	else
		writer_add(w, "r%u = *(u64 *)(r%u + %u)\n", to, to, 8 * writer_below(w, w->packet_bytes / 8));
}

/* r9 becomes one of two pointers. */
static void add_choice(struct writer *w)
{
	unsigned skip = writer_label(w), other = w->packet_bytes && writer_below(w, 2) ? 7 : 10;
	writer_add(w, "r9 = r10\nr9 += -%u\n", 8 + 8 * writer_below(w, STACK_DATA / 8));
	writer_condition(w, skip);
	writer_add(w, "r9 = r%u\n", other);
	if (other == 10)
		writer_add(w, "r9 += -%u\n", 8 + 8 * writer_below(w, STACK_DATA / 8));
	writer_add(w, "l%u:\n", skip);
	w->value_bytes = 8;
}

/* r9 becomes a pointer to the stack on one of two paths. */
static void add_other(struct writer *w)
{
	unsigned skip = writer_label(w);
	writer_condition(w, skip);
	writer_add(w, "r9 = r10\nr9 += -%u\nl%u:\n", STACK_DATA, skip);
}

static void add_through_r9(struct writer *w)
{
	unsigned n = 1u << writer_below(w, 4);
	if (n > w->value_bytes)
		n = w->value_bytes;
	unsigned off = writer_below(w, w->value_bytes / n) * n;
	if (writer_mistake(w))
		off = w->value_bytes;
	if (writer_below(w, 2))
		writer_add(w, "r%u = *(u%u *)(r9 + %u)\n", writer_below(w, 6), 8 * n, off);
	else
		writer_add(w, "*(u%u *)(r9 + %u) = r%u\n", 8 * n, off, writer_number(w));
}

/* What pointers are as numbers, and comparisons of them. */
static void add_pointer_number(struct writer *w)
{
	unsigned r = writer_below(w, 6), skip = writer_label(w);
	switch (writer_below(w, 3)) {
	case 0:
		writer_add(w, "r%u = r10\nr%u += -%u\nif r%u == r10 goto l%u\n", r, r, 8 * writer_below(w, 2), r, skip);
		writer_add(w, "r%u = %d\nl%u:\nr%u = 0\n", writer_below(w, 6), writer_imm(w), skip, r);
		return;
	case 1:
		if (w->style == RANDOM_WILD)
			writer_add(w, "r%u = r10\nr%u -= r%u\n", r, r, writer_below(w, 2) ? 10 : writer_number(w));
		writer_add(w, "r%u &= 255\n", r);
		return;
	default:
		writer_add(w, "r%u = r10\nr%u = (s32)r%u\nr%u = 3\n", r, r, r, r);
	}
}

const struct statement memory_statements[] = {
    {add_access, 14, NEEDS_NOTHING},        {add_odd_load, 3, NEEDS_NOTHING}, {add_atomic, 6, NEEDS_NOTHING},
    {add_ordered, 2, NEEDS_NOTHING},        {add_variable, 4, NEEDS_NOTHING}, {add_spill, 4, NEEDS_NOTHING},
    {add_choice, 2, NEEDS_NOTHING},         {add_through_r9, 8, NEEDS_VALUE}, {add_other, 1, NEEDS_VALUE},
    {add_pointer_number, 1, NEEDS_NOTHING}, {NULL, 0, NEEDS_NOTHING},
};
