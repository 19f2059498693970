/* SPDX-License-Identifier: BSD-2-Clause */
/* Section name -> program type: libbpf's table first, then names that only older or newer loaders know. */
#include "loader.h"

#include <bpf/libbpf.h>
#include <string.h>
#include <strings.h>

/* Any section that begins with `prefix`, first match counts. Attach types that the build's uapi header may lack are
 * numbers of linux/bpf.h 6.12. */
static const struct prefix_row {
	const char *prefix;
	enum progtype type;
	uint32_t attach;
} prefix_rows[] = {
    {"socket", PROGTYPE_SOCKET_FILTER, 0},
    {"sk_reuseport", PROGTYPE_SK_REUSEPORT, BPF_SK_REUSEPORT_SELECT},
    {"kprobe.session", PROGTYPE_KPROBE, 56},
    {"kprobe", PROGTYPE_KPROBE, 0},
    {"kretprobe", PROGTYPE_KPROBE, 0},
    {"uprobe.multi", PROGTYPE_KPROBE, 48},
    {"uprobe.session", PROGTYPE_KPROBE, 57},
    {"uretprobe.multi", PROGTYPE_KPROBE, 48},
    {"uprobe", PROGTYPE_KPROBE, 0},
    {"uretprobe", PROGTYPE_KPROBE, 0},
    {"ksyscall", PROGTYPE_KPROBE, 0},
    {"kretsyscall", PROGTYPE_KPROBE, 0},
    {"usdt", PROGTYPE_KPROBE, 0},
    {"tcx/ingress", PROGTYPE_SCHED_CLS, 46},
    {"tcx/egress", PROGTYPE_SCHED_CLS, 47},
    {"netkit/primary", PROGTYPE_SCHED_CLS, 54},
    {"netkit/peer", PROGTYPE_SCHED_CLS, 55},
    {"tc", PROGTYPE_SCHED_CLS, 0},
    {"classifier", PROGTYPE_SCHED_CLS, 0},
    {"from-", PROGTYPE_SCHED_CLS, 0}, /* Cilium's from-netdev, from-container ... */
    {"to-", PROGTYPE_SCHED_CLS, 0},
    {"action", PROGTYPE_SCHED_ACT, 0},
    {"tracepoint", PROGTYPE_TRACEPOINT, 0},
    {"tp_btf", PROGTYPE_TRACING, BPF_TRACE_RAW_TP},
    {"tp/", PROGTYPE_TRACEPOINT, 0},
    {"raw_tracepoint.w", PROGTYPE_RAW_TRACEPOINT_WRITABLE, 0},
    {"raw_tracepoint", PROGTYPE_RAW_TRACEPOINT, 0},
    {"raw_tp.w", PROGTYPE_RAW_TRACEPOINT_WRITABLE, 0},
    {"raw_tp", PROGTYPE_RAW_TRACEPOINT, 0},
    {"fentry", PROGTYPE_TRACING, BPF_TRACE_FENTRY},
    {"fexit", PROGTYPE_TRACING, BPF_TRACE_FEXIT},
    {"fmod_ret", PROGTYPE_TRACING, BPF_MODIFY_RETURN},
    {"iter", PROGTYPE_TRACING, BPF_TRACE_ITER},
    {"freplace", PROGTYPE_EXT, 0},
    {"lsm_cgroup", PROGTYPE_LSM, BPF_LSM_CGROUP},
    {"lsm", PROGTYPE_LSM, BPF_LSM_MAC},
    {"struct_ops", PROGTYPE_STRUCT_OPS, 0},
    {"syscall", PROGTYPE_SYSCALL, 0},
    {"netfilter", PROGTYPE_NETFILTER, 45},
    {"xdp_devmap", PROGTYPE_XDP, BPF_XDP_DEVMAP},
    {"xdp_cpumap", PROGTYPE_XDP, BPF_XDP_CPUMAP},
    {"xdp/devmap", PROGTYPE_XDP, BPF_XDP_DEVMAP},
    {"xdp/cpumap", PROGTYPE_XDP, BPF_XDP_CPUMAP},
    {"xdp", PROGTYPE_XDP, BPF_XDP},
    {"perf_event", PROGTYPE_PERF_EVENT, BPF_PERF_EVENT},
    {"lwt_in", PROGTYPE_LWT_IN, 0},
    {"lwt_out", PROGTYPE_LWT_OUT, 0},
    {"lwt_xmit", PROGTYPE_LWT_XMIT, 0},
    {"lwt_seg6local", PROGTYPE_LWT_SEG6LOCAL, 0},
    {"cgroup_skb/ingress", PROGTYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS},
    {"cgroup_skb/egress", PROGTYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS},
    {"cgroup/skb", PROGTYPE_CGROUP_SKB, 0},
    {"cgroup_skb", PROGTYPE_CGROUP_SKB, 0},
    {"cgroup/sock_create", PROGTYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE},
    {"cgroup/sock_release", PROGTYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_RELEASE},
    {"cgroup/post_bind4", PROGTYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND},
    {"cgroup/post_bind6", PROGTYPE_CGROUP_SOCK, BPF_CGROUP_INET6_POST_BIND},
    {"cgroup/sock", PROGTYPE_CGROUP_SOCK, BPF_CGROUP_INET_SOCK_CREATE},
    {"cgroup/dev", PROGTYPE_CGROUP_DEVICE, BPF_CGROUP_DEVICE},
    {"cgroup/bind4", PROGTYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND},
    {"cgroup/bind6", PROGTYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_BIND},
    {"cgroup/connect4", PROGTYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT},
    {"cgroup/connect6", PROGTYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET6_CONNECT},
    {"cgroup/connect_unix", PROGTYPE_CGROUP_SOCK_ADDR, 49},
    {"cgroup/sendmsg_unix", PROGTYPE_CGROUP_SOCK_ADDR, 50},
    {"cgroup/recvmsg_unix", PROGTYPE_CGROUP_SOCK_ADDR, 51},
    {"cgroup/getpeername_unix", PROGTYPE_CGROUP_SOCK_ADDR, 52},
    {"cgroup/getsockname_unix", PROGTYPE_CGROUP_SOCK_ADDR, 53},
    {"cgroup/sysctl", PROGTYPE_CGROUP_SYSCTL, BPF_CGROUP_SYSCTL},
    {"cgroup/getsockopt", PROGTYPE_CGROUP_SOCKOPT, BPF_CGROUP_GETSOCKOPT},
    {"cgroup/setsockopt", PROGTYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT},
    {"sockops", PROGTYPE_SOCK_OPS, BPF_CGROUP_SOCK_OPS},
    {"sk_skb/stream_parser", PROGTYPE_SK_SKB, BPF_SK_SKB_STREAM_PARSER},
    {"sk_skb/stream_verdict", PROGTYPE_SK_SKB, BPF_SK_SKB_STREAM_VERDICT},
    {"sk_skb", PROGTYPE_SK_SKB, 0},
    {"sk_msg", PROGTYPE_SK_MSG, BPF_SK_MSG_VERDICT},
    {"sk_lookup", PROGTYPE_SK_LOOKUP, BPF_SK_LOOKUP},
    {"lirc_mode2", PROGTYPE_LIRC_MODE2, BPF_LIRC_MODE2},
    {"flow_dissector", PROGTYPE_FLOW_DISSECTOR, BPF_FLOW_DISSECTOR},
};

