# SPDX-License-Identifier: BSD-2-Clause
# Shows: a 64-bit word is spilled, and its two halves are loaded as indices.
# Safe: both halves were masked before they were put together.
# expect: proved
.program high_half xdp
.map table ARRAY 4 64 1
	r6 = *(u32 *)(r1 + 12)	// x
	r7 = *(u32 *)(r1 + 16)	// y
	*(u32 *)(r10 - 4) = 0
	r1 = table ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	r6 &= 63
	r1 = r6
	r1 <<= 32
	r7 &= 31
	r1 |= r7
	*(u64 *)(r10 - 16) = r1
	r2 = *(u32 *)(r10 - 12)
	r2 += r0
	r3 = *(u8 *)(r2 + 0)
	r2 = *(u32 *)(r10 - 16)
	r2 += r0
	r3 = *(u8 *)(r2 + 32)
out:
	r0 = 2
	exit
