// SPDX-License-Identifier: BSD-2-Clause
// XDP: counts type-length-value records behind the Ethernet header, by type.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int records(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 odd = 0, bytes = 0;
	p += ETH_HLEN;
#pragma clang loop unroll(disable)
	for (int i = 0; i < 200; i++) {
		if (p + 2 > end)
			break;
		__u8 type = p[0], size = p[1];
		if (!type)
			break;
		odd += type & 1;
#if VERSION == 2 /* the head of the last record does not count */
		if (p + 2 + size + 2 > end)
			break;
#endif
		bytes += size;
		p += 2 + size;
	}
	return odd << 16 | (bytes & 0xffff);
}

char LICENSE[] SEC("license") = "GPL";
