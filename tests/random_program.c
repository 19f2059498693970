/* SPDX-License-Identifier: BSD-2-Clause */
/* Random programs: arithmetic, control flow, subprograms and the frame around them. */
#include "tests/random_writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void writer_add(struct writer *w, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	w->at += (size_t)vsnprintf(w->text + w->at, sizeof w->text - w->at, fmt, ap);
	va_end(ap);
	if (w->at >= sizeof w->text)
		abort();
}

unsigned writer_below(struct writer *w, unsigned n)
{
	return random_below(&w->rng, n);
}

bool writer_mistake(struct writer *w)
{
	return w->style == RANDOM_WILD && !writer_below(w, 40);
}

unsigned writer_label(struct writer *w)
{
	return w->labels++;
}

unsigned writer_number(struct writer *w)
{
	if (writer_mistake(w))
		return writer_below(w, 11);
	unsigned r = writer_below(w, 7);
	return r < 6 ? r : 8;
}

/* One that may be written. */
static unsigned target(struct writer *w)
{
	unsigned r = writer_number(w);
	bool free = r < 6 || (r == 8 && !w->counting);
	return free || (r < 10 && r != 8 && w->style == RANDOM_WILD) ? r : writer_below(w, 6);
}

int32_t writer_imm(struct writer *w)
{
	return (int32_t)random_number(&w->rng);
}

void writer_refill(struct writer *w)
{
	for (unsigned r = 1; r < 6; r++) {
		if (writer_mistake(w))
			continue;
		if (writer_below(w, 3))
			writer_add(w, "r%u = *(u64 *)(r10 - %u)\n", r, 8 + 8 * writer_below(w, STACK_DATA / 8));
		else
			writer_add(w, "r%u = %d\n", r, writer_imm(w));
	}
}

static void add_alu(struct writer *w)
{
	static const char *const ops[] = {"+=", "-=", "*=", "/=", "s/=", "|=", "&=", "^=", "%=", "s%=", "="};
	const char *op = ops[writer_below(w, sizeof ops / sizeof *ops)];
	char c = writer_below(w, 2) ? 'w' : 'r';
	unsigned d = target(w), s = writer_number(w);
	int32_t imm = writer_imm(w);
	bool divides = strchr(op, '/') || strchr(op, '%');
	if (writer_below(w, 2) && !(divides && imm == 0)) /* the verifier refuses to divide by the immediate 0 */
		writer_add(w, "%c%u %s %d\n", c, d, op, imm);
	else
		writer_add(w, "%c%u %s %c%u\n", c, d, op, c, s);
}

static void add_shift(struct writer *w)
{
	static const char *const ops[] = {"<<=", ">>=", "s>>="};
	const char *op = ops[writer_below(w, 3)];
	bool narrow = writer_below(w, 2);
	char c = narrow ? 'w' : 'r';
	if (writer_below(w, 2))
		writer_add(w, "%c%u %s %u\n", c, target(w), op, writer_below(w, narrow ? 32 : 64));
	else
		writer_add(w, "%c%u %s %c%u\n", c, target(w), op, c, writer_number(w));
}

static void add_unary(struct writer *w)
{
	static const char *const swaps[] = {"le16", "le32",    "le64",    "be16",   "be32",
					    "be64", "bswap16", "bswap32", "bswap64"};
	unsigned d = target(w), s = writer_number(w);
	switch (writer_below(w, 5)) {
	case 0:
		writer_add(w, "r%u = -r%u\n", d, d);
		return;
	case 1:
		writer_add(w, "w%u = -w%u\n", d, d);
		return;
	case 2:
		writer_add(w, "r%u = %s r%u\n", d, swaps[writer_below(w, 9)], d);
		return;
	case 3:
		writer_add(w, "r%u = 0x%llx ll\n", d, (unsigned long long)random_number(&w->rng));
		return;
	default:
		if (writer_below(w, 2))
			writer_add(w, "r%u = (s%u)r%u\n", d, 8u << writer_below(w, 3), s);
		else
			writer_add(w, "w%u = (s%u)w%u\n", d, 8u << writer_below(w, 2), s);
	}
}

