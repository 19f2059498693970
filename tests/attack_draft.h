/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes that move code: instructions taken out, put in, jumps that go elsewhere. */
#ifndef ATTACK_DRAFT_H
#define ATTACK_DRAFT_H

#include "synth/draft/draft.h"
#include "tests/random.h"

/* One or two such changes close to each other; false: they made no program. `text` says what they are. */
bool attack_draft(struct random *r, const struct program *p, struct version *out, char *text, size_t len);
#endif
