/* SPDX-License-Identifier: BSD-2-Clause */
/* One object: optimized by the command, then read back and held against the first. */
#include "tests/bench_opt.h"

#include "checker/equiv/objects.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define REPEAT 100000 /* runs of a load that is timed */

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int run_shell(const char *command)
{
	int state = system(command);
	return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

static uint64_t number(const json_t *j, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(j, key));
}

static double real(const json_t *j, const char *key)
{
	return json_number_value(json_object_get(j, key));
}

static void take_text(const json_t *j, const char *key, char *out, size_t len)
{
	const char *text = json_string_value(json_object_get(j, key));
	snprintf(out, len, "%s", text ? text : "");
}

static void take_row(const json_t *j, struct opt_row *r)
{
	char section[64];
	const json_t *counts = json_object_get(j, "counts"), *accepted = json_object_get(j, "accepted");
	const json_t *first = json_object_get(j, "cost_before"), *last = json_object_get(j, "cost_after");
	take_text(j, "name", r->program, sizeof r->program);
	take_text(j, "text", r->text, sizeof r->text);
	take_text(j, "taken_back", r->taken_back, sizeof r->taken_back);
	take_text(j, "section", section, sizeof section);
	r->is_library = !strncmp(section, "tp_btf/", 7);
	r->judged = json_is_true(json_object_get(j, "judged"));
	r->before = number(j, "before");
	r->after = number(j, "after");
	r->seconds = real(j, "seconds");
	r->time_to_best = real(j, "time_to_best");
	r->proposals = number(counts, "proposals");
	r->per_second = real(counts, "proposals_per_second");
	r->solver_calls = number(counts, "solver_calls");
	r->ps_before = number(first, "picoseconds");
	r->ps_after = number(last, "picoseconds");
	r->steps_before = number(first, "verifier");
	r->steps_after = number(last, "verifier");
	r->is_proved = real(accepted, "sat_ms") > 0 && real(accepted, "z3_ms") > 0;
}

static void take_answer(const char *path, struct opt_object *o)
{
	json_error_t e;
	json_t *j = json_load_file(path, 0, &e), *programs = json_object_get(j, "programs");
	if (!j)
		snprintf(o->error, sizeof o->error, "no JSON: %s", e.text);
	for (size_t i = 0; i < json_array_size(programs) && o->n < OPT_PROGRAMS; i++) {
		take_row(json_array_get(programs, i), &o->rows[o->n]);
		o->rows[o->n++].is_library &= !strncmp(o->set, "samples-", 8);
	}
	json_decref(j);
}

static void optimize(const struct opt_options *opt, struct opt_object *o)
{
	char command[2000], answer[420];
	double start = now();
	snprintf(answer, sizeof answer, "%s.json", o->out);
	unlink(o->out);
	snprintf(command, sizeof command, "%s opt '%s' -o '%s' --budget=%u --type=sched_cls --json %s >'%s' 2>'%s.err'",
		 opt->bpfprove, o->path, o->out, opt->budget, opt->arguments, answer, o->out);
	o->status = run_shell(command);
	o->wall = now() - start;
	take_answer(answer, o);
	if (o->status && o->status != 2)
		snprintf(o->error, sizeof o->error, "bpfprove opt ends with status %d", o->status);
	else if (o->status == 0 && access(o->out, R_OK))
		snprintf(o->error, sizeof o->error, "bpfprove opt left no object");
}

/* A proof of its own, of the files. */
static void ask_equiv(const struct opt_options *opt, struct opt_object *o)
{
	char command[2000];
	snprintf(command, sizeof command,
		 "%s equiv '%s' '%s' --btf=none --type=sched_cls --no-kernel --no-cache --timeout=60 >'%s.equiv' 2>&1",
		 opt->bpfprove, o->path, o->out, o->out);
	o->equiv = run_shell(command);
}

static bool is_changed(const struct opt_object *o)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->rows[i].after != o->rows[i].before || o->rows[i].ps_after != o->rows[i].ps_before)
			return true;
	return false;
}

static void ask_kernel(const char *path, const struct program *p, struct kernel_answer *out)
{
	struct retval_tag tag = {0};
	struct retval_tags none = {0};
	snprintf(tag.name, sizeof tag.name, "%s", p->name);
	kernel_ask(&(struct retval_case){.path = path, .tags = &none, .tag = &tag, .program = p}, out);
}

static struct opt_row *find_row(struct opt_object *o, const char *program)
{
	for (size_t i = 0; i < o->n; i++)
		if (!strcmp(o->rows[i].program, program))
			return &o->rows[i];
	return NULL;
}

static void check_pair(const struct opt_options *opt, struct opt_object *o, const struct object_pair *pair)
{
	struct opt_row *r =
	    pair->a && pair->b && !pair->a->error && !pair->b->error ? find_row(o, pair->a->name) : NULL;
	if (!r)
		return;
	ask_kernel(o->path, pair->a, &r->kernel_before);
	ask_kernel(o->out, pair->b, &r->kernel_after);
	r->is_compared = opt->inputs && r->after != r->before;
	if (r->is_compared)
		compare_programs(pair->a, pair->b, &(struct compare_options){.inputs = opt->inputs, .seed = 1},
				 &r->compared);
	if (opt->rounds && r->after != r->before && pair->a->type == PROGTYPE_XDP)
		latency_measure(pair->a, pair->b,
				&(struct latency_options){.rounds = opt->rounds, .repeat = REPEAT, .seed = 1},
				&r->latency);
}

static void set_types(struct object *o)
{
	for (size_t i = 0; i < o->n_programs; i++)
		if (o->programs[i]->type == PROGTYPE_UNSPEC)
			o->programs[i]->type = PROGTYPE_SCHED_CLS;
}

static void check_objects(const struct opt_options *opt, struct opt_object *o)
{
	struct object *a = NULL, *b = NULL;
	struct object_pairs pairs;
	char err[512];
	if (objects_read(o->path, NULL, &a, err, sizeof err) != OBJECT_OK ||
	    objects_read(o->out, NULL, &b, err, sizeof err) != OBJECT_OK) {
		snprintf(o->error, sizeof o->error, "%.199s", err);
		object_free(a);
		return;
	}
	set_types(a);
	set_types(b);
	objects_pair(a, b, NULL, false, &pairs);
	for (size_t i = 0; i < pairs.n; i++) {
		if (!pairs.at[i].a || !pairs.at[i].b)
			snprintf(o->error, sizeof o->error, "a program is only in one of the objects");
		check_pair(opt, o, &pairs.at[i]);
	}
	objects_release(&pairs);
	object_free(a);
	object_free(b);
}

void opt_run(const struct opt_options *opt, struct opt_object *o)
{
	o->equiv = -1;
	optimize(opt, o);
	if (*o->error || o->status || !is_changed(o))
		return;
	check_objects(opt, o);
	if (opt->equiv)
		ask_equiv(opt, o);
}
