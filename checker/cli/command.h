/* SPDX-License-Identifier: BSD-2-Clause */
/* Subcommands. */
#ifndef COMMAND_H
#define COMMAND_H

#include "checker/cli/options.h"
#include "encode/object/program.h"

enum status command_equiv(const struct options *opt);

/* Reads an ELF object, or assembly text if the name ends in .s or .bpf. */
enum object_error command_read_object(const char *path, struct object **out, char *err, size_t len);
#endif
