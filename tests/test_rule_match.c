/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules against programs: what matches, what must not, and that the judge agrees with every match. */
#include "synth/rules/rule_base.h"
#include "synth/rules/rule_match.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct staging {
	struct object *object;
	struct judge *judge;
	struct cfg *cfgs;
	struct scene scene;
	bool locked; /* nothing may be edited */
};

static bool may_edit(const struct scene *s, uint32_t slot)
{
	(void)slot;
	return !((const struct staging *)s->engine)->locked;
}

/* False: the program is not proved safe. */
static bool stage_set(struct staging *t, const struct program *p, char *err, size_t len)
{
	struct judge_options o = {.solver = SOLVER_DEFAULT, .window_ms = 10000, .whole_ms = 10000, .privileged = true};
	t->judge = judge_new(p, &o, err, len);
	if (!t->judge)
		return false;
	t->cfgs = calloc(p->n_subs, sizeof *t->cfgs);
	for (size_t i = 0; i < p->n_subs; i++)
		cr_assert(cfg_build(p->insns, p->subs[i].start, p->subs[i].end, &t->cfgs[i], err, len));
	t->scene = (struct scene){.p = p,
				  .facts = judge_facts(t->judge),
				  .live = judge_live(t->judge),
				  .cfgs = t->cfgs,
				  .cpu = 4,
				  .may_edit = may_edit,
				  .engine = t};
	return true;
}

static void stage_open(struct staging *t, const char *text)
{
	char err[256];
	*t = (struct staging){.locked = false};
	cr_assert_eq(object_assemble("test", text, &t->object, err, sizeof err), OBJECT_OK, "%s\n%s", err, text);
	cr_assert(stage_set(t, t->object->programs[0], err, sizeof err), "%s\n%s", err, text);
}

static void stage_unset(struct staging *t)
{
	for (size_t i = 0; i < t->scene.p->n_subs; i++)
		cfg_release(&t->cfgs[i]);
	free(t->cfgs);
	judge_free(t->judge);
}

static void stage_close(struct staging *t)
{
	stage_unset(t);
	object_free(t->object);
}

static void print_program(const struct program *p, char *out, size_t len)
{
	size_t n = 0;
	out[0] = 0;
	for (size_t i = 0; i < p->n && n < len; i++) {
		if (p->insns[i].op == ISA_WIDE_TAIL)
			continue;
		n += (size_t)insn_print(&p->insns[i], out + n, len - n);
		n += (size_t)snprintf(out + n, len - n, "; ");
	}
}

/* The program after the match, which the judge finds as good as before. */
static void apply(struct staging *t, const struct rule_match *m, char *out, size_t len)
{
	struct version v;
	struct judge_answer a;
	struct draft *d = scene_draft(&t->scene);
	cr_assert(rule_match_apply(&t->scene, m, d));
	cr_assert(draft_build(d, &v));
	draft_free(d);
	judge_ask(t->judge, v.p, &a);
	print_program(v.p, out, len);
	cr_expect_eq(a.verdict, VERDICT_PROVED, "%s: %s: %s", m->rule->name, a.why, out);
	version_release(&v);
}

/* The program after the first match of the rule; "" if there is none. */
static void rewrite(struct staging *t, const char *text, bool gaps, char *out, size_t len)
{
	struct rules rules;
	struct rule_match m;
	char err[256] = "";
	cr_assert(rules_parse("rule", text, &rules, err, sizeof err), "%s", err);
	out[0] = 0;
	for (uint32_t slot = 0; slot < t->scene.p->n && !*out; slot++)
		if (rule_match_at(&t->scene, &rules.at[0], slot, gaps, &m))
			apply(t, &m, out, len);
	rules_release(&rules);
}

static void expect_match(const char *rule, const char *program, bool gaps, const char *wanted)
{
	struct staging t;
	char got[2000], want[2000];
	struct object *o;
	char err[256];
	stage_open(&t, program);
	rewrite(&t, rule, gaps, got, sizeof got);
	cr_assert_eq(object_assemble("wanted", wanted, &o, err, sizeof err), OBJECT_OK, "%s", err);
	print_program(o->programs[0], want, sizeof want);
	cr_expect_str_eq(got, want, "%s\n%s\n%s", rule, got, want);
	object_free(o);
	stage_close(&t);
}

