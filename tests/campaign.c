/* SPDX-License-Identifier: BSD-2-Clause */
/* Random programs in the symbolic machine, the concrete one and the live kernel. */
#include "tests/campaign.h"
#include "tests/shrink.h"

#include <stdlib.h>
#include <string.h>

#define MAX_STEPS 20000

enum random_style campaign_style(uint64_t seed)
{
	static const enum random_style styles[] = {RANDOM_WILD, RANDOM_CAREFUL, RANDOM_WILD, RANDOM_CAREFUL,
						   RANDOM_ARITHMETIC};
	return styles[seed % 5];
}

static void note(struct campaign_notes *n, const char *text)
{
	for (size_t i = 0; i < n->n; i++)
		if (!strncmp(n->at[i].text, text, sizeof n->at[i].text - 1)) {
			n->at[i].count++;
			return;
		}
	if (n->n == CAMPAIGN_NOTES) {
		n->others++;
		return;
	}
	snprintf(n->at[n->n].text, sizeof n->at[n->n].text, "%s", text);
	n->at[n->n++].count = 1;
}

static struct object *assemble(enum random_style style, uint64_t seed)
{
	struct object *o;
	char err[300];
	const char *text = random_program_text(style, seed);
	if (object_assemble("random", text, &o, err, sizeof err) != OBJECT_OK) {
		fprintf(stderr, "seed %llu: %s\nin:\n%s", (unsigned long long)seed, err, text);
		abort(); /* a bug of the generator or of the assembler */
	}
	return o;
}

static void count_insn(void *arg, const struct program *p, uint32_t slot, const uint64_t regs[11], uint16_t known)
{
	struct campaign *c = arg;
	const struct insn *in = &p->insns[slot];
	(void)regs;
	(void)known;
	c->insns[in->op]++;
	if (in->op == ISA_CALL && in->src == CALL_HELPER && in->imm > 0 && in->imm < 256)
		c->helpers[in->imm]++;
}

static void count_end(struct campaign *c, const struct exec_outcome *x)
{
	c->runs++;
	c->exits += x->end == EXEC_EXIT || x->end == EXEC_TAIL_CALL;
	c->faults += x->end == EXEC_FAULT;
	c->unmodelled += x->end == EXEC_UNMODELLED;
	c->fault_kinds[x->fault] += x->end == EXEC_FAULT;
}

/* Do the machines disagree on this program under the input? */
struct question {
	const struct input *in;
	char what[300];
	struct exec_options opt;
};

static bool disagree(void *arg, const struct program *p)
{
	struct question *q = arg;
	struct agreement a;
	struct exec_outcome x;
	char what[300];
	agreement_open(&a, p);
	exec_run(p, q->in, &q->opt, &x);
	bool differs = !(x.end == EXEC_FAULT && x.fault == FAULT_ENDLESS) &&
		       agreement_check(&a, q->in, &x, what, sizeof what) == AGREEMENT_DIFFERS;
	exec_release(&x);
	agreement_close(&a);
	if (differs)
		memcpy(q->what, what, sizeof what);
	return differs;
}

static void print_input(const struct input *in, FILE *out)
{
	for (size_t i = 0; i < input_count(in); i++) {
		const struct input_entry *e = input_at(in, i);
		if ((e->fn == IN_PKT && !e->value) || e->fn == IN_MAP_ERRNO)
			continue;
		fprintf(out, " %s(", input_rows[e->fn].name);
		for (size_t k = 0; k < e->n; k++)
			fprintf(out, "%s%lld", k ? "," : "", (long long)e->args[k]);
		fprintf(out, ")=%llu", (unsigned long long)e->value);
	}
	fputc('\n', out);
}

static void report(struct campaign *c, struct program *p, const struct input *in, const char *name)
{
	struct question q = {.in = in, .opt = {.max_steps = MAX_STEPS}};
	struct exec_outcome x;
	c->disagreements++;
	if (!c->out || !disagree(&q, p))
		return;
	fprintf(c->out, "--- %s: %s\n", name, q.what);
	shrink_program(p, disagree, &q);
	exec_run(p, in, &q.opt, &x);
	fprintf(c->out, "shrunk: %s\nrun: end %d at slot %u, r0 0x%llx %s\n", q.what, (int)x.end, x.slot,
		(unsigned long long)x.r0, x.what);
	exec_release(&x);
	shrink_print(p, c->out);
	fprintf(c->out, "input:");
	print_input(in, c->out);
	fflush(c->out);
}

/* false: they disagree, the rest of the inputs is left out. */
static bool check_input(struct campaign *c, struct agreement *a, const struct input *in)
{
	struct exec_options opt = {.max_steps = MAX_STEPS, .trace = count_insn, .trace_arg = c};
	struct exec_outcome x;
	char what[300];
	exec_run(a->program, in, &opt, &x);
	count_end(c, &x);
	enum agreement_answer answer = agreement_check(a, in, &x, what, sizeof what);
	exec_release(&x);
	if (answer == AGREEMENT_LESS) {
		c->less_known++;
		note(&c->reasons, what);
	}
	return answer != AGREEMENT_DIFFERS;
}

