/* SPDX-License-Identifier: BSD-2-Clause */
/* Enums and rows made from the .def tables; the rows are in encode/machine/tables.c. */
#ifndef TABLES_H
#define TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum input_fn {
#define INPUT(name, ...) IN_##name,
#include "input.def"
#undef INPUT
	IN_COUNT
};
/* OUT's argument for the bytes of a ring buffer record before they are written; its pos is the record's n */
#define OUT_RECORD 5
struct input_row {
	const char *name;
	uint8_t width;
	uint64_t lo, hi;
	const char *args, *text;
};
extern const struct input_row input_rows[IN_COUNT];

/* What of the state the inputs AFTER and AFTER_LEN are about. */
enum { AFTER_CONTEXT, AFTER_PACKET, AFTER_KERNEL };
enum { AFTER_LINEAR, AFTER_REST };

enum maptype {
#define MAPTYPE(name, value, ...) MAPTYPE_##name = (value),
#include "maptype.def"
#undef MAPTYPE
	MAPTYPE_COUNT
};
enum map_model {
	MAP_ARRAY, MAP_HASH, MAP_LRU, MAP_INPLACE, MAP_TRIE, MAP_QUEUE, MAP_RING, MAP_EVENTS, MAP_PROGS, MAP_TARGETS,
	MAP_MAPS, MAP_STORAGE, MAP_LOCAL, MAP_OPAQUE
};
struct maptype_row {
	const char *name;
	enum map_model model;
	bool per_cpu, shared;
};
extern const struct maptype_row maptype_rows[MAPTYPE_COUNT];

enum progtype {
#define PROGTYPE(name, value, ...) PROGTYPE_##name = (value),
#include "progtype.def"
#undef PROGTYPE
	PROGTYPE_COUNT
};
enum context_layout {
#define CONTEXT(layout, ...) CONTEXT_##layout,
#define FIELD(...)
#include "context.def"
#undef CONTEXT
#undef FIELD
	CONTEXT_COUNT
};
enum packet_kind { PACKET_NONE, PACKET_XDP, PACKET_SKB, PACKET_BUFFER, PACKET_HEADER };
#define BUFFER_MAX 4096 /* bytes of an option's value that a program sees: a page (sockopt_alloc_buf) */
struct progtype_row {
	const char *name;
	enum context_layout context;
	uint8_t ret; /* bits of r0 that are output */
	enum packet_kind packet;
	bool packet_write; /* directly, by stores */
};
extern const struct progtype_row progtype_rows[PROGTYPE_COUNT];
/* May bytes of metadata stand before the packet? */
static inline bool progtype_has_metadata(enum progtype type)
{
	return type == PROGTYPE_XDP || type == PROGTYPE_SCHED_CLS || type == PROGTYPE_SCHED_ACT;
}
/* SKB_HEADER: a header begins that many bytes less SKB_BEFORE behind the first byte at entry. */
enum skb_header { SKB_NETWORK, SKB_LINK };
#define SKB_BEFORE 0x1000
/* SKB_KNOWS */
enum skb_fact { SKB_LINK_SET, SKB_NON_LINEAR };
#define FLOW_KEYS_SIZE 56 /* struct bpf_flow_keys */
/* Which byte of the input's the flow keys' byte is at entry, -1: it is 0 (bpf_flow_dissect). */
int flow_keys_source(unsigned byte);
/* May the program end without a result, since what it implements gives none? (check_return_code) */
static inline bool progtype_may_be_void(enum progtype type)
{
	return type == PROGTYPE_STRUCT_OPS;
}
/* Is there kernel memory that the program may write? (the btf_struct_access of congestion controls; PTR_TO_TP_BUFFER) */
static inline bool progtype_writes_kernel(enum progtype type)
{
	return type == PROGTYPE_STRUCT_OPS || type == PROGTYPE_RAW_TRACEPOINT_WRITABLE;
}
#define METADATA_MASK 0xfc /* its length: multiples of 4 up to 252 (xdp_metalen_invalid, meta_len of skb_shared_info) */

