/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The abstract state of the safety prover: what is known of registers, stack
 * and references at one point of a program, whatever the input.
 *
 * Every number, and every offset of a pointer, is a symbol plus a constant:
 * sym + add (mod 2^64). A state's symbol table holds the facts of each symbol;
 * symbol 0 is the number 0. So copies and constant differences are relations
 * for free: sharpening one place sharpens all of the same symbol. A symbol may
 * remember how it was made (its definition), by which what is learned of the
 * result is passed on to the operands. Besides, a state holds order facts
 * between symbols: a + k <= b as signed integers. The packet's length is a
 * symbol of its own, so that packet bounds are such facts.
 *
 * A concrete state is in an abstract one if some assignment of words to its
 * symbols satisfies all facts and gives every place its content.
 */
#ifndef STATE_H
#define STATE_H

#include "encode/object/program.h"
#include "scalar.h"
#include "tables.h"

#define MAX_FRAMES 8
#define STACK_BYTES 512
#define MAX_REFERENCES 16

typedef uint32_t sym; /* index into state.syms; 0: the number 0 */

/* How a symbol was made: its operands are (a + ka) and (b + kb), or the constant kb. */
enum sym_def {
	DEF_NONE,   /* an input, or not remembered */
	DEF_ADD,    /* a + b, 64 bits, modulo 2^64 */
	DEF_SUB,
	DEF_AND,    /* with the constant kb */
	DEF_ZEXT,   /* low kb bits, zero-extended */
	DEF_SEXT,   /* low kb bits, sign-extended */
	DEF_LSH, DEF_RSH, DEF_ARSH, /* 64 bits, by the constant kb */
	DEF_MUL,    /* by the constant kb */
	DEF_OR,     /* with the constant kb */
	DEF_HEAD,   /* the value of a place at the head of the loop `a` (a serial number) in this iteration: not renamed */
};
struct symbol {
	struct scalar facts;
	enum sym_def def;
	bool tainted; /* derived from a kernel address */
	sym a, b;
	int64_t ka, kb;
};

/* a + k <= b, as signed integers that do not wrap. */
struct order {
	sym a, b;
	int64_t k;
};

enum kind {
	KIND_NONE,    /* not written, or different things on the paths that meet here */
	KIND_NUMBER,
	KIND_STACK,   /* object: frame; offset from its end: r10 is 0, the lowest byte -512 */
	KIND_CTX,
	KIND_PACKET,  /* offset from data; data_end is at the symbol state.length, data_meta at state.meta; object: NO_PACKET
	               * where there may be no packet: data and data_end are NULL then */
	KIND_STALE,   /* pointed into the packet before it moved, or (object: 1) at what was given back since */
	KIND_VALUE,   /* object: index of the map; data sections too */
	KIND_MAP,     /* object: index of the map, or INNER_MAP + index of the outer one */
	KIND_MEM,     /* object: size in bytes; may be read and written; ref: acquired */
	KIND_MEM_RO,
	KIND_KERNEL,  /* kernel object: reads never fault; object: what it is, see enum kernel_kind */
	KIND_FUNC,    /* object: slot */
	KIND_DYNPTR,  /* the stack bytes of a dynptr; in a stack cell only */
	KIND_FLOW_KEYS, /* object: size in bytes */
	KIND_COUNT
};
#define INNER_MAP 0x80000000u
#define NO_PACKET 1u

/* Those behind BTF are told apart; BTF: of a type that nobody wrote down. */
enum kernel_kind {
	KERNEL_ANY, KERNEL_BTF, KERNEL_SOCKET, KERNEL_SOCK_COMMON, KERNEL_TCP_SOCK, KERNEL_XDP_SOCK, KERNEL_SOCK_BTF, KERNEL_TASK, KERNEL_CT, KERNEL_CT_NEW, KERNEL_CGROUP, KERNEL_CPUMASK,
	KERNEL_KEY, KERNEL_FILE, KERNEL_PATH, KERNEL_TEST, KERNEL_KINDS
};

struct aval {
	uint8_t kind;      /* enum kind */
	bool maybe_null;   /* or NULL */
	bool followable;   /* NUMBER: a word of kernel memory, which may be followed into kernel memory */
	uint8_t pad;       /* 0 */
	uint32_t object;   /* see enum kind; of a followable number: its origin, 0: none that is known */
	uint32_t null_id;  /* maybe_null: not 0; all places with this id are NULL together */
	uint32_t ref;      /* id of the reference that it holds, 0: none */
	sym sym;           /* NUMBER: the number; pointer: the offset */
	int64_t add;
};

/* Bytes [off, off + size) of a frame's stack, offsets from its lowest byte; they hold one value. */
struct cell {
	uint16_t off;
	uint8_t size; /* 1, 2, 4, 8; 8 unless a number (16: DYNPTR) */
	struct aval v; /* a number is the zero-extended content */
};

struct aframe {
	struct cell *cells; /* sorted, not overlapping */
	uint32_t n_cells, cap_cells;
	uint64_t written[STACK_BYTES / 64];  /* a bit a byte: initialised */
	uint64_t secret[STACK_BYTES / 64];   /* a bit a byte: may hold part of a kernel address */
	struct aval saved[5];                /* the caller's r6..r10 */
	uint32_t back;                       /* slot to return to */
	uint32_t sub;                        /* index of the subprogram that runs */
	const struct callback_round *callback; /* that it is a round of, NULL: an ordinary call; owned by the walk */
	uint32_t begun;                      /* callback: rounds so far, at least */
	uint32_t call;                       /* number of the call on the walk, all rounds of a callback are one; 0: entry */
	uint32_t gotos;                      /* the caller's state.gotos */
	struct aval args[5];                 /* callback: what each round gets */
};

