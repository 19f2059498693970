/* SPDX-License-Identifier: BSD-2-Clause */
/* A scene of a program from text, whose offers the judge decides. */
#ifndef SCENE_FIXTURE_H
#define SCENE_FIXTURE_H

#include "synth/search/memo.h"
#include "synth/propose/propose.h"
#include "tests/exec_fixture.h"

/* With the things it needs. */
struct staging {
	struct object *o;
	struct judge *judge;
	struct cfg cfgs[8];
	struct memo memo;
	struct search_stats stats;
	struct scene scene;
	unsigned offers, adopted;
	struct version now, next; /* next: proved by the judge */
};

static inline bool stage_may_edit(const struct scene *s, uint32_t slot)
{
	(void)s, (void)slot;
	return true;
}

static inline bool stage_offer(const struct scene *s, struct draft *d, const char *what)
{
	struct staging *t = s->engine;
	struct judge_answer a = {.verdict = VERDICT_UNKNOWN};
	(void)what;
	t->offers++;
	draft_sweep(d);
	bool built = draft_build(d, &t->next);
	draft_free(d);
	if (!built)
		return true;
	judge_ask(t->judge, t->next.p, &a);
	if (a.verdict == VERDICT_PROVED)
		return false;
	version_release(&t->next);
	t->next = (struct version){0};
	return true;
}

static inline bool stage_set(struct staging *t, const struct program *p, const uint32_t *origin)
{
	char why[200] = "", err[200];
	struct judge_options o = {.solver = "z3", .window_ms = 5000};
	struct judge *judge = judge_new(p, &o, why, sizeof why);
	if (!judge)
		return false;
	for (size_t i = 0; t->judge && i < p->n_subs; i++)
		cfg_release(&t->cfgs[i]);
	judge_free(t->judge);
	t->judge = judge;
	for (size_t i = 0; i < p->n_subs; i++)
		cr_assert(cfg_build(p->insns, p->subs[i].start, p->subs[i].end, &t->cfgs[i], err, sizeof err));
	t->scene.p = p;
	t->scene.origin = origin;
	t->scene.facts = judge_facts(judge);
	t->scene.live = judge_live(judge);
	return true;
}

/* False: it is not proved safe. To be closed in either case. */
static inline bool stage_try(struct staging *t, const char *text)
{
	*t = (struct staging){.o = fixture_assemble(text)};
	t->scene = (struct scene){.cfgs = t->cfgs,
				  .cpu = 4,
				  .seed = 1,
				  .jobs = 1,
				  .stats = &t->stats,
				  .solver = "z3",
				  .memo = &t->memo,
				  .may_edit = stage_may_edit,
				  .offer = stage_offer,
				  .engine = t};
	return stage_set(t, t->o->programs[0], NULL);
}

static inline void stage_open(struct staging *t, const char *text)
{
	cr_assert(stage_try(t, text), "%s", text);
}

/* Until nothing is adopted any more. */
static inline void stage_run(struct staging *t, void (*propose)(const struct scene *s))
{
	for (unsigned i = 0; i < 40; i++) {
		propose(&t->scene);
		if (!t->next.p)
			return;
		if (stage_set(t, t->next.p, t->next.origin)) {
			version_release(&t->now);
			t->now = t->next;
			t->adopted++;
		} else {
			version_release(&t->next);
		}
		t->next = (struct version){0};
	}
}

static inline void stage_print(const struct staging *t, char *out, size_t len)
{
	*out = 0;
	for (size_t i = 0; i < t->scene.p->n; i++) {
		size_t at = strlen(out);
		char text[80] = "";
		insn_print(&t->scene.p->insns[i], text, sizeof text);
		snprintf(out + at, len - at, "%s; ", text);
	}
}

static inline void stage_close(struct staging *t)
{
	for (size_t i = 0; t->scene.p && i < t->scene.p->n_subs; i++)
		cfg_release(&t->cfgs[i]);
	memo_release(&t->memo);
	judge_free(t->judge);
	version_release(&t->now);
	object_free(t->o);
}
#endif
