# SPDX-License-Identifier: BSD-2-Clause
# Shows: the packet from its end to its beginning.
# Safe: the pointer is above data before each step down.
# expect: proved
.program packet_backwards xdp
	r2 = *(u32 *)(r1 + 0)	// data
	r3 = *(u32 *)(r1 + 4)	// data_end
	r5 = 0
next:
	if r3 <= r2 goto out
	r3 += -1
	r1 = *(u8 *)(r3 + 0)
	r5 += r1
	goto next
out:
	r0 = 2
	exit
