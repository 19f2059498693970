/* SPDX-License-Identifier: BSD-2-Clause */
/* Control-flow graphs: blocks, loops, order and dominators, on known shapes and against naive definitions. */
#include "encode/isa/cfg.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define MAX 200

static struct insn *insns;
static size_t n_insns;

static struct cfg build(const char *text)
{
	char err[200] = "";
	struct cfg c;
	cr_assert(insn_assemble(text, NULL, NULL, &insns, &n_insns, err, sizeof err), "%s", err);
	cr_assert(cfg_build(insns, 0, (uint32_t)n_insns, &c, err, sizeof err), "%s", err);
	return c;
}

static void release(struct cfg *c)
{
	cfg_release(c);
	free(insns);
}

static void expect_block(const struct cfg *c, int b, uint32_t start, uint32_t end, int next, int taken)
{
	const struct block *x = &c->blocks[b];
	cr_expect(x->start == start && x->end == end && x->succ[CFG_NEXT] == next && x->succ[CFG_TAKEN] == taken,
		  "block %d is [%u, %u) to %d and %d", b, x->start, x->end, x->succ[0], x->succ[1]);
}

static void expect_loop(const struct cfg *c, int b, int loop, int depth)
{
	cr_expect(c->blocks[b].loop == loop && c->blocks[b].depth == depth, "block %d: loop %d, depth %d", b,
		  c->blocks[b].loop, c->blocks[b].depth);
}

static void expect_order(const struct cfg *c, size_t n, const int *order)
{
	cr_assert_eq(c->n_order, n);
	for (size_t i = 0; i < n; i++) {
		cr_expect_eq(c->order[i], order[i], "order[%zu] is %d", i, c->order[i]);
		cr_expect_eq(c->blocks[c->order[i]].place, (int)i);
	}
}

Test(cfg, straight_line_is_one_block)
{
	struct cfg c = build("r0 = 1 ll; call 5; r0 += 1; exit");
	cr_expect_eq(c.n, 1);
	expect_block(&c, 0, 0, 5, -1, -1);
	expect_loop(&c, 0, -1, 0);
	cr_expect_eq(c.blocks[0].idom, -1);
	cr_expect_eq(cfg_find_block(&c, 4), 0);
	cr_expect_eq(cfg_find_block(&c, 5), -1);
	release(&c);
}

Test(cfg, branches_and_local_calls_cut)
{
	struct cfg c = build("if r1 == 0 goto b; r2 = 7 ll; call +4; r0 = 1; goto e; b: r0 = 2; e: exit; exit");
	/* The callee at slot 8 is reached by the call only. */
	cr_expect_eq(c.n, 6);
	expect_block(&c, 0, 0, 1, 1, 3);
	expect_block(&c, 1, 1, 4, 2, -1);
	expect_block(&c, 2, 4, 6, -1, 4);
	expect_block(&c, 3, 6, 7, 4, -1);
	expect_block(&c, 4, 7, 8, -1, -1);
	expect_block(&c, 5, 8, 9, -1, -1);
	cr_expect_eq(c.n_order, 5);
	cr_expect_eq(c.blocks[5].place, -1);
	cr_expect_eq(c.blocks[4].n_pred, 2);
	cr_expect_eq(c.blocks[4].idom, 0);
	cr_expect_eq(c.blocks[2].idom, 1);
	cr_expect(cfg_dominates(&c, 0, 4) && cfg_dominates(&c, 4, 4) && !cfg_dominates(&c, 3, 4));
	cr_expect_not(c.irreducible);
	release(&c);
}

Test(cfg, both_edges_to_one_block)
{
	struct cfg c = build("if r1 == 0 goto +0; exit");
	expect_block(&c, 0, 0, 1, 1, 1);
	cr_expect_eq(c.blocks[1].n_pred, 2);
	release(&c);
}

