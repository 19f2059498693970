// SPDX-License-Identifier: BSD-2-Clause
// XDP: a real loop; sums sixteen payload bytes and counts line feeds, stopping early at a zero byte.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define BYTES 16

SEC("xdp")
int scan(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u8 *payload = data + ETH_HLEN;
	__u32 sum = 0, lines = 0;
	if (payload + BYTES > (__u8 *)end)
		return XDP_PASS;
#pragma clang loop unroll(disable)
	for (int i = 0; i < BYTES; i++) {
		if (!payload[i])
			break;
		sum += payload[i];
		lines += payload[i] == '\n';
	}
	if (lines > 3)
		return XDP_DROP;
	return sum > 1024 ? XDP_TX : XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
