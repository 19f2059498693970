/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of the verifier's tests, its lists, and JSON. */
#include "tests/verifier_table.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Rows of the table. */
enum group { GROUP_ACCEPTED, GROUP_SAFETY, GROUP_RULE, GROUP_UNCLASSIFIED, GROUP_COUNT };
static const char *const group_names[GROUP_COUNT] = {"accepted", "rejected for safety", "rejected by a rule only",
						     "rejected, not classified"};

static enum group group_of(const struct table_case *c)
{
	static const enum group of_class[] = {
	    [CLASS_NONE] = GROUP_UNCLASSIFIED, [CLASS_SAFETY] = GROUP_SAFETY, [CLASS_RULE] = GROUP_RULE};
	return c->accept ? GROUP_ACCEPTED : of_class[c->class];
}

struct counts {
	size_t at[GROUP_COUNT][SAFE_OUTCOMES];
};

static bool is_in(const struct table_case *c, int source, int privileged)
{
	return (source < 0 || c->is_tagged == (source == 1)) && (privileged < 0 || c->privileged == (privileged == 1));
}

static void count(const struct table *t, int source, int privileged, struct counts *out)
{
	*out = (struct counts){0};
	for (size_t i = 0; i < t->n; i++)
		if (is_in(&t->at[i], source, privileged))
			out->at[group_of(&t->at[i])][t->at[i].safe.outcome]++;
}

static void print_counts(const struct counts *n, const char *title, FILE *out)
{
	fprintf(out, "\n%-26s", title);
	for (enum safe_outcome o = 0; o < SAFE_OUTCOMES; o++)
		fprintf(out, " %10s", safe_outcome_names[o]);
	fputc('\n', out);
	for (enum group g = 0; g < GROUP_COUNT; g++) {
		fprintf(out, "%-26s", group_names[g]);
		for (enum safe_outcome o = 0; o < SAFE_OUTCOMES; o++)
			fprintf(out, " %10zu", n->at[g][o]);
		fputc('\n', out);
	}
}

/* Of the cases of a group that are programs at all. */
static void print_share(const struct counts *n, enum group g, enum safe_outcome o, const char *title, FILE *out)
{
	size_t all = 0;
	for (enum safe_outcome k = 0; k < SAFE_OUTCOMES; k++)
		all += k == SAFE_MALFORMED ? 0 : n->at[g][k];
	fprintf(out, "%-40s %6.1f %% of %zu\n", title, all ? 100.0 * (double)n->at[g][o] / (double)all : 0, all);
}

static void print_tables(const struct table *t, FILE *out)
{
	static const struct {
		const char *title;
		int source, privileged;
	} parts[] = {{"raw cases (6.1)", 0, 1},
		     {"tagged cases (6.12)", 1, 1},
		     {"unprivileged", -1, 0},
		     {"all privileged", -1, 1}};
	struct counts n;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		count(t, parts[i].source, parts[i].privileged, &n);
		print_counts(&n, parts[i].title, out);
	}
	fputc('\n', out);
	print_share(&n, GROUP_ACCEPTED, SAFE_PROVED, "accepted: proved", out);
	print_share(&n, GROUP_SAFETY, SAFE_REFUTED, "rejected for safety: refuted", out);
}

static void print_kernel(const struct table *t, FILE *out)
{
	size_t n[2][KERNEL_SAYS] = {0};
	for (size_t i = 0; i < t->n; i++)
		if (t->at[i].privileged)
			n[t->at[i].accept][t->at[i].kernel.says]++;
	fprintf(out, "\n%-26s %10s %10s %10s\n", "today's kernel", kernel_says_names[0], kernel_says_names[1],
		kernel_says_names[2]);
	for (int accept = 1; accept >= 0; accept--)
		fprintf(out, "%-26s %10zu %10zu %10zu\n", accept ? "accepted" : "rejected", n[accept][0], n[accept][1],
			n[accept][2]);
}

static void print_program(const struct table_case *c, FILE *out)
{
	char err[512];
	struct object *o = NULL;
	struct program *p = NULL;
	if (c->is_tagged) {
		if (object_read(c->path, &o, err, sizeof err) == OBJECT_OK)
			p = object_find(o, c->program);
		for (size_t i = 0; p && i < p->n; i++) {
			char line[256];
			insn_print(&p->insns[i], line, sizeof line);
			fprintf(out, "      %4zu  %s\n", i, line);
		}
		object_free(o);
	} else {
		char line[512];
		FILE *f = fopen(c->path, "r");
		while (f && fgets(line, sizeof line, f))
			if (line[0] != '#')
				fprintf(out, "      %s", line);
		if (f)
			fclose(f);
	}
}

static void print_case(const struct table_case *c, const struct table_print *o, FILE *out)
{
	const struct safe_answer *a = &c->safe;
	fprintf(out, "%-9s %s\n", safe_outcome_names[a->outcome], c->name);
	if (a->subject[0] || a->what[0])
		fprintf(out, "          at %u: %s: %s\n", a->slot, a->subject, a->what);
	if (!c->accept)
		fprintf(out, "          rejected (%s): %s\n", table_class_names[c->class], c->message);
	fprintf(out, "          today's kernel: %s %s\n", kernel_says_names[c->kernel.says], c->kernel.message);
	if (o->text)
		print_program(c, out);
}

