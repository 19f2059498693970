/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that call a function of the program in rounds: its arguments, how often, what they return. */
#include "contract.h"

#define MAX_LOOPS (8u << 20) /* kernel: BPF_MAX_LOOPS */
#define EINVAL 22

/* A count of rounds, or an errno: a flag that is not defined, too many rounds. */
static struct scalar counted(const struct astate *s, const struct aval *flags, struct scalar n, uint64_t limit)
{
	struct scalar count = scalar_between(0, n.umax > limit ? limit : n.umax);
	if (contract_is_null(s, flags) && n.umax <= limit)
		return count;
	return scalar_join(count, scalar_between_signed(-EINVAL, 0));
}

/* bpf_loop (kernel/bpf/bpf_iter.c): callback(index, context) */
static bool describe_loop(struct astate *s, struct call *c, struct callback_round *out)
{
	struct scalar n = state_number(s, &c->arg[0]);
	uint64_t most = n.umax < MAX_LOOPS ? n.umax : MAX_LOOPS;
	out->rounds = scalar_between(0, most);
	out->ret = counted(s, &c->arg[3], n, MAX_LOOPS);
	out->args[0] = (struct aval){.kind = KIND_NUMBER};
	out->args[0].sym = state_new_sym(s, scalar_between(0, most ? most - 1 : 0), false);
	out->args[1] = c->arg[2];
	out->target = c->arg[1].object;
	return true;
}

/* bpf_for_each_array_elem, bpf_for_each_hash_elem: callback(map, key, value, context) */
static bool describe_elements(struct prover *v, struct astate *s, struct call *c, struct callback_round *out)
{
	const struct map *m = contract_map(v, c);
	bool array = maptype_rows[m->type].model == MAP_ARRAY && !m->is_inner;
	/* a hash may grow while it is walked, an inner array may be longer than its definition, and user space may
	 * set a size that is 0 here */
	struct scalar n = scalar_between(0, array && m->max_entries ? m->max_entries : UINT32_MAX);
	out->rounds = n;
	out->ret = counted(s, &c->arg[3], n, UINT32_MAX);
	out->args[0] = c->arg[0];
	out->args[1] = aval_pointer(KIND_MEM_RO, m->key_size, 0);
	out->args[2] = aval_pointer(KIND_VALUE, c->map, 0);
	if (lock_is_in(m))
		out->args[2].ref = contract_fresh_id(s);
	out->args[3] = c->arg[2];
	out->map_values = true;
	out->target = c->arg[1].object;
	return true;
}

/* bpf_find_vma (kernel/bpf/task_iter.c): callback(task, vma, context), at most once */
static bool describe_vma(struct call *c, struct callback_round *out)
{
	out->rounds = scalar_between(0, 1);
	out->ret = scalar_between_signed(-MAX_ERRNO, 0);
	out->args[0] = c->arg[0];
	out->args[1] = aval_pointer(KIND_KERNEL, KERNEL_BTF, 0);
	out->args[2] = c->arg[3];
	out->target = c->arg[2].object;
	return true;
}

bool contract_describe_callback(struct prover *v, struct astate *s, struct call *c, struct callback_round *out)
{
	*out = (struct callback_round){0};
	switch (c->row->id) {
	case FUNC_loop:
		return describe_loop(s, c, out);
	case FUNC_find_vma:
		return describe_vma(c, out);
	case FUNC_for_each_map_elem:
		return describe_elements(v, s, c, out);
	default:
		return prover_unmodelled(v, s, REASON_CALLBACK, c->row->name);
	}
}
