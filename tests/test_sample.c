/* SPDX-License-Identifier: BSD-2-Clause */
/* Figures that benchmarks print. */
#include "tests/sample.h"

#include <criterion/criterion.h>

Test(sample, percentiles)
{
	struct sample s = {0};
	cr_expect_eq(sample_percentile(&s, 50), 0);
	for (unsigned i = 0; i < 100; i++)
		sample_add(&s, (double)(i * 37 % 100)); /* 0 to 99, out of order */
	cr_expect_eq(s.n, 100);
	cr_expect_eq(sample_percentile(&s, 0), 0);
	cr_expect_eq(sample_percentile(&s, 50), 49);
	cr_expect_eq(sample_percentile(&s, 90), 89);
	cr_expect_eq(sample_percentile(&s, 100), 99);
	cr_expect_eq(sample_sum(&s), 4950);
	sample_release(&s);
	cr_expect_eq(s.n, 0);
}

Test(sample, one_number_is_every_percentile)
{
	struct sample s = {0};
	sample_add(&s, -3);
	for (unsigned percent = 0; percent <= 100; percent += 25)
		cr_expect_eq(sample_percentile(&s, percent), -3);
	sample_release(&s);
}