static void expect_none(const char *rule, const char *program)
{
	struct staging t;
	char got[2000];
	stage_open(&t, program);
	rewrite(&t, rule, true, got, sizeof got);
	cr_expect_str_empty(got, "%s\n%s", rule, got);
	stage_close(&t);
}

#define RULE(body) "rule r\n" body "\n"
#define NUMBER "r0 = *(u32 *)(r1 + 12)\n" /* of the context, upper half 0 */
#define RANDOM "call get_prandom_u32\n"
#define SHIFTS RULE("rA <<= 32\nrA >>= 32\n=>\nwA = wA")
#define UPPER RULE("wA = wA\nwhen rA <= 0xffffffff\n=>\nnothing")
#define COPY RULE("rA = rB\nrC = rA\nwhen rB anything\nwhen rA dead\n=>\nrC = rB")
#define PACKET "r2 = *(u32 *)(r1 + 4)\nr1 = *(u32 *)(r1 + 0)\nr3 = r1\nr3 += 40\nr0 = 1\nif r3 > r2 goto out\n"

Test(rule_match, instructions_are_replaced)
{
	expect_match(SHIFTS, NUMBER "r0 += -1\nr0 <<= 32\nr0 >>= 32\nexit\n", false,
		     NUMBER "r0 += -1\nw0 = w0\nexit\n");
	expect_match(UPPER, NUMBER "w0 = w0\nexit\n", false, NUMBER "exit\n");
	expect_match(COPY, "r6 = r1\nr2 = r6\nr0 = *(u32 *)(r2 + 12)\nexit\n", false,
		     "r2 = r1\nr0 = *(u32 *)(r2 + 12)\nexit\n");
	expect_match(RULE("rA += C\nrA += D\n=>\nrA += C + D"), NUMBER "r0 += 5\nr0 += -7\nexit\n", false,
		     NUMBER "r0 += -2\nexit\n");
	expect_match(RULE("rA = K ll\nwhen K == low32(K)\n=>\nwA = K"), "r0 = 0xfffffff0 ll\nexit\n", false,
		     "w0 = -16\nexit\n");
}

Test(rule_match, jumps_keep_their_target)
{
	expect_match(RULE("rA &= C\nif rA != 0 goto L\nwhen rA dead\n=>\nif rA & C goto L"),
		     NUMBER "r2 = r0\nr2 &= 4\nif r2 != 0 goto out\nr0 = 1\nout: exit\n", false,
		     NUMBER "r2 = r0\nif r2 & 4 goto out\nr0 = 1\nout: exit\n");
	expect_none(RULE("rA &= C\nif rA != 0 goto L\nwhen rA dead\n=>\nif rA & C goto L"), /* read where it jumps to */
		    NUMBER "r2 = r0\nr2 &= 4\nif r2 != 0 goto out\nr2 = 1\nout: r0 = r2\nexit\n");
	expect_none(
	    RULE("rA &= C\nif rA != 0 goto L\nwhen rA dead\n=>\nif rA & C goto L"), /* read where it falls through */
	    NUMBER "r2 = r0\nr2 &= 4\nif r2 != 0 goto out\nr0 = r2\nout: exit\n");
}

Test(rule_match, conditions_are_looked_up)
{
	expect_none(UPPER, NUMBER "r0 += -1\nw0 = w0\nexit\n");
	expect_none(COPY, "r6 = r1\nr2 = r6\nr0 = *(u32 *)(r2 + 12)\nr3 = *(u32 *)(r6 + 0)\nexit\n"); /* r6 is read */
	expect_none(RULE("rA = rB\nwA = wA\nwhen rB <= 0xffffffff\n=>\nrA = rB"),                     /* no number */
		    "r6 = r1\nw6 = w6\nr0 = 0\nexit\n");
	expect_none(RULE("rA <<= C\nrA <<= D\nwhen C + D < 64\n=>\nrA <<= C + D"),
		    NUMBER "r0 <<= 40\nr0 <<= 24\nexit\n");
	expect_none(RULE("rA += C\nrA += D\n=>\nrA += C + D"),
		    NUMBER "r0 += 0x7fffffff\nr0 += 1\nexit\n"); /* too large */
	expect_none(RULE("rA = K ll\nwhen K == sext32(K)\n=>\nrA = K"), "r0 = 0xfffffff0 ll\nexit\n");
}

