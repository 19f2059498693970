/* SPDX-License-Identifier: BSD-2-Clause */
/* Loading tiny programs of every type, to ask the live kernel's verifier. */
#ifndef TABLES_PROBE_H
#define TABLES_PROBE_H

#include "tables.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A program type with an attach type; rules that depend on the attach type hold if one of them agrees. */
struct kind {
	enum progtype type;
	uint32_t attach;
};
static const struct kind kinds[] = {
    {PROGTYPE_SOCKET_FILTER, 0},
    {PROGTYPE_KPROBE, 0},
    {PROGTYPE_SCHED_CLS, 0},
    {PROGTYPE_SCHED_ACT, 0},
    {PROGTYPE_TRACEPOINT, 0},
    {PROGTYPE_XDP, 0},
    {PROGTYPE_XDP, BPF_XDP_DEVMAP},
    {PROGTYPE_PERF_EVENT, 0},
    {PROGTYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS},
    {PROGTYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS},
    {PROGTYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE},
    {PROGTYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_RELEASE},
    {PROGTYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND},
    {PROGTYPE_CGROUP_SOCK, BPF_CGROUP_INET6_POST_BIND},
    {PROGTYPE_LWT_IN, 0},
    {PROGTYPE_LWT_OUT, 0},
    {PROGTYPE_LWT_XMIT, 0},
    {PROGTYPE_LWT_SEG6LOCAL, 0},
    {PROGTYPE_SOCK_OPS, BPF_CGROUP_SOCK_OPS},
    {PROGTYPE_SK_SKB, BPF_SK_SKB_STREAM_VERDICT},
    {PROGTYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE},
    {PROGTYPE_SK_MSG, BPF_SK_MSG_VERDICT},
    {PROGTYPE_RAW_TRACEPOINT, 0},
    {PROGTYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND},
    {PROGTYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_BIND},
    {PROGTYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT},
    {PROGTYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_SENDMSG},
    {PROGTYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP6_SENDMSG},
    {PROGTYPE_LIRC_MODE2, 0},
    {PROGTYPE_SK_REUSEPORT, BPF_SK_REUSEPORT_SELECT_OR_MIGRATE},
    {PROGTYPE_FLOW_DISSECTOR, 0},
    {PROGTYPE_CGROUP_SYSCTL, BPF_CGROUP_SYSCTL},
    {PROGTYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT},
    {PROGTYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT},
    {PROGTYPE_SK_LOOKUP, BPF_SK_LOOKUP},
    {PROGTYPE_SYSCALL, 0},
    {PROGTYPE_NETFILTER, 45},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* Loads and unloads; 0 or an errno. The log is kept if there is room for one. */
static inline int load(const struct kind *kind, const struct bpf_insn *insns, size_t n, char *log, size_t loglen)
{
	union bpf_attr attr;
	memset(&attr, 0, sizeof attr);
	attr.prog_type = (uint32_t)kind->type;
	attr.expected_attach_type = kind->attach;
	attr.insns = (uint64_t)(uintptr_t)insns;
	attr.insn_cnt = (uint32_t)n;
	attr.license = (uint64_t)(uintptr_t) "GPL";
	attr.prog_flags = kind->type == PROGTYPE_SYSCALL ? BPF_F_SLEEPABLE : 0;
	if (log) {
		*log = '\0';
		attr.log_buf = (uint64_t)(uintptr_t)log;
		attr.log_size = (uint32_t)loglen;
		attr.log_level = 1;
	}
	long fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
	if (fd < 0)
		return errno;
	close((int)fd);
	return 0;
}

/* Return 1: inside the range of every type that has one. */
#define RETURN_1                                                       \
	{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = 1}, \
	{                                                              \
		.code = BPF_JMP | BPF_EXIT                             \
	}

static inline int load_nothing(const struct kind *kind)
{
	const struct bpf_insn insns[] = {RETURN_1};
	return load(kind, insns, 2, NULL, 0);
}

static inline void skip_unless_allowed(void)
{
	const struct kind socket = {PROGTYPE_SOCKET_FILTER, 0};
	int err = load_nothing(&socket);
	if (err) {
		printf("skipped: bpf(2) is not allowed here: %s\n", strerror(err));
		cr_skip("bpf(2) is not allowed here");
	}
}

#endif
