/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove show FILE: what an object holds, as text, graph or formula. */
#include "checker/cli/command.h"
#include "checker/cli/show.h"
#include "checker/equiv/objects.h"

#include <errno.h>
#include <jansson.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void show_note(const struct program *p, size_t slot, char *buf, size_t len)
{
	const struct insn *in = &p->insns[slot];
	const struct helper_row *h =
	    in->op == ISA_CALL && in->src == CALL_HELPER ? helper_find((uint32_t)in->imm) : NULL;
	bool local = in->op == ISA_CALL && in->src == CALL_LOCAL;
	bool map = in->op == ISA_LDDW && (in->src == WIDE_MAP || in->src == WIDE_MAP_VALUE);
	const struct core_relo *core = program_core(p, slot);
	bool named = (in->op == ISA_CALL && in->src == CALL_KFUNC) || (in->op == ISA_LDDW && in->src == WIDE_BTF_ID);
	if (len)
		buf[0] = 0;
	if (h)
		snprintf(buf, len, "bpf_%s", h->name);
	else if (core)
		snprintf(buf, len, "%s of %s", core_rows[core->kind].text, core->text);
	else if (insn_is_jump(in))
		snprintf(buf, len, "-> %lld", (long long)insn_target(in, slot));
	else if (local || (in->op == ISA_LDDW && in->src == WIDE_FUNC))
		snprintf(buf, len, "%s", program_sub(p, (size_t)insn_target(in, slot))->name);
	else if (map)
		snprintf(buf, len, "%s", p->object->maps[in->imm].name);
	else if (named)
		snprintf(buf, len, "%s", p->object->externs[in->imm].name);
}

static void print_program(const struct program *p)
{
	uint32_t line = 0;
	printf("program %s, section %s, type %s, %zu slots\n", p->name, p->section, progtype_rows[p->type].name, p->n);
	if (p->error)
		printf("  refused: %s\n", p->error);
	for (size_t slot = 0; slot < p->n; slot++) {
		char text[160], note[160];
		const struct subprogram *sub = program_sub(p, slot);
		const struct line *l = program_line(p, slot);
		if (p->insns[slot].op == ISA_WIDE_TAIL)
			continue;
		if (sub && sub->start == slot)
			printf("%s:\n", sub->name);
		if (l && l->number != line)
			printf("  ; %s:%u: %s\n", l->file, line = l->number, l->text + strspn(l->text, " \t"));
		insn_print(&p->insns[slot], text, sizeof text);
		show_note(p, slot, note, sizeof note);
		printf(*note ? "  %5zu: %-40s // %s\n" : "  %5zu: %s%s\n", slot, text, note);
	}
	putchar('\n');
}

static void print_maps(const struct object *o)
{
	for (size_t i = 0; i < o->n_maps; i++) {
		const struct map *m = &o->maps[i];
		if (m->is_data) {
			printf("data %s, %u bytes%s\n", m->name, m->value_size, m->frozen ? ", constant" : "");
			for (size_t k = 0; k < m->n_vars; k++)
				printf("  %5u: %s, %u bytes%s\n", m->vars[k].off, m->vars[k].name, m->vars[k].size,
				       m->vars[k].is_volatile ? ", set before loading" : "");
			continue;
		}
		printf("map %s, type %s, key %u, value %u, entries %u, flags 0x%x\n", m->name,
		       maptype_rows[m->type].name, m->key_size, m->value_size, m->max_entries, m->flags);
	}
}

static json_t *program_json(const struct program *p)
{
	json_t *insns = json_array();
	for (size_t slot = 0; slot < p->n; slot++) {
		char text[160], note[160];
		const struct line *l = program_line(p, slot);
		if (p->insns[slot].op == ISA_WIDE_TAIL)
			continue;
		insn_print(&p->insns[slot], text, sizeof text);
		show_note(p, slot, note, sizeof note);
		json_t *j = json_pack("{s:i, s:s, s:s}", "slot", (int)slot, "text", text, "function",
				      program_sub(p, slot)->name);
		if (*note)
			json_object_set_new(j, "note", json_string(note));
		if (l)
			json_object_set_new(j, "line", json_sprintf("%s:%u: %s", l->file, l->number, l->text));
		json_array_append_new(insns, j);
	}
	json_t *j = json_pack("{s:s, s:s, s:s, s:i, s:o}", "name", p->name, "section", p->section, "type",
			      progtype_rows[p->type].name, "slots", (int)p->n, "instructions", insns);
	if (p->error)
		json_object_set_new(j, "error", json_string(p->error));
	return j;
}

