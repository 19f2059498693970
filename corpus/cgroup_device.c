// SPDX-License-Identifier: BSD-2-Clause
// cgroup device: a small policy; null, zero, random and terminals are open, disks are read-only.
// verdict: self=proved mutants=auto
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("cgroup/dev")
int devices(struct bpf_cgroup_dev_ctx *ctx)
{
	__u32 type = ctx->access_type & 0xffff, access = ctx->access_type >> 16;
	if (type == BPF_DEVCG_DEV_CHAR) {
		if (ctx->major == 1)
			return ctx->minor == 3 || ctx->minor == 5 || ctx->minor == 8 || ctx->minor == 9;
		return ctx->major == 5 || ctx->major == 136;
	}
	if (type != BPF_DEVCG_DEV_BLOCK)
		return 0;
	if (access & (BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_WRITE))
		return 0;
	return ctx->major == 8 || ctx->major == 259;
}

char LICENSE[] SEC("license") = "GPL";
