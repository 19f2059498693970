/* SPDX-License-Identifier: BSD-2-Clause */
/* The benchmark: pieces of work, each in a process of its own, and what each took. */
#ifndef BENCH_H
#define BENCH_H

#include "encode/object/program.h"
#include "encode/term/term.h"
#include "stage.h"
#include "encode/solver/solver.h"
#include "tests/children.h"

#include <stdio.h>

enum { BENCH_MAX = 16384, BENCH_CHECKS = 400, BENCH_PATH = 300 };

enum bench_part {
#define PART(name, ...) BENCH_##name,
#include "tests/bench_part.def"
#undef PART
	BENCH_PARTS
};

/* Queries and claims of a row, by what became of them. */
enum bench_count {
#define COUNT(name, text) BENCH_##name,
#include "tests/bench_count.def"
#undef COUNT
	BENCH_COUNTS
};
extern const char *const bench_count_names[BENCH_COUNTS];

/* Milliseconds: loading, the stages of include/stage.def, then rewriting, which is a part of others. */
enum bench_time { BENCH_LOAD, BENCH_STAGES, BENCH_REWRITE = BENCH_STAGES + STAGE_COUNT, BENCH_TOTAL, BENCH_TIMES };
extern const char *const bench_time_names[BENCH_TIMES];

/* A question about a window. */
struct bench_check {
	float ms;
	uint8_t verdict; /* enum verdict */
	bool rewritten;  /* decided without a solver */
};

/* One pair of programs, or one program. Lives in memory that parent and children share. */
struct bench_row {
	enum bench_part part;
	char set[64], object[128], program[128];         /* of what; folder or builds, file or mutant, function */
	char path[2][BENCH_PATH];                        /* of the objects; the second may be the first */
	char verdict[16], by[40], reason[96], what[160]; /* reason: of unknown */
	size_t index, slots;
	uint64_t counts[BENCH_COUNTS];
	double ms[BENCH_TIMES], mebibytes;
	size_t n_checks;
	struct bench_check checks[BENCH_CHECKS];
};

struct bench_options {
	struct child_limits limits;
	const char *corpus, *real;       /* folders of objects */
	const char *scratch;             /* of mutants */
	const char *solver, *only;       /* only: in "part/set/object:program", NULL: all */
	const char *json, *commit, *log; /* log: folder of the queries, NULL: not kept */
	enum term_mode terms;
	bool parts[BENCH_PARTS];
	bool quick; /* few pairs, mutants and sets */
	bool all;   /* also the large sets */
	bool list;  /* each row that is unknown */
};

struct bench {
	const struct bench_options *o;
	struct bench_row *at;
	size_t n;
};

typedef void bench_plan(struct bench *b, enum bench_part part);
typedef void bench_work(struct bench_row *row, const struct bench_options *o);
struct bench_part_row {
	const char *name, *text;
	bench_plan *plan; /* adds rows */
	bench_work *work; /* fills a row in, in a process of its own */
};
extern const struct bench_part_row bench_parts[BENCH_PARTS];
#define PART(name, plan, work, text)  \
	bench_plan bench_plan_##plan; \
	bench_work bench_do_##work;
#include "tests/bench_part.def"
#undef PART

/* Options of the benchmarks' programs; usage prints them and returns the exit status. */
void bench_set_defaults(struct bench_options *o, const char *scratch);
bool bench_parse_options(struct bench_options *o, int argc, char **argv);
int bench_usage(void);
/* Rows of all parts that are chosen. */
void bench_plan_all(struct bench *b);
void bench_remove_mutants(const char *folder);
/* The specification of a solver for a row: `solver`, whose queries go to a folder of the row's if they are kept. */
void bench_solver_spec(const struct bench_row *row, const struct bench_options *o, const char *solver, char *out,
		       size_t len);
/* The program of the row's n-th object; NULL with row->what if it can't be had. The object is never freed. */
struct program *bench_load(struct bench_row *row, unsigned n);
void bench_print(const struct bench *b, FILE *out);
bool bench_save(const struct bench *b, const char *path);
#endif
