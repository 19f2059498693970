# SPDX-License-Identifier: BSD-2-Clause
# Shows: the length of the packet as a number, which the bytes are checked by.
# Safe: data_end - data is compared with 34, and the byte at 33 is read.
# expect: proved
.program packet_length xdp
	r2 = *(u32 *)(r1 + 0)	// data
	r3 = *(u32 *)(r1 + 4)	// data_end
	r3 -= r2
	if r3 < 34 goto out
	r0 = *(u8 *)(r2 + 33)
	r0 &= 3
	exit
out:
	r0 = 2
	exit
