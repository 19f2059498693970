/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes of one or two instructions that a sloppy judge might take for harmless. */
#include "tests/attack_window.h"

#include "checker/window/judge.h"
#include "tests/attack_base.h"
#include "tests/attack_draft.h"
#include "tests/mutate_edit.h"
#include "tests/random.h"
#include "tests/random_program.h"

#include <stdlib.h>
#include <string.h>

enum { INPUTS = 24, STEPS = 3000, TRIES = 12, SLOTS_MAX = 500 };

static bool is_plain(const struct insn *in)
{
	return in->op != ISA_WIDE_TAIL && in->op != ISA_LDDW && in->op != ISA_EXIT && in->op != ISA_CALL &&
	       !insn_has_target(in);
}

static bool has_result(const struct insn *in)
{
	enum isa_form form = isa_rows[in->op].form;
	return form == FORM_ALU || form == FORM_ALU1 || form == FORM_END || form == FORM_LDX || form == FORM_LDXS;
}

static struct insn copy_of(unsigned dst, unsigned src, unsigned width)
{
	return (struct insn){.op = ISA_MOV, .width = (uint8_t)width, .dst = (uint8_t)dst, .src = (uint8_t)src};
}

static bool swap(struct insn *insns, size_t slot, size_t n)
{
	struct insn in = insns[slot];
	if (slot + 1 >= n || !is_plain(&in) || !is_plain(&insns[slot + 1]))
		return false;
	insns[slot] = insns[slot + 1];
	insns[slot + 1] = in;
	return true;
}

/* Its result is a number or what another register holds. */
static bool shortcut(struct random *r, struct insn *in)
{
	if (!is_plain(in) || !has_result(in))
		return false;
	struct insn to = copy_of(in->dst, random_below(r, 11), random_below(r, 4) ? 64 : 32);
	if (!random_below(r, 3)) {
		to.k = true;
		to.src = 0;
		to.imm = (int32_t)random_number(r);
	}
	*in = to;
	return true;
}

static bool other_width(struct insn *in)
{
	enum isa_form form = isa_rows[in->op].form;
	if (form == FORM_ALU || form == FORM_JMP || form == FORM_ATOMIC) {
		in->width = in->width == 64 ? 32 : 64;
		return true;
	}
	if (form != FORM_LDX && form != FORM_STX && form != FORM_ST)
		return false;
	in->width = in->width == 64 ? 32 : (uint8_t)(2 * in->width);
	return true;
}

static bool other_register(struct random *r, struct insn *in)
{
	if (in->op == ISA_LDDW || in->op == ISA_CALL)
		return false;
	if (random_below(r, 2))
		in->dst = (uint8_t)random_below(r, 10);
	else if (!in->k)
		in->src = (uint8_t)random_below(r, 11);
	return true;
}

static bool drop(struct insn *in)
{
	if (in->op == ISA_LDDW || in->op == ISA_EXIT)
		return false;
	*in = (struct insn){.op = ISA_JA};
	return true;
}

static bool copy_another(struct random *r, const struct program *p, struct insn *in)
{
	const struct insn *other = &p->insns[random_below(r, (unsigned)p->n)];
	if (!is_plain(in) || !is_plain(other))
		return false;
	*in = *other;
	return true;
}

static bool edit(struct random *r, const struct program *p, size_t slot)
{
	struct insn *in = &p->insns[slot], before = *in;
	if (in->op == ISA_WIDE_TAIL)
		return false;
	switch (random_below(r, 8)) {
	case 0:
		return swap(p->insns, slot, p->n);
	case 1:
		return drop(in);
	case 2:
		return shortcut(r, in);
	case 3:
		return other_width(in);
	case 4:
		return other_register(r, in);
	case 5:
		return copy_another(r, p, in);
	case 6:
		if (in->k && in->op != ISA_EXIT)
			in->imm = (int32_t)((uint32_t)in->imm + random_below(r, 3) - 1);
		return in->k && in->imm != before.imm;
	default:
		return mutate_edit((enum mutation)random_below(r, MUTATE_KINDS), p->insns, slot,
				   random_below(r, MUTATE_VARIANTS), in);
	}
}

/* One or two changes close to each other; false: none was found. *at is where. */
static bool change(struct random *r, const struct program *a, struct program *b, size_t *at)
{
	for (int i = 0; i < TRIES; i++) {
		memcpy(b->insns, a->insns, a->n * sizeof *a->insns);
		*at = random_below(r, (unsigned)a->n);
		bool good = edit(r, b, *at);
		if (good && !random_below(r, 3) && *at + 1 < a->n)
			good = edit(r, b, *at + 1);
		if (good && attack_is_program(b))
			return true;
	}
	return false;
}

