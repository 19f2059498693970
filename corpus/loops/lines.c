// SPDX-License-Identifier: BSD-2-Clause
// XDP: prints the position of each line feed.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int lines(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 n = 0;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < 1024; i++) {
		if (p + i + 1 > end)
			break;
		if (p[i] != '\n')
			continue;
#if VERSION == 2 /* the number that the line had before */
		bpf_printk("%u %u", n++, i);
#else
		bpf_printk("%u %u", ++n, i);
#endif
	}
	return n;
}

char LICENSE[] SEC("license") = "GPL";
