// SPDX-License-Identifier: BSD-2-Clause
// tracepoint: sends process id, command and result of close calls that fail through a ring buffer.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct exit_close {
	__u64 common;
	__s64 nr, ret;
};

struct event {
	__u32 pid, uid;
	__s32 error;
	char command[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("tracepoint/syscalls/sys_exit_close")
int failed_close(struct exit_close *ctx)
{
	if (ctx->ret >= 0)
		return 0;
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->pid = (__u32)(bpf_get_current_pid_tgid() >> 32);
	e->uid = (__u32)bpf_get_current_uid_gid();
	e->error = (__s32)-ctx->ret;
	if (bpf_get_current_comm(e->command, sizeof(e->command))) {
		bpf_ringbuf_discard(e, 0);
		return 0;
	}
	bpf_ringbuf_submit(e, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
