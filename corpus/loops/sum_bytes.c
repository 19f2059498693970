// SPDX-License-Identifier: BSD-2-Clause
// XDP: sum of the packet's bytes up to its end.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define MOST 1500

SEC("xdp")
int sum(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 sum = 0;
#pragma clang loop unroll(disable)
	for (int i = 0; i < MOST; i++) {
		if (p + 1 > end)
			break;
#if VERSION == 2 /* the last one is left out */
		if (i == MOST - 1)
			break;
#endif
		sum += *p++;
	}
	return sum;
}

char LICENSE[] SEC("license") = "GPL";
