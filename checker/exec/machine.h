/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of the concrete machine: its state, shared by the files of checker/exec/. */
#ifndef MACHINE_H
#define MACHINE_H

#include "exec.h"

#include <setjmp.h>

#define STACK_SIZE 512
#define MAX_FRAMES 8
#define PACKET_LOW 0x1100       /* bytes kept before the first byte at entry: headroom and metadata at most */
#define MAY_GOTO_MAX (8u << 20) /* visits in one call of a function (BPF_MAX_LOOPS in the kernel's verifier) */
#define MAX_MEM_SIZE (1u << 29) /* kernel: BPF_MAX_VAR_SIZ */

/* What the kernel's helpers return (uapi errno values). */
enum {
	EXEC_ENOENT = 2,
	EXEC_E2BIG = 7,
	EXEC_ENOMEM = 12,
	EXEC_EFAULT = 14,
	EXEC_EBUSY = 16,
	EXEC_EEXIST = 17,
	EXEC_EACCES = 13,
	EXEC_EINVAL = 22
};

struct value {
	uint64_t word;
	uint32_t region; /* index into machine.regions; 0: a number */
};

enum region_kind {
	REGION_NONE,
	REGION_STACK,
	REGION_CTX,
	REGION_PACKET,
	REGION_VALUE,  /* value of a map element or a data section */
	REGION_MEM,    /* a ring buffer record */
	REGION_KERNEL, /* a kernel object: any byte of it can be read */
	REGION_MAP,
	REGION_FUNC,
	REGION_WORD, /* 8 bytes of kernel memory: a number that may be followed into kernel memory; base 0 */
	REGION_FLOW, /* flow keys */
	REGION_KEY,  /* an array's index that a callback gets */
	REGION_DYNPTR, /* what 16 bytes of stack hold, or the kernel gives a callback */
};
#define WORD_REGION 1u /* its index */

struct stack_memory {
	uint8_t bytes[STACK_SIZE];
	bool known[STACK_SIZE];
	bool secret[STACK_SIZE]; /* parts of an address (strict.c) */
	uint32_t spill[STACK_SIZE / 8]; /* region of the register spilled there */
};

/* One key of a map (the only one of a data section) that the run touched. */
struct element {
	uint8_t *key;
	bool at_entry, present;
	uint64_t gen;
	uint32_t region;  /* of this gen, 0: not made yet */
	uint8_t *initial; /* value at entry, NULL: not read yet */
	uint8_t *bytes;   /* value now, NULL: not read yet, as at entry */
};

struct map_state {
	const struct map *def;
	uint32_t number; /* in the pairing */
	struct element **elements;
	size_t n_elements;
	uint64_t changes;   /* elements replaced, added or deleted so far */
	uint64_t decisions; /* updates so far that needed room */
	uint64_t floor;     /* generation of elements that nobody replaced since the call that `after` is about */
	uint64_t after;     /* 1 + position of the opaque call that may have changed it, 0: none */
	uint64_t values_after; /* the same of its values only */
};

struct region {
	enum region_kind kind;
	uint64_t base; /* address of offset 0 */
	uint64_t size; /* bytes */
	uint64_t gen;  /* DYNPTR: enum dynptr_kind; VALUE: the element's; PACKET: number of moves before it was made; FUNC:
			  slot; KERNEL: who returned it */
	uint32_t map;  /* MAP, VALUE, MEM: index of the map in the object */
	uint64_t inner; /* MAP: number of an inner map */
	bool is_inner;
	uint32_t origin; /* KERNEL: the region that it is a cast of, 0: none (demand.c) */
	bool dead;     /* STACK, KEY: returned; MEM, KERNEL: given back */
	bool acquired; /* MEM, KERNEL, DYNPTR: has to be given back */
	struct value data; /* DYNPTR: its first byte, no region: it is null */
	struct stack_memory *stack;
	struct element *element;
	uint8_t *bytes; /* MEM, KEY, FLOW; VALUE: of an element that is dead */
};

