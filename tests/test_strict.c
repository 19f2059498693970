/* SPDX-License-Identifier: BSD-2-Clause */
/* What only a proof of safety minds: programs that do one thing wrong, each with a twin that does it right. */
#include "exec_fixture.h"

#include <linux/bpf.h>

/* Who finds the fault: a loader that may not see addresses, or everybody. */
enum who { HIDDEN, EVERYBODY };

struct strict_case {
	enum fault fault;
	enum who who;
	const char *bad, *good;
};

#define LOOKUP                                                                                                     \
	"*(u64 *)(r10 - 8) = 1; r2 = r10; r2 += -8; r1 = m ll; call map_lookup_elem; if r0 != 0 goto +2; r0 = 0; " \
	"exit; "
#define VALUE ".map m hash 8 16 16\n" LOOKUP
#define LOCKED ".map m hash 8 16 16\n.special m lock 0\n" LOOKUP
#define UPDATE \
	".map m hash 8 8 16\n*(u64 *)(r10 - 16) = 1; r2 = r10; r2 += -8; r3 = r10; r3 += -16; r4 = 0; r1 = m ll; "
#define RING ".map m ringbuf 0 0 4096\nr1 = m ll; r2 = 8; r3 = 0; call ringbuf_reserve; if r0 == 0 goto +4; "

