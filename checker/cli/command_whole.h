/* SPDX-License-Identifier: BSD-2-Clause */
/* What commands about whole objects and folders share. */
#ifndef COMMAND_WHOLE_H
#define COMMAND_WHOLE_H

#include "checker/cli/options.h"
#include "checker/whole/whole.h"

/* The command's files or folders. Fails as command_fail does; to be released either way. */
enum status command_whole_find(const struct options *opt, struct whole_files *out);
/* The options that all have, and the cache of verdicts. Fails as command_fail does; to be closed either way. */
enum status command_whole_open(const struct options *opt, struct whole_options *out);
void command_whole_close(struct whole_options *o);
/* The status of the worst that happened. */
enum status command_whole_status(const struct whole_options *o, const struct whole_sums *sums);
#endif
