# SPDX-License-Identifier: BSD-2-Clause
# Shows: an array on the stack is filled from a pointer to another.
# Safe: the pointer is below the end at each store, and grows by one.
# expect: proved
.program stack_pointers xdp
	r1 = r10
	r1 += -64
	r2 = r10
next:
	*(u8 *)(r1 + 0) = 0
	r1 += 1
	if r1 < r2 goto next
out:
	r0 = 2
	exit
