/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove equiv A.o B.o: pairs programs, decides each pair, reports. */
#include "checker/cli/command.h"
#include "checker/witness/witness.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct pair {
	const struct program *a, *b; /* b NULL: without a partner in the second object; a NULL: in the first */
	struct equiv_result result;
	bool decided;
};

static volatile int interrupted;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* Programs are partners by section and name, or by name alone if that is unambiguous. */
static const struct program *partner_of(const struct program *p, const struct object *o)
{
	const struct program *by_name = NULL;
	for (size_t i = 0; i < o->n_programs; i++) {
		const struct program *q = o->programs[i];
		if (strcmp(p->name, q->name))
			continue;
		if (!strcmp(p->section, q->section))
			return q;
		by_name = q;
	}
	return by_name;
}

static bool selected(const struct options *opt, const struct program *p)
{
	return !opt->program || !strcmp(opt->program, p->name) || !strcmp(opt->program, p->section);
}

static struct pair *make_pairs(const struct options *opt, const struct object *a, const struct object *b, size_t *n)
{
	struct pair *pairs = calloc(a->n_programs + b->n_programs + 1, sizeof *pairs);
	if (!pairs)
		abort();
	*n = 0;
	for (size_t i = 0; i < a->n_programs; i++)
		if (selected(opt, a->programs[i]))
			pairs[(*n)++] = (struct pair){.a = a->programs[i], .b = partner_of(a->programs[i], b)};
	for (size_t i = 0; i < b->n_programs; i++)
		if (selected(opt, b->programs[i]) && !partner_of(b->programs[i], a))
			pairs[(*n)++] = (struct pair){.b = b->programs[i]};
	return pairs;
}

static enum verdict overall(const struct options *opt, const struct pair *pairs, size_t n)
{
	enum verdict v = VERDICT_PROVED;
	for (size_t i = 0; i < n; i++) {
		bool missing = !pairs[i].a || !pairs[i].b;
		if (missing && opt->allow_missing)
			continue;
		if (missing || pairs[i].result.verdict == VERDICT_REFUTED)
			return VERDICT_REFUTED;
		if (pairs[i].result.verdict == VERDICT_UNKNOWN)
			v = VERDICT_UNKNOWN;
	}
	return v;
}

static const char *const verdict_names[] = {
	[VERDICT_PROVED] = "proved", [VERDICT_REFUTED] = "refuted", [VERDICT_UNKNOWN] = "unknown"};

static const char *pair_verdict(const struct options *opt, const struct pair *p)
{
	if (!p->a || !p->b)
		return opt->allow_missing ? "missing" : "refuted";
	return verdict_names[p->result.verdict];
}

static void pair_text(const struct pair *p, char *buf, size_t len)
{
	const struct equiv_result *r = &p->result;
	if (!p->a || !p->b)
		snprintf(buf, len, "only in the %s object", p->a ? "first" : "second");
	else if (r->verdict == VERDICT_UNKNOWN)
		snprintf(buf, len, "%s%s%s%s", reason_texts[r->reason], *r->what ? " (" : "", r->what, *r->what ? ")" : "");
	else if (r->verdict == VERDICT_REFUTED)
		snprintf(buf, len, "%s%s", r->what, r->kernel == OPINION_CONFIRMED ? "; the kernel confirms" : "");
	else
		snprintf(buf, len, "by %s%s", r->decided_by, r->swept ? " after sweeping" : "");
}

static void print_table(const struct options *opt, const struct pair *pairs, size_t n)
{
	char text[512];
	int wide = 7;
	for (size_t i = 0; i < n; i++) {
		int len = (int)strlen((pairs[i].a ? pairs[i].a : pairs[i].b)->name);
		wide = len > wide ? len : wide;
	}
	printf("%-*s  %-8s %9s  %s\n", wide, "program", "verdict", "ms", "");
	for (size_t i = 0; i < n; i++) {
		const struct program *p = pairs[i].a ? pairs[i].a : pairs[i].b;
		pair_text(&pairs[i], text, sizeof text);
		printf("%-*s  %-8s %9.1f  %s\n", wide, p->name, pair_verdict(opt, &pairs[i]), pairs[i].result.ms, text);
	}
	for (size_t i = 0; i < n; i++)
		if (pairs[i].result.verdict == VERDICT_REFUTED && pairs[i].result.witness) {
			printf("\n%s\n", pairs[i].a->name);
			witness_print(pairs[i].a, pairs[i].b, &pairs[i].result, stdout);
		}
}

static const char *kernel_text(const struct equiv_result *r, char *buf, size_t len)
{
	static const char *const names[] = {
		[OPINION_NONE] = "not asked", [OPINION_CONFIRMED] = "confirmed", [OPINION_SKIPPED] = "skipped",
		[OPINION_CONTRADICTED] = "contradicted"};
	bool why = r->kernel == OPINION_SKIPPED;
	snprintf(buf, len, "%s%s%s", names[r->kernel], why ? ": " : "", why ? r->kernel_text : "");
	return buf;
}

