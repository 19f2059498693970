// SPDX-License-Identifier: BSD-2-Clause
// up to a bound in a register
r6 = *(u32 *)(r1 + 12)      // n
if r6 < 3000 goto small
r6 = 3000
small:
r7 = *(u32 *)(r1 + 16)
r0 = 0
r2 = 0
loop:
if r2 >= r6 goto out
r0 ^= r7
r0 += 5
r2 += 1
goto loop
out:
exit
