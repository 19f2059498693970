/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/bench_scene.h"

#include <stdlib.h>

static bool may_edit(const struct scene *s, uint32_t slot)
{
	(void)s, (void)slot;
	return true;
}

bool bench_scene_open(struct bench_scene *b, const struct program *p, const struct judge_options *o)
{
	char err[300];
	*b = (struct bench_scene){.judge = p->error ? NULL : judge_new(p, o, err, sizeof err)};
	if (!b->judge)
		return false;
	b->cfgs = calloc(p->n_subs + 1, sizeof *b->cfgs);
	if (!b->cfgs)
		abort();
	for (size_t i = 0; i < p->n_subs; i++)
		cfg_build(p->insns, p->subs[i].start, p->subs[i].end, &b->cfgs[i], err, sizeof err);
	b->scene = (struct scene){.p = p,
				  .facts = judge_facts(b->judge),
				  .live = judge_live(b->judge),
				  .cfgs = b->cfgs,
				  .cpu = 4,
				  .seed = 1,
				  .may_edit = may_edit};
	return true;
}

void bench_scene_close(struct bench_scene *b)
{
	for (size_t i = 0; i < b->scene.p->n_subs; i++)
		cfg_release(&b->cfgs[i]);
	free(b->cfgs);
	judge_free(b->judge);
}
