# SPDX-License-Identifier: BSD-2-Clause
# Shows: the bits that an index must not have are looked at, as compilers do for powers of two.
# Safe: i & ~63 is 0, so that i < 64.
# expect: proved
.program high_bits_clear xdp
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
	r1 &= -64
	if r1 != 0 goto out
	r0 += r6
	r3 = *(u8 *)(r0 + 0)
out:
	r0 = 2
	exit
