/* SPDX-License-Identifier: BSD-2-Clause */
/* The search for rules: conditions from none to many, patterns from general to special. */
#include "synth/learn/learn.h"

#include "checker/window/rule_proof.h"
#include "encode/isa/effect.h"
#include "synth/draft/alloc.h"
#include "synth/learn/learn_shape.h"
#include "synth/learn/learn_table.h"

#include <string.h>

#define TRIES 5 /* results of one pattern that are proved at most */

/* Conditions, `;` between them; from no condition on. */
static const char *const regimes[] = {
    "",
    "K == sext32(K)",
    "K == low32(K)",
    "C s>= 0",
    "is_power(C)",
    "C s> 0 && is_power(C)",
    "D s>= 0",
    "C + D < 64",
    "C + D >= 64",
    "C + D < 32",
    "C + D >= 32",
    "C & D == 0",
    "C & ~D == 0",
    "D & ~C == 0",
    "rA <= 0xffffffff",
    "rA <= 0x7fffffff",
    "rA <= 0xffff",
    "rA <= 0xff",
    "rB <= 0xffffffff",
    "rB <= 0xffff",
    "rA <= 0xffffffff;rB <= 0xffffffff",
    "rA <= 0x7fffffff;C s>= 0",
    "rA <= 0xffffffff;C s>= 0",
    "rA <= 0xffff;C <= 0xffff",
    "rA <= 0xffff;D <= 0xffff",
    "rA <= 0xffffffff;D s>= 0",
    "rA <= 0x7fffffff;D s>= 0",
};
#define REGIMES (sizeof regimes / sizeof *regimes)

#define LESSONS 256 /* instances that refuted something, kept to save proofs */

struct learner {
	const struct learn_options *o;
	struct solver *solver;
	struct rules *known;
	struct learn_counts *counts;
	struct rule base; /* nodes, conditions and facts of the regime */
	const struct learn_class *class;
	struct learn_samples samples;
	struct learn_table table; /* of the samples, once it is needed */
	struct rule sample_base;
	struct learn_sample lessons[LESSONS];
	unsigned n_lessons;
	bool sampled, tabled;
	enum learn_domain c, d;
};

static bool is_stopped(const struct learner *q)
{
	return q->o->stop && *q->o->stop;
}

static unsigned node_at(struct rule *g, const char **at)
{
	unsigned node;
	const char *what;
	if (!rule_expr_parse(g, at, 1, &node, &what)) {
		fprintf(stderr, "bpfprove: bug: expected %s at %s\n", what, *at);
		abort();
	}
	return node;
}

static void set_regime(struct rule *g, const char *text)
{
	g->n_facts = g->n_conditions = 0;
	while (*text) {
		if (*text == 'r') {
			uint8_t reg = (uint8_t)(text[1] - 'A');
			text += strlen("rA <= ");
			g->facts[g->n_facts++] = (struct rule_fact){RULE_BELOW, reg, (uint8_t)node_at(g, &text)};
		} else {
			g->conditions[g->n_conditions++] = (uint8_t)node_at(g, &text);
		}
		text += *text == ';';
	}
}

/* Where the values of a constant come from in a pattern. */
static enum learn_domain domain_of(const struct learner *q, const struct rule *r, unsigned constant)
{
	enum learn_domain domain = DOMAIN_ANY;
	for (unsigned i = 0; i < r->n_pattern; i++) {
		const struct rule_insn *ri = &r->pattern[i];
		const struct rule_node *n = ri->imm ? &q->base.nodes[ri->imm - 1] : NULL;
		if (!n || n->op != RULE_CONSTANT || n->value != constant)
			continue;
		if (q->class->near)
			return DOMAIN_NEAR;
		if (ri->in.op == ISA_LSH || ri->in.op == ISA_RSH || ri->in.op == ISA_ARSH)
			domain = domain == DOMAIN_SHIFT32 || ri->in.width == 32 ? DOMAIN_SHIFT32 : DOMAIN_SHIFT64;
	}
	return domain;
}