Test(cfg, loop_is_contiguous_although_its_exit_is_in_the_middle)
{
	struct cfg c = build("r1 = 0; h: if r1 == 9 goto x; r1 += 1; if r1 == 5 goto y; goto h; x: r0 = 1; exit; "
			     "y: r0 = 2; exit");
	expect_loop(&c, 0, -1, 0);
	expect_loop(&c, 1, 1, 1);
	expect_loop(&c, 2, 1, 1);
	expect_loop(&c, 3, 1, 1);
	expect_loop(&c, 4, -1, 0);
	expect_loop(&c, 5, -1, 0);
	cr_expect_eq(c.blocks[1].size, 3);
	cr_expect(c.blocks[1].place == 1 && c.blocks[2].place == 2 && c.blocks[3].place == 3);
	cr_expect(cfg_is_back_edge(&c, 3, 1) && !cfg_is_back_edge(&c, 0, 1) && !cfg_is_back_edge(&c, 1, 2));
	release(&c);
}

Test(cfg, nested_loops)
{
	struct cfg c = build("r1 = 0; o: r2 = 0; i: r2 += 1; s: r3 += 1; if r3 < 4 goto s; if r2 < 5 goto i; "
			     "r1 += 1; if r1 < 6 goto o; exit");
	static const int order[] = {0, 1, 2, 3, 4, 5, 6};
	expect_order(&c, 7, order);
	expect_loop(&c, 1, 1, 1);
	expect_loop(&c, 2, 2, 2);
	expect_loop(&c, 3, 3, 3);
	expect_loop(&c, 4, 2, 2);
	expect_loop(&c, 5, 1, 1);
	expect_loop(&c, 6, -1, 0);
	cr_expect_eq(c.blocks[3].outer, 2);
	cr_expect_eq(c.blocks[2].outer, 1);
	cr_expect_eq(c.blocks[1].outer, -1);
	cr_expect(c.blocks[1].size == 5 && c.blocks[2].size == 3 && c.blocks[3].size == 1);
	cr_expect(cfg_loop_holds(&c, 1, 3) && !cfg_loop_holds(&c, 3, 2) && !cfg_loop_holds(&c, 0, 0));
	release(&c);
}

Test(cfg, loops_that_share_a_header_are_one)
{
	struct cfg c = build("h: r1 += 1; if r1 == 3 goto h; if r1 == 4 goto h; exit");
	expect_loop(&c, 0, 0, 1);
	expect_loop(&c, 1, 0, 1);
	expect_loop(&c, 2, -1, 0);
	cr_expect_eq(c.blocks[0].size, 2);
	release(&c);
}

Test(cfg, two_entries_are_irreducible)
{
	struct cfg c = build("if r1 == 0 goto b; a: r1 += 1; b: r1 += 2; if r1 < 9 goto a; exit");
	cr_expect(c.irreducible);
	expect_loop(&c, 0, -1, 0);
	expect_loop(&c, 3, -1, 0);
	cr_expect_eq(c.blocks[1].depth, 1);
	cr_expect_eq(c.blocks[1].loop, c.blocks[2].loop);
	cr_expect(!cfg_dominates(&c, 1, 2) && !cfg_dominates(&c, 2, 1));
	release(&c);
}

