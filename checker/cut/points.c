/* SPDX-License-Identifier: BSD-2-Clause */
/* The simplest points: headers of loops. */
#include "checker/cut/align.h"
#include "encode/isa/cfg.h"

#include <stdlib.h>

void cut_points_release(struct cut_points *points)
{
	for (unsigned side = 0; side < 2; side++) {
		free(points->at[side]);
		free(points->every[side]);
	}
	*points = (struct cut_points){0};
}

static bool find_headers(const struct program *p, uint32_t **at, size_t *n)
{
	struct cfg g;
	char err[200];
	if (!cfg_build(p->insns, p->subs[0].start, p->subs[0].end, &g, err, sizeof err))
		return false;
	*at = calloc(g.n + 1, sizeof **at);
	if (!*at)
		abort();
	for (size_t i = 0; i < g.n; i++)
		if (g.blocks[i].size > 0)
			(*at)[(*n)++] = g.blocks[i].start;
	cfg_release(&g);
	return true;
}

bool align_find_points(const struct program *a, const struct program *b, struct cut_points *out)
{
	*out = (struct cut_points){0};
	return find_headers(a, &out->at[0], &out->n[0]) && find_headers(b, &out->at[1], &out->n[1]);
}
