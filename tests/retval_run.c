/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One program on one engine, on the input of the kernel's test_loader.c
 * (do_prog_test_run): 64 zero bytes, no context, maps as they are created but
 * for two that prog_tests/verifier.c fills.
 */
#include "tests/retval.h"

#include "checker/exec/kernel.h"
#include "checker/exec/live.h"
#include "checker/exec/symbolic.h"
#include "encode/solver/solver.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PACKET_LEN 64
#define ETH_HLEN 14
#define UNROLL 5000

const char *const retval_engine_names[RETVAL_ENGINE_COUNT] = {
#define X(NAME, name) [RETVAL_##NAME] = #name,
    RETVAL_ENGINES(X)
#undef X
};

/* What net/bpf/test_run.c makes of a zero frame without a context. */
static const struct {
	enum context_layout layout;
	const char *field;
	uint8_t bytes[4];
} kernel_fields[] = {
    {CONTEXT_XDP_MD, "ingress_ifindex", {1}},
    {CONTEXT_SK_BUFF, "ifindex", {1}},
    {CONTEXT_SK_BUFF, "protocol", {0, 4}}, /* ETH_P_802_2 */
    {CONTEXT_SK_BUFF, "sk", {1}},          /* there is one */
    {CONTEXT_SK_BUFF, "wire_len", {PACKET_LEN}},
};

/* Its result is not 0. */
#define HELPER_KTIME_GET_NS 5

/* Initialised program arrays (verifier_*.c). */
static const struct {
	const char *map;
	uint32_t index;
	const char *program;
} tail_targets[] = {
    {"map_prog1_socket", 0, "dummy_prog_42_socket"}, {"map_prog1_socket", 1, "dummy_prog_loop1_socket"},
    {"map_prog1_socket", 2, "dummy_prog_24_socket"}, {"map_prog2_socket", 1, "dummy_prog_loop2_socket"},
    {"map_prog2_socket", 2, "dummy_prog_24_socket"}, {"map_prog2_socket", 7, "dummy_prog_42_socket"},
    {"map_prog1_tc", 0, "dummy_prog_42_tc"},         {"map_prog1_tc", 1, "dummy_prog_loop1_tc"},
    {"map_prog1_tc", 2, "dummy_prog_24_tc"},
};
#define MAX_STEPS 200000000 /* of loops that end when may_goto's budget of 8 million visits is spent */
#define MAX_TAIL_CALLS 33   /* MAX_TAIL_CALL_CNT */

/* struct test_val of prog_tests/verifier.c, at key 0 */
static const struct {
	const char *object, *map;
} filled_maps[] = {{"verifier_array_access", "map_array_ro"}, {"verifier_value_ptr_arith", "map_array_48b"}};
static const uint32_t fill_value[12] = {(6 + 1) * sizeof(int), [7] = 0xabcdef12};

static __attribute__((format(printf, 2, 3))) void say(struct retval_answer *out, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(out->why, sizeof out->why, fmt, ap);
	va_end(ap);
}

static void judge(const struct retval_case *c, int value, struct retval_answer *out)
{
	out->value = value;
	out->status = c->tag->any || value == c->tag->value ? RETVAL_AGREES : RETVAL_DIFFERS;
	if (out->status == RETVAL_DIFFERS)
		say(out, "returns %d", value);
}

/* The input. */

static void set_context(struct input *in, const struct program *p)
{
	for (size_t i = 0; i < context_field_count; i++) {
		const struct context_field *f = &context_fields[i];
		if (f->layout != progtype_rows[p->type].context)
			continue;
		for (size_t k = 0; k < sizeof kernel_fields / sizeof *kernel_fields; k++)
			for (uint64_t b = 0; kernel_fields[k].layout == f->layout &&
					     !strcmp(kernel_fields[k].field, f->name) && b < 4 && b < f->size;
			     b++)
				input_set(in, IN_CTX, (uint64_t[]){f->off + b}, 1, kernel_fields[k].bytes[b]);
	}
}

