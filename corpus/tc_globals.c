// SPDX-License-Identifier: BSD-2-Clause
// tc: policy from read-only configuration, counters and a state word in global variables.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

const volatile __u32 max_len = 1500;
const volatile __u32 strict = 0;
const __u8 weights[8] = {1, 1, 2, 3, 5, 8, 13, 21};

__u64 packets, oversized;
__u32 credit = 100;
static __u64 weight_sum;

SEC("tc")
int police(struct __sk_buff *skb)
{
	packets++;
	weight_sum += weights[skb->priority & 7];
	if (skb->len > max_len) {
		oversized++;
		if (strict)
			return TC_ACT_SHOT;
		if (!credit)
			return TC_ACT_SHOT;
		credit--;
	} else if (credit < 100) {
		credit++;
	}
	skb->mark = (__u32)weight_sum;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
