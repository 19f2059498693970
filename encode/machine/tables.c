/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of the .def tables. */
#include "tables.h"

#include <assert.h>
#include <string.h>

const struct input_row input_rows[IN_COUNT] = {
#define INPUT(name, width, lo, hi, args, text) [IN_##name] = {#name, width, lo, hi, args, text},
#include "input.def"
#undef INPUT
};

const struct maptype_row maptype_rows[MAPTYPE_COUNT] = {
#define MAPTYPE(name, value, model, per_cpu, shared) [MAPTYPE_##name] = {#name, MAP_##model, per_cpu, shared},
#include "maptype.def"
#undef MAPTYPE
};

#define RO false
#define RW true
const struct progtype_row progtype_rows[PROGTYPE_COUNT] = {
#define PROGTYPE(name, value, context, ret, packet, write) \
	[PROGTYPE_##name] = {#name, CONTEXT_##context, ret, PACKET_##packet, write},
#include "progtype.def"
#undef PROGTYPE
};
#undef RO
#undef RW

#define FAULT false
#define SCALAR true
const struct context_row context_rows[CONTEXT_COUNT] = {
#define CONTEXT(layout, size, gaps) [CONTEXT_##layout] = {#layout, size, gaps},
#define FIELD(...)
#include "context.def"
#undef CONTEXT
#undef FIELD
};
#undef FAULT
#undef SCALAR

const struct context_field context_fields[] = {
#define CONTEXT(...)
#define FIELD(layout, name, off, size, kind, parts, readers, writers, bits) \
	{CONTEXT_##layout, #name, off, size, FIELD_##kind, PARTS_##parts, sizeof(writers) > 1, bits, readers, writers},
#include "context.def"
#undef CONTEXT
#undef FIELD
};
const size_t context_field_count = sizeof context_fields / sizeof *context_fields;

const struct context_field *context_find(enum context_layout layout, uint64_t off)
{
	for (size_t i = 0; i < context_field_count; i++) {
		const struct context_field *f = &context_fields[i];
		if (f->layout == layout && off >= f->off && off < (uint64_t)f->off + f->size)
			return f;
	}
	return NULL;
}

/* The family of each program type, as the tables name it; EXT takes that of its target. */
static const char *const families[PROGTYPE_COUNT] = {
    [PROGTYPE_SOCKET_FILTER] = "SOCKET",
    [PROGTYPE_KPROBE] = "TRACE",
    [PROGTYPE_SCHED_CLS] = "TC",
    [PROGTYPE_SCHED_ACT] = "TC",
    [PROGTYPE_TRACEPOINT] = "TRACE",
    [PROGTYPE_XDP] = "XDP",
    [PROGTYPE_PERF_EVENT] = "TRACE",
    [PROGTYPE_CGROUP_SKB] = "CGSKB",
    [PROGTYPE_CGROUP_SOCK] = "CGSOCK",
    [PROGTYPE_LWT_IN] = "LWT",
    [PROGTYPE_LWT_OUT] = "LWT",
    [PROGTYPE_LWT_XMIT] = "LWT",
    [PROGTYPE_SOCK_OPS] = "SOCKOPS",
    [PROGTYPE_SK_SKB] = "SKSKB",
    [PROGTYPE_CGROUP_DEVICE] = "CGROUP",
    [PROGTYPE_SK_MSG] = "SKMSG",
    [PROGTYPE_RAW_TRACEPOINT] = "TRACE",
    [PROGTYPE_CGROUP_SOCK_ADDR] = "SOCKADDR",
    [PROGTYPE_LWT_SEG6LOCAL] = "LWT",
    [PROGTYPE_LIRC_MODE2] = "LIRC",
    [PROGTYPE_SK_REUSEPORT] = "REUSEPORT",
    [PROGTYPE_FLOW_DISSECTOR] = "FLOW",
    [PROGTYPE_CGROUP_SYSCTL] = "CGROUP",
    [PROGTYPE_RAW_TRACEPOINT_WRITABLE] = "TRACE",
    [PROGTYPE_CGROUP_SOCKOPT] = "CGROUP",
    [PROGTYPE_TRACING] = "TRACE",
    [PROGTYPE_STRUCT_OPS] = "STRUCTOPS",
    [PROGTYPE_EXT] = "ANY",
    [PROGTYPE_LSM] = "TRACE",
    [PROGTYPE_SK_LOOKUP] = "LOOKUP",
    [PROGTYPE_SYSCALL] = "SYSCALL",
    [PROGTYPE_NETFILTER] = "NETFILTER",
};

/* Is `word` one of the words of `set`, which '|' joins? */
bool table_lists(const char *set, const char *word)
{
	size_t len = strlen(word);
	for (const char *s = set; *s;) {
		size_t n = strcspn(s, "|");
		if (n == len && !memcmp(s, word, n))
			return true;
		s += n + (s[n] == '|');
	}
	return false;
}

bool progtype_is_in(const char *set, enum progtype type)
{
	const char *family = (size_t)type < PROGTYPE_COUNT ? families[type] : NULL;
	if (!family)
		return false;
	return table_lists(set, "ANY") || table_lists(set, family) ||
	       table_lists(set, progtype_rows[type].name) || (*set && !strcmp(family, "ANY"));
}

bool context_allows(enum progtype type, const struct context_field *field, bool write)
{
	return progtype_is_in(write ? field->writers : field->readers, type);
}

static bool parts_allow(const struct context_field *f, uint64_t off, unsigned size, bool write)
{
	switch (f->parts) {
	case PARTS_WHOLE:
		return size == (f->size < 8 ? f->size : 8);
	case PARTS_NARROW:
		return !write || size == f->size;
	case PARTS_WIDE:
		return !write || size >= 4;
	case PARTS_LOW:
		return off == f->off && (!write || size == f->size);
	case PARTS_ANY:
		return true;
	}
	return false;
}

bool context_permits(enum progtype type, uint64_t off, unsigned size, bool write)
{
	if ((size_t)type >= PROGTYPE_COUNT || !size || size > 8 || off % size)
		return false;
	enum context_layout layout = progtype_rows[type].context;
	const struct context_row *row = &context_rows[layout];
	const struct context_field *f = context_find(layout, off);
	if (off >= row->size || size > row->size - off)
		return false;
	if (!f)
		return row->scalar_gaps && !write;
	return off + size <= (uint64_t)f->off + f->size && parts_allow(f, off, size, write) &&
	       context_allows(type, f, write);
}

bool context_is_unmodelled(enum progtype type, const struct context_field *f, bool write, bool moved)
{
	enum packet_kind kind = progtype_rows[type].packet;
	switch (f->kind) {
	case FIELD_UNMODELLED:
		return true;
	case FIELD_TYPED:
		return write;
	case FIELD_PKT:
	case FIELD_PKT_END:
		return kind == PACKET_NONE;
	case FIELD_PKT_META: /* a socket buffer that is copied to more room loses its metadata (pskb_expand_head) */
		return kind == PACKET_NONE || (kind == PACKET_SKB && moved);
	case FIELD_SCALAR:
	case FIELD_FLOW_KEYS:
	case FIELD_KERNEL:
	case FIELD_KERNEL_OR_NULL:
		break;
	}
	return false;
}

int flow_keys_source(unsigned byte)
{
	static const struct {
		unsigned from, to;
		int source;
	} rows[] = {{0, 2, 0}, {2, 4, 0}, {10, 12, 10}, {48, 52, 48}}; /* nhoff, thoff, n_proto, flags */
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (byte >= rows[i].from && byte < rows[i].to)
			return rows[i].source + (int)(byte - rows[i].from);
	return -1;
}

uint64_t context_write_limit(const struct context_field *f)
{
	bool queue = f->layout == CONTEXT_SK_BUFF && !strcmp(f->name, "queue_mapping");
	return queue ? 65534 : ~0ull; /* NO_QUEUE_MAPPING and more: what happens depends on all 64 bits and the form */
}

bool context_field_is_length(const struct context_field *f)
{
	return f->layout == CONTEXT_SK_BUFF && !strcmp(f->name, "len");
}

int context_stamp(const struct context_field *f)
{
	if (f->layout != CONTEXT_SK_BUFF)
		return -1;
	return !strcmp(f->name, "tstamp") ? 0 : !strcmp(f->name, "tstamp_type") ? 1 : -1;
}

uint8_t context_byte_mask(const struct context_field *f, unsigned byte)
{
	unsigned left = f->bits > 8 * byte ? f->bits - 8 * byte : 0;
	if (byte < 2 && f->bits == 32 && !strcmp(f->name, "remote_port"))
		return 0;
	return (uint8_t)(left >= 8 ? 0xff : (1u << left) - 1);
}

const struct helper_row helper_rows[] = {
#define HELPER(id, name, ret, bits, a1, a2, a3, a4, a5, effects, model, progs) \
	{id, #name, RET_##ret, bits, {ARG_##a1, ARG_##a2, ARG_##a3, ARG_##a4, ARG_##a5}, effects, MODEL_##model, progs, {0}},
#include "helper.def"
#undef HELPER
};
const size_t helper_row_count = sizeof helper_rows / sizeof *helper_rows;

const struct helper_row helper_tail_returns = {
    .id = EVENT_TAIL_RETURNS,
    .name = "tail_call",
    .ret = RET_INT,
    .bits = 64,
    .args = {ARG_CTX, ARG_MAP, ARG_INT, ARG_NONE, ARG_NONE},
    .effects = RUNS_CODE,
    .model = MODEL_TAIL_CALL,
    .progs = "ANY",
};

bool helper_tail_may_return(enum progtype type)
{
	const struct progtype_row *row = &progtype_rows[type];
	bool keeps_bounds = row->packet == PACKET_NONE || row->packet == PACKET_SKB; /* adjust_head, optlen ... */
	return keeps_bounds && type != PROGTYPE_FLOW_DISSECTOR;
}

enum {
#define KFUNC(name, ...) KFUNC_##name,
#include "kfunc.def"
#undef KFUNC
	KFUNC_COUNT
};
static_assert(KFUNC_ID + KFUNC_COUNT < KFUNC_ID_OTHER, "kfunc.def has outgrown its numbers");

const struct helper_row kfunc_rows[] = {
#define KFUNC(name, ret, a1, a2, a3, a4, a5, effects, source) \
	{KFUNC_ID + KFUNC_##name, #name, RET_##ret, 64, {ARG_##a1, ARG_##a2, ARG_##a3, ARG_##a4, ARG_##a5}, effects, \
	 MODEL_OPAQUE, "ANY", {0}},
#include "kfunc.def"
#undef KFUNC
};
const char *const kfunc_sources[] = {
#define KFUNC(name, ret, a1, a2, a3, a4, a5, effects, source) source,
#include "kfunc.def"
#undef KFUNC
};
const size_t kfunc_row_count = KFUNC_COUNT;

const struct helper_row *kfunc_find_name(const char *name)
{
	for (size_t i = 0; i < kfunc_row_count; i++)
		if (!strcmp(kfunc_rows[i].name, name))
			return &kfunc_rows[i];
	return NULL;
}

const struct helper_row *helper_find(uint32_t id)
{
	if (id - KFUNC_ID < kfunc_row_count)
		return &kfunc_rows[id - KFUNC_ID];
	for (size_t i = 0; i < helper_row_count; i++)
		if (helper_rows[i].id == id)
			return &helper_rows[i];
	return NULL;
}

const struct helper_row *helper_find_name(const char *name)
{
	if (!strncmp(name, "bpf_", 4))
		name += 4;
	for (size_t i = 0; i < helper_row_count; i++)
		if (!strcmp(helper_rows[i].name, name))
			return &helper_rows[i];
	return NULL;
}

bool helper_allowed(const struct helper_row *row, enum progtype type)
{
	return progtype_is_in(row->progs, type) || (type == PROGTYPE_UNSPEC && table_lists(row->progs, "ANY"));
}

int helper_printed(const struct helper_row *row)
{
	static const struct {
		const char *name;
		int argument;
	} rows[] = {{"trace_vprintk", 2}, {"seq_printf", 3}, {"snprintf", 3}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!strcmp(rows[i].name, row->name))
			return rows[i].argument;
	return -1;
}

bool helper_takes_context(const struct helper_row *row, enum progtype type)
{
	return type == PROGTYPE_CGROUP_SOCK && row->model == MODEL_STORAGE_GET;
}

bool helper_calls_back(const struct helper_row *row)
{
	return row->model == MODEL_LOOP || row->model == MODEL_FOR_EACH;
}

int helper_code_argument(const struct helper_row *row)
{
	for (int i = 0; i < 5; i++)
		if (row->model == MODEL_OPAQUE && row->args[i] == ARG_FUNC && row->effects & MAPS_WRITE)
			return i;
	return -1;
}

const char *const reason_texts[REASON_COUNT] = {
#define REASON(name, text) [REASON_##name] = text,
#include "reason.def"
#undef REASON
};

const char *const fault_texts[FAULT_COUNT] = {
#define FAULT(name, text) [FAULT_##name] = text,
#include "fault.def"
#undef FAULT
};
