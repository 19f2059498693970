// SPDX-License-Identifier: BSD-2-Clause
// sums while small
r6 = *(u32 *)(r1 + 12)      // n
if r6 < 3000 goto small
r6 = 3000
small:
r7 = *(u32 *)(r1 + 16)
r0 = 0
r2 = 0
loop:
r0 += r7
if r0 > 1000000 goto out
r2 += 1
if r2 != 2500 goto loop
out:
r0 += r2
exit