void writer_condition(struct writer *w, unsigned label)
{
	static const char *const ops[] = {"==", "!=", ">", ">=", "<", "<=", "s>", "s>=", "s<", "s<=", "&"};
	char c = writer_below(w, 2) ? 'w' : 'r';
	const char *op = ops[writer_below(w, sizeof ops / sizeof *ops)];
	if (writer_below(w, 2))
		writer_add(w, "if %c%u %s %d goto l%u\n", c, writer_number(w), op,
			   writer_below(w, 2) ? writer_imm(w) : (int32_t)writer_below(w, 4), label);
	else
		writer_add(w, "if %c%u %s %c%u goto l%u\n", c, writer_number(w), op, c, writer_number(w), label);
}

/* What pointers may be used for after two paths meet: what both left. */
struct pointers {
	unsigned packet, value;
};

static struct pointers pointers_now(const struct writer *w)
{
	return (struct pointers){w->packet_bytes, w->value_bytes};
}

static void pointers_meet(struct writer *w, struct pointers p)
{
	if (writer_mistake(w))
		return;
	if (p.packet < w->packet_bytes)
		w->packet_bytes = p.packet;
	if (p.value < w->value_bytes)
		w->value_bytes = p.value;
}

static void add_branch(struct writer *w)
{
	unsigned skip = writer_label(w), end = writer_label(w);
	bool both = writer_below(w, 2);
	writer_condition(w, skip);
	struct pointers before = pointers_now(w);
	writer_block(w, 4);
	struct pointers after = pointers_now(w);
	if (both) {
		writer_add(w, writer_below(w, 8) ? "goto l%u\n" : "gotol l%u\n", end);
		w->packet_bytes = before.packet;
		w->value_bytes = before.value;
	}
	writer_add(w, "l%u:\n", skip);
	if (both) {
		writer_block(w, 4);
		writer_add(w, "l%u:\n", end);
		pointers_meet(w, after);
	} else {
		pointers_meet(w, before);
	}
}

static void add_loop(struct writer *w)
{
	if (w->counting || w->style == RANDOM_ARITHMETIC) {
		add_alu(w);
		return;
	}
	unsigned top = writer_label(w), out = writer_label(w);
	struct pointers before = pointers_now(w);
	writer_add(w, "r8 = 0\nl%u:\n", top);
	w->counting = true;
	if (w->style == RANDOM_CAREFUL) /* the body may lose what it began with */
		w->packet_bytes = w->value_bytes = 0;
	if (writer_below(w, 2))
		writer_condition(w, out);
	writer_block(w, 3);
	w->counting = false;
	writer_add(w, "r8 += 1\nif r8 < %u goto l%u\nl%u:\n", 2 + writer_below(w, 3), top, out);
	pointers_meet(w, before);
}

static void add_early_exit(struct writer *w)
{
	unsigned skip = writer_label(w);
	writer_condition(w, skip);
	writer_add(w, "goto out%u\nl%u:\n", w->function, skip);
}

static void add_may_goto(struct writer *w)
{
	unsigned skip = writer_label(w);
	writer_add(w, "may_goto l%u\n", skip);
	add_alu(w);
	writer_add(w, "l%u:\n", skip);
}

/* Calls a subprogram that comes later, so that there is no recursion. */
static void add_local_call(struct writer *w)
{
	if (w->function == SUBPROGRAMS) {
		add_alu(w);
		return;
	}
	unsigned f = w->function + 1 + writer_below(w, SUBPROGRAMS - w->function);
	w->called |= 1u << f;
	writer_add(w, "r3 = r%u\nr1 = r6\nr2 = r10\nr2 += -%u\ncall f%u\n", writer_number(w), STACK_DATA, f);
	if (w->style == RANDOM_WILD &&
	    !writer_below(w, 8)) { /* a pointer into a frame that is gone, perhaps another's now */
		w->value_bytes = 8;
		writer_add(w, "r9 = r0\nr9 += -16\n");
		if (writer_below(w, 2))
			writer_add(w, "r1 = r6\nr2 = r0\nr2 += -%u\nr3 = 5\ncall f%u\n", STACK_DATA, f);
		writer_add(w, "r0 = 1\n");
	}
	writer_refill(w);
}

