/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole objects and folders of them, as the command line asks about them: each
 * file's programs are compared, looked up in the cache of verdicts, or decided
 * in a process of their own; reports come in order, whatever ended first.
 */
#ifndef WHOLE_H
#define WHOLE_H

#include "checker/equiv/equiv.h"
#include "checker/safety/programs.h"
#include "checker/whole/files.h"

struct verdicts;

struct whole_options {
	const char *program, *btf, *witness; /* may be NULL */
	enum progtype type;                  /* of programs whose section doesn't tell */
	bool json, verbose, allow_missing;
	unsigned jobs; /* as in crew_new */
	unsigned timeout; /* seconds for each comparison where there are folders, 0: none; else the solver has its limit */
	volatile int *stop;
	struct verdicts *cache;                                /* NULL: none */
	void (*show)(size_t done, size_t n, const char *name); /* progress; may be NULL */
	FILE *out;
};

/* What came of a run. */
struct whole_sums {
	size_t files, programs;          /* files: those that were read */
	size_t proved, refuted, unknown; /* programs */
	size_t identical, cached;        /* of those */
	size_t alone, alone_files;       /* programs and files without a partner */
	size_t malformed, unreadable;    /* files */
	size_t stopped;                  /* files that were not reached before *stop was set */
	bool faulted;                    /* some process met an internal fault */
	bool unsaved;                    /* the counterexample could not be written */
	enum reason reason;              /* of the first unknown program */
	struct solver_stats queries;     /* equiv: of this run */
	double ms;
};

/* Compares the objects of all files. Reports on o->out; false, with a sentence in err and nothing there, if no program
 * was there to compare. */
bool whole_equiv(struct whole_files *files, const struct whole_options *o, const struct equiv_options *eo,
		 struct whole_sums *sums, char *err, size_t len);

/* Refuted if anything is refuted or without a partner that counts, else unknown if anything is, else proved. */
enum verdict whole_verdict(const struct whole_sums *s, const struct whole_options *o);

struct whole_safe_options {
	struct programs_options programs;
	bool privileged, explain;
};
/* The same for the safety of each program. */
bool whole_safe(struct whole_files *files, const struct whole_options *o, const struct whole_safe_options *so,
		struct whole_sums *sums, char *err, size_t len);
#endif
