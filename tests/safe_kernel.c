/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads one program and closes it again; nothing is attached or run. */
#include "tests/safe_kernel.h"

#include "checker/exec/live.h"

#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_SIZE = 1 << 20, LOG_STATS = 4 /* kernel: BPF_LOG_STATS */ };

const char *const kernel_says_names[KERNEL_SAYS] = {
    [KERNEL_NOT_ASKED] = "not asked", [KERNEL_TAKES] = "takes", [KERNEL_REFUSES] = "refuses"};

static double number_after(const char *log, const char *text)
{
	const char *at = strstr(log, text);
	return at ? strtod(at + strlen(text), NULL) : 0;
}

/* libbpf no longer reads old kinds of map definitions; our loader does. */
static void ask_own_loader(const struct program *p, char *log, struct kernel_answer *out)
{
	enum kernel_status s = kernel_verify(p, log, LOG_SIZE, &out->processed);
	out->says = s == KERNEL_RAN ? KERNEL_TAKES : s == KERNEL_REFUSED ? KERNEL_REFUSES : KERNEL_NOT_ASKED;
	out->message[0] = '\0';
	if (s != KERNEL_RAN)
		live_last_line(log, out->message, sizeof out->message);
}

static bool load(const struct retval_case *c, unsigned level, char *log, struct kernel_answer *out)
{
	struct bpf_program *mine;
	struct bpf_object *o = retval_open(c, &mine, out->message, sizeof out->message);
	log[0] = '\0';
	if (!o)
		return false;
	bpf_program__set_log_buf(mine, log, LOG_SIZE);
	bpf_program__set_log_level(mine, level);
	int err = bpf_object__load(o);
	if (err)
		snprintf(out->message, sizeof out->message, "%s", strerror(-err));
	bpf_object__close(o);
	return !err;
}

/* A program that can't be loaded for want of a map or a type has no log: it was not asked about. */
void kernel_ask(const struct retval_case *c, struct kernel_answer *out)
{
	char *log = calloc(1, LOG_SIZE);
	if (!log)
		abort();
	if (load(c, LOG_STATS, log, out)) {
		out->says = KERNEL_TAKES;
		out->message[0] = '\0';
	} else if (!strncmp(out->message, "libbpf", 6) && c->program) {
		ask_own_loader(c->program, log, out);
	} else if (log[0]) {
		load(c, 1, log, out);
		out->says = KERNEL_REFUSES;
		live_last_line(log, out->message, sizeof out->message);
	}
	out->ms = number_after(log, "verification time ") / 1e3;
	if (!out->processed)
		out->processed = (uint64_t)number_after(log, "processed ");
	free(log);
}