static const struct statement plain_statements[] = {
    {add_alu, 12, NEEDS_NOTHING},    {add_shift, 4, NEEDS_NOTHING}, {add_unary, 8, NEEDS_NOTHING},
    {add_branch, 12, NEEDS_NOTHING}, {NULL, 0, NEEDS_NOTHING},
};
static const struct statement control_statements[] = {
    {add_loop, 3, NEEDS_NOTHING},
    {add_early_exit, 1, NEEDS_NOTHING},
    {add_may_goto, 1, NEEDS_NOTHING},
    {add_local_call, 3, NEEDS_NOTHING},
    {NULL, 0, NEEDS_NOTHING},
};

static bool makes_sense(struct writer *w, enum writer_needs needs)
{
	switch (needs) {
	case NEEDS_NOTHING:
		return true;
	case NEEDS_XDP:
		return !w->tc || writer_mistake(w);
	case NEEDS_TC:
		return w->tc || writer_mistake(w);
	case NEEDS_PACKET:
		return w->packet_bytes > 0;
	case NEEDS_VALUE:
		return w->value_bytes > 0;
	case NEEDS_WILD:
		return w->style == RANDOM_WILD;
	}
	abort();
}

/* Statement number `pick` when each is counted as often as it weighs; NULL past the last one. */
static const struct statement *find_statement(const struct writer *w, unsigned pick)
{
	const struct statement *groups[] = {plain_statements, memory_statements, control_statements, helper_statements};
	size_t n = w->style == RANDOM_ARITHMETIC ? 2 : sizeof groups / sizeof *groups;
	for (size_t g = 0; g < n; g++)
		for (const struct statement *s = groups[g]; s->write; s++) {
			if (pick < s->weight)
				return s;
			pick -= s->weight;
		}
	return NULL;
}

static void add_statement(struct writer *w)
{
	unsigned total = 0;
	while (find_statement(w, total))
		total++;
	for (;;) {
		const struct statement *s = find_statement(w, writer_below(w, total));
		if (makes_sense(w, s->needs)) {
			s->write(w);
			return;
		}
	}
}

void writer_block(struct writer *w, unsigned at_most)
{
	unsigned n = 1 + writer_below(w, at_most);
	if (++w->nesting > 4)
		n = 0;
	for (; n && w->budget; n--) {
		w->budget--;
		add_statement(w);
	}
	w->nesting--;
}

static void add_packet_check(struct writer *w)
{
	unsigned data = w->tc ? 76 : 0, end = w->tc ? 80 : 4;
	writer_add(w, "r7 = *(u32 *)(r6 + %u)\nr2 = *(u32 *)(r6 + %u)\nr3 = r7\nr3 += 64\n", data, end);
	writer_add(w, "if r3 > r2 goto out%u\n", w->function);
	w->packet_bytes = 64;
}

/* Fills the stack and the registers: from the packet, or from the context and constants. */
static void add_prologue(struct writer *w)
{
	bool packet = w->style == RANDOM_ARITHMETIC || writer_below(w, 3);
	if (packet)
		add_packet_check(w);
	for (unsigned i = 0; i < STACK_DATA / 8; i++) {
		unsigned field = w->tc ? 48 + 4 * i : 12 + 4 * writer_below(w, 2);
		if (packet)
			writer_add(w, "r0 = *(u64 *)(r7 + %u)\n", 8 * i);
		else if (writer_below(w, 2))
			writer_add(w, "r0 = *(u32 *)(r6 + %u)\n", field < 68 ? field : 8);
		else
			writer_add(w, "r0 = %d\n", writer_imm(w));
		writer_add(w, "*(u64 *)(r10 - %u) = r0\n", STACK_DATA - 8 * i);
	}
	for (unsigned r = 0; r < 6; r++)
		writer_add(w, "r%u = *(u64 *)(r10 - %u)\n", r, STACK_DATA - 8 * r);
	writer_add(w, "r8 = 0x%llx ll\n", (unsigned long long)random_number(&w->rng));
}

