// SPDX-License-Identifier: BSD-2-Clause
// a byte a round
r6 = *(u32 *)(r1 + 0)
r7 = *(u32 *)(r1 + 4)
r0 = 0
r8 = 0
loop:
r3 = r6
r3 += 1
if r3 > r7 goto out
if r8 >= 2000 goto out
r4 = *(u8 *)(r6 + 0)
r0 += r4
r6 = r3
r8 += 1
goto loop
out:
exit
