# SPDX-License-Identifier: BSD-2-Clause
# Shows: a bound on a sum bounds both terms.
# Safe: x and y are 32-bit words, so that x + y does not wrap, and neither is greater than the sum.
# expect: proved
.program sum_of_two xdp
.map table ARRAY 4 64 1
	r6 = *(u32 *)(r1 + 12)	// x
	r7 = *(u32 *)(r1 + 16)	// y
	*(u32 *)(r10 - 4) = 0
	r1 = table ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	r1 = r6
	r1 += r7
	if r1 > 63 goto out
	r2 = r0
	r2 += r6
	r3 = *(u8 *)(r2 + 0)
	r0 += r7
	r3 = *(u8 *)(r0 + 0)
out:
	r0 = 2
	exit
