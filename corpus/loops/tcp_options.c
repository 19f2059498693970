// SPDX-License-Identifier: BSD-2-Clause
// XDP: walks the options of a TCP segment to its maximum segment size.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>
#include <linux/ip.h>
#include <linux/tcp.h>

SEC("xdp")
int options(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + ETH_HLEN;
	struct tcphdr *tcp = (void *)(ip + 1);
	__u8 *first = (void *)(tcp + 1);
	__u32 at = 0;
	if ((void *)first > end || ip->protocol != 6 || ip->ihl != 5)
		return XDP_PASS;
#pragma clang loop unroll(disable)
	for (int i = 0; i < 40; i++) {
		if (at > 36)
			break;
		__u8 *p = first + at;
		if (p + 4 > (__u8 *)end)
			break;
		__u8 kind = p[0], size = p[1];
		if (kind == 0)
			break;
		if (kind != 1 && size < 2)
			return XDP_DROP;
		if (kind == 2 && size == 4)
#if VERSION == 2 /* in the other byte order */
			return p[3] << 8 | p[2];
#else
			return p[2] << 8 | p[3];
#endif
		at += kind == 1 ? 1 : size;
		at &= 0xff;
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
