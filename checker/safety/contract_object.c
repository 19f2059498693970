/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel objects as arguments and results of helpers: sockets and tasks are told apart, the rest only by BTF. */
#include "contract.h"

/* What kind of object each helper takes and gives. */
static const struct {
	uint16_t func;
	uint8_t takes, gives; /* enum kernel_kind */
	bool cast;            /* the result is the argument, and holds its reference (is_ptr_cast_function) */
} objects[] = {
    {FUNC_sk_lookup_tcp, KERNEL_ANY, KERNEL_SOCKET, false},
    {FUNC_sk_lookup_udp, KERNEL_ANY, KERNEL_SOCKET, false},
    {FUNC_skc_lookup_tcp, KERNEL_ANY, KERNEL_SOCK_COMMON, false},
    {FUNC_map_lookup_elem, KERNEL_ANY, KERNEL_SOCKET, false},
    {FUNC_map_update_elem, KERNEL_SOCKET, KERNEL_ANY, false},
    {FUNC_sk_release, KERNEL_SOCKET, KERNEL_ANY, false},
    {FUNC_sk_fullsock, KERNEL_SOCKET, KERNEL_SOCKET, true},
    {FUNC_tcp_sock, KERNEL_SOCKET, KERNEL_TCP_SOCK, true},
    {FUNC_get_listener_sock, KERNEL_SOCKET, KERNEL_SOCKET, false},
    {FUNC_skc_to_tcp6_sock, KERNEL_SOCKET, KERNEL_SOCK_BTF, true},
    {FUNC_skc_to_tcp_sock, KERNEL_SOCKET, KERNEL_SOCK_BTF, true},
    {FUNC_skc_to_tcp_timewait_sock, KERNEL_SOCKET, KERNEL_SOCK_BTF, true},
    {FUNC_skc_to_tcp_request_sock, KERNEL_SOCKET, KERNEL_SOCK_BTF, true},
    {FUNC_skc_to_udp6_sock, KERNEL_SOCKET, KERNEL_SOCK_BTF, true},
    {FUNC_skc_to_unix_sock, KERNEL_SOCKET, KERNEL_SOCK_BTF, true},
    {FUNC_skc_to_mptcp_sock, KERNEL_SOCKET, KERNEL_SOCK_BTF, true},
    {FUNC_tcp_check_syncookie, KERNEL_SOCKET, KERNEL_ANY, false},
    {FUNC_tcp_gen_syncookie, KERNEL_SOCKET, KERNEL_ANY, false},
    {FUNC_sk_storage_get, KERNEL_SOCKET, KERNEL_ANY, false},
    {FUNC_sk_storage_delete, KERNEL_SOCKET, KERNEL_ANY, false},
    {FUNC_sk_assign, KERNEL_SOCKET, KERNEL_ANY, false},
    {FUNC_sk_cgroup_id, KERNEL_SOCKET, KERNEL_ANY, false},
    {FUNC_sk_ancestor_cgroup_id, KERNEL_SOCKET, KERNEL_ANY, false},
    {FUNC_get_socket_cookie, KERNEL_SOCKET, KERNEL_ANY, false},
    {FUNC_setsockopt, KERNEL_SOCKET, KERNEL_ANY, false},
    {FUNC_getsockopt, KERNEL_SOCKET, KERNEL_ANY, false},
    {FUNC_get_current_task_btf, KERNEL_ANY, KERNEL_TASK, false},
    {FUNC_get_task_stack, KERNEL_TASK, KERNEL_ANY, false},
    {FUNC_task_storage_get, KERNEL_TASK, KERNEL_ANY, false},
    {FUNC_task_storage_delete, KERNEL_TASK, KERNEL_ANY, false},
    {FUNC_task_pt_regs, KERNEL_TASK, KERNEL_BTF, false},
    {FUNC_copy_from_user_task, KERNEL_TASK, KERNEL_ANY, false},
    {FUNC_find_vma, KERNEL_TASK, KERNEL_ANY, false},
    {FUNC_sock_from_file, KERNEL_BTF, KERNEL_BTF, false},
};

static int find(uint32_t func)
{
	for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
		if (objects[i].func == func)
			return (int)i;
	return -1;
}

static bool is_told_apart(uint32_t kind)
{
	return kind > KERNEL_BTF && kind < KERNEL_KINDS;
}

/* Helpers find out themselves whether a socket is a full one. */
static bool is_socket(uint32_t kind)
{
	return kind >= KERNEL_SOCKET && kind <= KERNEL_SOCK_BTF;
}

static uint32_t wanted(const struct call *c, unsigned i)
{
	int row = find(c->row->id);
	return row < 0 ? kfunc_takes(c->row, i) : objects[row].takes;
}

