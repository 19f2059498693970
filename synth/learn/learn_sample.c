/* SPDX-License-Identifier: BSD-2-Clause */
/* Samples: values that programs have, and that tell operations apart. */
#include "synth/learn/learn_sample.h"

#include "checker/exec/alu.h"
#include "checker/window/trial.h"

#include <string.h>

#define ATTEMPTS 40000

static uint64_t some_word(uint64_t *seed)
{
	uint64_t x = trial_random(seed);
	switch (trial_below(seed, 9)) {
	case 0:
		return x;
	case 1:
		return x & 0xffffffff;
	case 2:
		return x & 0x7fffffff;
	case 3:
		return x & 0xffff;
	case 4:
		return x & 0xff;
	case 5:
		return (uint64_t)(int32_t)x;
	case 6:
		return 1ull << (x & 63);
	case 7:
		return (1ull << (x & 63)) - 1;
	default:
		return x & 3 ? x % 9 : ~(x >> 8 & 7);
	}
}

static uint64_t some_immediate(uint64_t *seed, enum learn_domain domain)
{
	uint64_t x = trial_random(seed);
	switch (domain) {
	case DOMAIN_SHIFT32:
		return x % 32;
	case DOMAIN_SHIFT64:
		return x % 64;
	case DOMAIN_NEAR:
		return x % 17 - 8;
	case DOMAIN_ANY:
	case DOMAIN_COUNT:
		break;
	}
	switch (trial_below(seed, 8)) {
	case 0:
		return (uint64_t)(int32_t)x;
	case 1:
		return x & 0x7fff;
	case 2:
		return x & 0xff;
	case 3:
		return 1ull << (x % 31);
	case 4:
		return (1ull << (x % 31)) - 1;
	case 5:
		return (uint64_t)(int16_t)x;
	case 6:
		return ~(x & 0xffff);
	default:
		return x % 70;
	}
}

/* The second constant is often something like the first. */
static uint64_t some_second(uint64_t *seed, enum learn_domain domain, uint64_t first)
{
	uint64_t x = trial_random(seed), v = some_immediate(seed, domain);
	if (domain == DOMAIN_ANY)
		switch (x % 8) {
		case 0:
			return first;
		case 1:
			return ~first;
		case 2:
			return (uint64_t)(int32_t)(first & v);
		case 3:
			return (uint64_t)(int32_t)(first | v);
		case 4:
			return first + x / 8 % 5;
		default:
			return v;
		}
	return x % 4 == 0 && first < 64 && domain != DOMAIN_NEAR ? first % (domain == DOMAIN_SHIFT32 ? 32 : 64) : v;
}

static bool meets(const struct learn_samples *s, const struct learn_sample *at)
{
	const struct rule *r = s->rule;
	for (unsigned i = 0; i < r->n_conditions; i++)
		if (!at->nodes[r->conditions[i]])
			return false;
	for (unsigned i = 0; i < r->n_facts; i++) {
		uint64_t reg = at->regs[r->facts[i].reg], v = at->nodes[r->facts[i].node];
		if (r->facts[i].kind == RULE_BELOW ? reg > v : (reg & v) != 0)
			return false;
	}
	return true;
}

/* Something that comparisons with a constant or the other register tell apart from it only just. */
static uint64_t near_to(uint64_t *seed, const uint64_t constants[RULE_CONSTANTS], uint64_t other)
{
	uint64_t x = trial_random(seed), v = x & 1 ? constants[x >> 1 & 1] : other;
	v += x >> 2 & 1 ? 0 : (x >> 3) % 3 - 1;
	switch (x >> 8 & 7) {
	case 0:
		return v & 0xffffffff;
	case 1:
		return v ^ 1ull << (x >> 16 & 63);
	case 2:
		return v ^ (x & 0xffffffff00000000);
	case 3:
		return (uint64_t)(int32_t)v;
	case 4:
		return -v;
	default:
		return v;
	}
}

