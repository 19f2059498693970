/* SPDX-License-Identifier: BSD-2-Clause */
/* Witnesses: from a solver's model to an input on which the concrete machine sees the difference. */
#ifndef WITNESS_H
#define WITNESS_H

#include "checker/equiv/equiv.h"

#include <jansson.h>

/* The model as an input. The caller frees it. */
struct input *witness_from_model(struct term_pool *pool, const struct solver_model *model);

/* Runs both programs on `in`; true if the first does not fault (or stop) and the second differs. `what` says how. */
bool witness_replay(const struct program *a, const struct program *b, const struct pairing *maps, const struct input *in,
                    char *what, size_t len);
/* Makes opaque calls with the same arguments and bytes give the same results, wherever they stand in the two runs;
 * true if that changed the witness. witness_replay believes no other. */
bool witness_unify(const struct program *a, const struct program *b, const struct pairing *maps, struct input *in);
/* True if one of the two runs meets something that is not modelled. */
bool witness_is_unmodelled(const struct program *a, const struct program *b, const struct pairing *maps,
                           const struct input *in);
/* Makes the witness smaller as long as it replays: shortest packet that the kernel takes, fewest non-zero values. */
void witness_shrink(const struct program *a, const struct program *b, const struct pairing *maps, struct input *in);
/* The same for any test that holds of `in` and has to go on holding. */
typedef bool witness_test(void *arg, const struct input *in);
void witness_shrink_by(enum progtype type, struct input *in, witness_test *test, void *arg);
/* Asks the live kernel about both programs. */
enum kernel_opinion witness_ask_kernel(const struct program *a, const struct program *b, const struct pairing *maps,
                                       const struct input *in, char *text, size_t len);

/* Example / First / Second, for people. */
void witness_print(const struct program *a, const struct program *b, const struct equiv_result *r, FILE *out);
/* An input alone, for people: packet and what else is not 0. */
void witness_print_input(const struct program *p, const struct pairing *maps, const struct input *in, FILE *out);
/* Its entries, and the names of the maps by their numbers; the caller owns the references. */
json_t *witness_input_json(const struct input *in);
json_t *witness_maps_json(const struct pairing *maps);
/* The same for programs; the caller owns the reference. */
json_t *witness_json(const struct program *a, const struct program *b, const struct equiv_result *r);
/* Writes path (JSON) and, if there is a packet, path with .pcap for its extension. Files are written whole or not at
 * all; false with a sentence otherwise. */
bool witness_save(const struct program *a, const struct program *b, const struct equiv_result *r, const char *path,
                  char *err, size_t len);
/* Writes `json` and, if programs of this type have a packet, that of `in`. */
bool witness_save_json(json_t *json, enum progtype type, const struct input *in, const char *path, char *err,
                       size_t len);
/* True if the input gives results to opaque calls. */
bool witness_is_opaque(const struct input *in);
#endif
