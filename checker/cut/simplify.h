/* SPDX-License-Identifier: BSD-2-Clause */
/* Relations that are cheap to show in place of whatever a few states have in common. */
#ifndef SIMPLIFY_H
#define SIMPLIFY_H

#include "checker/cut/product.h"

/* Weakens what is said of a node's places that no loop which begins there works with: a place of b keeps that it is one
 * of a, or a power of two times that, plus a constant, or that it is so in its low 32, 16 or 8 bits; places of a have
 * nothing to do with each other but for constant distances. */
void simplify_relations(struct node *n);
#endif
