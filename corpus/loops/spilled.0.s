// SPDX-License-Identifier: BSD-2-Clause
// counter and sum in registers
r6 = *(u32 *)(r1 + 12)
r7 = 0
r8 = 0
if r6 < 2500 goto loop
r6 = 2500
loop:
if r7 >= r6 goto out
call get_prandom_u32
r8 += r0
r7 += 1
goto loop
out:
r0 = r8
exit
