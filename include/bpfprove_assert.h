/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For BPF programs that state something about themselves: `bpfprove assert`
 * proves that no input makes an assertion fail. Other tools, and the kernel,
 * don't know the function, so leave assertions out of what is loaded.
 */
#ifndef BPFPROVE_ASSERT_H
#define BPFPROVE_ASSERT_H

extern void bpfprove_fail(void) __attribute__((section(".ksyms")));

#define bpfprove_assert(condition)         \
	do {                               \
		if (!(condition))          \
			bpfprove_fail();   \
	} while (0)
#endif
