// SPDX-License-Identifier: BSD-2-Clause
// XDP: IPv4 with options; the header's length field moves the TCP header, whose flags are screened.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define FIN 0x01
#define SYN 0x02
#define RST 0x04

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} lengths SEC(".maps");

SEC("xdp")
int screen(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	__u64 words = ip->ihl;
	if (words < 5)
		return XDP_DROP;
	__u32 slot = (__u32)words;
	__u64 *count = bpf_map_lookup_elem(&lengths, &slot);
	if (count)
		*count += 1;
	if (ip->protocol != IPPROTO_TCP)
		return XDP_PASS;
	__u8 *tcp = (__u8 *)ip + words * 4;
	if (tcp + 20 > (__u8 *)end)
		return XDP_DROP;
	__u8 flags = tcp[13];
	if ((flags & (SYN | FIN)) == (SYN | FIN) || (flags & (SYN | RST)) == (SYN | RST) || !flags)
		return XDP_DROP;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
