/* SPDX-License-Identifier: BSD-2-Clause */
/* The benchmark's tables. */
#include "tests/bench.h"
#include "tests/sample.h"

#include <string.h>

const char *const bench_time_names[BENCH_TIMES] = {[BENCH_LOAD] = "load",
#define STAGE(name, text) [BENCH_STAGES + STAGE_##name] = text,
#include "stage.def"
#undef STAGE
						   [BENCH_REWRITE] = "rewrite",
						   [BENCH_TOTAL] = "total"};
const char *const bench_count_names[BENCH_COUNTS] = {
#define COUNT(name, text) [BENCH_##name] = text,
#include "tests/bench_count.def"
#undef COUNT
};

static bool is_set(const struct bench_row *r, enum bench_part part, const char *set)
{
	return r->part == part && (!set || !strcmp(r->set, set));
}

static bool has_verdict(const struct bench_row *r, const char *verdict)
{
	return strcmp(r->verdict, verdict) == 0;
}

static void print_set(const struct bench *b, enum bench_part part, const char *set, FILE *out)
{
	static const char *const verdicts[] = {"proved", "refuted", "unknown"};
	size_t n = 0, count[3] = {0};
	struct sample ms[BENCH_TIMES] = {0}, mebibytes = {0};
	for (size_t i = 0; i < b->n; i++) {
		const struct bench_row *r = &b->at[i];
		if (!is_set(r, part, set))
			continue;
		n++;
		for (unsigned v = 0; v < 3; v++)
			count[v] += has_verdict(r, verdicts[v]);
		for (unsigned t = 0; t < BENCH_TIMES; t++)
			sample_add(&ms[t], r->ms[t]);
		sample_add(&mebibytes, r->mebibytes);
	}
	fprintf(out, "%-10s %-38s %5zu %6zu %7zu %7zu %6zu %8.2f %8.1f %9.1f %5.0f  ", bench_parts[part].name,
		set ? set : "all", n, count[0], count[1], count[2], n - count[0] - count[1] - count[2],
		sample_percentile(&ms[BENCH_TOTAL], 50), sample_percentile(&ms[BENCH_TOTAL], 95),
		sample_percentile(&ms[BENCH_TOTAL], 100), sample_percentile(&mebibytes, 100));
	for (unsigned t = 0; t < BENCH_TOTAL; t++)
		fprintf(out, " %8.0f", sample_sum(&ms[t]));
	fprintf(out, "\n");
	for (unsigned t = 0; t < BENCH_TIMES; t++)
		sample_release(&ms[t]);
	sample_release(&mebibytes);
}

static bool is_first(const struct bench *b, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_set(&b->at[k], b->at[i].part, b->at[i].set))
			return false;
	return true;
}

static void print_sets(const struct bench *b, FILE *out)
{
	fprintf(out, "%-10s %-38s %5s %6s %7s %7s %6s %8s %8s %9s %5s  ", "part", "set", "n", "proved", "refuted",
		"unknown", "other", "median", "95 %", "most ms", "MiB");
	for (unsigned t = 0; t < BENCH_TOTAL; t++)
		fprintf(out, " %8s", bench_time_names[t]);
	fprintf(out, " (sums, ms; rewrite is a part of encode and compare)\n");
	for (size_t i = 0; i < b->n; i++)
		if (is_first(b, i) && b->at[i].part != BENCH_windows)
			print_set(b, b->at[i].part, b->at[i].set, out);
	for (enum bench_part part = 0; part < BENCH_PARTS; part++)
		if (b->o->parts[part] && part != BENCH_windows)
			print_set(b, part, NULL, out);
}

/* What decided the comparisons of a part, and what of their queries. */
static void print_deciders(const struct bench *b, enum bench_part part, FILE *out)
{
	uint64_t counts[BENCH_COUNTS] = {0};
	bool *seen = calloc(b->n + 1, sizeof *seen);
	if (!seen)
		abort();
	for (size_t i = 0; i < b->n; i++) {
		struct sample ms = {0};
		for (unsigned c = 0; c < BENCH_COUNTS && b->at[i].part == part; c++)
			counts[c] += b->at[i].counts[c];
		if (b->at[i].part != part || seen[i] || !*b->at[i].by)
			continue;
		for (size_t k = i; k < b->n; k++)
			if (b->at[k].part == part && !strcmp(b->at[i].by, b->at[k].by) &&
			    !strcmp(b->at[i].verdict, b->at[k].verdict)) {
				seen[k] = true;
				sample_add(&ms, b->at[k].ms[BENCH_TOTAL] - b->at[k].ms[BENCH_LOAD]);
			}
		fprintf(out, "%-10s %-8s by %-26s %6zu   median %8.2f ms   90 %% %9.1f ms   most %9.1f ms\n",
			bench_parts[part].name, b->at[i].verdict, b->at[i].by, ms.n, sample_percentile(&ms, 50),
			sample_percentile(&ms, 90), sample_percentile(&ms, 100));
		sample_release(&ms);
	}
	fprintf(out, "%-10s ", bench_parts[part].name);
	for (unsigned c = 0; c < BENCH_COUNTS; c++)
		fprintf(out, " %s %llu%s", bench_count_names[c], (unsigned long long)counts[c],
			c + 1 < BENCH_COUNTS ? "," : "\n");
	free(seen);
}

