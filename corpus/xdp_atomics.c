// SPDX-License-Identifier: BSD-2-Clause
// XDP: shared counters by atomic additions of both widths, with a plain per-CPU copy.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

struct shared {
	__u64 bytes;
	__u32 packets, multicast;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct shared);
} shared SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct shared);
} local SEC(".maps");

SEC("xdp")
int tally(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	__u32 queue = ctx->rx_queue_index & 63;
	if ((void *)(eth + 1) > end)
		return XDP_DROP;
	__u32 multicast = eth->h_dest[0] & 1;
	struct shared *s = bpf_map_lookup_elem(&shared, &queue), *l = bpf_map_lookup_elem(&local, &queue);
	if (!s || !l)
		return XDP_ABORTED;
	__sync_fetch_and_add(&s->bytes, (__u64)(end - data));
	__sync_fetch_and_add(&s->packets, 1);
	__sync_fetch_and_add(&s->multicast, multicast);
	l->bytes += (__u64)(end - data);
	l->packets++;
	l->multicast += multicast;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
