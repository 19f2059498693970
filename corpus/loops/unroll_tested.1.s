// SPDX-License-Identifier: BSD-2-Clause
// two bytes a round, each with its test
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
r6 += 2
if r6 > r7 goto out
r4 = *(u8 *)(r6 - 1)
r0 += r4
r8 += 2
goto loop
out:
exit
