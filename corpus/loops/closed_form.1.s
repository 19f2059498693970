// SPDX-License-Identifier: BSD-2-Clause
// its closed form
r6 = *(u32 *)(r1 + 12)      // n
if r6 < 3000 goto small
r6 = 3000
small:
r7 = *(u32 *)(r1 + 16)
r0 = r6
r0 *= 3
r0 += r7
exit