Test(rule_match, two_variables_are_two_registers)
{
	const char *rule = RULE("rA += rB\nrA -= rB\n=>\nnothing");
	expect_none(rule, NUMBER "r0 += r0\nr0 -= r0\nexit\n");
	expect_match(rule, NUMBER "r2 = 5\nr0 += r2\nr0 -= r2\nexit\n", false, NUMBER "r2 = 5\nexit\n");
	expect_none(RULE("rA += rA\n=>\nrA <<= 1"), NUMBER "r2 = 5\nr0 += r2\nexit\n");
	expect_none(RULE("rA = C\nrB = C\n=>\nrA = C\nrB = rA"),
		    "r2 = 1\nr0 = 2\nexit\n"); /* one constant is one value */
}

Test(rule_match, nobody_may_come_into_the_middle)
{
	expect_none(SHIFTS, NUMBER "r0 += -1\nif r0 == 5 goto half\nr0 <<= 32\nhalf: r0 >>= 32\nexit\n");
	expect_match(SHIFTS, NUMBER "r0 += -1\nif r0 == 5 goto all\nr0 += 2\nall: r0 <<= 32\nr0 >>= 32\nexit\n", false,
		     NUMBER "r0 += -1\nif r0 == 5 goto all\nr0 += 2\nall: w0 = w0\nexit\n");
}

Test(rule_match, others_are_moved_over)
{
	expect_match(SHIFTS, NUMBER "r2 = 7\nr0 += -1\nr0 <<= 32\nr2 += 1\nr0 >>= 32\nr0 += r2\nexit\n", true,
		     NUMBER "r2 = 7\nr0 += -1\nr2 += 1\nw0 = w0\nr0 += r2\nexit\n");
	expect_none(SHIFTS, NUMBER "r2 = 7\nr0 += -1\nr0 <<= 32\nr2 += r0\nr0 >>= 32\nr0 += r2\nexit\n"); /* reads it */
	expect_none(SHIFTS, NUMBER "r2 = 7\nr0 += -1\nr0 <<= 32\nr0 += r2\nr0 >>= 32\nexit\n"); /* writes it */
	expect_none(COPY, "r6 = r1\nr1 = 4\nr2 = r6\nr0 = *(u32 *)(r2 + 12)\nexit\n"); /* writes what it reads */
}

