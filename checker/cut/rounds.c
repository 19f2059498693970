/* SPDX-License-Identifier: BSD-2-Clause */
#include "checker/cut/rounds.h"
#include "checker/exec/probe_value.h"

#define RUNS 24
#define STEPS 20000 /* of one run */
#define FACTOR_MOST 16

struct counter {
	const struct program *p;
	uint32_t slot;
	uint64_t visits;
};

static void count_visit(void *arg, const struct program *p, uint32_t slot, const uint64_t regs[11],
			uint16_t initialised)
{
	struct counter *c = arg;
	(void)p, (void)regs, (void)initialised;
	c->visits += slot == c->slot;
}

/* False: it did not come to its end, or not to the loop. */
static bool run(struct counter *c, const struct input *in)
{
	struct exec_options o = {.max_steps = STEPS, .trace = count_visit, .trace_arg = c, .no_output = true};
	struct exec_outcome out;
	c->visits = 0;
	exec_run(c->p, in, &o, &out);
	bool ended = out.end != EXEC_FAULT;
	exec_release(&out);
	return ended && c->visits;
}

void rounds_count(const struct program *const p[2], const uint32_t slots[2], uint64_t rounds[2])
{
	struct pool pool;
	struct chooser chooser;
	rounds[0] = rounds[1] = 0;
	pool_init(&pool, p[0]);
	for (unsigned i = 0; i < RUNS; i++) {
		struct counter a = {p[0], slots[0], 0}, b = {p[1], slots[1], 0};
		struct input *in = input_new();
		exec_set_core(p[0], in);
		chooser_start(&chooser, p[0], &pool, i);
		input_set_default(in, chooser_answer, &chooser);
		if (run(&a, in) && run(&b, in)) {
			rounds[0] += a.visits - 1;
			rounds[1] += b.visits - 1;
		}
		input_free(in);
	}
	pool_release(&pool);
}

uint32_t rounds_factor(uint64_t many, uint64_t few)
{
	uint64_t k = few ? (many + few / 2) / few : 1;
	uint64_t off = many > k * few ? many - k * few : k * few - many;
	return k > 1 && k <= FACTOR_MOST && off * 4 < few * k ? (uint32_t)k : 1;
}
