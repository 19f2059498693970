/* SPDX-License-Identifier: BSD-2-Clause */
/* A run as its reports see it: names, and what was there at entry. */
#include "checker/cli/run_report.h"
#include "range.h"

const char *run_end_name(enum exec_end e)
{
	static const char *const names[] = {[EXEC_EXIT] = "exit",
					    [EXEC_TAIL_CALL] = "tail call",
					    [EXEC_FAULT] = "fault",
					    [EXEC_UNMODELLED] = "not modelled"};
	return names[e];
}

const char *run_action(enum progtype type, uint64_t result)
{
	static const char *const xdp[] = {"XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT"};
	static const char *const tc[] = {"TC_ACT_UNSPEC",   "TC_ACT_OK",     "TC_ACT_RECLASSIFY", "TC_ACT_SHOT",
					 "TC_ACT_PIPE",     "TC_ACT_STOLEN", "TC_ACT_QUEUED",     "TC_ACT_REPEAT",
					 "TC_ACT_REDIRECT", "TC_ACT_TRAP"};
	uint32_t v = (uint32_t)result;
	if (type == PROGTYPE_XDP)
		return v < sizeof xdp / sizeof *xdp ? xdp[v] : NULL;
	if (type == PROGTYPE_SCHED_CLS || type == PROGTYPE_SCHED_ACT) /* -1 comes first */
		return v + 1 < sizeof tc / sizeof *tc ? tc[v + 1] : NULL;
	return NULL;
}

uint64_t run_result(const struct run_view *v)
{
	unsigned bits = progtype_rows[v->program->type].ret;
	return v->outcome->r0 & range_max_of(bits ? bits : 64);
}

uint8_t run_context_byte(const struct run_view *v, const struct context_field *f, unsigned i)
{
	uint64_t off = f->off + i;
	int bits = (int)f->bits - 8 * (int)i;
	unsigned mask = bits >= 8 ? 0xff : bits <= 0 ? 0 : (1u << bits) - 1;
	return (uint8_t)(input_get(v->input, IN_CTX, &off, 1) & mask);
}

bool run_field_changed(const struct run_view *v, const struct context_field *f)
{
	const struct exec_outcome *o = v->outcome;
	if (f->layout != progtype_rows[v->program->type].context || f->kind != FIELD_SCALAR || !f->writable ||
	    (size_t)f->off + f->size > o->context_len)
		return false;
	for (unsigned i = 0; i < f->size; i++)
		if (o->context[f->off + i] != run_context_byte(v, f, i))
			return true;
	return false;
}

const char *run_event_name(const struct exec_event *e)
{
	if (e->kind >= EXEC_EVENT_ATOMIC)
		return isa_rows[e->kind - EXEC_EVENT_ATOMIC].name;
	const struct helper_row *row = e->kind == EVENT_TAIL_RETURNS ? &helper_tail_returns : helper_find(e->kind);
	return row ? row->name : "?";
}

uint8_t run_variable_byte(const struct run_view *v, const struct variable *var, uint32_t i)
{
	return (uint8_t)input_get(v->input, IN_DATA, (uint64_t[]){input_hash_name(var->name) + var->twin, i}, 2);
}

bool run_variable_changed(const struct run_view *v, const struct variable *var, const uint8_t *section)
{
	for (uint32_t i = 0; i < var->size; i++)
		if (section[var->off + i] != run_variable_byte(v, var, i))
			return true;
	return false;
}

bool run_packet_byte(const struct run_view *v, int64_t off, uint8_t *byte)
{
	uint64_t at = (uint64_t)off;
	if (off < 0 || at >= input_get(v->input, IN_PKT_LEN, NULL, 0) + input_get(v->input, IN_PKT_EXTRA, NULL, 0))
		return false;
	*byte = (uint8_t)input_get(v->input, IN_PKT, &at, 1);
	return true;
}
