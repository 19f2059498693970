/* SPDX-License-Identifier: BSD-2-Clause */
/* bpfprove calibrate: writes a table that opt can read. */
#include "synth/cost/cost.h"
#include "tests/cli_fixture.h"

static bool can_measure(const struct cli_result *r)
{
	if (r->status == 0)
		return true;
	cr_expect_eq(r->status, 2, "%s", r->err);
	cr_skip("no test runs here: %s", r->err);
	return false;
}

Test(calibrate, its_table_can_be_read, .timeout = 60)
{
	struct cost_table t;
	char err[256];
	const char *path = cli_path("costs");
	struct cli_result r = cli_run("", "calibrate --rounds=1 -o %s", path);
	if (can_measure(&r)) {
		memset(&t, 0, sizeof t);
		cr_assert(cost_table_read(&t, path, err, sizeof err), "%s", err);
		for (size_t i = 0; i < LATENCY_COUNT; i++)
			cr_expect(t.class_ps[i] || i == LATENCY_EXIT, "class %zu has no figure", i);
		cr_expect(t.helper_ps[1] && t.helper_ps[5]);
		cr_expect_str_empty(r.out);
	}
	cli_release(&r);
}

Test(calibrate, what_it_cannot_measure_has_a_reason, .timeout = 60)
{
	struct cli_result r = cli_run("", "calibrate --rounds=1");
	if (can_measure(&r)) {
		cr_expect(strstr(r.out, "# as shipped: nothing measures it"), "%s", r.out);
		cr_expect_null(strstr(r.out, "can't be"), "%s", r.out);
	}
	cli_release(&r);
}

Test(calibrate, wrong_usage_is_refused)
{
	static const char *const arguments[] = {"calibrate file.o", "calibrate --rounds=0"};
	for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
		struct cli_result r = cli_run("", "%s", arguments[i]);
		cr_expect_eq(r.status, 64, "%s: %d", arguments[i], r.status);
		cli_release(&r);
	}
}

Test(calibrate, a_file_that_cannot_be_written, .timeout = 60)
{
	struct cli_result r = cli_run("", "calibrate --rounds=1 -o /nowhere/costs");
	cr_expect(r.status == 66 || r.status == 2, "%d", r.status);
	cli_release(&r);
}
