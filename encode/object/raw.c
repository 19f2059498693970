/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects of one program from its bare instructions. */
#include "loader.h"

#include "memory.h"

void program_find_subs(struct program *p)
{
	bool *starts = memory_new(p->n, sizeof *starts);
	starts[0] = true;
	for (size_t pc = 0; pc < p->n; pc++) {
		struct insn *in = &p->insns[pc];
		if ((in->op == ISA_CALL && in->src == CALL_LOCAL) || (in->op == ISA_LDDW && in->src == WIDE_FUNC))
			starts[(int64_t)pc + in->imm + 1] = true;
	}
	for (size_t pc = 0; pc < p->n; pc++) {
		if (!starts[pc])
			continue;
		char name[32];
		snprintf(name, sizeof name, "sub_%zu", pc);
		if (p->n_subs)
			p->subs[p->n_subs - 1].end = (uint32_t)pc;
		struct subprogram *s = MEMORY_PUSH(p->subs, p->n_subs);
		*s = (struct subprogram){.name = memory_string(pc ? name : p->name),
					 .start = (uint32_t)pc,
					 .end = (uint32_t)p->n,
					 .is_global = pc == 0};
	}
	free(starts);
}

static bool decode(struct program *p, const uint8_t *bytes, size_t n, char *err, size_t errlen)
{
	p->n = n;
	p->insns = memory_new(n, sizeof *p->insns);
	if (!insn_decode(bytes, n, p->insns, err, errlen))
		return false;
	program_find_subs(p);
	return program_check(p, err, errlen);
}

enum object_error object_decode(const char *path, const uint8_t *bytes, size_t n, struct object **out, char *err,
				size_t errlen)
{
	struct store *store = memory_new(1, sizeof *store);
	struct object *o = &store->object;
	char why[300];
	o->path = memory_string(path);
	o->license = memory_string("GPL");
	struct program *p = memory_new(1, sizeof *p);
	*p = (struct program){.name = memory_string("main"), .section = memory_string(""), .object = o, .expected = ""};
	*MEMORY_PUSH(o->programs, o->n_programs) = p;
	bool ok = decode(p, bytes, n, why, sizeof why);
	*out = ok ? o : NULL;
	if (ok)
		return OBJECT_OK;
	snprintf(err, errlen, "%s: %s", path, why);
	object_free(o);
	return OBJECT_MALFORMED;
}
