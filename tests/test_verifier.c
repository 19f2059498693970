/* SPDX-License-Identifier: BSD-2-Clause */
/* What the table of the kernel's verifier tests rests on: classes of messages, reviewed lists, child processes. */
#include "tests/verifier_table.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct table_list read_list(const char *text)
{
	char path[] = "/tmp/test_verifier.XXXXXX";
	struct table_list l;
	int fd = mkstemp(path);
	cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	bool good = table_read_list(path, &l);
	unlink(path);
	cr_assert(good);
	return l;
}

Test(verifier, first_class_that_fits_counts)
{
	struct table_list l = read_list("# comment\n"
					"rule: math between * pointer and -- far away\n"
					"safety: math -- anything else\n"
					"rule: (no message) -- for the type\n");
	cr_expect_eq(table_classify(&l, "R1 math between fp pointer and 3 is not allowed"), CLASS_RULE);
	cr_expect_eq(table_classify(&l, "math between fp and 3"), CLASS_SAFETY);
	cr_expect_eq(table_classify(&l, ""), CLASS_RULE);
	cr_expect_eq(table_classify(&l, "mat"), CLASS_NONE);
	cr_expect_eq(l.at[0].met, 1);
	free(l.at);
}

Test(verifier, the_list_of_classes_fits_itself)
{
	struct table_list l;
	cr_assert(table_read_list("tests/verifier-classes.txt", &l));
	for (size_t i = 0; i < l.n; i++) {
		const char *pattern = strchr(l.at[i].key, ':') + 2;
		cr_expect_neq(table_classify(&l, pattern), CLASS_NONE, "%s", l.at[i].key);
	}
	free(l.at);
}

Test(verifier, a_case_is_found_by_its_key_and_mode)
{
	struct table_list l = read_list("raw and/1 -- one\nraw and/1 @unpriv -- two\ntag f:p -- three\n");
	struct table_case c = {.name = "raw and/1 some words", .privileged = true};
	cr_expect_str_eq(table_find(&l, &c)->reason, "one");
	c.privileged = false;
	cr_expect_str_eq(table_find(&l, &c)->reason, "two");
	c = (struct table_case){.name = "tag f:p", .privileged = true};
	cr_expect_str_eq(table_find(&l, &c)->reason, "three");
	c = (struct table_case){.name = "raw and/11 some words", .privileged = true};
	cr_expect_null(table_find(&l, &c));
	free(l.at);
}

Test(verifier, a_line_without_reason_is_refused)
{
	char path[] = "/tmp/test_verifier.XXXXXX";
	struct table_list l;
	int fd = mkstemp(path);
	cr_assert(fd >= 0 && write(fd, "raw and/1\n", 10) == 10);
	close(fd);
	cr_expect_not(table_read_list(path, &l));
	free(l.at);
	unlink(path);
}

struct ending {
	bool reached;
	struct child_end end;
};

static void end_somehow(const void *work, void *result)
{
	const int *how = work;
	((struct ending *)result)->reached = true;
	if (*how < 0)
		_exit(-*how);
	if (*how == SIGALRM)
		signal(SIGALRM, SIG_DFL);
	if (*how)
		raise(*how);
}

static void keep_end(void *result, const struct child_end *end)
{
	((struct ending *)result)->end = *end;
}

Test(verifier, children_tell_how_they_ended)
{
	static const int ways[] = {0, -3, SIGKILL, SIGALRM};
	struct children pool = {.limits = {.seconds = 60, .mebibytes = UINT32_MAX, .jobs = 2}, .finish = keep_end};
	struct ending *e = children_share(4 * sizeof *e);
	for (size_t i = 0; i < 4; i++)
		children_start(&pool, end_somehow, &ways[i], &e[i]);
	children_wait(&pool);
	for (size_t i = 0; i < 4; i++)
		cr_expect(e[i].reached);
	cr_expect(e[0].end.good && !e[0].end.late);
	cr_expect(!e[1].end.good && !strcmp(e[1].end.what, "exit status 3"));
	cr_expect(!e[2].end.good && !e[2].end.late && !strcmp(e[2].end.what, "signal 9"));
	cr_expect(!e[3].end.good && e[3].end.late);
}
