/* SPDX-License-Identifier: BSD-2-Clause */
/* The helper and context tables: well-formed, and true to the UAPI header. */
#include "tables.h"

#include <criterion/criterion.h>
#include <linux/bpf.h>
#include <linux/bpf_perf_event.h>
#include <linux/version.h>
#include <stdio.h>
#include <string.h>

#define HELPERS 211
#define UAPI "/usr/include/linux/bpf.h"

Test(helpers, ids_are_dense)
{
	cr_assert_eq(helper_row_count, HELPERS);
	for (size_t i = 0; i < helper_row_count; i++) {
		cr_expect_eq(helper_rows[i].id, i + 1, "row %zu is %s", i, helper_rows[i].name);
		cr_expect_eq(helper_find(helper_rows[i].id), &helper_rows[i]);
	}
	cr_expect_null(helper_find(0));
	cr_expect_null(helper_find(HELPERS + 1));
}

Test(helpers, names_are_unique)
{
	char name[64];
	for (size_t i = 0; i < helper_row_count; i++) {
		snprintf(name, sizeof name, "bpf_%s", helper_rows[i].name);
		cr_expect_eq(helper_find_name(helper_rows[i].name), &helper_rows[i]);
		cr_expect_eq(helper_find_name(name), &helper_rows[i]);
	}
	cr_expect_null(helper_find_name("bpf_no_such_helper"));
}

/* The next FN row of the header: "FN(name)" up to 6.1, "FN(name, value," after. */
static bool uapi_next(FILE *f, unsigned *value, char name[64])
{
	char line[512];
	while (fgets(line, sizeof line, f)) {
		unsigned v;
		int n = sscanf(line, " FN(%63[a-z0-9_], %u", name, &v);
		if (n < 1)
			continue;
		*value = n == 2 ? v : *value + 1;
		return true;
	}
	return false;
}

Test(helpers, names_are_those_of_the_uapi_header)
{
	FILE *f = fopen(UAPI, "r");
	if (!f) {
		printf("skipped: no " UAPI "\n");
		cr_skip("no " UAPI);
	}
	unsigned value = ~0u, seen = 0;
	char name[64];
	while (uapi_next(f, &value, name)) {
		const struct helper_row *row = helper_find(value);
		if (!row)
			continue;
		seen++;
		cr_expect_str_eq(row->name, name, "helper %u", value);
	}
	fclose(f);
	cr_expect_geq(seen, 100, "the header's helper list was found");
}

static bool arg_takes_size(enum helper_arg a)
{
	return a == ARG_MEM || a == ARG_MEM_OR_NULL || a == ARG_MEM_OUT || a == ARG_MEM_OUT_OR_NULL ||
	       a == ARG_MEM_PART || a == ARG_MEM_INOUT;
}

Test(helpers, sizes_follow_memory)
{
	for (size_t i = 0; i < helper_row_count; i++) {
		const struct helper_row *row = &helper_rows[i];
		for (size_t j = 0; j < 5; j++) {
			enum helper_arg a = row->args[j], before = j ? row->args[j - 1] : ARG_ANY;
			bool size = a == ARG_SIZE || a == ARG_SIZE0;
			cr_expect_eq(size, j && arg_takes_size(before), "%s argument %zu", row->name, j + 1);
			cr_expect(before != ARG_NONE || a == ARG_NONE, "%s has a gap", row->name);
		}
		cr_expect(!arg_takes_size(row->args[4]), "%s", row->name);
	}
}

static bool arg_writes(enum helper_arg a)
{
	return a == ARG_VALUE_OUT || a == ARG_MEM_OUT || a == ARG_MEM_OUT_OR_NULL || a == ARG_MEM_PART ||
	       a == ARG_MEM_INOUT || a == ARG_OUT4 || a == ARG_OUT8 || a == ARG_INOUT4 || a == ARG_DYNPTR_OUT;
}

/* Only an exact model knows what to do with them. */
static bool arg_is_special(enum helper_arg a)
{
	return a == ARG_LOCK || a == ARG_DYNPTR || a == ARG_DYNPTR_OUT || a == ARG_KPTR ||
	       a == ARG_PERCPU;
}

