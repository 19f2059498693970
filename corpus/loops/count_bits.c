// SPDX-License-Identifier: BSD-2-Clause
// XDP: bits set in each word of a map's value.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define WORDS 32

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[WORDS]);
} sets SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 zero = 0, bits = 0;
	__u64 *word = bpf_map_lookup_elem(&sets, &zero);
	if (!word)
		return 0;
#pragma clang loop unroll(disable)
	for (int i = 0; i < WORDS; i++) {
		__u64 w = word[i];
#pragma clang loop unroll(disable)
#if VERSION == 2 /* the sign is no bit */
		for (int k = 0; k < 63; k++)
#else
		for (int k = 0; k < 64; k++)
#endif
#if VERSION == 1
			bits += w & 1, w >>= 1;
#else
			bits += w >> k & 1;
#endif
	}
	return bits;
}

char LICENSE[] SEC("license") = "GPL";
