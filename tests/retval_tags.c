/* SPDX-License-Identifier: BSD-2-Clause */
/* The declaration tags of progs/bpf_misc.h (6.12), read as the kernel's test_loader.c reads them. */
#include "tests/retval.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	uint32_t flag;
} flag_names[] = {
    {"BPF_F_STRICT_ALIGNMENT", BPF_F_STRICT_ALIGNMENT},
    {"BPF_F_ANY_ALIGNMENT", BPF_F_ANY_ALIGNMENT},
    {"BPF_F_TEST_RND_HI32", BPF_F_TEST_RND_HI32},
    {"BPF_F_TEST_STATE_FREQ", BPF_F_TEST_STATE_FREQ},
    {"BPF_F_SLEEPABLE", BPF_F_SLEEPABLE},
    {"BPF_F_XDP_HAS_FRAGS", BPF_F_XDP_HAS_FRAGS},
    {"BPF_F_TEST_REG_INVARIANTS", 1u << 7},
};

/* What the tags of one function say so far. */
struct reading {
	bool has_arch, is_ours;
	struct retval_tag tag;
};

static const char *after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);
	return strncmp(s, prefix, n) ? NULL : s + n;
}

static bool read_value(const char *s, struct retval_tag *t)
{
	char *end;
	t->any = !strcmp(s, "POINTER_VALUE");
	t->value = !strcmp(s, "INT_MIN") ? INT_MIN : 64;
	if (t->any || !strcmp(s, "INT_MIN") || !strcmp(s, "TEST_DATA_LEN"))
		return true;
	t->value = (int)strtol(s, &end, !strncmp(s, "0x", 2) ? 16 : 10);
	return *s && !*end;
}

static bool read_flag(const char *s, uint32_t *flags)
{
	char *end;
	bool clear = *s == '!';
	s += clear;
	uint32_t flag = (uint32_t)strtoul(s, &end, 0);
	bool found = *s && !*end;
	for (size_t i = 0; i < sizeof flag_names / sizeof *flag_names; i++)
		if (!strcmp(flag_names[i].name, s)) {
			flag = flag_names[i].flag;
			found = true;
		}
	*flags = clear ? *flags & ~flag : *flags | flag;
	return found;
}

static void add_message(char *all, size_t len, const char *more)
{
	size_t n = strlen(all);
	snprintf(all + n, len - n, "%s%s", n ? " ... " : "", more);
}

/* NUMBER=TEXT: the number keeps equal tags apart. */
static const char *after_number(const char *s)
{
	s = s ? strchr(s, '=') : NULL;
	return s ? s + 1 : NULL;
}

/* Of both modes, "_unpriv" at the end of the tag's name for the other. */
static void read_load(const char *rest, struct retval_tag *t)
{
	static const struct {
		const char *name;
		bool unprivileged;
		enum retval_load load;
	} rows[] = {{"expect_success", false, RETVAL_LOADS},
		    {"expect_failure", false, RETVAL_REFUSED},
		    {"expect_success_unpriv", true, RETVAL_LOADS},
		    {"expect_failure_unpriv", true, RETVAL_REFUSED}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!strcmp(rest, rows[i].name))
			*(rows[i].unprivileged ? &t->unprivileged_load : &t->load) = rows[i].load;
	const char *text = after_number(after(rest, "expect_msg="));
	if (text)
		add_message(t->message, sizeof t->message, text);
	text = after_number(after(rest, "expect_msg_unpriv="));
	if (text)
		add_message(t->unprivileged_message, sizeof t->unprivileged_message, text);
}

/* Other tags are about what the kernel makes of the code. */
static bool read_tag(const char *s, struct reading *r)
{
	const char *rest = after(s, "comment:test_");
	if (!rest)
		return true;
	r->tag.auxiliary |= !strcmp(rest, "auxiliary");
	r->tag.own_btf |= after(rest, "btf_path=") != NULL;
	r->is_ours |= !strcmp(rest, "arch=X86_64");
	r->has_arch |= after(rest, "arch=") != NULL;
	read_load(rest, &r->tag);
	if ((s = after(rest, "prog_flags=")))
		return read_flag(s, &r->tag.flags);
	if (!(s = after(rest, "retval=")))
		return true;
	r->tag.runs = true;
	return read_value(s, &r->tag);
}

static bool read_function(const struct btf *btf, uint32_t function, struct retval_tag *out, char *err, size_t len)
{
	struct reading r = {0};
	const char *name = btf__str_by_offset(btf, btf__type_by_id(btf, function)->name_off);
	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		if (!btf_is_decl_tag(t) || t->type != function || btf_decl_tag(t)->component_idx != -1)
			continue;
		const char *s = btf__str_by_offset(btf, t->name_off);
		if (!read_tag(s, &r)) {
			snprintf(err, len, "%s: the tag %s can't be read", name, s);
			return false;
		}
	}
	r.tag.not_here = r.has_arch && !r.is_ours;
	r.tag.runs &= r.tag.load != RETVAL_REFUSED && !r.tag.not_here;
	snprintf(r.tag.name, sizeof r.tag.name, "%s", name);
	*out = r.tag;
	return true;
}

bool retval_read_tags(const char *path, struct retval_tags *out, char *err, size_t len)
{
	struct btf *btf = btf__parse_elf(path, NULL);
	*out = (struct retval_tags){0};
	if (libbpf_get_error(btf)) {
		snprintf(err, len, "%s: its BTF can't be read: %s", path, strerror((int)-libbpf_get_error(btf)));
		return false;
	}
	out->at = calloc(btf__type_cnt(btf), sizeof *out->at);
	if (!out->at)
		abort();
	bool good = true;
	for (uint32_t id = 1; id < btf__type_cnt(btf) && good; id++) {
		struct retval_tag *t = &out->at[out->n];
		if (!btf_is_func(btf__type_by_id(btf, id)))
			continue;
		good = read_function(btf, id, t, err, len);
		out->n += good && (t->runs || t->auxiliary || t->load || t->unprivileged_load);
	}
	if (!good)
		free(out->at);
	btf__free(btf);
	return good;
}
