/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's verifier tests as cases for the safety prover. */
#ifndef VERIFIER_TABLE_H
#define VERIFIER_TABLE_H

#include "tests/safe_kernel.h"
#include "tests/safe_run.h"

#include <stdio.h>

enum { TABLE_MAX = 8192 };

/* Why the kernel refuses a program. */
enum table_class {
	CLASS_NONE,   /* it accepts it, or no row of the list of classes fits */
	CLASS_SAFETY, /* the program might fault, leak or not end, as far as the kernel can tell */
	CLASS_RULE,   /* it breaks only a rule of the kernel's own */
	CLASS_COUNT
};
extern const char *const table_class_names[CLASS_COUNT];

struct table_case {
	char name[256];    /* "raw and/1 ...", "tag verifier_and:program"; "@unpriv" at the end if not privileged */
	char path[256];    /* of the text or object */
	char program[128]; /* tagged: which */
	bool is_tagged, privileged;
	bool accept;       /* what the tests expect of their kernel */
	char message[400]; /* why not, parts of the log joined by " ... " */
	uint32_t flags;    /* BPF_F_* of the load */
	enum table_class class;
	/* answers, in shared memory */
	struct kernel_answer kernel; /* today's, asked as root */
	struct safe_answer safe;
};

struct table {
	struct table_case *at;
	size_t n;
};

/* Texts that tests/verifier_text.c wrote (DIR/\*.s) and objects that tests/retval.sh made (DIR/\*.o). */
void table_read_texts(struct table *t, const char *dir);
void table_read_objects(struct table *t, const char *dir);

/* Lines "KEY -- REASON"; # begins a comment. */
struct table_row {
	char key[300], reason[500];
	size_t met;
};
struct table_list {
	struct table_row *at;
	size_t n;
};
/* False with a sentence on stderr. */
bool table_read_list(const char *path, struct table_list *out);
/* The first row whose key, "CLASS: PATTERN" with * for any text, fits some part of the message. */
enum table_class table_classify(struct table_list *classes, const char *message);
/* The row whose key begins the case's name up to its description; NULL if there is none. */
struct table_row *table_find(struct table_list *l, const struct table_case *c);

/* Prover and kernel on a case, in this process. */
struct table_work {
	const struct table_case *c;
	struct safe_run_options options;
	bool no_kernel;
};
void table_run(const void *work, void *result);

struct table_lists {
	struct table_list classes, proved, refuted;
};
struct table_print {
	bool list, text; /* every case; programs beside what is wrong */
};
/* Returns how many answers are wrong and not explained. */
size_t table_print(struct table *t, struct table_lists *l, const struct table_print *o, FILE *out);
bool table_save(const struct table *t, const char *path);
#endif
