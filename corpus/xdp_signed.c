// SPDX-License-Identifier: BSD-2-Clause
// XDP: a moving average of packet length with signed deviations and arithmetic shifts; drops outliers.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define LIMIT 600

struct average {
	__s32 mean, deviation;
	__s64 drift;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct average);
} averages SEC(".maps");

SEC("xdp")
int outliers(struct xdp_md *ctx)
{
	__s32 len = (__s32)(ctx->data_end - ctx->data);
	__u32 zero = 0;
	struct average *a = bpf_map_lookup_elem(&averages, &zero);
	if (!a)
		return XDP_PASS;
	__s32 error = len - a->mean;
	__s32 size = error < 0 ? -error : error;
	a->mean += error >> 3;
	a->deviation += (size - a->deviation) >> 2;
	a->drift += error;
	if (a->drift < -100000 || a->drift > 100000)
		a->drift = 0;
	return size - 4 * a->deviation > LIMIT ? XDP_DROP : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
