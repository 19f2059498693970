/* SPDX-License-Identifier: BSD-2-Clause */
/* The real-objects benchmark's tables and JSON. */
#include "tests/bench_real.h"
#include "tests/sample.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *const verdict_names[REAL_VERDICTS] = {
    [REAL_PROVED] = "proved", [REAL_REFUTED] = "refuted", [REAL_UNKNOWN] = "unknown",  [REAL_CRASHED] = "crashed",
    [REAL_LATE] = "late",     [REAL_CHANGED] = "changed", [REAL_NOT_READ] = "not read"};

struct summary {
	size_t count[REAL_VERDICTS], n, objects; /* n: programs */
	struct sample ms;
	double most;
};

static struct summary summarise(const struct real_report *report, const char *set)
{
	struct summary s = {0};
	const char *last = "";
	for (size_t i = 0; i < report->n; i++) {
		const struct real_result *r = &report->at[i];
		if (set && strcmp(set, r->set) != 0)
			continue;
		s.objects += strcmp(last, r->object) != 0;
		last = r->object;
		s.count[r->verdict]++;
		if (r->verdict == REAL_NOT_READ)
			continue;
		s.n++;
		sample_add(&s.ms, r->ms);
		s.most = r->mebibytes > s.most ? r->mebibytes : s.most;
	}
	return s;
}

static size_t failures(const struct summary *s)
{
	return s->count[REAL_CRASHED] + s->count[REAL_LATE] + s->count[REAL_CHANGED];
}

static double share_proved(const struct summary *s)
{
	return s->n ? 100.0 * (double)s->count[REAL_PROVED] / (double)s->n : 0;
}

static void print_row(const struct real_report *report, const char *set, FILE *out)
{
	struct summary s = summarise(report, set);
	fprintf(out, "%-30s %7zu %8zu %8zu %6zu %7zu %7zu %7zu %6.1f %9.1f %9.1f %9.1f %6.0f\n", set ? set : "total",
		s.objects, s.count[REAL_NOT_READ], s.n, s.count[REAL_PROVED], s.count[REAL_UNKNOWN],
		s.count[REAL_REFUTED], failures(&s), share_proved(&s), sample_percentile(&s.ms, 50),
		sample_percentile(&s.ms, 95), sample_percentile(&s.ms, 100), s.most);
	sample_release(&s.ms);
}

static void print_sets(const struct real_report *report, FILE *out)
{
	fprintf(out, "%-30s %7s %8s %8s %6s %7s %7s %7s %6s %9s %9s %9s %6s\n", "set", "objects", "not read",
		"programs", "proved", "unknown", "refuted", "crashed", "%", "median ms", "95 % ms", "most ms", "MiB");
	for (size_t i = 0; i < report->n; i++)
		if (i == 0 || strcmp(report->at[i].set, report->at[i - 1].set) != 0)
			print_row(report, report->at[i].set, out);
	print_row(report, NULL, out);
}

/* `what` without the place in the program: the helper, map or field. */
static void subject_of(const struct real_result *r, char *buf, size_t len)
{
	const char *end = strstr(r->what, "first program");
	size_t n = end ? (size_t)(end - r->what) : strcspn(r->what, ",");
	while (n > 0 && (r->what[n - 1] == ' ' || r->what[n - 1] == ','))
		n--;
	snprintf(buf, len, "%.*s", (int)n, r->what);
}

struct bar {
	enum reason reason;
	char subject[96];
	size_t n;
};

static int compare_bars(const void *a, const void *b)
{
	const struct bar *x = a, *y = b;
	return x->n != y->n ? (x->n < y->n ? 1 : -1) : strcmp(x->subject, y->subject);
}

static void count_bar(struct bar *bars, size_t *n, enum reason reason, const char *subject)
{
	size_t i = 0;
	while (i < *n && (bars[i].reason != reason || strcmp(bars[i].subject, subject) != 0))
		i++;
	if (i == *n) {
		bars[i] = (struct bar){.reason = reason};
		snprintf(bars[i].subject, sizeof bars[i].subject, "%s", subject);
		++*n;
	}
	bars[i].n++;
}

static void print_histogram(const struct real_report *report, FILE *out)
{
	struct bar *bars = calloc(report->n + 1, sizeof *bars);
	size_t n = 0;
	char subject[96];
	if (!bars)
		abort();
	for (size_t i = 0; i < report->n; i++) {
		if (report->at[i].verdict != REAL_UNKNOWN)
			continue;
		subject_of(&report->at[i], subject, sizeof subject);
		count_bar(bars, &n, report->at[i].reason, subject);
	}
	qsort(bars, n, sizeof *bars, compare_bars);
	fprintf(out, "\nunknown, by reason\n");
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%6zu  %s%s%s%s\n", bars[i].n, reason_texts[bars[i].reason], *bars[i].subject ? " (" : "",
			bars[i].subject, *bars[i].subject ? ")" : "");
	free(bars);
}

static void print_result(const struct real_result *r, FILE *out)
{
	bool unknown = r->verdict == REAL_UNKNOWN;
	fprintf(out, "%-8s %s/%s%s%s (%zu slots, %.1f ms, %.0f MiB): %s%s%s\n", verdict_names[r->verdict], r->set,
		r->object, *r->program ? " " : "", r->program, r->insns, r->ms, r->mebibytes,
		unknown ? reason_texts[r->reason] : "", unknown ? "; " : "", r->what);
}

void real_print(const struct real_report *report, bool list, FILE *out)
{
	print_sets(report, out);
	print_histogram(report, out);
	fprintf(out, "\nnot as they should be\n");
	for (size_t i = 0; i < report->n; i++) {
		const struct real_result *r = &report->at[i];
		bool fine = r->verdict == REAL_PROVED || (r->verdict == REAL_UNKNOWN && !list);
		if (!fine)
			print_result(r, out);
	}
}

bool real_save(const struct real_report *report, const char *path)
{
	json_t *list = json_array();
	char subject[96];
	for (size_t i = 0; i < report->n; i++) {
		const struct real_result *r = &report->at[i];
		subject_of(r, subject, sizeof subject);
		bool unknown = r->verdict == REAL_UNKNOWN;
		json_array_append_new(
		    list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:f, s:f, s:I, s:I}", "set", r->set,
				    "object", r->object, "program", r->program, "verdict", verdict_names[r->verdict],
				    "reason", unknown ? reason_texts[r->reason] : "", "subject", unknown ? subject : "",
				    "detail", r->what, "decided_by", r->decided_by, "ms", r->ms, "mebibytes",
				    r->mebibytes, "slots", (json_int_t)r->insns, "terms", (json_int_t)r->terms));
	}
	int failed = json_dump_file(list, path, JSON_INDENT(1));
	json_decref(list);
	if (failed)
		fprintf(stderr, "bench_real: %s can't be written\n", path);
	return !failed;
}

bool real_is_good(const struct real_report *report)
{
	struct summary s = summarise(report, NULL);
	sample_release(&s.ms);
	return !s.count[REAL_REFUTED] && !failures(&s);
}
