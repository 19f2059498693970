/* SPDX-License-Identifier: BSD-2-Clause */
/* The symbolic machine held against the concrete one, in the size that each change can afford; tests/agree.c has more.
 */
#include "tests/campaign.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define PROGRAMS 3000

static uint64_t first_seed(void)
{
	const char *s = getenv("BPFPROVE_SEED");
	return s ? strtoull(s, NULL, 0) : 1;
}

Test(agree, terms_and_runs_of_random_programs)
{
	struct campaign c = {.out = stderr};
	uint64_t seed = first_seed();
	for (uint64_t i = 0; i < PROGRAMS; i++)
		campaign_run_program(&c, campaign_style(seed + i), seed + i);
	cr_expect_eq(c.disagreements, 0, "%zu of %zu programs", c.disagreements, c.programs);
	cr_expect(c.less_known * 10 < c.runs, "terms leave %zu of %zu runs unknown", c.less_known, c.runs);
	cr_expect(c.exits > c.runs / 3 && c.faults > c.runs / 50, "%zu exits and %zu faults of %zu runs", c.exits,
		  c.faults, c.runs);
}

Test(agree, every_instruction_is_executed)
{
	struct campaign c = {0};
	for (uint64_t seed = 1; seed <= 600; seed++)
		campaign_run_program(&c, campaign_style(seed), seed);
	for (int i = 0; i < ISA_COUNT; i++)
		cr_expect(c.insns[i] > 0 || i == ISA_CAST, "%s", isa_rows[i].name); /* CAST is not modelled */
}
