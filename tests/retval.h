/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's own tests with a __retval tag: what the tags say, and what each engine answers. */
#ifndef RETVAL_H
#define RETVAL_H

#include "checker/exec/input.h"
#include "encode/object/program.h"

#include <stdio.h>

/* What a tag expects of the verifier. */
enum retval_load { RETVAL_UNTAGGED, RETVAL_LOADS, RETVAL_REFUSED };

/* A function that the harness loads or runs, by its tags; of privileged mode where nothing else is said. */
struct retval_tag {
	char name[128];
	enum retval_load load, unprivileged_load;
	char message[400], unprivileged_message[400]; /* of its log, parts joined by " ... " */
	bool not_here;                                /* it is for other architectures */
	bool runs;                                    /* it has a __retval and is loaded and run */
	bool any;                                     /* POINTER_VALUE: whatever is returned is right */
	bool auxiliary;                               /* loaded along with every other */
	bool own_btf;                                 /* CO-RE types are not the kernel's */
	int value;
	uint32_t flags; /* BPF_F_* for loading */
};
struct retval_tags {
	struct retval_tag *at;
	size_t n;
};

/* The tags of every function of an object file that is tagged as loaded, refused, run or auxiliary; at is malloc'ed.
 * False with a sentence in err. */
bool retval_read_tags(const char *path, struct retval_tags *out, char *err, size_t len);

#define RETVAL_ENGINES(X)                                                                     \
	X(LOADER, loader)     /* libbpf and a test run, as the kernel's own harness has it */ \
	X(KERNEL, kernel)     /* kernel_run: our loader, our input */                         \
	X(CONCRETE, concrete) /* exec_run */                                                  \
	X(SYMBOLIC, symbolic) /* symbolic_run */
enum retval_engine {
#define X(NAME, name) RETVAL_##NAME,
	RETVAL_ENGINES(X)
#undef X
	    RETVAL_ENGINE_COUNT,
};
extern const char *const retval_engine_names[RETVAL_ENGINE_COUNT];

enum retval_status {
	RETVAL_AGREES,
	RETVAL_DIFFERS,
	RETVAL_FAULTS,
	RETVAL_NOT_MODELLED, /* of a kernel: it can't be asked */
	RETVAL_UNREADABLE,   /* object_read refuses the object */
	RETVAL_CRASHED,
	RETVAL_LATE,
	RETVAL_STATUS_COUNT,
};
extern const char *const retval_status_names[RETVAL_STATUS_COUNT];

struct retval_answer {
	enum retval_status status;
	int value;
	char why[200]; /* "" if it agrees */
};

struct retval_case {
	const char *path, *name; /* of the object; name: the file's, up to the first dot */
	const struct retval_tags *tags;
	const struct retval_tag *tag;
	const struct object *object; /* NULL: it can't be read, `error` says why */
	const struct program *program;
	const char *error;
};
/* Runs one engine in this process; `out` is complete afterwards. */
void retval_run(enum retval_engine e, const struct retval_case *c, struct retval_answer *out);

/* Opens the object with libbpf, set to load the case's program and the auxiliary ones. *mine is that program. NULL with
 * a sentence in err. */
struct bpf_object;
struct bpf_program;
struct bpf_object *retval_open(const struct retval_case *c, struct bpf_program **mine, char *err, size_t len);

/* What is known: lines "ENGINE[,ENGINE...] OBJECT PROGRAM STATUS REASON"; # begins a comment. */
struct retval_known {
	unsigned engines, met; /* one bit each */
	enum retval_status status;
	char object[64], program[128], reason[500];
};
struct retval_known_list {
	struct retval_known *at;
	size_t n;
};
/* False with a sentence on stderr. */
bool retval_read_known(const char *path, struct retval_known_list *out);
/* The line that explains this answer, where the engine is marked as met; NULL if there is none. */
const struct retval_known *retval_find_known(struct retval_known_list *l, const struct retval_case *c,
					     enum retval_engine e, enum retval_status s);
#endif
