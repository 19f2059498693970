/* SPDX-License-Identifier: BSD-2-Clause */
/* Map-in-map: which definition the inner maps have, and whether they stand apart from the program's other maps. */
#include "encode/object/program.h"

#include <linux/bpf.h>

/* May one map be of both definitions (bpf_map_meta_equal in the kernel)? */
static bool is_alike(const struct map *a, const struct map *b)
{
	return a->type == b->type && a->key_size == b->key_size && a->value_size == b->value_size && a->flags == b->flags;
}

/* Does an instruction name the map, or another one whose inner maps it defines? */
static bool is_reached(const struct program *p, size_t map)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct insn *in = &p->insns[i];
		if (in->op == ISA_LDDW && (in->src == WIDE_MAP || in->src == WIDE_MAP_VALUE) &&
		    ((size_t)in->imm == map || p->object->maps[in->imm].inner == (int)map))
			return true;
	}
	return false;
}

int program_inner_map(const struct program *p, size_t outer)
{
	const struct object *o = p->object;
	int inner = o->maps[outer].inner;
	if (inner < 0 || o->maps[inner].flags & BPF_F_INNER_MAP) /* an array of any size */
		return -1;
	for (size_t i = 0; i < o->n_maps; i++)
		if ((int)i != inner && !o->maps[i].is_data && is_alike(&o->maps[i], &o->maps[inner]) && is_reached(p, i))
			return -1;
	return inner;
}
