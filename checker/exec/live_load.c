/* SPDX-License-Identifier: BSD-2-Clause */
/* Loading into the live kernel: byte code with descriptors patched in, the verifier's log, its last word. */
#include "live.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_SIZE (1u << 20)
enum { LOG_NORMAL = 1, LOG_STATS = 4 }; /* kernel: BPF_LOG_LEVEL1, BPF_LOG_STATS */

bool live_fail(struct live_error *e, enum kernel_status s, const char *fmt, ...)
{
	va_list ap;
	e->status = s;
	va_start(ap, fmt);
	if (e->why && e->len)
		vsnprintf(e->why, e->len, fmt, ap);
	va_end(ap);
	return false;
}

static int32_t find_kernel_variable(const char *name)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int32_t id = btf ? btf__find_by_name_kind(btf, name, BTF_KIND_VAR) : -1;
	btf__free(btf);
	return id;
}

static bool patch_wide(const struct program *p, const struct live_maps *l, size_t i, struct bpf_insn *code,
		       struct live_error *e)
{
	const struct insn *in = &p->insns[i];
	uint32_t index = (uint32_t)in->imm64;
	if (in->src == WIDE_MAP || in->src == WIDE_MAP_VALUE) {
		code[i].imm = l->fds[index];
	} else if (in->src == WIDE_BTF_ID) {
		code[i].imm = find_kernel_variable(p->object->externs[index].name);
		if (code[i].imm <= 0)
			return live_fail(e, KERNEL_FAILED, "symbol %s is not in the kernel's BTF",
					 p->object->externs[index].name);
	}
	return true;
}

static struct bpf_insn *build_code(const struct program *p, const struct live_maps *l, struct live_error *e)
{
	if (program_is_symbolic(p)) {
		live_fail(e, KERNEL_FAILED, "its CO-RE relocations are left symbolic");
		return NULL;
	}
	struct bpf_insn *code = machine_alloc(p->n * sizeof *code);
	insn_encode(p->insns, p->n, (uint8_t *)code);
	for (size_t i = 0; i < p->n; i++) {
		const struct insn *in = &p->insns[i];
		bool good = in->op != ISA_LDDW || patch_wide(p, l, i, code, e);
		if (in->op == ISA_CALL && in->src == CALL_KFUNC)
			good = live_fail(e, KERNEL_FAILED, "kfunc calls are not resolved here");
		if (!good) {
			free(code);
			return NULL;
		}
	}
	return code;
}

void live_last_line(const char *log, char *out, size_t len)
{
	size_t best = 0, n = 0;
	for (size_t at = 0; log[at]; at += n + (log[at + n] == '\n')) {
		n = strcspn(log + at, "\n");
		bool statistics = !strncmp(log + at, "processed ", 10) || !strncmp(log + at, "verification time", 17) ||
				  !strncmp(log + at, "stack depth", 11);
		if (n && !statistics)
			best = at;
	}
	snprintf(out, len, "%.*s", (int)strcspn(log + best, "\n"), log + best);
}

static bool find_target(const struct program *p, uint32_t *btf_id, struct live_error *e)
{
	bool typed = p->type == PROGTYPE_TRACING || p->type == PROGTYPE_LSM;
	if (!typed)
		return true;
	int id = libbpf_find_vmlinux_btf_id(p->expected ? p->expected : "", (enum bpf_attach_type)p->expected_attach);
	if (id <= 0)
		return live_fail(e, KERNEL_FAILED, "attach target %s is not in this kernel",
				 p->expected ? p->expected : "");
	*btf_id = (uint32_t)id;
	return true;
}

static int load_code(const struct program *p, const struct bpf_insn *code, const struct live_types *types,
		     uint32_t btf_id, uint32_t level, char *log)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .log_level = level, .log_buf = log, .log_size = LOG_SIZE,
		    .expected_attach_type = (enum bpf_attach_type)p->expected_attach, .attach_btf_id = btf_id,
		    .kern_version = p->object ? p->object->kern_version : 0);
	if (p->sleepable || p->type == PROGTYPE_SYSCALL)
		opts.prog_flags |= BPF_F_SLEEPABLE;
	if (p->type == PROGTYPE_XDP && p->section && strstr(p->section, ".frags"))
		opts.prog_flags |= BPF_F_XDP_HAS_FRAGS;
	if (types->n) {
		opts.prog_btf_fd = (uint32_t)btf__fd(types->btf);
		opts.func_info = types->functions;
		opts.func_info_cnt = (uint32_t)types->n;
		opts.func_info_rec_size = sizeof *types->functions;
	}
	log[0] = '\0';
	return bpf_prog_load((enum bpf_prog_type)p->type, NULL, "GPL", code, p->n, &opts);
}

static void read_log(const char *buffer, char *log, size_t loglen, uint64_t *insns_processed)
{
	const char *line = strstr(buffer, "processed ");
	if (insns_processed)
		*insns_processed = line ? strtoull(line + 10, NULL, 10) : 0;
	if (log && loglen)
		snprintf(log, loglen, "%s", buffer);
}

int live_load_program(const struct program *p, const struct live_maps *l, char *log, size_t loglen,
		      uint64_t *insns_processed, struct live_error *e)
{
	uint32_t btf_id = 0;
	struct live_types types = {0};
	struct bpf_insn *code = find_target(p, &btf_id, e) ? build_code(p, l, e) : NULL;
	if (!code || !live_make_types(&types, p, e)) {
		free(code);
		return -1;
	}
	char *buffer = machine_alloc(LOG_SIZE);
	int fd = load_code(p, code, &types, btf_id, LOG_STATS, buffer);
	if (fd < 0) { /* once more for the reason */
		fd = load_code(p, code, &types, btf_id, LOG_NORMAL | LOG_STATS, buffer);
		int err = errno;
		char line[200];
		live_last_line(buffer, line, sizeof line);
		if (fd < 0 && buffer[0])
			live_fail(e, KERNEL_REFUSED, "%s", line);
		else if (fd < 0)
			live_fail(e, err == EINVAL ? KERNEL_REFUSED : KERNEL_FAILED, "the program can't be loaded: %s",
				  strerror(err));
	}
	read_log(buffer, log, loglen, insns_processed);
	live_release_types(&types);
	free(buffer);
	free(code);
	return fd;
}
