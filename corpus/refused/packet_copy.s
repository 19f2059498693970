# SPDX-License-Identifier: BSD-2-Clause
# Shows: the packet is copied to the stack; two pointers walk, and one is compared.
# Safe: the packet has at most 64 bytes, and the pointers keep their distance.
# expect: proved
.program packet_copy xdp
	r2 = *(u32 *)(r1 + 0)	// data
	r3 = *(u32 *)(r1 + 4)	// data_end
	r4 = r3
	r4 -= r2
	if r4 > 64 goto out
	r4 = r10
	r4 += -64
next:
	r5 = r2
	r5 += 1
	if r5 > r3 goto out
	r1 = *(u8 *)(r2 + 0)
	*(u8 *)(r4 + 0) = r1
	r4 += 1
	r2 = r5
	goto next
out:
	r0 = 2
	exit
