/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verifier_text DIR: the kernel's raw tests (tests/verifier_raw.c) as DIR/FILE-NN.s in the syntax that
 * object_assemble reads, with what is expected of each in comments at the top. Tests that are no programs to
 * object_assemble get a file without instructions and with the reason.
 */
#include "encode/object/program.h"
#include "tests/verifier_raw.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	uint32_t type, attach;
	const char *section;
} sections[] = {
    {BPF_PROG_TYPE_SOCKET_FILTER, 0, "socket"},
    {BPF_PROG_TYPE_KPROBE, 0, "kprobe"},
    {BPF_PROG_TYPE_SCHED_CLS, 0, "tc"},
    {BPF_PROG_TYPE_SCHED_ACT, 0, "action"},
    {BPF_PROG_TYPE_TRACEPOINT, 0, "tracepoint"},
    {BPF_PROG_TYPE_XDP, 0, "xdp"},
    {BPF_PROG_TYPE_PERF_EVENT, 0, "perf_event"},
    {BPF_PROG_TYPE_CGROUP_SKB, 0, "cgroup/skb"},
    {BPF_PROG_TYPE_CGROUP_SOCK, 0, "cgroup/sock"},
    {BPF_PROG_TYPE_CGROUP_SOCK, BPF_CGROUP_INET4_POST_BIND, "cgroup/post_bind4"},
    {BPF_PROG_TYPE_LWT_IN, 0, "lwt_in"},
    {BPF_PROG_TYPE_LWT_OUT, 0, "lwt_out"},
    {BPF_PROG_TYPE_LWT_XMIT, 0, "lwt_xmit"},
    {BPF_PROG_TYPE_SOCK_OPS, 0, "sockops"},
    {BPF_PROG_TYPE_SK_SKB, 0, "sk_skb"},
    {BPF_PROG_TYPE_CGROUP_DEVICE, 0, "cgroup/dev"},
    {BPF_PROG_TYPE_SK_MSG, 0, "sk_msg"},
    {BPF_PROG_TYPE_RAW_TRACEPOINT, 0, "raw_tracepoint"},
    {BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE, 0, "raw_tracepoint.w"},
    {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT, "cgroup/connect4"},
    {BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP6_SENDMSG, "cgroup/sendmsg6"},
    {BPF_PROG_TYPE_SK_REUSEPORT, 0, "sk_reuseport"},
    {BPF_PROG_TYPE_CGROUP_SYSCTL, 0, "cgroup/sysctl"},
    {BPF_PROG_TYPE_CGROUP_SOCKOPT, BPF_CGROUP_SETSOCKOPT, "cgroup/setsockopt"},
    {BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP, "sk_lookup"},
    {BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY, "fentry"},
    {BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER, "iter"},
    {BPF_PROG_TYPE_TRACING, BPF_MODIFY_RETURN, "fmod_ret"},
    {BPF_PROG_TYPE_LSM, BPF_LSM_MAC, "lsm"},
};

static bool find_section(const struct raw_case *c, char *out, size_t len)
{
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
		if (sections[i].type == c->type && sections[i].attach == c->attach) {
			snprintf(out, len, "%s%s%s%s", sections[i].section, c->flags & BPF_F_SLEEPABLE ? ".s" : "",
				 c->target[0] ? "/" : "", c->target);
			return true;
		}
	return false;
}

/* One line: several parts of a message are joined by " ... ". */
static void print_field(FILE *f, const char *key, const char *text)
{
	fprintf(f, "# %s: ", key);
	for (; *text; text++)
		if (*text == '\t')
			fputs(" ... ", f);
		else if (*text != '\n')
			fputc(*text, f);
	fputc('\n', f);
}

static const char *kernel_verdict(const struct raw_case *c)
{
	return c->kernel < 0 ? "can't be asked" : c->kernel ? "refuses" : "takes";
}