/* A helper at work that calls a function of the program. */
struct callback {
	uint64_t rounds, round; /* calls at most, 0: none; calls done before this one */
	uint32_t target;        /* slot of the function */
	uint32_t map;           /* index in the object, UINT32_MAX: bpf_loop */
	uint32_t key_region;    /* of this round's key, 0: none */
	struct value object, context;
	bool secret_context;
};

struct frame {
	uint32_t region;       /* its stack */
	struct value saved[5]; /* the caller's r6..r9 and r10 */
	uint16_t saved_known, saved_secret;
	uint16_t stack_used; /* bytes from the frame's top (demand.c) */
	uint32_t back; /* slot to return to */
	uint32_t may_gotos; /* visits so far */
	struct callback callback; /* that it is a round of */
};

struct packet {
	int64_t data, data_end, data_meta, total; /* total: end of what helpers reach */
	uint64_t len, extra, headroom, tailroom;  /* at entry */
	uint64_t epoch;                           /* moves so far */
	uint32_t region;                          /* of this epoch, 0: not made yet */
	uint8_t *bytes;                           /* byte of offset o is bytes[o + PACKET_LOW] */
	bool *known;
	size_t room;    /* bytes of both */
	uint64_t after; /* 1 + position of the opaque call that may have changed it, 0: none */
};

struct snapshot; /* progress.c */

struct counter {
	uint32_t id;
	uint64_t n;
};

struct machine {
	const struct program *p;
	const struct input *in;
	const struct exec_options *opt;
	struct exec_outcome *out;
	jmp_buf end;
	uint32_t pc;
	struct value r[11];
	uint16_t known;  /* initialised registers, one bit each */
	uint16_t secret; /* numbers made from addresses, of those that are known (strict.c) */
	struct value lock; /* that is held, region 0: none (demand.c) */
	uint64_t jumps, changes; /* backward jumps; of what is neither register nor stack, so far (progress.c) */
	struct snapshot *snapshot; /* NULL: none yet */
	uint32_t fetched; /* region of what the running atomic found, in safety runs */
	bool leaves;     /* the helper that ran ended the function, too */
	bool flows;      /* what the instruction at work makes is one of them */
	struct frame frames[MAX_FRAMES];
	unsigned depth;         /* frame that runs */
	struct region *regions; /* [0] is no region, [WORD_REGION] kernel memory at large */
	size_t n_regions, cap_regions;
	uint32_t ctx_region, flow_region;
	enum context_layout layout;
	uint8_t *context;
	bool *context_known; /* bytes that were needed or written so far */
	uint64_t context_after, kernel_after; /* 1 + position of the opaque call that may have changed it, 0: none */
	struct exec_kernel_byte *kernel;      /* written since then, sorted by address */
	size_t n_kernel;
	enum packet_kind packet_kind;
	struct packet pkt;
	struct map_state *maps;
	uint64_t may_gotos; /* visits so far, of all frames */
	struct counter *counters;
	size_t n_counters;
	uint64_t opaque_calls, reservations;
	struct callback pending; /* that the running helper asks for */
	uint8_t *index; /* of the last element of an inner map that was asked for */
	uint8_t *scratch[5]; /* what the running helper read by its arguments, freed with the machine */
};

struct helper_call;

/* machine.c: life, regions and how a run ends */
void machine_init(struct machine *m, const struct program *p, const struct input *in, const struct exec_options *opt,
		  struct exec_outcome *out);
