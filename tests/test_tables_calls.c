/* SPDX-License-Identifier: BSD-2-Clause */
/* The helper table's arguments against the live kernel's verifier: how many
 * there are, which are sizes that may be zero, which may be null. */
#include "tables_probe.h"

enum { SLOTS = 64 };
struct code {
	struct bpf_insn insns[SLOTS];
	size_t n;
};

static void emit(struct code *c, uint8_t code, uint8_t dst, uint8_t src, int16_t off, int32_t imm)
{
	cr_assert(c->n < SLOTS);
	c->insns[c->n++] =
	    (struct bpf_insn){.code = code, .dst_reg = dst & 0xfu, .src_reg = src & 0xfu, .off = off, .imm = imm};
}

static void emit_number(struct code *c, uint8_t reg, int32_t imm)
{
	emit(c, BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, imm);
}

static void emit_move(struct code *c, uint8_t reg, uint8_t from)
{
	emit(c, BPF_ALU64 | BPF_MOV | BPF_X, reg, from, 0, 0);
}

/* 64 bytes of zeros, the lowest of the frame's first 64. */
static void emit_memory(struct code *c, uint8_t reg)
{
	emit_move(c, reg, 10);
	emit(c, BPF_ALU64 | BPF_ADD | BPF_K, reg, 0, 0, -64);
}

/* What makes a call differ from the plain one. */
struct variant {
	int missing;                            /* argument whose register is left uninitialised, -1: none */
	int zero;                               /* size argument that is 0, -1: none */
	int null;                               /* memory argument that is NULL (its size is then 0), -1: none */
	const struct context_field *data, *end; /* a packet byte is read through a pointer from before, NULL: not */
};
static const struct variant plain = {-1, -1, -1, NULL, NULL};

static void emit_argument(struct code *c, enum helper_arg arg, uint8_t reg, int map, bool zero)
{
	switch (arg) {
	case ARG_NONE:
	case ARG_ANY:
	case ARG_INT:
		emit_number(c, reg, 0);
		break;
	case ARG_SIZE:
	case ARG_SIZE0:
		emit_number(c, reg, zero ? 0 : 8);
		break;
	case ARG_CTX:
	case ARG_CTX_OR_NULL:
	case ARG_CTX_OR_KERNEL:
		emit_move(c, reg, 6);
		break;
	case ARG_MAP:
		emit(c, BPF_LD | BPF_IMM | BPF_DW, reg, BPF_PSEUDO_MAP_FD, 0, map);
		emit(c, 0, 0, 0, 0, 0);
		break;
	case ARG_KEY:
	case ARG_VALUE:
	case ARG_VALUE_OR_NULL:
	case ARG_VALUE_OUT:
	case ARG_MEM:
	case ARG_MEM_OR_NULL:
	case ARG_MEM_OUT:
	case ARG_MEM_OUT_OR_NULL:
	case ARG_MEM_PART:
	case ARG_MEM_INOUT:
	case ARG_OUT4:
	case ARG_OUT8:
	case ARG_INOUT4:
	case ARG_MEM20:
	case ARG_MEM40:
		emit_memory(c, reg);
		break;
	case ARG_STRING:
	case ARG_FUNC:
	case ARG_RECORD:
	case ARG_KERNEL:
	case ARG_KERNEL_OR_NULL:
	case ARG_OBJECT:
	case ARG_OBJECT_OR_NULL:
	case ARG_LOCK:
	case ARG_TIMER:
	case ARG_DYNPTR:
	case ARG_DYNPTR_OUT:
	case ARG_KPTR:
	case ARG_PERCPU:
		cr_assert_fail("no such argument can be made here");
	}
}

static void emit_field(struct code *c, uint8_t reg, const struct context_field *f)
{
	emit(c, BPF_LDX | BPF_MEM | (f->size == 8 ? BPF_DW : BPF_W), reg, 6, (int16_t)f->off, 0);
}

