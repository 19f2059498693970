// SPDX-License-Identifier: BSD-2-Clause
// shifts at once
r6 = *(u32 *)(r1 + 12)      // n
if r6 < 3000 goto small
r6 = 3000
small:
r7 = *(u32 *)(r1 + 16)
r6 &= 63
r0 = r7
r0 <<= r6
exit
