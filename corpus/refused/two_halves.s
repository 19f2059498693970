# SPDX-License-Identifier: BSD-2-Clause
# Shows: two 32-bit words are stored side by side and loaded as one of 64 bits.
# Safe: the upper half is 0, the lower one below 64.
# expect: proved
.program two_halves xdp
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
	*(u32 *)(r10 - 16) = r6
	*(u32 *)(r10 - 12) = 0
	r2 = *(u64 *)(r10 - 16)
	r0 += r2
	r3 = *(u8 *)(r0 + 0)
out:
	r0 = 2
	exit
