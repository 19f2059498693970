/* SPDX-License-Identifier: BSD-2-Clause */
/* What only a proof of safety minds: programs that do one thing wrong, each with a twin that does it right. */
#include "exec_fixture.h"

/* Who finds the fault: a loader that may not see addresses, or everybody. */
enum who { HIDDEN, EVERYBODY };

struct strict_case {
	enum fault fault;
	enum who who;
	const char *bad, *good;
};

#define VALUE                                                                                              \
	".map m hash 8 8 16\n*(u64 *)(r10 - 8) = 1; r2 = r10; r2 += -8; r1 = m ll; call map_lookup_elem; " \
	"if r0 != 0 goto +2; r0 = 0; exit; "
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
    {FAULT_POINTER_OP, HIDDEN, "if r10 == 5 goto +0; r0 = 0; exit",
     "if r10 == r1 goto +0; if r1 != 0 goto +0; r0 = 0; exit"},
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

static void expect(const struct strict_case *c, const char *text, unsigned safety, bool faults)
{
	struct object *o = fixture_assemble(text);
	struct input *in = fixture_packet(64);
	struct exec_options opt = {.safety = safety};
	struct exec_outcome out;
	input_set(in, IN_MAP_HAS, (uint64_t[]){0, 1}, 2, 1);
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

static void check(const struct strict_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct strict_case *c = &cases[i];
		expect(c, c->bad, SAFETY_ON, true);
		expect(c, c->bad, SAFETY_ON | SAFETY_PRIVILEGED, c->who == EVERYBODY);
		expect(c, c->bad, 0, false);
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