static void print_checks(const char *name, struct sample *us, FILE *out)
{
	fprintf(out, "windows    %-30s %7zu   median %8.1f us   90 %% %9.1f us   most %9.1f us\n", name, us->n,
		sample_percentile(us, 50), sample_percentile(us, 90), sample_percentile(us, 100));
	sample_release(us);
}

static void print_windows(const struct bench *b, FILE *out)
{
	static const char *const names[] = {"all", "proved by rewriting", "proved by the solver",
					    "refuted by the solver", "unknown"};
	struct sample us[5] = {0};
	size_t programs = 0;
	for (size_t i = 0; i < b->n; i++) {
		const struct bench_row *r = &b->at[i];
		programs += r->part == BENCH_windows && r->n_checks;
		for (size_t c = 0; c < r->n_checks; c++) {
			const struct bench_check *k = &r->checks[c];
			unsigned kind = k->verdict == VERDICT_UNKNOWN   ? 4
					: k->verdict == VERDICT_REFUTED ? 3
					: k->rewritten                  ? 1
									: 2;
			sample_add(&us[0], 1e3 * k->ms);
			sample_add(&us[kind], 1e3 * k->ms);
		}
	}
	fprintf(out, "windows    of %zu programs\n", programs);
	for (unsigned k = 0; k < 5; k++)
		print_checks(names[k], &us[k], out);
}

/* `what` without the place in the program: the helper, map or field. */
static void subject_of(const struct bench_row *r, char *buf, size_t len)
{
	const char *end = strstr(r->what, "first program");
	size_t n = end ? (size_t)(end - r->what) : strcspn(r->what, ",");
	while (n > 0 && (r->what[n - 1] == ' ' || r->what[n - 1] == ','))
		n--;
	snprintf(buf, len, "%s%s%.*s", r->reason, n ? ": " : "", (int)n, r->what);
}

struct bar {
	char text[200];
	size_t n;
};

static int compare_bars(const void *a, const void *b)
{
	const struct bar *x = a, *y = b;
	return x->n != y->n ? (x->n < y->n ? 1 : -1) : strcmp(x->text, y->text);
}

static void print_reasons(const struct bench *b, FILE *out)
{
	struct bar *bars = calloc(b->n + 1, sizeof *bars);
	size_t n = 0;
	if (!bars)
		abort();
	for (size_t i = 0; i < b->n; i++) {
		char text[sizeof bars->text];
		size_t k = 0;
		if (!has_verdict(&b->at[i], "unknown"))
			continue;
		subject_of(&b->at[i], text, sizeof text);
		while (k < n && strcmp(bars[k].text, text) != 0)
			k++;
		memcpy(bars[k].text, text, sizeof text);
		bars[k].n++;
		n += k == n;
	}
	qsort(bars, n, sizeof *bars, compare_bars);
	fprintf(out, "%s", n ? "unknown, by reason\n" : "");
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%6zu  %s\n", bars[i].n, bars[i].text);
	free(bars);
}

/* What should not be, and with --list what is unknown. */
static void print_rows(const struct bench *b, FILE *out)
{
	static const char *const bad[] = {"crashed", "late", "changed"};
	for (size_t i = 0; i < b->n; i++) {
		const struct bench_row *r = &b->at[i];
		bool shown = b->o->list && has_verdict(r, "unknown");
		for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
			shown |= has_verdict(r, bad[k]);
		if (shown)
			fprintf(out, "%-8s %s/%s/%s:%s (%zu slots, %.1f ms, %.0f MiB): %s%s%s\n", r->verdict,
				bench_parts[r->part].name, r->set, r->object, r->program, r->slots, r->ms[BENCH_TOTAL],
				r->mebibytes, r->reason, *r->reason ? "; " : "", r->what);
	}
}

void bench_print(const struct bench *b, FILE *out)
{
	print_sets(b, out);
	fprintf(out, "\n");
	for (enum bench_part part = 0; part < BENCH_PARTS; part++)
		if (b->o->parts[part] && part != BENCH_windows)
			print_deciders(b, part, out);
	fprintf(out, "\n");
	if (b->o->parts[BENCH_windows])
		print_windows(b, out);
	print_reasons(b, out);
	print_rows(b, out);
}
