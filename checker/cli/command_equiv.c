/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove equiv A B: pairs files and programs, decides each pair, reports. */
#include "checker/cli/certify.h"
#include "checker/cli/command_whole.h"
#include "checker/equiv/objects.h"

static void print_statistics(const struct solver *solver, const struct solver_stats *s)
{
	fprintf(stderr, "%s: %llu queries, %llu decided by rewriting, %.1f ms\n", solver_name(solver),
		(unsigned long long)s->queries, (unsigned long long)s->trivial, 1e-6 * (double)s->ns);
}

static enum status compare(const struct options *opt, struct whole_files *files, struct solver *solver)
{
	char err[512];
	struct whole_sums sums = {0};
	struct whole_options o;
	struct equiv_options eo = {.solver = solver,
				   .encode = opt->encode,
				   .kernel = !opt->no_kernel,
				   .no_cuts = opt->no_cuts,
				   .unroll = opt->unroll,
				   .stop = command_catch_interrupt()};
	enum status s = command_whole_open(opt, &o);
	if (s == STATUS_PROVED && !whole_equiv(files, &o, &eo, &sums, err, sizeof err))
		s = command_fail(STATUS_USAGE, "%s", err);
	else if (s == STATUS_PROVED)
		s = command_whole_status(&o, &sums);
	if (opt->verbose)
		print_statistics(solver, &sums.queries);
	command_whole_close(&o);
	return s;
}

enum status command_equiv(const struct options *opt)
{
	char err[1024];
	struct whole_files files;
	if (opt->n_files != 2)
		return command_fail(STATUS_USAGE, "equiv takes two objects or two folders, not %zu", opt->n_files);
	command_catch_interrupt();
	struct solver *solver =
	    objects_open_solver(opt->solver, opt->timeout, opt->query_timeout, opt->memory, err, sizeof err);
	if (!solver)
		return command_fail(STATUS_USAGE, "%s", err);
	enum status s = command_whole_find(opt, &files);
	if (s == STATUS_PROVED)
		s = compare(opt, &files, solver);
	files_release(&files);
	solver_close(solver);
	return certify(opt, CERTIFICATE_EQUIV, s);
}
