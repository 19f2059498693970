// SPDX-License-Identifier: BSD-2-Clause
// XDP: first difference of two values of one map.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define BYTES 1536

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u8[BYTES]);
} pages SEC(".maps");

SEC("xdp")
int compare(struct xdp_md *ctx)
{
	__u32 zero = 0, one = 1;
	__u8 *a = bpf_map_lookup_elem(&pages, &zero), *b = bpf_map_lookup_elem(&pages, &one);
	if (!a || !b)
		return 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < BYTES; i++)
#if VERSION == 2 /* a difference of 1 only */
		if (a[i] != b[i] && (a[i] ^ b[i]) != 0x80)
#else
		if (a[i] != b[i])
#endif
			return i + 1;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