static json_t *map_json(const struct map *m)
{
	json_t *j = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "name", m->name, "type", maptype_rows[m->type].name,
			      "key", (json_int_t)m->key_size, "value", (json_int_t)m->value_size, "entries",
			      (json_int_t)m->max_entries, "flags", (json_int_t)m->flags);
	json_t *vars = json_array();
	for (size_t k = 0; k < m->n_vars; k++)
		json_array_append_new(vars, json_pack("{s:s, s:I, s:I}", "name", m->vars[k].name, "offset",
						      (json_int_t)m->vars[k].off, "size", (json_int_t)m->vars[k].size));
	json_object_set_new(j, "variables", vars);
	return j;
}

static bool is_wanted(const struct options *opt, const struct object *o, const struct program *p)
{
	return !opt->program || object_find(o, opt->program) == p;
}

static enum status show_listing(const struct options *opt, const struct object *o)
{
	json_t *programs = json_array(), *maps = json_array();
	for (size_t i = 0; i < o->n_programs; i++) {
		if (!is_wanted(opt, o, o->programs[i]))
			continue;
		if (opt->json)
			json_array_append_new(programs, program_json(o->programs[i]));
		else
			print_program(o->programs[i]);
	}
	for (size_t i = 0; opt->json && i < o->n_maps; i++)
		json_array_append_new(maps, map_json(&o->maps[i]));
	if (!opt->json)
		print_maps(o);
	json_t *all = json_pack("{s:o, s:o}", "programs", programs, "maps", maps);
	if (opt->json) {
		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
	}
	json_decref(all);
	return STATUS_PROVED;
}

static enum status show_graphs(const struct options *opt, const struct object *o, FILE *out)
{
	char err[256];
	for (size_t i = 0; i < o->n_programs; i++)
		if (is_wanted(opt, o, o->programs[i]) && !show_dot(o->programs[i], out, err, sizeof err))
			return command_fail(STATUS_MALFORMED, "%s: %s: %s", o->path, o->programs[i]->name, err);
	return STATUS_PROVED;
}

/* Hands the graphs to graphviz, whose output is ours. */
static enum status draw(FILE *graphs)
{
	char *argv[] = {"dot", "-Tsvg", NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int state = 0;
	rewind(graphs);
	fflush(stdout);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fileno(graphs), STDIN_FILENO);
	int e = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (e)
		return command_fail(STATUS_UNREADABLE, "--svg needs graphviz: dot: %s", strerror(e));
	while (waitpid(pid, &state, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(state) || WEXITSTATUS(state))
		return command_fail(STATUS_UNREADABLE, "--svg: dot failed");
	return STATUS_PROVED;
}

static enum status show_drawing(const struct options *opt, const struct object *o)
{
	FILE *graphs = tmpfile();
	if (!graphs)
		return command_fail(STATUS_UNREADABLE, "no temporary file: %s", strerror(errno));
	enum status s = show_graphs(opt, o, graphs);
	if (s == STATUS_PROVED)
		s = draw(graphs);
	fclose(graphs);
	return s;
}

static enum status show_formula(const struct options *opt, const struct object *o)
{
	char err[512];
	const struct program *p;
	enum status s = command_pick(opt, o, &p);
	if (s != STATUS_PROVED)
		return s;
	struct solver *solver =
	    objects_open_solver(opt->solver, opt->timeout, opt->query_timeout, opt->memory, err, sizeof err);
	if (!solver)
		return command_fail(STATUS_USAGE, "%s", err);
	const struct map **maps = command_alloc((o->n_maps + 1) * sizeof *maps);
	uint32_t *numbers = command_alloc((o->n_maps + 1) * sizeof *numbers);
	for (size_t i = 0; i < o->n_maps; i++) {
		maps[i] = &o->maps[i];
		numbers[i] = (uint32_t)i;
	}
	struct term_pool *pool = term_new_pool();
	struct world *w = world_new(pool, p->type, maps, o->n_maps);
	struct run *r = run_new(w, p, numbers);
	r->solver = solver;
	r->unroll = opt->unroll;
	run_execute(r);
	if (run_end(r))
		s = command_fail(STATUS_UNKNOWN, "%s: %s: %s", o->path, p->name, reason_texts[run_end(r)]);
	else
		show_smt2(r, stdout);
	run_free(r);
	world_free(w);
	term_free_pool(pool);
	solver_close(solver);
	free(maps);
	free(numbers);
	return s;
}

enum status command_show(const struct options *opt)
{
	struct object *o;
	if (opt->dot + opt->svg + opt->smt2 + opt->json > 1)
		return command_fail(STATUS_USAGE, "show gives one of --dot, --svg, --smt2 and --json");
	enum status s = command_read(opt, "show", &o);
	if (s == STATUS_PROVED && opt->program && !object_find(o, opt->program))
		s = command_fail(STATUS_USAGE, "%s: no program of the name %s", o->path, opt->program);
	if (s == STATUS_PROVED)
		s = opt->smt2  ? show_formula(opt, o)
		    : opt->svg ? show_drawing(opt, o)
		    : opt->dot ? show_graphs(opt, o, stdout)
			       : show_listing(opt, o);
	object_free(o);
	return s;
}
