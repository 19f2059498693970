// SPDX-License-Identifier: BSD-2-Clause
// XDP: length of a string in a map's value.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define BYTES 2000

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, char[BYTES]);
} names SEC(".maps");

SEC("xdp")
int length(struct xdp_md *ctx)
{
	__u32 zero = 0, i;
	char *name = bpf_map_lookup_elem(&names, &zero);
	if (!name)
		return 0;
#pragma clang loop unroll(disable)
#if VERSION == 2 /* one byte less */
	for (i = 0; i < BYTES - 1; i++)
#else
	for (i = 0; i < BYTES; i++)
#endif
		if (!name[i])
			break;
	return i;
}

char LICENSE[] SEC("license") = "GPL";
