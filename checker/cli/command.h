/* SPDX-License-Identifier: BSD-2-Clause */
/* Subcommands, and what they share. */
#ifndef COMMAND_H
#define COMMAND_H

#include "checker/cli/options.h"
#include "encode/object/program.h"

enum status command_equiv(const struct options *opt);
enum status command_safe(const struct options *opt);
enum status command_opt(const struct options *opt);
enum status command_assert(const struct options *opt);
enum status command_recheck(const struct options *opt);
enum status command_run(const struct options *opt);
enum status command_conform(const struct options *opt);
enum status command_show(const struct options *opt);
enum status command_matrix(const struct options *opt);
enum status command_calibrate(const struct options *opt);
enum status command_learn(const struct options *opt);

/* Says what is wrong in one sentence on standard error; returns the status. */
enum status command_fail(enum status s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Zeroed memory, never NULL. */
void *command_alloc(size_t bytes);
/* Gives --type's type to the programs that have none. Fails as command_fail does. */
enum status command_set_type(const struct options *opt, struct object *o);
/* Reads the object or assembly text that is the command's only file. Fails as command_fail does. */
enum status command_read(const struct options *opt, const char *command, struct object **out);
/* The program that --program names, or else the only one. Fails as command_fail does. */
enum status command_pick(const struct options *opt, const struct object *o, const struct program **out);
/* Lets ctrl-C set the flag that it returns, for a clean stop. */
volatile int *command_catch_interrupt(void);
/* How far a long command is, on standard error if that is a terminal. */
void command_show_progress(size_t done, size_t n, const char *name);
/* Pairs of hex digits, with blanks or colons between bytes. The caller frees *out; false if it is anything else. */
bool command_decode_hex(const char *text, size_t len, uint8_t **out, size_t *n);
#endif
