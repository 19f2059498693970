# SPDX-License-Identifier: BSD-2-Clause
# Shows: the low bits of a square.
# Safe: a square is 0 or 1 modulo 4.
# expect: proved
.program square_bits xdp
.map table ARRAY 4 8 1
	r6 = *(u32 *)(r1 + 12)
	*(u32 *)(r10 - 4) = 0
	r1 = table ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	r6 *= r6
	r6 &= 3
	r6 <<= 2
	r0 += r6
	r3 = *(u32 *)(r0 + 0)
out:
	r0 = 2
	exit
