/* SPDX-License-Identifier: BSD-2-Clause */
/* Subcommands. */
#ifndef COMMAND_H
#define COMMAND_H

#include "checker/cli/options.h"

enum status command_equiv(const struct options *opt);
#endif
