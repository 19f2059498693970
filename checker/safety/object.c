/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel objects: what the context's fields hold, and how objects are read whose
 * layout is the kernel interface's, not the kernel's own (bpf_sock_is_valid_access,
 * bpf_sock_common_is_valid_access, bpf_tcp_sock_is_valid_access in net/core/filter.c).
 */
#include "prover.h"

#include <linux/bpf.h>
#include <string.h>

uint32_t object_of_field(const struct context_field *f)
{
	if (f->layout == CONTEXT_NETFILTER)
		return KERNEL_BTF;
	bool common = f->layout == CONTEXT_SK_BUFF || !strcmp(f->name, "migrating_sk");
	return common ? KERNEL_SOCK_COMMON : KERNEL_SOCKET;
}

static bool is_tcp_field(uint64_t off, unsigned size)
{
	bool wide =
	    off == offsetof(struct bpf_tcp_sock, bytes_received) || off == offsetof(struct bpf_tcp_sock, bytes_acked);
	uint64_t end = offsetof(struct bpf_tcp_sock, icsk_retransmits) + sizeof(uint32_t);
	return off < end && off % size == 0 && size == (wide ? 8 : 4);
}

/* The context of programs that run on sockets has the layout of all sockets. The upper half of dst_port is no part. */
static bool is_socket_field(uint64_t off, unsigned size)
{
	bool pad = off >= offsetof(struct bpf_sock, dst_port) + 2 && off < offsetof(struct bpf_sock, dst_ip4);
	return !pad && context_permits(PROGTYPE_CGROUP_SOCK, off, size, false);
}

static bool is_common_field(uint64_t off)
{
	return off < offsetof(struct bpf_sock, type) || off >= offsetof(struct bpf_sock, src_ip4);
}

static bool is_field(uint32_t object, uint64_t off, unsigned size)
{
	switch (object) {
	case KERNEL_SOCKET:
		return is_socket_field(off, size);
	case KERNEL_SOCK_COMMON:
		return is_common_field(off) && is_socket_field(off, size);
	case KERNEL_TCP_SOCK:
		return is_tcp_field(off, size);
	case KERNEL_XDP_SOCK:
		return off == 0 && size == 4;
	default:
		return true;
	}
}

bool object_permits(const struct astate *s, const struct aval *p, unsigned size)
{
	struct scalar f = state_number(s, p);
	bool typed = is_field(p->object, UINT32_MAX, 1);
	return typed || (scalar_is_const(f) && is_field(p->object, f.bits.value, size));
}