void machine_release(struct machine *m);
void machine_finish(struct machine *m); /* fills what a run that ended well has as output */
_Noreturn void machine_fault(struct machine *m, enum fault f, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
_Noreturn void machine_stop(struct machine *m, enum reason r, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void *machine_alloc(size_t n); /* zeroed; never NULL */
struct region *machine_add_region(struct machine *m, enum region_kind kind, uint64_t base, uint64_t size);
uint32_t machine_region_id(const struct machine *m, const struct region *r);
uint64_t machine_input(const struct machine *m, enum input_fn fn, size_t n, ...); /* uint64_t each */
uint64_t machine_count(struct machine *m, uint32_t helper); /* calls of it before, and counts this one */
struct exec_event *machine_add_event(struct machine *m, uint32_t kind, bool visible);
void machine_check_leaks(struct machine *m);

/* exec.c: a frame for the function at a slot; r1 to r5 are its arguments */
void exec_enter(struct machine *m, uint32_t target);

/* callback.c */
void callback_start(struct machine *m);                      /* the pending one, if any */
void callback_return(struct machine *m, struct callback b); /* a round of it is done */

/* memory.c: access through pointers, by the rules of their regions */
struct value memory_load(struct machine *m, struct value at, int64_t off, unsigned n);
void memory_store(struct machine *m, struct value at, int64_t off, unsigned n, struct value v);
void memory_read(struct machine *m, struct value at, int64_t off, uint64_t n, uint8_t *out);
void memory_write(struct machine *m, struct value at, int64_t off, uint64_t n, const uint8_t *bytes);
void memory_check_write(struct machine *m, struct value at, uint64_t n);
/* A special field of a map value, which only helpers touch. */
void memory_check_field(struct machine *m, struct value at, uint64_t n);
void memory_write_field(struct machine *m, struct value at, uint64_t n, const void *bytes);
struct stack_memory *memory_stack(struct machine *m, struct value at); /* NULL: points elsewhere */
/* A byte as a read that can't fault finds it; false: none of the program's. */
bool memory_probe(struct machine *m, struct value at, int64_t off, uint8_t *byte);
bool memory_is_shared(const struct machine *m, struct value at);        /* others see it: atomics are events */

/* strict.c: what only a proof of safety minds */
bool strict_hides(const struct machine *m); /* are addresses not for the program's user to see? */
void strict_before(struct machine *m, const struct insn *in, struct value d, struct value s);
void strict_after(struct machine *m, const struct insn *in);
void strict_check_call(struct machine *m, const struct helper_call *c); /* before its model runs */
void strict_end_call(struct machine *m, const struct helper_call *c);
void strict_check_return(struct machine *m); /* of the function that runs, r0 is what it returns */

/* demand.c: the kernel's terms that only a proof of safety minds */
bool demand_lock(struct machine *m, const struct helper_row *row); /* true: the call is done */
void demand_check_unlocked(struct machine *m, const char *what);
void demand_check_map(struct machine *m, const struct helper_call *c);
void demand_check_access(struct machine *m, const struct region *r, bool write);
void demand_check_atomic(struct machine *m, const struct insn *in, struct value at);
void demand_check_bytes(struct machine *m, const struct region *r, int64_t off, uint64_t n); /* inside of it */
bool demand_is_kptr(const struct machine *m, const struct region *r, uint64_t off);
void demand_check_kptr(struct machine *m, const struct region *r, uint64_t off, struct value v); /* v is stored there */
void demand_check_kernel_write(struct machine *m, const struct region *r);
void demand_check_type(struct machine *m);
bool demand_lacks_result(struct machine *m);
bool demand_returns_argument(const struct machine *m);
void demand_note_cast(struct machine *m, const struct helper_call *c, struct region *r); /* r: what it returns */
uint64_t demand_bound_result(const struct helper_call *c, uint64_t result); /* of an opaque call */
uint32_t demand_origin(const struct machine *m, uint32_t region); /* that a release gives back */

/* progress.c: a backward jump is done */
void progress_note_jump(struct machine *m);

/* packet.c */
void packet_init(struct machine *m);
struct value packet_pointer(struct machine *m, enum field_kind kind);
void packet_fill(struct machine *m, int64_t off, uint64_t n); /* reads input bytes that were not needed yet */
uint8_t *packet_at(struct machine *m, int64_t off);
/* Where the byte is that the offset of a legacy load names; false: not all n bytes from there on are there. */
bool packet_locate(struct machine *m, int32_t off, unsigned n, int64_t *at);
void packet_move(struct machine *m); /* pointers made before are stale */

/* context.c */
void context_init(struct machine *m);
void context_fill(struct machine *m, uint64_t off, uint64_t n); /* reads input bytes that were not needed yet */
void context_change(struct machine *m, bool all); /* takes all fields from the input again, or the length alone */
struct value context_load(struct machine *m, int64_t off, unsigned n);
void context_read(struct machine *m, int64_t off, uint64_t n, uint8_t *out);
void context_write(struct machine *m, int64_t off, uint64_t n, const uint8_t *bytes);
void context_check_write(struct machine *m, int64_t off, uint64_t n);

/* after.c: what an opaque call may change */
void after_change_state(struct machine *m, const struct helper_row *row, uint64_t position);
uint8_t after_kernel_byte(const struct machine *m, uint64_t address);
void after_write_kernel(struct machine *m, uint64_t address, uint8_t byte);
void after_list_kernel(struct machine *m); /* writes the outcome's bytes */

/* element.c: maps' contents */
struct element *element_find(struct machine *m, uint32_t map, const uint8_t *key);
struct value element_pointer(struct machine *m, uint32_t map, struct element *e);
uint8_t *element_bytes(struct machine *m, uint32_t map, struct element *e);
const uint8_t *element_initial(struct machine *m, uint32_t map, struct element *e);
void element_replace(struct machine *m, uint32_t map, struct element *e, const uint8_t *value); /* NULL: deletes */
uint64_t element_entries(const struct machine *m, uint32_t map); /* that it has room for */
/* Errno of an update that asks for memory: the input decides. */
int64_t element_ask_room(struct machine *m, uint32_t map);
uint8_t element_data_byte(const struct input *in, const struct map *def, uint32_t off);
void element_forget(struct machine *m, uint64_t position); /* an opaque call may have changed all maps */
void element_forget_values(struct machine *m, uint64_t position); /* others may have changed what they see */
void element_list(struct machine *m); /* writes the outcome's values */
/* Words of an input function's argument list: n leading ones, then the key; returns their number. */
size_t element_key_words(uint64_t *words, size_t n, const uint8_t *key, size_t key_size);

/* core.c: CO-RE relocations that were left symbolic */
struct core_access {
	int64_t off;
	unsigned n; /* bytes */
};
const struct core_relo *core_here(const struct machine *m); /* of the instruction that runs, NULL if none */
uint64_t core_immediate(struct machine *m, const struct core_relo *r);
struct core_access core_access(struct machine *m, const struct insn *in); /* as a load or store has it here */

/* helper.c and its models */
struct helper_call {
	const struct helper_row *row;
	struct value arg[5];
	uint32_t map;     /* index of the map argument in the object, UINT32_MAX: none */
	uint64_t inner;   /* number of the inner map that it is */
	bool is_inner;
	uint64_t len[5];  /* bytes that argument i points at */
	uint8_t *read[5]; /* what was read there, NULL if nothing */
	struct value ret;
	bool ret_known;
};
/* helper_inner.c: maps in maps */
void inner_check(struct machine *m, const struct helper_call *c); /* stops where the call can't have this map */
const uint8_t *inner_index(struct machine *m, const struct helper_call *c); /* of the element at the call's key */
void inner_lookup(struct machine *m, struct helper_call *c);
void helper_call(struct machine *m, const struct insn *in);
bool helper_writes(enum helper_arg a);
void helper_call_kfunc(struct machine *m, const struct extern_symbol *e);
/* Asks a ring buffer for a record, which is numbered from `first`; NULL: there is none. */
struct region *helper_reserve(struct machine *m, struct helper_call *c, uint64_t first, uint64_t size);
void helper_submit(struct machine *m, const struct helper_call *c, const struct region *r); /* its output */
void helper_record(struct machine *m, const struct helper_call *c, bool visible); /* its event */
void helper_show_dynptr(struct machine *m, struct helper_call *c, unsigned i);    /* reads the data of argument i */
void helper_return_object(struct machine *m, struct helper_call *c, uint64_t pos, bool there);
void helper_return(struct helper_call *c, int64_t word); /* a number */
/* Replaces own addresses among the arguments of a format by what is printed of the memory there. */
void helper_follow_format(struct machine *m, const struct helper_call *c, struct exec_event *e);
void helper_run_opaque(struct machine *m, struct helper_call *c); /* an event, and results that are input */
/* The same for a row with a function that runs before the call returns (helper_code_argument). */
void helper_run_code(struct machine *m, struct helper_call *c);
/* One exact model each, see helper_model.def. */
#define HELPER_MODEL(name) void helper_run_##name(struct machine *m, struct helper_call *c);
#include "helper_model.def"
#undef HELPER_MODEL
#endif
