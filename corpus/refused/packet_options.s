# SPDX-License-Identifier: BSD-2-Clause
# Shows: type-length-value options up to the end of the packet, as many as there are.
# Safe: each step is checked against data_end, and goes on by at least one byte.
# expect: proved
.program packet_options xdp
	r2 = *(u32 *)(r1 + 0)	// data
	r3 = *(u32 *)(r1 + 4)	// data_end
	r0 = 2
next:
	r4 = r2
	r4 += 2
	if r4 > r3 goto out
	r5 = *(u8 *)(r2 + 1)	// length of what follows
	r4 += r5
	if r4 > r3 goto out
	r2 = r4
	goto next
out:
	r0 = 2
	exit