static void set_packet(struct input *in, const struct program *p)
{
	if (progtype_rows[p->type].packet == PACKET_NONE)
		return;
	uint64_t len = settle_hides_header(p) ? PACKET_LEN - ETH_HLEN : PACKET_LEN;
	input_set(in, IN_PKT_LEN, NULL, 0, len);
	if (progtype_rows[p->type].packet != PACKET_XDP)
		return;
	input_set(in, IN_HEADROOM, NULL, 0, 216);
	input_set(in, IN_TAILROOM, NULL, 0, 3520 - PACKET_LEN);
}

static void set_data(struct input *in, const char *name, const uint8_t *bytes, uint32_t n)
{
	for (uint64_t i = 0; i < n; i++)
		if (bytes[i])
			input_set(in, IN_DATA, (uint64_t[]){input_hash_name(name), i}, 2, bytes[i]);
}

static bool is_filled(const char *object, const char *map)
{
	for (size_t i = 0; i < sizeof filled_maps / sizeof *filled_maps; i++)
		if (!strcmp(filled_maps[i].object, object) && !strcmp(filled_maps[i].map, map))
			return true;
	return false;
}

static void set_map(struct input *in, const struct retval_case *c, uint64_t number)
{
	const struct map *m = &c->object->maps[number];
	const uint8_t *value = (const uint8_t *)fill_value;
	if (m->is_data) {
		set_data(in, m->name, m->bytes, m->value_size);
		for (size_t i = 0; i < m->n_vars; i++)
			set_data(in, m->vars[i].name, m->bytes + m->vars[i].off, m->vars[i].size);
	}
	for (size_t i = 0; i < sizeof tail_targets / sizeof *tail_targets; i++)
		if (!strcmp(tail_targets[i].map, m->name) && object_find(c->object, tail_targets[i].program))
			input_set(in, IN_MAP_HAS, (uint64_t[]){number, tail_targets[i].index}, 2, 1);
	for (uint64_t i = 0; i < sizeof fill_value && is_filled(c->name, m->name); i++)
		input_set(in, IN_MAP_BYTE, (uint64_t[]){number, i, 0}, 3, value[i]);
}

static struct input *make_input(const struct retval_case *c)
{
	struct input *in = input_new();
	set_packet(in, c->program);
	set_context(in, c->program);
	input_set(in, IN_ORACLE, (uint64_t[]){HELPER_KTIME_GET_NS, 0}, 2, 1000000000);
	input_set(in, IN_AT_CTX, NULL, 0, 0xffffca0012345600); /* the low word is no small number */
	for (size_t i = 0; i < c->object->n_maps; i++)
		set_map(in, c, i);
	return in;
}

/* The engines of ours. */

static void judge_outcome(const struct retval_case *c, const struct exec_outcome *o, struct retval_answer *out)
{
	if (o->end == EXEC_EXIT) {
		judge(c, (int)(uint32_t)o->r0, out);
		return;
	}
	out->status = o->end == EXEC_FAULT ? RETVAL_FAULTS : RETVAL_NOT_MODELLED;
	say(out, "instruction %u: %s", o->slot, o->end == EXEC_TAIL_CALL ? "a tail call" : o->what);
}

typedef void machine_run(const struct program *p, const struct input *in, struct exec_outcome *out);

static void machine_concrete(const struct program *p, const struct input *in, struct exec_outcome *out)
{
	exec_run(p, in, &(struct exec_options){.max_steps = MAX_STEPS}, out);
}

static void machine_symbolic(const struct program *p, const struct input *in, struct exec_outcome *out)
{
	char err[200];
	struct solver *solver = solver_open("z3", (struct solver_limits){.query_ms = 5000}, err, sizeof err);
	symbolic_run(p, in, &(struct symbolic_options){.solver = solver, .unroll = UNROLL}, out);
	if (solver)
		solver_close(solver);
}

/* The program that a tail call reaches. */
static const struct program *find_target(const struct retval_case *c, const struct exec_outcome *o)
{
	const char *map = c->object->maps[o->tail_map].name;
	for (size_t i = 0; i < sizeof tail_targets / sizeof *tail_targets; i++)
		if (!strcmp(tail_targets[i].map, map) && tail_targets[i].index == o->tail_index)
			return object_find(c->object, tail_targets[i].program);
	return NULL;
}

