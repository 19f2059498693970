// SPDX-License-Identifier: BSD-2-Clause
// XDP: compares the source MAC with four configured ones in an unrolled loop.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define KNOWN 4

struct station {
	__u8 mac[ETH_ALEN];
	__u8 action, used;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct station[KNOWN]);
} stations SEC(".maps");

static __always_inline int same(const __u8 *a, const __u8 *b)
{
	const __u16 *x = (const void *)a, *y = (const void *)b;
	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2];
}

SEC("xdp")
int admit(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	__u32 zero = 0;
	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	struct station *s = bpf_map_lookup_elem(&stations, &zero);
	if (!s)
		return XDP_DROP;
#pragma unroll
	for (int i = 0; i < KNOWN; i++) {
		if (s[i].used && same(s[i].mac, eth->h_source))
			return s[i].action & 1 ? XDP_PASS : XDP_TX;
	}
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
