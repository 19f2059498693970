/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an outside checker needs to have a proved verdict again: the inputs, the
 * queries that were refuted, proofs of these refutations, and a manifest that
 * ties them together. The run is had again from the inputs in the certificate,
 * with every refutation checked as it is used, so that nothing in the manifest
 * is believed.
 */
#ifndef CERTIFICATE_H
#define CERTIFICATE_H

#include "checker/certificate/container.h"
#include "encode/object/program.h"
#include "encode/solver/tape.h"

enum certificate_command { CERTIFICATE_EQUIV, CERTIFICATE_SAFE, CERTIFICATE_ASSERT, CERTIFICATE_COMMANDS };
extern const char *const certificate_commands[]; /* their names, ended by NULL */

/* The options that a verdict depends on. */
struct certificate_options {
	enum certificate_command command;
	const char *program, *type; /* may be NULL */
	unsigned unroll;
	bool encode, no_cuts, allow_missing, privileged;
};

/* Names of the files about one query, NULL: there is none. Owned. */
struct certificate_query {
	char *text, *clauses, *proof;
};

struct certificate_program {
	char *name, *section, *by; /* by: what decided; "missing": no partner, and that does not count */
	struct digest code[2];     /* of instructions and maps, as linked and relocated */
	struct tape tape;
	struct certificate_query *queries; /* one for each entry of the tape, or NULL */
};

struct certificate {
	struct certificate_options options;
	char *texts[2]; /* what options.program and options.type point to */
	struct container files;
	char *inputs[2], *btf; /* names of files; NULL: none */
	char *digest;          /* of the executable that made it */
	struct certificate_program *programs;
	size_t n;
};

/* How the programs are decided. */
struct certificate_making {
	struct certificate_options options;
	const char *const *paths; /* of the inputs, one or two */
	size_t n_paths;
	const char *btf, *solver;                /* as option.def has them */
	unsigned timeout, query_timeout, memory; /* seconds, seconds, MiB; 0: no limit */
	volatile int *stop;
};

/* Decides the programs, then has the same run again without a solver, looking for a proof of each query for at most
 * query_timeout, and writes the whole. False with a sentence in err: some program is not proved, or not again. */
bool certificate_make(const struct certificate_making *m, const char *path, char *err, size_t errlen);
struct certificate *certificate_new(const struct certificate_options *o); /* which are copied */
void certificate_free(struct certificate *c);

enum certificate_verdict {
	CERTIFICATE_HOLDS,
	CERTIFICATE_FAILS,   /* it does not prove what it says */
	CERTIFICATE_UNKNOWN, /* some query was not decided */
	CERTIFICATE_MALFORMED,
	CERTIFICATE_UNREADABLE,
};
enum certificate_proofs { PROOFS_FIRST, PROOFS_ONLY, PROOFS_OFF };

/* How one query was refuted again. */
struct certificate_check {
	size_t program, number; /* of the program, of the entry on its tape */
	const char *by;         /* "proof", or the solver's name */
	double ms;
};

struct certificate_recheck {
	struct solver *solver; /* for queries without a proof; its tape is not used */
	enum certificate_proofs proofs;
	unsigned query_ms; /* for one proof, 0: no limit */
	/* filled: */
	struct certificate *certificate; /* NULL if it can't be read */
	struct certificate_check *checks;
	size_t n_checks;
	char why[600]; /* of every other verdict than that it holds */
};
enum certificate_verdict certificate_recheck(const char *path, struct certificate_recheck *r);
void certificate_recheck_release(struct certificate_recheck *r);

/* Inside of checker/certificate: */

/* manifest.c */
#define MANIFEST_NAME "manifest.json"
void manifest_add(struct certificate *c);
/* manifest_read.c: takes the files out of the container, all of which the manifest has to name with their digests. If
 * it does not hold, or is malformed, *out is NULL and err a sentence. */
enum certificate_verdict manifest_read(struct container *files, struct certificate **out, char *err, size_t errlen);

/* Words of manifests by the enumeration's number, ended by NULL. */
extern const char *const manifest_answers[], *const manifest_failures[];
/* What the refutation of a query of that name says. */
const char *manifest_role(const char *name);
#define MANIFEST_FORMAT 1

/* code.c */
struct digest code_digest(const struct program *p);

/* certificate.c: a copy, or NULL of NULL */
char *certificate_copy(const char *text);
/* The digest of the executable that runs, NULL: it can't be read. The caller frees it. */
char *certificate_executable(void);

/* run.c, from the inputs in the certificate: */
/* Decides every program, and notes it and what was asked in the certificate. False with a sentence in err. */
bool run_first(struct certificate *c, const struct certificate_making *m, char *err, size_t errlen);
/* Decides every program again by the answers on the tapes. False with a sentence in err: the programs are not those of
 * the certificate, or one of them is not proved. `refuted` is asked about each query that a tape says is refuted. */
typedef bool (*run_refuted)(void *arg, size_t program, size_t number, const struct query *q);
bool run_again(struct certificate *c, run_refuted refuted, void *arg, char *err, size_t errlen);
#endif
