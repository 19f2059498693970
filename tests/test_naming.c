/* SPDX-License-Identifier: BSD-2-Clause */
/* Passages that differ in their registers' names only have one key; what matters for a replacement makes another. */
#include "synth/search/naming.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

struct staging {
	struct object *object;
	struct judge *judge;
	struct cfg *cfgs;
	struct scene scene;
	struct passages list;
};

static bool may_edit(const struct scene *s, uint32_t slot)
{
	(void)s;
	(void)slot;
	return true;
}

static void stage_open(struct staging *t, const char *text)
{
	char err[256];
	memset(t, 0, sizeof *t);
	cr_assert_eq(object_assemble("test", text, &t->object, err, sizeof err), OBJECT_OK, "%s\n%s", err, text);
	const struct program *p = t->object->programs[0];
	struct judge_options o = {.solver = "z3", .privileged = true};
	t->judge = judge_new(p, &o, err, sizeof err);
	cr_assert(t->judge, "%s\n%s", err, text);
	t->cfgs = calloc(p->n_subs, sizeof *t->cfgs);
	for (size_t i = 0; i < p->n_subs; i++)
		cr_assert(cfg_build(p->insns, p->subs[i].start, p->subs[i].end, &t->cfgs[i], err, sizeof err));
	t->scene = (struct scene){.p = p,
				  .facts = judge_facts(t->judge),
				  .live = judge_live(t->judge),
				  .cfgs = t->cfgs,
				  .cpu = 4,
				  .may_edit = may_edit};
	passages_find(&t->scene, &t->list);
}

static void stage_close(struct staging *t)
{
	passages_release(&t->list);
	for (size_t i = 0; i < t->scene.p->n_subs; i++)
		cfg_release(&t->cfgs[i]);
	free(t->cfgs);
	judge_free(t->judge);
	object_free(t->object);
}

/* Keys of passages in the order of their places, for the texts' programs alike. */
static struct naming name_at(const struct staging *t, uint32_t start, uint32_t end, bool *found)
{
	*found = false;
	for (size_t i = 0; i < t->list.n; i++)
		if (t->list.at[i].start == start && t->list.at[i].end == end) {
			*found = true;
			return naming_of(&t->scene, &t->list.at[i]);
		}
	return (struct naming){.key = 0};
}

/* Of the passages that both programs have at the same place: how many have the same key; all: how many there are. */
static unsigned count_same(const char *a, const char *b, unsigned *all)
{
	struct staging x, y;
	unsigned same = 0;
	stage_open(&x, a);
	stage_open(&y, b);
	*all = 0;
	for (uint32_t start = 0; start < x.scene.p->n; start++)
		for (uint32_t end = start + 1; end <= x.scene.p->n; end++) {
			bool in_x, in_y;
			struct naming m = name_at(&x, start, end, &in_x), n = name_at(&y, start, end, &in_y);
			if (!in_x || !in_y)
				continue;
			++*all;
			same += m.key == n.key;
		}
	stage_close(&x);
	stage_close(&y);
	return same;
}

#define BODY(x, y, mask, out)                                                                                     \
	"r" x " = *(u32 *)(r1 + 12)\nr" y " = *(u32 *)(r1 + 16)\nr" x " &= " mask "\nr" y " <<= 3\nr" y " += r" x \
	"\nr" x " = r" y "\nr" y " ^= r" x "\nr0 = r" out "\nexit\n"

Test(naming, names_do_not_matter)
{
	unsigned all, same = count_same(BODY("2", "3", "15", "2"), BODY("5", "4", "15", "5"), &all);
	cr_expect_gt(all, 0);
	cr_expect_eq(same, all, "%u of %u", same, all);
}

Test(naming, what_is_known_and_live_matters)
{
	unsigned all, same = count_same(BODY("2", "3", "15", "2"), BODY("2", "3", "7", "2"), &all);
	cr_expect_lt(same, all, "another number and other bounds behind it");
	same = count_same(BODY("2", "3", "15", "2"), BODY("2", "3", "15", "3"), &all);
	cr_expect_lt(same, all, "another register is read in the end");
}

Test(naming, names_are_given_back)
{
	struct staging t;
	stage_open(&t, BODY("7", "3", "15", "7"));
	cr_assert_gt(t.list.n, 0);
	for (size_t i = 0; i < t.list.n; i++) {
		const struct passage *x = &t.list.at[i];
		struct naming y = naming_of(&t.scene, x);
		struct insn there[TRIAL_SLOTS], back[TRIAL_SLOTS];
		cr_assert(naming_apply(y.to, x->insns, x->n, there));
		cr_assert(naming_apply(y.from, there, x->n, back));
		for (unsigned k = 0; k < x->n; k++) {
			cr_expect_eq(back[k].dst, x->insns[k].dst);
			cr_expect_eq(back[k].src, x->insns[k].src);
			cr_expect_eq(back[k].imm, x->insns[k].imm);
		}
		struct insn stranger = {.op = ISA_MOV, .width = 64, .dst = 9, .k = true};
		cr_expect_not(naming_apply(y.to, &stranger, 1, back), "the passage has no r9");
	}
	stage_close(&t);
}
