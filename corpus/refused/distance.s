# SPDX-License-Identifier: BSD-2-Clause
# Shows: the distance of two words, whichever is greater.
# Safe: each side subtracts the less from the greater, and both are below 64.
# expect: proved
.program distance xdp
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
	if r6 >= r7 goto less
	r7 -= r6
	r6 = r7
	goto use
less:
	r6 -= r7
use:
	r0 += r6
	r3 = *(u8 *)(r0 + 0)
out:
	r0 = 2
	exit
