/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's rules that are not about safety, each a walk over the instructions. */
#include "checker/safety/kernel_rule.h"

#include <stdlib.h>
#include <string.h>

#define MAX_INSNS 1000000u /* BPF_COMPLEXITY_LIMIT_INSNS */
#define MAX_FUNCTIONS 256u
#define MAX_MAPS 64u
#define CPU_OLD 3 /* instruction set of Linux 6.1: -mcpu=v3 */

typedef bool check(const struct program *p, struct kernel_finding *f);
#define KERNEL_RULE(name, check_name, ...) static check check_##check_name;
#include "kernel_rule.def"
#undef KERNEL_RULE
static check *const checks[KERNEL_RULE_COUNT] = {
#define KERNEL_RULE(name, check_name, ...) check_##check_name,
#include "kernel_rule.def"
#undef KERNEL_RULE
};

const struct kernel_rule_row kernel_rule_rows[KERNEL_RULE_COUNT] = {
#define KERNEL_RULE(name, check_name, text, source) \
	{#name, text, source, KERNEL_RULE_##name == KERNEL_RULE_FORWARD || KERNEL_RULE_##name == KERNEL_RULE_AGE},
#include "kernel_rule.def"
#undef KERNEL_RULE
};

/* Fills the finding; always true, so that checks can return it. */
static bool found(struct kernel_finding *f, size_t slot, const char *text)
{
	f->broken = true;
	f->slot = (uint32_t)slot;
	snprintf(f->text, sizeof f->text, "%s", text);
	return true;
}

static bool check_size(const struct program *p, struct kernel_finding *f)
{
	char text[64];
	snprintf(text, sizeof text, "%zu instructions", p->n);
	return p->n > MAX_INSNS && found(f, MAX_INSNS, text);
}

static bool is_tail(const struct program *p, size_t slot)
{
	return p->insns[slot].op == ISA_WIDE_TAIL;
}

static bool has_target(const struct insn *in)
{
	return insn_is_jump(in) || (in->op == ISA_CALL && in->src == CALL_LOCAL) ||
	       (in->op == ISA_LDDW && in->src == WIDE_FUNC);
}

static bool check_reached(const struct program *p, struct kernel_finding *f)
{
	bool *seen = calloc(p->n + 1, sizeof *seen);
	uint32_t *todo = malloc((2 * p->n + 2) * sizeof *todo);
	size_t n = 0;
	if (!seen || !todo)
		abort();
	for (todo[n++] = 0; n > 0;) {
		uint32_t slot = todo[--n];
		if (slot >= p->n || seen[slot])
			continue;
		const struct insn *in = &p->insns[slot];
		seen[slot] = true;
		if (has_target(in))
			todo[n++] = (uint32_t)insn_target(in, slot);
		if (insn_falls_through(in))
			todo[n++] = slot + (in->op == ISA_LDDW ? 2 : 1);
	}
	for (size_t i = 0; i < p->n && !f->broken; i++)
		if (!seen[i] && !is_tail(p, i))
			found(f, i, "");
	free(seen);
	free(todo);
	return f->broken;
}

static bool check_forward(const struct program *p, struct kernel_finding *f)
{
	for (size_t i = 0; i < p->n; i++)
		if (insn_is_jump(&p->insns[i]) && insn_target(&p->insns[i], i) <= (int64_t)i)
			return found(f, i, "");
	return false;
}

static bool check_last(const struct program *p, struct kernel_finding *f)
{
	for (size_t i = 0; i < p->n_subs; i++) {
		uint32_t last = p->subs[i].end - 1;
		enum isa_op op = (enum isa_op)p->insns[last].op;
		if (op != ISA_EXIT && op != ISA_JA && op != ISA_JAL)
			return found(f, last, p->subs[i].name ? p->subs[i].name : "");
	}
	return false;
}

static bool check_functions(const struct program *p, struct kernel_finding *f)
{
	return p->n_subs > MAX_FUNCTIONS && found(f, p->subs[MAX_FUNCTIONS].start, "");
}

static bool check_maps(const struct program *p, struct kernel_finding *f)
{
	size_t n = 0, n_maps = p->object ? p->object->n_maps : 0;
	bool *used = calloc(n_maps + 1, sizeof *used);
	if (!used)
		abort();
	for (size_t i = 0; i < p->n && !f->broken; i++) {
		const struct insn *in = &p->insns[i];
		size_t map = (size_t)in->imm;
		if (in->op != ISA_LDDW || (in->src != WIDE_MAP && in->src != WIDE_MAP_VALUE) || map >= n_maps)
			continue;
		n += !used[map];
		used[map] = true;
		if (n > MAX_MAPS)
			found(f, i, "");
	}
	free(used);
	return f->broken;
}

static bool check_shifts(const struct program *p, struct kernel_finding *f)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct insn *in = &p->insns[i];
		bool shift = in->op == ISA_LSH || in->op == ISA_RSH || in->op == ISA_ARSH;
		if (shift && in->k && (in->imm < 0 || in->imm >= in->width))
			return found(f, i, "");
	}
	return false;
}

