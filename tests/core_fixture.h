/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects and types for the tests of CO-RE relocations, compiled from snippets. */
#ifndef CORE_FIXTURE_H
#define CORE_FIXTURE_H

#include "encode/object/program.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char core_prelude[] =
    "#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n#include <bpf/bpf_core_read.h>\n"
    "char _license[] SEC(\"license\") = \"GPL\";\n#define CORE __attribute__((preserve_access_index))\n"
    "#define ASK(name, expr, kind) SEC(\"socket\") long name(struct s *s) { return "
    "__builtin_preserve_field_info(expr, kind); }\n"
    "#define READ(name, type, expr) SEC(\"raw_tp\") long name(void **c) { type *s = (type "
    "*)bpf_get_current_task_btf(); "
    "return expr; }\n";

/* A file in a folder of its own, both gone with core_remove. */
struct core_file {
	char dir[32], path[48];
};

static inline void core_remove(const struct core_file *f)
{
	unlink(f->path);
	rmdir(f->dir);
}

static inline struct core_file core_new_file(void)
{
	struct core_file f = {.dir = "/tmp/test_core.XXXXXX"};
	cr_assert(mkdtemp(f.dir));
	snprintf(f.path, sizeof f.path, "%s/a.o", f.dir);
	return f;
}

static inline struct core_file core_compile_with(const char *compiler, const char *source)
{
	struct core_file f = core_new_file();
	char command[300];
	snprintf(command, sizeof command,
		 "%s -g -Wno-everything -target bpf -I/usr/include/x86_64-linux-gnu -x c -c -o %s -", compiler, f.path);
	FILE *p = popen(command, "w");
	cr_assert(p);
	fprintf(p, "%s%s", core_prelude, source);
	cr_assert_eq(pclose(p), 0, "%s", source);
	return f;
}

static inline struct core_file core_compile(const char *source)
{
	return core_compile_with("clang-19 -O2", source);
}

static inline struct object *core_read(const struct core_file *f)
{
	struct object *o;
	char err[400];
	cr_assert_eq(object_read(f->path, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

/* Compiled, read and resolved against `btf`; the file is gone. */
static inline struct object *core_object(const char *source, const char *btf)
{
	struct core_file f = core_compile(source);
	struct object *o = core_read(&f);
	char err[400];
	cr_assert_eq(object_resolve(o, btf, err, sizeof err), OBJECT_OK, "%s", err);
	core_remove(&f);
	return o;
}
#endif
