# SPDX-License-Identifier: BSD-2-Clause
# Shows: a pointer into the packet is checked, and computed anew for the access.
# Safe: the same offset from the same beginning is the same place.
# expect: proved
.program packet_pointer_anew xdp
	r6 = *(u32 *)(r1 + 12)
	r6 &= 0xff
	r2 = *(u32 *)(r1 + 0)	// data
	r3 = *(u32 *)(r1 + 4)	// data_end
	r4 = r2
	r4 += r6
	r4 += 4
	if r4 > r3 goto out
	r2 += r6
	r0 = *(u32 *)(r2 + 0)
	r0 &= 3
	exit
out:
	r0 = 2
	exit