static unsigned constants_of(const struct learner *q, const struct rule_insn *side, unsigned n)
{
	unsigned all = 0;
	for (unsigned i = 0; i < n; i++) {
		all |= side[i].imm ? rule_constants_of(&q->base, side[i].imm - 1u) : 0;
		all |= side[i].off ? rule_constants_of(&q->base, side[i].off - 1u) : 0;
	}
	return all;
}

static bool has_number(const struct learner *q, const struct rule *r)
{
	for (unsigned i = 0; i < r->n_pattern; i++)
		if (r->pattern[i].imm && q->base.nodes[r->pattern[i].imm - 1].op == RULE_NUMBER)
			return true;
	return false;
}

/* What the conditions are about is in the pattern. */
static bool suits_regime(const struct learner *q, const struct rule *r)
{
	unsigned constants = constants_of(q, r->pattern, r->n_pattern), regs = 0, written = 0;
	for (unsigned i = 0; i < r->n_pattern; i++) {
		struct effect e = effect_of(&r->pattern[i].in);
		regs |= e.reads & ~written;
		written |= e.writes;
	}
	for (unsigned i = 0; i < q->base.n_conditions; i++)
		if (rule_constants_of(&q->base, q->base.conditions[i]) & ~constants)
			return false;
	for (unsigned i = 0; i < q->base.n_facts; i++)
		if (!((regs & ~(unsigned)q->class->points) >> q->base.facts[i].reg & 1))
			return false;
	return true;
}

/* Does each instruction count, with these registers dead at the end? */
static bool all_count(const struct rule *r, unsigned dead)
{
	unsigned live = ~dead;
	for (unsigned i = r->n_pattern; i-- > 0;) {
		const struct insn *in = &r->pattern[i].in;
		struct effect e = effect_of(in);
		if (e.writes && !(e.writes & live))
			return false;
		live = (live & ~(unsigned)e.writes) | e.reads;
	}
	return true;
}

static bool jumps(const struct rule_insn *side, unsigned n)
{
	return n && insn_is_jump(&side[n - 1].in);
}

static bool stores(const struct rule_insn *side, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (insn_has_form(&side[i].in, FORM_ST) || insn_has_form(&side[i].in, FORM_STX))
			return true;
	return false;
}

/* Does the side work on the instance? */
static bool run_on(const struct learn_sample *at, const struct rule_insn *side, unsigned n, struct learn_state *s)
{
	learn_begin(at, s);
	for (unsigned i = 0; i < n; i++)
		if (!learn_step(at, s, &side[i]))
			return false;
	return true;
}

/* Some earlier instance tells the sides apart. */
static bool fails_lesson(struct learner *q, const struct rule *r)
{
	for (unsigned i = 0; i < q->n_lessons && i < LESSONS && !r->points; i++) {
		struct learn_sample *at = &q->lessons[i];
		struct learn_state a, b;
		if (!learn_sample_fill(&q->samples, at) || !run_on(at, r->pattern, r->n_pattern, &a) ||
		    !run_on(at, r->result, r->n_result, &b))
			continue;
		bool same = a.taken == b.taken;
		for (unsigned k = 0; k < LEARN_REGS; k++)
			same &= r->dead >> k & 1 || a.regs[k] == b.regs[k];
		if (!same)
			return true;
	}
	return false;
}

static void learn_lesson(struct learner *q, const struct rule_proof *proof)
{
	struct learn_sample *at = &q->lessons[q->n_lessons++ % LESSONS];
	memcpy(at->regs, proof->regs, sizeof at->regs);
	memcpy(at->constants, proof->constants, sizeof at->constants);
}

static bool is_proved(struct learner *q, const struct rule *r)
{
	struct rule_proof proof;
	rule_prove(r, q->solver, &proof);
	if (proof.verdict == VERDICT_REFUTED && !r->any)
		learn_lesson(q, &proof);
	q->counts->refuted += proof.verdict == VERDICT_REFUTED;
	q->counts->unknown += proof.verdict == VERDICT_UNKNOWN;
	return proof.verdict == VERDICT_PROVED;
}

