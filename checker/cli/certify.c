/* SPDX-License-Identifier: BSD-2-Clause */
#include "checker/cli/certify.h"

enum status certify(const struct options *opt, enum certificate_command command, enum status status)
{
	char err[600] = "";
	struct certificate_making m = {.options = {.command = command,
						   .program = opt->program,
						   .type = opt->type,
						   .unroll = opt->unroll,
						   .encode = opt->encode,
						   .no_cuts = opt->no_cuts,
						   .allow_missing = opt->allow_missing,
						   .privileged = opt->privileged},
				       .paths = opt->files,
				       .n_paths = opt->n_files,
				       .btf = opt->btf,
				       .solver = opt->solver,
				       .timeout = opt->timeout,
				       .query_timeout = opt->query_timeout,
				       .memory = opt->memory,
				       .stop = command_catch_interrupt()};
	if (!opt->certificate)
		return status;
	if (status != STATUS_PROVED)
		return command_fail(status, "no certificate: not everything is proved");
	if (certificate_make(&m, opt->certificate, err, sizeof err))
		return status;
	return command_fail(STATUS_UNREADABLE, "no certificate: %s", err);
}