Test(helpers, models_fit_their_arguments)
{
	for (size_t i = 0; i < helper_row_count; i++) {
		const struct helper_row *row = &helper_rows[i];
		bool plain = row->model == MODEL_CONST || row->model == MODEL_ORACLE;
		cr_expect(!plain || (!row->effects && row->ret == RET_INT), "%s", row->name);
		cr_expect(row->bits >= 1 && row->bits <= 64 && (row->ret == RET_INT || row->bits == 64), "%s",
			  row->name);
		for (size_t j = 0; j < 5; j++) {
			enum helper_arg a = row->args[j];
			cr_expect(!plain || !arg_writes(a), "%s", row->name);
			cr_expect(row->model != MODEL_ORACLE || a == ARG_NONE, "%s", row->name);
			cr_expect(row->model != MODEL_CONST || a == ARG_NONE || a == ARG_CTX, "%s", row->name);
			cr_expect(row->model == MODEL_NONE || row->model > MODEL_ORACLE || !arg_is_special(a), "%s",
				  row->name);
			cr_expect(row->model == MODEL_NONE || row->model == MODEL_OPAQUE || a != ARG_FUNC ||
					  helper_calls_back(row),
				  "%s", row->name);
		}
		bool value = row->ret == RET_VALUE || row->ret == RET_VALUE_OR_NULL || row->ret == RET_MEM_OR_NULL;
		cr_expect(!value || row->model != MODEL_OPAQUE, "%s returns memory that no model makes", row->name);
	}
}

/* bpf_helper_changes_pkt_data, but for tail_call (see helper.def). */
static const char *const movers[] = {
    "clone_redirect",      "l3_csum_replace",      "l4_csum_replace",  "lwt_push_encap",  "lwt_seg6_action",
    "lwt_seg6_adjust_srh", "lwt_seg6_store_bytes", "msg_pop_data",     "msg_pull_data",   "msg_push_data",
    "skb_adjust_room",     "skb_change_head",      "skb_change_proto", "skb_change_tail", "skb_pull_data",
    "skb_store_bytes",     "skb_vlan_pop",         "skb_vlan_push",    "store_hdr_opt",   "xdp_adjust_head",
    "xdp_adjust_meta",     "xdp_adjust_tail",
};

Test(helpers, packet_movers_say_so)
{
	for (size_t i = 0; i < sizeof movers / sizeof *movers; i++) {
		const struct helper_row *row = helper_find_name(movers[i]);
		cr_assert(row, "%s", movers[i]);
		cr_expect(row->effects & PKT_MOVE, "%s", movers[i]);
	}
	for (size_t i = 0; i < helper_row_count; i++) {
		const struct helper_row *row = &helper_rows[i];
		bool opaque = row->model == MODEL_OPAQUE && row->effects & (PKT_WRITE | MAPS_WRITE | CTX_WRITE);
		cr_expect(!opaque || row->effects & EFFECT, "%s changes state and is no event", row->name);
	}
}

static bool family_known(const char *word, size_t n)
{
	static const char *const known[] = {
	    "ANY",    "SOCKET", "TC",    "CGSKB",     "LWT",    "SKSKB", "SKMSG", "SOCKOPS",   "SOCKADDR",
	    "CGSOCK", "CGROUP", "TRACE", "REUSEPORT", "LOOKUP", "FLOW",  "LIRC",  "STRUCTOPS",
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strlen(known[i]) == n && !memcmp(known[i], word, n))
			return true;
	for (size_t i = 0; i < PROGTYPE_COUNT; i++)
		if (strlen(progtype_rows[i].name) == n && !memcmp(progtype_rows[i].name, word, n))
			return true;
	return false;
}

/* Every word of the set is a program type or a family. */
static void expect_families(const char *set, const char *where)
{
	for (const char *s = set; *s;) {
		size_t n = strcspn(s, "|");
		cr_expect(family_known(s, n), "%s: '%.*s' is no family", where, (int)n, s);
		s += n + (s[n] == '|');
	}
}

Test(families, are_known)
{
	for (size_t i = 0; i < helper_row_count; i++) {
		cr_expect(*helper_rows[i].progs, "%s", helper_rows[i].name);
		expect_families(helper_rows[i].progs, helper_rows[i].name);
	}
	for (size_t i = 0; i < context_field_count; i++) {
		expect_families(context_fields[i].readers, context_fields[i].name);
		expect_families(context_fields[i].writers, context_fields[i].name);
	}
}

static bool allowed(const char *name, enum progtype type)
{
	return helper_allowed(helper_find_name(name), type);
}

