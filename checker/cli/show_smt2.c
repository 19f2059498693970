/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program means as SMT-LIB 2 text. An input function whose arguments
 * are all numbers is a constant for each application, |PKT 12|. One that is
 * also applied to terms is an uninterpreted function, so that equal arguments
 * give equal values; its applications are constants defined by it.
 */
#include "checker/cli/show.h"
#include "checker/exec/input.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

struct named {
	char name[96];
	char comment[160];
	term t;
	bool truth;
};

struct encoding {
	struct run *run;
	struct world *world;
	struct term_pool *pool;
	struct named *at;
	size_t n;
	bool is_function[IN_COUNT][80]; /* by input function and number of arguments */
	bool declared[IN_COUNT][80];
	bool any_function;
};

__attribute__((format(printf, 4, 5))) static struct named *add(struct encoding *e, term t, bool truth, const char *fmt,
							       ...)
{
	va_list ap;
	if ((e->n & (e->n - 1)) == 0) {
		e->at = realloc(e->at, 2 * (e->n ? e->n : 1) * sizeof *e->at);
		if (!e->at)
			abort();
	}
	struct named *d = &e->at[e->n++];
	*d = (struct named){.t = t, .truth = truth};
	va_start(ap, fmt);
	vsnprintf(d->name, sizeof d->name, fmt, ap);
	va_end(ap);
	return d;
}

static void describe(const struct encoding *e, struct named *d, const char *text, const char *what, uint32_t slot)
{
	char insn[160];
	insn_print(&e->run->program->insns[slot], insn, sizeof insn);
	snprintf(d->comment, sizeof d->comment, "%s%s%.40s, instruction %u: %.60s", text, *what ? ": " : "", what, slot,
		 insn);
}

/* What is known of the run as a whole. */

static void add_records(struct encoding *e)
{
	struct run *r = e->run;
	term none = term_false(e->pool);
	snprintf(add(e, run_any_fault(r), true, "fault")->comment, 160, "some fault happens");
	snprintf(add(e, run_any_unknown(r), true, "unknown")->comment, 160, "the run meets what is not modelled");
	snprintf(add(e, r->final ? r->final->guard : none, true, "exits")->comment, 160, "the program ends");
	for (size_t i = 0; i < r->n_faults; i++)
		describe(e, add(e, r->faults[i].guard, true, "fault %zu", i), fault_texts[r->faults[i].kind], "",
			 r->faults[i].slot);
	for (size_t i = 0; i < r->n_unknowns; i++)
		describe(e, add(e, r->unknowns[i].guard, true, "unknown %zu", i), reason_texts[r->unknowns[i].reason],
			 r->unknowns[i].what, r->unknowns[i].slot);
}

static void add_result(struct encoding *e)
{
	unsigned bits = progtype_rows[e->world->type].ret;
	term zero = term_const(e->pool, bits ? bits : 64, 0);
	const struct state *s = e->run->final;
	term ret = s ? term_resize(e->pool, value_word(e->world, &s->regs[0]), bits ? bits : 64) : zero;
	snprintf(add(e, ret, false, "ret")->comment, 160, "what it returns where it exits without a tail call");
}

static void add_event(struct encoding *e, size_t i)
{
	const struct event *v = &e->run->events[i];
	const struct helper_row *row = v->atomic ? NULL : helper_find(v->kind);
	const char *other = v->kind == EVENT_TAIL_RETURNS ? helper_tail_returns.name : "?";
	const char *name = v->atomic ? isa_rows[v->kind - EVENT_ATOMIC].name : row ? row->name : other;
	describe(e, add(e, v->guard, true, "event %zu", i), v->visible ? "visible" : "internal", name, v->slot);
	for (size_t k = 0; k < v->n_args; k++)
		add(e, v->args[k], false, "event %zu argument %zu", i, k);
	for (size_t k = 0; k < v->n_bytes; k++) {
		add(e, event_byte(e->world, v, k), false, "event %zu byte %zu", i, k);
		if (v->present && !term_is_true(e->pool, v->present[k]))
			add(e, v->present[k], true, "event %zu byte %zu there", i, k);
	}
}

/* Final memories, at every place that the run may have written. */

