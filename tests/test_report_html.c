/* SPDX-License-Identifier: BSD-2-Clause */
/* The optimizer's HTML report, of a run made by hand. */
#include "synth/report/report_html.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char text[] = ".program prog xdp\n"
			   ".map counts array 4 8 1\n"
			   "	r6 = r1\n"             /* 0: stays */
			   "	r2 = 5\n"              /* 1: is removed by step 1 */
			   "	r3 = 7\n"              /* 2: is changed by step 2 */
			   "	if r3 == 7 goto out\n" /* 3: goes to the same place, farther up */
			   "	r4 = counts ll\n"      /* 4, 5 */
			   "out:\n"
			   "	r0 = 2\n" /* 6 */
			   "	exit\n";

static struct object *object;
static struct engine_step steps[3];
static struct proposer_counts by[] = {{"store", 3, 1, 0.5}, {"a<b", 2, 1, 0.25}};
static struct optimize_item items[2];
static struct opt_view view;
static char *page;

static struct version edit(const struct version *from, void (*change)(struct draft *d))
{
	struct version v;
	struct draft *d = draft_new(from->p, from->origin);
	change(d);
	cr_assert(draft_build(d, &v));
	draft_free(d);
	return v;
}

static void nothing(struct draft *d)
{
	(void)d;
}

static void remove_store(struct draft *d)
{
	draft_kill(d, 1);
}

static void change_constant(struct draft *d)
{
	draft_set(d, 1, (struct insn){.op = ISA_MOV, .width = 32, .dst = 3, .k = true, .imm = 7}, 0);
	draft_insert(d, 0, (struct insn){.op = ISA_MOV, .width = 64, .dst = 8, .k = true, .imm = 9}, 0, DRAFT_NEW);
}

static void setup(void)
{
	char err[300];
	size_t size;
	cr_assert(object_assemble("a<&>.txt", text, &object, err, sizeof err) == OBJECT_OK, "%s", err);
	const struct program *p = object->programs[0];
	struct version first = {(struct program *)(uintptr_t)p, NULL};
	steps[0] = (struct engine_step){.v = edit(&first, nothing), .cost = {.slots = 8}, .by = ""};
	steps[1] = (struct engine_step){.v = edit(&steps[0].v, remove_store),
					.cost = {.slots = 7},
					.by = "store",
					.what = "dead \"stores\"",
					.how = "window"};
	steps[2] = (struct engine_step){.v = edit(&steps[1].v, change_constant),
					.cost = {.slots = 6},
					.by = "a<b",
					.what = "x & y",
					.how = "program",
					.seconds = 12};
	items[0] = (struct optimize_item){.program = p, .done = true};
	items[0].outcome.engine =
	    (struct engine_result){.tried = true, .steps = steps, .n_steps = 3, .by = by, .n_by = 2};
	items[0].outcome.final = 2;
	items[1] = (struct optimize_item){.program = p, .why = "time < 0"};
	view = (struct opt_view){
	    .in = object->path, .out = "b.o", .items = items, .n = 2, .goal = GOAL_SIZE, .seconds = 12};
	FILE *f = open_memstream(&page, &size);
	report_html_print(&view, f);
	fclose(f);
}

static void teardown(void)
{
	for (size_t i = 0; i < 3; i++)
		version_release(&steps[i].v);
	object_free(object);
	free(page);
}

TestSuite(report_html, .init = setup, .fini = teardown);

/* The next tag from *s on: its name, and whether it opens, closes or does both. */
static bool next_tag(const char **s, char name[32], bool *opens, bool *closes)
{
	const char *at = strchr(*s, '<');
	if (!at)
		return false;
	const char *end = strchr(at, '>');
	cr_assert(end, "a tag ends: %.40s", at);
	for (const char *c = at + 1; c < end; c++)
		cr_assert(*c != '<', "no tag in a tag: %.40s", at);
	*closes = at[1] == '/' || end[-1] == '/' || at[1] == '!';
	*opens = at[1] != '/' && at[1] != '!';
	const char *start = at + 1 + (at[1] == '/');
	size_t n = strcspn(start, " />");
	cr_assert(n < 32);
	memcpy(name, start, n);
	name[n] = 0;
	*s = end + 1;
	return true;
}

Test(report_html, tags_are_balanced)
{
	char open[64][32], name[32];
	size_t depth = 0;
	bool opens, closes;
	for (const char *s = page; next_tag(&s, name, &opens, &closes);) {
		if (opens && !closes) {
			cr_assert(depth < 64);
			strcpy(open[depth++], name);
		}
		if (closes && !opens && name[0] != '!')
			cr_assert(depth && !strcmp(open[--depth], name), "%s at %.60s", name, s);
	}
	cr_assert_eq(depth, 0);
}

Test(report_html, text_is_escaped)
{
	cr_assert(strstr(page, "a&lt;&amp;&gt;.txt"));
	cr_assert(strstr(page, "dead &quot;stores&quot;"));
	cr_assert(strstr(page, "time &lt; 0"));
	cr_assert_not(strstr(page, "a<b"));
}

Test(report_html, rows_say_what_changed)
{
	cr_assert(
	    strstr(page, "<tr class=\"same\"><td class=\"n\">0</td><td>r6 = r1</td><td class=\"n\">1</td><td>r6 = r1"));
	cr_assert(strstr(page, "<tr class=\"del\"><td class=\"n\">1</td><td>r2 = 5</td><td></td><td></td>"));
	cr_assert(strstr(
	    page, "<tr class=\"mod\"><td class=\"n\">2</td><td>r3 = 7</td><td class=\"n\">2</td><td>w3 = 7</td>"));
	cr_assert(strstr(page, "<tr class=\"add\"><td></td><td></td><td class=\"n\">0</td><td>r8 = 9</td>"));
}

Test(report_html, jump_that_moved_with_its_target_is_the_same)
{
	cr_assert(
	    strstr(page, "<tr class=\"same\"><td class=\"n\">3</td><td>if r3 == 7 goto 6</td><td class=\"n\">3</td>"));
}

Test(report_html, names_stand_for_numbers)
{
	cr_assert(strstr(page, "<td>r4 = counts ll</td>"));
}

Test(report_html, each_change_names_its_step)
{
	const char *removed = strstr(page, "<td>r2 = 5</td>"), *changed = strstr(page, "<td>w3 = 7</td>"),
		   *added = strstr(page, "<td>r8 = 9</td>");
	cr_assert(removed && changed && added);
	cr_assert_eq(strncmp(strchr(removed, '#'), "#prog-1\"", 8), 0);
	cr_assert_eq(strncmp(strchr(changed, '#'), "#prog-2\"", 8), 0);
	cr_assert_eq(strncmp(strchr(added, '#'), "#prog-2\"", 8), 0);
	cr_assert(strstr(page, "<tr id=\"prog-2\">"));
}

Test(report_html, cost_falls_over_time)
{
	const char *stairs = strstr(page, "class=\"cost\" fill=\"none\" stroke=\"currentColor\" d=\"M56 14.0H");
	cr_assert(stairs);
	cr_assert(strstr(page, "step 2, 12.00 s: a&lt;b: x &amp; y"));
}

Test(report_html, unwritable_file_is_reported)
{
	char err[300];
	cr_assert_not(report_html_write(&view, "/nonexistent/a.html", err, sizeof err));
	cr_assert(strstr(err, "/nonexistent/a.html: expected a file to write the report to"), "%s", err);
}
