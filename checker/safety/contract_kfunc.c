/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel functions whose contract is known in full: their row in kfunc.def, what their objects are, and for which
 * program types they are registered (register_btf_kfunc_id_set). All others stay unknown.
 */
#include "contract.h"

#include <string.h>

/* generic_kfunc_set and cpumask_kfunc_set, by the hooks of bpf_prog_type_to_kfunc_hook */
#define GENERIC "XDP|TC|CGSKB|STRUCTOPS|SYSCALL|TRACING|LSM|KPROBE|TRACEPOINT|PERF_EVENT"

static const struct kfunc {
	const char *name;
	uint8_t takes, second, gives; /* enum kernel_kind of the objects among the arguments, and of the result */
	const char *progs;
} kfuncs[] = {
    {"bpf_xdp_ct_alloc", 0, 0, KERNEL_CT_NEW, "XDP"},
    {"bpf_xdp_ct_lookup", 0, 0, KERNEL_CT, "XDP"},
    {"bpf_skb_ct_alloc", 0, 0, KERNEL_CT_NEW, "SCHED_CLS"},
    {"bpf_skb_ct_lookup", 0, 0, KERNEL_CT, "SCHED_CLS"},
    {"bpf_ct_insert_entry", KERNEL_CT_NEW, 0, KERNEL_CT, "XDP|SCHED_CLS"},
    {"bpf_ct_release", KERNEL_CT, 0, 0, "XDP|SCHED_CLS"},
    {"bpf_ct_set_timeout", KERNEL_CT_NEW, 0, 0, "XDP|SCHED_CLS"},
    {"bpf_ct_change_timeout", KERNEL_CT, 0, 0, "XDP|SCHED_CLS"},
    {"bpf_ct_set_status", KERNEL_CT_NEW, 0, 0, "XDP|SCHED_CLS"},
    {"bpf_ct_change_status", KERNEL_CT, 0, 0, "XDP|SCHED_CLS"},
    {"bpf_lookup_user_key", 0, 0, KERNEL_KEY, "TRACING|LSM"},
    {"bpf_lookup_system_key", 0, 0, KERNEL_KEY, "TRACING|LSM"},
    {"bpf_key_put", KERNEL_KEY, 0, 0, "TRACING|LSM"},
    {"bpf_task_acquire", KERNEL_TASK, 0, KERNEL_TASK, GENERIC},
    {"bpf_task_release", KERNEL_TASK, 0, 0, GENERIC},
    {"bpf_task_from_pid", 0, 0, KERNEL_TASK, GENERIC},
    {"bpf_task_under_cgroup", KERNEL_TASK, KERNEL_CGROUP, 0, GENERIC},
    {"bpf_task_get_cgroup1", KERNEL_TASK, 0, KERNEL_CGROUP, GENERIC},
    {"bpf_cgroup_acquire", KERNEL_CGROUP, 0, KERNEL_CGROUP, GENERIC},
    {"bpf_cgroup_release", KERNEL_CGROUP, 0, 0, GENERIC},
    {"bpf_cgroup_ancestor", KERNEL_CGROUP, 0, KERNEL_CGROUP, GENERIC},
    {"bpf_cgroup_from_id", 0, 0, KERNEL_CGROUP, GENERIC},
    {"bpf_rcu_read_lock", 0, 0, 0, "ANY"},
    {"bpf_rcu_read_unlock", 0, 0, 0, "ANY"},
    {"bpf_cpumask_create", 0, 0, KERNEL_CPUMASK, GENERIC},
    {"bpf_cpumask_release", KERNEL_CPUMASK, 0, 0, GENERIC},
    {"bpf_cpumask_acquire", KERNEL_CPUMASK, 0, KERNEL_CPUMASK, GENERIC},
    {"bpf_cpumask_first", KERNEL_CPUMASK, 0, 0, GENERIC},
    {"bpf_cpumask_first_zero", KERNEL_CPUMASK, 0, 0, GENERIC},
    {"bpf_cpumask_set_cpu", KERNEL_CPUMASK, 0, 0, GENERIC},
    {"bpf_cpumask_clear_cpu", KERNEL_CPUMASK, 0, 0, GENERIC},
    {"bpf_cpumask_test_cpu", KERNEL_CPUMASK, 0, 0, GENERIC},
    {"bpf_cpumask_empty", KERNEL_CPUMASK, 0, 0, GENERIC},
    {"bpf_cpumask_full", KERNEL_CPUMASK, 0, 0, GENERIC},
    {"bpf_get_task_exe_file", KERNEL_TASK, 0, KERNEL_FILE, "LSM"},
    {"bpf_put_file", KERNEL_FILE, 0, 0, "LSM"},
    {"bpf_path_d_path", KERNEL_PATH, 0, 0, "LSM"},
    {"bpf_kfunc_call_test1", KERNEL_SOCKET, 0, 0, "TC"},
    {"bpf_kfunc_call_test2", KERNEL_SOCKET, 0, 0, "TC"},
    {"bpf_kfunc_call_test3", KERNEL_SOCKET, 0, KERNEL_SOCKET, "TC"},
    {"bpf_kfunc_call_test_acquire", 0, 0, KERNEL_TEST, "TC|SYSCALL"},
    {"bpf_kfunc_call_test_release", KERNEL_TEST, 0, 0, "TC|SYSCALL"},
    {"bpf_kfunc_call_test_ref", KERNEL_TEST, 0, 0, "TC|SYSCALL"},
    {"bpf_kfunc_call_test_pass_ctx", 0, 0, 0, "TC"},
    {"bpf_kfunc_call_test_mem_len_pass1", 0, 0, 0, "TC|SYSCALL"},
};

