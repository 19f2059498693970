/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of proofs/README.md has each statement that `make proofs` makes, and no other. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (1 << 18)
#define BEGIN "<!-- statements -->\n"

static void read_all(FILE *in, char *text)
{
	cr_assert(in);
	size_t n = fread(text, 1, TEXT_MAX - 1, in);
	cr_assert_lt(n, (size_t)TEXT_MAX - 1);
	text[n] = 0;
}

Test(proofs_list, the_readme_is_up_to_date)
{
	static char readme[TEXT_MAX], now[TEXT_MAX], line[200];
	const char *build = getenv("BPFPROVE_BUILD") ? getenv("BPFPROVE_BUILD") : "build";
	FILE *in = fopen("proofs/README.md", "r");
	read_all(in, readme);
	fclose(in);
	char *from = strstr(readme, BEGIN), *to = strstr(readme, "<!-- /statements -->");
	cr_assert(from && to, "no markers");
	*to = 0;
	snprintf(line, sizeof line, "bash proofs/readme.sh %s", build);
	in = popen(line, "r");
	read_all(in, now);
	cr_assert_eq(pclose(in), 0);
	cr_expect_gt(strlen(now), 10000);
	cr_expect_str_eq(from + strlen(BEGIN), now,
			 "proofs/README.md is behind the statements: run make proofs-readme");
}
