// SPDX-License-Identifier: BSD-2-Clause
// four at once, and no rest where there is a whole one
r6 = *(u32 *)(r1 + 12)      // n
if r6 < 3000 goto small
r6 = 3000
small:
r7 = *(u32 *)(r1 + 16)
r0 = 0
r2 = 0
four:
r3 = r2
r3 += 4
if r3 >= r6 goto rest
r0 <<= 1
r0 ^= r7
r0 <<= 1
r0 ^= r7
r0 <<= 1
r0 ^= r7
r0 <<= 1
r0 ^= r7
r2 = r3
goto four
rest:
if r3 <= r6 goto out
if r2 >= r6 goto out
r0 <<= 1
r0 ^= r7
r2 += 1
goto rest
out:
exit
