/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The safety prover against the kernel's own verifier tests: the raw ones of
 * 6.1 as texts (tests/verifier_cases.sh) and the tagged ones of 6.12 as objects
 * (tests/retval.sh). Each case has a process of its own with limits.
 *
 * Fails when a case that the kernel rejects is proved, or one that it accepts
 * is refuted, and tests/verifier-proved.txt or tests/verifier-refuted.txt does
 * not say why; when one crashes; and when tests/verifier-classes.txt has no row
 * for a kernel's message.
 */
#include "tests/verifier_table.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct run {
	struct table table;
	struct table_lists lists;
	struct table_print print;
	struct children children;
	struct table_work work;
	const char *only, *json, *dir; /* dir: of the lists */
};

static int usage(void)
{
	fprintf(stderr,
		"usage: verifier_table --lists=DIR [--json=FILE] [--only=TEXT] [--jobs=N] [--seconds=N] [--list]\n"
		"                      [--text] [--no-kernel] [--no-search] TEXTS OBJECTS\n");
	return 64;
}

static bool read_options(struct run *r, int argc, char **argv)
{
	static const struct option options[] = {
	    {"json", required_argument, NULL, 'o'},    {"only", required_argument, NULL, 'n'},
	    {"jobs", required_argument, NULL, 'j'},    {"lists", required_argument, NULL, 'd'},
	    {"seconds", required_argument, NULL, 's'}, {"list", no_argument, NULL, 'l'},
	    {"text", no_argument, NULL, 't'},          {"no-kernel", no_argument, NULL, 'k'},
	    {"no-search", no_argument, NULL, 'q'},     {0}};
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (c) {
		case 'o':
			r->json = optarg;
			break;
		case 'n':
			r->only = optarg;
			break;
		case 'j':
			r->children.limits.jobs = (unsigned)atoi(optarg);
			break;
		case 'd':
			r->dir = optarg;
			break;
		case 's':
			r->children.limits.seconds = (unsigned)atoi(optarg);
			break;
		case 'l':
			r->print.list = true;
			break;
		case 't':
			r->print.text = true;
			break;
		case 'k':
			r->work.no_kernel = true;
			break;
		case 'q':
			r->work.options.no_search = true;
			break;
		default:
			return false;
		}
	}
	const struct child_limits *l = &r->children.limits;
	return optind + 2 == argc && r->dir && l->seconds && l->jobs && l->jobs <= CHILDREN_MAX;
}

static bool read_list(const struct run *r, const char *name, struct table_list *out)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/verifier-%s.txt", r->dir, name);
	return table_read_list(path, out);
}

static void keep_only(struct table *t, const char *text)
{
	size_t kept = 0;
	for (size_t i = 0; i < t->n; i++)
		if (strstr(t->at[i].name, text))
			t->at[kept++] = t->at[i];
	t->n = kept;
}

static void finish(void *result, const struct child_end *end)
{
	safe_finish(&((struct table_case *)result)->safe, end);
}

static void run_cases(struct run *r)
{
	for (size_t i = 0; i < r->table.n; i++) {
		r->work.c = &r->table.at[i];
		r->work.options.privileged = r->work.c->privileged;
		children_start(&r->children, table_run, &r->work, &r->table.at[i]);
		if (isatty(STDERR_FILENO) && i % 50 == 0)
			fprintf(stderr, "\r%zu of %zu ", i, r->table.n);
	}
	children_wait(&r->children);
}

static void classify(struct run *r)
{
	for (size_t i = 0; i < r->table.n; i++) {
		struct table_case *c = &r->table.at[i];
		bool ask_today = !c->message[0] && c->privileged;
		if (!c->accept)
			c->class = table_classify(&r->lists.classes, ask_today ? c->kernel.message : c->message);
	}
}

int main(int argc, char **argv)
{
	struct run r = {.children = {.limits = {.seconds = 10, .mebibytes = 2048, .jobs = 2}, .finish = finish}};
	if (!read_options(&r, argc, argv))
		return usage();
	if (!read_list(&r, "classes", &r.lists.classes) || !read_list(&r, "proved", &r.lists.proved) ||
	    !read_list(&r, "refuted", &r.lists.refuted))
		return 66;
	r.work.options.timeout_ms = r.children.limits.seconds * 1000;
	r.table.at = children_share(TABLE_MAX * sizeof *r.table.at);
	table_read_texts(&r.table, argv[optind]);
	table_read_objects(&r.table, argv[optind + 1]);
	if (r.only)
		keep_only(&r.table, r.only);
	run_cases(&r);
	classify(&r);
	size_t wrong = table_print(&r.table, &r.lists, &r.print, stdout);
	if (r.json && !table_save(&r.table, r.json))
		return 66;
	free(r.lists.classes.at);
	free(r.lists.proved.at);
	free(r.lists.refuted.at);
	return wrong || !r.table.n ? 1 : 0;
}
