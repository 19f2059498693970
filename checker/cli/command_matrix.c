/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove matrix: what is modelled and how exactly, in Markdown, from the tables themselves. */
#include "checker/cli/command.h"
#include "tables.h"

enum support { SUPPORT_EXACT, SUPPORT_CONST, SUPPORT_ORACLE, SUPPORT_OPAQUE, SUPPORT_NONE, SUPPORT_COUNT };

static bool is_expressible(enum helper_arg a)
{
	static const enum helper_arg others[] = {ARG_STRING, ARG_RECORD, ARG_LOCK, ARG_DYNPTR, ARG_DYNPTR_OUT, ARG_KPTR, ARG_PERCPU};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (others[i] == a)
			return false;
	return true;
}

static enum support opaque_support(const struct helper_row *row)
{
	bool memory = row->ret == RET_VALUE || row->ret == RET_VALUE_OR_NULL || row->ret == RET_MEM_OR_NULL;
	if (memory) /* both machines refuse them (encode/machine/helper.c) */
		return SUPPORT_NONE;
	for (int i = 0; i < 5; i++)
		if (!is_expressible(row->args[i]))
			return SUPPORT_NONE;
	return SUPPORT_OPAQUE;
}

static enum support helper_support(const struct helper_row *row)
{
	switch ((int)row->model) {
	case MODEL_NONE:
		return SUPPORT_NONE;
	case MODEL_OPAQUE:
	case MODEL_MAP_PEEK:
		return opaque_support(row);
	case MODEL_CONST:
		return SUPPORT_CONST;
	case MODEL_ORACLE:
		return SUPPORT_ORACLE;
	default:
		return SUPPORT_EXACT;
	}
}

/* A formula as code; a bar would end its cell. */
static void print_formula(const char *text)
{
	putchar('`');
	for (; *text; text++)
		printf(*text == '|' ? "\\%c" : "%c", *text);
	putchar('`');
}

static void print_instructions(void)
{
	printf(
	    "### Instructions\n\nAll %d are modelled by every machine; \"cpu\" is the lowest `-mcpu=v` that has it.\n\n"
	    "| instruction | meaning | cpu | group |\n| --- | --- | --- | --- |\n",
	    ISA_COUNT);
	for (int i = 0; i < ISA_COUNT; i++) {
		const struct isa_row *r = &isa_rows[i];
		printf("| %s | ", r->name);
		print_formula(r->meaning);
		printf(" | %u | %s |\n", r->cpu, r->group);
	}
	printf(
	    "\nNot modelled: an arena's addresses from one address space to another (CAST).\n\n");
}

static void print_helpers(void)
{
	static const char *const texts[SUPPORT_COUNT] = {
	    [SUPPORT_EXACT] = "exact",
	    [SUPPORT_CONST] = "one unknown value for the whole run",
	    [SUPPORT_ORACLE] = "an unknown value for each call, the same in both programs",
	    [SUPPORT_OPAQUE] = "event with arguments and bytes read; result and bytes written are uninterpreted",
	    [SUPPORT_NONE] = "not modelled: a run that reaches it is unknown",
	};
	printf("### Helpers\n\n| model | number | helpers |\n| --- | --- | --- |\n");
	for (int s = 0; s < SUPPORT_COUNT; s++) {
		size_t n = 0;
		for (size_t i = 0; i < helper_row_count; i++)
			n += helper_support(&helper_rows[i]) == (enum support)s;
		printf("| %s | %zu |", texts[s], n);
		for (size_t i = 0; i < helper_row_count; i++)
			if (helper_support(&helper_rows[i]) == (enum support)s)
				printf(" `%s`", helper_rows[i].name);
		printf(" |\n");
	}
	putchar('\n');
}

static void print_kfuncs(void)
{
	printf("### Kernel functions\n\n| model | number | functions |\n| --- | --- | --- |\n"
	       "| event with arguments and bytes read; result and bytes written are uninterpreted | %zu |",
	       kfunc_row_count);
	for (size_t i = 0; i < kfunc_row_count; i++)
		printf(" `%s`", kfunc_rows[i].name);
	printf(" |\n\nAny other has this model if its prototype in BTF takes numbers, kernel objects and memory of known "
	       "size, and returns a number or nothing; it may then change context, packet, maps and kernel memory. With a "
	       "pointer as its result, or where it is given a reference, it is not modelled.\n\n");
}