static void run(const struct program *p, const struct input *in, unsigned safety, struct exec_outcome *out)
{
	struct exec_options o = {.max_steps = STEPS, .safety = safety};
	exec_run(p, in, &o, out);
}

static bool is_over(const struct exec_outcome *out)
{
	return out->end == EXEC_EXIT || out->end == EXEC_TAIL_CALL;
}

/* What the prover knows of the kernel's results the inputs may deny: then the safe run is another one. */
static bool is_input(const struct program *a, const struct input *in, const struct exec_outcome *x)
{
	struct exec_outcome safe;
	run(a, in, SAFETY_ON | SAFETY_PRIVILEGED, &safe);
	bool same = is_over(&safe) && safe.steps == x->steps && safe.r0 == x->r0;
	exec_release(&safe);
	return same;
}

/* Do the runs on one input agree? What is not modelled says nothing. What only a proof of safety minds is not asked
 * about: the whole program has to pass it again. */
static void agree(const struct program *a, const struct program *b, const struct input *in, struct attack_window *out)
{
	struct exec_outcome x, y;
	char what[200] = "";
	run(a, in, 0, &x);
	run(b, in, 0, &y);
	bool says = is_over(&x) && y.end != EXEC_UNMODELLED && is_input(a, in, &x);
	out->compared += says;
	if (says && y.end == EXEC_FAULT)
		snprintf(what, sizeof what, "fault at %u: %.150s", y.slot, y.what);
	bool good = !says || (is_over(&y) && !exec_differ(a, &x, &y, what, sizeof what));
	if (!good)
		snprintf(out->wrong, sizeof out->wrong, "%s", what);
	exec_release(&x);
	exec_release(&y);
}

static void describe(const struct program *a, const struct program *b, const struct judge_answer *by,
		     struct attack_window *out)
{
	char what[200];
	snprintf(what, sizeof what, "%.199s", out->wrong);
	int n = snprintf(out->wrong, sizeof out->wrong, "%s; by %s:", what, by->window.decided_by);
	for (size_t i = 0; i < a->n && n < (int)sizeof out->wrong - 120; i++) {
		char old[100], new[100];
		insn_print(&a->insns[i], old, sizeof old);
		insn_print(&b->insns[i], new, sizeof new);
		if (strcmp(old, new))
			n += snprintf(out->wrong + n, sizeof out->wrong - (size_t)n, " %zu: %.45s => %.45s;", i, old,
				      new);
	}
}

void attack_compare(const struct program *a, const struct program *b, uint64_t seed, struct attack_window *out)
{
	out->proved++;
	for (unsigned i = 0; i < INPUTS && !*out->wrong; i++) {
		struct input *in = random_program_input(a, i % RANDOM_INPUTS, seed + i / RANDOM_INPUTS);
		agree(a, b, in, out);
		input_free(in);
	}
}

static void ask(struct judge *j, const struct program *a, const struct program *b, uint64_t seed, const char *text,
		struct attack_window *out)
{
	struct judge_answer answer;
	char what[300];
	out->asked++;
	judge_ask(j, b, &answer);
	if (answer.verdict != VERDICT_PROVED)
		return;
	attack_compare(a, b, seed, out);
	snprintf(what, sizeof what, "%.299s", out->wrong);
	if (*what && text)
		snprintf(out->wrong, sizeof out->wrong, "%s; by %s:%s", what, answer.window.decided_by, text);
	else if (*what)
		describe(a, b, &answer, out);
}

static void ask_draft(struct judge *j, struct random *r, const struct program *p, uint64_t seed,
		      struct attack_window *out)
{
	struct version v;
	char text[280];
	if (!attack_draft(r, p, &v, text, sizeof text))
		return;
	ask(j, p, v.p, seed, text, out);
	version_release(&v);
}

void attack_window(const struct program *p, uint64_t seed, unsigned changes, struct attack_window *out)
{
	struct judge_options o = {.solver = "z3", .window_ms = 300, .privileged = true};
	struct random r = {seed * 0x9e3779b97f4a7c15ull + 7};
	struct program b = *p;
	char why[300];
	size_t at;
	struct judge *j = p->n <= SLOTS_MAX ? judge_new(p, &o, why, sizeof why) : NULL;
	if (!j)
		return;
	b.insns = calloc(p->n, sizeof *b.insns);
	if (!b.insns)
		abort();
	for (unsigned i = 0; i < changes && !*out->wrong; i++) {
		if (random_below(&r, 2))
			ask_draft(j, &r, p, seed + i, out);
		else if (change(&r, p, &b, &at) && memcmp(b.insns, p->insns, p->n * sizeof *b.insns))
			ask(j, p, &b, seed + i, NULL, out);
	}
	free(b.insns);
	judge_free(j);
}
