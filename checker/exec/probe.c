/* SPDX-License-Identifier: BSD-2-Clause */
/* The search for a failing input: run, keep what the run asked, replay, leave out. */
#include "probe.h"

#include "probe_value.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_STEPS 20000
#define SHRINK_RUNS 2000

struct probe {
	const struct program *p;
	struct exec_options exec;
	enum fault fault; /* that is looked for when it shrinks, at the slot */
	uint32_t slot;
	unsigned budget;
};

static bool counts(const struct exec_outcome *out)
{
	return out->end == EXEC_FAULT && out->fault != FAULT_ENDLESS && out->fault != FAULT_UNRESOLVED;
}

/* Does this input fault as before? */
static bool keeps_fault(struct probe *k, const struct input *in)
{
	struct exec_outcome out;
	exec_run(k->p, in, &k->exec, &out);
	bool same = out.end == EXEC_FAULT && out.fault == k->fault && out.slot == k->slot;
	exec_release(&out);
	return same;
}

struct recorder {
	struct chooser *chooser;
	struct input *to;
};

static uint64_t record(void *arg, enum input_fn fn, const uint64_t *args, size_t n)
{
	struct recorder *r = arg;
	uint64_t v = chooser_answer(r->chooser, fn, args, n);
	input_set(r->to, fn, args, n, v);
	return v;
}

/* All that the chooser's run asks, as a table of its own. */
static struct input *record_run(struct probe *k, const struct input *base, struct chooser *c)
{
	struct recorder r = {c, input_copy(base)};
	struct input *in = input_copy(base);
	struct exec_outcome out;
	input_set_default(in, record, &r);
	exec_run(k->p, in, &k->exec, &out);
	exec_release(&out);
	input_free(in);
	return r.to;
}

/* A copy without the entries [from, from + n). */
static struct input *copy_without(const struct input *in, size_t from, size_t n)
{
	struct input *copy = input_new();
	for (size_t i = 0; i < input_count(in); i++) {
		const struct input_entry *e = input_at(in, i);
		if (i < from || i - from >= n)
			input_set(copy, e->fn, e->args, e->n, e->value);
	}
	return copy;
}

/* The first `fixed` entries stay. */
static bool leave_out(struct probe *k, struct input **in, size_t fixed, size_t n)
{
	bool any = false;
	for (size_t from = fixed; from < input_count(*in) && k->budget;) {
		struct input *less = copy_without(*in, from, n);
		k->budget--;
		if (!keeps_fault(k, less)) {
			input_free(less);
			from += n;
			continue;
		}
		input_free(*in);
		*in = less;
		any = true;
	}
	return any;
}

static void shrink(struct probe *k, struct input **in, size_t fixed)
{
	k->budget = SHRINK_RUNS;
	size_t n = input_count(*in) - fixed;
	while (n) {
		bool any = leave_out(k, in, fixed, n);
		n = n > 1 ? (n + 1) / 2 : any && k->budget ? 1 : 0;
	}
}

static bool finish(struct probe *k, const struct input *base, struct chooser *c, struct input **witness,
		   struct exec_outcome *out)
{
	struct input *in = record_run(k, base, c);
	if (!keeps_fault(k, in)) {
		input_free(in);
		return false;
	}
	shrink(k, &in, input_count(base));
	exec_run(k->p, in, &k->exec, out);
	if (!counts(out) || !keeps_fault(k, in)) {
		exec_release(out);
		input_free(in);
		return false;
	}
	*witness = in;
	return true;
}

static bool try(struct probe *k, struct input *base, struct chooser *c, struct input **witness,
		struct exec_outcome *out)
{
	struct exec_outcome found;
	input_set_default(base, chooser_answer, c);
	exec_run(k->p, base, &k->exec, &found);
	bool faults = counts(&found);
	k->fault = found.fault;
	k->slot = found.slot;
	exec_release(&found);
	return faults && finish(k, base, c, witness, out);
}

bool probe_fault(const struct program *p, const struct probe_options *opt, struct input **witness,
		 struct exec_outcome *out)
{
	struct probe k = {.p = p, .exec = opt->exec};
	struct pool pool;
	struct chooser c;
	bool found = false;
	struct input *base = input_new();
	if (!k.exec.max_steps)
		k.exec.max_steps = DEFAULT_STEPS;
	k.exec.no_output = true;
	exec_set_core(p, base);
	pool_init(&pool, p);
	for (unsigned i = 0; i < opt->runs && !found; i++) {
		chooser_start(&c, p, &pool, opt->seed * 0x10001 + i);
		found = try(&k, base, &c, witness, out);
	}
	pool_release(&pool);
	input_free(base);
	return found;
}

static uint64_t record_pair(void *arg, enum input_fn fn, const uint64_t *args, size_t n)
{
	struct recorder *r = arg;
	uint64_t v = chooser_answer(r->chooser, fn, args, n);
	if (fn < IN_AT_STACK || fn > IN_AT_FUNC)
		input_set(r->to, fn, args, n, v);
	return v;
}

static struct input *record_both(const struct program *const p[2], const struct exec_options exec[2],
				 const struct input *base, struct chooser *c)
{
	struct recorder r = {c, input_copy(base)};
	for (unsigned side = 0; side < 2; side++) {
		struct input *in = input_copy(base);
		struct exec_outcome out;
		input_set_default(in, record_pair, &r);
		exec_run(p[side], in, &exec[side], &out);
		exec_release(&out);
		input_free(in);
	}
	return r.to;
}

bool probe_pair(const struct program *const p[2], const struct exec_options exec[2], const struct probe_options *opt,
		probe_test *test, void *arg, struct input **witness)
{
	struct pool pools[2];
	struct chooser c;
	bool found = false;
	struct input *base = input_new();
	exec_set_core(p[0], base);
	for (unsigned side = 0; side < 2; side++)
		pool_init(&pools[side], p[side]);
	for (unsigned i = 0; i < opt->runs && !found; i++) {
		chooser_start(&c, p[i % 2], &pools[i % 2], opt->seed * 0x10001 + i);
		input_set_default(base, chooser_answer, &c);
		found = test(arg, base);
		if (found)
			*witness = record_both(p, exec, base, &c);
	}
	for (unsigned side = 0; side < 2; side++)
		pool_release(&pools[side]);
	input_free(base);
	return found;
}
