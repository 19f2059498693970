/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of the entry function: what is still held, and what is returned (check_return_code in kernel/bpf/verifier.c).
 */
#include "contract.h"

/* A signed number of `bits` bits is in [lo, hi]. */
static bool in_range(struct scalar x, struct return_range r)
{
	int64_t lo = r.bits == 64 ? x.smin : x.smin32, hi = r.bits == 64 ? x.smax : x.smax32;
	return lo >= r.lo && hi <= r.hi;
}

static bool check_range(struct prover *v, const struct astate *s, const struct aval *r0)
{
	struct return_range want;
	const struct program *p = v->p;
	if (!progtype_return_range(p->type, p->expected_attach, p->expected, &want))
		return true;
	if (!prover_oblige(v, s, OBLIGATION_RESULT, r0->kind == KIND_NUMBER, "r0 is %s",
			   r0->kind == KIND_NUMBER ? "a number" : "a pointer"))
		return false;
	struct scalar x = state_number(s, r0);
	bool wide = want.bits == 64;
	return prover_oblige(v, s, OBLIGATION_RESULT, in_range(x, want),
			     "r0 is in [%lld, %lld], programs of this type return [%lld, %lld]",
			     (long long)(wide ? x.smin : x.smin32), (long long)(wide ? x.smax : x.smax32),
			     (long long)want.lo, (long long)want.hi);
}

/* Hooks without result ask for none (check_return_code), nor does what calls the function of a timer. */
static bool lacks_result(const struct prover *v, const struct astate *s)
{
	struct return_range range;
	const struct program *p = v->p;
	bool later = program_sub(p, s->slot) != &p->subs[0];
	return later ||
	       (p->type == PROGTYPE_LSM && !progtype_return_range(p->type, p->expected_attach, p->expected, &range));
}

static bool check_result(struct prover *v, struct astate *s)
{
	struct aval r0;
	if (lacks_result(v, s))
		return true;
	if (v->p->type == PROGTYPE_STRUCT_OPS && s->r[0].kind == KIND_NONE)
		return prover_unmodelled(v, s, REASON_PROGTYPE,
					 "whether a function of the kernel's structure returns something");
	if (!transfer_read(v, s, 0, &r0))
		return false;
	bool tells = aval_is_pointer(&r0) || state_tainted(s, &r0);
	if (contract_hides(v) && !prover_oblige(v, s, OBLIGATION_SECRET, !tells, "r0 %s a kernel address",
						tells ? "may tell" : "does not tell"))
		return false;
	return check_range(v, s, &r0);
}

static bool check_locks(struct prover *v, const struct astate *s)
{
	if (s->lock &&
	    !prover_oblige(v, s, OBLIGATION_LOCKING, false, "lock of instruction %u is held at exit", s->lock - 1))
		return false;
	return !s->rcu || prover_oblige(v, s, OBLIGATION_LOCKING, false, "an rcu or preempt section is open at exit");
}

bool exit_check(struct prover *v, struct astate *s)
{
	return check_locks(v, s) && held_check_none(v, s, "at exit") && check_result(v, s);
}
