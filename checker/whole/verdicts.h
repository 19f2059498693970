/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A user's verdicts, kept from run to run under the hash of all that they
 * depend on (key.h). What is read has a checksum over it and its key, so that
 * damage is no verdict, and a counterexample is run again by whoever reads it.
 * A file that others can write is not believed.
 */
#ifndef VERDICTS_H
#define VERDICTS_H

#include "checker/whole/bytes.h"
#include "encode/digest.h"

struct verdicts;

/* As database_open: NULL if there can be none, with a note. */
struct verdicts *verdicts_open(const char *path, char *note, size_t len);
void verdicts_close(struct verdicts *v);
/* False: nothing is known. What is found is added to `out`. */
bool verdicts_find(struct verdicts *v, const struct digest *key, struct bytes *out);
void verdicts_put(struct verdicts *v, const struct digest *key, const struct bytes *what);
#endif
