# SPDX-License-Identifier: BSD-2-Clause
# Shows: the lesser of two words without a branch.
# Safe: (a - b) >> 63 is a mask that selects one of two words that are below 64.
# expect: proved
.program least xdp
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
	r7 &= 63
	r1 = r6
	r1 -= r7
	r2 = r1
	r2 s>>= 63
	r1 &= r2
	r7 += r1
	r0 += r7
	r3 = *(u8 *)(r0 + 0)
out:
	r0 = 2
	exit