static void forget_targets(struct input *in, const struct object *o)
{
	for (uint64_t map = 0; map < o->n_maps; map++)
		for (uint64_t index = 0; maptype_rows[o->maps[map].type].model == MAP_PROGS && index < 8; index++)
			input_set(in, IN_MAP_HAS, (uint64_t[]){map, index}, 2, 0);
}

/* Follows tail calls: these targets look at nothing that the caller changed. The last one that is granted is the
 * 33rd. */
static void run_machine(const struct retval_case *c, struct input *in, machine_run *run, struct retval_answer *out)
{
	struct exec_outcome o;
	run(c->program, in, &o);
	for (unsigned calls = 1; o.end == EXEC_TAIL_CALL; calls++) {
		const struct program *p = find_target(c, &o);
		if (calls == MAX_TAIL_CALLS)
			forget_targets(in, c->object);
		exec_release(&o);
		run(p, in, &o);
	}
	judge_outcome(c, &o, out);
	exec_release(&o);
}

static void run_concrete(const struct retval_case *c, struct input *in, struct retval_answer *out)
{
	run_machine(c, in, machine_concrete, out);
}

static void run_symbolic(const struct retval_case *c, struct input *in, struct retval_answer *out)
{
	run_machine(c, in, machine_symbolic, out);
}

static void run_kernel(const struct retval_case *c, struct input *in, struct retval_answer *out)
{
	struct exec_outcome o;
	enum kernel_status s =
	    kernel_run(c->program, in, &(struct exec_options){0}, NULL, &o, out->why, sizeof out->why);
	out->status = RETVAL_NOT_MODELLED;
	if (s != KERNEL_RAN)
		return;
	judge_outcome(c, &o, out);
	exec_release(&o);
}

/* The kernel's harness. */

static bool fill_maps(struct bpf_object *o, const char *name)
{
	uint32_t key = 0;
	struct bpf_map *m;
	bpf_object__for_each_map(m, o) if (is_filled(name, bpf_map__name(m)) &&
					   bpf_map_update_elem(bpf_map__fd(m), &key, fill_value, 0)) return false;
	return true;
}

static int test_run(const struct bpf_program *p, int *value)
{
	uint8_t in[PACKET_LEN] = {0}, out[4 * PACKET_LEN];
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	if (bpf_program__type(p) != BPF_PROG_TYPE_SYSCALL) {
		opts.data_in = in;
		opts.data_size_in = sizeof in;
		opts.data_out = out;
		opts.data_size_out = sizeof out;
		opts.repeat = 1;
	}
	int err = bpf_prog_test_run_opts(bpf_program__fd(p), &opts);
	*value = (int)opts.retval;
	return err;
}

static void run_loader(const struct retval_case *c, struct input *in, struct retval_answer *out)
{
	struct bpf_program *mine;
	int value, err;
	(void)in;
	out->status = RETVAL_NOT_MODELLED;
	struct bpf_object *o = retval_open(c, &mine, out->why, sizeof out->why);
	if (!o)
		return;
	if ((err = bpf_object__load(o)))
		say(out, "libbpf can't load it: %s", strerror(-err));
	else if (!fill_maps(o, c->name))
		say(out, "its map can't be filled: %s", strerror(errno));
	else if ((err = test_run(mine, &value)))
		say(out, "the test run fails: %s", strerror(-err));
	else
		judge(c, value, out);
	bpf_object__close(o);
}

typedef void engine_run(const struct retval_case *c, struct input *in, struct retval_answer *out);
static engine_run *const engines[RETVAL_ENGINE_COUNT] = {
#define X(NAME, name) [RETVAL_##NAME] = run_##name,
    RETVAL_ENGINES(X)
#undef X
};

void retval_run(enum retval_engine e, const struct retval_case *c, struct retval_answer *out)
{
	*out = (struct retval_answer){.status = RETVAL_CRASHED};
	if (!c->program && e != RETVAL_LOADER) {
		out->status = RETVAL_UNREADABLE;
		say(out, "%s", c->error);
		return;
	}
	struct input *in = c->program ? make_input(c) : NULL;
	engines[e](c, in, out);
	input_free(in);
}
