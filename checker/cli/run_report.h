/* SPDX-License-Identifier: BSD-2-Clause */
/* What `bpfprove run` says about one run, for people and for programs. */
#ifndef RUN_REPORT_H
#define RUN_REPORT_H

#include "checker/exec/exec.h"

#include <jansson.h>

struct run_view {
	const struct program *program;
	const struct input *input;
	const struct exec_outcome *outcome;
};

void run_print(const struct run_view *v, FILE *out);
json_t *run_json(const struct run_view *v); /* the caller owns the reference */

/* "exit", "tail call", "fault", "not modelled" */
const char *run_end_name(enum exec_end e);
/* Name of the return value, NULL if it has none. */
const char *run_action(enum progtype type, uint64_t result);
/* The bits of r0 that are output. */
uint64_t run_result(const struct run_view *v);
/* Byte of a context field at entry. */
uint8_t run_context_byte(const struct run_view *v, const struct context_field *f, unsigned i);
bool run_field_changed(const struct run_view *v, const struct context_field *f);
/* Name of what the event is: a helper or an atomic instruction. */
const char *run_event_name(const struct exec_event *e);
/* Byte of a variable of a data section at entry. */
uint8_t run_variable_byte(const struct run_view *v, const struct variable *var, uint32_t i);
bool run_variable_changed(const struct run_view *v, const struct variable *var, const uint8_t *section);
/* Byte of the packet at entry; false: there was none at this offset. */
bool run_packet_byte(const struct run_view *v, int64_t off, uint8_t *byte);

/* The trace of a run on the concrete machine: begin, hand run_trace_step to exec_run, end. With a list the steps are
 * appended to it as JSON, without one they are printed. */
struct run_trace {
	const struct program *program;
	json_t *list;
	FILE *out;
	uint64_t regs[11];
	uint16_t known;
	uint32_t slot, line;
	bool pending;
};
void run_trace_step(void *trace, const struct program *p, uint32_t slot, const uint64_t regs[11], uint16_t known);
void run_trace_end(struct run_trace *t);
#endif
