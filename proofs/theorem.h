/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a statement is written down, once for both of its proofs.
 *
 * Compiled for BPF each theorem is a program whose inputs are arbitrary 64-bit
 * words; `bpfprove assert` proves that no claim of it fails. Compiled natively
 * it is called for every choice of its inputs of a few bits, and for random
 * words of 64 (proofs/native.c). A theorem:
 *
 *     THEOREM(tnum_add_is_sound, "include/tnum.h", "tnum_add")
 *     {
 *             struct tnum a = any_tnum(), b = any_tnum();
 *             uint64_t x = any_member(a), y = any_member(b);
 *             CLAIM(tnum_contains(of(tnum_add(a, b)), x + y));
 *             QED;
 *     }
 *
 * ASSUME ends the run where the condition does not hold. What a theorem is
 * about stands in its line, from which the table of `make proofs` is made. One
 * that is too much for the prover is called TRIED; it is run natively only.
 */
#ifndef THEOREM_H
#define THEOREM_H

#include <stddef.h>

#include "tnum.h"

#define ALWAYS_INLINE __attribute__((always_inline)) static inline

#ifdef __bpf__
#include "bpfprove_assert.h"

/* bpf_ktime_get_ns: to the prover any word, another one each time (an oracle, include/helper.def). As assembly, since
 * clang takes a call for one that may change what is in memory. */
ALWAYS_INLINE uint64_t any_word(void)
{
	uint64_t x;
	__asm__ volatile("call 5\n\t%0 = r0" : "=r"(x) : : "r0", "r1", "r2", "r3", "r4", "r5");
	return x;
}

/* The low half of a word. */
ALWAYS_INLINE uint32_t any_half(void)
{
	return (uint32_t)any_word();
}

#define THEOREM(name, file, function) __attribute__((section("xdp"), used)) int name(void *context)
#define ASSUME(condition)         \
	do {                      \
		if (!(condition)) \
			return 0; \
	} while (0)
#ifdef REACHED /* what is assumed does not rule out everything: the end has to be refuted */
#define CLAIM(condition) \
	do {             \
	} while (0)
#define QED                      \
	do {                     \
		bpfprove_fail(); \
		return 0;        \
	} while (0)
#else
#define CLAIM(condition) bpfprove_assert(condition)
#define QED return 0
#endif

ALWAYS_INLINE struct tnum any_tnum(void)
{
	return tnum_make(any_word(), any_word());
}

/* A member of a. */
ALWAYS_INLINE uint64_t any_member(struct tnum a)
{
	return a.value | (any_word() & a.mask);
}

/* Below n. */
ALWAYS_INLINE unsigned any_below(unsigned n)
{
	return (unsigned)any_word() & (n - 1); /* n is a power of two */
}
#else
/* proofs/native.c */
struct theorem {
	const char *name, *file, *function, *part; /* part: which source states it */
	bool to_prove;
	int (*holds)(void); /* 0: an assumption does not hold; 1: it does; 2: a claim fails */
	struct theorem *next;
};
extern struct theorem *theorems;
uint64_t any_word(void);
uint32_t any_half(void);
struct tnum any_tnum(void);
uint64_t any_member(struct tnum a);
unsigned any_below(unsigned n);

#define STATED(title, source, what, to_prove)                                                      \
	static int title(void);                                                                    \
	__attribute__((constructor)) static void title##_is_listed(void)                           \
	{                                                                                          \
		static struct theorem t = {#title, source, what, __FILE__, to_prove, title, NULL}; \
		t.next = theorems;                                                                 \
		theorems = &t;                                                                     \
	}                                                                                          \
	static int title(void)
#define THEOREM(title, source, what) STATED(title, source, what, true)
#define TRIED(title, source, what) STATED(title, source, what, false)
#define ASSUME(condition)         \
	do {                      \
		if (!(condition)) \
			return 0; \
	} while (0)
#define CLAIM(condition)          \
	do {                      \
		if (!(condition)) \
			return 2; \
	} while (0)
#define QED return 1
#endif

/* The compiler is not to draw conclusions: what an operator gives is any word to it from here on, so that the proof is
 * the prover's. */
ALWAYS_INLINE uint64_t opaque(uint64_t x)
{
	__asm__ volatile("" : "+r"(x));
	return x;
}

ALWAYS_INLINE struct tnum of(struct tnum c)
{
	return (struct tnum){opaque(c.value), opaque(c.mask)};
}

ALWAYS_INLINE bool is_tnum(struct tnum a)
{
	return !(a.value & a.mask);
}

/* A word of which one bit is set: the bit that a statement about each bit is about. */
ALWAYS_INLINE uint64_t any_bit(void)
{
	return 1ull << any_below(64);
}
#endif
