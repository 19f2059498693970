/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proposers: each looks at a program and offers drafts that might be better.
 * None is trusted. One row each in proposer.def.
 */
#ifndef PROPOSE_H
#define PROPOSE_H

#include "checker/window/judge.h"
#include "encode/isa/cfg.h"
#include "synth/draft/draft.h"

enum goal { GOAL_SIZE, GOAL_LATENCY, GOAL_VERIFIER };

enum search_move {
#define SEARCH_MOVE(name, ...) MOVE_##name,
#define SEARCH_NUMBER(...)
#include "synth/search/search.def"
#undef SEARCH_MOVE
#undef SEARCH_NUMBER
	SEARCH_MOVES
};
/* Of one kind of move: proposals, those that were accepted, and those that led to something better that was proved. */
struct move_stats {
	uint64_t proposed, accepted, best;
};

/* What searches count beside the drafts that they offer. */
struct search_stats {
	uint64_t proposals; /* candidates made */
	uint64_t tested;    /* run on test inputs to the end: not stopped by a difference */
	uint64_t proved, refuted, unknown; /* questions about windows that the search asked itself */
	double seconds;     /* of the search, all processes together */
	struct move_stats moves[SEARCH_MOVES];
};

void search_stats_add(struct search_stats *to, const struct search_stats *from);

struct search_numbers; /* of the chains, see search.h */

/* What a proposer sees of the program as it is now. */
struct scene {
	const struct program *p;
	const uint32_t *origin;     /* by slot, see draft.h */
	const struct facts *facts;
	const struct live *live;
	const struct cfg *cfgs;     /* by subprogram, as p->subs */
	enum goal goal;
	unsigned cpu;               /* 1..4: instructions that may be used, isa_rows[].cpu */
	uint64_t seed;
	uint64_t max_proposals;     /* of a search in this round; 0: as the time allows */
	uint64_t deadline_ns;       /* CLOCK_MONOTONIC; 0: none */
	volatile int *stop;         /* may be NULL */
	unsigned jobs;              /* processes that a search may use, at least 1 */
	struct search_stats *stats; /* a search adds to them; never NULL */
	const char *solver;         /* spec, see solver.h */
	const struct search_numbers *numbers; /* NULL: the defaults */
	struct memo *memo;          /* of searches, over all scenes of a program, see memo.h; may be NULL */
	bool no_cache;              /* neither use nor keep earlier finds */
	bool (*may_edit)(const struct scene *s, uint32_t slot); /* false: in a function that others share */
	/* The engine takes the draft over (sweeps, builds, judges it). False: it was adopted, or the time is over: the
	 * scene is stale, the proposer returns at once. `what` is a few words for the report. */
	bool (*offer)(const struct scene *s, struct draft *d, const char *what);
	/* An instruction sequence in place of [start, end), straight-line, that a rule proved once and for all for the facts
	 * and the live registers here. As offer, but nobody else is asked before the end. */
	bool (*offer_proved)(const struct scene *s, struct draft *d, const char *rule);
	void *engine;
};

struct proposer {
	const char *name, *text;
	void (*run)(const struct scene *s);
	unsigned effort; /* 0: always at once; 1: when nothing of effort 0 is left; 2: search, for as long as there is time */
};
extern const struct proposer proposers[];
extern const size_t n_proposers;

/* A draft of the scene's program; never NULL. */
struct draft *scene_draft(const struct scene *s);
/* May the instruction be used on this CPU, the program's own goal and kernel aside? */
bool scene_allows(const struct scene *s, const struct insn *in);
/* May all of p's, or has the scene's program of the kind already? */
bool scene_allows_program(const struct scene *s, const struct program *p);
#endif
