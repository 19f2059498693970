// SPDX-License-Identifier: BSD-2-Clause
// tc: token bucket per interface from the monotonic clock.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#define BURST 150000ull
#define NS_PER_BYTE_SHIFT 6

struct bucket {
	__u64 last, tokens;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct bucket);
} buckets SEC(".maps");

SEC("tc")
int limit(struct __sk_buff *skb)
{
	__u32 ifindex = skb->ifindex;
	__u64 now = bpf_ktime_get_ns();
	struct bucket *b = bpf_map_lookup_elem(&buckets, &ifindex);
	if (!b) {
		struct bucket full = {.last = now, .tokens = BURST};
		bpf_map_update_elem(&buckets, &ifindex, &full, BPF_NOEXIST);
		return TC_ACT_OK;
	}
	__u64 tokens = b->tokens + ((now - b->last) >> NS_PER_BYTE_SHIFT);
	if (tokens > BURST)
		tokens = BURST;
	b->last = now;
	if (tokens < skb->len) {
		b->tokens = tokens;
		return TC_ACT_SHOT;
	}
	b->tokens = tokens - skb->len;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
