/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove calibrate: a table of latencies for this machine, as opt --costs reads it. */
#include "checker/cli/command.h"
#include "synth/cost/calibrate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void print_entry(const struct calibration *c, FILE *out)
{
	char name[64];
	snprintf(name, sizeof name, "%s%s", c->is_helper ? "bpf_" : "", c->name);
	fprintf(out, "%-28s %8llu", name, (unsigned long long)c->ps);
	if (c->is_measured)
		fprintf(out, " # +-%llu\n", (unsigned long long)c->spread / 2);
	else
		fprintf(out, " # as shipped: %.*s\n", (int)strcspn(c->why, "\n"), c->why);
}

static bool print_table(const struct calibration *c, size_t n, unsigned rounds, FILE *out)
{
	fprintf(out, "# Picoseconds, medians of %u loads each; bpfprove calibrate\n", rounds);
	for (size_t i = 0; i < n; i++)
		print_entry(&c[i], out);
	return !fflush(out) && !ferror(out);
}

static enum status save_table(const struct options *opt, const struct calibration *c, size_t n)
{
	FILE *out = opt->output ? fopen(opt->output, "w") : stdout;
	bool good = out && print_table(c, n, opt->rounds, out);
	int err = errno;
	if (out && out != stdout && fclose(out))
		good = false;
	return good ? STATUS_PROVED
		    : command_fail(STATUS_UNREADABLE, "%s can't be written: %s",
				   opt->output ? opt->output : "standard output", strerror(err));
}

enum status command_calibrate(const struct options *opt)
{
	char err[256];
	size_t n;
	if (opt->n_files)
		return command_fail(STATUS_USAGE, "calibrate takes no file");
	if (!opt->rounds)
		return command_fail(STATUS_USAGE, "--rounds: at least one is needed");
	struct calibration *c =
	    calibrate(opt->rounds, command_show_progress, command_catch_interrupt(), &n, err, sizeof err);
	if (!c)
		return command_fail(STATUS_UNKNOWN, "%s", err);
	enum status s = save_table(opt, c, n);
	free(c);
	return s;
}
