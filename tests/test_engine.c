/* SPDX-License-Identifier: BSD-2-Clause */
/* The optimizer's engine with proposers of its own: honest ones, liars, and one that crashes. */
#include "synth/engine/deliver.h"
#include "synth/engine/editable.h"
#include "synth/engine/transfer.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* Nothing of it can be left out. */
#define TIGHT                                                                       \
	".program tight xdp\n"                                                      \
	"r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr4 = r2\nr4 += 14\nr0 = 1\n" \
	"if r4 > r3 goto out\nr0 = *(u8 *)(r2 + 13)\nr0 &= 3\nout: exit\n"
/* Three instructions for nothing, each in a block of its own. */
#define LOOSE                                                         \
	".program loose xdp\n"                                        \
	"r6 = r1\nr2 = *(u32 *)(r6 + 12)\nr3 = 5\nr3 += 0\nr0 = r3\n" \
	"if r2 == 7 goto on\nr0 += 0\nr0 += 2\n"                      \
	"on: r0 += 0\nr0 &= 7\nexit\n"

static struct object *assemble(const char *text)
{
	struct object *o;
	char err[256];
	cr_assert_eq(object_assemble("test", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	return o;
}

/* Every instruction by itself left out: mostly wrong. */
static void propose_kill(const struct scene *s)
{
	for (uint32_t i = 0; i < s->p->n; i++) {
		const struct insn *in = &s->p->insns[i];
		if (in->op == ISA_WIDE_TAIL || in->op == ISA_EXIT)
			continue;
		struct draft *d = scene_draft(s);
		draft_kill(d, i);
		if (!s->offer(s, d, "left out"))
			return;
	}
}

/* Other constants, widths and offsets, with the next instruction gone, so that the price is right. */
static void propose_spoil(const struct scene *s)
{
	for (uint32_t i = 0; i + 1 < s->p->n; i++)
		for (int way = 0; way < 4; way++) {
			struct insn in = s->p->insns[i];
			if (in.op == ISA_WIDE_TAIL || in.op == ISA_LDDW || insn_has_target(&in) || in.op == ISA_EXIT)
				continue;
			in.imm += way == 0 && in.k;
			in.width = way == 1 && in.width == 64 ? 32 : in.width;
			in.off = (int16_t)(in.off + (way == 2 && !in.k && isa_rows[in.op].off == OFF_MEM));
			in.dst ^= way == 3;
			struct draft *d = scene_draft(s);
			draft_set(d, i, in, 0);
			draft_kill(d, i + 1);
			if (!s->offer(s, d, "spoilt"))
				return;
		}
}

/* Additions of 0 are left out. */
static void propose_zero(const struct scene *s)
{
	for (uint32_t i = 0; i < s->p->n; i++) {
		const struct insn *in = &s->p->insns[i];
		if (in->op != ISA_ADD || in->width != 64 || !in->k || in->imm || !s->may_edit(s, i))
			continue;
		struct draft *d = scene_draft(s);
		draft_kill(d, i);
		if (!s->offer(s, d, "addition of 0"))
			return;
	}
}

/* A rule that claims that additions are never needed. */
static void propose_lie(const struct scene *s)
{
	for (uint32_t i = 0; i < s->p->n; i++) {
		if (s->p->insns[i].op != ISA_ADD || s->p->insns[i].imm != 2)
			continue;
		struct draft *d = scene_draft(s);
		draft_kill(d, i);
		if (!s->offer_proved(s, d, "additions are not needed"))
			return;
	}
}

static void propose_crash(const struct scene *s)
{
	if (!strcmp(s->p->name, "loose"))
		abort();
}

static const struct proposer liars[] = {{"kill", "", propose_kill, 0}, {"spoil", "", propose_spoil, 1}},
			     honest[] = {{"zero", "", propose_zero, 0}},
			     mixed[] = {{"lie", "", propose_lie, 0}, {"zero", "", propose_zero, 1}},
			     crashing[] = {{"crash", "", propose_crash, 0}, {"zero", "", propose_zero, 0}};

static struct cost_table costs;

static struct engine_options options_of(const struct proposer *table, size_t n)
{
	cost_table_init(&costs);
	return (struct engine_options){.cpu = 4,
				       .seed = 1,
				       .max_proposals = 10000,
				       .jobs = 1,
				       .kernel = KERNEL_OFF,
				       .costs = &costs,
				       .table = table,
				       .n = n};
}

Test(engine, nothing_wrong_is_adopted)
{
	struct object *o = assemble(TIGHT);
	struct engine_options eo = options_of(liars, 2);
	struct engine_result r;
	engine_run(o->programs[0], &eo, &r);
	cr_assert(r.tried, "%s", r.why);
	cr_expect_eq(r.n_steps, 1);
	cr_expect_gt(r.counts.offered, 15);
	cr_expect_gt(r.counts.judged, 5);
	cr_expect_eq(r.counts.adopted, 0);
	cr_expect_eq(r.counts.proved, 0);
	cr_expect(r.complete);
	engine_release(&r);
	object_free(o);
}

Test(engine, each_step_is_cheaper_and_knows_where_it_came_from)
{
	struct object *o = assemble(LOOSE);
	struct engine_options eo = options_of(honest, 1);
	struct engine_result r;
	engine_run(o->programs[0], &eo, &r);
	cr_assert(r.tried, "%s", r.why);
	cr_assert_eq(r.n_steps, 4);
	for (size_t i = 1; i < r.n_steps; i++) {
		cr_expect_lt(cost_compare(GOAL_SIZE, &r.steps[i].cost, &r.steps[i - 1].cost), 0);
		cr_expect_str_eq(r.steps[i].by, "zero");
		cr_expect_str_eq(r.steps[i].what, "addition of 0");
	}
	const struct version *last = &r.steps[3].v;
	for (size_t i = 0; i < last->p->n; i++) {
		const struct insn *from = &o->programs[0]->insns[last->origin[i]];
		cr_expect_eq(last->p->insns[i].op, from->op);
		cr_expect_eq(last->p->insns[i].imm, from->imm);
	}
	cr_expect_eq(r.by[0].adopted, 3);
	engine_release(&r);
	object_free(o);
}

Test(engine, the_same_again)
{
	struct object *o = assemble(LOOSE);
	struct engine_options eo = options_of(proposers, n_proposers);
	struct engine_result r[2];
	eo.max_proposals = 3000;
	eo.no_cache = true;
	for (int i = 0; i < 2; i++)
		engine_run(o->programs[0], &eo, &r[i]);
	cr_assert_eq(r[0].n_steps, r[1].n_steps);
	cr_expect_gt(r[0].n_steps, 1);
	for (size_t i = 0; i < r[0].n_steps; i++)
		cr_expect_eq(seen_hash_program(r[0].steps[i].v.p), seen_hash_program(r[1].steps[i].v.p));
	for (int i = 0; i < 2; i++)
		engine_release(&r[i]);
	object_free(o);
}

Test(engine, programs_that_are_not_safe_are_left_alone)
{
	struct object *o = assemble("r0 = *(u64 *)(r10 - 8)\nr0 += 0\nr0 = *(u8 *)(r0 + 0)\nexit\n");
	struct engine_options eo = options_of(honest, 1);
	struct engine_result r;
	engine_run(o->programs[0], &eo, &r);
	cr_expect_not(r.tried);
	cr_expect_neq(*r.why, 0);
	cr_expect_eq(r.counts.offered, 0);
	engine_release(&r);
	object_free(o);
}

Test(engine, what_a_wrong_rule_did_is_taken_back_and_nothing_else)
{
	struct object *o = assemble(LOOSE);
	struct engine_options eo = options_of(mixed, 2);
	struct accept_options ao = {.timeout = 20, .query_timeout = 10};
	struct outcome out;
	outcome_find(o->programs[0], &eo, &ao, &out);
	cr_assert(out.engine.tried, "%s", out.engine.why);
	cr_expect_gt(out.engine.counts.by_rule, 0);
	cr_expect(strstr(out.taken_back, "additions are not needed"), "%s", out.taken_back);
	cr_expect_gt(out.searches, 1);
	cr_assert_eq(out.final, 3);
	for (size_t i = 1; i <= out.final; i++)
		cr_expect_str_eq(out.engine.steps[i].by, "zero");
	cr_expect_eq(out.accept.verdict, VERDICT_PROVED);
	outcome_release(&out);
	object_free(o);
}

Test(engine, acceptance_names_the_step_that_is_wrong)
{
	struct object *o = assemble(LOOSE), *wrong = assemble(".program loose xdp\nr0 = 5\nexit\n");
	struct engine_options eo = options_of(honest, 1);
	struct engine_result r;
	struct accept_answer a;
	struct accept_options ao = {.timeout = 20, .query_timeout = 10};
	engine_run(o->programs[0], &eo, &r);
	cr_assert_eq(r.n_steps, 4);
	for (int parallel = 0; parallel < 2; parallel++) {
		ao.parallel = parallel;
		accept_steps(r.steps, 4, &ao, &a);
		cr_expect_eq(a.verdict, VERDICT_PROVED, "%s", a.why);
		struct program *right = r.steps[2].v.p;
		r.steps[2].v.p = wrong->programs[0];
		accept_steps(r.steps, 3, &ao, &a);
		cr_expect_neq(a.verdict, VERDICT_PROVED);
		cr_expect_eq(a.good, 1);
		cr_expect_neq(*a.why, 0);
		r.steps[2].v.p = right;
	}
	engine_release(&r);
	object_free(wrong);
	object_free(o);
}

Test(engine, messages_are_whole_or_refused)
{
	struct object *o = assemble(LOOSE);
	struct engine_options eo = options_of(honest, 1);
	struct accept_options ao = {.timeout = 20};
	struct outcome out, back;
	uint8_t *bytes;
	size_t n;
	outcome_find(o->programs[0], &eo, &ao, &out);
	transfer_pack(&out, &bytes, &n);
	cr_assert(transfer_unpack(bytes, n, &back));
	cr_assert_eq(back.final, out.final);
	cr_assert_eq(back.engine.n_steps, out.engine.n_steps);
	for (size_t i = 0; i < back.engine.n_steps; i++) {
		cr_expect_eq(seen_hash_program(back.engine.steps[i].v.p), seen_hash_program(out.engine.steps[i].v.p));
		cr_expect_arr_eq(back.engine.steps[i].v.origin, out.engine.steps[i].v.origin,
				 back.engine.steps[i].v.p->n * sizeof(uint32_t));
	}
	outcome_release(&back);
	for (size_t cut = 1; cut <= n; cut += 13)
		cr_expect_not(transfer_unpack(bytes, n - cut, &back), "%zu of %zu bytes", n - cut, n);
	free(bytes);
	outcome_release(&out);
	object_free(o);
}

Test(engine, a_crash_costs_one_program)
{
	struct object *o[2] = {assemble(LOOSE), assemble(LOOSE)};
	o[1]->programs[0]->name[0] = 'L';
	struct optimize_item items[2] = {{.program = o[0]->programs[0]}, {.program = o[1]->programs[0]}};
	struct optimize_options oo = {.engine = options_of(crashing, 2), .accept = {.timeout = 20}, .jobs = 2};
	optimize_programs(items, 2, &oo, NULL);
	cr_expect_not(items[0].done);
	cr_expect(strstr(items[0].why, "signal"), "%s", items[0].why);
	cr_assert(items[1].done, "%s", items[1].why);
	cr_expect_eq(items[1].outcome.final, 3);
	for (int i = 0; i < 2; i++) {
		outcome_release(&items[i].outcome);
		object_free(o[i]);
	}
}

Test(engine, shared_functions_stay_as_they_are)
{
	static const char *const text = ".program a xdp\nr1 = 1\ncall f\nr0 += 0\nexit\nf:\nr0 = r1\nr0 += 0\nexit\n";
	struct object *o = assemble(text), *twin = assemble(text);
	struct program *both[] = {o->programs[0], twin->programs[0]};
	struct engine_options eo = options_of(honest, 1);
	struct engine_result r;
	both[1]->name[0] = both[1]->subs[0].name[0] = 'b';
	for (uint32_t i = 0; i < 2;
	     i++) { /* as if they were read from one file: the entries in sections of their own */
		both[i]->subs[0].section = 2 + i;
		both[i]->subs[1].section = 1;
	}
	struct object pair = *o;
	pair.programs = both;
	pair.n_programs = 2;
	both[0]->object = &pair;
	cr_assert_eq(both[0]->n_subs, 2);
	bool *may = editable_list(both[0]);
	cr_expect(may[0]);
	cr_expect_not(may[1]);
	free(may);
	engine_run(both[0], &eo, &r);
	cr_assert(r.tried, "%s", r.why);
	cr_assert_eq(r.n_steps, 2);
	cr_expect(editable_spares((bool[]){true, false}, both[0], r.steps[1].v.p));
	cr_expect_not(editable_spares((bool[]){false, false}, both[0], r.steps[1].v.p));
	engine_release(&r);
	both[0]->object = o;
	object_free(twin);
	object_free(o);
}

Test(engine, hashes_of_changes_go_by_place)
{
	struct object *o = assemble("r0 = 1\nr0 += 0\nr0 += 0\nexit\n"), *shorter = assemble("r0 = 1\nr0 += 0\nexit\n");
	const struct program *a = o->programs[0], *b = shorter->programs[0];
	const uint32_t here[] = {0, 1, 2, 3}, there[] = {0, 1, 5, 6};
	cr_expect_eq(seen_hash_change(a, here, b), seen_hash_change(a, here, b));
	cr_expect_neq(seen_hash_change(a, here, b), seen_hash_change(a, there, b));
	struct seen s = {0};
	for (uint64_t i = 1; i < 1000; i++) {
		cr_expect_not(seen_has(&s, i * i));
		cr_expect(seen_add(&s, i * i));
		cr_expect_not(seen_add(&s, i * i));
	}
	seen_release(&s);
	object_free(shorter);
	object_free(o);
}
