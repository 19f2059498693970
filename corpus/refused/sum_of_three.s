# SPDX-License-Identifier: BSD-2-Clause
# Shows: a bound on a sum of three offsets, as of headers of which each tells its length.
# Safe: none of three lengths is greater than their sum.
# expect: proved
.program sum_of_three xdp
.map table ARRAY 4 64 1
	r6 = *(u32 *)(r1 + 12)
	r7 = *(u32 *)(r1 + 16)
	r8 = *(u32 *)(r1 + 12)
	r8 >>= 3
	*(u32 *)(r10 - 4) = 0
	r1 = table ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	r1 = r6
	r1 += r7
	r1 += r8
	if r1 > 60 goto out
	r2 = r0
	r2 += r6
	r3 = *(u32 *)(r2 + 0)
	r2 = r0
	r2 += r7
	r3 = *(u32 *)(r2 + 0)
	r0 += r8
	r3 = *(u32 *)(r0 + 0)
out:
	r0 = 2
	exit