Test(families, decide_who_may_call)
{
	cr_expect(allowed("map_lookup_elem", PROGTYPE_SOCKET_FILTER));
	cr_expect(allowed("xdp_adjust_head", PROGTYPE_XDP));
	cr_expect(!allowed("xdp_adjust_head", PROGTYPE_SCHED_CLS));
	cr_expect(allowed("skb_store_bytes", PROGTYPE_SCHED_ACT));
	cr_expect(allowed("skb_store_bytes", PROGTYPE_LWT_XMIT));
	cr_expect(!allowed("skb_store_bytes", PROGTYPE_CGROUP_SKB));
	cr_expect(!allowed("sock_map_update", PROGTYPE_SK_SKB));
	cr_expect(allowed("xdp_adjust_head", PROGTYPE_EXT), "an extension may be of any type");
	cr_expect(allowed("map_lookup_elem", PROGTYPE_UNSPEC), "whatever its type is, it may");
	cr_expect(!allowed("csum_diff", PROGTYPE_UNSPEC));
	cr_expect(allowed("sysctl_get_name", PROGTYPE_CGROUP_SYSCTL), "a single type of a family");
	cr_expect(!allowed("sysctl_get_name", PROGTYPE_CGROUP_DEVICE));
}

Test(context, fields_are_sorted_and_inside)
{
	for (size_t i = 0; i < context_field_count; i++) {
		const struct context_field *f = &context_fields[i], *g = f + 1;
		cr_expect(f->size && f->off + f->size <= context_rows[f->layout].size, "%s", f->name);
		cr_expect(f->bits >= 1 && f->bits <= 8 * f->size, "%s", f->name);
		if (i + 1 < context_field_count && f->layout == g->layout)
			cr_expect(f->off + f->size <= g->off, "%s and %s", f->name, g->name);
		if (i + 1 < context_field_count)
			cr_expect(f->layout <= g->layout, "%s and %s", f->name, g->name);
		if (f->kind != FIELD_SCALAR && f->kind != FIELD_TYPED && f->kind != FIELD_UNMODELLED)
			cr_expect(f->parts == PARTS_WHOLE && !f->writable, "%s is a pointer", f->name);
		cr_expect_eq(context_find(f->layout, f->off), f);
		cr_expect_eq(context_find(f->layout, f->off + f->size - 1u), f);
	}
}

struct typed_args {
	__u64 args[12];
};
struct lirc {
	__u32 sample;
};
struct syscall_args {
	char args[4096];
};
struct raw_bytes {
	__u64 common;
	char rest[8184];
};
struct netfilter {
	__u64 state, skb;
};
#define STRUCT_NETFILTER struct netfilter
#define STRUCT_XDP_MD struct xdp_md
#define STRUCT_SK_BUFF struct __sk_buff
#define STRUCT_PT_REGS struct pt_regs
#define STRUCT_RAW_BYTES struct raw_bytes
#define STRUCT_ARGS struct typed_args
#define STRUCT_TYPED_ARGS struct typed_args
#define STRUCT_LIRC struct lirc
#define STRUCT_SYSCALL struct syscall_args
#define STRUCT_PERF_EVENT struct bpf_perf_event_data
#define STRUCT_SOCK struct bpf_sock
#define STRUCT_SOCK_OPS struct bpf_sock_ops
#define STRUCT_CGROUP_DEV struct bpf_cgroup_dev_ctx
#define STRUCT_SK_MSG struct sk_msg_md
#define STRUCT_SOCK_ADDR struct bpf_sock_addr
#define STRUCT_SK_REUSEPORT struct sk_reuseport_md
#define STRUCT_SYSCTL struct bpf_sysctl
#define STRUCT_SOCKOPT struct bpf_sockopt
#define STRUCT_SK_LOOKUP struct bpf_sk_lookup
/* words of an array, which have rows of their own */
#define remote_ip6_0 remote_ip6[0]
#define remote_ip6_1 remote_ip6[1]
#define remote_ip6_2 remote_ip6[2]
#define remote_ip6_3 remote_ip6[3]
#define local_ip6_0 local_ip6[0]
#define local_ip6_1 local_ip6[1]
#define local_ip6_2 local_ip6[2]
#define local_ip6_3 local_ip6[3]
#define src_ip6_0 src_ip6[0]
#define src_ip6_1 src_ip6[1]
#define src_ip6_2 src_ip6[2]
#define src_ip6_3 src_ip6[3]
#define dst_ip6_0 dst_ip6[0]
#define dst_ip6_1 dst_ip6[1]
#define dst_ip6_2 dst_ip6[2]
#define dst_ip6_3 dst_ip6[3]
#define replylong_1 replylong[1]
#define replylong_2 replylong[2]
#define replylong_3 replylong[3]

/* bpf_sock_ops ends before its last member in headers before 6.2; that row is not compared then */
#define OLD_SOCK_OPS (LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0))
#if OLD_SOCK_OPS
#define skb_hwtstamp skb_len
#endif

