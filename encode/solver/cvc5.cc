// SPDX-License-Identifier: BSD-2-Clause
// cvc5 through its C++ API. A term of width 1 becomes a Boolean; where an
// operator wants a bit vector it is converted there. The only C++ in the tree.
#include <cvc5/cvc5.h>

#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

// C lets a structure and a function share a name; so does C++, but g++ sees a shadowed constructor.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
extern "C" {
#include "cone.h"
#include "fault.h"
#include "solver.h"
}
#pragma GCC diagnostic pop

namespace
{

using cvc5::Kind;
using cvc5::Sort;
using cvc5::Term;

struct cvc5_instance {
	cvc5::Solver solver;
	std::string version;
	Sort boolean;
	Term zero, one; // bit vectors of width 1
};

// Kinds with one cvc5 operator: of bit vectors, of Booleans (NULL_TERM: converted), and whether the result is a
// Boolean.
struct operation {
	enum term_kind kind;
	Kind of_bits, of_bools;
	bool predicate;
};

const operation operations[] = {
    {TERM_NOT, cvc5::BITVECTOR_NOT, cvc5::NOT, false},
    {TERM_AND, cvc5::BITVECTOR_AND, cvc5::AND, false},
    {TERM_OR, cvc5::BITVECTOR_OR, cvc5::OR, false},
    {TERM_XOR, cvc5::BITVECTOR_XOR, cvc5::XOR, false},
    {TERM_NEG, cvc5::BITVECTOR_NEG, cvc5::NULL_TERM, false},
    {TERM_ADD, cvc5::BITVECTOR_ADD, cvc5::NULL_TERM, false},
    {TERM_MUL, cvc5::BITVECTOR_MULT, cvc5::NULL_TERM, false},
    {TERM_UDIV, cvc5::BITVECTOR_UDIV, cvc5::NULL_TERM, false},
    {TERM_UREM, cvc5::BITVECTOR_UREM, cvc5::NULL_TERM, false},
    {TERM_SDIV, cvc5::BITVECTOR_SDIV, cvc5::NULL_TERM, false},
    {TERM_SREM, cvc5::BITVECTOR_SREM, cvc5::NULL_TERM, false},
    {TERM_SHL, cvc5::BITVECTOR_SHL, cvc5::NULL_TERM, false},
    {TERM_LSHR, cvc5::BITVECTOR_LSHR, cvc5::NULL_TERM, false},
    {TERM_ASHR, cvc5::BITVECTOR_ASHR, cvc5::NULL_TERM, false},
    {TERM_EQ, cvc5::EQUAL, cvc5::EQUAL, true},
    {TERM_ULT, cvc5::BITVECTOR_ULT, cvc5::NULL_TERM, true},
    {TERM_SLT, cvc5::BITVECTOR_SLT, cvc5::NULL_TERM, true},
    {TERM_CONCAT, cvc5::BITVECTOR_CONCAT, cvc5::NULL_TERM, false},
};

class translation
{
      public:
	translation(cvc5_instance &instance, const struct query *query)
	    : c(instance), q(query), pool(query->pool), sorts(65)
	{
	}

	void assert_query()
	{
		struct cone cone;
		cone_init(&cone, pool, false);
		cone_extend(&cone, q->asserts, q->n_asserts);
		terms.resize(cone.n ? size_t(cone.terms[0]) + 1 : 1);
		for (size_t i = cone.n; i-- > 0;)
			terms[cone.terms[i]] = translate(cone.terms[i]);
		for (size_t i = 0; i < q->n_asserts; i++)
			c.solver.assertFormula(terms[q->asserts[i]]);
		cone_release(&cone);
	}

	uint64_t value(term leaf) const
	{
		Term v = c.solver.getValue(terms[leaf]);
		if (term_width(pool, leaf) == 1)
			return v.getBooleanValue();
		return std::strtoull(v.getBitVectorValue(16).c_str(), nullptr, 16);
	}

      private:
	cvc5_instance &c;
	const struct query *q;
	const struct term_pool *pool;
	std::vector<Term> terms; // by id
	std::vector<Sort> sorts; // by width

	unsigned width(term t) const
	{
		return term_width(pool, t);
	}

	const Term &arg(term t, size_t i) const
	{
		return terms[term_arg(pool, t, i)];
	}

	const Sort &sort(unsigned w)
	{
		if (sorts[w].isNull())
			sorts[w] = w == 1 ? c.boolean : c.solver.mkBitVectorSort(w);
		return sorts[w];
	}

	Term as_bits(term t) const
	{
		return width(t) == 1 ? c.solver.mkTerm(cvc5::ITE, {terms[t], c.one, c.zero}) : terms[t];
	}

	// A bit vector as the result of a term of this width.
	Term from_bits(unsigned w, const Term &bits) const
	{
		return w == 1 ? c.solver.mkTerm(cvc5::EQUAL, {bits, c.one}) : bits;
	}

