/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs of the concrete machine that refute. One that reaches the step limit
 * does not: it may only be long. A run that comes back to a state does.
 */
#include "checker/safety/replay.h"
#include "checker/witness/witness.h"

#define REPLAY_STEPS 400000

unsigned replay_mode(bool privileged)
{
	return SAFETY_ON | (privileged ? SAFETY_PRIVILEGED : 0u);
}

/* An element that was replaced or deleted is kept until the program ends (RCU), so that using it faults in our machine
 * only. A relocation whose answer the input gives is not the program's. */
bool replay_counts(const struct program *p, enum fault fault)
{
	return fault != FAULT_NONE && fault != FAULT_DEAD_VALUE && fault != FAULT_ENDLESS &&
	       (fault != FAULT_UNRESOLVED || !program_is_symbolic(p));
}

bool replay_faults(const struct program *p, bool privileged, const struct input *in, struct exec_outcome *out)
{
	struct exec_options opt = {.max_steps = REPLAY_STEPS, .safety = replay_mode(privileged)};
	exec_run(p, in, &opt, out);
	return out->end == EXEC_FAULT && replay_counts(p, out->fault);
}

struct input *replay_settle(const struct program *p, bool privileged, struct input *in)
{
	struct exec_outcome out;
	struct input *log = input_new(), *settled = input_copy(in);
	input_set_log(in, log);
	replay_faults(p, privileged, in, &out);
	input_set_log(in, NULL);
	exec_release(&out);
	input_set_seed(settled, 0);
	for (size_t i = 0; i < input_count(log); i++) {
		const struct input_entry *e = input_at(log, i);
		input_set(settled, e->fn, e->args, e->n, e->value);
	}
	input_free(log);
	return settled;
}

struct same_fault {
	const struct program *p;
	bool privileged;
	enum fault fault;
	uint32_t slot;
};

static bool faults_alike(void *arg, const struct input *in)
{
	const struct same_fault *t = arg;
	struct exec_outcome out;
	bool alike = replay_faults(t->p, t->privileged, in, &out) && out.fault == t->fault && out.slot == t->slot;
	exec_release(&out);
	return alike;
}

void replay_shrink(const struct program *p, bool privileged, struct input *in)
{
	struct exec_outcome out;
	replay_faults(p, privileged, in, &out);
	struct same_fault t = {p, privileged, out.fault, out.slot};
	exec_release(&out);
	witness_shrink_by(p->type, in, faults_alike, &t);
}
