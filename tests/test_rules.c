/* SPDX-License-Identifier: BSD-2-Clause */
/* Rewrite rules: their text, and their proof. */
#include "checker/window/rule_proof.h"
#include "synth/rules/rule_text.h"

#include <criterion/criterion.h>
#include <string.h>

static struct rule parse(const char *text)
{
	struct rules rules;
	char err[256] = "";
	cr_assert(rules_parse("text", text, &rules, err, sizeof err), "%s", err);
	cr_assert_eq(rules.n, 1);
	struct rule r = rules.at[0];
	rules_release(&rules);
	return r;
}

static enum verdict prove(const char *text, const char **why)
{
	char err[256];
	struct rule r = parse(text);
	struct rule_proof proof;
	struct solver *s = solver_open("z3", (struct solver_limits){.query_ms = 10000}, err, sizeof err);
	cr_assert(s, "%s", err);
	rule_prove(&r, s, &proof);
	solver_close(s);
	*why = proof.why;
	return proof.verdict;
}

#define RULE(body) "rule r\n" body "\n"

static const char *const right[] = {
    RULE("rA <<= 32\nrA >>= 32\n=>\nwA = wA"),
    RULE("rA <<= 56\nrA s>>= 56\n=>\nrA = (s8)rA"),
    RULE("rA += C\nrA += D\n=>\nrA += C + D"),
    RULE("rA &= C\nrA &= D\n=>\nrA &= C & D"),
    RULE("rA <<= C\nrA <<= D\nwhen C + D < 64\n=>\nrA <<= C + D"),
    RULE("rA /= C\nwhen is_power(C)\n=>\nrA >>= log2(C)"),
    RULE("rA *= C\nwhen is_power(C)\n=>\nrA <<= log2(C)"),
    RULE("rA %= C\nwhen C s> 0 && is_power(C)\n=>\nrA &= C - 1"),
    RULE("wA = wA\nwhen rA <= 0xffffffff\n=>\nnothing"),
    RULE("rA = K ll\nwhen K == sext32(K)\n=>\nrA = K"),
    RULE("rA = K ll\nwhen K == low32(K)\n=>\nwA = K"),
    RULE("rA = rB\nrC = rA\nwhen rB anything\nwhen rA dead\n=>\nrC = rB"),
    RULE("rA = rB\nrA += C\nrA += D\nwhen rB anything\n=>\nrA = rB\nrA += C + D"),
    RULE("rA = be16 rA\nif rA == C goto L\nwhen rA dead\nwhen rA <= 0xffff\nwhen C s>= 0 && C <= 0xffff\n=>\n"
	 "if rA == bswap16(C) goto L"),
    RULE("rA <<= 32\nrA >>= 32\nif rA == C goto L\nwhen rA dead\nwhen C s>= 0\n=>\nif wA == C goto L"),
    RULE("rA = C\n*(u32 *)(rB + O) = rA\nwhen rA dead\nwhen rB points\n=>\n*(u32 *)(rB + O) = C"),
    RULE("*(u32 *)(rA + O) = C\n*(u32 *)(rA + O + 4) = D\nwhen rA points\nwhen C == 0 && D == 0\n=>\n*(u64 *)(rA + O) "
	 "= 0"),
    RULE("rA = *(u16 *)(rB + O)\nrA >>= 8\nwhen rB points\n=>\nrA = *(u8 *)(rB + O + 1)"),
    RULE("rA = *(u64 *)(rB + O)\nrA &= 255\nwhen rB points\n=>\nrA = *(u8 *)(rB + O)"),
    RULE("goto L\n=>\ngoto L"),
};

Test(rules, right_ones_are_proved)
{
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		const char *why;
		enum verdict v = prove(right[i], &why);
		cr_expect_eq(v, VERDICT_PROVED, "%d, %s: %s", v, why, right[i]);
	}
}

