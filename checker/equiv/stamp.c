/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time stamp of a socket buffer. Programs that read tstamp_type find in
 * tstamp what is there; to others the kernel hides a delivery time at ingress,
 * and their writes change its type (bpf_convert_tstamp_read and _write). Which
 * of the two a program is the verifier decides: has it come by such a read?
 */
#include "checker/equiv/stamp.h"

enum { STAMP_USE, STAMP_TYPE };

bool stamp_may_read_type(const struct program *p)
{
	const struct context_field *f = context_find(CONTEXT_SK_BUFF, 0);
	for (uint64_t off = 0; !f || context_stamp(f) != STAMP_TYPE; f = context_find(CONTEXT_SK_BUFF, ++off))
		;
	for (uint32_t i = 0; i < p->n; i++) {
		const struct insn *in = &p->insns[i];
		bool load = insn_has_form(in, FORM_LDX) || insn_has_form(in, FORM_LDXS);
		if (load && in->width == 8 * f->size && (in->off == f->off || program_core(p, i)))
			return true;
	}
	return false;
}

/* Does the verifier come by a read of it? It does for sure where a run does. */
static enum awareness { IS_UNAWARE, IS_AWARE, MAY_BE_AWARE } awareness(const struct run *r, struct solver *s)
{
	if (!stamp_may_read_type(r->program))
		return IS_UNAWARE;
	term reads = r->stamps[STAMP_TYPE];
	if (!reads || term_is_false(r->world->pool, reads) || !s)
		return MAY_BE_AWARE;
	enum solver_answer a = solver_check(s, r->world->pool, "tstamp_type", &reads, 1, NULL, NULL);
	return a == SOLVER_SAT ? IS_AWARE : MAY_BE_AWARE;
}

bool stamp_agrees(const struct run *a, const struct run *b, struct solver *s)
{
	if (!a->stamps[STAMP_USE] && !b->stamps[STAMP_USE])
		return true;
	enum awareness first = awareness(a, s);
	return first != MAY_BE_AWARE && first == awareness(b, s);
}
