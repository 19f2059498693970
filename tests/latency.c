/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/latency.h"

#include "checker/exec/kernel.h"
#include "checker/exec/probe_value.h"

#include <stdlib.h>
#include <string.h>

#define CANDIDATES 400 /* inputs, of which the one with the longest run is taken */
#define MAX_STEPS 20000
#define FRAME 60 /* bytes of a packet at least */

struct timing {
	const struct program *p[2];
	const struct latency_options *o;
	struct pool pool;
	struct chooser chooser;
	struct input *in;
	struct latency_result *out;
};

static uint64_t count_steps(struct timing *t, unsigned version)
{
	const struct exec_options opt = {.max_steps = MAX_STEPS, .no_output = true};
	struct exec_outcome x;
	exec_run(t->p[version], t->in, &opt, &x);
	uint64_t steps = x.end == EXEC_EXIT ? x.steps : 0;
	exec_release(&x);
	return steps;
}

/* As the kernel has it: its maps are empty. */
static void choose(struct timing *t, uint64_t seed)
{
	chooser_start(&t->chooser, t->p[0], &t->pool, seed);
	t->chooser.hits = 0;
	if (t->chooser.length < FRAME)
		t->chooser.length = FRAME;
	if (t->chooser.length > 1500)
		t->chooser.length = 1500;
}

static bool choose_input(struct timing *t)
{
	uint64_t best = 0, most = 0;
	for (uint64_t i = 0; i < CANDIDATES; i++) {
		choose(t, t->o->seed + i);
		uint64_t steps = count_steps(t, 0);
		if (steps > most) {
			most = steps;
			best = i;
		}
	}
	choose(t, t->o->seed + best);
	t->out->steps_before = count_steps(t, 0);
	t->out->steps_after = count_steps(t, 1);
	return most != 0;
}

static bool time_once(struct timing *t, unsigned version, double *ns)
{
	struct kernel_session *s;
	struct kernel_shot shot;
	struct latency_result *out = t->out;
	bool good = kernel_open(t->p[version], &s, out->why, sizeof out->why) == KERNEL_RAN &&
		    kernel_shoot(s, t->in, 1000, &shot, out->why, sizeof out->why) == KERNEL_RAN &&
		    kernel_shoot(s, t->in, t->o->repeat, &shot, out->why, sizeof out->why) == KERNEL_RAN;
	if (good)
		*ns = shot.ns;
	kernel_close(s);
	return good;
}

static int order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

struct quartiles {
	double low, middle, high;
};

static struct quartiles quartiles_of(double *v, unsigned n)
{
	qsort(v, n, sizeof *v, order);
	return (struct quartiles){v[n / 4], (v[(n - 1) / 2] + v[n / 2]) / 2, v[n * 3 / 4]};
}

static void summarize(struct timing *t, double *times[3])
{
	unsigned n = t->o->rounds;
	struct latency_result *out = t->out;
	struct quartiles before = quartiles_of(times[0], n), after = quartiles_of(times[1], n);
	struct quartiles gain = quartiles_of(times[2], n);
	out->rounds = n;
	out->before = before.middle;
	out->after = after.middle;
	out->spread_before = before.high - before.low;
	out->spread_after = after.high - after.low;
	out->gain = gain.middle;
	out->gain_low = gain.low;
	out->gain_high = gain.high;
}

static void time_rounds(struct timing *t)
{
	double *times[3];
	bool good = true;
	for (int i = 0; i < 3; i++)
		if (!(times[i] = calloc(t->o->rounds, sizeof *times[i])))
			abort();
	for (unsigned i = 0; i < t->o->rounds && good; i++) {
		unsigned first = i % 2;
		good = time_once(t, first, &times[first][i]) && time_once(t, !first, &times[!first][i]);
		times[2][i] = times[0][i] - times[1][i];
	}
	if (good)
		summarize(t, times);
	for (int i = 0; i < 3; i++)
		free(times[i]);
}

void latency_measure(const struct program *a, const struct program *b, const struct latency_options *o,
		     struct latency_result *out)
{
	struct timing t = {.p = {a, b}, .o = o, .in = input_new(), .out = out};
	*out = (struct latency_result){0};
	pool_init(&t.pool, a);
	exec_set_core(a, t.in);
	input_set_default(t.in, chooser_answer, &t.chooser);
	if (choose_input(&t))
		time_rounds(&t);
	else
		snprintf(out->why, sizeof out->why, "no input on which it ends");
	pool_release(&t.pool);
	input_free(t.in);
}
