# SPDX-License-Identifier: BSD-2-Clause
# Shows: two branches on the same two bits of a flags word, computed anew each time.
# Safe: the flags are the same, so both branches go the same way.
# expect: proved
.program correlated_bits xdp
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
	r1 &= 6
	if r1 == 0 goto none
	r8 = r0
none:
	if r7 > 9 goto out
	r1 = r6
	r1 &= 6
	if r1 == 0 goto out
	r3 = *(u8 *)(r8 + 0)
out:
	r0 = 2
	exit
