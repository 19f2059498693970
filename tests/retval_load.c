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

/* Sizes that a loader fills in, any that the kernel takes. Nothing is pinned. */
static void settle_maps(struct bpf_object *o)
{
	static const struct {
		enum bpf_map_type type;
		uint32_t entries, value_size;
	} sizes[] = {
	    {BPF_MAP_TYPE_HASH, 1, 0},         {BPF_MAP_TYPE_ARRAY, 1, 0},         {BPF_MAP_TYPE_PERCPU_HASH, 1, 0},
	    {BPF_MAP_TYPE_PERCPU_ARRAY, 1, 0}, {BPF_MAP_TYPE_LRU_HASH, 1, 0},      {BPF_MAP_TYPE_LRU_PERCPU_HASH, 1, 0},
	    {BPF_MAP_TYPE_PROG_ARRAY, 1, 0},   {BPF_MAP_TYPE_ARRAY_OF_MAPS, 1, 0}, {BPF_MAP_TYPE_HASH_OF_MAPS, 1, 0},
	    {BPF_MAP_TYPE_DEVMAP, 1, 0},       {BPF_MAP_TYPE_DEVMAP_HASH, 1, 0},   {BPF_MAP_TYPE_CPUMAP, 1, 0},
	    {BPF_MAP_TYPE_XSKMAP, 1, 0},       {BPF_MAP_TYPE_SOCKMAP, 1, 0},       {BPF_MAP_TYPE_SOCKHASH, 1, 0},
	    {BPF_MAP_TYPE_CGROUP_ARRAY, 1, 0}, {BPF_MAP_TYPE_RINGBUF, 4096, 0},    {BPF_MAP_TYPE_STACK_TRACE, 1, 1016},
	    {BPF_MAP_TYPE_QUEUE, 1, 0},        {BPF_MAP_TYPE_STACK, 1, 0},         {BPF_MAP_TYPE_BLOOM_FILTER, 1, 8},
	    {BPF_MAP_TYPE_LPM_TRIE, 1, 0}};
	struct bpf_map *m;
	bpf_object__for_each_map(m, o)
	{
		bpf_map__set_pin_path(m, NULL);
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			if (bpf_map__type(m) != sizes[i].type)
				continue;
			if (!bpf_map__max_entries(m))
				bpf_map__set_max_entries(m, sizes[i].entries);
			if (!bpf_map__value_size(m) && sizes[i].value_size)
				bpf_map__set_value_size(m, sizes[i].value_size);
		}
	}
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
	settle_maps(o);
	*mine = select_programs(c, o);
	if (*mine)
		return o;
	snprintf(err, len, "libbpf has no such program");
	bpf_object__close(o);
	return NULL;
}