static bool check_divisors(const struct program *p, struct kernel_finding *f)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct insn *in = &p->insns[i];
		bool divides = in->op == ISA_DIV || in->op == ISA_SDIV || in->op == ISA_MOD || in->op == ISA_SMOD;
		if (divides && in->k && in->imm == 0)
			return found(f, i, "");
	}
	return false;
}

/* The register that an access goes through, -1 if it is none. */
static int base_of(const struct insn *in)
{
	switch ((int)isa_rows[in->op].form) {
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_LOAD_ACQ:
		return in->src;
	case FORM_ST:
	case FORM_STX:
	case FORM_ATOMIC:
	case FORM_STORE_REL:
		return in->dst;
	default:
		return -1;
	}
}

static bool check_alignment(const struct program *p, struct kernel_finding *f)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct insn *in = &p->insns[i];
		if (!is_tail(p, i) && base_of(in) == 10 && in->off % (in->width / 8) != 0)
			return found(f, i, "");
	}
	return false;
}

static bool check_packet_load(const struct program *p, struct kernel_finding *f)
{
	bool allowed =
	    p->type == PROGTYPE_SOCKET_FILTER || p->type == PROGTYPE_SCHED_CLS || p->type == PROGTYPE_SCHED_ACT;
	for (size_t i = 0; i < p->n && !allowed; i++)
		if (p->insns[i].op == ISA_LDABS || p->insns[i].op == ISA_LDIND)
			return found(f, i, "");
	return false;
}

static bool check_age(const struct program *p, struct kernel_finding *f)
{
	for (size_t i = 0; i < p->n; i++)
		if (!is_tail(p, i) && isa_rows[p->insns[i].op].cpu > CPU_OLD)
			return found(f, i,
				     isa_rows[p->insns[i].op].cpu > CPU_OLD + 1 ? "from Linux 6.15 on"
										: "from Linux 6.6 on");
	return false;
}

/* The log's last line that is not about the verifier's own work. */
static void last_word(const char *log, char *out, size_t len)
{
	static const char *const own[] = {"processed ", "verification time", "stack depth"};
	const char *best = log;
	for (const char *line = log; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		bool skip = *line == '\n';
		for (size_t i = 0; i < sizeof own / sizeof *own; i++)
			skip |= !strncmp(line, own[i], strlen(own[i]));
		if (!skip)
			best = line;
	}
	snprintf(out, len, "%.*s", (int)strcspn(best, "\n"), best);
}

void kernel_rule_ask(const struct program *p, struct kernel_view *out)
{
	enum { LOG = 1 << 20 };
	char *log = malloc(LOG);
	if (!log)
		abort();
	out->status = kernel_verify(p, log, LOG, &out->processed);
	out->asked = out->status == KERNEL_RAN || out->status == KERNEL_REFUSED;
	last_word(log, out->text, sizeof out->text);
	if (out->status == KERNEL_RAN)
		*out->text = 0;
	free(log);
}

void kernel_rule_view(const struct program *p, bool live, struct kernel_view *out)
{
	*out = (struct kernel_view){.ruled = true};
	for (int i = 0; i < KERNEL_RULE_COUNT; i++)
		checks[i](p, &out->rules[i]);
	if (live)
		kernel_rule_ask(p, out);
	else
		snprintf(out->text, sizeof out->text, "asked not to");
}

enum kernel_rule kernel_rule_broken(const struct kernel_view *v)
{
	for (int i = 0; i < KERNEL_RULE_COUNT; i++)
		if (v->rules[i].broken && !kernel_rule_rows[i].depends)
			return (enum kernel_rule)i;
	return KERNEL_RULE_COUNT;
}