/* The structure that a helper asks for, NULL: not known. */
static const char *type_wanted(const struct call *c, uint32_t want)
{
	static const struct {
		uint16_t func;
		const char *type;
	} rows[] = {
	    {FUNC_seq_printf, "seq_file"},        {FUNC_seq_write, "seq_file"},
	    {FUNC_seq_printf_btf, "seq_file"},    {FUNC_d_path, "path"},
	    {FUNC_sock_from_file, "file"},        {FUNC_ima_file_hash, "file"},
	    {FUNC_ima_inode_hash, "inode"},       {FUNC_inode_storage_get, "inode"},
	    {FUNC_inode_storage_delete, "inode"}, {FUNC_bprm_opts_set, "linux_binprm"},
	    {FUNC_skb_output, "sk_buff"},         {FUNC_xdp_output, "xdp_buff"},
	    {FUNC_cgrp_storage_get, "cgroup"},    {FUNC_cgrp_storage_delete, "cgroup"},
	};
	static const char *const types[KERNEL_KINDS] = {
	    [KERNEL_SOCKET] = "sock_common", [KERNEL_TASK] = "task_struct", [KERNEL_CGROUP] = "cgroup",
	    [KERNEL_FILE] = "file",          [KERNEL_PATH] = "path",
	};
	if (types[want])
		return types[want];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].func == c->row->id)
			return rows[i].type;
	return NULL;
}

static bool check_type(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	static const char *const names[KERNEL_KINDS] = {
	    [KERNEL_SOCKET] = "a socket",
	    [KERNEL_TASK] = "a task",
	    [KERNEL_CT] = "a connection",
	    [KERNEL_CT_NEW] = "a new connection",
	    [KERNEL_CGROUP] = "a control group",
	    [KERNEL_CPUMASK] = "a set of CPUs",
	    [KERNEL_KEY] = "a key",
	    [KERNEL_FILE] = "a file",
	    [KERNEL_PATH] = "a path",
	    [KERNEL_TEST] = "a test object",
	};
	const struct aval *a = &c->arg[i];
	uint32_t want = wanted(c, i);
	const char *type = type_wanted(c, want);
	if (type && !(c->row->effects & RELEASE) && origin_is(v, s, a, type, helper_is_kfunc(c->row)))
		return contract_oblige(v, s, c, i, true, type);
	if (a->kind != KIND_KERNEL || !is_told_apart(want) || !is_told_apart(a->object))
		return prover_unmodelled(v, s, REASON_HELPER, "a kernel object whose type is not known");
	bool fits = a->object == want || (want == KERNEL_SOCKET && is_socket(a->object));
	return contract_oblige(v, s, c, i, fits && contract_is_whole(s, a, KIND_KERNEL), names[want]);
}

static bool check_released(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	const struct aval *a = &c->arg[i];
	bool held = a->ref && held_holds(s, a->ref);
	c->released = a->ref;
	return prover_oblige(v, s, OBLIGATION_HELD, held, "argument %u of %s%s %s", i + 1, contract_prefix(c->row),
			     c->row->name, held ? "holds a reference" : "holds no reference");
}

bool contract_check_object(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	const struct aval *a = &c->arg[i];
	bool null_ok = c->row->args[i] == ARG_KERNEL_OR_NULL;
	if ((null_ok && contract_is_null(s, a)) || (a->kind == KIND_CTX && helper_takes_context(c->row, v->p->type)))
		return true;
	bool object = a->kind == KIND_KERNEL || a->kind == KIND_CTX || (a->kind == KIND_NUMBER && a->followable);
	if (!contract_oblige(v, s, c, i, object, "a kernel object"))
		return false;
	if (a->maybe_null && !null_ok &&
	    !prover_oblige(v, s, OBLIGATION_NOT_NULL, false, "argument %u of %s%s was not compared with NULL", i + 1,
			   contract_prefix(c->row), c->row->name))
		return false;
	struct aval there = *a;
	there.maybe_null = false;
	c->arg[i] = there;
	if (!check_type(v, s, c, i))
		return false;
	return !(c->row->effects & RELEASE) || check_released(v, s, c, i);
}

/* A pointer that was cast dies with the one that it was made from. */
bool contract_return_object(struct prover *v, struct astate *s, struct call *c)
{
	int row = find(c->row->id);
	struct aval *r0 = &s->r[0];
	*r0 = aval_pointer(KIND_KERNEL, row < 0 ? kfunc_gives(c->row) : objects[row].gives, 0);
	r0->maybe_null = c->row->ret == RET_KERNEL_OR_NULL;
	if (c->row->effects & ACQUIRE)
		return held_acquire(v, s, c->row->id, r0);
	if (r0->maybe_null)
		r0->null_id = contract_fresh_id(s);
	if (row >= 0 && objects[row].cast)
		r0->ref = c->arg[0].ref;
	return true;
}
