/* SPDX-License-Identifier: BSD-2-Clause */
/* References that a program acquires and has to give back (acquire_reference_state in kernel/bpf/verifier.c). */
#include "contract.h"

static const char *kind_name(uint32_t kind)
{
	const struct helper_row *row = helper_find(kind);
	return row ? row->name : "an iterator";
}

/* A pointer that may be NULL has the reference's number as its null_id: where it is NULL, there is no reference. */
bool held_acquire(struct prover *v, struct astate *s, uint32_t kind, struct aval *ret)
{
	if (s->n_refs == MAX_REFERENCES)
		return prover_unmodelled(v, s, REASON_REGIONS, "references that are held at once");
	uint32_t id = contract_fresh_id(s);
	s->refs[s->n_refs++] = (struct reference){.id = id, .slot = s->slot, .kind = kind};
	ret->ref = id;
	ret->null_id = ret->maybe_null ? id : 0;
	return true;
}

bool held_holds(const struct astate *s, uint32_t id)
{
	for (unsigned i = 0; i < s->n_refs; i++)
		if (s->refs[i].id == id)
			return true;
	return false;
}

bool held_check_none(struct prover *v, const struct astate *s, const char *when)
{
	if (!s->n_refs)
		return true;
	return prover_oblige(v, s, OBLIGATION_RELEASED, false, "reference of %s (instruction %u) is held %s",
			     kind_name(s->refs[0].kind), s->refs[0].slot, when);
}
