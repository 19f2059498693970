/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The concrete machine: runs a program on one input with every check on.
 *
 * A value is a 64-bit word and the region it points into (0: a number). The
 * word is the address: AT_* inputs give the regions' addresses. Addition and
 * subtraction (64 bits) of a number keep the region; a move keeps it; a spill
 * of a whole register to an 8-byte-aligned stack slot keeps it; everything else
 * yields a number. Only a value with a region can be dereferenced.
 */
#ifndef EXEC_H
#define EXEC_H

#include "encode/object/program.h"
#include "input.h"

enum exec_end {
	EXEC_EXIT,
	EXEC_TAIL_CALL, /* the run goes on in another program: (map, index) is output */
	EXEC_FAULT,
	EXEC_UNMODELLED, /* `reason` says what is not modelled */
};

/* One externally visible event, or an opaque call. */
struct exec_event {
	uint32_t kind; /* helper id; EXEC_EVENT_ATOMIC + isa_op for an atomic on shared memory */
	bool visible;  /* false: an opaque call without effect, only its place in the order counts */
	uint32_t slot;
	size_t n_args;
	uint64_t args[5]; /* scalars; for a map its number, for memory its length, for the context 0; of an atomic:
			     address, operand, value compared with (or 0), width */
	uint8_t *bytes;   /* all bytes read, in argument order */
	size_t n_bytes;
};
#define EXEC_EVENT_ATOMIC 0x10000u
#define EXEC_EVENT_TAIL 12u

/* A byte of kernel memory that the run wrote. */
struct exec_kernel_byte {
	uint64_t address;
	uint8_t value;
	bool changed; /* not as at entry; a byte that a run doesn't list is as at entry */
};

/* A change of a map: the final state of one key that the run touched. */
struct exec_value {
	uint32_t map; /* number in the pairing */
	uint8_t *key; /* key_size bytes */
	bool present;
	bool changed;                  /* not as at entry; a key that a run doesn't list is as at entry */
	uint8_t *value;                /* value_size bytes, if present */
	uint32_t key_size, value_size; /* bytes */
};

struct exec_outcome {
	enum exec_end end;
	enum fault fault;
	enum reason reason;
	uint32_t slot;  /* where it ended */
	char what[160]; /* a sentence about the fault or the unmodelled thing, "" otherwise */
	uint64_t r0;
	bool is_void; /* it ended without a result */
	uint64_t tail_map, tail_index;
	int64_t data, data_end, data_meta; /* packet bounds, relative to the first byte at entry */
	int64_t packet_lo;                 /* offset of packet[0] */
	uint8_t *packet;                   /* bytes [data, data_end + PKT_EXTRA) at the end */
	size_t packet_len;
	uint8_t *metadata; /* bytes [data_meta, data) at the end; NULL: not read */
	size_t metadata_len;
	uint8_t *context; /* layout size bytes; pointer fields read 0 */
	size_t context_len;
	uint8_t flow_keys[FLOW_KEYS_SIZE]; /* 0 but of a flow dissector */
	struct exec_value *values;
	size_t n_values; /* sorted by map, then key */
	struct exec_kernel_byte *kernel;
	size_t n_kernel; /* sorted by address */
	struct exec_event *events;
	size_t n_events;
	uint64_t steps;
};

/* Called before each instruction if set: registers r0..r10, whether each is initialised. */
typedef void (*exec_trace)(void *arg, const struct program *p, uint32_t slot, const uint64_t regs[11],
			   uint16_t initialised);

/* The same with all that the machine has (machine.h). */
struct machine;
typedef void (*exec_watch)(void *arg, const struct machine *m);

/* What only a proof of safety minds (the rows of fault.def behind UNRESOLVED); 0: none of it. */
enum exec_safety {
	SAFETY_ON = 1,
	SAFETY_PRIVILEGED = 2, /* the loader may see kernel addresses (CAP_PERFMON) */
};

struct exec_options {
	const uint32_t *map_numbers; /* object map index -> number in the pairing; NULL: the index itself */
	uint64_t max_steps;          /* 0: 10 million */
	exec_trace trace;
	void *trace_arg;
	exec_watch watch;
	void *watch_arg;
	/* Not NULL: the run has no context, but begins with r1 at a copy of these bytes, which it may write, and r2 their
	 * number; both are 0 if there are none. */
	const uint8_t *memory;
	size_t memory_len;
	unsigned safety; /* a sum of enum exec_safety */
	bool no_output;  /* only how it ends: the outcome has no packet, context and values */
};

void exec_run(const struct program *p, const struct input *in, const struct exec_options *opt,
	      struct exec_outcome *out);
void exec_release(struct exec_outcome *out);

/* Gives the program's symbolic CO-RE relocations the values that the compiler wrote. */
void exec_set_core(const struct program *p, struct input *in);

/* The first difference of two outcomes as output (ARCHITECTURE.md, "What a
 * program means"), in words, into buf; false if there is none. Shared-memory
 * atomics: each of a's must be in b's in order, b may have more (see there). */
bool exec_differ(const struct program *a, const struct exec_outcome *x, const struct exec_outcome *y, char *buf,
		 size_t len);
#endif
