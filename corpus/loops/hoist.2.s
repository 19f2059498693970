// SPDX-License-Identifier: BSD-2-Clause
// the bound is read once, though the loop changes it
.map m ARRAY 4 16 1
r6 = *(u32 *)(r1 + 16)
*(u32 *)(r10 - 4) = 0
r1 = m ll
r2 = r10
r2 += -4
call map_lookup_elem
if r0 == 0 goto none
r8 = r0
r9 = *(u32 *)(r8 + 4)
r0 = 0
r2 = 0
loop:
if r2 >= r9 goto out
if r2 >= 1600 goto out
r0 ^= r6
r0 += r2
*(u32 *)(r8 + 4) = r2
r2 += 1
goto loop
out:
exit
none:
r0 = 1
exit
