/* SPDX-License-Identifier: BSD-2-Clause */
/* `make proofs` on an operator of the abstract domains, with and without a fault in its source. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* Exit status of `make proofs` for one theorem; what it printed. */
static int run(const char *source, const char *only, const char *fault, char *text, size_t size)
{
	char line[300];
	const char *build = getenv("BPFPROVE_BUILD") ? getenv("BPFPROVE_BUILD") : "build";
	snprintf(line, sizeof line, "BITS=2 ROUNDS=10000 SOURCES=proofs/%s ONLY=%s bash proofs/run.sh %s %s 2>&1",
		 source, only, build, fault);
	FILE *in = popen(line, "r");
	cr_assert(in);
	size_t n = fread(text, 1, size - 1, in);
	text[n] = 0;
	int status = pclose(in);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const struct {
	const char *source, *only, *fault;
} broken[] = {
    {"tnum_sound.c", "tnum_add_is_sound", "tnum_add"},
    {"scalar_whole.c", "scalar_set_view32_is_sound", "scalar_set_view"},
    {"scalar_leaves.c", "scalar_apply_ADD_arcs", "scalar_apply_arcs"},
    {"scalar_apply.c", "scalar_apply_sides64_is_sound_15", "scalar_apply_sides"},
};

/* One after the other: they share a folder. */
Test(domain_proof, a_broken_operator_turns_the_proofs_red)
{
	static char text[1 << 16];
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		cr_expect_eq(run(broken[i].source, broken[i].only, "", text, sizeof text), 0, "%s: %s", broken[i].only,
			     text);
		cr_expect(strstr(text, "| proved |"), "%s: %s", broken[i].only, text);
		cr_expect_eq(run(broken[i].source, broken[i].only, broken[i].fault, text, sizeof text), 1, "%s: %s",
			     broken[i].fault, text);
		cr_expect(strstr(text, "| refuted: "), "%s: %s", broken[i].fault, text);
		cr_expect(strstr(text, "bpf_ktime_get_ns, call"), "no counterexample: %s", text);
	}
}