/* Each looks like a right one. */
static const char *const wrong[] = {
    RULE("rA <<= 32\nrA >>= 32\n=>\nnothing"),
    RULE("rA <<= 32\nrA s>>= 32\n=>\nwA = wA"),
    RULE("rA <<= 56\nrA >>= 56\n=>\nrA = (s8)rA"),
    RULE("wA += C\nwA += D\n=>\nrA += C + D"),
    RULE("rA <<= C\nrA <<= D\nwhen C + D <= 64\n=>\nrA <<= (C + D) & 63"),
    RULE("rA /= C\n=>\nrA >>= log2(C)"),
    RULE("rA %= C\n=>\nrA &= C - 1"),
    RULE("rA s>>= C\n=>\nrA >>= C"),
    RULE("wA = wA\nwhen rA <= 0x100000000\n=>\nnothing"),
    RULE("rA = K ll\nwhen K == low32(K)\n=>\nrA = sext32(K)"),
    RULE("rA = rB\nrC = rA\n=>\nrC = rB"), /* A may be read later */
    RULE("rA = rB\nwA = wA\nwhen rB anything\n=>\nrA = rB"),
    RULE("wA = wB\nwhen rB anything\n=>\nrA = rB"),
    RULE("rA = be16 rA\nif rA == C goto L\nwhen rA dead\n=>\nif rA == bswap16(C) goto L"),
    RULE("rA = be16 rA\nif rA > C goto L\nwhen rA dead\nwhen rA <= 0xffff\nwhen C s>= 0 && C <= 0xffff\n=>\n"
	 "if rA > bswap16(C) goto L"),
    RULE("rA <<= 32\nrA >>= 32\nif rA == C goto L\nwhen rA dead\n=>\nif wA == C goto L"), /* C below 0 */
    RULE("rA <<= 32\nrA >>= 32\nif rA s> C goto L\nwhen rA dead\nwhen C s>= 0\n=>\nif wA s> C goto L"),
    RULE("if rA == C goto L\n=>\nif rA != C goto L"),
    RULE("if rA == C goto L\n=>\nnothing"),
    RULE("rA = C\n*(u64 *)(rB + O) = rA\nwhen rA dead\nwhen rB points\n=>\n*(u32 *)(rB + O) = C"),
    RULE("*(u32 *)(rA + O) = C\n*(u32 *)(rA + O + 4) = D\nwhen rA points\n=>\n*(u64 *)(rA + O) = C"),
    RULE("rA = *(u16 *)(rB + O)\nrA >>= 8\nwhen rB points\n=>\nrA = *(u8 *)(rB + O)"),           /* little-endian */
    RULE("rA = *(u8 *)(rB + O)\nrA &= 15\nwhen rB points\n=>\nrA = *(u16 *)(rB + O)\nrA &= 15"), /* reads more */
    RULE("*(u8 *)(rA + O) = 1\nrB = *(u8 *)(rA + O)\nwhen rA points\n=>\nrB = 1"),               /* loses the store */
    RULE("*(u8 *)(rA + 0) = C\nrC = *(u8 *)(rB + 0)\nwhen rA points\nwhen rB points\n=>\n"
	 "rC = *(u8 *)(rB + 0)\n*(u8 *)(rA + 0) = C"), /* they may be one place */
    RULE("rA = *(u8 *)(rB + O)\n*(u8 *)(rB + P) = C\nwhen rB points\nwhen rA dead\n=>\n"
	 "rA = *(u8 *)(rB + O)\n*(u8 *)(rB + O) = rA\n*(u8 *)(rB + P) = C"), /* others may write there meanwhile */
    RULE("rA = C\nrB = rA\n=>\nrB = rA\nrA = C"),                            /* A was not written */
};

Test(rules, wrong_ones_are_refuted)
{
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const char *why;
		enum verdict v = prove(wrong[i], &why);
		cr_expect_eq(v, VERDICT_REFUTED, "%d, %s: %s", v, why, wrong[i]);
	}
}

/* What the proof would not speak of. */
Test(rules, strange_ones_are_not_proved)
{
	static const struct {
		const char *text, *why;
	} strange[] = {
	    {RULE("rA = *(u8 *)(rB + 0)\n=>\nrA = *(u8 *)(rB + 0)"), "the pattern has what is not modelled"},
	    {RULE("rA = *(u8 *)(rB + 0)\nwhen rB points\n=>\nrA = *(u8 *)(rB + 0)\nrA = *(u8 *)(rB + 0)"),
	     "the result loads more often than the pattern"},
	    {RULE("wA = wB\nwhen rB anything\nwhen rB <= 0xffffffff\n=>\nrA = rB"),
	     "a fact is about what is no number that the pattern reads"},
	    {RULE("rA = *(u8 *)(rB + 0)\nwhen rB points\nwhen rB <= 1\n=>\nrA = 0"), /* no pointer is that small */
	     "a fact is about what is no number that the pattern reads"},
	    {RULE("rA = C\nwhen rA points\n=>\nrA = C"), "the pattern does not read the pointer"},
	};
	for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
		const char *why;
		enum verdict v = prove(strange[i].text, &why);
		cr_expect_eq(v, VERDICT_UNKNOWN, "%s", strange[i].text);
		cr_expect_str_eq(why, strange[i].why, "%s: %s", strange[i].text, why);
	}
}

/* One wrong rule among right ones is found, and no other is taken for it. */
Test(rules, asked_about_together_each_has_its_own_verdict)
{
	char err[256];
	enum { N = sizeof right / sizeof *right };
	struct rule all[N];
	struct rule_proof proofs[N];
	struct solver *s = solver_open("z3", (struct solver_limits){.query_ms = 10000}, err, sizeof err);
	for (size_t i = 0; i < N; i++)
		all[i] = parse(i == 7 ? wrong[0] : right[i]);
	rule_prove_all(all, N, s, proofs);
	for (size_t i = 0; i < N; i++)
		cr_expect_eq(proofs[i].verdict, i == 7 ? VERDICT_REFUTED : VERDICT_PROVED, "%zu: %s", i, proofs[i].why);
	solver_close(s);
}

