/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of the engine: what runs, and whether a draft that is offered to it becomes the next version. */
#ifndef OFFER_H
#define OFFER_H

#include "synth/engine/engine.h"
#include "synth/search/memo.h"

#define OFFER_EFFORTS 3

struct engine {
	const struct engine_options *o;
	struct engine_result *r;
	struct judge *judge, *next; /* of the last step; of the one that was adopted just now */
	struct scene scene;
	struct cfg *cfgs;
	struct memo memo;
	const bool *may_edit;       /* by subprogram */
	struct seen seen, failed;   /* programs; changes at a place that were not proved, until all has been tried */
	struct seen hopeless;       /* changes at a place, plus a level at which whole programs did not prove them */
	struct proposer_counts *by; /* who runs */
	struct cost_options cost;
	size_t cursor[OFFER_EFFORTS];
	uint64_t start_ns, slice, round;
	enum judge_whole level; /* of effort in proofs */
	bool idle;              /* nobody but searches has anything more for this scene */
	bool adopted, gone;     /* gone: no scene can be made any more */
};

/* Proposals so far, those of searches included. */
uint64_t offer_count(const struct engine *e);
bool offer_is_over(const struct engine *e);
double offer_seconds(const struct engine *e);
const struct engine_step *offer_last_step(const struct engine *e);
void offer_show(const struct engine *e);
struct judge_options offer_judge_options(const struct engine *e);
void offer_push_step(struct engine_result *r, const struct engine_step *step);

/* scene.offer and scene.offer_proved. */
bool offer_draft(const struct scene *s, struct draft *d, const char *what);
bool offer_proved_draft(const struct scene *s, struct draft *d, const char *rule);
#endif
