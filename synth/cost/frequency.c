/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs of each block from the control-flow graphs, of each function from its calls. */
#include "synth/cost/frequency.h"

#include "encode/isa/cfg.h"
#include "synth/draft/alloc.h"

#define LOOP_RUNS 10
#define MAX_NESTING 6 /* loops beyond it count no more: the sum stays a number */
#define MAX_FRAMES 8  /* MAX_CALL_FRAMES in the kernel */

static double loop_factor(int depth)
{
	double f = 1;
	for (int i = 0; i < depth && i < MAX_NESTING; i++)
		f *= LOOP_RUNS;
	return f;
}

/* Splits what comes into block b among its successors; `into` is by block, loops aside. */
static void split(const struct cfg *c, int b, double *into)
{
	const struct block *block = &c->blocks[b];
	int forward[2], n = 0;
	for (int k = 0; k < 2; k++)
		if (block->succ[k] >= 0 && c->blocks[block->succ[k]].place > block->place)
			forward[n++] = block->succ[k];
	for (int k = 0; k < n; k++)
		into[forward[k]] += into[b] / n;
}

static bool count_function(const struct program *p, const struct subprogram *sub, double *runs)
{
	struct cfg c;
	char err[200];
	if (!cfg_build(p->insns, sub->start, sub->end, &c, err, sizeof err))
		return false;
	double *into = checked(calloc(c.n, sizeof *into));
	into[0] = 1;
	for (size_t i = 0; i < c.n_order; i++) {
		const struct block *block = &c.blocks[c.order[i]];
		split(&c, c.order[i], into);
		for (uint32_t slot = block->start; slot < block->end; slot++)
			runs[slot] = into[c.order[i]] * loop_factor(block->depth);
	}
	free(into);
	cfg_release(&c);
	return true;
}

static const struct subprogram *callee(const struct program *p, size_t slot)
{
	const struct insn *in = &p->insns[slot];
	bool calls = in->op == ISA_CALL && in->src == CALL_LOCAL, names = in->op == ISA_LDDW && in->src == WIDE_FUNC;
	return calls || names ? program_sub(p, (size_t)insn_target(in, slot)) : NULL;
}

/* One level of calls further: `now` becomes the runs of each function by calls from those in `before`. */
static void step_calls(const struct program *p, const double *runs, const double *before, double *now)
{
	for (size_t s = 0; s < p->n_subs; s++)
		for (size_t slot = p->subs[s].start; slot < p->subs[s].end && before[s] > 0; slot++) {
			const struct subprogram *to = callee(p, slot);
			double times = p->insns[slot].op == ISA_LDDW ? LOOP_RUNS : 1;
			if (to)
				now[to - p->subs] += before[s] * runs[slot] * times;
		}
}

static void count_calls(const struct program *p, double *runs)
{
	double *level = checked(calloc(p->n_subs + 1, sizeof *level)),
	       *total = checked(calloc(p->n_subs + 1, sizeof *total));
	level[0] = total[0] = 1;
	for (int depth = 1; depth < MAX_FRAMES; depth++) {
		double *next = checked(calloc(p->n_subs + 1, sizeof *next));
		step_calls(p, runs, level, next);
		for (size_t s = 0; s < p->n_subs; s++)
			total[s] += next[s];
		free(level);
		level = next;
	}
	for (size_t s = 0; s < p->n_subs; s++)
		for (size_t slot = p->subs[s].start; slot < p->subs[s].end; slot++)
			runs[slot] *= total[s];
	free(level);
	free(total);
}

double *frequency_of(const struct program *p)
{
	double *runs = checked(calloc(p->n + 1, sizeof *runs));
	for (size_t s = 0; s < p->n_subs; s++)
		if (!count_function(p, &p->subs[s], runs)) {
			free(runs);
			return NULL;
		}
	if (p->n_subs > 1)
		count_calls(p, runs);
	return runs;
}
