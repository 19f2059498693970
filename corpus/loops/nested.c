// SPDX-License-Identifier: BSD-2-Clause
// XDP: nested loops over a matrix in a map's value.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define ROWS 40

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32[ROWS * ROWS]);
} matrix SEC(".maps");

SEC("xdp")
int fold(struct xdp_md *ctx)
{
	__u32 zero = 0, total = 0;
	__u32 *m = bpf_map_lookup_elem(&matrix, &zero);
	if (!m)
		return 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < ROWS; i++) {
		__u32 sum = 0;
#pragma clang loop unroll(disable)
		for (__u32 k = 0; k < ROWS; k++)
#if VERSION == 1
			sum += *m++;
#else
			sum += m[i * ROWS + k];
#endif
#if VERSION == 2 /* forgets the row's number where the sum is even */
		total = (total ^ sum) + (sum & 1 ? i : 0);
#else
		total = (total ^ sum) + i;
#endif
	}
	return total;
}

char LICENSE[] SEC("license") = "GPL";