/* What r0 may be when a program ends: a signed number of so many bits. */
struct return_range {
	int64_t lo, hi;
	uint8_t bits;
};
/* False: any value. `attach` is an enum bpf_attach_type, `hook` the name of an LSM hook (else it does not matter). */
bool progtype_return_range(enum progtype type, uint32_t attach, const char *hook, struct return_range *out);

/* Is the word one of a list that is joined by '|'? Is the type one of such a list's types or families (helper.def)? */
bool table_lists(const char *list, const char *word);
bool progtype_is_in(const char *families, enum progtype type);

enum field_kind {
	FIELD_SCALAR, FIELD_PKT, FIELD_PKT_END, FIELD_PKT_META, FIELD_KERNEL, FIELD_KERNEL_OR_NULL,
	FIELD_TYPED, /* 8 bytes read at once are a number that may be followed into kernel memory; no writes */
	FIELD_FLOW_KEYS, /* what a flow dissector fills */
	FIELD_UNMODELLED /* access that context_permits allows is unknown */
};
/* How wide accesses may be; they are always aligned to their width. */
enum field_parts {
	PARTS_WHOLE,  /* only the whole field; if it is longer than 8 bytes, 8 of them */
	PARTS_NARROW, /* read in parts, written whole */
	PARTS_LOW,    /* read in parts that begin where it begins, written whole */
	PARTS_WIDE,   /* an array of 4-byte words: read in parts up to 8 bytes, written 4 or 8 at once */
	PARTS_ANY,    /* any bytes of it */
};
struct context_field {
	enum context_layout layout;
	const char *name;
	uint16_t off, size; /* bytes */
	enum field_kind kind;
	enum field_parts parts;
	bool writable; /* by some program type; context_allows says by which */
	uint16_t bits;
	const char *readers, *writers; /* families of program types, see helper.def */
};
struct context_row {
	const char *name;
	uint16_t size;
	bool scalar_gaps;
};
extern const struct context_row context_rows[CONTEXT_COUNT];
extern const struct context_field context_fields[];
extern const size_t context_field_count;
/* The field of a layout that holds byte `off`, NULL if none. */
const struct context_field *context_find(enum context_layout layout, uint64_t off);
/* May programs of this type read (or write) the field? Types that share a layout differ in this. */
bool context_allows(enum progtype type, const struct context_field *field, bool write);
/* Largest value whose store into the field is modelled. */
uint64_t context_write_limit(const struct context_field *field);
/* __sk_buff.len is not free: it is what the packet has, linear part and the rest. */
bool context_field_is_length(const struct context_field *field);
/* Index into the machine's run.stamps: 0 for __sk_buff.tstamp, 1 for its tstamp_type, -1 for another field. */
int context_stamp(const struct context_field *field);
/* The bits of a byte of the field that can be other than zero. */
uint8_t context_byte_mask(const struct context_field *field, unsigned byte);
/* Is an access that context_permits allows beyond what is modelled? `moved`: the packet was moved before it. */
bool context_is_unmodelled(enum progtype type, const struct context_field *field, bool write, bool moved);
/* The whole rule for an access of `size` bytes at `off`: context_allows, width, alignment, gaps. */
bool context_permits(enum progtype type, uint64_t off, unsigned size, bool write);

