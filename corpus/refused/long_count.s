# SPDX-License-Identifier: BSD-2-Clause
# Shows: a loop of up to 16 million rounds.
# Safe: the counter is bounded and grows.
# expect: proved
.program long_count xdp
	r6 = *(u32 *)(r1 + 12)
	r6 &= 0xffffff
	r7 = 0
next:
	if r7 >= r6 goto out
	r7 += 1
	goto next
out:
	r0 = 2
	exit
