/* SPDX-License-Identifier: BSD-2-Clause */
/* Types for the kernel: it takes a subprogram as a callback only if types say that it is a static function. */
#include "live.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <stdlib.h>
#include <unistd.h>

static bool needs_types(const struct program *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->insns[i].op == ISA_LDDW && p->insns[i].src == WIDE_FUNC)
			return true;
	return false;
}

/* u64 NAME(void *), under a name that the kernel takes. */
static int add_function(struct btf *btf, int proto, size_t i)
{
	char name[32];
	snprintf(name, sizeof name, "function_%zu", i);
	return btf__add_func(btf, name, BTF_FUNC_STATIC, proto);
}

static int add_proto(struct btf *btf)
{
	int number = btf__add_int(btf, "number", 8, 0), pointer = btf__add_ptr(btf, 0);
	int proto = number > 0 ? btf__add_func_proto(btf, number) : number;
	if (pointer > 0 && proto > 0 && !btf__add_func_param(btf, "argument", pointer))
		return proto;
	return -1;
}

static bool fill_types(struct live_types *t, const struct program *p)
{
	int proto = add_proto(t->btf);
	for (size_t i = 0; i < p->n_subs && proto > 0; i++) {
		int id = add_function(t->btf, proto, i);
		if (id < 0)
			return false;
		t->functions[i] = (struct bpf_func_info){.insn_off = p->subs[i].start, .type_id = (uint32_t)id};
	}
	return proto > 0 && !btf__load_into_kernel(t->btf);
}

bool live_make_types(struct live_types *t, const struct program *p, struct live_error *e)
{
	*t = (struct live_types){0};
	if (!needs_types(p))
		return true;
	t->n = p->n_subs;
	t->functions = machine_alloc(t->n * sizeof *t->functions);
	t->btf = btf__new_empty();
	if (t->btf && fill_types(t, p))
		return true;
	live_release_types(t);
	return live_fail(e, KERNEL_FAILED, "types of the functions can't be loaded");
}

void live_release_types(struct live_types *t)
{
	btf__free(t->btf);
	free(t->functions);
	*t = (struct live_types){0};
}
