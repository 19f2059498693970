/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove equiv A.o B.o: pairs programs, decides each pair, reports. */
#include "checker/cli/command.h"
#include "checker/equiv/report.h"
#include "checker/witness/witness.h"

static enum status save_witness(const struct options *opt, const struct object_pairs *pairs)
{
	char err[512];
	for (size_t i = 0; opt->witness && i < pairs->n; i++) {
		const struct object_pair *p = &pairs->at[i];
		if (!p->result.witness)
			continue;
		if (witness_save(p->a, p->b, &p->result, opt->witness, err, sizeof err))
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
		enum object_error e = objects_read(opt->files[i], opt->btf, &o[i], err, sizeof err);
		if (e != OBJECT_OK) {
			fprintf(stderr, "bpfprove: %s\n", err);
			return e == OBJECT_MALFORMED ? STATUS_MALFORMED : STATUS_UNREADABLE;
		}
		enum status s = command_set_type(opt, o[i]);
		if (s != STATUS_PROVED)
			return s;
	}
	return STATUS_PROVED;
}

static void print_report(const struct options *opt, const struct object_pairs *pairs)
{
	if (!opt->json) {
		report_print(pairs, stdout);
		return;
	}
	json_t *all = report_json(pairs);
	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
}

/* Is a program that was asked for by name one that the loader refused? */
static enum status refused(const struct object_pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++) {
		const struct program *sides[] = {pairs->at[i].a, pairs->at[i].b};
		for (int k = 0; k < 2; k++)
			if (sides[k] && sides[k]->error)
				return command_fail(STATUS_MALFORMED, "%s", sides[k]->error);
	}
	return STATUS_PROVED;
}

static enum status decide_pairs(const struct options *opt, struct solver *solver, struct object_pairs *pairs)
{
	struct equiv_options eo = {.solver = solver,
				   .encode = opt->encode,
				   .kernel = !opt->no_kernel,
				   .unroll = opt->unroll,
				   .stop = command_catch_interrupt()};
	objects_decide(pairs, &eo, command_show_progress);
	print_report(opt, pairs);
	enum status status = save_witness(opt, pairs);
	if (status == STATUS_PROVED && opt->program)
		status = refused(pairs);
	return status == STATUS_PROVED ? (enum status)objects_verdict(pairs) : status;
}

static void print_statistics(const struct solver *solver)
{
	struct solver_stats s = solver_get_stats(solver);
	fprintf(stderr, "%s: %llu queries, %llu decided by rewriting, %.1f ms\n", solver_name(solver),
		(unsigned long long)s.queries, (unsigned long long)s.trivial, 1e-6 * (double)s.ns);
}

static void print_types(const struct object *o)
{
	if (o->n_core_relos)
		fprintf(stderr, "%s: %zu CO-RE relocations, %s%s\n", o->path, o->n_core_relos,
			o->btf ? "resolved against the types of " : "left symbolic", o->btf ? o->btf : "");
}

static enum status decide_objects(const struct options *opt, struct object *o[2])
{
	char err[512];
	struct solver *solver =
	    objects_open_solver(opt->solver, opt->timeout, opt->query_timeout, opt->memory, err, sizeof err);
	if (!solver) {
		fprintf(stderr, "bpfprove: %s\n", err);
		return STATUS_USAGE;
	}
	struct object_pairs pairs;
	objects_pair(o[0], o[1], opt->program, opt->allow_missing, &pairs);
	enum status status = STATUS_USAGE;
	if (objects_check(&pairs, o[0]->path, opt->program, err, sizeof err))
		status = decide_pairs(opt, solver, &pairs);
	else
		fprintf(stderr, "bpfprove: %s\n", err);
	for (int i = 0; opt->verbose && i < 2; i++)
		print_types(o[i]);
	if (opt->verbose)
		print_statistics(solver);
	objects_release(&pairs);
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
	command_catch_interrupt();
	enum status s = read_pair(opt, o);
	if (s == STATUS_PROVED)
		s = decide_objects(opt, o);
	object_free(o[0]);
	object_free(o[1]);
	return s;
}
