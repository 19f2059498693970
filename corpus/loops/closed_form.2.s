// SPDX-License-Identifier: BSD-2-Clause
// that of one round more, where there are many
r6 = *(u32 *)(r1 + 12)      // n
if r6 < 3000 goto small
r6 = 3000
small:
r7 = *(u32 *)(r1 + 16)
if r6 < 2999 goto few
r6 += 1
few:
r0 = r6
r0 *= 3
r0 += r7
exit
