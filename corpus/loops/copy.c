// SPDX-License-Identifier: BSD-2-Clause
// XDP: copies bytes of the packet into a map's value.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define BYTES 1400

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8[BYTES]);
} copies SEC(".maps");

SEC("xdp")
int copy(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 zero = 0;
	__u8 *to = bpf_map_lookup_elem(&copies, &zero);
	if (!to)
		return 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < BYTES; i++) {
		if (p + i + 1 > end)
			break;
#if VERSION == 2 /* one place further, where there is one */
		to[i < BYTES - 1 ? i + 1 : i] = p[i];
#else
		to[i] = p[i];
#endif
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
