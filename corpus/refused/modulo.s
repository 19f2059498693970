# SPDX-License-Identifier: BSD-2-Clause
# Shows: an index by a remainder: a hash table with 7 buckets of 9 bytes.
# Safe: x % 7 is at most 6.
# expect: proved
.program modulo xdp
.map table ARRAY 4 64 1
	r6 = *(u32 *)(r1 + 12)	// x
	r7 = *(u32 *)(r1 + 16)	// y
	*(u32 *)(r10 - 4) = 0
	r1 = table ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	r6 %= 7
	r6 *= 9
	r0 += r6
	r3 = *(u8 *)(r0 + 8)
out:
	r0 = 2
	exit
