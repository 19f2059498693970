/* SPDX-License-Identifier: BSD-2-Clause */
/* Relocations that know their answers: put in, they give the program that resolving gives. */
#include "tests/core_fixture.h"

static const char local[] = "struct s { int x; unsigned char c; int gone; unsigned u; } CORE;\n"
			    "SEC(\"socket\") long load(struct s *s) { return s->x + s->c; }\n"
			    "SEC(\"socket\") long store(struct s *s) { s->u = 7; s->c = 1; return 0; }\n"
			    "SEC(\"socket\") long poison(struct s *s) { return s->gone; }\n"
			    "SEC(\"socket\") long size(struct s *s) { return bpf_core_field_size(s->u); }\n";
static const char target[] = "struct s { long pad; int x; unsigned c; unsigned long u; }; struct s s;\n";

static struct object *answered(const struct core_file *object, const struct core_file *types)
{
	struct object *o = core_read(object);
	char err[400];
	cr_assert_eq(object_answer(o, types->path, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

Test(settle, gives_what_resolving_gives)
{
	struct core_file object = core_compile(local), types = core_compile(target);
	struct object *o = answered(&object, &types), *r = core_read(&object);
	char err[400];
	cr_assert_eq(object_resolve(r, types.path, err, sizeof err), OBJECT_OK, "%s", err);
	for (size_t i = 0; i < o->n_programs; i++) {
		const struct program *p = o->programs[i], *q = r->programs[i];
		struct program *s = program_settle(p);
		cr_assert(program_is_symbolic(p), "%s stays symbolic", p->name);
		cr_assert(s && !program_is_symbolic(s) && s->n == q->n, "%s", p->name);
		for (size_t k = 0; k < s->n; k++) {
			const struct insn *x = &s->insns[k], *y = &q->insns[k];
			cr_assert(x->op == y->op && x->width == y->width && x->dst == y->dst && x->src == y->src &&
				      x->off == y->off && x->imm == y->imm && x->k == y->k,
				  "%s: %zu", p->name, k);
		}
		program_free_settled(s);
	}
	object_free(o);
	object_free(r);
	core_remove(&object);
	core_remove(&types);
}

/* A rewritten instruction keeps what is its own: the value that it stores, the width of its arithmetic. */
Test(settle, leaves_other_fields_alone)
{
	struct core_file object = core_compile(local), types = core_compile(target);
	struct object *o = answered(&object, &types);
	struct program *p = object_find(o, "store"), *q = object_find(o, "size"), *s;
	const struct core_relo *stored = &p->relos[0], *size = &q->relos[0];
	struct insn *in = &p->insns[stored->slot], *mov = &q->insns[size->slot];
	int16_t off = stored->answer.off;
	cr_assert(in->off != off && mov->op == ISA_MOV && mov->width == 64);
	in->op = ISA_ST;
	in->imm = 9;
	s = program_settle(p);
	cr_assert(s->insns[stored->slot].off == off && s->insns[stored->slot].imm == 9);
	program_free_settled(s);
	mov->width = 32;
	s = program_settle(q);
	cr_assert(s->insns[size->slot].imm == 8 && s->insns[size->slot].width == 32);
	program_free_settled(s);
	object_free(o);
	core_remove(&object);
	core_remove(&types);
}

Test(settle, needs_every_answer)
{
	struct core_file object = core_compile(local);
	struct object *o = core_read(&object);
	for (size_t i = 0; i < o->n_programs; i++)
		cr_assert_null(program_settle(o->programs[i]), "%s", o->programs[i]->name);
	object_free(o);
	core_remove(&object);
}
