/* SPDX-License-Identifier: BSD-2-Clause */
/* A run for people. */
#include "checker/cli/run_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void print_bytes(const uint8_t *bytes, size_t n, FILE *out)
{
	for (size_t i = 0; i < n && i < 64; i++)
		fprintf(out, " %02x", bytes[i]);
	if (n > 64)
		fprintf(out, " ... (%zu bytes)", n);
	if (n == 1 || n == 2 || n == 4 || n == 8) {
		uint64_t v = 0;
		memcpy(&v, bytes, n);
		fprintf(out, " (%" PRIu64 ")", v);
	}
}

static void print_place(const struct run_view *v, uint32_t slot, FILE *out)
{
	char text[160];
	if (slot >= v->program->n)
		return;
	insn_print(&v->program->insns[slot], text, sizeof text);
	fprintf(out, "  instruction %u: %s\n", slot, text);
	const struct line *l = program_line(v->program, slot);
	if (l)
		fprintf(out, "  %s:%u: %s\n", l->file, l->number, l->text + strspn(l->text, " \t"));
}

static const char *map_name(const struct run_view *v, uint64_t number)
{
	return number < v->program->object->n_maps ? v->program->object->maps[number].name : "?";
}

static void print_end(const struct run_view *v, FILE *out)
{
	const struct exec_outcome *o = v->outcome;
	const char *action = run_action(v->program->type, o->r0);
	switch (o->end) {
	case EXEC_EXIT:
		fprintf(out, "result: %" PRIu64, run_result(v));
		fprintf(out, action ? " (%s)\n" : "\n", action);
		return;
	case EXEC_TAIL_CALL:
		fprintf(out, "tail call: entry %" PRIu64 " of %s\n", o->tail_index, map_name(v, o->tail_map));
		return;
	case EXEC_FAULT:
		fprintf(out, "fault: %s", fault_texts[o->fault]);
		break;
	case EXEC_UNMODELLED:
		fprintf(out, "not modelled: %s", reason_texts[o->reason]);
		break;
	}
	bool same = !strcmp(o->what, o->end == EXEC_FAULT ? fault_texts[o->fault] : reason_texts[o->reason]);
	fprintf(out, "%s%s\n", same ? "" : ": ", same ? "" : o->what);
	print_place(v, o->slot, out);
}

/* Runs of bytes that are new or other than at entry. */
static size_t print_packet_changes(const struct run_view *v, FILE *out)
{
	const struct exec_outcome *o = v->outcome;
	size_t changes = 0;
	uint8_t old;
	for (size_t i = 0; i < o->packet_len;) {
		int64_t off = o->packet_lo + (int64_t)i;
		size_t n = 0;
		bool there = run_packet_byte(v, off, &old);
		while (i + n < o->packet_len && run_packet_byte(v, off + (int64_t)n, &old) == there &&
		       (!there || old != o->packet[i + n]))
			n++;
		if (n == 0) {
			i++;
			continue;
		}
		fprintf(out, "  offset %" PRId64 ":", off);
		for (size_t k = 0; there && k < n; k++) {
			run_packet_byte(v, off + (int64_t)k, &old);
			fprintf(out, " %02x", old);
		}
		fputs(there ? " ->" : " new", out);
		for (size_t k = 0; k < n; k++)
			fprintf(out, " %02x", o->packet[i + k]);
		fputc('\n', out);
		changes++;
		i += n;
	}
	return changes;
}

static void print_packet(const struct run_view *v, FILE *out)
{
	const struct exec_outcome *o = v->outcome;
	if (progtype_rows[v->program->type].packet == PACKET_NONE)
		return;
	fprintf(out, "packet: %zu bytes", o->packet_len);
	if (o->data)
		fprintf(out, ", begins at offset %" PRId64, o->data);
	if (o->data_meta != o->data && progtype_rows[v->program->type].packet == PACKET_XDP)
		fprintf(out, ", %" PRId64 " bytes of metadata", o->data - o->data_meta);
	fputc('\n', out);
	if (!print_packet_changes(v, out))
		fputs("  no byte changed\n", out);
}

static void print_context(const struct run_view *v, FILE *out)
{
	for (size_t i = 0; i < context_field_count; i++) {
		const struct context_field *f = &context_fields[i];
		if (!run_field_changed(v, f))
			continue;
		uint8_t *old = malloc(f->size);
		if (!old)
			abort();
		for (unsigned k = 0; k < f->size; k++)
			old[k] = run_context_byte(v, f, k);
		fprintf(out, "context %s:", f->name);
		print_bytes(old, f->size, out);
		fputs(" ->", out);
		print_bytes(v->outcome->context + f->off, f->size, out);
		fputc('\n', out);
		free(old);
	}
}

