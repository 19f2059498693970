/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove learn: finds rewrite rules and prints them; into a folder, one file a topic. */
#include "checker/cli/command.h"
#include "synth/learn/learn_shape.h"
#include "synth/learn/learn.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define QUERY_MS 300 /* a rule that takes longer is hardly one that people can check */

static const struct {
	const char *name, *text;
} topics[] = {
    {"move", "Copies and constants."},
    {"arithmetic", "Sums, products and bits."},
    {"mask", "Masks."},
    {"shift", "Shifts."},
    {"thirty-two", "Upper halves that are zero anyway."},
    {"sign", "Sign extensions."},
    {"byte", "Byte order."},
    {"load", "Loads."},
    {"store", "Stores."},
    {"compare", "Comparisons."},
    {"jump", "Jumps that are decided."},
    {"v4", "What instructions of -mcpu=v4 do in fewer."},
};

static void show(void *arg, const struct learn_counts *c, const char *what)
{
	(void)arg;
	if (isatty(2))
		fprintf(stderr, "\r\033[K%llu patterns, %llu agreed, %llu proved: %s", (unsigned long long)c->patterns,
			(unsigned long long)c->agreed, (unsigned long long)c->proved, what);
}

static void print_topic(const struct rules *r, size_t topic, FILE *out)
{
	fprintf(out, "# %s Found and proved by bpfprove learn.\n", topics[topic].text);
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(learn_topic(&r->at[i]), topics[topic].name)) {
			fprintf(out, "\n");
			rule_print(&r->at[i], out);
		}
}

static bool is_folder(const char *path)
{
	struct stat st;
	return path && !stat(path, &st) && S_ISDIR(st.st_mode);
}

static bool write_topic(const char *folder, const struct rules *r, size_t topic)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s.rule", folder, topics[topic].name);
	FILE *out = fopen(path, "w");
	if (!out)
		return false;
	print_topic(r, topic, out);
	return !fclose(out);
}

static bool write_rules(const char *path, const struct rules *r)
{
	bool folder = is_folder(path), good = true;
	FILE *out = folder ? NULL : path ? fopen(path, "w") : stdout;
	for (size_t i = 0; i < sizeof topics / sizeof *topics && good; i++)
		if (folder)
			good = write_topic(path, r, i);
		else if (!out)
			good = false;
		else
			print_topic(r, i, out);
	return good && (!out || out == stdout ? true : !fclose(out));
}

static enum status read_shapes(const struct options *opt, struct seen *shapes)
{
	for (size_t i = 0; i < opt->n_files; i++) {
		struct object *o;
		char err[400];
		enum object_error e = object_read(opt->files[i], &o, err, sizeof err);
		if (e != OBJECT_OK)
			return command_fail(e == OBJECT_MALFORMED ? STATUS_MALFORMED : STATUS_UNREADABLE, "%s", err);
		for (size_t k = 0; k < o->n_programs; k++)
			learn_shapes_add(shapes, o->programs[k]);
		object_free(o);
	}
	return STATUS_PROVED;
}

enum status command_learn(const struct options *opt)
{
	char err[256];
	struct rules rules;
	struct learn_counts c;
	struct learn_options o = {
	    .solver = opt->solver, .query_ms = QUERY_MS, .stop = command_catch_interrupt(), .progress = show};
	struct seen shapes = {0};
	enum status s = read_shapes(opt, &shapes);
	if (s != STATUS_PROVED)
		return s;
	if (opt->n_files)
		o.shapes = &shapes;
	if (!learn_rules(&o, &rules, &c, err, sizeof err))
		return command_fail(STATUS_USAGE, "%s", err);
	fprintf(
	    stderr,
	    "%s%llu patterns, %llu results agreed with one: %llu proved, %llu refuted, %llu undecided; %llu patterns "
	    "were instances of others\n",
	    isatty(2) ? "\r\033[K" : "", (unsigned long long)c.patterns, (unsigned long long)c.agreed,
	    (unsigned long long)c.proved, (unsigned long long)c.refuted, (unsigned long long)c.unknown,
	    (unsigned long long)c.subsumed);
	bool written = write_rules(opt->output, &rules);
	rules_release(&rules);
	seen_release(&shapes);
	return written ? STATUS_PROVED
		       : command_fail(STATUS_UNREADABLE, "%s can't be written: %s", opt->output, strerror(errno));
}
