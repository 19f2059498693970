// SPDX-License-Identifier: BSD-2-Clause
// tc: sets mark, priority or class from the DSCP field, and leaves DSCP and length in control-block words.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int mark(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	if (skb->protocol != bpf_htons(ETH_P_IP)) {
		skb->mark = 0;
		return TC_ACT_OK;
	}
	if ((void *)(ip + 1) > end)
		return TC_ACT_SHOT;
	__u8 dscp = ip->tos >> 2;
	if (dscp >= 46) {
		skb->priority = 7;
		skb->mark = 0x10 | dscp;
	} else if (dscp >= 8) {
		skb->priority = (__u32)(dscp >> 3);
		skb->mark = 0x20 | (skb->mark & 0xff00);
	} else {
		skb->priority = 0;
		skb->tc_classid = 0x10003;
	}
	skb->cb[0] = dscp;
	skb->cb[1] = skb->len;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
