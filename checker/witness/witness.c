/* SPDX-License-Identifier: BSD-2-Clause */
/* From a model to an input, its replay on the concrete machine, and shrinking. */
#include "checker/witness/witness.h"
#include "clock.h"
#include "checker/witness/oracle.h"

#include "checker/exec/kernel.h"

#include <stdlib.h>
#include <string.h>

#define SHRINK_MS 2000
#define UNIFY_ROUNDS 8

static uint64_t leaf_value(void *arg, uint32_t fn, unsigned width, const uint64_t *args, size_t n)
{
	(void)width;
	return input_get(arg, (enum input_fn)fn, args, n);
}

/* Leaves come in order of id, so the arguments of a leaf are known before it. */
struct input *witness_from_model(struct term_pool *pool, const struct solver_model *model)
{
	struct input *in = input_new();
	for (size_t i = 0; i < model->n; i++) {
		term t = model->leaves[i];
		uint64_t args[INPUT_MAX_ARGS];
		size_t n = term_arity(pool, t);
		struct term_eval *e = term_new_eval(pool, leaf_value, in);
		for (size_t k = 0; k < n; k++)
			args[k] = term_eval(e, term_arg(pool, t, k));
		term_free_eval(e);
		input_set(in, (enum input_fn)term_fn(pool, t), args, n, model->values[i]);
	}
	return in;
}

static void run_both(const struct program *a, const struct program *b, const struct pairing *maps,
                     const struct input *in, struct exec_outcome out[2])
{
	const struct program *p[2] = {a, b};
	for (int i = 0; i < 2; i++) {
		struct exec_options opt = {.map_numbers = maps->number[i]};
		exec_run(p[i], in, &opt, &out[i]);
	}
}

/* Differences name maps by number: gives the number its name. */
static void name_map(const struct pairing *maps, char *what, size_t len)
{
	unsigned number;
	int end = 0;
	char text[256];
	if (sscanf(what, "map %u%n", &number, &end) != 1 || number >= maps->n)
		return;
	snprintf(text, sizeof text, "map %.60s%.180s", maps->maps[number]->name, what + end);
	snprintf(what, len, "%s", text);
}

static bool tail_call_returns(const struct exec_outcome *o)
{
	for (size_t i = 0; i < o->n_events; i++)
		if (o->events[i].kind == EVENT_TAIL_RETURNS)
			return true;
	return false;
}

/* What the other program does may be the same. */
static bool tail_calls_mix(const struct exec_outcome out[2])
{
	bool ends[] = {out[0].end == EXEC_TAIL_CALL, out[1].end == EXEC_TAIL_CALL};
	return ends[0] != ends[1] && (tail_call_returns(&out[0]) || tail_call_returns(&out[1]));
}

static bool outcomes_differ(const struct program *a, const struct exec_outcome out[2], char *what, size_t len)
{
	*what = 0;
	if (out[0].end == EXEC_FAULT || out[0].end == EXEC_UNMODELLED) {
		snprintf(what, len, "the first program stops: %s", out[0].what);
		return false;
	}
	if (out[1].end == EXEC_UNMODELLED) {
		snprintf(what, len, "the second program stops: %s", out[1].what);
		return false;
	}
	if (out[1].end == EXEC_FAULT) {
		snprintf(what, len, "the second program faults: %s: %s", fault_texts[out[1].fault], out[1].what);
		return true;
	}
	if (tail_calls_mix(out)) {
		snprintf(what, len, "a tail call of one program returns, the other program ends with one");
		return false;
	}
	if (exec_differ(a, &out[0], &out[1], what, len))
		return true;
	snprintf(what, len, "both programs do the same on it");
	return false;
}

bool witness_unify(const struct program *a, const struct program *b, const struct pairing *maps, struct input *in)
{
	bool changed = false, again = true;
	for (int round = 0; round < UNIFY_ROUNDS && again; round++) {
		struct exec_outcome out[2];
		run_both(a, b, maps, in, out);
		again = oracle_unify(out, in);
		changed |= again;
		exec_release(&out[0]);
		exec_release(&out[1]);
	}
	return changed;
}

bool witness_replay(const struct program *a, const struct program *b, const struct pairing *maps,
                    const struct input *in, char *what, size_t len)
{
	struct exec_outcome out[2];
	run_both(a, b, maps, in, out);
	bool differ = outcomes_differ(a, out, what, len) && oracle_agrees(maps, out, in, what, len);
	name_map(maps, what, len);
	exec_release(&out[0]);
	exec_release(&out[1]);
	return differ;
}

bool witness_is_opaque(const struct input *in)
{
	for (size_t i = 0; i < input_count(in); i++) {
		const struct input_entry *e = input_at(in, i);
		bool opaque = e->fn == IN_RESULT || e->fn == IN_OUT || e->fn == IN_OUT_LEN || e->fn == IN_AFTER || e->fn == IN_AFTER_LEN ||
		              e->fn == IN_AFTER_HAS || e->fn == IN_AFTER_BYTE;
		/* a trie need not be able to hold elements that are found just so, nor an outer map those maps */
		if (e->fn == IN_LPM || e->fn == IN_INNER || ((opaque || e->fn == IN_STORAGE) && e->value))
			return true;
	}
	return false;
}

/* Shrinking. */

struct shrinker {
	enum progtype type;
	struct input *in;
	witness_test *test;
	void *arg;
};