Test(rule_match, pointers_lead_to_plain_bytes)
{
	const char *narrow = RULE("rA = *(u16 *)(rB + O)\nrA >>= 8\nwhen rB points\n=>\nrA = *(u8 *)(rB + O + 1)");
	const char *stores =
	    RULE("*(u32 *)(rA + O) = 0\n*(u32 *)(rA + O + 4) = 0\nwhen rA points\n=>\n*(u64 *)(rA + O) = 0");
	expect_match(narrow, PACKET "r0 = *(u16 *)(r1 + 12)\nr0 >>= 8\nout: exit\n", false,
		     PACKET "r0 = *(u8 *)(r1 + 13)\nout: exit\n");
	expect_none(
	    RULE("rA = *(u32 *)(rB + O)\nrA &= 255\nwhen rB points\n=>\nrA = *(u8 *)(rB + O)"), /* the context */
	    NUMBER "r2 = *(u32 *)(r1 + 16)\nr2 &= 255\nr0 += r2\nexit\n");
	expect_match(stores, "*(u32 *)(r10 - 8) = 0\n*(u32 *)(r10 - 4) = 0\nr0 = *(u64 *)(r10 - 8)\nexit\n", false,
		     "*(u64 *)(r10 - 8) = 0\nr0 = *(u64 *)(r10 - 8)\nexit\n");
	expect_none(stores, /* not aligned */
		    "*(u32 *)(r10 - 12) = 0\n*(u32 *)(r10 - 8) = 0\nr0 = *(u32 *)(r10 - 8)\nr2 = *(u32 *)(r10 - "
		    "12)\nr0 += r2\nexit\n");
	expect_none(RULE("rA = *(u64 *)(rB + O)\nrA &= 255\nwhen rB points\n=>\nrA = *(u8 *)(rB + O)"),
		    "*(u64 *)(r10 - 8) = 5\nr0 = *(u64 *)(r10 - 8)\nr0 &= 255\nexit\n"); /* pointers may be there */
	expect_match(RULE("*(u32 *)(rA + O) = C\n*(u32 *)(rA + O + 4) = D\nwhen rA points\nwhen D == -1 && C s< 0\n=>\n"
			  "*(u64 *)(rA + O) = C"),
		     "*(u32 *)(r10 - 8) = -9\n*(u32 *)(r10 - 4) = -1\nr0 = *(u64 *)(r10 - 8)\nexit\n", false,
		     "*(u64 *)(r10 - 8) = -9\nr0 = *(u64 *)(r10 - 8)\nexit\n");
}

Test(rule_match, what_may_not_be_edited_is_left)
{
	struct staging t;
	char got[2000];
	stage_open(&t, NUMBER "r0 <<= 32\nr0 >>= 32\nexit\n");
	t.locked = true;
	rewrite(&t, SHIFTS, true, got, sizeof got);
	cr_expect_str_empty(got);
	t.locked = false;
	t.scene.cpu = 2; /* movsx is of v4 */
	rewrite(&t, RULE("rA <<= 32\nrA >>= 32\n=>\nrA = (s8)rA\nwA = wA"), true, got, sizeof got);
	cr_expect_str_empty(got);
	stage_close(&t);
}

#define PER_RULE 20 /* matches of one rule that are judged */
#define SHORT 200 /* slots of programs that are looked at */

/* The judge, who knows nothing of rules, agrees. Returns how many matches there were. */
static unsigned judge_matches(struct staging *t, unsigned *seen)
{
	const struct rules *base = rule_base();
	unsigned n = 0;
	for (uint32_t slot = 0; slot < t->scene.p->n; slot++)
		for (size_t i = 0; i < base->n && t->scene.p->insns[slot].op != ISA_WIDE_TAIL; i++) {
			struct rule_match m;
			char text[8000];
			if (seen[i] == PER_RULE || !rule_match_at(&t->scene, &base->at[i], slot, true, &m))
				continue;
			seen[i]++;
			apply(t, &m, text, sizeof text);
			n++;
		}
	return n;
}

Test(rule_match, the_judge_agrees_on_the_corpus)
{
	glob_t g;
	char self[3000], pattern[3100], err[400];
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
	cr_assert_gt(len, 0);
	self[len] = 0;
	*strrchr(self, '/') = 0; /* B/tests: the corpus is in B/corpus */
	snprintf(pattern, sizeof pattern, "%s/../corpus/*.19.O2.o", self);
	if (glob(pattern, 0, NULL, &g))
		cr_skip("no corpus: make corpus");
	unsigned *seen = calloc(rule_base()->n, sizeof *seen), n = 0;
	for (size_t i = 0; i < g.gl_pathc; i++) {
		struct staging t = {.locked = false};
		if (object_read(g.gl_pathv[i], &t.object, err, sizeof err) != OBJECT_OK)
			continue;
		for (size_t k = 0; k < t.object->n_programs; k++) {
			const struct program *p = t.object->programs[k];
			if (p->error || p->n > SHORT || !stage_set(&t, p, err, sizeof err))
				continue;
			n += judge_matches(&t, seen);
			stage_unset(&t);
		}
		object_free(t.object);
	}
	cr_expect_gt(n, 20, "%u matches", n);
	free(seen);
	globfree(&g);
}
