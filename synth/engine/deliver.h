/* SPDX-License-Identifier: BSD-2-Clause */
/* From what became of an object's programs to the file, which is read back before it is believed. */
#ifndef DELIVER_H
#define DELIVER_H

#include "synth/engine/optimize.h"

enum deliver_status { DELIVER_DONE, DELIVER_REFUSED /* can't be written there */, DELIVER_WRONG /* a bug */ };

struct deliver_options {
	const char *btf;    /* see object_resolve; for the live kernel's opinion of CO-RE objects */
	bool kernel;        /* ask it */
	enum progtype type; /* of programs whose section tells none */
};

/* Writes o with the items' final versions as the file `path`. A version that can't be written, or that the live kernel
 * refuses once its CO-RE relocations are resolved while it takes the program as it came, is taken back first. */
enum deliver_status deliver_object(const struct object *o, struct optimize_item *items, size_t n,
				   const struct deliver_options *opt, const char *path, char *err, size_t len);
#endif
