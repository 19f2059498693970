// SPDX-License-Identifier: BSD-2-Clause
// XDP: Internet checksum of up to 1480 bytes behind the Ethernet header.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define WORDS 740

SEC("xdp")
int checksum(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u16 *word = data + ETH_HLEN;
	__u32 sum = 0;
#pragma clang loop unroll(disable)
	for (int i = 0; i < WORDS; i++) {
		if ((void *)(word + 1) > end)
			break;
		sum += *word++;
#if VERSION == 2 /* folds on the way, which loses nothing but gives another intermediate sum */
		sum = (sum & 0xffff) + (sum >> 16);
#endif
	}
	sum = (sum & 0xffff) + (sum >> 16);
#if VERSION != 3 /* one fold is not enough */
	sum = (sum & 0xffff) + (sum >> 16);
#endif
	return (__u16)~sum;
}

char LICENSE[] SEC("license") = "GPL";
