/* SPDX-License-Identifier: BSD-2-Clause */
/* Helpers that print: of memory of the program's own that an argument points to, the bytes count that are printed, not
 * where they are. */
#include "encode/machine/call.h"
#include "encode/machine/format.h"

/* The format's bytes are read before the data's. */
static bool constant_format(struct call *c, const term *bytes, size_t n, char *out)
{
	uint64_t byte;
	for (size_t k = 0; k < n; k++) {
		if (!term_is_const(c->pool, bytes[k], &byte))
			return false;
		out[k] = (char)byte;
	}
	return true;
}

static bool is_own(const struct call *c, const struct value *v)
{
	bool own = false;
	for (uint32_t i = 0; i < v->n; i++) {
		enum region_kind kind = region_at(c->world, v->alts[i].region)->kind;
		own |= kind == REGION_STACK || kind == REGION_VALUE || kind == REGION_DATA || kind == REGION_MEM;
	}
	return own;
}

/* The bytes behind the pointer, those of a text up to its NUL; returns their number, 0: not to be told. */
static size_t printed_bytes(struct call *c, const struct value *v, enum format_follows how, term *bytes, term *present)
{
	struct term_pool *p = c->pool;
	size_t n = how == FORMAT_IPV4 ? 4 : how == FORMAT_IPV6 ? 16 : FORMAT_STRING, i = 0;
	term goes_on = term_true(p);
	for (; i < n && !term_is_false(p, term_and(p, c->state->guard, goes_on)); i++) {
		struct state under = *c->state;
		under.guard = term_and(p, under.guard, goes_on);
		struct value byte = access_load(c->run, &under, v, (int64_t)i, 1);
		bytes[i] = term_extract(p, value_word(c->world, &byte), 7, 0);
		present[i] = goes_on;
		if (how == FORMAT_TEXT)
			goes_on = term_and(p, goes_on, term_ne(p, bytes[i], term_const(p, 8, 0)));
	}
	return how == FORMAT_TEXT && i == n ? 0 : i;
}

static void append(struct call *c, struct event *e, const term *bytes, const term *present, size_t n)
{
	term *all = world_alloc(c->world, (e->n_bytes + n) * sizeof *all);
	term *there = world_alloc(c->world, (e->n_bytes + n) * sizeof *there);
	for (size_t i = 0; i < e->n_bytes + n; i++) {
		all[i] = i < e->n_bytes ? e->bytes[i] : bytes[i - e->n_bytes];
		there[i] = i < e->n_bytes ? e->present[i] : present[i - e->n_bytes];
	}
	e->bytes = all;
	e->present = there;
	e->n_bytes += n;
}

/* The address of one argument makes room for what is there; false: not to be told. */
static bool follow_argument(struct call *c, struct event *e, size_t at, const struct value *v, enum format_follows how)
{
	term bytes[FORMAT_STRING], present[FORMAT_STRING];
	if (v->n != 1 || how == FORMAT_WORD)
		return false;
	size_t n = printed_bytes(c, v, how, bytes, present);
	for (size_t i = 0; i < 8; i++)
		e->bytes[at + i] = term_const(c->pool, 8, 0);
	append(c, e, bytes, present, n);
	return n > 0;
}

bool call_follow_format(struct call *c, struct event *e)
{
	enum format_follows how[FORMAT_ARGS];
	int data = helper_printed(c->row);
	uint64_t len;
	if (data < 0 || !term_is_const(c->pool, c->word[data + 1], &len) || len % 8 || len > 8 * FORMAT_ARGS ||
	    len > e->n_bytes)
		return false;
	size_t begin = e->n_bytes - len;
	char *format = world_alloc(c->world, begin + 1);
	if (!constant_format(c, e->bytes, begin, format))
		return false;
	format_scan(format, begin, how);
	for (size_t k = 0; k < len / 8; k++) {
		struct value v = access_load(c->run, c->state, &c->arg[data], (int64_t)(8 * k), 8);
		if (is_own(c, &v) && !follow_argument(c, e, begin + 8 * k, &v, how[k]))
			return false;
	}
	return true;
}
