// SPDX-License-Identifier: BSD-2-Clause
// blocks moved, conditions inverted wrongly
r6 = *(u32 *)(r1 + 12)      // n
if r6 < 3000 goto small
r6 = 3000
small:
r7 = *(u32 *)(r1 + 16)
r5 = 0
r3 = 0
goto loop
out:
r0 = r5
r0 += r3
exit
again:
r3 += 1
if r3 == 2500 goto out
loop:
r5 += r7
if r5 < 1000000 goto again
goto out