/* r7 points at a byte that is in the packet. */
static void emit_packet(struct code *c, const struct variant *v)
{
	emit_field(c, 7, v->data);
	emit_field(c, 8, v->end);
	emit_move(c, 2, 7);
	emit(c, BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, 1);
	emit(c, BPF_JMP | BPF_JLE | BPF_X, 2, 8, 2, 0);
	emit_number(c, 0, 1);
	emit(c, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static void build_call(struct code *c, const struct helper_row *row, int map, struct variant v)
{
	c->n = 0;
	emit_move(c, 6, 1);
	for (int16_t off = -64; off < 0; off = (int16_t)(off + 8))
		emit(c, BPF_ST | BPF_MEM | BPF_DW, 10, 0, off, 0);
	if (v.data)
		emit_packet(c, &v);
	/* makes r1 to r5 uninitialised */
	emit(c, BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_ktime_get_ns);
	for (int i = 0; i < 5 && row->args[i] != ARG_NONE; i++) {
		uint8_t reg = (uint8_t)(i + 1);
		if (i == v.null)
			emit_number(c, reg, 0);
		else if (i != v.missing)
			emit_argument(c, row->args[i], reg, map, i == v.zero || (v.null >= 0 && i == v.null + 1));
	}
	emit(c, BPF_JMP | BPF_CALL, 0, 0, 0, (int32_t)row->id);
	if (v.data)
		emit(c, BPF_LDX | BPF_MEM | BPF_B, 1, 7, 0, 0);
	emit_number(c, 0, 1);
	emit(c, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* One map of each type that a helper wants; -1 where the kernel makes none. */
static const struct {
	uint32_t type, key, value, entries;
} shapes[] = {
    {BPF_MAP_TYPE_HASH, 4, 8, 1},
    {BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1},
    {BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1},
    {BPF_MAP_TYPE_STACK_TRACE, 4, 8, 1},
    {BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 1},
    {BPF_MAP_TYPE_DEVMAP, 4, 4, 1},
    {BPF_MAP_TYPE_SOCKMAP, 4, 4, 1},
    {BPF_MAP_TYPE_SOCKHASH, 4, 4, 1},
    {BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 4, 1},
    {BPF_MAP_TYPE_QUEUE, 0, 8, 1},
    {BPF_MAP_TYPE_RINGBUF, 0, 0, 4096},
    {BPF_MAP_TYPE_PERCPU_HASH, 4, 8, 1},
    {BPF_MAP_TYPE_CGROUP_STORAGE, 8, 8, 0},
};
enum { MAPS = sizeof shapes / sizeof *shapes };

static void make_maps(int maps[MAPS])
{
	for (size_t i = 0; i < MAPS; i++) {
		union bpf_attr attr;
		memset(&attr, 0, sizeof attr);
		attr.map_type = shapes[i].type;
		attr.key_size = shapes[i].key;
		attr.value_size = shapes[i].value;
		attr.max_entries = shapes[i].entries;
		maps[i] = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr);
	}
}

static void close_maps(const int maps[MAPS])
{
	for (size_t i = 0; i < MAPS; i++)
		if (maps[i] >= 0)
			close(maps[i]);
}

static bool accepted(const struct kind *kind, const struct helper_row *row, int map, struct variant v)
{
	struct code c;
	build_call(&c, row, map, v);
	return load(kind, c.insns, c.n, NULL, 0) == 0;
}

/* A type and a map with which the plain call is accepted. */
static bool find_host(const struct helper_row *row, const int maps[MAPS], const struct kind **kind, int *map)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (!helper_allowed(row, kinds[i].type))
			continue;
		for (size_t m = 0; m < MAPS; m++) {
			if (!accepted(&kinds[i], row, maps[m], plain))
				continue;
			*kind = &kinds[i];
			*map = maps[m];
			return true;
		}
	}
	return false;
}

/* Can the arguments be made here, and does the verifier let the result lie? */
static bool callable(const struct helper_row *row)
{
	if (row->effects & (ACQUIRE | RELEASE))
		return false;
	for (size_t i = 0; i < 5; i++) {
		enum helper_arg a = row->args[i];
		if (a == ARG_STRING || a == ARG_FUNC || a == ARG_RECORD || a >= ARG_LOCK || a == ARG_KERNEL ||
		    a == ARG_KERNEL_OR_NULL)
			return false;
	}
	return true;
}

/* Helpers that may be missing in a kernel, or want a program that needs more than a load. */
static bool hostless(const char *name)
{
	static const char *const names[] = {
	    "probe_write_user",                                     /* not in a locked-down kernel */
	    "override_return",                                      /* CONFIG_BPF_KPROBE_OVERRIDE */
	    "rc_repeat",                                            /* CONFIG_BPF_LIRC_MODE2 */
	    "rc_keydown",       "rc_pointer_rel",   "get_func_arg", /* a tracing program's target */
	    "get_func_ret",     "get_func_arg_cnt",
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static void check_arguments(const struct helper_row *row, const struct kind *kind, int map)
{
	for (int i = 0; i < 5 && row->args[i] != ARG_NONE; i++) {
		enum helper_arg a = row->args[i];
		struct variant missing = plain, zero = plain, null = plain;
		missing.missing = zero.zero = null.null = i;
		bool lax = a == ARG_ANY && row->effects & LAX_ARGS;
		cr_expect_eq(accepted(kind, row, map, missing), lax, "%s: argument %d, uninitialised", row->name,
			     i + 1);
		if (a == ARG_SIZE || a == ARG_SIZE0)
			cr_expect_eq(accepted(kind, row, map, zero), a == ARG_SIZE0, "%s: size %d, zero", row->name,
				     i + 1);
		if (i < 4 && row->args[i + 1] == ARG_SIZE0) {
			bool nullable = a == ARG_MEM_OR_NULL || a == ARG_MEM_OUT_OR_NULL;
			cr_expect_eq(accepted(kind, row, map, null), nullable, "%s: argument %d, null", row->name,
				     i + 1);
		}
	}
}

Test(kernel, agrees_on_arguments)
{
	skip_unless_allowed();
	int maps[MAPS];
	make_maps(maps);
	size_t checked = 0;
	for (size_t h = 0; h < helper_row_count; h++) {
		const struct helper_row *row = &helper_rows[h];
		const struct kind *kind;
		int map;
		if (!callable(row))
			continue;
		if (find_host(row, maps, &kind, &map)) {
			check_arguments(row, kind, map);
			checked++;
		} else {
			cr_expect(hostless(row->name), "%s can be called", row->name);
		}
	}
	close_maps(maps);
	printf("arguments of %zu of %zu helpers checked\n", checked, helper_row_count);
}

static const struct context_field *packet_field(enum progtype type, enum field_kind kind)
{
	for (size_t i = 0; i < context_field_count; i++) {
		const struct context_field *f = &context_fields[i];
		if (f->layout == progtype_rows[type].context && f->kind == kind && context_allows(type, f, false))
			return f;
	}
	return NULL;
}

/* Counts the calls that were compared. */
static size_t check_movement(const struct kind *kind, const int maps[MAPS])
{
	struct variant v = plain;
	v.data = packet_field(kind->type, FIELD_PKT);
	v.end = packet_field(kind->type, FIELD_PKT_END);
	size_t n = 0;
	for (size_t h = 0; h < helper_row_count && v.data; h++) {
		const struct helper_row *row = &helper_rows[h];
		/* of tail_call see helper.def */
		if (!callable(row) || !helper_allowed(row, kind->type) || row->id == BPF_FUNC_tail_call)
			continue;
		size_t m = 0;
		while (m < MAPS && !accepted(kind, row, maps[m], plain))
			m++;
		if (m == MAPS)
			continue;
		cr_expect_eq(!accepted(kind, row, maps[m], v), !!(row->effects & PKT_MOVE), "%s in %s", row->name,
			     progtype_rows[kind->type].name);
		n++;
	}
	return n;
}

Test(kernel, agrees_on_packet_movement)
{
	skip_unless_allowed();
	int maps[MAPS];
	make_maps(maps);
	size_t n = 0;
	for (size_t i = 0; i < KINDS; i++)
		n += check_movement(&kinds[i], maps);
	close_maps(maps);
	cr_expect_geq(n, 100, "enough helpers were called");
}
