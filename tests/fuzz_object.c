/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzzing target: any bytes are an object or a sentence.
 * clang-14 -std=gnu17 -O1 -g -D_GNU_SOURCE -I. -Iinclude -fsanitize=fuzzer,address,undefined -o fuzz_object \
 *   tests/fuzz_object.c $(TABLES_SRC) $(ISA_SRC) $(OBJECT_SRC) -lbpf -lelf   (the lists of the Makefile)
 * Seeds: objects that clang -target bpf -g makes of small programs (tests/test_object.c, corpus). */
#include "encode/object/program.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Touches everything that a reader of the object may touch. */
static size_t visit(const struct object *o)
{
	size_t sum = 0;
	for (size_t i = 0; i < o->n_maps; i++)
		for (size_t k = 0; k < (o->maps[i].bytes ? o->maps[i].value_size : 0); k += 64)
			sum += o->maps[i].bytes[k];
	for (size_t i = 0; i < o->n_programs; i++) {
		const struct program *p = o->programs[i];
		for (size_t pc = 0; pc < p->n; pc++) {
			const struct line *l = program_line(p, pc);
			const struct subprogram *s = program_sub(p, pc);
			if (!s)
				abort();
			sum += p->insns[pc].op + (l ? l->text[0] + l->number : 0u);
			if (insn_is_jump(&p->insns[pc]) && program_sub(p, (size_t)insn_target(&p->insns[pc], pc)) != s)
				abort();
		}
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct object *o;
	char err[200] = "";
	static volatile size_t sink;
	enum object_error e = object_parse("fuzz", data, size, &o, err, sizeof err);
	if ((e == OBJECT_OK) != (o != NULL) || (e != OBJECT_OK && !err[0]))
		abort();
	if (o)
		sink = visit(o);
	object_free(o);
	return 0;
}
