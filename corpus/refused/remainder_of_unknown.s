# SPDX-License-Identifier: BSD-2-Clause
# Shows: a remainder of a 64-bit counter in shared memory, the classic ring buffer of samples.
# Safe: the counter is anything, its remainder is below 48.
# expect: proved
.program remainder_of_unknown xdp
.map table ARRAY 4 64 1
	*(u32 *)(r10 - 4) = 0
	r1 = table ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	r6 = *(u64 *)(r0 + 48)
	r1 = r6
	r1 += 1
	*(u64 *)(r0 + 48) = r1
	r6 %= 48
	r0 += r6
	*(u8 *)(r0 + 0) = 1
out:
	r0 = 2
	exit