static const struct strict_case addresses[] = {
    {FAULT_ADDRESS, HIDDEN, "r0 = r10; exit", "r0 = r10; r0 -= r10; exit"},
    {FAULT_ADDRESS, HIDDEN, "w0 = w10; exit", "r2 = r10; w0 = w2; r0 ^= r0; exit"},
    {FAULT_ADDRESS, HIDDEN, "r0 = (s32)r10; exit", "r0 = 1; r0 = (s32)r0; exit"},
    {FAULT_ADDRESS, HIDDEN, "*(u64 *)(r10 - 8) = r10; r0 = *(u32 *)(r10 - 8); exit",
     "*(u64 *)(r10 - 8) = r10; r1 = *(u64 *)(r10 - 8); r0 = 0; exit"},
    {FAULT_ADDRESS, HIDDEN, "*(u32 *)(r10 - 8) = r10; r0 = *(u8 *)(r10 - 5); exit",
     "*(u32 *)(r10 - 8) = r10; *(u32 *)(r10 - 8) = 5; r0 = *(u8 *)(r10 - 5); exit"},
    {FAULT_ADDRESS, HIDDEN, "w0 = w10; r0 >>= 3; r0 += 5; *(u64 *)(r10 - 16) = r0; r0 = *(u16 *)(r10 - 14); exit",
     "w0 = w10; r0 >>= 3; r0 += 5; *(u64 *)(r10 - 16) = r0; r0 = 0; exit"},
    {FAULT_ADDRESS, HIDDEN, VALUE "*(u64 *)(r0 + 0) = r0; r0 = 0; exit",
     VALUE "r3 = r0; r0 -= r3; *(u64 *)(r3 + 0) = r0; exit"},
    {FAULT_ADDRESS, HIDDEN, VALUE "*(u32 *)(r0 + 0) = r10; r0 = 0; exit", VALUE "*(u32 *)(r0 + 0) = 7; r0 = 0; exit"},
    {FAULT_ADDRESS, HIDDEN, "r2 = *(u32 *)(r1 + 0); *(u64 *)(r2 + 0) = r1; r0 = 0; exit",
     "r2 = *(u32 *)(r1 + 0); *(u64 *)(r10 - 8) = r1; r0 = 0; exit"},
    {FAULT_ADDRESS, HIDDEN, ".program p tc\n*(u32 *)(r1 + 8) = r10; r0 = 0; exit",
     ".program p tc\n*(u32 *)(r1 + 8) = 1; r0 = 0; exit"},
    {FAULT_ADDRESS, HIDDEN, ".data v 0000000000000000\nr1 = v ll; *(u64 *)(r1 + 0) = r1; r0 = 0; exit",
     ".data v 0000000000000000\nr1 = v ll; *(u64 *)(r1 + 0) = 1; r0 = 0; exit"},
    {FAULT_ADDRESS, HIDDEN, RING "*(u64 *)(r0 + 0) = r10; r1 = r0; r2 = 0; call ringbuf_discard; r0 = 0; exit",
     RING "*(u64 *)(r0 + 0) = 1; r1 = r0; r2 = 0; call ringbuf_discard; r0 = 0; exit"},
    {FAULT_ADDRESS, HIDDEN, UPDATE "*(u64 *)(r10 - 8) = r10; call map_update_elem; r0 = 0; exit",
     UPDATE "*(u64 *)(r10 - 8) = 7; call map_update_elem; r0 = 0; exit"},
    {FAULT_ADDRESS, HIDDEN,
     UPDATE "*(u64 *)(r10 - 8) = 7; *(u32 *)(r10 - 12) = r10; call map_update_elem; r0 = 0; exit",
     UPDATE "*(u64 *)(r10 - 8) = 7; *(u64 *)(r10 - 24) = r10; call map_update_elem; r0 = 0; exit"},
    {FAULT_ADDRESS, HIDDEN, "r1 = r10; r2 = 0; call redirect; r0 = 0; exit",
     "r1 = 1; r2 = 0; call redirect; r0 = 0; exit"},
    {FAULT_ADDRESS, HIDDEN,
     ".map e perf_event_array 4 4 0\n*(u64 *)(r10 - 8) = r1; r2 = e ll; r3 = 0; r4 = r10; r4 += -8; r5 = 8; "
     "call perf_event_output; r0 = 0; exit",
     ".map e perf_event_array 4 4 0\n*(u64 *)(r10 - 8) = 1; r2 = e ll; r3 = 0; r4 = r10; r4 += -8; r5 = 8; "
     "call perf_event_output; r0 = 0; exit"},
    {FAULT_ADDRESS, HIDDEN, /* by way of a helper that only reads it */
     "*(u64 *)(r10 - 8) = r10; *(u64 *)(r10 - 16) = 0; r1 = r10; r1 += -16; r2 = 4; r3 = r10; r3 += -8; r4 = 4; r5 = "
     "0; "
     "call csum_diff; exit",
     "*(u64 *)(r10 - 8) = 3; *(u64 *)(r10 - 16) = 0; r1 = r10; r1 += -16; r2 = 4; r3 = r10; r3 += -8; r4 = 4; r5 = 0; "
     "call csum_diff; exit"},
    {FAULT_ADDRESS, HIDDEN, "w1 = w10; call f; exit; f: r0 = r1; exit", "r1 = 1; call f; exit; f: r0 = r1; exit"},
};

