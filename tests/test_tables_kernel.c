/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables against the live kernel's verifier: every context access and every
 * helper of each program type, by loading programs of a few instructions. */
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
#define FAR 300 /* how far to go into contexts that are plain memory */

/* Loads and unloads; 0 or an errno. The log is kept if there is room for one. */
static int load(const struct kind *kind, const struct bpf_insn *insns, size_t n, char *log, size_t loglen)
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

static int load_nothing(const struct kind *kind)
{
	const struct bpf_insn insns[] = {RETURN_1};
	return load(kind, insns, 2, NULL, 0);
}

static uint8_t size_code(unsigned size)
{
	return size == 1 ? BPF_B : size == 2 ? BPF_H : size == 4 ? BPF_W : BPF_DW;
}

static bool kernel_permits(const struct kind *kind, unsigned off, unsigned size, bool write)
{
	const struct bpf_insn insns[] = {
	    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .imm = 0},
	    write ? (struct bpf_insn){.code = (uint8_t)(BPF_STX | BPF_MEM | size_code(size)),
				      .dst_reg = 1,
				      .src_reg = 2,
				      .off = (int16_t)off}
		  : (struct bpf_insn){.code = (uint8_t)(BPF_LDX | BPF_MEM | size_code(size)),
				      .dst_reg = 2,
				      .src_reg = 1,
				      .off = (int16_t)off},
	    RETURN_1,
	};
	return load(kind, insns, 4, NULL, 0) == 0;
}

static bool kernel_has_helper(const struct kind *kind, uint32_t id)
{
	static char log[4096];
	const struct bpf_insn insns[] = {
	    {.code = BPF_JMP | BPF_CALL, .imm = (int32_t)id},
	    RETURN_1,
	};
	return load(kind, insns, 3, log, sizeof log) == 0 ||
	       (!strstr(log, "unknown func") && !strstr(log, "cannot use helper") && !strstr(log, "invalid func"));
}

static void skip_unless_allowed(void)
{
	const struct kind socket = {PROGTYPE_SOCKET_FILTER, 0};
	int err = load_nothing(&socket);
	if (err)
		cr_skip("bpf(2) is not allowed here: %s", strerror(err));
}

/* Accesses that the kernel refuses and the rows allow, since they can't say it. */
static bool context_excepted(enum progtype type, unsigned off, unsigned size)
{
	/* the padding of dst_port, which only a read of 4 bytes may touch */
	if (type == PROGTYPE_CGROUP_SOCK)
		return off == 50 || off == 51;
	/* eth_protocol, not by single bytes */
	return type == PROGTYPE_SK_REUSEPORT && off >= 20 && off < 24 && size == 1;
}

#define FIRST_OF(i) (!(i) || kinds[(i)-1].type != kinds[i].type)

static bool any_permits(size_t i, unsigned off, unsigned size, bool write)
{
	for (size_t j = i; j < KINDS && kinds[j].type == kinds[i].type; j++)
		if (kernel_permits(&kinds[j], off, size, write))
			return true;
	return false;
}

static void compare_accesses(size_t i)
{
	enum progtype type = kinds[i].type;
	unsigned end = context_rows[progtype_rows[type].context].size;
	for (unsigned off = 0; off < end + 8 && off < FAR; off++) {
		for (unsigned k = 0; k < 8; k++) {
			unsigned size = 1u << k / 2;
			bool write = k & 1, expected = context_permits(type, off, size, write);
			cr_expect(context_excepted(type, off, size) || any_permits(i, off, size, write) == expected,
				  "%s: %s of %u bytes at %u, table says %d", progtype_rows[type].name,
				  write ? "write" : "read", size, off, expected);
		}
	}
}

Test(kernel, agrees_on_context_accesses)
{
	skip_unless_allowed();
	for (size_t i = 0; i < KINDS; i++) {
		if (!FIRST_OF(i))
			continue;
		int err = load_nothing(&kinds[i]);
		if (err)
			printf("skipped: programs of type %s: %s\n", progtype_rows[kinds[i].type].name, strerror(err));
		else
			compare_accesses(i);
	}
}

static bool any_has_helper(size_t i, uint32_t id)
{
	for (size_t j = i; j < KINDS && kinds[j].type == kinds[i].type; j++)
		if (kernel_has_helper(&kinds[j], id))
			return true;
	return false;
}

/* Helpers that the rows allow and this kernel may refuse all the same. */
static bool helper_excepted(const char *name)
{
	static const char *const names[] = {
	    "probe_write_user", /* not in a locked-down kernel */
	    "override_return",  /* CONFIG_BPF_KPROBE_OVERRIDE */
	    "get_netns_cookie", /* more types since 6.16 */
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

Test(kernel, agrees_on_helpers)
{
	skip_unless_allowed();
	for (size_t i = 0; i < KINDS; i++) {
		if (!FIRST_OF(i) || load_nothing(&kinds[i]))
			continue;
		for (size_t h = 0; h < helper_row_count; h++) {
			const struct helper_row *row = &helper_rows[h];
			bool expected = helper_allowed(row, kinds[i].type);
			bool has = any_has_helper(i, row->id);
			cr_expect(has == expected || (!has && helper_excepted(row->name)), "%s: %s, table says %d",
				  progtype_rows[kinds[i].type].name, row->name, expected);
		}
	}
}