struct place {
	const char *layout, *name;
	size_t off, size; /* of the real struct's member */
};
static const struct place places[] = {
#define CONTEXT(...)
#define FIELD(layout, name, ...) \
	{#layout, #name, offsetof(STRUCT_##layout, name), sizeof(((STRUCT_##layout *)0)->name)},
#include "context.def"
#undef CONTEXT
#undef FIELD
};

Test(context, fields_are_where_the_uapi_structs_have_them)
{
	cr_assert_eq(sizeof places / sizeof *places, context_field_count);
	for (size_t i = 0; i < context_field_count; i++) {
		const struct context_field *f = &context_fields[i];
		const struct place *p = &places[i];
		if (OLD_SOCK_OPS && !strcmp(p->name, "skb_hwtstamp"))
			continue;
		cr_expect_eq(f->off, p->off, "%s.%s is at %zu", p->layout, p->name, p->off);
		/* a __be16 and its padding may be read as 4 bytes */
		cr_expect(f->size == p->size || (p->size == 2 && f->size == 4), "%s.%s is %zu long", p->layout, p->name,
			  p->size);
	}
}

Test(context, sizes_are_those_of_the_uapi_structs)
{
#define STRUCT_OPAQUE char[0]
	static const size_t sizes[CONTEXT_COUNT] = {
#define CONTEXT(layout, ...) [CONTEXT_##layout] = sizeof(STRUCT_##layout),
#define FIELD(...)
#include "context.def"
#undef CONTEXT
#undef FIELD
	};
	for (int i = 0; i < CONTEXT_COUNT; i++) {
		size_t missing = OLD_SOCK_OPS && i == CONTEXT_SOCK_OPS ? 8 : 0;
		cr_expect_eq(context_rows[i].size, sizes[i] + missing, "%s", context_rows[i].name);
	}
}

static bool reads(enum progtype type, uint64_t off, unsigned size)
{
	return context_permits(type, off, size, false);
}

static bool writes(enum progtype type, uint64_t off, unsigned size)
{
	return context_permits(type, off, size, true);
}

#define SKB(member) offsetof(struct __sk_buff, member)

Test(context, types_differ_in_what_they_permit)
{
	cr_expect(!reads(PROGTYPE_SOCKET_FILTER, SKB(data), 4));
	cr_expect(reads(PROGTYPE_SCHED_CLS, SKB(data), 4));
	cr_expect(writes(PROGTYPE_SCHED_CLS, SKB(mark), 4));
	cr_expect(writes(PROGTYPE_CGROUP_SKB, SKB(mark), 4));
	cr_expect(!writes(PROGTYPE_SOCKET_FILTER, SKB(mark), 4));
	cr_expect(!reads(PROGTYPE_SK_SKB, SKB(mark), 4));
	cr_expect(writes(PROGTYPE_SOCKET_FILTER, SKB(cb[2]), 4));
	cr_expect(!writes(PROGTYPE_SK_SKB, SKB(cb[2]), 4));
	cr_expect(!writes(PROGTYPE_LWT_IN, SKB(tstamp), 8));
}

Test(context, widths_are_limited)
{
	cr_expect(reads(PROGTYPE_SCHED_CLS, SKB(len) + 2, 2));
	cr_expect(!reads(PROGTYPE_SCHED_CLS, SKB(len), 8));
	cr_expect(!reads(PROGTYPE_SCHED_CLS, SKB(len) + 1, 2));
	cr_expect(!writes(PROGTYPE_SCHED_CLS, SKB(mark), 2));
	cr_expect(!reads(PROGTYPE_SCHED_CLS, SKB(data), 2));
	cr_expect(writes(PROGTYPE_SCHED_CLS, SKB(cb[1]) + 3, 1));
	cr_expect(reads(PROGTYPE_SCHED_CLS, SKB(cb[2]), 8));
	cr_expect(!reads(PROGTYPE_SCHED_CLS, SKB(cb[4]), 8));
	cr_expect(!reads(PROGTYPE_SCHED_CLS, SKB(hwtstamp) - 1, 1), "padding");
	cr_expect(!reads(PROGTYPE_XDP, sizeof(struct xdp_md), 4));
	cr_expect(!reads(PROGTYPE_XDP, ~0ull - 3, 4));
	cr_expect(reads(PROGTYPE_KPROBE, 160, 8));
	cr_expect(!reads(PROGTYPE_KPROBE, 168, 8));
	cr_expect(!writes(PROGTYPE_KPROBE, 0, 8));
	cr_expect(!reads(PROGTYPE_TRACEPOINT, 4, 4));
	cr_expect(reads(PROGTYPE_TRACEPOINT, 9, 1));
	cr_expect(writes(PROGTYPE_CGROUP_SOCK_ADDR, offsetof(struct bpf_sock_addr, user_ip6), 8));
	cr_expect(!writes(PROGTYPE_CGROUP_SOCK_ADDR, offsetof(struct bpf_sock_addr, user_ip6), 2));
}