static const struct strict_case operations[] = {
    {FAULT_POINTER_OP, EVERYBODY, "r2 = r10; r2 *= 1; r0 = 0; exit", "r2 = 5; r2 *= 3; r0 = 0; exit"},
    {FAULT_POINTER_OP, EVERYBODY, "r2 = r10; r2 &= -8; r0 = 0; exit", "r2 = 5; r2 &= -8; r0 = 0; exit"},
    {FAULT_POINTER_OP, EVERYBODY, "r2 = r10; r2 |= 1; r0 = 0; exit", "r2 = 5; r2 |= 1; r0 = 0; exit"},
    {FAULT_POINTER_OP, EVERYBODY, "r2 = r10; r2 ^= 1; r0 = 0; exit", "r2 = 5; r2 ^= 1; r0 = 0; exit"},
    {FAULT_POINTER_OP, EVERYBODY, "r2 = r10; r2 >>= 1; r0 = 0; exit", "r2 = 5; r2 >>= 1; r0 = 0; exit"},
    {FAULT_POINTER_OP, EVERYBODY, "r2 = 5; r2 <<= r10; r0 = 0; exit", "r2 = 5; r3 = 2; r2 <<= r3; r0 = 0; exit"},
    {FAULT_POINTER_OP, EVERYBODY, "r2 = r10; r2 /= 2; r0 = 0; exit", "r2 = 5; r2 /= 2; r0 = 0; exit"},
    {FAULT_POINTER_OP, EVERYBODY, "r2 = r10; r2 %= 8; r0 = 0; exit", "r2 = 5; r2 %= 8; r0 = 0; exit"},
    {FAULT_POINTER_OP, EVERYBODY, "r2 = r10; r2 += r10; r0 = 0; exit", "r2 = r10; r3 = 1; r3 += r2; r0 = 0; exit"},
    {FAULT_POINTER_OP, EVERYBODY, "r2 = 0; r2 -= r10; r0 = 0; exit", "r2 = r1; r2 -= 1; r0 = 0; exit"},
    {FAULT_POINTER_OP, EVERYBODY, "r2 = r10; w2 += 1; r0 = 0; exit", "r2 = r10; r2 += 1; r0 = 0; exit"},
    {FAULT_POINTER_OP, HIDDEN, "r2 = r10; w2 -= 1; r0 = 0; exit", "r2 = 7; w2 -= 1; r0 = 0; exit"},
    {FAULT_POINTER_OP, HIDDEN, "r2 = r10; r2 = -r2; r0 = 0; exit", "r2 = 7; r2 = -r2; r0 = 0; exit"},
    {FAULT_POINTER_OP, HIDDEN, "r2 = r10; r2 = be64 r2; r0 = 0; exit", "r2 = 7; r2 = be64 r2; r0 = 0; exit"},
    {FAULT_POINTER_OP, HIDDEN, "r2 = r10; r2 -= r1; r0 = 0; exit",
     "r2 = *(u32 *)(r1 + 4); r3 = *(u32 *)(r1 + 0); r2 -= r3; r0 = r2; exit"},
    {FAULT_POINTER_OP, HIDDEN, "if r10 > r1 goto +0; r0 = 0; exit",
     "r2 = *(u32 *)(r1 + 4); r3 = *(u32 *)(r1 + 0); if r3 > r2 goto +0; r0 = 0; exit"},
    {FAULT_POINTER_OP, HIDDEN, "if r10 s< 5 goto +0; r0 = 0; exit", "if r10 > 0 goto +0; r0 = 0; exit"},
    {FAULT_POINTER_OP, HIDDEN, "if r10 >= 5 goto +0; r0 = 0; exit",
     "if r10 == r1 goto +0; if r1 != 0 goto +0; r0 = 0; exit"},
    {FAULT_POINTER_OP, HIDDEN, "if r1 != 5 goto +0; r0 = 0; exit", "r2 = 0; if r1 != r2 goto +0; r0 = 0; exit"},
    {FAULT_POINTER_OP, HIDDEN, "r1 = r10; r2 = 1; r2 <<= 40; r1 += r2; if r1 == 0 goto +0; r0 = 0; exit",
     "r1 = r10; r2 = 1; r2 <<= 20; r1 += r2; if r1 == 0 goto +0; r0 = 0; exit"},
    {FAULT_POINTER_OP, HIDDEN, "if r10 & 7 goto +0; r0 = 0; exit", "r2 = 5; if r2 & 7 goto +0; r0 = 0; exit"},
    {FAULT_POINTER_OP, HIDDEN, "if w10 == 0 goto +0; r0 = 0; exit", "if r10 == 0 goto +0; r0 = 0; exit"},
    {FAULT_POINTER_OP, HIDDEN, "*(u64 *)(r10 - 8) = r10; r2 = *(u8 *)(r10 - 8); if r2 > 4 goto +0; r0 = 0; exit",
     "*(u64 *)(r10 - 8) = 9; r2 = *(u8 *)(r10 - 8); if r2 > 4 goto +0; r0 = 0; exit"},
    {FAULT_POINTER_OP, HIDDEN, "*(u64 *)(r10 - 8) = 0; lock *(u64 *)(r10 - 8) += r10; r0 = 0; exit",
     "*(u64 *)(r10 - 8) = 0; r2 = 5; lock *(u64 *)(r10 - 8) += r2; r0 = *(u64 *)(r10 - 8); exit"},
    {FAULT_POINTER_OP, HIDDEN, "*(u64 *)(r10 - 8) = 0; r0 = r1; r2 = 1; r0 = cmpxchg_64(r10 - 8, r0, r2); r0 = 0; exit",
     "*(u64 *)(r10 - 8) = 0; r0 = 3; r2 = 1; r0 = cmpxchg_64(r10 - 8, r0, r2); r0 = 0; exit"},
};