static void add_writes(struct encoding *e, unsigned space, const char *name)
{
	struct mem_index *w;
	struct world *world = e->world;
	mem m = e->run->final->mems[space];
	size_t n = mem_writes(world, m, &w), kept = 0;
	for (size_t i = 0; i < n; i++) {
		size_t j = 0, words;
		while (j < kept && (w[j].key != w[i].key || w[j].off != w[i].off || w[j].to != w[i].to))
			j++;
		if (j < kept)
			continue;
		const term *key = tuple_words(world, w[i].key, &words);
		for (size_t k = 0; k < words; k++)
			add(e, key[k], false, "%s write %zu key %zu", name, kept, k);
		add(e, w[i].off, false, "%s write %zu offset", name, kept);
		if (w[i].to)
			add(e, w[i].to, false, "%s write %zu end", name, kept);
		else
			add(e, mem_read_byte(world, m, w[i].key, w[i].off), false, "%s write %zu byte", name, kept);
		w[kept++] = w[i];
	}
	free(w);
}

static void add_packet(struct encoding *e)
{
	const struct state *s = e->run->final;
	if (progtype_rows[e->world->type].packet == PACKET_NONE)
		return;
	struct named *d = add(e, s->counters[COUNT_DATA], false, "packet begin");
	snprintf(d->comment, sizeof d->comment, "offsets count from the first byte at entry");
	add(e, s->counters[COUNT_DATA_END], false, "packet end");
	add(e, s->counters[COUNT_DATA_META], false, "packet metadata");
	add_writes(e, SPACE_PACKET, "packet");
}

static void add_final(struct encoding *e)
{
	char name[64];
	if (!e->run->final)
		return;
	add_packet(e);
	add_writes(e, SPACE_CTX, "context");
	add_writes(e, SPACE_FLOW, "flow keys");
	add_writes(e, SPACE_KERNEL, "kernel");
	for (uint32_t i = 0; i < e->world->n_maps; i++) {
		const char *map = e->world->maps[i].def->name;
		snprintf(name, sizeof name, "map %.40s", map);
		add_writes(e, space_of_map(i, MAP_VALUES), name);
		snprintf(name, sizeof name, "map %.40s present", map);
		add_writes(e, space_of_map(i, MAP_PRESENT), name);
	}
}

/* Inputs. */

static const char *extern_name(const struct object *o, uint64_t hash)
{
	for (size_t i = 0; i < o->n_externs; i++)
		if (input_hash_name(o->externs[i].name) == hash)
			return o->externs[i].name;
	return NULL;
}

static const char *variable_name(const struct object *o, uint64_t hash)
{
	for (size_t i = 0; i < o->n_maps; i++) {
		if (input_hash_name(o->maps[i].name) == hash)
			return o->maps[i].name;
		for (size_t k = 0; k < o->maps[i].n_vars; k++)
			if (input_hash_name(o->maps[i].vars[k].name) + o->maps[i].vars[k].twin == hash)
				return o->maps[i].vars[k].name;
	}
	return NULL;
}

/* The first argument of some inputs names a thing. */
static const char *argument_name(const struct encoding *e, uint32_t fn, uint64_t v)
{
	const struct object *o = e->run->program->object;
	const struct helper_row *h;
	switch ((int)fn) {
	case IN_MAP_HAS:
	case IN_MAP_BYTE:
	case IN_MAP_SIZE:
	case IN_MAP_ERRNO:
	case IN_LPM:
	case IN_INNER:
	case IN_STORAGE:
	case IN_AT_VALUE:
	case IN_AT_MAP:
	case IN_AT_DATA:
		return v < e->world->n_maps ? e->world->maps[v].def->name : NULL;
	case IN_ORACLE:
	case IN_CONST:
	case IN_RESULT:
		h = helper_find((uint32_t)v);
		return h ? h->name : NULL;
	case IN_DATA:
		return variable_name(o, v);
	case IN_EXTERN:
		return extern_name(o, v);
	default:
		return NULL;
	}
}

static void print_leaf_name(const struct encoding *e, term leaf, FILE *out)
{
	uint32_t fn = term_fn(e->pool, leaf);
	fprintf(out, "|%s", input_rows[fn].name);
	for (size_t i = 0; i < term_arity(e->pool, leaf); i++) {
		term arg = term_arg(e->pool, leaf, i);
		uint64_t v;
		const char *name = NULL;
		bool number = term_is_const(e->pool, arg, &v);
		if (number && i == 0)
			name = argument_name(e, fn, v);
		if (name)
			fprintf(out, " %s", name);
		else if (number)
			fprintf(out, " %" PRId64, (int64_t)v);
		else
			fprintf(out, " t%u", arg);
	}
	fputc('|', out);
}

