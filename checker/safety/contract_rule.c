/* SPDX-License-Identifier: BSD-2-Clause */
/* What single helpers ask beyond their row of helper.def, and what helpers leave in r0. */
#include "contract.h"

typedef bool (*helper_rule)(struct prover *v, struct astate *s, struct call *c);

/* The program that is called does not know of them. */
static bool check_tail_call(struct prover *v, struct astate *s, struct call *c)
{
	(void)c;
	if (s->lock || s->rcu)
		return prover_oblige(v, s, OBLIGATION_LOCKING, false, "a lock is held at a tail call");
	return held_check_none(v, s, "at a tail call");
}

/* It takes the packet in some types and nothing in others (bpf_get_cgroup_classid, ..._curr in net/core/filter.c). */
static bool check_classid(struct prover *v, struct astate *s, struct call *c)
{
	struct aval a;
	if (!progtype_is_in("TC|LWT", v->p->type))
		return true;
	return transfer_read(v, s, 1, &a) &&
	       contract_oblige(v, s, c, 0, contract_is_whole(s, &a, KIND_CTX), "the context");
}

/* No flag is defined, and the call has no way to refuse one (check_helper_call). */
static bool check_local_storage(struct prover *v, struct astate *s, struct call *c)
{
	return contract_oblige(v, s, c, 1, contract_is_null(s, &c->arg[1]), "0");
}

/* A record's size, which the program relies on: 64 bits (bpf_ringbuf_reserve in kernel/bpf/ringbuf.c). */
static bool check_reserve(struct prover *v, struct astate *s, struct call *c)
{
	bool number = c->arg[1].kind == KIND_NUMBER;
	if (!contract_oblige(v, s, c, 1, number, "a number of bytes"))
		return false;
	struct scalar size = state_number(s, &c->arg[1]);
	if (!contract_oblige(v, s, c, 1, size.umin > 0 && size.umax < MAX_MEM_SIZE, "a size that is bounded and not 0"))
		return false;
	c->ret = aval_pointer(KIND_MEM, (uint32_t)size.umin, 0);
	c->ret.maybe_null = c->returns = true;
	return held_acquire(v, s, c->row->id, &c->ret);
}

static const struct {
	uint16_t func;
	helper_rule rule;
} rules[] = {
    {FUNC_tail_call, check_tail_call},
    {FUNC_get_cgroup_classid, check_classid},
    {FUNC_get_local_storage, check_local_storage},
    {FUNC_ringbuf_reserve, check_reserve},
    {FUNC_dynptr_from_mem, dynptr_from_mem},
    {FUNC_ringbuf_reserve_dynptr, dynptr_reserve},
    {FUNC_ringbuf_submit_dynptr, dynptr_release},
    {FUNC_ringbuf_discard_dynptr, dynptr_release},
    {FUNC_dynptr_read, dynptr_read},
    {FUNC_dynptr_write, dynptr_write},
    {FUNC_dynptr_data, dynptr_data},
    {FUNC_spin_lock, lock_take},
    {FUNC_spin_unlock, lock_give},
    {FUNC_timer_init, timer_init},
    {FUNC_timer_set_callback, timer_set_callback},
    {FUNC_kptr_xchg, kptr_exchange},
    {FUNC_timer_start, timer_check},
    {FUNC_timer_cancel, timer_check},
};

/* Kinds of arguments that only a rule of the helper's own checks. */
static bool needs_rule(const struct helper_row *row)
{
	for (unsigned i = 0; i < 5; i++)
		if (row->args[i] >= ARG_LOCK && row->args[i] <= ARG_PERCPU)
			return true;
	return row->id == FUNC_per_cpu_ptr || row->id == FUNC_this_cpu_ptr;
}

bool contract_check_rules(struct prover *v, struct astate *s, struct call *c)
{
	if (helper_is_kfunc(c->row))
		return kfunc_check_section(v, s, c);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (rules[i].func == c->row->id)
			return rules[i].rule(v, s, c);
	return !needs_rule(c->row) || prover_unmodelled(v, s, REASON_HELPER, c->row->name);
}

/* What fills a buffer returns no more than its size, or an errno (do_refine_retval_range). */
static const struct {
	uint16_t func;
	uint8_t buffer;
} fillers[] = {
    {FUNC_probe_read_str, 0}, {FUNC_probe_read_kernel_str, 0}, {FUNC_probe_read_user_str, 0},
    {FUNC_get_stack, 1},      {FUNC_get_task_stack, 1},
};

/* Of exact models (helper_model.def), which say so. */
static bool returns_errno(enum helper_model model)
{
	return model == MODEL_PROBE_READ || model == MODEL_MAP_UPDATE || model == MODEL_MAP_DELETE ||
	       model == MODEL_SKB_LOAD_BYTES || model == MODEL_SKB_STORE_BYTES || model == MODEL_XDP_ADJUST_HEAD ||
	       model == MODEL_XDP_ADJUST_TAIL || model == MODEL_XDP_ADJUST_META;
}

static struct scalar result_of(const struct call *c)
{
	unsigned bits = c->row->bits;
	for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++)
		if (fillers[i].func == c->row->id)
			return scalar_between_signed(-MAX_ERRNO, (int64_t)c->sizes[fillers[i].buffer].umax);
	if (returns_errno(c->row->model))
		return scalar_between_signed(-MAX_ERRNO, 0);
	if (c->row->model == MODEL_STRNCMP)
		return scalar_between_signed(-1, 1);
	return bits && bits < 64 ? scalar_of_width(bits) : scalar_any();
}

static bool return_number(struct astate *s, struct call *c)
{
	struct scalar facts = result_of(c);
	s->r[0] = (struct aval){.kind = KIND_NUMBER, .sym = state_new_sym(s, facts, c->flows)};
	return true;
}

bool contract_return(struct prover *v, struct astate *s, struct call *c)
{
	if (c->returns) {
		s->r[0] = c->ret;
		return true;
	}
	switch (c->row->ret) {
	case RET_VOID:
		return true;
	case RET_INT:
		return return_number(s, c);
	case RET_VALUE:
	case RET_VALUE_OR_NULL:
		return contract_return_element(v, s, c);
	case RET_KERNEL:
	case RET_KERNEL_OR_NULL:
		return contract_return_object(v, s, c);
	case RET_MEM_OR_NULL:
		break;
	}
	return prover_unmodelled(v, s, REASON_HELPER, c->row->name);
}
