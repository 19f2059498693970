# SPDX-License-Identifier: BSD-2-Clause
# Shows: an outer length is checked against the packet, an inner one against the outer.
# Safe: inner <= outer, and data + outer <= data_end.
# expect: proved
.program packet_two_lengths xdp
	r6 = *(u32 *)(r1 + 12)	// inner
	r7 = *(u32 *)(r1 + 16)	// outer
	r6 &= 0xfff
	r7 &= 0xfff
	r2 = *(u32 *)(r1 + 0)	// data
	r3 = *(u32 *)(r1 + 4)	// data_end
	r4 = r2
	r4 += r7
	if r4 > r3 goto out
	if r6 >= r7 goto out
	r2 += r6
	r0 = *(u8 *)(r2 + 0)
	r0 &= 3
	exit
out:
	r0 = 2
	exit
