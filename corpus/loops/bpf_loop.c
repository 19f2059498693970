// SPDX-License-Identifier: BSD-2-Clause
// XDP: bpf_loop against a loop of the program's own.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>

#define ROUNDS 1200

struct span {
	__u32 sum, weight;
};

static long round(__u32 i, struct span *s)
{
	s->sum += s->weight * i;
	s->weight ^= i;
#if VERSION == 2 /* stops a round earlier */
	return i == ROUNDS - 2;
#else
	return 0;
#endif
}

SEC("xdp")
int weigh(struct xdp_md *ctx)
{
	struct span s = {0, ctx->ingress_ifindex};
#if VERSION == 1
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < ROUNDS; i++)
		round(i, &s);
#else
	bpf_loop(ROUNDS, round, &s, 0);
#endif
	return s.sum;
}

char LICENSE[] SEC("license") = "GPL";
