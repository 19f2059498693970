/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside of the program generator. Between two statements r0..r5 and r8 hold
 * numbers, r6 is the context, r7 a packet pointer if packet_bytes, r9 a pointer
 * to other memory if value_bytes; the stack's bytes -64..-1 are written. Below
 * them lie the scratch of statements: a key, a value, spilled registers.
 */
#ifndef RANDOM_WRITER_H
#define RANDOM_WRITER_H

#include "tests/random.h"
#include "tests/random_program.h"

#define STACK_DATA 64
#define AT_KEY 72    /* 8 bytes at r10 - 72 */
#define AT_VALUE 96  /* 24 bytes */
#define AT_SPILL 112 /* two registers */
#define AT_UNSET 136 /* 24 bytes that nobody writes */
#define SUBPROGRAMS 3

struct writer {
	struct random rng;
	char text[1 << 16];
	size_t at;
	enum random_style style;
	bool tc;
	unsigned budget; /* statements that may still be written */
	unsigned nesting;
	unsigned labels;
	unsigned maps; /* bit i: random_maps[i] is used */
	bool counting; /* r8 counts a loop's iterations */
	unsigned packet_bytes, value_bytes;
	unsigned function; /* 0: the entry, i: subprogram f<i> */
	unsigned called;   /* bit i: f<i> is called */
};

enum random_map {
	RM_HASH,
	RM_ARRAY,
	RM_PERCPU_ARRAY,
	RM_LRU,
	RM_PERCPU_HASH,
	RM_SPARSE,
	RM_KEYED, /* the keyed ones come first */
	RM_TRIE = RM_KEYED, /* of lookups only */
	RM_FOUND,
	RM_RING = RM_FOUND,
	RM_STORE,
	RM_INNER,
	RM_OUTER, /* behind it */
	RM_QUEUE,
	RM_EVENTS,
	RM_PROGS,
	RM_DEVICES,
	RM_CPUS,
	RM_DATA,
	RM_CONST,
	RM_COUNT
};
struct random_map_row {
	const char *name, *text; /* its directive */
	unsigned key, value, entries;
};
extern const struct random_map_row random_maps[RM_COUNT];

void writer_add(struct writer *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
unsigned writer_below(struct writer *w, unsigned n);
bool writer_mistake(struct writer *w); /* rarely, and only in wild programs */
unsigned writer_label(struct writer *w);
unsigned writer_number(struct writer *w); /* a register that holds a number */
int32_t writer_imm(struct writer *w);
/* After a call: r1..r5 get numbers again. */
void writer_refill(struct writer *w);
/* A few statements, nested. */
void writer_block(struct writer *w, unsigned at_most);
void writer_condition(struct writer *w, unsigned label); /* a random branch to the label */

/* n bytes that may be read and written: base register and offset */
struct writer_place {
	unsigned base;
	int off;
};
struct writer_place writer_place(struct writer *w, unsigned n);
const char *writer_map(struct writer *w, enum random_map m); /* its name; marks it as used */

void writer_any_call(struct writer *w); /* of a helper that the program's type may have */

/* A kind of statement with its weight; `needs` says where it makes sense. */
enum writer_needs { NEEDS_NOTHING, NEEDS_XDP, NEEDS_TC, NEEDS_PACKET, NEEDS_VALUE, NEEDS_WILD };
struct statement {
	void (*write)(struct writer *w);
	unsigned weight;
	enum writer_needs needs;
};
extern const struct statement memory_statements[], helper_statements[]; /* end with a NULL */
#endif
