/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove run FILE: one program on one input (or each packet of a pcap file), on one of three machines. */
#include "checker/cli/command.h"
#include "checker/cli/run_input.h"
#include "checker/cli/run_report.h"
#include "checker/equiv/objects.h"
#include "checker/exec/kernel.h"
#include "checker/exec/symbolic.h"

#include <stdlib.h>
#include <string.h>

struct running {
	const struct options *opt;
	const struct program *program;
	struct solver *solver; /* symbolic only */
	json_t *runs;          /* NULL: text */
	bool faulted, stopped;
};

/* Runs on an engine; false with a sentence if it can't. */
typedef bool engine_run(struct running *r, const struct input *in, json_t *steps, struct exec_outcome *out, char *why,
			size_t len);

static bool run_concrete(struct running *r, const struct input *in, json_t *steps, struct exec_outcome *out, char *why,
			 size_t len)
{
	struct run_trace t = {.program = r->program, .list = steps, .out = stdout};
	struct exec_options eo = {.trace = r->opt->trace ? run_trace_step : NULL, .trace_arg = &t};
	(void)why;
	(void)len;
	exec_run(r->program, in, &eo, out);
	run_trace_end(&t);
	return true;
}

static bool run_symbolic(struct running *r, const struct input *in, json_t *steps, struct exec_outcome *out, char *why,
			 size_t len)
{
	struct symbolic_options so = {.solver = r->solver, .unroll = r->opt->unroll};
	(void)steps;
	(void)why;
	(void)len;
	symbolic_run(r->program, in, &so, out);
	return true;
}

static bool run_kernel(struct running *r, const struct input *in, json_t *steps, struct exec_outcome *out, char *why,
		       size_t len)
{
	struct exec_outcome own;
	struct exec_options eo = {0};
	(void)steps;
	exec_run(r->program, in, &eo, &own);
	enum kernel_status s = kernel_run(r->program, in, &eo, &own, out, why, len);
	exec_release(&own);
	return s == KERNEL_RAN;
}

static const struct engine {
	const char *name;
	engine_run *run;
} engines[] = {{"concrete", run_concrete}, {"symbolic", run_symbolic}, {"kernel", run_kernel}};

static const struct engine *find_engine(const char *name)
{
	for (size_t i = 0; i < sizeof engines / sizeof *engines; i++)
		if (!strcmp(engines[i].name, name))
			return &engines[i];
	return NULL;
}

static void show_run(struct running *r, const struct input *in, const struct exec_outcome *out, json_t *steps)
{
	struct run_view v = {r->program, in, out};
	r->faulted |= out->end == EXEC_FAULT;
	r->stopped |= out->end == EXEC_UNMODELLED;
	if (!r->runs) {
		run_print(&v, stdout);
		return;
	}
	json_t *j = run_json(&v);
	if (r->opt->trace)
		json_object_set(j, "trace", steps);
	json_array_append_new(r->runs, j);
}

static void run_packet(struct running *r, const struct engine *e, const struct input *base,
		       const struct run_packet *packet)
{
	char why[256] = "";
	struct exec_outcome out;
	struct input *in = input_copy(base);
	json_t *steps = r->runs && r->opt->trace ? json_array() : NULL;
	run_set_packet(in, r->program, packet);
	if (e->run(r, in, steps, &out, why, sizeof why)) {
		show_run(r, in, &out, steps);
		exec_release(&out);
	} else {
		r->stopped = true;
		command_fail(STATUS_UNKNOWN, "the %s can't run it: %s", e->name, why);
		if (r->runs)
			json_array_append_new(r->runs, json_pack("{s:s, s:s}", "end", "not run", "reason", why));
	}
	json_decref(steps);
	input_free(in);
}

static enum status run_packets(struct running *r, const struct engine *e, const struct run_packets *packets,
			       const struct input *base)
{
	r->runs = r->opt->json ? json_array() : NULL;
	for (size_t i = 0; i < packets->n; i++) {
		if (packets->n > 1 && !r->runs)
			printf("%spacket %zu of %zu\n", i ? "\n" : "", i + 1, packets->n);
		run_packet(r, e, base, &packets->at[i]);
	}
	if (r->runs) {
		json_t *all =
		    json_pack("{s:s, s:s, s:s, s:s, s:o}", "program", r->program->name, "section", r->program->section,
			      "type", progtype_rows[r->program->type].name, "engine", e->name, "runs", r->runs);
		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(all);
	}
	return r->faulted ? STATUS_REFUTED : r->stopped ? STATUS_UNKNOWN : STATUS_PROVED;
}

static enum status open_solver(struct running *r, const struct engine *e)
{
	char err[512];
	const struct options *o = r->opt;
	if (e->run != run_symbolic)
		return STATUS_PROVED;
	r->solver = objects_open_solver(o->solver, o->timeout, o->query_timeout, o->memory, err, sizeof err);
	return r->solver ? STATUS_PROVED : command_fail(STATUS_USAGE, "%s", err);
}

static enum status run_program(struct running *r, const struct engine *e)
{
	struct run_packets packets = {0};
	struct input *base = input_new();
	if (r->program->type == PROGTYPE_UNSPEC)
		command_fail(STATUS_PROVED, "%s: section %s says no program type: it has no context", r->program->name,
			     r->program->section);
	exec_set_core(r->program, base);
	enum status s = run_read_packets(r->opt, r->program, &packets);
	if (s == STATUS_PROVED)
		s = run_read_input(r->opt, r->program, base);
	if (s == STATUS_PROVED)
		s = open_solver(r, e);
	if (s == STATUS_PROVED)
		s = run_packets(r, e, &packets, base);
	if (r->solver)
		solver_close(r->solver);
	run_release_packets(&packets);
	input_free(base);
	return s;
}

enum status command_run(const struct options *opt)
{
	struct object *o;
	struct running r = {.opt = opt};
	const struct engine *e = find_engine(opt->engine);
	if (!e)
		return command_fail(STATUS_USAGE, "--engine=%s: expected concrete, symbolic or kernel", opt->engine);
	if (opt->trace && e->run != run_concrete)
		return command_fail(STATUS_USAGE, "--trace: only the concrete engine runs instruction by instruction");
	enum status s = command_read(opt, "run", &o);
	if (s == STATUS_PROVED)
		s = command_pick(opt, o, &r.program);
	if (s == STATUS_PROVED)
		s = run_program(&r, e);
	object_free(o);
	return s;
}