static void fill(const struct learn_samples *s, struct learn_sample *at, uint64_t *seed)
{
	for (unsigned i = 0; i < LEARN_REGS; i++)
		at->regs[i] = s->rule->points >> i & 1 ? LEARN_ADDRESS : some_word(seed);
	if (trial_below(seed, 6) == 0 && !s->rule->points)
		at->regs[1] = at->regs[0];
	at->constants[0] = some_immediate(seed, s->c);
	at->constants[1] = some_second(seed, s->d, at->constants[0]);
	at->constants[2] = some_immediate(seed, DOMAIN_ANY);
	at->constants[3] = 16 + trial_below(seed, 24);
	at->constants[4] = 16 + trial_below(seed, 24);
	at->constants[5] = some_word(seed);
	at->constants[6] = some_word(seed);
	for (unsigned i = 0; i < 2 && !s->rule->points; i++)
		at->regs[i] = trial_below(seed, 2) ? at->regs[i] : near_to(seed, at->constants, at->regs[!i]);
	for (unsigned i = 0; i < LEARN_BYTES; i++)
		at->bytes[i] = (uint8_t)trial_random(seed);
}

bool learn_sample_fill(const struct learn_samples *s, struct learn_sample *at)
{
	for (unsigned i = 0; i < s->rule->n_nodes; i++)
		at->nodes[i] = rule_value(s->rule, i, at->constants);
	return meets(s, at);
}

bool learn_samples_make(struct learn_samples *s, const struct rule *rule, enum learn_domain c, enum learn_domain d,
			uint64_t seed)
{
	unsigned n = 0;
	s->rule = rule;
	s->c = c;
	s->d = d;
	for (unsigned i = 0; i < ATTEMPTS && n < LEARN_SAMPLES; i++) {
		fill(s, &s->at[n], &seed);
		n += learn_sample_fill(s, &s->at[n]);
	}
	return n == LEARN_SAMPLES;
}

void learn_begin(const struct learn_sample *at, struct learn_state *s)
{
	memcpy(s->regs, at->regs, sizeof s->regs);
	memcpy(s->bytes, at->bytes, sizeof s->bytes);
	s->taken = false;
}

/* The bytes that an access is about, NULL: elsewhere. */
static uint8_t *place(const struct learn_sample *at, struct learn_state *s, const struct rule_insn *ri, unsigned base)
{
	uint64_t index = s->regs[base] + (ri->off ? at->nodes[ri->off - 1] : 0) - LEARN_ADDRESS;
	return index <= LEARN_BYTES - ri->in.width / 8u ? &s->bytes[index] : NULL;
}

static bool is_legal(const struct insn *in, uint64_t imm)
{
	if (!rule_fits_imm(in, imm))
		return false;
	if (in->op == ISA_LSH || in->op == ISA_RSH || in->op == ISA_ARSH)
		return (uint32_t)imm < in->width;
	bool divides = in->op == ISA_DIV || in->op == ISA_MOD || in->op == ISA_SDIV || in->op == ISA_SMOD;
	return !divides || (uint32_t)imm;
}

static bool access_memory(const struct learn_sample *at, struct learn_state *s, const struct rule_insn *ri,
			  uint64_t imm)
{
	const struct insn *in = &ri->in;
	bool load = insn_has_form(in, FORM_LDX) || insn_has_form(in, FORM_LDXS);
	uint8_t *bytes = place(at, s, ri, load ? in->src : in->dst);
	uint64_t v = in->op == ISA_ST ? imm : s->regs[in->src];
	if (!bytes)
		return false;
	if (!load) {
		memcpy(bytes, &v, in->width / 8u);
		return true;
	}
	v = 0;
	memcpy(&v, bytes, in->width / 8u);
	s->regs[in->dst] = in->op == ISA_LDXS ? (uint64_t)alu_sign_extend(v, in->width) : v;
	return true;
}

bool learn_step(const struct learn_sample *at, struct learn_state *s, const struct rule_insn *ri)
{
	const struct insn *in = &ri->in;
	uint64_t imm = ri->imm ? at->nodes[ri->imm - 1] : 0;
	if (ri->imm && !is_legal(in, imm))
		return false;
	switch ((int)isa_rows[in->op].form) {
	case FORM_WIDE:
		s->regs[in->dst] = imm;
		return true;
	case FORM_JA:
		s->taken = true;
		return true;
	case FORM_JMP:
		s->taken = alu_compute(in, s->regs[in->dst], in->k ? imm : s->regs[in->src], 0);
		return true;
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_ST:
	case FORM_STX:
		return access_memory(at, s, ri, imm);
	default:
		s->regs[in->dst] = alu_compute(in, s->regs[in->dst], in->k ? imm : s->regs[in->src], 0);
		return true;
	}
}