/* Registers that may be pointers as well. */
static void widen(struct learner *q, struct rule *r)
{
	unsigned written = 0, reads = 0;
	for (unsigned i = 0; i < r->n_pattern; i++) {
		struct effect e = effect_of(&r->pattern[i].in);
		reads |= e.reads & ~written;
		written |= e.writes;
	}
	for (unsigned i = 0; i < r->n_facts; i++)
		reads &= ~(1u << r->facts[i].reg); /* facts are about numbers */
	for (unsigned i = 0; i < r->n_regs; i++) {
		struct rule wider = *r;
		wider.any |= (uint8_t)(1u << i);
		if (reads >> i & 1 && !(r->points >> i & 1) && is_proved(q, &wider))
			*r = wider;
	}
}

static void keep(struct learner *q, struct rule r)
{
	widen(q, &r);
	learn_name(&r, q->known);
	if ((q->known->n & (q->known->n - 1)) == 0)
		q->known->at = checked(reallocarray(q->known->at, 2 * (q->known->n ? q->known->n : 1), sizeof r));
	q->known->at[q->known->n++] = r;
	q->counts->proved++;
	if (q->o->progress)
		q->o->progress(q->o->arg, q->counts, r.name);
}

/* Results that agree on the samples and cost less than `most`, cheapest first, until one is proved. */
static bool try_results(struct learner *q, const struct rule *r, uint64_t key, unsigned live, unsigned most)
{
	size_t n, tried = 0;
	const struct learn_entry *e = learn_table_find(&q->table, live, key, &n);
	unsigned constants = constants_of(q, r->pattern, r->n_pattern);
	for (size_t i = 0; i < n && e[i].cost < most && tried < TRIES && !is_stopped(q); i++) {
		struct rule with = *r;
		if (e[i].form != UINT32_MAX)
			with.result[with.n_result++] = q->class->result.at[e[i].form];
		if (constants_of(q, with.result, with.n_result) & ~constants)
			continue;
		if (jumps(with.result, with.n_result) && !jumps(with.pattern, with.n_pattern))
			continue;
		if (stores(with.result, with.n_result) != stores(with.pattern, with.n_pattern))
			continue;
		q->counts->agreed++;
		if (fails_lesson(q, &with))
			continue;
		tried++;
		if (is_proved(q, &with)) {
			learn_tidy(&with);
			keep(q, with);
			return true;
		}
	}
	return false;
}

static bool is_copy(const struct insn *in)
{
	return in->op == ISA_MOV || in->op == ISA_LDDW;
}

/* Does the first of two make one and the same value of all samples? A constant does that better. */
static bool begins_with_constant(const struct learner *q, const struct rule *r)
{
	struct effect e = effect_of(&r->pattern[0].in);
	if (r->n_pattern < 2 || !e.writes || is_copy(&r->pattern[0].in))
		return false;
	uint64_t first = 0;
	for (unsigned i = 0; i < LEARN_SAMPLES; i++) {
		struct learn_state s;
		learn_begin(&q->samples.at[i], &s);
		if (!learn_step(&q->samples.at[i], &s, &r->pattern[0]))
			return false;
		uint64_t v = s.regs[__builtin_ctz(e.writes)];
		first = i ? first : v;
		if (v != first)
			return false;
	}
	return true;
}

static void try_pattern(struct learner *q, struct rule *r)
{
	struct learn_effect effect;
	unsigned cost = learn_cost(r->pattern, r->n_pattern), written = 0;
	if (!learn_effect_of(&q->samples, r->pattern, r->n_pattern, &effect) || begins_with_constant(q, r))
		return;
	for (unsigned i = 0; i < r->n_pattern; i++)
		written |= effect_of(&r->pattern[i].in).writes;
	for (unsigned dead = 0; dead < 1u << LEARN_REGS; dead++) {
		unsigned most = cost, known, all = (1u << LEARN_REGS) - 1;
		size_t n;
		if (dead & ~written || !all_count(r, dead))
			continue;
		uint64_t key = learn_key(&effect, all & ~dead);
		const struct learn_entry *e = learn_table_find(&q->table, all & ~dead, key, &n);
		if (!e || e->cost >= cost)
			continue;
		r->dead = (uint8_t)dead;
		if (learn_is_known(q->known, r, &q->samples, &known)) {
			q->counts->subsumed++;
			most = known < most ? known : most;
		}
		if (e->cost < most)
			try_results(q, r, key, all & ~dead, most);
	}
}

