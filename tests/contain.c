/* SPDX-License-Identifier: BSD-2-Clause */
/* Concrete states in abstract ones: an assignment of words to symbols that the registers dictate, and what it breaks.
 */
#include "tests/contain.h"

#include "checker/safety/safety.h"
#include "checker/safety/state.h"
#include "tests/random_program.h"

#include <stdlib.h>
#include <string.h>

enum {
	ABSTRACT_STEPS = 6000, /* of all attempts: states are kept */
	CONCRETE_STEPS = 3000,
	PASSES = 3 /* over the definitions */
};

struct model {
	const struct astate *s;
	const uint64_t *regs;
	uint64_t *value; /* of each symbol */
	bool *set;
	char *why;
	size_t len;
};

static bool deny(struct model *m, const char *what, unsigned place, uint64_t word)
{
	snprintf(m->why, m->len, "%s %u: 0x%llx", what, place, (unsigned long long)word);
	return false;
}

/* The symbol is this word. */
static bool assign(struct model *m, sym x, uint64_t word)
{
	if (!scalar_contains(m->s->syms[x].facts, word))
		return deny(m, "not in the facts of symbol", x, word);
	if (m->set[x] && m->value[x] != word)
		return deny(m, "another word than elsewhere for symbol", x, word);
	m->set[x] = true;
	m->value[x] = word;
	return true;
}

/* Addresses of the kinds that lie in a range of their own (input.def), with room for pointers beyond the ends. */
static bool is_of_kind(const struct aval *v, uint64_t word)
{
	static const struct {
		uint64_t lo, hi;
	} ranges[KIND_COUNT] = {[KIND_STACK] = {0xffffc90000000000, 0xffffc9ffffffffff},
				[KIND_CTX] = {0xffffca0000000000, 0xffffcaffffffffff},
				[KIND_PACKET] = {0xffff888000100000, 0xffff90ffffffffff},
				[KIND_MAP] = {0xffffcc0000000000, 0xffffccffffffffff},
				[KIND_FUNC] = {0xffffffffa0000000, 0xffffffffa0ffffff}};
	uint64_t room = 1ull << 40;
	return !ranges[v->kind].hi || (word >= ranges[v->kind].lo - room && word - room <= ranges[v->kind].hi);
}

static bool is_near(const struct astate *s, const struct aval *v)
{
	struct scalar f = state_number(s, v);
	int64_t room = 1ll << 29;
	return f.smin > -room && f.smax < room;
}

static bool is_null_word(uint64_t word)
{
	return word + (1ull << 30) < 1ull << 31; /* addresses of functions begin at -0x60000000 */
}

/* The address that offsets count from, told by a register with a constant one. */
static bool find_base(const struct model *m, const struct aval *v, uint64_t *base)
{
	if (v->kind != KIND_STACK && v->kind != KIND_CTX && v->kind != KIND_PACKET)
		return false;
	for (unsigned i = 0; i < 11; i++) {
		const struct aval *o = &m->s->r[i];
		uint64_t off;
		struct aval number = {.kind = KIND_NUMBER, .sym = o->sym, .add = o->add};
		if (o->kind != v->kind || o->object != v->object || o->maybe_null ||
		    !aval_is_const(m->s, &number, &off))
			continue;
		*base = m->regs[i] - off;
		return true;
	}
	return false;
}

static bool check_register(struct model *m, unsigned i)
{
	const struct aval *v = &m->s->r[i];
	uint64_t word = m->regs[i], base;
	if (v->kind == KIND_NUMBER)
		return assign(m, v->sym, word - (uint64_t)v->add) || deny(m, "number in register", i, word);
	if (!is_near(m->s, v)) /* a pointer plus any number */
		return true;
	if (is_null_word(word))
		return v->maybe_null ? assign(m, v->sym, word - (uint64_t)v->add)
				     : deny(m, "NULL in register", i, word);
	if (!is_of_kind(v, word))
		return deny(m, "other kind of pointer in register", i, word);
	return !find_base(m, v, &base) || assign(m, v->sym, word - base - (uint64_t)v->add) ||
	       deny(m, "offset of register", i, word);
}

/* Pointers of one group are NULL together. */
static bool check_groups(struct model *m)
{
	for (unsigned i = 0; i < 11; i++)
		for (unsigned j = 0; j < i; j++) {
			const struct aval *a = &m->s->r[i], *b = &m->s->r[j];
			if (aval_is_pointer(a) && aval_is_pointer(b) && a->maybe_null && b->maybe_null &&
			    a->null_id == b->null_id && is_null_word(m->regs[i]) != is_null_word(m->regs[j]))
				return deny(m, "NULL apart from the others of its group, register", i, m->regs[i]);
		}
	return true;
}

