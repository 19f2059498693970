/* SPDX-License-Identifier: BSD-2-Clause */
/* A run for programs: bytes as hex strings, 64-bit words as "0x...". */
#include "checker/cli/run_report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static json_t *hex(const uint8_t *bytes, size_t n)
{
	char *text = malloc(2 * n + 1);
	if (!text)
		abort();
	for (size_t i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	text[2 * n] = 0;
	json_t *j = json_string(text);
	free(text);
	return j;
}

static json_t *word(uint64_t v)
{
	return json_sprintf("0x%" PRIx64, v);
}

static void add_end(const struct run_view *v, json_t *j)
{
	const struct exec_outcome *o = v->outcome;
	const char *action = run_action(v->program->type, o->r0);
	bool bad = o->end == EXEC_FAULT || o->end == EXEC_UNMODELLED;
	json_object_set_new(j, "end", json_string(run_end_name(o->end)));
	if (o->end == EXEC_EXIT)
		json_object_set_new(j, "result", json_integer((json_int_t)run_result(v)));
	if (o->end == EXEC_EXIT && action)
		json_object_set_new(j, "action", json_string(action));
	if (o->end == EXEC_TAIL_CALL)
		json_object_set_new(j, "tail_call",
				    json_pack("{s:s, s:I}", "map", v->program->object->maps[o->tail_map].name, "index",
					      (json_int_t)o->tail_index));
	if (!bad)
		return;
	const struct line *l = program_line(v->program, o->slot);
	json_object_set_new(j, "reason",
			    json_string(o->end == EXEC_FAULT ? fault_texts[o->fault] : reason_texts[o->reason]));
	json_object_set_new(j, "detail", json_string(o->what));
	json_object_set_new(j, "instruction", json_integer(o->slot));
	if (l)
		json_object_set_new(j, "line", json_sprintf("%s:%u: %s", l->file, l->number, l->text));
}

static bool packet_changed(const struct run_view *v)
{
	const struct exec_outcome *o = v->outcome;
	uint8_t old;
	bool changed = o->data != 0 || run_packet_byte(v, o->packet_lo + (int64_t)o->packet_len, &old);
	for (size_t i = 0; i < o->packet_len; i++)
		changed |= !run_packet_byte(v, o->packet_lo + (int64_t)i, &old) || old != o->packet[i];
	return changed;
}

static json_t *packet(const struct run_view *v)
{
	const struct exec_outcome *o = v->outcome;
	return json_pack("{s:b, s:I, s:I, s:o}", "changed", packet_changed(v), "begin", (json_int_t)o->data, "metadata",
			 (json_int_t)(o->data - o->data_meta), "bytes", hex(o->packet, o->packet_len));
}

static json_t *context(const struct run_view *v)
{
	json_t *j = json_object();
	for (size_t i = 0; i < context_field_count; i++) {
		const struct context_field *f = &context_fields[i];
		if (run_field_changed(v, f))
			json_object_set_new(j, f->name, hex(v->outcome->context + f->off, f->size));
	}
	return j;
}

static void add_variables(const struct run_view *v, const struct map *m, const uint8_t *section, json_t *list)
{
	for (size_t i = 0; i < m->n_vars; i++) {
		const struct variable *var = &m->vars[i];
		if (run_variable_changed(v, var, section))
			json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "map", m->name, "variable", var->name,
							      "value", hex(section + var->off, var->size)));
	}
}

static json_t *maps(const struct run_view *v)
{
	json_t *list = json_array();
	for (size_t i = 0; i < v->outcome->n_values; i++) {
		const struct exec_value *x = &v->outcome->values[i];
		const struct map *m = &v->program->object->maps[x->map];
		if (!x->changed)
			continue;
		if (m->is_data && x->value) {
			add_variables(v, m, x->value, list);
			continue;
		}
		json_t *value = x->present ? hex(x->value, x->value_size) : json_null();
		json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "map", m->name, "key",
						      hex(x->key, x->key_size), "value", value));
	}
	return list;
}

static json_t *events(const struct run_view *v)
{
	json_t *list = json_array();
	for (size_t i = 0; i < v->outcome->n_events; i++) {
		const struct exec_event *e = &v->outcome->events[i];
		json_t *args = json_array();
		for (size_t k = 0; k < e->n_args; k++)
			json_array_append_new(args, word(e->args[k]));
		json_array_append_new(list, json_pack("{s:s, s:b, s:i, s:o, s:o}", "name", run_event_name(e), "visible",
						      (int)e->visible, "instruction", (int)e->slot, "arguments", args,
						      "bytes", hex(e->bytes, e->n_bytes)));
	}
	return list;
}

json_t *run_json(const struct run_view *v)
{
	json_t *j = json_object();
	add_end(v, j);
	json_object_set_new(j, "events", events(v));
	if (v->outcome->end != EXEC_EXIT && v->outcome->end != EXEC_TAIL_CALL)
		return j;
	if (progtype_rows[v->program->type].packet != PACKET_NONE)
		json_object_set_new(j, "packet", packet(v));
	json_object_set_new(j, "context", context(v));
	json_object_set_new(j, "maps", maps(v));
	return j;
}