Test(rules, refuted_ones_come_with_an_instance)
{
	char err[256];
	struct rule r = parse(RULE("rA %= C\n=>\nrA &= C - 1"));
	struct rule_proof proof;
	struct solver *s = solver_open("z3", (struct solver_limits){.query_ms = 10000}, err, sizeof err);
	rule_prove(&r, s, &proof);
	solver_close(s);
	uint64_t c = proof.constants[0], a = proof.regs[0];
	cr_assert_eq(proof.verdict, VERDICT_REFUTED);
	cr_assert_eq(c, (uint64_t)(int32_t)c);
	cr_assert_neq(c, 0);
	cr_assert_neq(a % c, a & (c - 1));
}

Test(rules, printed_ones_read_as_they_were)
{
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		char *once = NULL, *twice = NULL;
		size_t n;
		struct rule r = parse(right[i]);
		FILE *f = open_memstream(&once, &n);
		rule_print(&r, f);
		fclose(f);
		r = parse(once);
		f = open_memstream(&twice, &n);
		rule_print(&r, f);
		fclose(f);
		cr_expect_str_eq(once, twice);
		free(once);
		free(twice);
	}
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	struct rule r = parse(RULE("if wA s> C goto L\n when rA & (C | 7) == 0\nwhen -C - (1 - C) * 2 s< 4 # why\n=>\n"
				   "rA = *(u8 *)(rA + 1)\nif rA & C - -1 goto L"));
	rule_print(&r, f);
	fclose(f);
	cr_expect_str_eq(text,
			 "rule r\n  if wA s> C goto L\n  when rA & (C | 7) == 0\n  when -C - (1 - C) * 2 s< 4\n=>\n"
			 "  rA = *(u8 *)(rA + 1)\n  if rA & C - -1 goto L\n");
	free(text);
}

Test(rules, errors_name_line_and_cause)
{
	static const struct {
		const char *text, *err;
	} bad[] = {
	    {"rA += 1\n", "t:1: expected a line \"rule NAME\""},
	    {"rule a\nrA += 1\n", "t:1: the rule a has no result"},
	    {"rule a\n=>\nrA += 1\n", "t:1: the rule a has no pattern"},
	    {"rule a\nrA += 1\n=>\n", "t:1: the result of the rule a is either instructions or the word nothing"},
	    {"rule a\nrA += 1\n=>\nrA += C\n", "t:4: the constant C is not known here"},
	    {"rule a\nrA += O\n=>\nnothing\n", "t:2: the constant O is not known here"},
	    {"rule a\nr1 += 1\n=>\nnothing\n", "t:2: expected a register rA to rF or wA to wF at \"r1 += 1\""},
	    {"rule a\nrA += 1\n=>\ngoto L\n", "t:1: the result of the rule a jumps, but not its pattern"},
	    {"rule a\nrB += 1\n=>\nnothing\n", "t:1: the rule a has an rA that is not in its pattern"},
	    {"rule a\nrA += 1\n=>\nrA = rB\n", "t:1: the rule a has an rB that is not in its pattern"},
	    {"rule a\nrA += 1\nrule a\n", "t:1: the rule a has no result"},
	    {"rule a\nrA += 1\n=>\nnothing\nrule a\n", "t:5: there are two rules a"},
	    {"rule A\n", "t:1: a rule's name has small letters, digits, - _ and . and is not long"},
	    {"rule a\ngoto L\nrA = 1\n", "t:3: nothing may follow a jump"},
	    {"rule a\nrA ?= 1\n", "t:2: this is no instruction: rA ?= 1"},
	    {"rule a\nrA += C +\n", "t:2: expected an expression at \"\""},
	    {"rule a\nrA += f(1)\n", "t:2: expected an expression at \"f(1)\""},
	    {"rule a\nrA += (1\n", "t:2: expected a closing parenthesis at \"\""},
	    {"rule a\nrA += C\nwhen rB dead\n", "t:3: the pattern has no rB"},
	    {"rule a\nrA += C\nwhen rA alive\n", "t:3: expected dead, anything, points, <= or & at \"alive\""},
	    {"rule a\nrA += C\nwhen D == 1\n", "t:3: a constant is not known here"},
	    {"rule a\nrA += C\n=>\nwhen C == 1\n", "t:4: conditions stand before the =>"},
	    {"rule a\nexit\n", "t:2: expected a register rA to rF or wA to wF at \"exit\""},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct rules rules;
		char err[256] = "";
		cr_expect_not(rules_parse("t", bad[i].text, &rules, err, sizeof err), "%s", bad[i].text);
		cr_expect_str_eq(err, bad[i].err, "%s: %s", bad[i].text, err);
		rules_release(&rules);
	}
}
