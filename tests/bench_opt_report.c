/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of what the optimizer made of each program, averages by set, what must not be. */
#include "tests/bench_opt.h"

#include <jansson.h>
#include <string.h>

/* Slots of the best of clang's, and of K2's; what matters is the ratio. */
static const struct {
	const char *object;
	double best, k2;
} k2_rows[] = {{"xdp1_kern", 61, 56},        {"xdp2_kern", 78, 71},    {"xdp_fwd_kern", 155, 128},
	       {"xdp_router_ipv4", 111, 99}, {"xdp_redirect", 43, 35}, {"sock_flags_kern", 61, 57}};
#define K2_AVERAGE 13.95

double opt_k2_cut(const char *object)
{
	for (size_t i = 0; i < sizeof k2_rows / sizeof *k2_rows; i++) {
		size_t len = strlen(k2_rows[i].object);
		if (!strncmp(object, k2_rows[i].object, len) && object[len] == '.')
			return 100 * (k2_rows[i].best - k2_rows[i].k2) / k2_rows[i].best;
	}
	return -1;
}

static double cut_of(const struct opt_row *r)
{
	return r->before ? 100 * ((double)r->before - (double)r->after) / (double)r->before : 0;
}

static const char *verdict_of(const struct opt_row *r)
{
	const char *const words[] = {"-", "takes", "REFUSES"};
	return r->after == r->before ? "" : words[r->kernel_after.says];
}

static const char *comparison_of(const struct opt_row *r)
{
	return !r->is_compared ? "" : r->compared.differs ? "DIFFERS" : r->compared.kernel_runs ? "same" : "machine";
}

static void print_row(const struct opt_object *o, const struct opt_row *r, FILE *out)
{
	double k2 = opt_k2_cut(o->object);
	char beside[16] = "";
	if (k2 >= 0)
		snprintf(beside, sizeof beside, "%.1f", k2);
	fprintf(out, "%-26.26s %-24.24s %5llu %5llu %5.1f %5s %6.1f %8.0f %6llu %-7s %-7s %6.1f %6.1f  %s%s%s\n",
		o->object, r->program, (unsigned long long)r->before, (unsigned long long)r->after, cut_of(r), beside,
		r->time_to_best, r->per_second / 1e3, (unsigned long long)r->solver_calls, verdict_of(r),
		comparison_of(r), (double)r->ps_before / 1e3, (double)r->ps_after / 1e3, r->text,
		*r->taken_back ? "; taken back: " : "", r->taken_back);
}

struct sum {
	size_t programs, judged, changed;
	double cuts;
	uint64_t before, after;
};

static void add_row(struct sum *s, const struct opt_row *r)
{
	s->programs++;
	s->judged += r->judged;
	s->changed += r->after != r->before;
	s->cuts += cut_of(r);
	s->before += r->before;
	s->after += r->after;
}

static void print_sum(const char *name, const struct sum *s, FILE *out)
{
	if (!s->programs)
		return;
	fprintf(out,
		"%-30s %4zu programs, %4zu judged, %4zu smaller; cut %5.2f %% on average, %6llu -> %6llu (%5.2f %%)\n",
		name, s->programs, s->judged, s->changed, s->cuts / (double)s->programs, (unsigned long long)s->before,
		(unsigned long long)s->after, s->before ? 100 - 100 * (double)s->after / (double)s->before : 0);
}

static struct sum sum_set(const struct opt_bench *b, const char *set, bool library)
{
	struct sum s = {0};
	for (size_t i = 0; i < b->n; i++)
		for (size_t k = 0; k < b->at[i].n; k++)
			if ((!set || !strcmp(b->at[i].set, set)) && b->at[i].rows[k].is_library == library)
				add_row(&s, &b->at[i].rows[k]);
	return s;
}

static bool is_first_of_set(const struct opt_bench *b, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!strcmp(b->at[k].set, b->at[i].set))
			return false;
	return true;
}

static void print_sets(const struct opt_bench *b, FILE *out)
{
	for (size_t i = 0; i < b->n; i++) {
		struct sum s = sum_set(b, b->at[i].set, false);
		if (is_first_of_set(b, i))
			print_sum(b->at[i].set, &s, out);
	}
	struct sum library = sum_set(b, NULL, true), all = sum_set(b, NULL, false);
	print_sum("the samples' library", &library, out);
	print_sum("all but that", &all, out);
	fprintf(out, "K2 (SIGCOMM 2021): %.2f %% on average of its own benchmarks\n", K2_AVERAGE);
}

static void print_latency(const struct opt_bench *b, FILE *out)
{
	bool any = false;
	for (size_t i = 0; i < b->n; i++)
		for (size_t k = 0; k < b->at[i].n; k++) {
			const struct latency_result *l = &b->at[i].rows[k].latency;
			if (!l->rounds)
				continue;
			if (!any)
				fprintf(out, "\n%-26s %-24s %13s %15s %15s  %s\n", "latency, ns a run", "program",
					"steps", "before", "after", "gain (quartiles)");
			any = true;
			fprintf(out,
				"%-26.26s %-24.24s %5llu -> %4llu %8.1f +-%4.1f %8.1f +-%4.1f %6.1f (%.1f .. %.1f)\n",
				b->at[i].object, b->at[i].rows[k].program, (unsigned long long)l->steps_before,
				(unsigned long long)l->steps_after, l->before, l->spread_before / 2, l->after,
				l->spread_after / 2, l->gain, l->gain_low, l->gain_high);
		}
}

