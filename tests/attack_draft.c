/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/attack_draft.h"

#include "tests/attack_base.h"

#include <string.h>

static void say(char *text, size_t len, const char *what, uint32_t at, const struct insn *in, uint32_t target)
{
	char one[100];
	insn_print(in, one, sizeof one);
	size_t n = strlen(text);
	snprintf(text + n, len - n, " %s %u: %s (%u);", what, at, one, target);
}

static bool is_movable(const struct insn *in)
{
	return in->op != ISA_WIDE_TAIL && in->op != ISA_LDDW && in->op != ISA_CALL;
}

/* Close to an item, inside of the program. */
static uint32_t near(struct random *r, const struct draft *d, uint32_t i)
{
	uint32_t to = i + random_below(r, 9);
	return to < 4 ? 0 : to - 4 >= d->n ? d->n - 1 : to - 4;
}

static void put_in(struct random *r, struct draft *d, uint32_t i, char *text, size_t len)
{
	uint32_t from = random_below(r, 2) ? near(r, d, i) : random_below(r, d->n);
	struct insn in = d->items[from].in;
	uint32_t target = near(r, d, i);
	if (!is_movable(&in))
		return;
	say(text, len, "in", i, &in, target);
	draft_insert(d, i, in, target, DRAFT_NEW);
}

static void turn(struct random *r, struct draft *d, uint32_t i, char *text, size_t len)
{
	struct insn in = d->items[i].in;
	if (!insn_is_jump(&in))
		return;
	uint32_t target = random_below(r, 3) ? near(r, d, d->items[i].target) : near(r, d, i);
	say(text, len, "turn", i, &in, target);
	d->items[i].target = target;
}

static void edit(struct random *r, struct draft *d, uint32_t i, char *text, size_t len)
{
	switch (random_below(r, 4)) {
	case 0:
		put_in(r, d, i, text, len);
		break;
	case 1:
		turn(r, d, i, text, len);
		break;
	default:
		say(text, len, "out", i, &d->items[i].in, 0);
		draft_kill(d, i);
	}
}

bool attack_draft(struct random *r, const struct program *p, struct version *out, char *text, size_t len)
{
	struct draft *d = draft_new(p, NULL);
	uint32_t at = random_below(r, (unsigned)p->n);
	*text = 0;
	for (unsigned n = 1 + random_below(r, 3); n; n--) {
		uint32_t i = near(r, d, at);
		if (d->items[i].in.op != ISA_WIDE_TAIL && !d->items[i].dead)
			edit(r, d, i, text, len);
	}
	bool good = *text && draft_build(d, out);
	draft_free(d);
	if (good && !attack_is_program(out->p)) {
		version_release(out);
		good = false;
	}
	return good;
}