static const struct strict_case returns[] = {
    {FAULT_RETURN, EVERYBODY, ".program p cgroup/dev\nr0 = 2; exit", ".program p cgroup/dev\nr0 = 1; exit"},
    {FAULT_RETURN, EVERYBODY, ".program p cgroup_skb/egress\nr0 = 4; exit",
     ".program p cgroup_skb/egress\nr0 = 3; exit"},
    {FAULT_RETURN, EVERYBODY, ".program p cgroup_skb/ingress\nr0 = 3; exit",
     ".program p cgroup_skb/ingress\nr0 = 1; exit"},
    {FAULT_RETURN, EVERYBODY, ".program p cgroup/bind4\nr0 = -1; exit", ".program p cgroup/bind4\nr0 = 3; exit"},
    {FAULT_RETURN, EVERYBODY, ".program p cgroup/recvmsg4\nr0 = 0; exit", ".program p cgroup/recvmsg4\nr0 = 1; exit"},
    {FAULT_RETURN, EVERYBODY, ".program p sk_lookup\nr0 = 0x100000001 ll; exit", ".program p sk_lookup\nr0 = 1; exit"},
    {FAULT_RETURN, EVERYBODY, ".program p fentry/x\nr0 = 1; exit", ".program p fmod_ret/x\nr0 = 1; exit"},
    {FAULT_RETURN, EVERYBODY, ".program p iter/task\nr0 = 2; exit", ".program p iter/task\nr0 = 1; exit"},
    {FAULT_RETURN, EVERYBODY, ".program p lsm/file_open\nr0 = 1; exit", ".program p lsm/file_open\nw0 = -13; exit"},
    {FAULT_RETURN, EVERYBODY, ".program p lsm/audit_rule_known\nr0 = -1; exit",
     ".program p lsm/bprm_committed_creds\nr0 = 77; exit"},
    {FAULT_RETURN, EVERYBODY, ".program p lsm_cgroup/sock_graft\nr0 = 0; exit",
     ".program p lsm_cgroup/bind\nr0 = 0; exit"},
};

#define LOCK "r6 = r0; r1 = r6; call spin_lock; "
#define UNLOCK "r1 = r6; call spin_unlock; "
#define SOCKET                                                                                                       \
	".program p tc\n*(u64 *)(r10 - 16) = 0; *(u32 *)(r10 - 8) = 0; r2 = r10; r2 += -16; r3 = 12; r4 = -1; r5 = " \
	"0; "                                                                                                        \
	"call sk_lookup_tcp; if r0 != 0 goto +1; exit; r6 = r0; "

