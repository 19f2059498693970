/* SPDX-License-Identifier: BSD-2-Clause */
/* The abstract words of the safety prover: sets, widening, arithmetic, comparisons. */
#ifndef SCALAR_H
#define SCALAR_H

#include "scalar_arith.h"
#include "scalar_assume.h"
#include "scalar_set.h"
#include "scalar_widen.h"
#endif
