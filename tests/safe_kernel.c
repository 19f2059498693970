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

static bool load(const struct retval_case *c, unsigned level, char *log, struct kernel_answer *out)
{
	struct bpf_program *mine;
	struct bpf_object *o = retval_open(c, &mine, out->message, sizeof out->message);
	if (!o)
		return false;
	log[0] = '\0';
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
	} else if (log[0]) {
		load(c, 1, log, out);
		out->says = KERNEL_REFUSES;
		live_last_line(log, out->message, sizeof out->message);
	}
	out->ms = number_after(log, "verification time ") / 1e3;
	out->processed = (uint64_t)number_after(log, "processed ");
	free(log);
}
