# SPDX-License-Identifier: BSD-2-Clause
# Shows: two branches on the same condition, "not 5", with a lookup before the first and a use behind
# the second.
# Safe: the second branch goes the way of the first, as x is the same.
# expect: unknown
.program correlated_unequal xdp
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
	if r6 != 5 goto none
	r8 = r0
none:
	if r7 > 9 goto out
	if r6 != 5 goto out
	r3 = *(u8 *)(r8 + 0)
out:
	r0 = 2
	exit
