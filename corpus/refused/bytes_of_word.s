# SPDX-License-Identifier: BSD-2-Clause
# Shows: a word is put together in bytes on the stack, as a header in network order is.
# Safe: each of the bytes is bounded, so that the word is.
# expect: proved
.program bytes_of_word xdp
.map table ARRAY 4 272 1
	r6 = *(u32 *)(r1 + 12)	// x
	r7 = *(u32 *)(r1 + 16)	// y
	*(u32 *)(r10 - 4) = 0
	r1 = table ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	r6 &= 15
	r7 &= 1
	*(u8 *)(r10 - 8) = r6
	*(u8 *)(r10 - 7) = r7
	r2 = *(u16 *)(r10 - 8)
	r0 += r2
	r3 = *(u8 *)(r0 + 0)
out:
	r0 = 2
	exit
