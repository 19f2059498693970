# SPDX-License-Identifier: BSD-2-Clause
# Shows: three registers in order, of which only the greatest is bounded, last.
# Safe: a < b < c <= 64.
# expect: proved
.program order_chain xdp
.map table ARRAY 4 64 1
	r6 = *(u32 *)(r1 + 12)	// a
	r7 = *(u32 *)(r1 + 16)	// b
	r8 = *(u32 *)(r1 + 12)
	r8 ^= 0x5555	// c
	*(u32 *)(r10 - 4) = 0
	r1 = table ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	if r6 >= r7 goto out
	if r7 >= r8 goto out
	if r8 > 64 goto out
	r0 += r6
	r3 = *(u8 *)(r0 + 1)
out:
	r0 = 2
	exit
