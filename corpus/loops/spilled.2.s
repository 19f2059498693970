// SPDX-License-Identifier: BSD-2-Clause
// one number ends the loop
r6 = *(u32 *)(r1 + 12)
*(u64 *)(r10 - 8) = 0
*(u64 *)(r10 - 16) = 0
if r6 < 2500 goto loop
r6 = 2500
loop:
r1 = *(u64 *)(r10 - 8)
if r1 >= r6 goto out
call get_prandom_u32
if r0 == 77 goto out
r2 = *(u64 *)(r10 - 16)
r2 += r0
*(u64 *)(r10 - 16) = r2
r1 = *(u64 *)(r10 - 8)
r1 += 1
*(u64 *)(r10 - 8) = r1
goto loop
out:
r0 = *(u64 *)(r10 - 16)
exit
