// SPDX-License-Identifier: BSD-2-Clause
// 32 bits wide, with another mask
r6 = *(u32 *)(r1 + 12)      // n
if r6 < 3000 goto small
r6 = 3000
small:
r7 = *(u32 *)(r1 + 16)
w0 = 0
w2 = 0
loop:
if w2 >= w6 goto out
w0 += w7
w0 &= 0x7fffff
w2 += 1
goto loop
out:
exit