/* One change of one entry, kept if the test still holds. */
static bool try_value(struct shrinker *s, size_t i, uint64_t value)
{
	const struct input_entry *e = input_at(s->in, i);
	uint64_t old = e->value, args[INPUT_MAX_ARGS];
	enum input_fn fn = e->fn;
	if ((fn >= IN_AT_STACK && fn <= IN_AT_FUNC) || fn == IN_CORE)
		return false; /* they are apart as they are, and a layout that the first program can be loaded under */
	size_t n = e->n;
	if (old == value || value < input_rows[fn].lo || value > input_rows[fn].hi)
		return false;
	memcpy(args, e->args, n * sizeof *args);
	input_set(s->in, fn, args, n, value);
	if (s->test(s->arg, s->in))
		return true;
	input_set(s->in, fn, args, n, old);
	return false;
}

static void shrink_value(struct shrinker *s, size_t i)
{
	const struct input_row *row = &input_rows[input_at(s->in, i)->fn];
	if (try_value(s, i, row->lo))
		return;
	for (uint64_t bit = 1ull << 63; bit; bit >>= 1) /* fewest bits, from the top */
		if (input_at(s->in, i)->value & bit)
			try_value(s, i, input_at(s->in, i)->value & ~bit);
}

/* A frame that the kernel takes has at least 14 bytes; with IP in it a test run of tc wants its whole header. */
static void shrink_packet(struct shrinker *s)
{
	static const uint64_t lengths[] = {14, 34, 54, 64, 128, 256};
	struct input *in = s->in;
	size_t i = 0;
	while (i < input_count(in) && input_at(in, i)->fn != IN_PKT_LEN)
		i++;
	if (progtype_rows[s->type].packet == PACKET_NONE)
		return;
	if (i == input_count(in))
		input_set(in, IN_PKT_LEN, NULL, 0, 0);
	for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++)
		if (try_value(s, i, lengths[k]))
			break;
	for (uint64_t step = input_at(in, i)->value / 2; step > 0; step /= 2)
		while (input_at(in, i)->value >= 14 + step && try_value(s, i, input_at(in, i)->value - step))
			;
}

void witness_shrink_by(enum progtype type, struct input *in, witness_test *test, void *arg)
{
	struct shrinker s = {type, in, test, arg};
	shrink_packet(&s);
	size_t n = input_count(in);
	double end = clock_now_ms() + SHRINK_MS;
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < n && clock_now_ms() < end; i++)
			if (input_at(in, i)->fn != IN_PKT_LEN && (input_rows[input_at(in, i)->fn].width < 64 || round == 0))
				shrink_value(&s, i);
}

struct pair_test {
	const struct program *a, *b;
	const struct pairing *maps;
};

static bool pair_differs(void *arg, const struct input *in)
{
	const struct pair_test *t = arg;
	char what[256];
	return witness_replay(t->a, t->b, t->maps, in, what, sizeof what);
}

void witness_shrink(const struct program *a, const struct program *b, const struct pairing *maps, struct input *in)
{
	struct pair_test t = {a, b, maps};
	witness_shrink_by(a->type, in, pair_differs, &t);
}

/* The live kernel. */

static bool kernel_side(const struct program *p, const uint32_t *numbers, const struct input *in,
                        const char *which, struct exec_outcome *seen, struct exec_outcome *own, char *text, size_t len)
{
	char why[160];
	struct exec_options opt = {.map_numbers = numbers};
	exec_run(p, in, &opt, own);
	enum kernel_status s = kernel_run(p, in, &opt, own, seen, why, sizeof why);
	if (s != KERNEL_RAN) {
		snprintf(text, len, "the %s program: %s", which, why);
		exec_release(own);
	}
	return s == KERNEL_RAN;
}

enum kernel_opinion witness_ask_kernel(const struct program *a, const struct program *b, const struct pairing *maps,
                                       const struct input *in, char *text, size_t len)
{
	struct exec_outcome seen[2], own[2];
	if (!kernel_available(text, len))
		return OPINION_SKIPPED;
	if (witness_is_opaque(in)) {
		snprintf(text, len, "the difference rests on helper results that can't be set");
		return OPINION_SKIPPED;
	}
	if (!kernel_side(a, maps->number[0], in, "first", &seen[0], &own[0], text, len))
		return OPINION_SKIPPED;
	if (!kernel_side(b, maps->number[1], in, "second", &seen[1], &own[1], text, len)) {
		exec_release(&seen[0]);
		exec_release(&own[0]);
		return OPINION_SKIPPED;
	}
	size_t events[2] = {own[0].n_events, own[1].n_events};
	own[0].n_events = own[1].n_events = 0; /* the kernel does not show events, so don't expect them */
	bool expected = own[1].end == EXEC_EXIT && own[0].end == EXEC_EXIT && exec_differ(a, &own[0], &own[1], text, len);
	bool differ = exec_differ(a, &seen[0], &seen[1], text, len);
	name_map(maps, text, len);
	enum kernel_opinion o = differ ? OPINION_CONFIRMED : expected ? OPINION_CONTRADICTED : OPINION_SKIPPED;
	if (o == OPINION_CONTRADICTED)
		snprintf(text, len, "the kernel runs both programs alike");
	if (o == OPINION_SKIPPED)
		snprintf(text, len, "a test run does not show where they differ");
	for (int i = 0; i < 2; i++) {
		own[i].n_events = events[i];
		exec_release(&seen[i]);
		exec_release(&own[i]);
	}
	return o;
}