static void print_header(FILE *f, const struct raw_case *c, size_t number)
{
	fprintf(f, "# name: %s/%zu %s\n", c->file, number, c->name);
	fprintf(f, "# expect: %s\n", c->accept ? "accept" : "reject");
	if (!c->accept)
		print_field(f, "message", c->message);
	if (c->unprivileged >= 0)
		fprintf(f, "# expect-unprivileged: %s\n", c->unprivileged ? "accept" : "reject");
	if (c->unprivileged == 0)
		print_field(f, "message-unprivileged", c->unprivileged_message);
	fprintf(f, "# flags: 0x%x\n# kernel: %s\n", c->flags, kernel_verdict(c));
	if (c->kernel > 0)
		print_field(f, "kernel-message", c->why);
	if (c->has_types)
		fprintf(f, "# lost: types of the functions\n");
}

static void print_directives(FILE *f, const struct raw_case *c, const char *section)
{
	fprintf(f, ".program test %s\n", section);
	for (size_t i = 0; i < c->n_maps; i++)
		fprintf(f, ".map %s\n", c->maps[i]);
	for (size_t i = 0; i < c->n_kfuncs; i++)
		fprintf(f, ".extern %s\n", c->kfuncs[i]);
}

static bool print_code(FILE *f, const struct raw_case *c, char *err, size_t len)
{
	struct insn *insns = calloc(c->n, sizeof *insns);
	if (!insns)
		abort();
	bool good = insn_decode((const uint8_t *)c->insns, c->n, insns, err, len);
	for (size_t i = 0; good && i < c->n; i++) {
		char line[256];
		if (insns[i].op == ISA_WIDE_TAIL)
			continue;
		insn_print(&insns[i], line, sizeof line);
		fprintf(f, "%s\n", line);
	}
	free(insns);
	return good;
}

/* The directives and instructions; NULL with a sentence in err. The caller frees it. */
static char *make_body(const struct raw_case *c, char *err, size_t len)
{
	char section[128], *text = NULL;
	size_t size;
	struct object *o;
	if (!find_section(c, section, sizeof section)) {
		snprintf(err, len, "no section means program type %u, attach type %u", c->type, c->attach);
		return NULL;
	}
	FILE *f = open_memstream(&text, &size);
	if (!f)
		abort();
	print_directives(f, c, section);
	bool good = print_code(f, c, err, len);
	fclose(f);
	if (good && object_assemble(c->file, text, &o, err, len) == OBJECT_OK) {
		object_free(o);
		return text;
	}
	free(text);
	return NULL;
}

static bool write_case(const char *dir, const struct raw_case *c, size_t number)
{
	char path[4096], err[400];
	snprintf(path, sizeof path, "%s/%s-%02zu.s", dir, c->file, number);
	FILE *f = fopen(path, "w");
	if (!f) {
		perror(path);
		exit(66);
	}
	char *body = make_body(c, err, sizeof err);
	print_header(f, c, number);
	if (body)
		fputs(body, f);
	else
		fprintf(f, "# malformed: %s\n", err);
	if (!body)
		printf("%s/%zu %s (%s, today's kernel: %s): %s\n", c->file, number, c->name,
		       c->accept ? "accept" : "reject", kernel_verdict(c), err);
	fclose(f);
	free(body);
	return body != NULL;
}

int main(int argc, char **argv)
{
	size_t number = 0, accepted = 0, written = 0, differ = 0;
	const char *file = "";
	if (argc != 2) {
		fprintf(stderr, "usage: verifier_text DIR\n");
		return 64;
	}
	for (size_t i = 0; i < raw_count(); i++) {
		struct raw_case c;
		raw_read(i, &c);
		number = strcmp(file, c.file) ? 1 : number + 1;
		file = c.file;
		written += write_case(argv[1], &c, number);
		accepted += c.accept;
		if (c.kernel >= 0 && c.accept != !c.kernel) {
			printf("today's kernel %s %s/%zu %s: %s\n", kernel_verdict(&c), c.file, number, c.name, c.why);
			differ++;
		}
		raw_release(&c);
	}
	printf("%zu raw cases, %zu to be accepted, %zu as text; today's kernel differs in %zu\n", raw_count(), accepted,
	       written, differ);
	return 0;
}