void campaign_run_program(struct campaign *c, enum random_style style, uint64_t seed)
{
	struct object *o = assemble(style, seed);
	struct agreement a;
	char name[80];
	c->programs++;
	agreement_open(&a, o->programs[0]);
	bool agree = true;
	for (unsigned kind = 0; agree && kind < RANDOM_INPUTS; kind++) {
		struct input *in = random_program_input(o->programs[0], kind, seed);
		agree = check_input(c, &a, in);
		snprintf(name, sizeof name, "seed %llu, style %d, input %u", (unsigned long long)seed, (int)style,
			 kind);
		if (!agree)
			report(c, o->programs[0], in, name);
		input_free(in);
	}
	agreement_close(&a);
	object_free(o);
}

/* Numbers in messages would make each of them its own. */
static void note_skip(struct campaign *c, const char *why)
{
	char text[200];
	size_t n = 0;
	for (const char *p = why; *p && *p != '\n' && n + 1 < sizeof text; p++) {
		bool digit = *p >= '0' && *p <= '9';
		if (!digit)
			text[n++] = *p;
		else if (n == 0 || text[n - 1] != '#')
			text[n++] = '#';
	}
	text[n] = '\0';
	note(&c->skips, text);
}

/* Do machine and kernel disagree, and did the kernel run the program at all? */
struct kernel_question {
	const struct input *in;
	char skip[300], diff[300];
};

static bool kernel_differs(void *arg, const struct program *p)
{
	struct kernel_question *q = arg;
	struct exec_options opt = {.max_steps = MAX_STEPS};
	struct exec_outcome x, y;
	bool differs = false;
	exec_run(p, q->in, &opt, &x);
	q->skip[0] = '\0';
	if (x.end != EXEC_EXIT)
		snprintf(q->skip, sizeof q->skip, "the run %s",
			 x.end == EXEC_TAIL_CALL ? "makes a tail call"
			 : x.end == EXEC_FAULT   ? "faults"
						 : "is not modelled");
	else if (kernel_run(p, q->in, NULL, &x, &y, q->skip, sizeof q->skip) == KERNEL_RAN) {
		size_t n_events = x.n_events;
		x.n_events = 0; /* the kernel's run shows no events */
		differs = exec_differ(p, &x, &y, q->diff, sizeof q->diff);
		x.n_events = n_events;
		exec_release(&y);
		q->skip[0] = '\0';
	}
	exec_release(&x);
	return differs;
}

bool campaign_compare_kernel(struct campaign *c, struct program *p, const struct input *in, uint64_t seed)
{
	struct kernel_question q = {.in = in};
	bool differs = kernel_differs(&q, p);
	if (q.skip[0]) {
		note_skip(c, q.skip);
		return false;
	}
	c->kernel_runs++;
	c->kernel_disagreements += differs;
	if (differs && c->out) {
		fprintf(c->out, "--- kernel, seed %llu: %s\n", (unsigned long long)seed, q.diff);
		shrink_program(p, kernel_differs, &q);
		kernel_differs(&q, p);
		fprintf(c->out, "shrunk: %s\n", q.diff);
		shrink_print(p, c->out);
		fprintf(c->out, "input:");
		print_input(in, c->out);
		fflush(c->out);
	}
	return true;
}

bool campaign_ask_kernel(struct campaign *c, uint64_t seed)
{
	struct object *o = assemble(seed % 4 ? RANDOM_CAREFUL : RANDOM_ARITHMETIC, seed);
	struct input *in = random_program_input(o->programs[0], 1 + (unsigned)(seed / 4 % 3), seed);
	bool ran = campaign_compare_kernel(c, o->programs[0], in, seed);
	input_free(in);
	object_free(o);
	return ran;
}

static int by_count(const void *a, const void *b)
{
	const struct campaign_note *x = a, *y = b;
	return x->count < y->count ? 1 : -(x->count > y->count);
}

void campaign_print_notes(const struct campaign_notes *n, const char *title, FILE *out)
{
	struct campaign_notes sorted = *n;
	qsort(sorted.at, sorted.n, sizeof *sorted.at, by_count);
	if (n->n)
		fprintf(out, "%s\n", title);
	for (size_t i = 0; i < sorted.n; i++)
		fprintf(out, "%8zu  %s\n", sorted.at[i].count, sorted.at[i].text);
	if (n->others)
		fprintf(out, "%8zu  others\n", n->others);
}

void campaign_print_coverage(const struct campaign *c, FILE *out)
{
	fprintf(out, "instructions executed, by row of isa.def\n");
	for (int i = 0; i < ISA_COUNT; i++)
		fprintf(out, "%-10s %10zu%s", isa_rows[i].name, c->insns[i], i % 4 == 3 ? "\n" : "   ");
	fprintf(out, "\nhelpers called\n");
	for (uint32_t i = 0, k = 0; i < 256; i++)
		if (c->helpers[i])
			fprintf(out, "%-22s %8zu%s", helper_find(i)->name, c->helpers[i], ++k % 4 ? "   " : "\n");
	fprintf(out, "\nfaults of the concrete machine\n");
	for (int i = 1; i < FAULT_COUNT; i++)
		if (c->fault_kinds[i])
			fprintf(out, "%8zu  %s\n", c->fault_kinds[i], fault_texts[i]);
}
