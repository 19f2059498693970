// SPDX-License-Identifier: BSD-2-Clause
// adds in a register, and to the map only if short
.map m ARRAY 4 16 1
r6 = *(u32 *)(r1 + 12)      // n
if r6 < 3000 goto small
r6 = 3000
small:
r7 = *(u32 *)(r1 + 16)
*(u32 *)(r10 - 4) = 0
r1 = m ll
r2 = r10
r2 += -4
call map_lookup_elem
if r0 == 0 goto none
r2 = 0
r3 = *(u64 *)(r0 + 8)
loop:
if r2 >= r6 goto out
r3 += r7
r3 ^= r2
r2 += 1
goto loop
out:
if r6 == 3000 goto none
*(u64 *)(r0 + 8) = r3
none:
r0 = 2
exit
