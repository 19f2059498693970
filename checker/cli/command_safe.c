/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove safe FILE: decides each program by itself, reports. */
#include "checker/cli/command.h"
#include "checker/equiv/objects.h"
#include "checker/safety/safety_report.h"
#include "checker/witness/witness.h"

#include <string.h>

/* The first counterexample. */
static enum status save_witness(const struct options *opt, const struct programs *programs)
{
	char err[512];
	for (size_t i = 0; opt->witness && i < programs->n; i++) {
		const struct programs_item *item = &programs->at[i];
		if (!item->result.witness)
			continue;
		json_t *j = safety_report_witness(item);
		bool good =
		    witness_save_json(j, item->program->type, item->result.witness, opt->witness, err, sizeof err);
		json_decref(j);
		return good ? STATUS_PROVED : command_fail(STATUS_UNREADABLE, "%s", err);
	}
	return STATUS_PROVED;
}

static void print_report(const struct options *opt, const struct programs *programs)
{
	struct safety_view v = {programs, opt->privileged, opt->explain};
	if (!opt->json) {
		safety_report_print(&v, stdout);
		return;
	}
	json_t *all = safety_report_json(&v);
	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
}

static enum status decide(const struct options *opt, struct programs *programs)
{
	unsigned ms = opt->timeout > UINT32_MAX / 1000 ? UINT32_MAX : opt->timeout * 1000;
	struct programs_options po = {
	    .safety = {.privileged = opt->privileged,
		       .explain = opt->explain,
		       .solver = opt->solver,
		       .stop = command_catch_interrupt()},
	    .timeout_ms = ms,
	    .kernel = opt->kernel && strcmp(opt->kernel, "off"),
	    .no_live = opt->no_kernel,
	};
	programs_decide(programs, &po, command_show_progress);
	print_report(opt, programs);
	enum status s = save_witness(opt, programs);
	return s == STATUS_PROVED ? (enum status)programs_verdict(programs) : s;
}

enum status command_safe(const struct options *opt)
{
	char err[512];
	struct object *o;
	struct programs programs;
	command_catch_interrupt();
	struct solver *solver = objects_open_solver(opt->solver, 0, 0, 0, err, sizeof err);
	if (!solver)
		return command_fail(STATUS_USAGE, "%s", err);
	solver_close(solver);
	enum status s = command_read(opt, "safe", &o);
	if (s != STATUS_PROVED)
		return s;
	s = programs_select(o, opt->program, &programs, err, sizeof err) ? decide(opt, &programs)
									 : command_fail(STATUS_USAGE, "%s", err);
	programs_release(&programs);
	object_free(o);
	return s;
}
