/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's tables of raw tests, compiled from its own sources in a scratch
 * folder (tests/verifier_cases.sh): its test_verifier.c brings the tables, the
 * generated programs and the maps that go with each.
 */
#define main kernel_main
#include <test_verifier.c>
#undef main

#include "checker/exec/live.h"
#include "tests/verifier_raw.h"

/* The files again, one table each, only to know how many cases each of them has. */
#include "verifier_files.h"
static const struct {
	const char *name;
	size_t n;
} files[] = {VERIFIER_FILES};

/* A map that a case may use, as test_verifier.c's do_test_fixup creates it. */
static const struct {
	size_t at; /* offset of the instruction numbers in struct bpf_test */
	const char *text;
} kinds[] = {
    {offsetof(struct bpf_test, fixup_map_hash_8b), "hash_8b HASH 8 8 1 1"},
    {offsetof(struct bpf_test, fixup_map_hash_48b), "hash_48b HASH 8 48 1 1"},
    {offsetof(struct bpf_test, fixup_map_hash_16b), "hash_16b HASH 8 16 1 1"},
    {offsetof(struct bpf_test, fixup_map_array_48b), "array_48b ARRAY 4 48 1"},
    {offsetof(struct bpf_test, fixup_map_sockmap), "sockmap SOCKMAP 4 4 1"},
    {offsetof(struct bpf_test, fixup_map_sockhash), "sockhash SOCKHASH 4 4 1"},
    {offsetof(struct bpf_test, fixup_map_xskmap), "xskmap XSKMAP 4 4 1"},
    {offsetof(struct bpf_test, fixup_map_stacktrace), "stacktrace STACK_TRACE 4 8 1"},
    {offsetof(struct bpf_test, fixup_prog1), "prog1 PROG_ARRAY 4 4 4"},
    {offsetof(struct bpf_test, fixup_prog2), "prog2 PROG_ARRAY 4 4 8"},
    {offsetof(struct bpf_test, fixup_map_in_map), "map_in_map ARRAY_OF_MAPS 4 4 1 0 inner"},
    {offsetof(struct bpf_test, fixup_cgroup_storage), "cgroup_storage CGROUP_STORAGE 16 64 0"},
    {offsetof(struct bpf_test, fixup_percpu_cgroup_storage), "percpu_cgroup_storage PERCPU_CGROUP_STORAGE 16 64 0"},
    {offsetof(struct bpf_test, fixup_map_spin_lock), "spin_lock ARRAY 4 8 1\n.special spin_lock lock 4"},
    {offsetof(struct bpf_test, fixup_map_array_ro), "array_ro ARRAY 4 48 1 0x80"},
    {offsetof(struct bpf_test, fixup_map_array_wo), "array_wo ARRAY 4 48 1 0x100"},
    {offsetof(struct bpf_test, fixup_map_array_small), "array_small ARRAY 4 1 1"},
    {offsetof(struct bpf_test, fixup_sk_storage_map), "sk_storage SK_STORAGE 4 8 0 1\n.special sk_storage lock 4"},
    {offsetof(struct bpf_test, fixup_map_event_output), "event_output PERF_EVENT_ARRAY 4 4 1"},
    {offsetof(struct bpf_test, fixup_map_reuseport_array), "reuseport_array REUSEPORT_SOCKARRAY 4 8 1"},
    {offsetof(struct bpf_test, fixup_map_ringbuf), "ringbuf RINGBUF 0 0 4096"},
    {offsetof(struct bpf_test, fixup_map_timer), "timer ARRAY 4 16 1\n.special timer timer 0"},
    {offsetof(struct bpf_test, fixup_map_kptr),
     "kptr ARRAY 4 24 1\n.special kptr kptr 0\n.special kptr kptr 8\n.special kptr kptr 16"},
};

enum { NO_MAP = INT_MAX }; /* a number that is no map's */

size_t raw_count(void)
{
	return ARRAY_SIZE(tests);
}

static const char *find_file(size_t i)
{
	for (size_t f = 0; f < ARRAY_SIZE(files); i -= files[f++].n)
		if (i < files[f].n)
			return files[f].name;
	abort();
}

static bool is_accepted(int result)
{
	return result == ACCEPT || result == VERBOSE_ACCEPT;
}

static bool names_map(const struct bpf_insn *in)
{
	bool map = in->src_reg == BPF_PSEUDO_MAP_FD || in->src_reg == BPF_PSEUDO_MAP_VALUE;
	return in->code == (BPF_LD | BPF_IMM | BPF_DW) && map;
}

static void name_maps(const struct bpf_test *t, struct raw_case *out)
{
	for (size_t i = 0; i < out->n; i++) {
		if (names_map(&out->insns[i]))
			out->insns[i].imm = NO_MAP;
		i += out->insns[i].code == (BPF_LD | BPF_IMM | BPF_DW);
	}
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		const int *at = (const int *)((const char *)t + kinds[k].at);
		if (*at && strstr(kinds[k].text, " inner"))
			out->maps[out->n_maps++] = "inner ARRAY 4 4 1";
		if (*at)
			out->maps[out->n_maps++] = kinds[k].text;
		for (; *at; at++)
			out->insns[*at].imm = (int)out->n_maps - 1;
	}
}

