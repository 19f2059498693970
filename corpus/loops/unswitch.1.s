// SPDX-License-Identifier: BSD-2-Clause
// a loop for each result of the test
r6 = *(u32 *)(r1 + 12)      // n
if r6 < 3000 goto small
r6 = 3000
small:
r7 = *(u32 *)(r1 + 16)
r0 = 0
r2 = 0
if r7 & 4 goto odd
even:
if r2 >= r6 goto out
r2 += 1
r0 += 7
goto even
odd:
if r2 >= r6 goto out
r2 += 1
r0 ^= r2
goto odd
out:
exit
