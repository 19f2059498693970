// SPDX-License-Identifier: BSD-2-Clause
// XDP: skips up to two VLAN tags, so that the IP header lies at a variable offset, and drops listed tags.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct tag {
	__be16 tci, proto;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, __u32);
} closed SEC(".maps");

static __always_inline int is_tag(__be16 proto)
{
	return proto == bpf_htons(ETH_P_8021Q) || proto == bpf_htons(ETH_P_8021AD);
}

SEC("xdp")
int vlan(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	__be16 proto = eth->h_proto;
	void *at = eth + 1;
	__u32 id = 0;
#pragma unroll
	for (int i = 0; i < 2; i++) {
		struct tag *t = at;
		if (!is_tag(proto))
			break;
		if ((void *)(t + 1) > end)
			return XDP_DROP;
		id = bpf_ntohs(t->tci) & 0xfff;
		proto = t->proto;
		at = t + 1;
	}
	__u32 *is_closed = bpf_map_lookup_elem(&closed, &id);
	if (is_closed && *is_closed)
		return XDP_DROP;
	if (proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	struct iphdr *ip = at;
	if ((void *)(ip + 1) > end)
		return XDP_DROP;
	return ip->ttl ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
