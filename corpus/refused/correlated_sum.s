# SPDX-License-Identifier: BSD-2-Clause
# Shows: two branches on the same sum, computed anew each time.
# Safe: the sum of the same words is the same.
# expect: unknown
.program correlated_sum xdp
.map table ARRAY 4 64 1
	r6 = *(u32 *)(r1 + 12)	// x
	r7 = *(u32 *)(r1 + 16)	// y
	*(u32 *)(r10 - 4) = 0
	r1 = table ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	r8 = 0
	r1 = r6
	r1 += r7
	if r1 > 100 goto none
	r8 = r0
none:
	r1 = r6
	r1 += r7
	if r1 > 100 goto out
	r3 = *(u8 *)(r8 + 0)
out:
	r0 = 2
	exit