static const struct strict_case locks[] = {
    {FAULT_LOCK, EVERYBODY, LOCKED LOCK "r0 = 0; exit", LOCKED LOCK UNLOCK "r0 = 0; exit"},
    {FAULT_LOCK, EVERYBODY, LOCKED LOCK "r1 = r6; call spin_lock; r0 = 0; exit",
     LOCKED LOCK UNLOCK "r1 = r6; call spin_lock; " UNLOCK "r0 = 0; exit"},
    {FAULT_LOCK, EVERYBODY, LOCKED LOCK "call get_prandom_u32; " UNLOCK "r0 = 0; exit",
     LOCKED LOCK UNLOCK "call get_prandom_u32; r0 = 0; exit"},
    {FAULT_LOCK, EVERYBODY, LOCKED "r6 = r0; " UNLOCK "r0 = 0; exit",
     LOCKED LOCK "*(u32 *)(r6 + 4) = 1; " UNLOCK "r0 = 0; exit"},
    {FAULT_HELPER_ARG, EVERYBODY, LOCKED LOCK "r1 = r6; r1 += 4; call spin_unlock; r0 = 0; exit",
     LOCKED LOCK UNLOCK "r0 = 0; exit"},
    {FAULT_HELPER_ARG, EVERYBODY, "*(u64 *)(r10 - 8) = 0; r1 = r10; r1 += -8; call spin_lock; r0 = 0; exit",
     LOCKED LOCK UNLOCK "r0 = 0; exit"},
    {FAULT_HELPER_ARG, EVERYBODY, VALUE LOCK UNLOCK "r0 = 0; exit", LOCKED LOCK UNLOCK "r0 = 0; exit"},
};

#define KPTR ".map m hash 8 16 16\n.special m kptr 8\n" LOOKUP
static const struct strict_case specials[] = {
    {FAULT_SPECIAL, EVERYBODY, LOCKED "*(u64 *)(r0 + 0) = 0; r0 = 0; exit",
     LOCKED "*(u32 *)(r0 + 4) = 0; r0 = 0; exit"},
    {FAULT_SPECIAL, EVERYBODY, LOCKED "r0 = *(u8 *)(r0 + 3); exit", LOCKED "r0 = *(u8 *)(r0 + 4); exit"},
    {FAULT_SPECIAL, EVERYBODY, KPTR "r0 = *(u32 *)(r0 + 8); exit",
     KPTR "r1 = *(u64 *)(r0 + 8); r0 = 0; if r1 == 0 goto +1; r0 = *(u32 *)(r1 + 0); exit"},
    {FAULT_SPECIAL, EVERYBODY, KPTR "*(u64 *)(r0 + 8) = 7; r0 = 0; exit", KPTR "*(u64 *)(r0 + 8) = 0; r0 = 0; exit"},
};

/* Reads that can't fault, and buffers that a helper fills in part. */
static const struct strict_case reads[] = {
    {FAULT_STACK_UNINIT, HIDDEN,
     "r0 = *(u64 *)(r10 - 8); exit", /* an atomic finds a pointer where one was spilled */
     "*(u64 *)(r10 - 8) = r10; *(u64 *)(r10 - 16) = 5; r2 = 0; r2 = xchg_64(r10 - 8, r2); r0 = *(u64 *)(r2 - 16); "
     "exit"},
    {FAULT_STACK_UNINIT, HIDDEN, ".program p kprobe\nr0 = *(u8 *)(r10 - 9); exit",
     ".program p kprobe\nr1 = r10; r1 += -8; r2 = 8; r3 = r10; r3 += -700; call probe_read_kernel; r0 = *(u64 *)(r10 - "
     "8); "
     "exit"},
    {FAULT_STACK_UNINIT, HIDDEN,
     ".program p kprobe\nr1 = r10; r1 += -16; r2 = 8; r3 = 0; call probe_read_kernel_str; r0 = *(u64 *)(r10 - 8); exit",
     ".program p kprobe\nr1 = r10; r1 += -16; r2 = 16; r3 = 0; call probe_read_kernel_str; r0 = *(u64 *)(r10 - 8); "
     "exit"},
    {FAULT_REG_UNINIT, EVERYBODY, ".program p lsm/file_open\nexit", ".program p lsm/file_free_security\nexit"},
    {FAULT_RETURN, EVERYBODY, ".program p lsm/file_open\nr0 = 5; exit",
     ".program p lsm/file_open\nr0 = *(u64 *)(r1 + 8); exit"},
};

