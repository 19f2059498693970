// SPDX-License-Identifier: BSD-2-Clause
// tc: rewrites the destination port of UDP through a hash map and fixes the checksum, with the skb helpers.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <stddef.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define UDP_OFF (ETH_HLEN + sizeof(struct iphdr))

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __be16);
	__type(value, __be16);
} rewrites SEC(".maps");

SEC("tc")
int nat(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	if ((void *)(udp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_UDP)
		return TC_ACT_OK;
	__be16 old = udp->dest;
	__be16 *found = bpf_map_lookup_elem(&rewrites, &old);
	if (!found)
		return TC_ACT_OK;
	__be16 new = *found;
	if (udp->check &&
	    bpf_l4_csum_replace(skb, UDP_OFF + offsetof(struct udphdr, check), old, new, BPF_F_MARK_MANGLED_0 | 2))
		return TC_ACT_SHOT;
	if (bpf_skb_store_bytes(skb, UDP_OFF + offsetof(struct udphdr, dest), &new, sizeof(new), 0))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
