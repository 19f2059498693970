/* SPDX-License-Identifier: BSD-2-Clause */
/* What programs may return, from retval.def. */
#include "tables.h"

#include <string.h>

enum hook_kind { HOOK_ANY, HOOK_VOID, HOOK_BOOL };

static const struct {
	const char *name;
	enum hook_kind kind;
} hooks[] = {
#define RETVAL(...)
#define LSM_HOOK(name, kind) {#name, HOOK_##kind},
#include "retval.def"
#undef RETVAL
#undef LSM_HOOK
};

#define ANY 0xffffffffu
static const struct {
	enum progtype type;
	uint32_t attach;
	enum hook_kind hook;
	struct return_range range;
} rows[] = {
#define RETVAL(type, attach, hook, lo, hi, bits) {PROGTYPE_##type, attach, HOOK_##hook, {lo, hi, bits}},
#define LSM_HOOK(...)
#include "retval.def"
#undef RETVAL
#undef LSM_HOOK
};

static enum hook_kind find_hook(const char *name)
{
	for (size_t i = 0; name && i < sizeof hooks / sizeof *hooks; i++)
		if (!strcmp(hooks[i].name, name))
			return hooks[i].kind;
	return HOOK_ANY;
}

bool progtype_return_range(enum progtype type, uint32_t attach, const char *hook, struct return_range *out)
{
	enum hook_kind kind = find_hook(hook);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (rows[i].type != type || (rows[i].attach != ANY && rows[i].attach != attach))
			continue;
		if (rows[i].hook != HOOK_ANY && rows[i].hook != kind)
			continue;
		*out = rows[i].range;
		return out->lo != INT64_MIN;
	}
	return false;
}
#undef ANY
