/* SPDX-License-Identifier: BSD-2-Clause */
/* A tagged object in libbpf, as the kernel's test_loader.c prepares it. */
#include "tests/retval.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

static int stay_silent(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level, (void)fmt, (void)ap;
	return 0;
}

static bool is_auxiliary(const struct retval_case *c, const char *name)
{
	for (size_t i = 0; i < c->tags->n; i++)
		if (c->tags->at[i].auxiliary && !strcmp(c->tags->at[i].name, name))
			return true;
	return false;
}

static struct bpf_program *select_programs(const struct retval_case *c, struct bpf_object *o)
{
	struct bpf_program *p, *mine = NULL;
	bpf_object__for_each_program(p, o)
	{
		bool is_mine = !strcmp(bpf_program__name(p), c->tag->name);
		bpf_program__set_autoload(p, is_mine || is_auxiliary(c, bpf_program__name(p)));
		mine = is_mine ? p : mine;
	}
	if (mine && bpf_program__type(mine) == BPF_PROG_TYPE_UNSPEC &&
	    c->program) { /* a section that this libbpf does not know */
		bpf_program__set_type(mine, (enum bpf_prog_type)c->program->type);
		bpf_program__set_expected_attach_type(mine, (enum bpf_attach_type)c->program->expected_attach);
	}
	if (mine)
		bpf_program__set_flags(mine, bpf_program__flags(mine) | c->tag->flags);
	return mine;
}

struct bpf_object *retval_open(const struct retval_case *c, struct bpf_program **mine, char *err, size_t len)
{
	libbpf_set_print(stay_silent);
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = c->tag->own_btf ? c->path : NULL);
	struct bpf_object *o = bpf_object__open_file(c->path, &opts);
	if (!o) {
		snprintf(err, len, "libbpf can't open it: %s", strerror(errno));
		return NULL;
	}
	*mine = select_programs(c, o);
	if (*mine)
		return o;
	snprintf(err, len, "libbpf has no such program");
	bpf_object__close(o);
	return NULL;
}