static void print_variables(const struct run_view *v, const struct map *m, const uint8_t *section, FILE *out)
{
	for (size_t i = 0; i < m->n_vars; i++) {
		const struct variable *var = &m->vars[i];
		if (!run_variable_changed(v, var, section))
			continue;
		fprintf(out, "variable %s =", var->name);
		print_bytes(section + var->off, var->size, out);
		fputc('\n', out);
	}
}

static void print_values(const struct run_view *v, FILE *out)
{
	for (size_t i = 0; i < v->outcome->n_values; i++) {
		const struct exec_value *x = &v->outcome->values[i];
		const struct map *m = &v->program->object->maps[x->map];
		if (!x->changed)
			continue;
		if (m->is_data && x->value) {
			print_variables(v, m, x->value, out);
			continue;
		}
		fprintf(out, "map %s, key", m->name);
		print_bytes(x->key, x->key_size, out);
		fputs(x->present ? " =" : " deleted", out);
		if (x->present)
			print_bytes(x->value, x->value_size, out);
		fputc('\n', out);
	}
}

static void print_events(const struct run_view *v, FILE *out)
{
	for (size_t i = 0; i < v->outcome->n_events; i++) {
		const struct exec_event *e = &v->outcome->events[i];
		fprintf(out, "%s %s(", e->visible ? "event" : "call", run_event_name(e));
		for (size_t k = 0; k < e->n_args; k++)
			fprintf(out, "%s%s%" PRIx64, k ? ", " : "", e->args[k] > 9 ? "0x" : "", e->args[k]);
		fputc(')', out);
		if (e->n_bytes) {
			fputs(" with", out);
			print_bytes(e->bytes, e->n_bytes, out);
		}
		fputc('\n', out);
	}
}

void run_print(const struct run_view *v, FILE *out)
{
	bool ended = v->outcome->end == EXEC_EXIT || v->outcome->end == EXEC_TAIL_CALL;
	print_end(v, out);
	if (ended) {
		print_packet(v, out);
		print_context(v, out);
		print_values(v, out);
	}
	print_events(v, out);
}

/* The trace. An instruction is shown when the next one is about to begin, with what it changed. */

static void show_line(struct run_trace *t)
{
	const struct line *l = program_line(t->program, t->slot);
	if (!l || l->number == t->line)
		return;
	t->line = l->number;
	if (!t->list)
		fprintf(t->out, "; %s:%u: %s\n", l->file, l->number, l->text + strspn(l->text, " \t"));
}

static void show_step(struct run_trace *t, const uint64_t regs[11], uint16_t known)
{
	char text[160];
	int column = insn_print(&t->program->insns[t->slot], text, sizeof text);
	show_line(t);
	json_t *step = NULL, *changed = NULL;
	const struct line *l = program_line(t->program, t->slot);
	if (t->list) {
		changed = json_object();
		step = json_pack("{s:i, s:s, s:o}", "instruction", (int)t->slot, "text", text, "registers", changed);
		if (l)
			json_object_set_new(step, "line", json_sprintf("%s:%u: %s", l->file, l->number, l->text));
		json_array_append_new(t->list, step);
	} else {
		fprintf(t->out, "%5u: %s", t->slot, text);
	}
	for (unsigned i = 0; i < 11; i++) {
		char name[8];
		bool same = (known & 1u << i) == (t->known & 1u << i) && regs[i] == t->regs[i];
		if (same || !(known & 1u << i))
			continue;
		snprintf(name, sizeof name, "r%u", i);
		if (changed)
			json_object_set_new(changed, name, json_sprintf("0x%" PRIx64, regs[i]));
		else
			fprintf(t->out, "%*s%s=0x%" PRIx64, column < 40 ? 40 - column : 1, "", name, regs[i]);
		column = 40;
	}
	if (!t->list)
		fputc('\n', t->out);
}

void run_trace_step(void *trace, const struct program *p, uint32_t slot, const uint64_t regs[11], uint16_t known)
{
	struct run_trace *t = trace;
	(void)p;
	if (t->pending)
		show_step(t, regs, known);
	memcpy(t->regs, regs, sizeof t->regs);
	t->known = known;
	t->slot = slot;
	t->pending = true;
}

void run_trace_end(struct run_trace *t)
{
	if (t->pending)
		show_step(t, t->regs, t->known);
	t->pending = false;
}