static bool defined_word(const struct model *m, const struct symbol *y, uint64_t *out)
{
	bool binary = y->def == DEF_ADD || y->def == DEF_SUB;
	if (y->def == DEF_NONE || y->def == DEF_HEAD || !m->set[y->a] || (binary && !m->set[y->b]))
		return false;
	uint64_t a = m->value[y->a] + (uint64_t)y->ka, k = (uint64_t)y->kb;
	uint64_t b = binary ? m->value[y->b] + k : k;
	switch (y->def) {
	case DEF_ADD:
		*out = a + b;
		break;
	case DEF_SUB:
		*out = a - b;
		break;
	case DEF_AND:
		*out = a & k;
		break;
	case DEF_OR:
		*out = a | k;
		break;
	case DEF_MUL:
		*out = a * k;
		break;
	case DEF_LSH:
		*out = a << k;
		break;
	case DEF_RSH:
		*out = a >> k;
		break;
	case DEF_ARSH:
		*out = (uint64_t)((int64_t)a >> k);
		break;
	case DEF_ZEXT:
		*out = k >= 64 ? a : a & ((1ull << k) - 1);
		break;
	case DEF_SEXT:
		*out = (uint64_t)((int64_t)(a << (64 - k)) >> (64 - k));
		break;
	case DEF_NONE:
	case DEF_HEAD:
		return false;
	}
	return true;
}

static bool check_definitions(struct model *m)
{
	uint64_t word = 0;
	for (unsigned pass = 0; pass < PASSES; pass++)
		for (sym i = 1; i < m->s->n_syms; i++)
			if (defined_word(m, &m->s->syms[i], &word) && !assign(m, i, word))
				return false;
	return true;
}

static bool check_orders(struct model *m)
{
	for (uint32_t i = 0; i < m->s->n_orders; i++) {
		struct order o = m->s->orders[i];
		if (m->set[o.a] && m->set[o.b] &&
		    (__int128)(int64_t)m->value[o.a] + o.k > (__int128)(int64_t)m->value[o.b])
			return deny(m, "out of order: symbol", o.a, m->value[o.a]);
	}
	return true;
}

static bool check_all(struct model *m, uint16_t known)
{
	m->set[0] = true;
	for (unsigned i = 0; i < 11; i++) {
		if (m->s->r[i].kind == KIND_NONE)
			continue;
		if (!(known >> i & 1))
			return deny(m, "not initialised: register", i, m->regs[i]);
		if (!check_register(m, i))
			return false;
	}
	return check_groups(m) && check_definitions(m) && check_orders(m);
}

static void *checked(void *p)
{
	if (!p)
		abort();
	return p;
}

bool contain_holds(const struct astate *s, const uint64_t regs[11], uint16_t known, char *why, size_t len)
{
	struct model m = {.s = s, .regs = regs, .why = why, .len = len};
	m.value = checked(calloc(s->n_syms, sizeof *m.value));
	m.set = checked(calloc(s->n_syms, sizeof *m.set));
	bool holds = check_all(&m, known);
	free(m.value);
	free(m.set);
	return holds;
}

/* All states of an attempt, by slot. */
struct kept {
	struct astate s;
	struct kept *next;
};
struct collection {
	const struct program *program;
	struct kept **at;
	unsigned attempt;
	struct contain_result *result;
};

static void forget(struct collection *c)
{
	for (size_t i = 0; i < c->program->n; i++)
		while (c->at[i]) {
			struct kept *k = c->at[i];
			c->at[i] = k->next;
			state_release(&k->s);
			free(k);
		}
}

static void keep(void *arg, unsigned attempt, const struct astate *s)
{
	struct collection *c = arg;
	if (attempt != c->attempt)
		forget(c);
	c->attempt = attempt;
	struct kept *k = checked(malloc(sizeof *k));
	state_clone(&k->s, s);
	k->next = c->at[s->slot];
	c->at[s->slot] = k;
}

/* That abstract state which holds the run moves to the front: the next round is likely in it as well. */
static void look(void *arg, const struct program *p, uint32_t slot, const uint64_t regs[11], uint16_t known)
{
	struct collection *c = arg;
	struct contain_result *r = c->result;
	char why[120] = "no state there";
	(void)p;
	if (r->outside)
		return;
	r->checked++;
	for (struct kept **k = &c->at[slot]; *k; k = &(*k)->next) {
		if (!contain_holds(&(*k)->s, regs, known, why, sizeof why))
			continue;
		struct kept *found = *k;
		*k = found->next;
		found->next = c->at[slot];
		c->at[slot] = found;
		return;
	}
	r->outside = true;
	r->slot = slot;
	snprintf(r->what, sizeof r->what, "instruction %u: %s", slot, why);
}

static void run_all(struct collection *c, uint64_t seed, unsigned inputs)
{
	for (unsigned i = 0; i < inputs; i++) {
		struct input *in = random_program_input(c->program, i % RANDOM_INPUTS, seed + i / RANDOM_INPUTS);
		struct exec_options o = {.max_steps = CONCRETE_STEPS,
					 .trace = look,
					 .trace_arg = c,
					 .no_output = true,
					 .safety = SAFETY_ON | SAFETY_PRIVILEGED};
		struct exec_outcome out;
		exec_run(c->program, in, &o, &out);
		exec_release(&out);
		input_free(in);
	}
}

void contain_check(const struct program *p, bool privileged, uint64_t seed, unsigned inputs, struct contain_result *r)
{
	struct collection c = {.program = p, .result = r};
	*r = (struct contain_result){0};
	c.at = checked(calloc(p->n, sizeof *c.at));
	struct safety_options o = {
	    .privileged = privileged, .no_search = true, .max_steps = ABSTRACT_STEPS, .seen = keep, .seen_arg = &c};
	struct safety_result result;
	safety_check(p, &o, &result);
	r->proved = result.verdict == VERDICT_PROVED;
	safety_release(&result);
	if (r->proved)
		run_all(&c, seed, inputs);
	forget(&c);
	free(c.at);
}