static void declare_function(struct encoding *e, uint32_t fn, size_t arity, unsigned width, FILE *out)
{
	if (e->declared[fn][arity])
		return;
	e->declared[fn][arity] = true;
	fprintf(out, "; %s (%s)\n(declare-fun |%s/%zu| (", input_rows[fn].text, input_rows[fn].args,
		input_rows[fn].name, arity);
	for (size_t i = 0; i < arity; i++)
		fputs(i ? " (_ BitVec 64)" : "(_ BitVec 64)", out);
	fprintf(out, ") (_ BitVec %u))\n", width);
}

static void print_leaf(void *arg, const struct term_pool *p, term leaf, FILE *out)
{
	struct encoding *e = arg;
	uint32_t fn = term_fn(p, leaf);
	size_t arity = term_arity(p, leaf);
	unsigned width = term_width(p, leaf);
	if (e->is_function[fn][arity]) {
		declare_function(e, fn, arity, width, out);
		fputs("(define-fun ", out);
		print_leaf_name(e, leaf, out);
		fprintf(out, " () (_ BitVec %u) (|%s/%zu|", width, input_rows[fn].name, arity);
		for (size_t i = 0; i < arity; i++)
			term_print_operand(p, term_arg(p, leaf, i), out);
		fputs("))\n", out);
	} else {
		fputs("(declare-const ", out);
		print_leaf_name(e, leaf, out);
		fprintf(out, " (_ BitVec %u))\n", width);
	}
	fprintf(out, "(define-fun t%u () (_ BitVec %u) ", leaf, width);
	print_leaf_name(e, leaf, out);
	fputs(")\n", out);
}

static void find_functions(struct encoding *e, const term *leaves, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < term_arity(e->pool, leaves[i]); k++)
			if (!term_is_const(e->pool, term_arg(e->pool, leaves[i], k), NULL)) {
				e->is_function[term_fn(e->pool, leaves[i])][term_arity(e->pool, leaves[i])] = true;
				e->any_function = true;
			}
}

static void print_bounds(struct encoding *e, const term *leaves, size_t n, FILE *out)
{
	fputs("\n; bounds that every input keeps\n", out);
	for (size_t i = 0; i < n; i++) {
		const struct input_row *row = &input_rows[term_fn(e->pool, leaves[i])];
		if (row->lo)
			fprintf(out, "(assert (bvule (_ bv%" PRIu64 " %u) t%u))\n", row->lo, row->width, leaves[i]);
		if (row->hi < range_max_of(row->width))
			fprintf(out, "(assert (bvule t%u (_ bv%" PRIu64 " %u)))\n", leaves[i], row->hi, row->width);
	}
}

static void print_outputs(const struct encoding *e, FILE *out)
{
	fputs("\n; what the run does\n", out);
	for (size_t i = 0; i < e->n; i++) {
		const struct named *d = &e->at[i];
		const char *quote = strchr(d->name, ' ') ? "|" : "";
		if (*d->comment)
			fprintf(out, "; %s\n", d->comment);
		fprintf(out, "(define-fun %s%s%s () ", quote, d->name, quote);
		if (d->truth)
			fputs("Bool (= #b1", out);
		else
			fprintf(out, "(_ BitVec %u)", term_width(e->pool, d->t));
		term_print_operand(e->pool, d->t, out);
		fputs(d->truth ? "))\n" : ")\n", out);
	}
}

static void print_all(struct encoding *e, FILE *out)
{
	const struct program *p = e->run->program;
	term *roots = calloc(e->n + 1, sizeof *roots), *leaves;
	if (!roots)
		abort();
	for (size_t i = 0; i < e->n; i++)
		roots[i] = e->at[i].t;
	size_t n = term_leaves(e->pool, roots, e->n, &leaves);
	find_functions(e, leaves, n);
	fprintf(out, "; %s, section %s of %s\n", p->name, p->section, p->object->path);
	fputs("; append questions, as (assert (not fault)) (check-sat) (get-value (ret))\n"
	      "(set-option :produce-models true)\n",
	      out);
	fprintf(out, "(set-logic %s)\n\n; inputs, and terms in order of use\n", e->any_function ? "QF_UFBV" : "QF_BV");
	term_print_definitions(e->pool, roots, e->n, print_leaf, e, out);
	print_bounds(e, leaves, n, out);
	print_outputs(e, out);
	free(leaves);
	free(roots);
}

void show_smt2(struct run *r, FILE *out)
{
	struct encoding *e = calloc(1, sizeof *e);
	if (!e)
		abort();
	*e = (struct encoding){.run = r, .world = r->world, .pool = r->world->pool};
	add_records(e);
	add_result(e);
	for (size_t i = 0; i < r->n_events; i++)
		add_event(e, i);
	add_final(e);
	print_all(e, out);
	free(e->at);
	free(e);
}
