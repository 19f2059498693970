/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove safe FILE: decides each program by itself, reports. */
#include "checker/cli/certify.h"
#include "checker/cli/command_whole.h"
#include "checker/equiv/objects.h"

#include <string.h>

static enum status check(const struct options *opt, struct whole_files *files)
{
	char err[512];
	struct whole_sums sums;
	struct whole_options o;
	struct whole_safe_options so = {
	    .privileged = opt->privileged,
	    .explain = opt->explain,
	    .programs = {.safety = {.privileged = opt->privileged,
				    .explain = opt->explain,
				    .solver = opt->solver,
				    .stop = command_catch_interrupt()},
			 .timeout_ms = opt->timeout > UINT32_MAX / 1000 ? UINT32_MAX : opt->timeout * 1000,
			 .kernel = opt->kernel && strcmp(opt->kernel, "off"),
			 .no_live = opt->no_kernel}};
	enum status s = command_whole_open(opt, &o);
	if (s == STATUS_PROVED && !whole_safe(files, &o, &so, &sums, err, sizeof err))
		s = command_fail(STATUS_USAGE, "%s", err);
	else if (s == STATUS_PROVED)
		s = command_whole_status(&o, &sums);
	command_whole_close(&o);
	return s;
}

enum status command_safe(const struct options *opt)
{
	char err[512];
	struct whole_files files;
	if (opt->n_files != 1)
		return command_fail(STATUS_USAGE, "safe takes one object or folder, not %zu", opt->n_files);
	command_catch_interrupt();
	struct solver *solver = objects_open_solver(opt->solver, 0, 0, 0, err, sizeof err);
	if (!solver)
		return command_fail(STATUS_USAGE, "%s", err);
	solver_close(solver);
	enum status s = command_whole_find(opt, &files);
	if (s == STATUS_PROVED)
		s = check(opt, &files);
	files_release(&files);
	return certify(opt, CERTIFICATE_SAFE, s);
}
