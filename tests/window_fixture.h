/* SPDX-License-Identifier: BSD-2-Clause */
/* A program from text with its facts. */
#ifndef WINDOW_FIXTURE_H
#define WINDOW_FIXTURE_H

#include "checker/window/live.h"

#include <criterion/criterion.h>

struct known {
	struct object *object;
	struct program *p;
	struct facts *facts;
};

static struct known known_new(const char *text)
{
	struct known k;
	struct safety_result r;
	struct safety_options o = {.privileged = true, .no_search = true};
	char err[256];
	cr_assert_eq(object_assemble("test", text, &k.object, err, sizeof err), OBJECT_OK, "%s", err);
	k.p = k.object->programs[0];
	k.facts = facts_new(k.p, &o, &r);
	cr_assert(k.facts, "not proved: %s", r.detail);
	safety_release(&r);
	return k;
}

static void known_free(struct known *k)
{
	facts_free(k->facts);
	object_free(k->object);
}
#endif
