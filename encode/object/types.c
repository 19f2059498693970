/* SPDX-License-Identifier: BSD-2-Clause */
/* .BTF: checked here before libbpf sees it (its 1.1 trusts the header's length), then asked through libbpf. */
#include "loader.h"

#include "memory.h"

#include <bpf/libbpf.h>
#include <linux/btf.h>
#include <stdarg.h>
#include <string.h>

enum { CHAIN_MAX = 32 }; /* libbpf's own limit on chains of qualifiers */

static bool fail(char *why, size_t len, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static bool fail(char *why, size_t len, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(why, len, fmt, ap);
	va_end(ap);
	return false;
}

/* Offsets count from the end of the header, whose length may grow in later versions. */
bool types_check_header(const uint8_t *bytes, size_t len, char *why, size_t whylen)
{
	struct btf_header h;
	if (len < sizeof h || len > UINT32_MAX)
		return fail(why, whylen, "expected a header of %zu bytes", sizeof h);
	memcpy(&h, bytes, sizeof h);
	if (h.magic != BTF_MAGIC || h.version != BTF_VERSION)
		return fail(why, whylen, "expected magic 0xeb9f and version 1 in little-endian order");
	if (h.hdr_len < sizeof h || h.hdr_len > len || h.hdr_len % 4)
		return fail(why, whylen, "expected a header length of %zu, found %u", sizeof h, h.hdr_len);
	uint64_t room = len - h.hdr_len;
	if ((uint64_t)h.type_off + h.type_len > room || (uint64_t)h.str_off + h.str_len > room || h.type_off % 4)
		return fail(why, whylen, "expected types and strings inside its %zu bytes", len);
	const uint8_t *strings = bytes + h.hdr_len + h.str_off;
	if (!h.str_len || strings[0] || strings[h.str_len - 1])
		return fail(why, whylen, "expected strings that begin and end with a zero byte");
	return true;
}

/* Every type that an entry of a DATASEC or a chain names is looked up again by
 * its id, so only the records' own extents matter; libbpf checks those. */
bool types_read(struct loader *l)
{
	const struct section *s = image_find_section(&l->im, ".BTF");
	if (!s)
		return true;
	char why[160];
	if (!types_check_header(s->data, s->size, why, sizeof why))
		return image_fail(&l->im, "section .BTF: %s", why);
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	l->btf = btf__new(s->data, (uint32_t)s->size);
	libbpf_set_print(print);
	if (!l->btf)
		return image_fail(&l->im, "section .BTF: expected type records that libbpf reads");
	btf__set_pointer_size(l->btf, 8);
	struct btf_header h;
	memcpy(&h, s->data, sizeof h);
	l->strings_len = h.str_len;
	l->store->strings = memory_new(h.str_len, 1);
	memcpy(l->store->strings, s->data + h.hdr_len + h.str_off, h.str_len);
	l->store->types = memory_new(s->size, 1);
	memcpy(l->store->types, s->data, s->size);
	l->store->types_len = (uint32_t)s->size;
	return true;
}

const struct btf_type *types_skip(const struct btf *btf, uint32_t id)
{
	for (int i = 0; i < CHAIN_MAX; i++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		if (!t || (!btf_is_mod(t) && !btf_is_typedef(t)))
			return t;
		id = t->type;
	}
	return NULL;
}

bool types_is_volatile(const struct btf *btf, uint32_t id)
{
	for (int i = 0; i < CHAIN_MAX; i++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		if (!t || btf_is_volatile(t))
			return t != NULL;
		if (btf_is_array(t))
			id = btf_array(t)->type;
		else if (btf_is_mod(t) || btf_is_typedef(t))
			id = t->type;
		else
			return false;
	}
	return false;
}

const char *types_name(const struct btf *btf, const struct btf_type *t)
{
	const char *name = btf__name_by_offset(btf, t->name_off);
	return name ? name : "";
}

const struct btf_type *types_section(const struct btf *btf, const char *name)
{
	int id = btf ? btf__find_by_name_kind(btf, name, BTF_KIND_DATASEC) : -1;
	return id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
}

bool object_has_same_types(const struct object *a, const struct object *b)
{
	const struct store *x = (const struct store *)a, *y = (const struct store *)b;
	return x->types_len == y->types_len && (!x->types_len || !memcmp(x->types, y->types, x->types_len));
}
