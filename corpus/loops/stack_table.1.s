// SPDX-License-Identifier: BSD-2-Clause
// the table lies elsewhere
r6 = *(u32 *)(r1 + 12)      // n
if r6 < 3000 goto small
r6 = 3000
small:
r7 = *(u32 *)(r1 + 16)
r8 = 0
fill:
r3 = r10
r3 += -320
r3 += r8
*(u8 *)(r3 + 0) = r7
r8 += 1
r7 += r6
if r8 != 256 goto fill
r0 = 0
r8 = 0
read:
r3 = r10
r3 += r8
r4 = *(u8 *)(r3 - 320)
r0 *= 3
r0 += r4
r8 += 1
if r8 != 256 goto read
exit