static const struct strict_case references[] = {
    {FAULT_LEAK, EVERYBODY, SOCKET "r0 = 0; exit", SOCKET "r1 = r6; call sk_release; r0 = 0; exit"},
    {FAULT_BOUNDS, EVERYBODY, SOCKET "r0 = *(u32 *)(r6 + 80); r1 = r6; call sk_release; r0 = 0; exit",
     SOCKET "r0 = *(u32 *)(r6 + 76); r1 = r6; call sk_release; r0 = 0; exit"},
    {FAULT_RELEASED, EVERYBODY, SOCKET "r1 = r6; call sk_release; r0 = *(u32 *)(r6 + 4); exit",
     SOCKET "r7 = *(u32 *)(r6 + 4); r1 = r6; call sk_release; r0 = r7; exit"},
    {FAULT_RELEASED, EVERYBODY, SOCKET "r1 = r6; call sk_release; r1 = r6; call sk_release; r0 = 0; exit",
     SOCKET "r1 = r6; call sk_release; r0 = 0; exit"},
    {FAULT_RELEASED, EVERYBODY,
     SOCKET "r1 = r6; call tcp_sock; r7 = r0; r1 = r6; call sk_release; r0 = 0; if r7 == 0 goto +1; r0 = *(u32 *)(r7 + "
	    "0); exit",
     SOCKET
     "r1 = r6; call tcp_sock; r7 = r0; r8 = 0; if r7 == 0 goto +1; r8 = *(u32 *)(r7 + 0); r1 = r6; call sk_release; "
     "r0 = r8; exit"},
    {FAULT_RELEASED, EVERYBODY, /* the cast is the same socket */
     SOCKET "r1 = r6; call tcp_sock; if r0 == 0 goto +3; r1 = r0; call sk_release; r0 = *(u32 *)(r6 + 4); r1 = r6; "
	    "call sk_release; exit",
     SOCKET "r1 = r6; call tcp_sock; if r0 == 0 goto +3; r1 = r0; call sk_release; goto +2; r1 = r6; call sk_release; "
	    "r0 = 0; exit"},
};

#define MAP_ACCESS(flags, body)                                                                                      \
	".map m array 4 8 4 " flags "\n*(u32 *)(r10 - 4) = 1; r2 = r10; r2 += -4; r1 = m ll; call map_lookup_elem; " \
	"if r0 == 0 goto out; " body "; out: r0 = 0; exit"

static const struct strict_case accesses[] = {
    {FAULT_READ_ONLY, EVERYBODY, MAP_ACCESS("128", "*(u64 *)(r0 + 0) = 1"), MAP_ACCESS("128", "r1 = *(u64 *)(r0 + 0)")},
    {FAULT_WRITE_ONLY, EVERYBODY, MAP_ACCESS("256", "r1 = *(u64 *)(r0 + 0)"),
     MAP_ACCESS("256", "*(u64 *)(r0 + 0) = 1")},
    {FAULT_ALIGNMENT, EVERYBODY, MAP_ACCESS("0", "r1 = 1; lock *(u32 *)(r0 + 2) += w1"),
     MAP_ACCESS("0", "r1 = 1; lock *(u32 *)(r0 + 4) += w1")},
    {FAULT_ALIGNMENT, EVERYBODY, "r2 = *(u32 *)(r1 + 0); r3 = 1; lock *(u64 *)(r2 + 8) += r3; r0 = 0; exit",
     "r2 = *(u32 *)(r1 + 0); r3 = 1; *(u64 *)(r2 + 3) = r3; r0 = 0; exit"},
    {FAULT_STACK_DEPTH, EVERYBODY, "*(u64 *)(r10 - 264) = 0; call f; exit; f: *(u64 *)(r10 - 248) = 0; r0 = 0; exit",
     "*(u64 *)(r10 - 264) = 0; call f; exit; f: *(u64 *)(r10 - 240) = 0; r0 = 0; exit"},
};