/* Cases with an answer that only a reviewed list may explain. */
static size_t print_unexplained(struct table *t, struct table_list *l, bool accept, enum safe_outcome answer,
				const char *title, const struct table_print *o, FILE *out)
{
	size_t wrong = 0, explained = 0;
	fprintf(out, "\n%s\n", title);
	for (size_t i = 0; i < t->n; i++) {
		const struct table_case *c = &t->at[i];
		if (c->accept != accept || c->safe.outcome != answer)
			continue;
		const struct table_row *r = table_find(l, c);
		wrong += !r;
		explained += r != NULL;
		if (!r)
			print_case(c, o, out);
		else if (o->list)
			fprintf(out, "explained %s: %s\n", c->name, r->reason);
	}
	fprintf(out, "%zu, not explained %zu\n", wrong + explained, wrong);
	return wrong;
}

struct bar {
	enum group group;
	enum safe_outcome outcome;
	const char *subject;
	size_t n;
};

static int compare_bars(const void *a, const void *b)
{
	const struct bar *x = a, *y = b;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return strcmp(x->subject, y->subject);
}

static void print_histogram(const struct table *t, FILE *out)
{
	struct bar *bars = calloc(t->n + 1, sizeof *bars);
	size_t n = 0;
	if (!bars)
		abort();
	for (size_t i = 0; i < t->n; i++) {
		const struct table_case *c = &t->at[i];
		struct bar b = {group_of(c), c->safe.outcome, c->safe.subject, 1};
		if (b.outcome == SAFE_PROVED || b.outcome == SAFE_REFUTED || b.outcome == SAFE_MALFORMED)
			continue;
		size_t k = 0;
		while (k < n &&
		       (bars[k].group != b.group || bars[k].outcome != b.outcome || strcmp(bars[k].subject, b.subject)))
			k++;
		if (k == n)
			bars[n++] = b;
		else
			bars[k].n++;
	}
	if (n)
		qsort(bars, n, sizeof *bars, compare_bars);
	fprintf(out, "\nneither proved nor refuted\n");
	for (size_t k = 0; k < n; k++)
		fprintf(out, "%6zu  %-25s %s: %s\n", bars[k].n, group_names[bars[k].group],
			safe_outcome_names[bars[k].outcome], bars[k].subject);
	free(bars);
}

static size_t print_unclassified(const struct table *t, FILE *out)
{
	size_t n = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct table_case *c = &t->at[i];
		if (c->accept || c->class != CLASS_NONE)
			continue;
		fprintf(out, "not classified: %s: %s (%s)\n", c->name, c->message, c->kernel.message);
		n++;
	}
	return n;
}

static void print_unmet(const struct table_list *l, const char *title, FILE *out)
{
	for (size_t i = 0; i < l->n; i++)
		if (!l->at[i].met)
			fprintf(out, "%s: %s is listed, but is not so\n", title, l->at[i].key);
}

size_t table_print(struct table *t, struct table_lists *l, const struct table_print *o, FILE *out)
{
	for (size_t i = 0; o->list && i < t->n; i++)
		print_case(&t->at[i], o, out);
	size_t wrong = print_unclassified(t, out);
	wrong += print_unexplained(t, &l->proved, false, SAFE_PROVED, "the kernel rejects, we prove", o, out);
	wrong += print_unexplained(t, &l->refuted, true, SAFE_REFUTED, "the kernel accepts, we refute", o, out);
	wrong += print_unexplained(t, &(struct table_list){0}, true, SAFE_CRASHED, "accepted, crashed", o, out);
	wrong += print_unexplained(t, &(struct table_list){0}, false, SAFE_CRASHED, "rejected, crashed", o, out);
	print_histogram(t, out);
	print_unmet(&l->proved, "proved", out);
	print_unmet(&l->refuted, "refuted", out);
	print_tables(t, out);
	print_kernel(t, out);
	return wrong;
}

bool table_save(const struct table *t, const char *path)
{
	json_t *list = json_array();
	for (size_t i = 0; i < t->n; i++) {
		const struct table_case *c = &t->at[i];
		const struct safe_answer *a = &c->safe;
		json_t *row = json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:s, s:s}", "name", c->name, "path",
					c->path, "program", c->program, "privileged", c->privileged, "expected",
					c->accept ? "accept" : "reject", "message", c->message, "class",
					table_class_names[c->class], "kernel", kernel_says_names[c->kernel.says],
					"kernel_message", c->kernel.message);
		json_t *answer =
		    json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:i, s:f, s:f}", "verdict",
			      safe_outcome_names[a->outcome], "subject", a->subject, "what", a->what, "instruction",
			      (json_int_t)a->slot, "steps", (json_int_t)a->steps, "states", (json_int_t)a->states,
			      "attempts", (int)a->attempts, "ms", a->ms, "mebibytes", a->mebibytes);
		json_object_update(row, answer);
		json_decref(answer);
		json_array_append_new(list, row);
	}
	int failed = json_dump_file(list, path, JSON_INDENT(1));
	json_decref(list);
	if (failed)
		fprintf(stderr, "verifier_table: %s can't be written\n", path);
	return !failed;
}
