/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of the helper contracts: a call at work, shared by contract*.c, held.c and exit.c. */
#ifndef SAFETY_CONTRACT_H
#define SAFETY_CONTRACT_H

#include "prover.h"

#define NO_MAP UINT32_MAX
#define MAX_ERRNO 4095          /* include/linux/err.h */
#define MAX_MEM_SIZE (1u << 29) /* kernel: BPF_MAX_VAR_SIZ */

struct call {
	const struct helper_row *row;
	struct aval arg[5];
	uint32_t map;           /* index of the definition of the map argument, NO_MAP: none */
	bool is_inner;          /* it is one of the maps of a map of maps */
	bool found;             /* the element that is looked up is there for sure */
	bool flows;             /* an address is among the arguments, which the result may tell of */
	struct scalar sizes[5]; /* bytes of the memory that argument i points at */
	uint32_t released;      /* reference that it gives back, 0: none */
	struct aval ret;        /* KIND_NONE and no `returns`: as the row says */
	bool returns;
	bool keeps_packet; /* although the row says that it may move */
};

/* contract.c */
bool contract_hides(const struct prover *v); /* are kernel addresses not for the program's user to see? */
/* `holds`: argument i is `want`. Records it as ARGUMENT. */
bool contract_oblige(struct prover *v, const struct astate *s, const struct call *c, unsigned i, bool holds,
		     const char *want);
bool contract_is_null(const struct astate *s, const struct aval *a); /* the constant 0 */
/* The constant offset of a pointer. */
bool contract_offset(const struct astate *s, const struct aval *a, uint64_t *off);
/* A pointer of that kind to the beginning, not NULL. */
bool contract_is_whole(const struct astate *s, const struct aval *a, enum kind kind);
uint32_t contract_fresh_id(struct astate *s);
/* Before the name of a helper; those of kernel functions are whole. */
static inline const char *contract_prefix(const struct helper_row *row)
{
	return helper_is_kfunc(row) ? "" : "bpf_";
}
/* Does it call a function of the program meanwhile? */
bool contract_calls_back(const struct helper_row *row);
/* Can others see what the helper is given? */
static inline bool contract_is_visible(const struct helper_row *row)
{
	return row->effects & (EFFECT | MAPS_WRITE | KERNEL_WRITE | PKT_WRITE | CTX_WRITE);
}

/* contract_args.c: every argument by its kind */
bool contract_check_arguments(struct prover *v, struct astate *s, struct call *c);

/* contract_map.c */
const struct map *contract_map(const struct prover *v, const struct call *c);
bool contract_check_map(struct prover *v, struct astate *s, struct call *c, unsigned i);
bool contract_check_key(struct prover *v, struct astate *s, struct call *c, unsigned i);
bool contract_check_value(struct prover *v, struct astate *s, struct call *c, unsigned i, unsigned how);
bool contract_return_element(struct prover *v, struct astate *s, struct call *c);

/* contract_object.c: kernel objects as arguments and results */
bool contract_check_object(struct prover *v, struct astate *s, struct call *c, unsigned i);
bool contract_return_object(struct prover *v, struct astate *s, struct call *c);

/* contract_rule.c: what single helpers ask beyond their row */
bool contract_check_rules(struct prover *v, struct astate *s, struct call *c);
/* Sets r0. */
bool contract_return(struct prover *v, struct astate *s, struct call *c);

/* contract_callback.c: the call is checked and done; what it calls, and what it returns in the end */
bool contract_describe_callback(struct prover *v, struct astate *s, struct call *c, struct callback_round *out);

/* contract_dynptr.c: rules of the helpers that take dynptrs */
bool dynptr_from_mem(struct prover *v, struct astate *s, struct call *c);
bool dynptr_reserve(struct prover *v, struct astate *s, struct call *c);
bool dynptr_release(struct prover *v, struct astate *s, struct call *c);
bool dynptr_read(struct prover *v, struct astate *s, struct call *c);
bool dynptr_write(struct prover *v, struct astate *s, struct call *c);
bool dynptr_data(struct prover *v, struct astate *s, struct call *c);

/* contract_lock.c: rules of the helpers of locks and timers */
bool lock_is_in(const struct map *m);
bool lock_take(struct prover *v, struct astate *s, struct call *c);
bool lock_give(struct prover *v, struct astate *s, struct call *c);
bool timer_check(struct prover *v, struct astate *s, struct call *c);
bool timer_set_callback(struct prover *v, struct astate *s, struct call *c);
bool kptr_exchange(struct prover *v, struct astate *s, struct call *c);
bool timer_init(struct prover *v, struct astate *s, struct call *c);

/* contract_kfunc.c: kernel functions */
const struct helper_row *kfunc_row(struct prover *v, const struct astate *s, const struct insn *in); /* NULL: unknown */
uint32_t kfunc_takes(const struct helper_row *row, unsigned i);       /* enum kernel_kind */
uint32_t kfunc_object_size(const struct helper_row *row, unsigned i); /* bytes, 0: not known */
uint32_t kfunc_gives(const struct helper_row *row);
bool kfunc_check_section(struct prover *v, struct astate *s, struct call *c);

/* contract_iter.c: the kernel's iterators. *done: the call was one of theirs; `once`: no loop comes here again */
bool iterator_check(struct prover *v, struct astate *s, const struct insn *in, bool once, bool *done);
bool iterator_is_next(const struct prover *v, const struct insn *in);
bool iterator_is_once(const struct astate *s, uint32_t ref); /* so made, by the reference of an element */

/* held.c */
bool held_acquire(struct prover *v, struct astate *s, uint32_t kind, struct aval *ret);
bool held_holds(const struct astate *s, uint32_t id);
bool held_check_none(struct prover *v, const struct astate *s, const char *when);
#endif