struct reference {
	uint32_t id;
	uint32_t slot; /* that acquired it */
	uint32_t kind; /* helper id or kfunc that did */
};

struct astate {
	uint32_t slot; /* next instruction */
	struct aval r[11];
	unsigned depth; /* frames in use, at least 1 */
	struct symbol *syms;
	uint32_t n_syms, cap_syms;
	struct order *orders;
	uint32_t n_orders, cap_orders;
	struct reference refs[MAX_REFERENCES];
	unsigned n_refs;
	sym length;       /* offset of data_end now, 0: not asked yet */
	sym meta;         /* offset of data_meta now, not positive, 0: not asked yet */
	uint32_t lock;    /* slot that took the lock that is held + 1, 0: none */
	uint32_t rcu;     /* depth of rcu/preempt sections held */
	uint32_t next_id; /* for null_id and ref */
	uint32_t compared; /* slot of the latest comparison with data_end + 1, 0: none; for texts only */
	uint32_t gotos;   /* may_gotos passed in this call, and elements of iterators, at least: so many may be passed only */
	bool round;       /* a callback's round begins here */
	struct aframe frames[MAX_FRAMES];
};

/* Life. All memory is the caller's; a state is a value with owned arrays. */
void state_init(struct astate *s, const struct program *p); /* at entry: r1 the context, r10 the stack */
void state_clone(struct astate *to, const struct astate *from); /* `to` uninitialised */
void state_release(struct astate *s);

void state_drop_reference(struct astate *s, unsigned index); /* of s->refs */

/* Symbols. */
sym state_new_sym(struct astate *s, struct scalar facts, bool tainted);
sym state_define(struct astate *s, enum sym_def def, struct scalar facts, bool tainted, sym a, int64_t ka, sym b,
		 int64_t kb);
/* Facts of sym + add. */
struct scalar state_facts(const struct astate *s, sym x, int64_t add);
static inline struct scalar state_number(const struct astate *s, const struct aval *v)
{
	return state_facts(s, v->sym, v->add);
}
bool state_tainted(const struct astate *s, const struct aval *v);
/* Learns that x + add is in f, and what follows for operands and results; false: no concrete state is left. */
bool state_learn(struct astate *s, sym x, int64_t add, struct scalar f);
/* Learns a + k <= b (signed, no wrap); false: impossible. */
bool state_learn_order(struct astate *s, sym a, sym b, int64_t k);
/* Is a + k <= b (signed, no wrap) known? */
bool state_knows_order(const struct astate *s, sym a, sym b, int64_t k);
/* Drops symbols that no place needs and renumbers the rest (DEF_HEAD ones keep their identity by serial). */
void state_collect(struct astate *s);

/* Values. */
struct aval aval_none(void);
struct aval aval_const(uint64_t x);
struct aval aval_number(struct astate *s, struct scalar facts); /* a fresh symbol, or a constant */
struct aval aval_pointer(enum kind kind, uint32_t object, int64_t off);
bool aval_is_pointer(const struct aval *v);
bool aval_is_const(const struct astate *s, const struct aval *v, uint64_t *x);

/* The stack; offsets from the lowest byte of the frame, in bounds. */
struct aval stack_load(struct astate *s, unsigned frame, uint32_t off, unsigned size);
void stack_store(struct astate *s, unsigned frame, uint32_t off, unsigned size, const struct aval *v);
/* Any of the bytes [lo, hi) may hold something else now; written ones stay written. */
void stack_clobber(struct astate *s, unsigned frame, uint32_t lo, uint32_t hi, bool secret);
/* All of [lo, hi) is written now, with unknown numbers. */
void stack_fill(struct astate *s, unsigned frame, uint32_t lo, uint32_t hi, bool secret);
bool stack_is_written(const struct astate *s, unsigned frame, uint32_t lo, uint32_t hi);
bool stack_is_secret(const struct astate *s, unsigned frame, uint32_t lo, uint32_t hi);
/* The bytes of a number that is known. */
bool stack_constant(const struct astate *s, unsigned frame, uint32_t off, unsigned size, uint64_t *x);
/* A bit a byte of the frame: may be part of a kernel address. */
void stack_list_secrets(const struct astate *s, unsigned frame, uint64_t bits[STACK_BYTES / 64]);
/* Every place that holds a value: registers, saved registers, cells. */
typedef void (*place_visitor)(void *arg, struct aval *v);
void state_visit(struct astate *s, place_visitor f, void *arg);

/* Lattice. */

/* Is every concrete state of a in b, the DEF_HEAD symbols of both being the same numbers, but for those of the serial
 * number `head` (0: all the same)? Sound, not complete. */
bool state_included(const struct astate *a, const struct astate *b, uint32_t head);
/* What holds of both, as new state `out` (uninitialised before); false: they differ in what can't be joined (frames,
 * references, locks), and there is no `out`. */
bool state_join(const struct astate *a, const struct astate *b, struct astate *out);
/* A state that holds both and is one of a finite chain: b came to the loop head after a. Places that may differ get
 * DEF_HEAD symbols of the head's serial number. */
#define WIDEN_FAR SIZE_MAX /* in place of n: as far as it goes */
bool state_widen(const struct astate *a, const struct astate *b, uint32_t head, const uint64_t *thresholds, size_t n,
		 struct astate *out);
#endif
