/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel functions that a program calls: what is known of them (extern_symbol.call). */
#ifndef KFUNC_H
#define KFUNC_H

#include "encode/object/program.h"

#include <bpf/btf.h>

struct loader;
/* Those of the object's section .ksyms, by kfunc.def and the object's own prototypes. */
void kfuncs_read(struct loader *l);
/* By the prototype that the kernel's types have, if they have one. */
void kfunc_resolve(struct extern_symbol *e, const struct btf *kernel);
/* By words: a result (void, int; "" if the words are missing) and arguments (char, short, int, long, object, object8:
 * 8 bytes if it is memory, mem, size, ctx). What kfunc.def knows takes none. false: some word is none of these. */
bool kfunc_declare(struct extern_symbol *e, const char *ret, const char *const *args, size_t n);
#endif
