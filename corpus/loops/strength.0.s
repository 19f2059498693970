// SPDX-License-Identifier: BSD-2-Clause
// the product of the counter
.map m ARRAY 4 4096 1
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
r8 = r0
r0 = 0
r2 = 0
loop:
if r2 > 340 goto out
if r2 >= r6 goto out
r3 = r2
r3 *= 12
r4 = r8
r4 += r3
r5 = *(u32 *)(r4 + 4)
r0 += r5
r2 += 1
goto loop
out:
exit
none:
r0 = 1
exit
