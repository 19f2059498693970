/* SPDX-License-Identifier: BSD-2-Clause */
/* A helper call: is it allowed here, its arguments, its rules, its effects, its result. */
#include "contract.h"

#include <string.h>

bool contract_hides(const struct prover *v)
{
	return !v->opt->privileged;
}

bool contract_oblige(struct prover *v, const struct astate *s, const struct call *c, unsigned i, bool holds,
		     const char *want)
{
	return prover_oblige(v, s, OBLIGATION_ARGUMENT, holds, "argument %u of %s%s %s %s", i + 1,
			     contract_prefix(c->row), c->row->name, holds ? "is" : "may not be", want);
}

bool contract_is_null(const struct astate *s, const struct aval *a)
{
	uint64_t x;
	return a->kind == KIND_NUMBER && aval_is_const(s, a, &x) && !x;
}

bool contract_offset(const struct astate *s, const struct aval *a, uint64_t *off)
{
	struct scalar f = state_number(s, a);
	*off = f.bits.value;
	return scalar_is_const(f);
}

bool contract_is_whole(const struct astate *s, const struct aval *a, enum kind kind)
{
	uint64_t off;
	return a->kind == kind && !a->maybe_null && contract_offset(s, a, &off) && !off;
}

uint32_t contract_fresh_id(struct astate *s)
{
	return s->next_id++;
}

/* Helpers that may sleep, and so are there for sleepable programs only: might_sleep in their bpf_func_proto. */
static bool may_sleep(uint32_t id)
{
	static const uint16_t ids[] = {FUNC_copy_from_user, FUNC_copy_from_user_task, FUNC_ima_inode_hash,
				       FUNC_ima_file_hash};
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
		if (ids[i] == id)
			return true;
	return false;
}

static bool check_allowed(struct prover *v, const struct astate *s, const struct helper_row *row)
{
	bool there = helper_allowed(row, v->p->type);
	if (!prover_oblige(v, s, OBLIGATION_ALLOWED, there, "%s%s is %sthere for programs of type %s",
			   contract_prefix(row), row->name, there ? "" : "not ", progtype_rows[v->p->type].name))
		return false;
	bool sleeps = may_sleep(row->id), may = v->p->sleepable && !s->rcu;
	return !sleeps || prover_oblige(v, s, OBLIGATION_ALLOWED, may, "%s%s sleeps, which the program may%s",
					contract_prefix(row), row->name, may ? "" : " not do here");
}

/* A lock is held for few instructions: its holder may not call anything but the unlock (do_check). */
static bool check_unlocked(struct prover *v, const struct astate *s, const struct helper_row *row)
{
	if (!s->lock || row->id == FUNC_spin_unlock)
		return true;
	return prover_oblige(v, s, OBLIGATION_LOCKING, false, "%s%s is called under the lock of instruction %u",
			     contract_prefix(row), row->name, s->lock - 1);
}

static void lose_registers(struct astate *s)
{
	for (unsigned i = 0; i < 6; i++)
		s->r[i] = aval_none();
}

/* NULL: the path ends. */
static const struct helper_row *called(struct prover *v, const struct astate *s, const struct insn *in)
{
	uint32_t id = (uint32_t)in->imm;
	if (in->src == CALL_KFUNC)
		return kfunc_row(v, s, in);
	if (id == CORE_UNRESOLVED)
		prover_oblige(v, s, OBLIGATION_RESOLVED, false, "the CO-RE relocation has an answer");
	else if (id >= KFUNC_ID || !helper_find(id))
		prover_unmodelled(v, s, REASON_HELPER, "a helper that is not in the table");
	return id < KFUNC_ID ? helper_find(id) : NULL;
}

static bool start(struct prover *v, struct astate *s, const struct insn *in, struct call *c)
{
	*c = (struct call){.row = called(v, s, in), .map = NO_MAP};
	if (!c->row)
		return false;
	return check_allowed(v, s, c->row) && check_unlocked(v, s, c->row) && contract_check_arguments(v, s, c) &&
	       contract_check_rules(v, s, c);
}

static void finish(struct astate *s, const struct call *c)
{
	if (c->released)
		access_kill_reference(s, c->released);
	lose_registers(s);
	if ((c->row->effects & PKT_MOVE) && !c->keeps_packet)
		access_move_packet(s);
}

bool helper_check_callback(struct prover *v, struct astate *s, const struct insn *in, struct callback_round *out)
{
	struct call c;
	if (!start(v, s, in, &c))
		return false;
	finish(s, &c);
	return contract_describe_callback(v, s, &c, out);
}

bool contract_calls_back(const struct helper_row *row)
{
	bool takes = false;
	for (unsigned i = 0; i < 5; i++)
		takes |= row->args[i] == ARG_FUNC;
	return takes && row->id != FUNC_timer_set_callback;
}

bool helper_check(struct prover *v, struct astate *s, const struct insn *in)
{
	struct call c;
	if (!start(v, s, in, &c))
		return false;
	finish(s, &c);
	return contract_return(v, s, &c);
}
