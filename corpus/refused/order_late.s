# SPDX-License-Identifier: BSD-2-Clause
# Shows: an index is compared with a count before the count is compared with the size.
# Safe: i < n and n <= 64 say together that i < 64.
# expect: proved
.program order_late xdp
.map table ARRAY 4 64 1
	r6 = *(u32 *)(r1 + 12)	// x
	r7 = *(u32 *)(r1 + 16)	// y
	*(u32 *)(r10 - 4) = 0
	r1 = table ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	if r6 >= r7 goto out
	if r7 > 64 goto out
	r0 += r6
	r3 = *(u8 *)(r0 + 0)
out:
	r0 = 2
	exit
