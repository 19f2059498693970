# SPDX-License-Identifier: BSD-2-Clause
# Shows: two loops of a thousand rounds, the inner one over a table.
# Safe: both counters are bounded and grow.
# expect: proved
.program nested_count xdp
.map table ARRAY 4 1000 1
	*(u32 *)(r10 - 4) = 0
	r1 = table ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	r6 = 0
outer:
	r7 = 0
inner:
	r1 = r0
	r1 += r7
	r2 = *(u8 *)(r1 + 0)
	if r2 > 100 goto out
	r7 += 1
	if r7 < 1000 goto inner
	r6 += 1
	if r6 < 1000 goto outer
out:
	r0 = 2
	exit