static bool ask_libbpf(const char *name, struct program *p)
{
	enum bpf_prog_type type;
	enum bpf_attach_type attach;
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	int failed = libbpf_prog_type_by_name(name, &type, &attach);
	libbpf_set_print(print);
	if (failed || (unsigned)type >= PROGTYPE_COUNT)
		return false;
	p->type = (enum progtype)type;
	p->expected_attach = attach;
	return true;
}

void progtype_set(struct program *p)
{
	const char *name = p->section + (p->section[0] == '?'); /* '?': not loaded unless asked for */
	const char *slash = strchr(name, '/');
	size_t kind = slash ? (size_t)(slash - name) : strlen(name);
	p->expected = slash ? slash + 1 : "";
	p->sleepable = (kind > 2 && !strncmp(name + kind - 2, ".s", 2)) || !strcmp(name, "syscall");
	if (ask_libbpf(name, p))
		return;
	for (size_t i = 0; i < sizeof prefix_rows / sizeof *prefix_rows; i++) {
		const struct prefix_row *row = &prefix_rows[i];
		if (strncmp(name, row->prefix, strlen(row->prefix)))
			continue;
		p->type = row->type;
		p->expected_attach = row->attach;
		return;
	}
}

enum progtype progtype_find(const char *name)
{
	for (unsigned type = 0; type < PROGTYPE_COUNT; type++)
		if (!strcasecmp(progtype_rows[type].name, name))
			return (enum progtype)type;
	struct program p = {.section = (char *)(uintptr_t)name};
	progtype_set(&p);
	return p.type;
}
