// SPDX-License-Identifier: BSD-2-Clause
// XDP: adds up the elements of an array map by lookups.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define ELEMENTS 1500

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, ELEMENTS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

SEC("xdp")
int total(struct xdp_md *ctx)
{
	__u64 sum = 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < ELEMENTS; i++) {
		__u32 key = i;
		__u64 *v = bpf_map_lookup_elem(&counters, &key);
		if (!v)
			break;
		sum += *v;
#if VERSION == 2 /* and clears the last one */
		if (i == ELEMENTS - 1)
			*v = 0;
#endif
	}
	return sum & 0xffffffff;
}

char LICENSE[] SEC("license") = "GPL";
