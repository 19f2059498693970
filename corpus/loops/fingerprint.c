// SPDX-License-Identifier: BSD-2-Clause
// XDP: a hash of the packet (FNV-1a), counted in a map.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

SEC("xdp")
int fingerprint(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 hash = 2166136261u;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < 1200 && p + 1 <= end; i++, p++)
#if VERSION == 2 /* FNV-1 */
		hash = hash * 16777619u ^ *p;
#else
		hash = (hash ^ *p) * 16777619u;
#endif
	__u64 *n = bpf_map_lookup_elem(&seen, &hash), one = 1;
	if (n)
		*n += 1;
	else
		bpf_map_update_elem(&seen, &hash, &one, BPF_ANY);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
