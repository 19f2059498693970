/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * corpus/refused/: programs that are safe, and that the live kernel refuses all the same. Each says in its header
 * what the prover is to answer: "expect: proved", or "expect: unknown" where nobody has shown it yet. No run of any
 * of them faults. RUNS=n: so many random runs of each.
 */
#include "checker/exec/kernel.h"
#include "checker/exec/probe.h"
#include "checker/safety/safety.h"
#include "encode/object/loader.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#define MOST 64
#define AT_LEAST 20
#define PROVED_AT_LEAST 15
#define TIMEOUT_MS 2000

static char paths[MOST][128];

static size_t list_paths(void)
{
	glob_t g;
	size_t n = 0;
	if (glob("corpus/refused/*.s", 0, NULL, &g))
		return 0;
	for (; n < g.gl_pathc && n < MOST; n++)
		snprintf(paths[n], sizeof paths[n], "%s", g.gl_pathv[n]);
	globfree(&g);
	return n;
}

static char *read_text(const char *path)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = fopen(path, "r");
	cr_assert(f, "%s can't be read", path);
	cr_assert(getdelim(&text, &size, '\0', f) > 0, "%s is empty", path);
	fclose(f);
	return text;
}

static bool expects(const char *text, enum verdict v)
{
	char line[64];
	snprintf(line, sizeof line, "\n# expect: %s\n", v == VERDICT_PROVED ? "proved" : "unknown");
	return strstr(text, line) != NULL;
}

static void check_verdict(const char *path, const char *text, const struct program *p)
{
	struct safety_options o = {.timeout_ms = TIMEOUT_MS};
	struct safety_result r;
	safety_check(p, &o, &r);
	cr_expect(expects(text, r.verdict), "%s: %s (%s)", path, reason_texts[r.reason], r.detail);
	safety_release(&r);
}

static void check_runs(const char *path, const struct program *p)
{
	const char *runs = getenv("RUNS");
	struct probe_options o = {.runs = runs ? (unsigned)atoi(runs) : 2000, .seed = 1, .exec = {.safety = SAFETY_ON}};
	struct exec_outcome out;
	struct input *witness;
	if (!probe_fault(p, &o, &witness, &out))
		return;
	cr_expect(false, "%s: it faults at %u: %s", path, out.slot, out.what);
	exec_release(&out);
	input_free(witness);
}

static void check_kernel(const char *path, const struct program *p)
{
	char why[200];
	uint64_t processed;
	if (!kernel_available(why, sizeof why))
		return;
	enum kernel_status s = kernel_verify(p, why, sizeof why, &processed);
	cr_expect_eq(s, KERNEL_REFUSED, "%s: the live kernel does not refuse it: %s", path,
		     s == KERNEL_RAN ? "it takes it" : why);
}

ParameterizedTestParameters(refused, program)
{
	return cr_make_param_array(char[128], paths, list_paths());
}

ParameterizedTest(char (*path)[128], refused, program, .timeout = 120)
{
	struct object *o;
	char err[300] = "", *text = read_text(*path);
	cr_assert_eq(object_assemble(*path, text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	check_verdict(*path, text, o->programs[0]);
	check_runs(*path, o->programs[0]);
	check_kernel(*path, o->programs[0]);
	object_free(o);
	free(text);
}

Test(refused, enough_of_them)
{
	size_t n = list_paths(), proved = 0;
	for (size_t i = 0; i < n; i++) {
		char *text = read_text(paths[i]);
		proved += expects(text, VERDICT_PROVED);
		free(text);
	}
	cr_expect_geq(n, AT_LEAST);
	cr_expect_geq(proved, PROVED_AT_LEAST);
}
