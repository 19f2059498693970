// SPDX-License-Identifier: BSD-2-Clause
// XDP: follows the extension headers of IPv6 to the transport protocol.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>
#include <linux/ipv6.h>

SEC("xdp")
int headers(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ipv6hdr *ip = data + ETH_HLEN;
	if ((void *)(ip + 1) > end || ip->version != 6)
		return XDP_PASS;
	__u8 next = ip->nexthdr, *p = (void *)(ip + 1);
#pragma clang loop unroll(disable)
#if VERSION == 1 /* the other way round */
	for (int i = 24; i > 0; i--) {
#else
	for (int i = 0; i < 24; i++) {
#endif
#if VERSION == 2 /* no routing headers */
		if (next != 0 && next != 60)
#else
		if (next != 0 && next != 43 && next != 60)
#endif
			return next == 6 ? XDP_TX : XDP_PASS;
		if (p + 2 > (__u8 *)end)
			return XDP_DROP;
		next = p[0];
		p += (p[1] + 1) * 8;
	}
	return XDP_ABORTED;
}

char LICENSE[] SEC("license") = "GPL";