Test(cfg, control_must_stay_in_the_range)
{
	static const struct {
		const char *text;
		uint32_t start, end;
		const char *why;
	} rows[] = {
	    {"goto +1; exit; exit", 0, 2, "instruction 0: jump to 2 leaves its subprogram"},
	    {"exit; if r1 == 0 goto -2; exit", 1, 3, "instruction 1: jump to 0 leaves its subprogram"},
	    {"r0 = 1; exit", 0, 1, "instruction 0: control runs past the end of its subprogram"},
	    {"r0 = 1 ll; exit", 0, 2, "instruction 0: control runs past the end of its subprogram"},
	    {"exit", 0, 0, "instruction 0: the subprogram is empty"},
	    {"exit; r0 = 1; goto -2", 1, 3, NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char err[200] = "";
		struct insn *out;
		struct cfg c;
		size_t n;
		cr_assert(insn_assemble(rows[i].text, NULL, NULL, &out, &n, err, sizeof err), "%s", err);
		bool ok = cfg_build(out, rows[i].start, rows[i].end, &c, err, sizeof err);
		cr_expect_eq(ok, !rows[i].why);
		cr_expect_str_eq(err, rows[i].why ? rows[i].why : "");
		cfg_release(&c);
		free(out);
	}
}

/* Blocks that are reached from `from` without passing `without`. */
static void reach(const struct cfg *c, int from, int without, bool seen[MAX])
{
	int stack[2 * MAX], n = 0;
	memset(seen, 0, MAX);
	if (from != without)
		stack[n++] = from, seen[from] = true;
	while (n) {
		const struct block *b = &c->blocks[stack[--n]];
		for (int k = 0; k < 2; k++)
			if (b->succ[k] >= 0 && b->succ[k] != without && !seen[b->succ[k]])
				seen[b->succ[k]] = true, stack[n++] = b->succ[k];
	}
}

static bool dominates_naively(const struct cfg *c, int a, int b)
{
	bool seen[MAX];
	reach(c, 0, a, seen);
	return !seen[b];
}

static void check_dominators(const struct cfg *c)
{
	for (size_t i = 0; i < c->n_order; i++)
		for (size_t k = 0; k < c->n_order; k++) {
			int a = c->order[i], b = c->order[k];
			cr_assert_eq(cfg_dominates(c, a, b), dominates_naively(c, a, b), "%d, %d", a, b);
		}
}

static void check_order(const struct cfg *c)
{
	bool seen[MAX];
	reach(c, 0, -1, seen);
	size_t reachable = 0;
	for (size_t b = 0; b < c->n; b++) {
		reachable += seen[b];
		cr_assert_eq(seen[b], c->blocks[b].place >= 0);
		for (int k = 0; k < 2 && seen[b]; k++) {
			int to = c->blocks[b].succ[k];
			bool forward = to >= 0 && c->blocks[to].place > c->blocks[b].place;
			cr_assert(to < 0 || forward != cfg_is_back_edge(c, (int)b, to), "%zu to %d", b, to);
		}
	}
	cr_assert_eq(reachable, c->n_order);
}

/* What loop, outer and depth say is what the contiguous ranges say. */
static void check_nesting(const struct cfg *c)
{
	for (size_t i = 0; i < c->n_order; i++) {
		int b = c->order[i], depth = 0;
		for (int h = c->blocks[b].loop; h >= 0; h = c->blocks[h].outer, depth++)
			cr_assert(cfg_loop_holds(c, h, b) && c->blocks[h].depth == c->blocks[b].depth - depth);
		cr_assert_eq(depth, c->blocks[b].depth);
		for (size_t k = 0; k < c->n; k++)
			depth -= c->blocks[k].place >= 0 && cfg_loop_holds(c, (int)k, b);
		cr_assert_eq(depth, 0);
	}
}

/* A loop is strongly connected; in a reducible graph it is the natural loop of its header. */
static void check_loops(const struct cfg *c)
{
	bool irreducible = false, from_header[MAX], seen[MAX];
	for (size_t b = 0; b < c->n; b++) {
		const struct block *x = &c->blocks[b];
		for (int k = 0; k < 2 && x->place >= 0; k++)
			if (x->succ[k] >= 0 && cfg_is_back_edge(c, (int)b, x->succ[k]))
				irreducible |= !dominates_naively(c, x->succ[k], (int)b);
	}
	cr_assert_eq(irreducible, c->irreducible);
	for (size_t h = 0; h < c->n; h++) {
		if (!c->blocks[h].size)
			continue;
		reach(c, (int)h, -1, from_header);
		for (size_t b = 0; b < c->n; b++) {
			bool member = c->blocks[b].place >= 0 && cfg_loop_holds(c, (int)h, (int)b);
			reach(c, (int)b, -1, seen);
			cr_assert(!member || b == h || (from_header[b] && seen[h]));
			bool natural = c->blocks[b].place >= 0 && dominates_naively(c, (int)h, (int)b);
			if (c->irreducible || !natural || b == h)
				continue;
			/* b is in the loop if it reaches a back edge's source without passing the header. */
			bool returns = false;
			reach(c, (int)b, (int)h, seen);
			for (int k = 0; k < c->blocks[h].n_pred; k++)
				returns |=
				    seen[c->blocks[h].pred[k]] && dominates_naively(c, (int)h, c->blocks[h].pred[k]);
			cr_assert_eq(member, returns, "block %zu, header %zu", b, h);
		}
	}
}

/* Without its headers' in-edges from their loops, the graph has no cycle: check_order. Preds mirror succs. */
static void check_edges(const struct cfg *c)
{
	for (size_t b = 0; b < c->n; b++) {
		int expected = 0, found = 0;
		for (size_t a = 0; a < c->n; a++)
			for (int k = 0; k < 2; k++)
				expected += c->blocks[a].place >= 0 && c->blocks[a].succ[k] == (int)b;
		for (int k = 0; k < c->blocks[b].n_pred; k++) {
			const struct block *p = &c->blocks[c->blocks[b].pred[k]];
			found += p->succ[0] == (int)b || p->succ[1] == (int)b;
		}
		cr_assert(expected == found && found == c->blocks[b].n_pred);
	}
}

static size_t random_program(struct insn *out, unsigned *state)
{
	size_t n = 3 + *state % 37;
	for (size_t i = 0; i < n; i++) {
		*state = *state * 1103515245 + 12345;
		unsigned r = *state >> 16;
		int16_t off = (int16_t)((int)(r >> 4) % (int)n - (int)i - 1);
		out[i] = (struct insn){.op = ISA_MOV, .width = 64, .k = true};
		if (r % 8 < 5)
			out[i] = (struct insn){.op = ISA_JEQ, .width = 64, .k = true, .off = off};
		else if (r % 8 == 5)
			out[i] = (struct insn){.op = ISA_JA, .off = off};
	}
	out[n - 1] = (struct insn){.op = ISA_EXIT};
	return n;
}

Test(cfg, random_graphs_match_the_definitions)
{
	unsigned state = 1, n_irreducible = 0, n_deep = 0;
	for (int i = 0; i < 1500; i++) {
		struct insn program[64];
		char err[200];
		struct cfg c;
		size_t n = random_program(program, &state);
		cr_assert(cfg_build(program, 0, (uint32_t)n, &c, err, sizeof err), "%s", err);
		check_edges(&c);
		check_order(&c);
		check_nesting(&c);
		check_loops(&c);
		check_dominators(&c);
		n_irreducible += c.irreducible;
		for (size_t b = 0; b < c.n; b++)
			n_deep += c.blocks[b].depth > 2;
		cfg_release(&c);
	}
	cr_expect(n_irreducible > 100 && n_irreducible < 1400 && n_deep > 100, "%u irreducible, %u deep", n_irreducible,
		  n_deep);
}

/* A deep nest must not exhaust the C stack: n headers, then n back edges. */
Test(cfg, a_deep_nest)
{
	enum { DEPTH = 10000 };
	struct insn *program = calloc(2 * DEPTH + 1, sizeof *program);
	char err[200];
	struct cfg c;
	for (int i = 0; i < DEPTH; i++) {
		program[i] = (struct insn){.op = ISA_MOV, .width = 64, .k = true};
		program[DEPTH + i] = (struct insn){.op = ISA_JEQ, .width = 64, .k = true, .off = (int16_t)(-2 * i - 2)};
	}
	program[2 * DEPTH] = (struct insn){.op = ISA_EXIT};
	cr_assert(cfg_build(program, 0, 2 * DEPTH + 1, &c, err, sizeof err), "%s", err);
	cr_expect_eq(c.blocks[cfg_find_block(&c, DEPTH)].depth, DEPTH);
	cr_expect_eq(c.blocks[0].depth, 1);
	cfg_release(&c);
	free(program);
}
