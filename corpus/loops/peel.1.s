// SPDX-License-Identifier: BSD-2-Clause
// the first round stands alone
r6 = *(u32 *)(r1 + 12)      // n
if r6 < 3000 goto small
r6 = 3000
small:
r7 = *(u32 *)(r1 + 16)
r0 = r7
if r6 == 0 goto out
r0 *= 31
r2 = 1
if r6 == r2 goto out
loop:
r0 *= 31
r0 += r2
r2 += 1
if r2 < r6 goto loop
out:
exit
