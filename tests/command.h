/* SPDX-License-Identifier: BSD-2-Clause */
/* A script to a solver's command. */
#ifndef COMMAND_H
#define COMMAND_H

#include "encode/solver/solver.h"

/* Runs COMMAND PATH; what it prints first is the answer. Unknown when the time is over, too. */
enum solver_answer command_ask(const char *command, const char *path, unsigned seconds);
#endif
