/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of proofs/README.md has each statement that `make proofs` makes, and no other. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What stands between the markers. */
static char *read_readme(void)
{
	static char text[1 << 18];
	FILE *in = fopen("proofs/README.md", "r");
	cr_assert(in, "proofs/README.md can't be read");
	size_t n = fread(text, 1, sizeof text - 1, in);
	fclose(in);
	cr_assert_lt(n, sizeof text - 1);
	char *begin = strstr(text, "<!-- statements -->"), *end = strstr(text, "<!-- /statements -->");
	cr_assert(begin && end, "no markers");
	*end = 0;
	return begin;
}

/* In the row of its part and function. */
static bool has(const char *readme, const char *part, const char *statement, const char *where)
{
	char start[600], name[300];
	snprintf(start, sizeof start, "\n| %s | %s |", part, where);
	snprintf(name, sizeof name, " %s", statement);
	for (const char *row = strstr(readme, start); row; row = strstr(row + 1, start)) {
		const char *end = strchr(row + 1, '\n');
		for (const char *at = strstr(row, name); at && at < end; at = strstr(at + 1, name))
			if (at[strlen(name)] == ',' || at[strlen(name)] == ' ')
				return true;
	}
	return false;
}

Test(proofs_list, the_readme_has_each_statement)
{
	char line[200], *readme = read_readme(), part[100], statement[200], where[200];
	const char *build = getenv("BPFPROVE_BUILD") ? getenv("BPFPROVE_BUILD") : "build";
	unsigned n = 0, said = 0;
	snprintf(line, sizeof line, "bash proofs/list.sh %s", build);
	FILE *in = popen(line, "r");
	cr_assert(in);
	while (fscanf(in, "%99[^\t]\t%199[^\t]\t%199[^\t]\t%*s\n", part, statement, where) == 3) {
		n++;
		cr_expect(has(readme, part, statement, where),
			  "proofs/README.md does not have '%s': run make proofs proofs-readme", statement);
	}
	cr_expect_eq(pclose(in), 0);
	const char *all = strstr(readme, "\n| all | ");
	cr_assert(all && sscanf(all, "\n| all | %u |", &said) == 1);
	cr_expect_gt(n, 200);
	cr_expect_eq(n, said, "%u statements, the README speaks of %u", n, said);
}