	Term translate_operation(term t) const
	{
		const operation *o = operations;
		while (o < std::end(operations) && o->kind != term_kind(pool, t))
			o++;
		if (o == std::end(operations))
			FAULT_STOP("term %u has a kind %d that cvc5 is not told about", t, int(term_kind(pool, t)));
		bool of_bools = width(term_arg(pool, t, 0)) == 1 && o->of_bools != cvc5::NULL_TERM;
		std::vector<Term> args;
		for (size_t i = 0; i < term_arity(pool, t); i++)
			args.push_back(of_bools ? arg(t, i) : as_bits(term_arg(pool, t, i)));
		Term result = c.solver.mkTerm(of_bools ? o->of_bools : o->of_bits, args);
		return of_bools || o->predicate ? result : from_bits(width(t), result);
	}

	Term translate_indexed(term t, Kind kind, const std::vector<uint32_t> &indices) const
	{
		Term bits = as_bits(term_arg(pool, t, 0));
		return from_bits(width(t), c.solver.mkTerm(c.solver.mkOp(kind, indices), {bits}));
	}

	Term translate_const(term t) const
	{
		uint64_t value = 0;
		term_is_const(pool, t, &value);
		return width(t) == 1 ? c.solver.mkBoolean(value) : c.solver.mkBitVector(width(t), value);
	}

	Term translate(term t)
	{
		enum term_kind kind = term_kind(pool, t);
		if (kind == TERM_CONST)
			return translate_const(t);
		if (kind == TERM_APPLY)
			return c.solver.mkConst(sort(width(t)));
		if (kind == TERM_ITE)
			return c.solver.mkTerm(cvc5::ITE, {arg(t, 0), arg(t, 1), arg(t, 2)});
		if (kind == TERM_EXTRACT)
			return translate_indexed(t, cvc5::BITVECTOR_EXTRACT, {term_hi(pool, t), term_lo(pool, t)});
		if (kind != TERM_ZEXT && kind != TERM_SEXT)
			return translate_operation(t);
		Kind extend = kind == TERM_ZEXT ? cvc5::BITVECTOR_ZERO_EXTEND : cvc5::BITVECTOR_SIGN_EXTEND;
		return translate_indexed(t, extend, {width(t) - width(term_arg(pool, t, 0))});
	}
};

void *open_cvc5(const char *arg, char *err, size_t errlen)
{
	if (*arg) {
		snprintf(err, errlen, "cvc5 takes no argument, but got '%s'", arg);
		return nullptr;
	}
	auto *c = new cvc5_instance;
	c->solver.setLogic("QF_BV");
	c->solver.setOption("produce-models", "true");
	c->solver.setOption("bitblast", "eager");
	c->solver.setOption("bv-assert-input", "true"); // twice as fast, measured on checksums and bit tricks
	c->version = c->solver.getVersion();
	c->boolean = c->solver.getBooleanSort();
	c->zero = c->solver.mkBitVector(1, 0);
	c->one = c->solver.mkBitVector(1, 1);
	return c;
}

void close_cvc5(void *self)
{
	delete static_cast<cvc5_instance *>(self);
}

const char *version_cvc5(void *self)
{
	return static_cast<cvc5_instance *>(self)->version.c_str();
}

enum solver_failure explain(const cvc5::Result &result)
{
	switch (result.getUnknownExplanation()) {
	case cvc5::TIMEOUT:
		return SOLVER_TIMEOUT;
	case cvc5::MEMOUT:
		return SOLVER_MEMORY;
	default:
		return SOLVER_GAVE_UP;
	}
}

enum solver_answer decide(cvc5_instance &c, const struct query *q, uint64_t *values, enum solver_failure *why)
{
	translation x(c, q);
	x.assert_query();
	cvc5::Result result = c.solver.checkSat();
	if (result.isUnsat())
		return SOLVER_UNSAT;
	if (!result.isSat()) {
		*why = explain(result);
		return SOLVER_UNKNOWN;
	}
	for (size_t i = 0; i < q->n_leaves; i++)
		values[i] = x.value(q->leaves[i]);
	return SOLVER_SAT;
}

// The assertions stay: each query has its own process.
enum solver_answer check_cvc5(void *self, const struct query *q, unsigned ms, uint64_t *values,
			      enum solver_failure *why)
{
	auto &c = *static_cast<cvc5_instance *>(self);
	std::set_new_handler(fault_stop_without_memory); // cvc5 allocates where nothing may be thrown
	try {
		if (ms)
			c.solver.setOption("tlimit-per", std::to_string(ms));
		return decide(c, q, values, why);
	} catch (const std::exception &e) {
		fprintf(stderr, "bpfprove: cvc5 failed on query %s: %s\n", q->name, e.what());
		*why = SOLVER_DIED;
	}
	return SOLVER_UNKNOWN;
}

} // namespace

extern "C" {
extern const struct solver_backend solver_cvc5;
const struct solver_backend solver_cvc5 = {"cvc5", open_cvc5, check_cvc5, close_cvc5, version_cvc5, nullptr};
}