enum helper_ret {
	RET_INT,            /* a scalar, 64 bits in r0 */
	RET_VOID,           /* r0 holds no meaning: reading it is a fault */
	RET_VALUE,          /* a map value */
	RET_VALUE_OR_NULL,
	RET_MEM_OR_NULL,    /* memory whose size is an argument */
	RET_KERNEL,         /* a kernel object */
	RET_KERNEL_OR_NULL,
};
enum helper_arg {
	ARG_NONE,        /* and none after it */
	ARG_ANY,         /* a scalar of 64 bits; a pointer into a region is unknown unless the model takes it */
	ARG_INT,         /* a scalar of which the kernel reads the low 32 bits */
	ARG_CTX,
	ARG_MAP,
	ARG_KEY,         /* key_size bytes read */
	ARG_VALUE,       /* value_size bytes read */
	ARG_VALUE_OR_NULL,
	ARG_VALUE_OUT,   /* value_size bytes written */
	ARG_MEM,         /* bytes read, as many as the next argument says */
	ARG_MEM_OR_NULL,
	ARG_MEM_OUT,     /* bytes written, as many as the next argument says; may be uninitialised */
	ARG_MEM_OUT_OR_NULL, /* written in part, like MEM_PART */
	ARG_MEM_PART,    /* some bytes from the first on are written, the rest is left as it was: OUT_LEN(pos, argument) says how many */
	ARG_MEM_INOUT,   /* bytes read and written, as many as the next argument says */
	ARG_SIZE,        /* at least 1 */
	ARG_SIZE0,       /* 0 allowed */
	ARG_STRING,      /* NUL-terminated, read-only */
	ARG_OUT4, ARG_OUT8, /* 4 or 8 bytes written; where the result is negative perhaps not */
	ARG_INOUT4,      /* 4 bytes read and written */
	ARG_MEM20, ARG_MEM40, /* 20 or 40 bytes read */
	ARG_FUNC,
	ARG_RECORD,      /* memory from a ring buffer reservation */
	ARG_KERNEL,      /* a kernel object: socket, task, BTF pointer */
	ARG_KERNEL_OR_NULL,
	ARG_CTX_OR_NULL,
	ARG_CTX_OR_KERNEL, /* the context in some program types, a kernel object in others */
	ARG_OBJECT,      /* of kfuncs: a kernel object, the context, or memory of `size` bytes that is read and written; NULL
	                    instead of memory */
	ARG_OBJECT_OR_NULL,
	ARG_LOCK, ARG_TIMER, ARG_DYNPTR, ARG_DYNPTR_OUT, ARG_KPTR, ARG_PERCPU, /* only an exact model takes them */
};
/* Which function of the machines gives the exact meaning; OPAQUE is the sound default. */
enum helper_model {
	MODEL_NONE,    /* unknown */
	MODEL_OPAQUE,  /* an event (visible if EFFECT, internal otherwise) with its arguments, the bytes it reads and the
	                  state it may see; result RESULT(helper, pos), written bytes OUT(pos, argument, off) */
	MODEL_CONST,   /* result CONST(helper, 0), same at each call of a run */
	MODEL_ORACLE,  /* result ORACLE(helper, n) */
#define HELPER_MODEL(name) MODEL_##name,
#include "helper_model.def"
#undef HELPER_MODEL
};
#define LOCK_SHOWN_MAX 512 /* bytes of the value around a lock that its events show; of a longer one none */
enum dynptr_kind { DYNPTR_LOCAL, DYNPTR_RINGBUF, DYNPTR_PACKET };
#define DYNPTR_BYTES 16
#define DYNPTR_SIZE_MAX 0xffffff /* DYNPTR_MAX_SIZE in the kernel */
/* Ring buffer records that a dynptr reserves are numbered from here on. */
#define DYNPTR_RECORDS (1ull << 32)
enum helper_effect {
	EFFECT = 1,      /* others can see that it was called: an output event */
	PKT_MOVE = 2,    /* packet pointers die, its bounds may change */
	PKT_WRITE = 4,   /* packet bytes may change (opaque: all of them) */
	CTX_WRITE = 8,   /* context fields may change */
	MAPS_WRITE = 16, /* map contents may change */
	ACQUIRE = 32, RELEASE = 64, /* references */
	SEES_STATE = 128, /* the result may depend on packet, context or maps, not only on the arguments */
	KERNEL_WRITE = 256, /* kernel objects that the program can read may change */
	FOLLOWS = 1024, /* pointers in the memory that it reads: unknown if the program's own addresses are there */
	LAX_ARGS = 512, /* ANY arguments behind the size may be uninitialised, which counts as 0 */
	MAY_RELEASE = 2048, /* of kfuncs without flags: unknown if it gets a reference */
	/* the usual sums: changes a packet in an unknown way; runs code that may do everything */
	PKT_CHANGE = EFFECT | PKT_MOVE | PKT_WRITE | CTX_WRITE | SEES_STATE,
	RUNS_CODE = PKT_CHANGE | MAPS_WRITE | KERNEL_WRITE,
	STORAGE_CHANGE = EFFECT | MAPS_WRITE | SEES_STATE
};
/* Numbers of the helpers by name. */
enum helper_id {
#define HELPER(id, name, ...) FUNC_##name = (id),
#include "helper.def"
#undef HELPER
};

