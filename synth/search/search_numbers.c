/* SPDX-License-Identifier: BSD-2-Clause */
/* The numbers of the stochastic search, as shipped and as given. */
#include "synth/search/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct search_numbers search_defaults = {
    .share =
	{
#define SEARCH_MOVE(name, value, text) value,
#define SEARCH_NUMBER(...)
#include "synth/search/search.def"
#undef SEARCH_MOVE
#undef SEARCH_NUMBER
	},
#define SEARCH_MOVE(...)
#define SEARCH_NUMBER(name, value, text) .name = value,
#include "synth/search/search.def"
#undef SEARCH_MOVE
#undef SEARCH_NUMBER
};

const char *const search_move_names[SEARCH_MOVES] = {
#define SEARCH_MOVE(name, value, text) #name,
#define SEARCH_NUMBER(...)
#include "synth/search/search.def"
#undef SEARCH_MOVE
#undef SEARCH_NUMBER
};

static double *find_number(struct search_numbers *o, const char *name, size_t len)
{
	const struct {
		const char *name;
		double *at;
	} all[] = {
#define SEARCH_MOVE(name, ...) {#name, &o->share[MOVE_##name]},
#define SEARCH_NUMBER(name, ...) {#name, &o->name},
#include "synth/search/search.def"
#undef SEARCH_MOVE
#undef SEARCH_NUMBER
	};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strlen(all[i].name) == len && !memcmp(all[i].name, name, len))
			return all[i].at;
	return NULL;
}

/* Without a turn, a chain or a base above 1 there is no search. */
static bool is_possible(const struct search_numbers *o)
{
	double sum = 0;
	for (unsigned m = 0; m < SEARCH_MOVES; m++) {
		if (!(o->share[m] >= 0))
			return false;
		sum += o->share[m];
	}
	return sum > 0 && o->base > 1 && o->chains >= 1 && o->chains <= 1000 && o->turn >= 1 && o->turn < 1e9 &&
	       o->restart >= 1 && o->restart < 1e18 && o->proposals >= 1 && o->proposals < 1e18 &&
	       o->error_weight >= 0 && o->slot_weight >= 0;
}

bool search_read_numbers(struct search_numbers *o, const char *text, char *err, size_t len)
{
	while (*text) {
		size_t name = strcspn(text, "=,");
		double *at = text[name] == '=' ? find_number(o, text, name) : NULL;
		char *end;
		if (!at) {
			snprintf(err, len, "'%.*s': a name of search.def and = was expected", (int)name, text);
			return false;
		}
		*at = strtod(text + name + 1, &end);
		if (end == text + name + 1 || (*end && *end != ',')) {
			snprintf(err, len, "'%s': a number was expected", text + name + 1);
			return false;
		}
		text = *end ? end + 1 : end;
	}
	if (is_possible(o))
		return true;
	snprintf(err, len, "the search can't run with these numbers");
	return false;
}