static void print_json(const struct options *opt, const struct pair *pairs, size_t n, enum verdict v)
{
	char text[512], kernel[256];
	json_t *list = json_array();
	enum reason first = REASON_NONE;
	for (size_t i = 0; i < n; i++) {
		const struct equiv_result *r = &pairs[i].result;
		const struct program *p = pairs[i].a ? pairs[i].a : pairs[i].b;
		pair_text(&pairs[i], text, sizeof text);
		if (r->verdict == VERDICT_UNKNOWN && !first)
			first = r->reason;
		json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:f, s:s, s:s, s:s, s:I, s:I}", "program", p->name, "section",
		                      p->section, "verdict", pair_verdict(opt, &pairs[i]), "decided_by",
		                      r->decided_by ? r->decided_by : "missing", "ms", r->ms, "reason",
		                      r->verdict == VERDICT_UNKNOWN ? reason_texts[r->reason] : "", "detail", text, "kernel",
		                      kernel_text(r, kernel, sizeof kernel), "terms", (json_int_t)r->terms, "claims",
		                      (json_int_t)r->claims);
		if (r->verdict == VERDICT_REFUTED && r->witness)
			json_object_set_new(o, "witness", witness_json(pairs[i].a, pairs[i].b, r));
		json_array_append_new(list, o);
	}
	json_t *all = json_pack("{s:s, s:s, s:o}", "verdict", verdict_names[v], "reason",
	                        v == VERDICT_UNKNOWN ? reason_texts[first] : "", "pairs", list);
	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
}

static void show_progress(size_t done, size_t n, const char *name)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K%s%zu of %zu: %s", done == n ? "" : "  ", done, n, name);
	if (isatty(STDERR_FILENO) && done == n)
		fprintf(stderr, "\r\033[K");
}

static void decide_pairs(const struct options *opt, struct solver *solver, struct pair *pairs, size_t n)
{
	struct equiv_options eo = {
		.solver = solver, .encode = opt->encode, .kernel = !opt->no_kernel, .unroll = opt->unroll, .stop = &interrupted};
	for (size_t i = 0; i < n; i++) {
		if (!pairs[i].a || !pairs[i].b)
			continue;
		show_progress(i, n, pairs[i].a->name);
		if (interrupted) {
			pairs[i].result = (struct equiv_result){
				.verdict = VERDICT_UNKNOWN, .reason = REASON_INTERRUPTED, .decided_by = "nothing"};
			continue;
		}
		equiv_programs(pairs[i].a, pairs[i].b, &eo, &pairs[i].result);
	}
	show_progress(n, n, "");
}

static enum status save_witness(const struct options *opt, const struct pair *pairs, size_t n)
{
	char err[512];
	for (size_t i = 0; opt->witness && i < n; i++) {
		if (!pairs[i].result.witness)
			continue;
		if (witness_save(pairs[i].a, pairs[i].b, &pairs[i].result, opt->witness, err, sizeof err))
			return STATUS_PROVED;
		fprintf(stderr, "bpfprove: %s\n", err);
		return STATUS_UNREADABLE;
	}
	return STATUS_PROVED;
}

static enum status read_pair(const struct options *opt, struct object *o[2])
{
	char err[1024];
	for (int i = 0; i < 2; i++) {
		enum object_error e = command_read_object(opt->files[i], &o[i], err, sizeof err);
		if (e != OBJECT_OK) {
			fprintf(stderr, "bpfprove: %s\n", err);
			return e == OBJECT_MALFORMED ? STATUS_MALFORMED : STATUS_UNREADABLE;
		}
	}
	return STATUS_PROVED;
}

static uint64_t deadline(unsigned seconds)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return seconds ? (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec + seconds * 1000000000ull : 0;
}

static enum status decide_objects(const struct options *opt, struct object *o[2])
{
	char err[512];
	struct solver_limits limits = {opt->query_timeout * 1000, opt->memory, deadline(opt->timeout)};
	struct solver *solver = solver_open(opt->solver, limits, err, sizeof err);
	if (!solver) {
		fprintf(stderr, "bpfprove: %s\n", err);
		return STATUS_USAGE;
	}
	size_t n;
	struct pair *pairs = make_pairs(opt, o[0], o[1], &n);
	enum status status = STATUS_USAGE;
	if (n == 0) {
		fprintf(stderr, "bpfprove: %s: no program%s%s\n", o[0]->path, opt->program ? " of the name " : "",
		        opt->program ? opt->program : "");
	} else {
		decide_pairs(opt, solver, pairs, n);
		enum verdict v = overall(opt, pairs, n);
		if (opt->json)
			print_json(opt, pairs, n, v);
		else
			print_table(opt, pairs, n);
		status = save_witness(opt, pairs, n);
		if (status == STATUS_PROVED)
			status = (enum status)v;
	}
	if (opt->verbose) {
		struct solver_stats s = solver_get_stats(solver);
		fprintf(stderr, "%s: %llu queries, %llu decided by rewriting, %.1f ms\n", solver_name(solver),
		        (unsigned long long)s.queries, (unsigned long long)s.trivial, 1e-6 * (double)s.ns);
	}
	for (size_t i = 0; i < n; i++)
		equiv_release(&pairs[i].result);
	free(pairs);
	solver_close(solver);
	return status;
}

enum status command_equiv(const struct options *opt)
{
	struct object *o[2] = {NULL, NULL};
	if (opt->n_files != 2) {
		fprintf(stderr, "bpfprove: equiv takes two objects, not %zu\n", opt->n_files);
		return STATUS_USAGE;
	}
	struct sigaction action = {.sa_handler = on_interrupt};
	sigaction(SIGINT, &action, NULL);
	enum status s = read_pair(opt, o);
	if (s == STATUS_PROVED)
		s = decide_objects(opt, o);
	object_free(o[0]);
	object_free(o[1]);
	return s;
}