static const struct strict_case maps[] = {
    {FAULT_HELPER_ARG, EVERYBODY,
     ".map e perf_event_array 4 4 0\n*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = e ll; call map_lookup_elem; r0 = "
     "0; exit",
     MAP_ACCESS("0", "r1 = 0")},
    {FAULT_HELPER_ARG, EVERYBODY, ".map m array 4 4 1\nr1 = m ll; r2 = 8; r3 = 0; call ringbuf_query; r0 = 0; exit",
     ".map m ringbuf 0 0 4096\nr1 = m ll; r2 = 0; r3 = 0; call ringbuf_query; r0 = 0; exit"},
    {FAULT_HELPER_ARG, EVERYBODY,
     ".map q queue 0 8 4\n*(u64 *)(r10 - 8) = 0; r2 = r10; r2 += -8; r3 = r2; r4 = 0; r1 = q ll; call map_update_elem; "
     "r0 = 0; exit",
     ".map q queue 0 8 4\n*(u64 *)(r10 - 8) = 0; r2 = r10; r2 += -8; r3 = 0; r1 = q ll; call map_push_elem; r0 = 0; "
     "exit"},
    {FAULT_READ_ONLY, EVERYBODY,
     ".map m array 4 8 4 128\n*(u64 *)(r10 - 8) = 0; r2 = r10; r2 += -8; r3 = r2; r4 = 0; r1 = m ll; call "
     "map_update_elem; "
     "r0 = 0; exit",
     ".map m array 4 8 4 256\n*(u64 *)(r10 - 8) = 0; r2 = r10; r2 += -8; r3 = r2; r4 = 0; r1 = m ll; call "
     "map_update_elem; "
     "r0 = 0; exit"},
};

static const struct strict_case loops[] = {
    {FAULT_REPEATS, EVERYBODY, "l: goto l; exit", "r0 = 100000; l: r0 += -1; if r0 != 0 goto l; exit"},
    {FAULT_REPEATS, EVERYBODY, "r0 = 0; l: r0 += 1; r0 &= 15; if r0 < 16 goto l; exit",
     "r0 = 0; r2 = 0; l: r0 += 1; r0 &= 15; r2 += 1; if r2 < 5000 goto l; exit"},
    {FAULT_REPEATS, EVERYBODY, "*(u64 *)(r10 - 8) = 7; l: r2 = *(u64 *)(r10 - 8); if r2 == 7 goto l; r0 = 0; exit",
     "*(u64 *)(r10 - 8) = 5000; l: r2 = *(u64 *)(r10 - 8); r2 += -1; *(u64 *)(r10 - 8) = r2; if r2 != 0 goto l; r0 = "
     "0; exit"},
    {FAULT_REPEATS, EVERYBODY,
     ".map m array 4 8 4\nr6 = 0; l: r1 = m ll; *(u32 *)(r10 - 4) = 1; r2 = r10; r2 += -4; "
     "call map_lookup_elem; *(u64 *)(r0 + 0) = 3; if r6 == 0 goto l; r0 = 0; exit",
     ".map m array 4 8 4\nr6 = 500; l: r1 = m ll; *(u32 *)(r10 - 4) = 1; r2 = r10; r2 += -4; "
     "call map_lookup_elem; *(u64 *)(r0 + 0) = 3; r6 -= 1; if r6 != 0 goto l; r0 = 0; exit"},
    /* a counter outside of the registers, and a helper whose next answer may end it */
    {FAULT_REPEATS, EVERYBODY, "l: call f; if r0 == 0 goto l; exit; f: r0 = 0; exit",
     ".data v 0000000000000000\nl: r1 = v ll; r2 = *(u64 *)(r1 + 0); r2 += 1; *(u64 *)(r1 + 0) = r2; if r2 < 5000 goto "
     "l; "
     "r0 = 0; exit"},
};