/* Shows what the registers hold. */
static void add_epilogue(struct writer *w)
{
	bool packet = w->packet_bytes >= 64 && (w->style == RANDOM_ARITHMETIC || writer_below(w, 2));
	for (unsigned r = 0; packet && r < 6; r++)
		writer_add(w, "*(u64 *)(r7 + %u) = r%u\n", 8 * r, r);
	if (packet)
		writer_add(w, "*(u64 *)(r7 + 48) = r8\nr0 = *(u64 *)(r10 - 8)\n*(u64 *)(r7 + 56) = r0\n");
	for (unsigned r = 1; !packet && r < 6; r++)
		writer_add(w, writer_below(w, 2) ? "r0 ^= r%u\n" : "r0 += r%u\n", r);
	bool early = strstr(w->text, "goto out0"); /* the verifier refuses code that is never reached */
	writer_add(w, early && !packet && writer_below(w, 2) ? "exit\nout0: r0 = 2\nexit\n" : "out0: r0 = 2\nexit\n");
}

/* r1: the context, r2: the caller's stack, r3: a number. */
static void add_subprogram(struct writer *w, unsigned f)
{
	w->function = f;
	w->packet_bytes = 0;
	w->value_bytes = STACK_DATA;
	w->counting = false;
	w->budget = 4;
	writer_add(w, "f%u:\nr6 = r1\nr7 = 0\nr8 = r3\nr9 = r2\n", f);
	for (unsigned i = 0; i < STACK_DATA / 8; i++)
		writer_add(w, "*(u64 *)(r10 - %u) = r%u\n", STACK_DATA - 8 * i, writer_below(w, 3) ? 3 : 8);
	for (unsigned r = 0; r < 6; r++)
		writer_add(w, writer_below(w, 2) ? "r%u = r8\n" : "r%u = %d\n", r, writer_imm(w));
	writer_block(w, 4);
	if (w->style == RANDOM_WILD && !writer_below(w, 6))
		writer_add(w, "r0 = r%u\n", writer_below(w, 4) ? 10 : 9);
	if (writer_mistake(w))
		writer_add(w, "*(u64 *)(r9 + 8) = r10\n");
	char out[16];
	snprintf(out, sizeof out, "goto out%u", f);
	writer_add(w, strstr(w->text, out) ? "exit\nout%u: r0 = %d\nexit\n" : "out%u: r0 = %d\nexit\n", f,
		   writer_imm(w));
}

static void add_directives(struct writer *w, const char *body)
{
	writer_add(w, ".program p %s\n", w->tc ? "tc" : "xdp");
	for (unsigned i = 0; i < RM_COUNT; i++)
		if (w->maps & 1u << i)
			writer_add(w, "%s\n", random_maps[i].text);
	writer_add(w, "%s", body);
}

const char *random_program_text(enum random_style style, uint64_t seed)
{
	static struct writer w;
	static char body[sizeof w.text];
	w = (struct writer){.rng = {seed * 0x9e3779b97f4a7c15ull + style}, .style = style};
	w.tc = style != RANDOM_ARITHMETIC && writer_below(&w, 2);
	w.budget = style == RANDOM_ARITHMETIC ? 40 : 4 + writer_below(&w, 14);
	writer_add(&w, "r6 = r1\nr7 = 0\n");
	add_prologue(&w);
	while (w.budget)
		writer_block(&w, 20);
	add_epilogue(&w);
	for (unsigned f = 1; f <= SUBPROGRAMS; f++)
		if (w.called & 1u << f)
			add_subprogram(&w, f);
	memcpy(body, w.text, w.at + 1);
	w.at = 0;
	add_directives(&w, body);
	return w.text;
}
