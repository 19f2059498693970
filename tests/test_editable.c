/* SPDX-License-Identifier: BSD-2-Clause */
/* Which functions the optimizer keeps its hands off. */
#include "synth/engine/editable.h"
#include "tests/core_fixture.h"

static void expect_replaceable(const char *function, const char *name)
{
	char source[600];
	snprintf(source, sizeof source,
		 "%s __attribute__((noinline)) int f(struct xdp_md *c) { volatile int r = 31; return r; }\n"
		 "SEC(\"xdp\") int p(struct xdp_md *c) { return f(c) == 31 ? XDP_PASS : XDP_DROP; }\n",
		 function);
	struct core_file f = core_compile(source);
	struct object *o = core_read(&f);
	const char *found = editable_find_replaceable(object_find(o, "p"));
	if (name)
		cr_expect(found && !strcmp(found, name), "%s: %s", function, found);
	else
		cr_expect_null(found, "%s: %s", function, found);
	object_free(o);
	core_remove(&f);
}

/* The kernel lets BPF_PROG_TYPE_EXT take the place of global functions only (bpf_check_attach_target). */
Test(editable, global_functions_may_be_replaced)
{
	expect_replaceable("", "f");
	expect_replaceable("__attribute__((weak))", "f");
	expect_replaceable("static", NULL);
	expect_replaceable("__hidden", NULL);
}
