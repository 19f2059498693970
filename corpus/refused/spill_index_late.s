# SPDX-License-Identifier: BSD-2-Clause
# Shows: an array on the stack below a spilled pointer, written at an index that is bounded by a
# relation.
# Safe: i < n <= 5, so that 8 * i bytes above r10 - 56 end below the pointer at r10 - 16.
# expect: proved
.program spill_index_late xdp
.map table ARRAY 4 64 1
	r6 = *(u32 *)(r1 + 12)	// x
	r7 = *(u32 *)(r1 + 16)	// y
	*(u32 *)(r10 - 4) = 0
	r1 = table ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	*(u64 *)(r10 - 16) = r0
	if r6 >= r7 goto out
	if r7 > 5 goto out
	r6 <<= 3
	r1 = r10
	r1 += -56
	r1 += r6
	*(u64 *)(r1 + 0) = r6
	r0 = *(u64 *)(r10 - 16)
	r3 = *(u64 *)(r0 + 0)
out:
	r0 = 2
	exit