struct helper_row {
	uint32_t id;
	const char *name; /* without bpf_ */
	enum helper_ret ret;
	uint8_t bits; /* of RET_INT: the result is zero-extended from that many bits */
	enum helper_arg args[5];
	uint32_t effects;
	enum helper_model model;
	const char *progs; /* families of program types that may call it, see helper.def */
	uint32_t size[5];  /* of INT: the bytes of it that count, 0: 4; of OBJECT: bytes if it is memory, 0: it is none */
};
extern const struct helper_row helper_rows[];
extern const size_t helper_row_count;
const struct helper_row *helper_find(uint32_t id);         /* NULL: not in the UAPI header */
const struct helper_row *helper_find_name(const char *name); /* with or without bpf_ */
/* May programs of a type give it a map of that type? */
bool helper_takes_map(const struct helper_row *row, enum maptype type, enum progtype prog);
/* May programs of a type call it? Those without a type may call what every type may. */
bool helper_allowed(const struct helper_row *row, enum progtype type);
/* What a tail call out of a subprogram is for the caller: a call that may do everything. */
extern const struct helper_row helper_tail_returns;
/* Does that, with what other programs of the type may change, stay within what is modelled? */
bool helper_tail_may_return(enum progtype type);

/* Kernel functions have numbers behind those of the helpers: those of kfunc.def in its order, then the others by a
 * hash of the name, of which no two that meet may be the same (pairing.c). */
#define FAIL_FUNCTION "bpfprove_fail" /* no function of the kernel: calling it is a fault (bpfprove_assert.h) */
#define EVENT_CODE 0xfffu /* an internal event: which function the kernel will call later */
#define EVENT_TAIL_RETURNS 0xffeu /* a tail call out of a subprogram: another program ran, and its caller goes on */
#define KFUNC_ID 0x1000u
#define KFUNC_ID_OTHER 0x2000u
#define KFUNC_ID_END 0x10000u
/* What a kfunc whose flags and effects nobody knows may do. It can't move a packet: the verifier keeps pointers into
 * it over the call. */
#define KFUNC_EFFECTS (EFFECT | SEES_STATE | PKT_WRITE | CTX_WRITE | MAPS_WRITE | KERNEL_WRITE | FOLLOWS | MAY_RELEASE)
extern const struct helper_row kfunc_rows[];
extern const char *const kfunc_sources[];
extern const size_t kfunc_row_count;
const struct helper_row *kfunc_find_name(const char *name); /* NULL: not in kfunc.def */
static inline bool helper_is_kfunc(const struct helper_row *row)
{
	return row->id >= KFUNC_ID;
}
/* The argument that holds those of a format, which comes before it; -1: the helper takes none. */
int helper_printed(const struct helper_row *row);
/* Is the context of such programs the kernel object that the helper asks for? (bpf_sk_storage_get_cg_sock_proto) */
bool helper_takes_context(const struct helper_row *row, enum progtype type);
/* Has an exact model that calls a function of the program? A block ends with its call. */
bool helper_calls_back(const struct helper_row *row);
/* The function argument of an opaque row that the call runs before it returns; -1: it has none. */
int helper_code_argument(const struct helper_row *row);

enum verdict { VERDICT_PROVED, VERDICT_REFUTED, VERDICT_UNKNOWN };

/* Why a verdict is unknown, or what a fault is: one fixed sentence each. */
enum reason {
#define REASON(name, ...) REASON_##name,
#include "reason.def"
#undef REASON
	REASON_COUNT
};
extern const char *const reason_texts[REASON_COUNT];

enum fault {
#define FAULT(name, text) FAULT_##name,
#include "fault.def"
#undef FAULT
	FAULT_COUNT
};
extern const char *const fault_texts[FAULT_COUNT];
#endif