static bool is_turn(const struct learner *q, const struct rule *r, bool numbers)
{
	return has_number(q, r) == numbers && domain_of(q, r, 0) == q->c && domain_of(q, r, 1) == q->d &&
	       suits_regime(q, r);
}

/* D stands for a constant only behind a C. */
static bool is_in_order(const struct learner *q, const struct rule *r)
{
	unsigned first = constants_of(q, r->pattern, 1), all = constants_of(q, r->pattern, r->n_pattern);
	return !(all & 2) || first & 1;
}

/* The second instruction has to do with what the first one wrote. */
static bool is_connected(const struct learner *q, const struct rule *r)
{
	struct effect a = effect_of(&r->pattern[0].in), b = effect_of(&r->pattern[1].in);
	return (q->class->points && !a.writes) || a.writes & (b.reads | b.writes);
}

static bool is_common(const struct insn *in)
{
	return in->op == ISA_ADD || in->op == ISA_SUB || in->op == ISA_AND || in->op == ISA_OR || in->op == ISA_XOR;
}

static bool is_shift(const struct insn *in)
{
	return in->op == ISA_LSH || in->op == ISA_RSH || in->op == ISA_ARSH;
}

/* Of a register's lower half, or the swap of its bytes. */
static bool is_extension(const struct insn *in)
{
	return in->op == ISA_MOVSX || in->op == ISA_BE || (in->op == ISA_MOV && in->width == 32 && !in->k);
}

/* Two stores: side by side and alike, or one over the other. */
static bool are_close(const struct learner *q, const struct rule *r)
{
	static const uint64_t constants[RULE_CONSTANTS];
	const struct insn *a = &r->pattern[0].in, *b = &r->pattern[1].in;
	int64_t by = (int64_t)rule_value(&q->base, r->pattern[1].off - 1u, constants);
	int64_t size = a->width / 8;
	return by ? a->width == b->width && a->op == b->op && (by == size || by == -size) : a->width <= b->width;
}

/* Do programs have such pairs? Of all that could be there most never are. */
static bool is_plausible(const struct learner *q, const struct rule *r)
{
	const struct insn *a = &r->pattern[0].in, *b = &r->pattern[1].in;
	unsigned reads = effect_of(b).reads, writes = effect_of(b).writes;
	bool makes = is_copy(a), jump = insn_has_form(b, FORM_JMP);
	if (q->class->points)
		return effect_of(a).writes || are_close(q, r);
	if (r->pattern[0].imm && r->pattern[0].imm == r->pattern[1].imm && !has_number(q, r)) /* C twice */
		return (is_shift(a) && is_shift(b)) || (a->op == b->op && a->op == ISA_XOR) ||
		       (a->op == ISA_ADD && b->op == ISA_SUB);
	if (q->base.n_facts && !is_extension(a) && !is_extension(b)) /* bounds say most about upper halves */
		return false;
	if (is_shift(a) && is_shift(b) && has_number(q, r) && r->pattern[0].imm != r->pattern[1].imm)
		return false;
	if (jump && !b->k && !a->k && effect_of(a).reads >> 1 & 1) /* with what it was made of */
		return false;
	if (a->op == ISA_MOVSX || b->op == ISA_MOVSX) /* with what it may have come from, or goes into */
		return is_copy(a) || is_copy(b) || (jump && b->k) || (a->op == b->op && b->dst == 0 && b->src == 0) ||
		       ((a->k || b->k) && b->dst == 0);
	if (insn_has_form(b, FORM_ALU) && !is_copy(b) && !b->k &&
	    !is_common(b)) /* an amount or divisor in a register */
		return a->op == ISA_MOV && a->k && b->src == 0;
	if (makes)
		return true;
	if (insn_has_form(a, FORM_ALU) && !a->k && !is_copy(b) && !(b->k || (jump && b->dst == 0)) && a->op != b->op)
		return false;
	return jump ? b->dst == 0 : writes & 1 || (is_copy(b) && reads & 1);
}

