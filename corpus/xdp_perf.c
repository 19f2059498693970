// SPDX-License-Identifier: BSD-2-Clause
// XDP: samples one packet in 64 to user space through a perf event array, with the packet's bytes appended.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define SAMPLE 64u

struct sample {
	__u32 ifindex, queue;
	__u16 len, proto;
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} samples SEC(".maps");

SEC("xdp")
int sample(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	if (bpf_get_prandom_u32() % SAMPLE)
		return XDP_PASS;
	struct sample s = {
	    .ifindex = ctx->ingress_ifindex,
	    .queue = ctx->rx_queue_index,
	    .len = (__u16)(end - data),
	    .proto = eth->h_proto,
	    .pad = 0,
	};
	__u64 flags = BPF_F_CURRENT_CPU | ((__u64)s.len << 32);
	if (bpf_perf_event_output(ctx, &samples, flags, &s, sizeof(s)))
		return XDP_ABORTED;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
