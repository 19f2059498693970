/* SPDX-License-Identifier: BSD-2-Clause */
/* Both versions in the concrete machine: events count here as well. */
#include "tests/compare.h"

#include "checker/equiv/equiv.h"

#include <string.h>

#define MAX_STEPS 200000
#define MACHINE_PART 5 /* of the inputs, where the kernel ran them all */

static void count_end(struct compare_result *out, const struct exec_outcome *x)
{
	out->machine_runs++;
	out->machine_faults += x->end == EXEC_FAULT;
	out->machine_unmodelled += x->end == EXEC_UNMODELLED;
}

static void run_pair(const struct program *const p[2], const struct input *in, const struct exec_options opts[2],
		     unsigned number, struct compare_result *out)
{
	struct exec_outcome x, y;
	char buf[300];
	exec_run(p[0], in, &opts[0], &x);
	exec_run(p[1], in, &opts[1], &y);
	count_end(out, &x);
	bool says_nothing = x.end == EXEC_FAULT || x.end == EXEC_UNMODELLED || y.end == EXEC_UNMODELLED;
	if (!says_nothing && exec_differ(p[0], &x, &y, buf, sizeof buf)) {
		out->differs = true;
		snprintf(out->what, sizeof out->what, "machine, input %u: %s", number, buf);
	}
	exec_release(&x);
	exec_release(&y);
}

void compare_machine(const struct program *a, const struct program *b, const struct compare_options *opt,
		     struct compare_result *out)
{
	struct pairing pairing;
	struct pool pool;
	enum reason why;
	const char *what;
	if (!pairing_build(a, b, &pairing, &why, &what)) {
		out->differs = true;
		snprintf(out->what, sizeof out->what, "map %s: %s", what, reason_texts[why]);
		return;
	}
	const struct exec_options opts[2] = {{.map_numbers = pairing.number[0], .max_steps = MAX_STEPS},
					     {.map_numbers = pairing.number[1], .max_steps = MAX_STEPS}};
	struct input *in = input_new();
	exec_set_core(a, in);
	pool_init(&pool, a);
	for (unsigned i = 0; i < opt->inputs && !out->differs; i++) {
		struct chooser c;
		chooser_start(&c, a, &pool, opt->seed * 0x10001 + i);
		input_set_default(in, chooser_answer, &c);
		run_pair((const struct program *const[]){a, b}, in, opts, i, out);
	}
	pool_release(&pool);
	input_free(in);
	pairing_release(&pairing);
}

void compare_programs(const struct program *a, const struct program *b, const struct compare_options *opt,
		      struct compare_result *out)
{
	*out = (struct compare_result){0};
	if (opt->no_kernel)
		snprintf(out->skipped, sizeof out->skipped, "not asked");
	else
		compare_live(a, b, opt, out);
	struct compare_options rest = *opt;
	if (out->kernel_runs >= opt->inputs)
		rest.inputs /= MACHINE_PART;
	if (!out->differs)
		compare_machine(a, b, &rest, out);
}
