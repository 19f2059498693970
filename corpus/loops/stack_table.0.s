// SPDX-License-Identifier: BSD-2-Clause
// fills a table on the stack and reads it again
r6 = *(u32 *)(r1 + 12)      // n
if r6 < 3000 goto small
r6 = 3000
small:
r7 = *(u32 *)(r1 + 16)
r2 = 0
fill:
r3 = r10
r3 += -256
r3 += r2
*(u8 *)(r3 + 0) = r7
r7 += r6
r2 += 1
if r2 < 256 goto fill
r0 = 0
r2 = 0
read:
r3 = r10
r3 += -256
r3 += r2
r4 = *(u8 *)(r3 + 0)
r0 *= 3
r0 += r4
r2 += 1
if r2 < 256 goto read
exit
