/* SPDX-License-Identifier: BSD-2-Clause */
/* A program as proposers see it, with its judge. */
#ifndef BENCH_SCENE_H
#define BENCH_SCENE_H

#include "synth/propose/propose.h"

struct bench_scene {
	struct scene scene;
	struct judge *judge;
	struct cfg *cfgs;
};

/* False: the program is not proved safe. Instructions of all functions may be changed; offers are the caller's to set.
 */
bool bench_scene_open(struct bench_scene *b, const struct program *p, const struct judge_options *o);
void bench_scene_close(struct bench_scene *b);
#endif
