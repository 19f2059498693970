# SPDX-License-Identifier: BSD-2-Clause
# Shows: the absolute value without a branch.
# Safe: the sign is -1 or 0, so that (x ^ sign) - sign is |x|, and |x| < 64.
# expect: proved
.program absolute xdp
.map table ARRAY 4 65 1
	r6 = *(u32 *)(r1 + 12)
	r6 &= 127
	r6 -= 63
	*(u32 *)(r10 - 4) = 0
	r1 = table ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	r1 = r6
	r1 s>>= 63
	r6 ^= r1
	r6 -= r1
	r0 += r6
	r3 = *(u8 *)(r0 + 0)
out:
	r0 = 2
	exit
