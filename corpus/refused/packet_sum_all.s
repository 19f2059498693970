# SPDX-License-Identifier: BSD-2-Clause
# Shows: a checksum over the whole packet, byte by byte.
# Safe: the pointer is compared with data_end before each byte, and grows.
# expect: proved
.program packet_sum_all xdp
	r2 = *(u32 *)(r1 + 0)	// data
	r3 = *(u32 *)(r1 + 4)	// data_end
	r5 = 0
next:
	r4 = r2
	r4 += 1
	if r4 > r3 goto done
	r1 = *(u8 *)(r2 + 0)
	r5 += r1
	r2 = r4
	goto next
done:
	if r5 > 1000 goto drop
	goto out
drop:
	r0 = 1
	exit
out:
	r0 = 2
	exit
