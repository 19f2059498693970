// SPDX-License-Identifier: BSD-2-Clause
// XDP: bounds check, classification and accounting in functions that are not inlined.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} networks SEC(".maps");

static __attribute__((noinline)) __u32 network_of(__u32 addr)
{
	if (!(addr & 0x80000000))
		return addr & 0xff000000;
	if (!(addr & 0x40000000))
		return addr & 0xffff0000;
	return addr & 0xffffff00;
}

static __attribute__((noinline)) int account(__u32 network, __u64 bytes)
{
	__u64 *sum = bpf_map_lookup_elem(&networks, &network);
	if (!sum)
		return bpf_map_update_elem(&networks, &network, &bytes, BPF_NOEXIST) ? XDP_ABORTED : XDP_PASS;
	*sum += bytes;
	return XDP_PASS;
}

SEC("xdp")
int by_network(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	__u32 from = network_of(bpf_ntohl(ip->saddr)), to = network_of(bpf_ntohl(ip->daddr));
	if (from == to)
		return XDP_DROP;
	return account(to, bpf_ntohs(ip->tot_len));
}

char LICENSE[] SEC("license") = "GPL";
