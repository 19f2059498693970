// SPDX-License-Identifier: BSD-2-Clause
// tracepoint: counts openat calls per process, and apart those that may write.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <fcntl.h>
#include <bpf/bpf_helpers.h>

struct enter_openat {
	__u64 common;
	__s64 nr, dfd;
	__u64 filename;
	__s64 flags, mode;
};

struct opens {
	__u64 all, writing;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct opens);
} opens SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_openat")
int count_open(struct enter_openat *ctx)
{
	__u32 pid = (__u32)(bpf_get_current_pid_tgid() >> 32);
	__u64 writing = (ctx->flags & O_ACCMODE) != O_RDONLY;
	struct opens *o = bpf_map_lookup_elem(&opens, &pid);
	if (!o) {
		struct opens first = {.all = 1, .writing = writing};
		bpf_map_update_elem(&opens, &pid, &first, BPF_NOEXIST);
		return 0;
	}
	__sync_fetch_and_add(&o->all, 1);
	__sync_fetch_and_add(&o->writing, writing);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
