/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libbpfprove: do two BPF objects do the same on every input? Is one safe on every input?
 *
 * Errors: a function that can fail returns enum bpfprove_error and leaves one
 * sentence in `err` (at most errlen bytes, always terminated; err may be NULL
 * if errlen is 0). A bug of the library, and running out of memory outside of
 * the solver, end the process with abort() or exit status 70.
 *
 * The library keeps no global state that a caller sees, but it is not made for
 * calls from several threads at a time. It asks its solvers in child processes
 * (fork), which it waits for by id.
 */
#ifndef BPFPROVE_H
#define BPFPROVE_H

#include <stddef.h>

#define BPFPROVE_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

/* The numbers are those of the command's exit status. */
enum bpfprove_verdict {
	BPFPROVE_PROVED = 0,  /* they do the same wherever the first one does not fault; it is safe */
	BPFPROVE_REFUTED = 1, /* there is an input on which they differ, or that faults, and it was replayed */
	BPFPROVE_UNKNOWN = 2, /* neither; there is a reason */
};

enum bpfprove_error {
	BPFPROVE_OK = 0,
	BPFPROVE_USAGE = 64,      /* options that say nothing sensible, or no program to compare */
	BPFPROVE_MALFORMED = 65,  /* not a BPF object */
	BPFPROVE_UNREADABLE = 66, /* a file that can't be read */
};

typedef struct bpfprove_object bpfprove_object; /* the programs and maps of one object file */
typedef struct bpfprove_result bpfprove_result; /* the answer to one question */

/* The version of the library that runs, which may be newer than BPFPROVE_VERSION. Static. */
const char *bpfprove_version(void);
/* "proved", "refuted" or "unknown". Static. */
const char *bpfprove_verdict_name(enum bpfprove_verdict verdict);

/*
 * Reads an ELF object, or assembly text if the name ends in .s or .bpf. On
 * success *out is the caller's, to be freed with bpfprove_object_free;
 * otherwise *out is NULL.
 */
enum bpfprove_error bpfprove_object_read(const char *path, bpfprove_object **out, char *err, size_t errlen);
/* The same for an ELF object of `len` bytes in memory, which is not kept. `name` is only for messages. */
enum bpfprove_error bpfprove_object_parse(const char *name, const void *bytes, size_t len, bpfprove_object **out,
					  char *err, size_t errlen);
/*
 * CO-RE relocations of an object that was just read are symbolic: a verdict holds
 * for every layout of the kernel's types. This resolves them against one kernel:
 * `btf` is "kernel" (the running one), a file (raw BTF, or ELF with a section
 * .BTF), "none" (nothing changes), or NULL: the running kernel if it shows its
 * types, else none. On an error the object is only fit for being freed.
 */
enum bpfprove_error bpfprove_object_resolve(bpfprove_object *object, const char *btf, char *err, size_t errlen);
/* NULL is allowed. */
void bpfprove_object_free(bpfprove_object *object);
size_t bpfprove_object_programs(const bpfprove_object *object);
/* The name and the ELF section of program i < bpfprove_object_programs(); the object's, NULL beyond. */
const char *bpfprove_object_program_name(const bpfprove_object *object, size_t i);
const char *bpfprove_object_program_section(const bpfprove_object *object, size_t i);

/*
 * The same options as the command's, see bpfprove --help. Always filled by
 * bpfprove_options_init first. Later versions add fields at the end; `size`
 * tells the library which ones the caller knows.
 */
struct bpfprove_options {
	size_t size;            /* sizeof(struct bpfprove_options) */
	const char *program;    /* only the programs of this function or section name; NULL: all */
	const char *solver;     /* z3, cvc5, sat, smtlib:COMMAND, cross, race, ... */
	unsigned timeout;       /* seconds for the whole question, 0: no limit */
	unsigned query_timeout; /* seconds for one query, 0: no limit */
	unsigned memory;        /* MiB for one query, 0: no limit */
	unsigned unroll;        /* iterations of a loop at most */
	int allow_missing;      /* not 0: a program that only one object has does not count */
	int encode;             /* not 0: encode even identical programs */
	int no_kernel;          /* not 0: don't ask the live kernel about counterexamples */
	volatile int *stop;     /* once this is not 0 the rest is unknown ("interrupted"); NULL: never */
	int privileged;         /* bpfprove_safe, not 0: kernel addresses may be seen, unwritten stack bytes read */
	int explain;            /* bpfprove_safe, not 0: the result's text says of each access why it is safe */
	int kernel;             /* bpfprove_safe, not 0: it says whether a kernel would take the program, rule by rule */
};

/* Fills *options, `size` bytes of it, with the defaults. */
void bpfprove_options_init(struct bpfprove_options *options, size_t size);

/*
 * Do the two objects do the same on every input? Programs are paired by section
 * and name, or by name alone where that is unambiguous; a program without a
 * partner refutes unless allow_missing is set. `options` may be NULL for the
 * defaults. Returns BPFPROVE_OK with *out, to be freed with
 * bpfprove_result_free, whatever the verdict is; otherwise *out is NULL. The
 * result does not need the objects any more.
 */
enum bpfprove_error bpfprove_equiv(const bpfprove_object *first, const bpfprove_object *second,
				   const struct bpfprove_options *options, bpfprove_result **out, char *err,
				   size_t errlen);
/*
 * Can a program of the object fault, leak, overrun or run for ever, whatever its input? Proved: none can. Refuted: one
 * does, on an input that was run into the fault. `options` as above; of them program, solver, timeout, no_kernel, stop,
 * privileged, explain and kernel matter. The result's "pairs" are the programs, each by itself: pair_detail is the fault
 * or the reason, pair_kernel what the live kernel says of loading it.
 */
enum bpfprove_error bpfprove_safe(const bpfprove_object *object, const struct bpfprove_options *options,
				  bpfprove_result **out, char *err, size_t errlen);
/* NULL is allowed. */
void bpfprove_result_free(bpfprove_result *result);

/* Strings below are the result's. The verdict over all pairs: refuted if one is, else unknown if one is. */
enum bpfprove_verdict bpfprove_result_verdict(const bpfprove_result *result);
/* Why it is unknown: the first fixed sentence of reason.def, "" if it is not. */
const char *bpfprove_result_reason(const bpfprove_result *result);
/* What `bpfprove equiv` (or safe) prints, counterexamples included, and what it prints with --json. */
const char *bpfprove_result_text(const bpfprove_result *result);
const char *bpfprove_result_json(const bpfprove_result *result);

/* The pairs of programs. For i beyond the count: UNKNOWN and NULL. */
size_t bpfprove_result_pairs(const bpfprove_result *result);
const char *bpfprove_result_pair_program(const bpfprove_result *result, size_t i);
/* A program without a partner is refuted, or proved with allow_missing (then some other pair was decided). */
enum bpfprove_verdict bpfprove_result_pair_verdict(const bpfprove_result *result, size_t i);
/* Unknown: the fixed sentence of reason.def; otherwise "". */
const char *bpfprove_result_pair_reason(const bpfprove_result *result, size_t i);
/* What decided, the first difference, or the reason and what it is about. */
const char *bpfprove_result_pair_detail(const bpfprove_result *result, size_t i);
/* The live kernel on the counterexample: "confirmed", "contradicted", "not asked" or "skipped: WHY". */
const char *bpfprove_result_pair_kernel(const bpfprove_result *result, size_t i);

#ifdef __cplusplus
}
#endif
#endif
