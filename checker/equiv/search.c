/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inputs that tell the programs apart, looked for by running both. Where a
 * solver has to go through loops or through thousands of instructions, most
 * programs that differ differ on one of the first few packets.
 */
#include "checker/equiv/question.h"
#include "checker/equiv/stamp.h"
#include "checker/exec/probe.h"
#include "checker/witness/witness.h"

#define RUNS 48
#define STEPS 20000 /* of one run; what takes longer shows nothing */

/* Inputs which no kernel may come up with: what opaque calls do, and how the kernel's types are laid out. */
static bool is_made_up(const struct input *in)
{
	for (size_t i = 0; i < input_count(in); i++) {
		enum input_fn fn = input_at(in, i)->fn;
		if ((fn >= IN_RESULT && fn <= IN_AFTER_BYTE) || fn == IN_LPM || fn == IN_INNER || fn == IN_STORAGE)
			return true;
	}
	return false;
}

/* The first program has to end without any fault, also those that only a proof of safety minds: in a program that no
 * kernel takes, a number may do for a pointer. */
static bool ends_soon(const struct question *q, unsigned side, const struct input *in)
{
	struct exec_outcome out;
	struct exec_options o = {.map_numbers = q->out->pairing.number[side],
				 .max_steps = STEPS,
				 .safety = side == 0 ? SAFETY_ON | SAFETY_PRIVILEGED : 0,
				 .no_output = true};
	exec_run(q->prog[side], in, &o, &out);
	bool ends = out.end == EXEC_EXIT || out.end == EXEC_TAIL_CALL;
	bool faults = out.end == EXEC_FAULT && out.fault != FAULT_ENDLESS && out.fault != FAULT_UNRESOLVED;
	exec_release(&out);
	return ends || (side == 1 && faults);
}

static bool tells_apart(void *arg, struct input *in)
{
	struct question *q = arg;
	char what[256];
	if (!ends_soon(q, 0, in) || !ends_soon(q, 1, in))
		return false;
	return witness_replay(q->prog[0], q->prog[1], &q->out->pairing, in, what, sizeof what);
}

/* What is known of types, and of what the kernel makes of time stamps, takes terms. */
static bool may_search(const struct question *q)
{
	for (unsigned side = 0; side < 2; side++)
		if (q->prog[side]->n_relos || stamp_may_read_type(q->prog[side]))
			return false;
	return true;
}

bool search_refutes(struct question *q)
{
	struct exec_options exec[2];
	struct input *in;
	if (!may_search(q))
		return false;
	enum stage before = question_enter(q, STAGE_REPLAY);
	for (unsigned side = 0; side < 2; side++)
		exec[side] = (struct exec_options){.map_numbers = q->out->pairing.number[side], .max_steps = STEPS};
	bool found = probe_pair(q->prog, exec, &(struct probe_options){.runs = RUNS, .seed = 1}, tells_apart, q, &in);
	if (found && !is_made_up(in) && tells_apart(q, in)) {
		q->out->decided_by = "search";
		refute_by_input(q, in);
	} else if (found) {
		input_free(in);
		found = false;
	}
	question_enter(q, before);
	return found;
}
