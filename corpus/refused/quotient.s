# SPDX-License-Identifier: BSD-2-Clause
# Shows: an index by a division: a histogram of words of 32 bits in 60 buckets.
# Safe: a word of 32 bits divided by 0x4444445 is at most 59.
# expect: proved
.program quotient xdp
.map table ARRAY 4 64 1
	r6 = *(u32 *)(r1 + 12)	// x
	r7 = *(u32 *)(r1 + 16)	// y
	*(u32 *)(r10 - 4) = 0
	r1 = table ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	r6 /= 0x4444445
	r0 += r6
	r3 = *(u8 *)(r0 + 4)
out:
	r0 = 2
	exit