static bool is_wanted(const struct learner *q, const struct rule *r)
{
	return !q->o->shapes || learn_shapes_have(q->o->shapes, r);
}

/* Samples and table are made when the first pattern asks for them. */
static void try_prepared(struct learner *q, struct rule *r)
{
	if (!q->sampled) {
		q->sampled = true;
		q->sample_base = q->base;
		q->sample_base.points = q->class->points;
		q->tabled = learn_samples_make(&q->samples, &q->sample_base, q->c, q->d, 1);
		if (q->tabled)
			learn_table_make(&q->table, &q->samples, &q->class->result);
	}
	if (q->tabled)
		try_pattern(q, r);
}

static void try_patterns(struct learner *q, unsigned length, bool numbers)
{
	const struct learn_forms *first = &q->class->first, *second = &q->class->second;
	struct rule r = q->base;
	r.n_regs = LEARN_REGS;
	r.points = q->class->points;
	r.n_pattern = length;
	for (size_t i = 0; i < first->n && !is_stopped(q); i++) {
		r.pattern[0] = first->at[i];
		if (length == 1 && is_turn(q, &r, numbers))
			try_prepared(q, &r);
		for (size_t k = 0; length > 1 && k < second->n && !is_stopped(q); k++) {
			r.pattern[1] = second->at[k];
			if (!is_connected(q, &r) || !is_plausible(q, &r) || !is_wanted(q, &r) ||
			    !is_turn(q, &r, numbers) || !is_in_order(q, &r))
				continue;
			q->counts->patterns++;
			try_prepared(q, &r);
		}
	}
}

static bool uses_domains(const struct learner *q)
{
	bool near = q->c == DOMAIN_NEAR || q->d == DOMAIN_NEAR;
	return q->class->near ? q->c == DOMAIN_NEAR && q->d == DOMAIN_ANY : !near;
}

static void try_regime(struct learner *q, const char *text, unsigned length, bool numbers)
{
	set_regime(&q->base, text);
	if (q->o->progress)
		q->o->progress(q->o->arg, q->counts, *text ? text : q->class->name);
	for (q->c = DOMAIN_ANY; q->c < DOMAIN_COUNT; q->c++)
		for (q->d = DOMAIN_ANY; q->d < DOMAIN_COUNT && !is_stopped(q); q->d++) {
			if (!uses_domains(q))
				continue;
			q->sampled = q->tabled = false;
			try_patterns(q, length, numbers);
			if (q->tabled)
				learn_table_release(&q->table);
		}
}

bool learn_rules(const struct learn_options *o, struct rules *out, struct learn_counts *c, char *err, size_t errlen)
{
	struct learn_class classes[LEARN_CLASSES];
	struct learner *q = checked(calloc(1, sizeof *q));
	*out = (struct rules){0};
	*c = (struct learn_counts){0};
	q->o = o;
	q->known = out;
	q->counts = c;
	q->solver = solver_open(o->solver, (struct solver_limits){.query_ms = o->query_ms}, err, errlen);
	bool opened = q->solver;
	learn_classes_make(&q->base, classes);
	for (unsigned pass = 0; pass < 4 && opened; pass++) /* short before long, general before special */
		for (size_t i = 0; i < REGIMES; i++)
			for (unsigned k = 0; k < LEARN_CLASSES && !is_stopped(q); k++) {
				q->class = &classes[k];
				try_regime(q, regimes[i], 1 + pass / 2, pass % 2);
			}
	learn_classes_release(classes);
	if (opened)
		solver_close(q->solver);
	free(q);
	return opened;
}
