/* SPDX-License-Identifier: BSD-2-Clause */
/* What commands about whole objects and folders share. */
#include "checker/cli/command_whole.h"
#include "checker/cli/command.h"
#include "checker/whole/crew.h"
#include "checker/whole/verdicts.h"

#include <string.h>

enum status command_whole_find(const struct options *opt, struct whole_files *out)
{
	char err[1024];
	switch (files_find(opt->files, opt->n_files, out, err, sizeof err)) {
	case OBJECT_OK:
		return STATUS_PROVED;
	case OBJECT_UNREADABLE:
		return command_fail(STATUS_UNREADABLE, "%s", err);
	case OBJECT_MALFORMED:
		break;
	}
	return command_fail(STATUS_USAGE, "%s", err);
}

/* Queries that are numbered as they come are asked by this process alone. */
static unsigned count_jobs(const struct options *opt)
{
	if (strstr(opt->solver, "log:"))
		return 0;
	return options_or(opt->jobs, crew_cores());
}

enum status command_whole_open(const struct options *opt, struct whole_options *out)
{
	char note[4400];
	*out = (struct whole_options){.program = opt->program,
				      .btf = opt->btf,
				      .witness = opt->witness,
				      .type = opt->type ? progtype_find(opt->type) : PROGTYPE_UNSPEC,
				      .json = opt->json,
				      .verbose = opt->verbose,
				      .allow_missing = opt->allow_missing,
				      .jobs = count_jobs(opt),
				      .timeout = opt->timeout,
				      .stop = command_catch_interrupt(),
				      .show = command_show_progress,
				      .out = stdout};
	if (opt->type && out->type == PROGTYPE_UNSPEC)
		return command_fail(STATUS_USAGE, "--type=%s: there is no such program type", opt->type);
	if (!opt->jobs)
		return command_fail(STATUS_USAGE, "--jobs=0: at least one was expected");
	if (opt->no_cache)
		return STATUS_PROVED;
	out->cache = verdicts_open(NULL, note, sizeof note);
	if (*note && opt->verbose)
		fprintf(stderr, "bpfprove: %s\n", note);
	return STATUS_PROVED;
}

void command_whole_close(struct whole_options *o)
{
	verdicts_close(o->cache);
	o->cache = NULL;
}

enum status command_whole_status(const struct whole_options *o, const struct whole_sums *sums)
{
	if (sums->faulted)
		return STATUS_FAULT;
	if (sums->unreadable || sums->unsaved)
		return STATUS_UNREADABLE;
	if (sums->malformed)
		return STATUS_MALFORMED;
	return (enum status)whole_verdict(sums, o);
}