static const struct model_text {
	const char *lookup; /* lookup, update, delete */
	const char *other;
} model_texts[] = {
    [MAP_ARRAY] = {"exact", "values always there, updated in place"},
    [MAP_HASH] = {"exact", "an update replaces the element"},
    [MAP_LRU] = {"exact", "unknown once another key may have been evicted"},
    [MAP_INPLACE] = {"exact", "an update of a present key copies in place"},
    [MAP_TRIE] = {"lookup", "the element that a key finds is input, the same for equal keys"},
    [MAP_QUEUE] = {"not modelled", "push, pop and peek are opaque events"},
    [MAP_RING] = {"not modelled", "reserve, submit and discard exact, output an event"},
    [MAP_EVENTS] = {"not modelled", "target of output events"},
    [MAP_PROGS] = {"not modelled", "tail calls exact: the run ends in map and index"},
    [MAP_TARGETS] = {"lookup", "redirects exact: target and flags are output; a lookup is an opaque call"},
    [MAP_MAPS] = {"lookup", "operations on the inner map as its own type has them, unless it may be a map used directly"},
    [MAP_STORAGE] = {"not modelled", "storage helpers exact: one value for each address of an object"},
    [MAP_LOCAL] = {"not modelled", "get_local_storage exact: one value that is always there"},
    [MAP_OPAQUE] = {"not modelled", ""},
};

static void print_maps(void)
{
	printf("### Map types\n\n| type | lookup, update, delete | notes | per CPU | atomics are events |\n"
	       "| --- | --- | --- | --- | --- |\n");
	for (int i = 1; i < MAPTYPE_COUNT; i++) {
		const struct maptype_row *r = &maptype_rows[i];
		bool sockets = i == MAPTYPE_SOCKMAP || i == MAPTYPE_SOCKHASH;
		const struct model_text *t = &model_texts[r->model];
		printf("| %s | %s | %s | %s | %s |\n", r->name, sockets ? "lookup" : t->lookup,
		       sockets ? "a lookup is an opaque call" : t->other, r->per_cpu ? "yes" : "",
		       r->shared ? "yes" : "");
	}
	putchar('\n');
}

static size_t count_fields(enum context_layout layout, bool unmodelled)
{
	size_t n = 0;
	for (size_t i = 0; i < context_field_count; i++)
		n += context_fields[i].layout == layout && (context_fields[i].kind == FIELD_UNMODELLED) == unmodelled;
	return n;
}

static void print_context(enum context_layout layout)
{
	const struct context_row *c = &context_rows[layout];
	const char *separator = "; not modelled: ";
	if (!c->size) {
		printf("not modelled");
		return;
	}
	printf("%s, %u bytes", c->name, c->size);
	if (count_fields(layout, false))
		printf(", %zu fields", count_fields(layout, false));
	if (c->scalar_gaps)
		printf(", the rest as plain bytes");
	for (size_t i = 0; i < context_field_count; i++) {
		if (context_fields[i].layout != layout || context_fields[i].kind != FIELD_UNMODELLED)
			continue;
		printf("%s%s", separator, context_fields[i].name);
		separator = ", ";
	}
}

static void print_program_types(void)
{
	static const char *const packets[] = {
	    [PACKET_NONE] = "", [PACKET_XDP] = "whole frame", [PACKET_SKB] = "linear part, the rest by helpers",
	    [PACKET_BUFFER] = "option's value", [PACKET_HEADER] = "headers, if there is one"};
	printf("### Program types\n\n| type | context | packet | packet writes | bits of r0 |\n| --- | --- | --- | --- "
	       "| --- "
	       "|\n");
	for (int i = 1; i < PROGTYPE_COUNT; i++) {
		const struct progtype_row *r = &progtype_rows[i];
		printf("| %s | ", r->name);
		print_context(r->context);
		printf(" | %s | %s | %u |\n", packets[r->packet], r->packet_write ? "yes" : "", r->ret);
	}
}

enum status command_matrix(const struct options *opt)
{
	if (opt->n_files)
		return command_fail(STATUS_USAGE, "matrix takes no file, found %s", opt->files[0]);
	print_instructions();
	print_helpers();
	print_kfuncs();
	print_maps();
	print_program_types();
	return STATUS_PROVED;
}
