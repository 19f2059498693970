/* SPDX-License-Identifier: BSD-2-Clause */
/* The abstract operators beside what they stand for: the words' own arithmetic, restated from RFC 9669. */
#ifndef DOMAIN_H
#define DOMAIN_H

#include "scalar.h"

struct domain_op {
	const char *name;
	struct scalar (*abstract)(struct scalar a, struct scalar b);
	uint64_t (*concrete)(uint64_t x, uint64_t y);
};
struct domain_unary {
	const char *name;
	struct scalar (*abstract)(struct scalar a);
	uint64_t (*concrete)(uint64_t x);
};

extern const struct domain_op domain_ops[];
extern const struct domain_unary domain_unaries[];
extern const size_t n_domain_ops, n_domain_unaries;

#define N_RELATIONS (SCALAR_NSET + 1u)
bool domain_holds(enum scalar_relation rel, unsigned bits, uint64_t x, uint64_t y);

/* What a failed check prints. */
const char *domain_show(struct scalar s);
#endif
