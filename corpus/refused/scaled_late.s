# SPDX-License-Identifier: BSD-2-Clause
# Shows: an index is scaled first, and the product is compared.
# Safe: 4 * i < 64 says that i < 16, as 4 * i does not wrap.
# expect: proved
.program scaled_late xdp
.map table ARRAY 4 64 1
	r6 = *(u32 *)(r1 + 12)	// x
	r7 = *(u32 *)(r1 + 16)	// y
	*(u32 *)(r10 - 4) = 0
	r1 = table ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	r1 = r6
	r1 *= 12
	if r1 > 180 goto out
	r6 <<= 2
	r0 += r6
	r3 = *(u32 *)(r0 + 0)
out:
	r0 = 2
	exit