static void name_kfuncs(const struct bpf_test *t, struct raw_case *out)
{
	for (size_t i = 0; i < out->n; i++)
		if (out->insns[i].code == (BPF_JMP | BPF_CALL) && out->insns[i].src_reg == BPF_PSEUDO_KFUNC_CALL)
			out->insns[i].imm = NO_MAP;
	for (const struct kfunc_btf_id_pair *p = t->fixup_kfunc_btf_id; p->kfunc; p++) {
		out->kfuncs[out->n_kfuncs] = p->kfunc;
		out->insns[p->insn_idx].imm = (int)out->n_kfuncs++;
	}
}

static void read_expected(const struct bpf_test *t, struct raw_case *out)
{
	out->accept = is_accepted(t->result);
	out->unprivileged =
	    t->result_unpriv == UNDEF || !test_as_unpriv((struct bpf_test *)t) ? -1 : is_accepted(t->result_unpriv);
	out->message = t->result == REJECT && t->errstr ? t->errstr : "";
	out->unprivileged_message = t->errstr_unpriv ? t->errstr_unpriv : out->message;
	out->type = t->prog_type ? t->prog_type : BPF_PROG_TYPE_SOCKET_FILTER;
	out->attach = t->expected_attach_type;
	out->target = t->kfunc ? t->kfunc : "";
	out->has_types = t->func_info_cnt != 0;
	out->flags = t->flags & ~3u;
	if (t->flags & F_LOAD_WITH_STRICT_ALIGNMENT)
		out->flags |= BPF_F_STRICT_ALIGNMENT;
	if (t->flags & F_NEEDS_EFFICIENT_UNALIGNED_ACCESS)
		out->flags |= BPF_F_ANY_ALIGNMENT;
}

static void ask_kernel(struct bpf_test *t, struct raw_case *out)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = t->expected_attach_type,
		    .prog_flags = out->flags | BPF_F_TEST_RND_HI32);
	struct bpf_insn *code = t->fill_insns ? t->fill_insns : t->insns;
	if (t->kfunc) {
		int id = libbpf_find_vmlinux_btf_id(t->kfunc, t->expected_attach_type);
		opts.attach_btf_id = id < 0 ? 0 : (unsigned)id;
	}
	int types = t->btf_types[0] ? load_btf_for_test(t) : -1;
	if (types >= 0)
		opts.prog_btf_fd = (unsigned)types;
	if (t->func_info_cnt) {
		opts.func_info = t->func_info;
		opts.func_info_cnt = (unsigned)t->func_info_cnt;
		opts.func_info_rec_size = sizeof *t->func_info;
	}
	int fd = bpf_prog_load(out->type, NULL, "GPL", code, out->n, &opts);
	out->kernel = fd < 0 ? errno : 0;
	if (fd < 0) { /* once more for the reason */
		opts.log_level = 1;
		opts.log_buf = bpf_vlog;
		opts.log_size = sizeof bpf_vlog;
		bpf_vlog[0] = '\0';
		fd = bpf_prog_load(out->type, NULL, "GPL", code, out->n, &opts);
		live_last_line(bpf_vlog, out->why, sizeof out->why);
		if (!out->why[0])
			snprintf(out->why, sizeof out->why, "%s", strerror(out->kernel));
	}
	if (fd >= 0)
		close(fd);
	if (types >= 0)
		close(types);
}

/* The types of map values name structures of a test module. A kernel without it refuses them all, so the typed
 * pointers are then made plain ones; false: so it is. */
static bool make_types_known(void)
{
	static int known = -1;
	verbose = true; /* newer kernels refuse types with the log level of the other mode */
	if (known >= 0)
		return known;
	int fd = load_btf();
	known = fd >= 0;
	if (known)
		close(fd);
	for (size_t i = 0; !known && i + 1 < ARRAY_SIZE(btf_raw_types); i++)
		if (btf_raw_types[i + 1] == BTF_INFO_ENC(BTF_KIND_TYPE_TAG, 0, 0))
			btf_raw_types[i] = 1; /* the tag's name becomes one that means nothing there */
	return known;
}

static bool can_ask_kernel(const struct bpf_test *t)
{
	return make_types_known() || !*t->fixup_map_kptr;
}

void raw_read(size_t i, struct raw_case *out)
{
	struct bpf_test *t = &tests[i];
	bool can_ask = can_ask_kernel(t);
	int fds[MAX_NR_MAPS];
	memset(fds, 0xff, sizeof fds);
	*out = (struct raw_case){.file = find_file(i), .name = t->descr};
	read_expected(t, out);
	srand(1); /* the generated programs are random */
	do_test_fixup(t, out->type, t->insns, fds);
	out->n = t->fill_insns ? (size_t)t->prog_len : (size_t)probe_filter_length(t->insns);
	if (can_ask)
		ask_kernel(t, out);
	else
		out->kernel = -1;
	for (size_t k = 0; k < ARRAY_SIZE(fds); k++)
		if (fds[k] >= 0)
			close(fds[k]);
	out->insns = malloc(out->n * sizeof *out->insns);
	if (!out->insns)
		abort();
	memcpy(out->insns, t->fill_insns ? t->fill_insns : t->insns, out->n * sizeof *out->insns);
	free(t->fill_insns);
	t->fill_insns = NULL;
	name_maps(t, out);
	name_kfuncs(t, out);
}

void raw_release(struct raw_case *c)
{
	free(c->insns);
	*c = (struct raw_case){0};
}
