/* SPDX-License-Identifier: BSD-2-Clause */
/* The safety benchmark's tables and JSON. */
#include "tests/bench_safe.h"
#include "tests/sample.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct summary {
	size_t programs, objects, taken, count[SAFE_OUTCOMES];
	struct sample ms, kernel_ms, mebibytes; /* of those taken */
};

static bool counts(const struct bench_row *r)
{
	return r->is_run && r->kernel.says == KERNEL_TAKES;
}

static struct summary summarise(const struct bench *b, const char *set)
{
	struct summary s = {0};
	const char *last = "";
	for (size_t i = 0; i < b->n; i++) {
		const struct bench_row *r = &b->at[i];
		if (set && strcmp(set, r->set))
			continue;
		s.programs++;
		s.objects += strcmp(last, r->object) != 0;
		last = r->object;
		if (!counts(r))
			continue;
		s.taken++;
		s.count[r->safe.outcome]++;
		sample_add(&s.ms, r->wall);
		sample_add(&s.kernel_ms, r->kernel.ms);
		sample_add(&s.mebibytes, r->safe.mebibytes);
	}
	return s;
}

static void release(struct summary *s)
{
	sample_release(&s->ms);
	sample_release(&s->kernel_ms);
	sample_release(&s->mebibytes);
}

static void print_row(const struct bench *b, const char *set, FILE *out)
{
	struct summary s = summarise(b, set);
	size_t failed = s.count[SAFE_CRASHED] + s.count[SAFE_LATE];
	fprintf(out, "%-30s %7zu %8zu %6zu %6zu %7zu %7zu %7zu %6.1f %9.2f %9.1f %9.1f %6.0f %9.2f %9.1f\n",
		set ? set : "total", s.objects, s.programs, s.taken, s.count[SAFE_PROVED], s.count[SAFE_REFUTED],
		s.count[SAFE_UNKNOWN], failed, s.taken ? 100.0 * (double)s.count[SAFE_PROVED] / (double)s.taken : 0,
		sample_percentile(&s.ms, 50), sample_percentile(&s.ms, 95), sample_percentile(&s.ms, 100),
		sample_percentile(&s.mebibytes, 100), sample_percentile(&s.kernel_ms, 50),
		sample_percentile(&s.kernel_ms, 100));
	release(&s);
}

static bool is_first_of_set(const struct bench *b, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!strcmp(b->at[k].set, b->at[i].set))
			return false;
	return true;
}

static void print_sets(const struct bench *b, FILE *out)
{
	fprintf(out, "%-30s %7s %8s %6s %6s %7s %7s %7s %6s %9s %9s %9s %6s %9s %9s\n", "set", "objects", "programs",
		"taken", "proved", "refuted", "unknown", "crashed", "%", "median ms", "95 % ms", "most ms", "MiB",
		"kernel ms", "most");
	for (size_t i = 0; i < b->n; i++)
		if (is_first_of_set(b, i))
			print_row(b, b->at[i].set, out);
	print_row(b, NULL, out);
}

static void print_program(const struct bench_row *r, FILE *out)
{
	fprintf(out, "%-8s %s/%s %s (%zu slots, %.1f ms, %.0f MiB; the kernel %s it%s%s, %.1f ms)\n",
		r->is_run ? safe_outcome_names[r->safe.outcome] : "not run", r->set, r->object, r->program, r->insns,
		r->wall, r->safe.mebibytes, kernel_says_names[r->kernel.says], r->kernel.message[0] ? ": " : "",
		r->kernel.message, r->kernel.ms);
	if (r->is_run && r->safe.outcome != SAFE_PROVED)
		fprintf(out, "         instruction %u: %s: %s\n", r->safe.slot, r->safe.subject, r->safe.what);
}

/* How often each reason or obligation, most often first: few enough to look for the next one every time. */
static void print_subjects(const struct bench *b, FILE *out)
{
	bool *seen = calloc(b->n + 1, sizeof *seen);
	if (!seen)
		abort();
	for (;;) {
		size_t best = 0, most = 0;
		for (size_t i = 0; i < b->n; i++) {
			size_t n = 0;
			for (size_t k = 0; k < b->n && !seen[i]; k++)
				n += counts(&b->at[k]) && b->at[k].safe.outcome == SAFE_UNKNOWN &&
				     !strcmp(b->at[k].safe.subject, b->at[i].safe.subject);
			if (counts(&b->at[i]) && b->at[i].safe.outcome == SAFE_UNKNOWN && n > most) {
				most = n;
				best = i;
			}
		}
		if (!most)
			break;
		fprintf(out, "%6zu  %s\n", most, b->at[best].safe.subject);
		for (size_t i = 0; i < b->n; i++)
			seen[i] |= !strcmp(b->at[i].safe.subject, b->at[best].safe.subject);
	}
	free(seen);
}

void bench_print(const struct bench *b, bool all, FILE *out)
{
	print_sets(b, out);
	fprintf(out, "\nnot proved, by obligation or reason\n");
	print_subjects(b, out);
	fprintf(out, "\nnot proved\n");
	for (size_t i = 0; i < b->n; i++)
		if (all || (counts(&b->at[i]) && b->at[i].safe.outcome != SAFE_PROVED))
			print_program(&b->at[i], out);
}

bool bench_save(const struct bench *b, const char *path)
{
	json_t *list = json_array();
	for (size_t i = 0; i < b->n; i++) {
		const struct bench_row *r = &b->at[i];
		json_array_append_new(
		    list,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:I, s:f, s:f, s:f, s:s, s:s, s:f, s:I}", "set",
			      r->set, "object", r->object, "program", r->program, "verdict",
			      r->is_run ? safe_outcome_names[r->safe.outcome] : "not run", "subject", r->safe.subject,
			      "what", r->safe.what, "instruction", (int)r->safe.slot, "slots", (json_int_t)r->insns,
			      "ms", r->wall, "prover_ms", r->safe.ms, "mebibytes", r->safe.mebibytes, "kernel",
			      kernel_says_names[r->kernel.says], "kernel_message", r->kernel.message, "kernel_ms",
			      r->kernel.ms, "processed", (json_int_t)r->kernel.processed));
	}
	int failed = json_dump_file(list, path, JSON_INDENT(1));
	json_decref(list);
	if (failed)
		fprintf(stderr, "bench_safe: %s can't be written\n", path);
	return !failed;
}

bool bench_is_good(const struct bench *b)
{
	struct summary s = summarise(b, NULL);
	release(&s);
	return s.taken && !s.count[SAFE_REFUTED] && !s.count[SAFE_CRASHED] && !s.count[SAFE_LATE];
}
