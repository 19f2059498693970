// SPDX-License-Identifier: BSD-2-Clause
// XDP: swaps the MAC addresses, counts, and redirects everything to a port that an array map names.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} target SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} sent SEC(".maps");

static __always_inline void swap_macs(struct ethhdr *eth)
{
	__u8 mac[ETH_ALEN];
	__builtin_memcpy(mac, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, eth->h_dest, ETH_ALEN);
	__builtin_memcpy(eth->h_dest, mac, ETH_ALEN);
}

SEC("xdp")
int bounce(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	__u32 zero = 0;
	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	__u32 *port = bpf_map_lookup_elem(&target, &zero);
	if (!port)
		return XDP_PASS;
	__u64 *count = bpf_map_lookup_elem(&sent, &zero);
	if (count)
		*count += 1;
	swap_macs(eth);
	return (int)bpf_redirect(*port, 0);
}

char LICENSE[] SEC("license") = "GPL";