void opt_print(const struct opt_bench *b, bool all, FILE *out)
{
	fprintf(out, "%-26s %-24s %5s %5s %5s %5s %6s %8s %6s %-7s %-7s %6s %6s  %s\n", "object", "program", "slots",
		"after", "cut %", "K2 %", "best s", "kprop/s", "solver", "kernel", "inputs", "ns", "after", "by");
	for (size_t i = 0; i < b->n; i++) {
		const struct opt_object *o = &b->at[i];
		if (*o->error)
			fprintf(out, "%-26.26s %s\n", o->object, o->error);
		for (size_t k = 0; k < o->n; k++)
			if (all || o->rows[k].after != o->rows[k].before)
				print_row(o, &o->rows[k], out);
	}
	print_latency(b, out);
	fprintf(out, "\n");
	print_sets(b, out);
}

static size_t fault(FILE *out, const struct opt_object *o, const struct opt_row *r, const char *what, const char *why)
{
	fprintf(out, "FAULT: %s/%s %s: %s%s%s\n", o->set, o->object, r ? r->program : "", what, *why ? ": " : "", why);
	return 1;
}

static size_t count_row(const struct opt_object *o, const struct opt_row *r, FILE *out)
{
	size_t n = 0;
	bool changed = r->after != r->before;
	if (r->after > r->before)
		n += fault(out, o, r, "it grew", "");
	if (changed && !r->is_proved)
		n += fault(out, o, r, "there is no proof by two solvers", "");
	if (r->kernel_before.says == KERNEL_TAKES && r->kernel_after.says != KERNEL_TAKES)
		n += fault(out, o, r, "the kernel refuses the result", r->kernel_after.message);
	if (r->compared.differs)
		n += fault(out, o, r, "the versions differ", r->compared.what);
	return n;
}

size_t opt_count_faults(const struct opt_bench *b, FILE *out)
{
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++) {
		const struct opt_object *o = &b->at[i];
		if (o->status && o->status != 2 && o->status != 65)
			n += fault(out, o, NULL, "bpfprove opt fails", o->error);
		else if (*o->error && o->status == 0)
			n += fault(out, o, NULL, "the result can't be used", o->error);
		if (o->equiv == 1)
			n += fault(out, o, NULL, "bpfprove equiv refutes the result", "");
		for (size_t k = 0; k < o->n; k++)
			n += count_row(o, &o->rows[k], out);
	}
	return n;
}

static json_t *latency_json(const struct latency_result *l)
{
	return json_pack("{si sf sf sf sf sf sf sf}", "rounds", (int)l->rounds, "before", l->before, "after", l->after,
			 "spread_before", l->spread_before, "spread_after", l->spread_after, "gain", l->gain,
			 "gain_low", l->gain_low, "gain_high", l->gain_high);
}

static json_t *row_json(const struct opt_object *o, const struct opt_row *r)
{
	json_t *j =
	    json_pack("{ss ss ss sb sb sI sI sf sf sf sI sI ss ss}", "set", o->set, "object", o->object, "program",
		      r->program, "judged", r->judged, "proved", r->is_proved, "before", (json_int_t)r->before, "after",
		      (json_int_t)r->after, "seconds", r->seconds, "time_to_best", r->time_to_best,
		      "proposals_per_second", r->per_second, "proposals", (json_int_t)r->proposals, "solver_calls",
		      (json_int_t)r->solver_calls, "text", r->text, "taken_back", r->taken_back);
	json_t *cost =
	    json_pack("{sI sI sI sI}", "ps_before", (json_int_t)r->ps_before, "ps_after", (json_int_t)r->ps_after,
		      "steps_before", (json_int_t)r->steps_before, "steps_after", (json_int_t)r->steps_after);
	json_object_update(j, cost);
	json_decref(cost);
	json_object_set_new(j, "kernel_before", json_string(kernel_says_names[r->kernel_before.says]));
	json_object_set_new(j, "kernel_after", json_string(kernel_says_names[r->kernel_after.says]));
	if (r->is_compared)
		json_object_set_new(j, "compared",
				    json_pack("{sb sI sI sI ss}", "differs", r->compared.differs, "kernel_runs",
					      (json_int_t)r->compared.kernel_runs, "kernel_paths",
					      (json_int_t)r->compared.kernel_paths, "machine_runs",
					      (json_int_t)r->compared.machine_runs, "skipped", r->compared.skipped));
	if (r->latency.rounds)
		json_object_set_new(j, "latency", latency_json(&r->latency));
	return j;
}

bool opt_save(const struct opt_bench *b, const char *path)
{
	json_t *all = json_array();
	for (size_t i = 0; i < b->n; i++)
		for (size_t k = 0; k < b->at[i].n; k++)
			json_array_append_new(all, row_json(&b->at[i], &b->at[i].rows[k]));
	bool good = !json_dump_file(all, path, JSON_INDENT(1));
	if (!good)
		fprintf(stderr, "bench_opt: %s can't be written\n", path);
	json_decref(all);
	return good;
}