static void expect(const struct strict_case *c, const char *text, unsigned safety, bool faults)
{
	struct object *o = fixture_assemble(text);
	struct input *in = fixture_packet(64);
	struct exec_options opt = {.safety = safety};
	struct exec_outcome out;
	input_set(in, IN_MAP_HAS, (uint64_t[]){0, 1}, 2, 1);
	fixture_set1(in, IN_CTX, 8, 5);        /* the result so far of an LSM hook of one argument */
	for (uint64_t pos = 0; pos < 4; pos++) /* sockets are found, casts work */
		for (uint64_t id = BPF_FUNC_sk_lookup_tcp; id <= BPF_FUNC_tcp_sock; id++)
			fixture_set2(in, IN_RESULT, id, pos, 1);
	exec_run(o->programs[0], in, &opt, &out);
	cr_expect_eq(out.end, faults ? EXEC_FAULT : EXEC_EXIT, "safety %u: ends as %d (%s%s) in:\n%s", safety, out.end,
		     out.end == EXEC_FAULT ? fault_texts[out.fault] : "", out.what, text);
	if (faults)
		cr_expect_eq(out.fault, c->fault, "safety %u: %s (%s), expected %s in:\n%s", safety,
			     fault_texts[out.fault], out.what, fault_texts[c->fault], text);
	exec_release(&out);
	input_free(in);
	object_free(o);
}

/* Without safety it is not this fault. */
static void expect_free(const struct strict_case *c)
{
	struct object *o = fixture_assemble(c->bad);
	struct input *in = fixture_packet(64);
	struct exec_options opt = {.max_steps = 20000};
	struct exec_outcome out;
	exec_run(o->programs[0], in, &opt, &out);
	bool old = c->fault == FAULT_STACK_UNINIT || c->fault == FAULT_REG_UNINIT || c->fault == FAULT_LEAK ||
		   c->fault == FAULT_RELEASED || c->fault == FAULT_HELPER_ARG;
	cr_expect(old || out.end != EXEC_FAULT || out.fault != c->fault, "%s: %s in:\n%s", fault_texts[out.fault],
		  out.what, c->bad);
	exec_release(&out);
	input_free(in);
	object_free(o);
}

static void check(const struct strict_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct strict_case *c = &cases[i];
		expect(c, c->bad, SAFETY_ON, true);
		expect(c, c->bad, SAFETY_ON | SAFETY_PRIVILEGED, c->who == EVERYBODY);
		expect_free(c);
		expect(c, c->good, SAFETY_ON, false);
	}
}
#define CHECK(cases) check(cases, sizeof(cases) / sizeof *(cases))

Test(strict, addresses_stay_inside)
{
	CHECK(addresses);
}

Test(strict, pointers_are_only_moved)
{
	CHECK(operations);
}

Test(strict, programs_return_what_their_type_demands)
{
	CHECK(returns);
}

Test(strict, locks_come_in_pairs)
{
	CHECK(locks);
}

Test(strict, fields_of_the_kernel_are_left_alone)
{
	CHECK(specials);
}

Test(strict, reads_that_the_kernel_makes_safe)
{
	CHECK(reads);
}

Test(strict, references_are_given_back_once)
{
	CHECK(references);
}

Test(strict, memory_is_what_its_map_says)
{
	CHECK(accesses);
}

Test(strict, helpers_take_maps_of_their_types)
{
	CHECK(maps);
}

Test(strict, runs_that_repeat_never_end)
{
	CHECK(loops);
}

/* The kernel keeps the memory of a deleted element until the run ends, but may have another element there. */
Test(strict, memory_of_deleted_elements_is_no_fault)
{
	struct object *o = fixture_assemble(
	    VALUE "r6 = r0; r2 = r10; r2 += -8; r1 = m ll; call map_delete_elem; r0 = *(u64 *)(r6 + 0); exit");
	struct input *in = fixture_packet(64);
	struct exec_options opt = {.safety = SAFETY_ON};
	struct exec_outcome out;
	input_set(in, IN_MAP_HAS, (uint64_t[]){0, 1}, 2, 1);
	exec_run(o->programs[0], in, &opt, &out);
	cr_expect_eq(out.end, EXEC_UNMODELLED, "%s", out.what);
	cr_expect_eq(out.reason, REASON_DEAD_VALUE);
	exec_release(&out);
	input_free(in);
	object_free(o);
}
