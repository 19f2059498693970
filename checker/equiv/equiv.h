/* SPDX-License-Identifier: BSD-2-Clause */
/* Do two programs do the same? From two programs to a verdict with a replayed witness. */
#ifndef EQUIV_H
#define EQUIV_H

#include "checker/cut/answer.h"
#include "checker/exec/exec.h"
#include "encode/machine/machine.h"
#include "stage.h"

/* The maps of two objects under one numbering: the same map has one number. */
struct pairing {
	const struct map **maps;  /* by number */
	size_t n;
	uint32_t *number[2];      /* object map index -> number, for either object */
};
/* False with a reason and the map's name if a map that both have differs in its definition. */
bool pairing_build(const struct program *a, const struct program *b, struct pairing *out, enum reason *why,
                   const char **what);
void pairing_release(struct pairing *p);

/* One way in which the programs could differ. */
struct claim {
	char name[64];
	term differ;   /* 1 bit: they differ here */
	bool internal; /* not output: the order of opaque calls, on which shared results rest */
};
/* What decided that two outputs are equal, without a query of their own (but for the last). */
enum claim_by { CLAIM_BY_TERMS, CLAIM_BY_FACTS, CLAIM_BY_RULES, CLAIM_BY_MERGING, CLAIM_BY_SESSION, CLAIM_BYS };
struct claims {
	struct claim *at;
	size_t n;
	size_t by[CLAIM_BYS];
};
/* Every claim that rewriting does not refute. */
void compare_runs(struct run *a, struct run *b, struct claims *out);
/* Where one run ends with a tail call and the other's returned, it is unknown to b whether they differ. */
void compare_tail_calls(struct run *a, struct run *b);
void claims_release(struct claims *c);

struct equiv_options {
	struct solver *solver;
	bool encode;           /* don't take identical programs for granted */
	bool kernel;           /* ask the live kernel about refutations */
	bool quick;            /* no more than one short query of a kind, and any counterexample will do */
	bool no_cuts;          /* the whole programs only, no cut points */
	unsigned unroll;       /* 0: default */
	volatile int *stop;
	enum term_mode terms;  /* for measurements, see term.h */
};

enum kernel_opinion { OPINION_NONE, OPINION_CONFIRMED, OPINION_SKIPPED, OPINION_CONTRADICTED };

struct equiv_result {
	enum verdict verdict;
	enum reason reason;       /* unknown: why */
	char what[256];           /* what the reason is about; for refuted: the first difference, in words */
	const char *decided_by;   /* "identical", "rewriting", "sweeping" or the solver's name */
	double ms;
	struct input *witness;    /* refuted: owned */
	bool opaque;              /* the witness gives results to calls that are not modelled */
	enum kernel_opinion kernel;
	char kernel_text[200];
	struct pairing pairing;   /* owned, numbers the witness's maps */
	size_t terms, claims;
	size_t claims_by[CLAIM_BYS]; /* outputs; of bytes of memory one by one */
	bool partial;             /* proved, but the first program may fault on some inputs: they are not compared */
	bool identical;           /* proved by comparison */
	bool cached;              /* an earlier run decided it (checker/whole/verdicts.h) */
	bool swept;               /* terms were merged before the solver decided */
	struct cut_answer cut;    /* pairs and relations of the last attempt by cut points */
	struct stages stages;
	struct term_stats term_stats;
	struct solver_stats queries; /* of this question */
};
void equiv_programs(const struct program *a, const struct program *b, const struct equiv_options *opt,
                    struct equiv_result *out);
/* Only what takes no encoding: pairs that can't be compared, and identical ones. False: the rest is open. */
bool equiv_settle(const struct program *a, const struct program *b, const struct equiv_options *opt,
                  struct equiv_result *out);
void equiv_release(struct equiv_result *r);
#endif
