// SPDX-License-Identifier: BSD-2-Clause
// XDP: stateful firewall; outbound traffic opens a 5-tuple (padding zeroed), inbound needs one.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define INSIDE 2

struct flow {
	__u32 saddr, daddr;
	__u16 sport, dport;
	__u8 proto;
	__u8 pad[3];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct flow);
	__type(value, __u32);
} flows SEC(".maps");

SEC("xdp")
int firewall(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *l4 = (void *)(ip + 1);
	if ((void *)(l4 + 1) > end)
		return XDP_DROP;
	if (eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5)
		return XDP_DROP;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return XDP_DROP;
	struct flow key = {.proto = ip->protocol, .pad = {0, 0, 0}};
	if (ctx->ingress_ifindex == INSIDE) {
		__u32 seen = 1;
		key.saddr = ip->saddr;
		key.daddr = ip->daddr;
		key.sport = l4->source;
		key.dport = l4->dest;
		bpf_map_update_elem(&flows, &key, &seen, BPF_ANY);
		return XDP_PASS;
	}
	key.saddr = ip->daddr;
	key.daddr = ip->saddr;
	key.sport = l4->dest;
	key.dport = l4->source;
	return bpf_map_lookup_elem(&flows, &key) ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
