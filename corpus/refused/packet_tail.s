# SPDX-License-Identifier: BSD-2-Clause
# Shows: the last four bytes of the packet: a checksum behind the frame.
# Safe: data_end - 4 is compared with data.
# expect: proved
.program packet_tail xdp
	r2 = *(u32 *)(r1 + 0)	// data
	r3 = *(u32 *)(r1 + 4)	// data_end
	r3 += -4
	if r3 < r2 goto out
	r0 = *(u32 *)(r3 + 0)
	r0 &= 3
	exit
out:
	r0 = 2
	exit