static const struct kfunc *find(const struct helper_row *row)
{
	for (size_t i = 0; i < sizeof kfuncs / sizeof *kfuncs; i++)
		if (helper_is_kfunc(row) && !strcmp(kfuncs[i].name, row->name))
			return &kfuncs[i];
	return NULL;
}

const struct helper_row *kfunc_row(struct prover *v, const struct astate *s, const struct insn *in)
{
	const struct object *o = v->p->object;
	const struct extern_symbol *e = (uint32_t)in->imm < o->n_externs ? &o->externs[in->imm] : NULL;
	const struct kfunc *k = e && e->call ? find(e->call) : NULL;
	if (!k) {
		prover_unmodelled(v, s, REASON_KFUNC, e ? e->name : "a kernel function without a name");
		return NULL;
	}
	bool there = progtype_is_in(k->progs, v->p->type);
	if (!prover_oblige(v, s, OBLIGATION_ALLOWED, there, "%s is %sthere for programs of type %s", k->name,
			   there ? "" : "not ", progtype_rows[v->p->type].name))
		return NULL;
	return e->call;
}

static bool is_object(enum helper_arg a)
{
	return a == ARG_KERNEL || a == ARG_KERNEL_OR_NULL;
}

uint32_t kfunc_takes(const struct helper_row *row, unsigned i)
{
	const struct kfunc *k = find(row);
	bool second = false;
	for (unsigned j = 0; j < i; j++)
		second |= is_object(row->args[j]);
	return !k ? KERNEL_BTF : second ? k->second : k->takes;
}

uint32_t kfunc_gives(const struct helper_row *row)
{
	const struct kfunc *k = find(row);
	return k && k->gives ? k->gives : KERNEL_BTF;
}

uint32_t kfunc_object_size(const struct helper_row *row, unsigned i)
{
	bool is_long = !strcmp(row->name, "bpf_kfunc_call_test_acquire"); /* where no prototype tells */
	return row->size[i] || !is_long ? row->size[i] : 8;
}

/* Sections may nest; each has to be closed. */
bool kfunc_check_section(struct prover *v, struct astate *s, struct call *c)
{
	if (!strcmp(c->row->name, "bpf_rcu_read_lock"))
		s->rcu++;
	if (strcmp(c->row->name, "bpf_rcu_read_unlock"))
		return true;
	if (!prover_oblige(v, s, OBLIGATION_LOCKING, s->rcu > 0, "a section is open that is closed here"))
		return false;
	s->rcu--;
	return true;
}
