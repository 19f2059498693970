// SPDX-License-Identifier: BSD-2-Clause
// a test in the loop
r6 = *(u32 *)(r1 + 12)      // n
if r6 < 3000 goto small
r6 = 3000
small:
r7 = *(u32 *)(r1 + 16)
r0 = 0
r2 = 0
loop:
if r2 >= r6 goto out
r2 += 1
if r7 & 4 goto odd
r0 += 7
goto loop
odd:
r0 ^= r2
goto loop
out:
exit
