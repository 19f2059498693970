/* SPDX-License-Identifier: BSD-2-Clause */
/* Which helper takes which map, from mapfunc.def. */
#include "tables.h"

#include <string.h>

static const struct {
	enum maptype type;
	const char *helpers, *progs;
} takers[] = {
#define MAP_TAKERS(type, helpers, progs) {MAPTYPE_##type, helpers, progs},
#define HELPER_MAPS(...)
#include "mapfunc.def"
#undef MAP_TAKERS
#undef HELPER_MAPS
};

static const struct {
	const char *helper, *types;
} limits[] = {
#define MAP_TAKERS(...)
#define HELPER_MAPS(helper, types) {#helper, types},
#include "mapfunc.def"
#undef MAP_TAKERS
#undef HELPER_MAPS
};

static bool map_allows(const char *helper, enum maptype type, enum progtype prog)
{
	bool limited = false;
	for (size_t i = 0; i < sizeof takers / sizeof *takers; i++) {
		if (takers[i].type != type)
			continue;
		limited = true;
		if (table_lists(takers[i].helpers, helper) && progtype_is_in(takers[i].progs, prog))
			return true;
	}
	return !limited;
}

bool helper_takes_map(const struct helper_row *row, enum maptype type, enum progtype prog)
{
	if (!map_allows(row->name, type, prog))
		return false;
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		if (!strcmp(limits[i].helper, row->name))
			return table_lists(limits[i].types, maptype_rows[type].name);
	return true;
}
