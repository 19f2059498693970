/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside of the safety prover, shared by the files of checker/safety/.
 *
 * prover.c   attempts, findings
 * explore.c  walks the states: work list, what was visited, joins, widening, loop ends
 * transfer.c one straight-line instruction: the abstract meaning of isa.def's rows
 * branch.c   conditional jumps: what each side knows
 * access.c   loads, stores and helper memory through pointers
 * contract.c what a call asks for and gives: helpers, kfuncs, callbacks
 * state.c, symbol.c, stack.c, lattice.c  the state
 */
#ifndef PROVER_H
#define PROVER_H

#include "safety.h"
#include "liveness.h"
#include "state.h"

#include "encode/isa/cfg.h"

#include <stdlib.h>

struct explorer; /* explore.c */

static inline void *checked(void *p)
{
	if (!p)
		abort();
	return p;
}

/* How hard an attempt tries. */
struct effort {
	uint64_t steps;     /* abstract instructions at most */
	unsigned steps_a_slot; /* and so many more for each slot of the program */
	unsigned unroll;    /* visits of a loop head before it is widened */
	unsigned disjuncts; /* states kept apart at one place before they are joined */
};

/* A word of kernel memory: an argument of the program's (no parent), or what lies at an offset from such a one. */
struct origin {
	uint32_t parent; /* index + 1 */
	int32_t off;     /* bytes */
	unsigned depth;
};

/* A function that a timer in a value of a map calls. */
struct timer_root {
	uint32_t target, map; /* slot; index */
};

struct prover {
	const struct program *p;
	const struct safety_options *opt;
	struct safety_result *result;
	struct effort effort;
	struct explorer *explorer;
	struct liveness *liveness;
	uint64_t steps;
	uint64_t work;            /* on other things than instructions, in steps that take as long */
	bool stopped; /* time, steps or ctrl-C: no proof */
	enum reason stop_reason;
	bool unmodelled;       /* something reachable is not modelled: no proof */
	uint32_t *map_numbers; /* identity */
	/* a bit set a slot: obligations discharged and failed there */
	uint32_t *discharged, *failed;
	bool *bounded;            /* by slot: a solver showed that no access there leaves its region */
	struct note *notes; /* one for each obligation and slot that has a text */
	size_t n_notes;
	uint32_t *note_of;    /* by slot: its first note + 1, 0: none */
	uint64_t deadline_ns; /* CLOCK_MONOTONIC, 0: none */
	int32_t *stack_used;  /* lowest stack offset that each subprogram touches */
	uint64_t *constants;  /* the program's immediates, for widening; sorted */
	size_t n_constants;
	struct origin *origins; /* of words of kernel memory: aval.object of a followable number is an index + 1 */
	uint32_t n_origins;
	struct timer_root *timers; /* callbacks that run later, each once */
	uint32_t n_timers;
};

/* Counts a step. False: the attempt has to stop, and v->stopped says so. */
bool prover_step(struct prover *v);

/* Records an obligation at the state's slot (the instruction at work is s->slot). Returns `holds`. The text is
 * formatted only where it is kept. A path whose obligation fails ends. */
bool prover_oblige(struct prover *v, const struct astate *s, enum obligation o, bool holds, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* The solver of the check, for `total_ms` at most and no longer than the check may take; NULL: it can't be had. */
struct solver *prover_open_solver(const struct prover *v, unsigned total_ms, unsigned query_ms, unsigned memory_mib);
/* A subprogram touches its stack down to an offset (negative). */
void prover_use_stack(struct prover *v, uint32_t sub, int64_t off);
/* What can't be modelled: no proof. Always false, so that callers can return it. */
bool prover_unmodelled(struct prover *v, const struct astate *s, enum reason reason, const char *what);

/* One instruction that is neither jump, local call, exit nor a helper that calls back; false: the path ends. */
bool transfer_step(struct prover *v, struct astate *s, const struct insn *in);
/* A row of the arithmetic on numbers; the result of 32 bits is zero-extended. */
struct aval transfer_alu(struct astate *s, enum isa_op op, unsigned width, const struct aval *a, const struct aval *b);
/* An atomic operation. */
bool atomic_step(struct prover *v, struct astate *s, const struct insn *in);
/* ALIGNED for an access in->off behind p. */
bool atomic_check_aligned(struct prover *v, const struct astate *s, const struct insn *in, const struct aval *p);
/* Reads a register as operand: INITIALISED. */
bool transfer_read(struct prover *v, struct astate *s, unsigned reg, struct aval *out);

/* Splits at a conditional jump: *taken and *next say which sides are possible; `other` gets the state of the side
 * taken (initialised only if *taken), s keeps the one that falls through. false: an obligation failed. */
bool branch_split(struct prover *v, struct astate *s, const struct insn *in, struct astate *other, bool *taken,
		  bool *next);
/* All copies of a pointer that may be NULL are NULL (or are not). */
void branch_resolve_null(struct astate *s, uint32_t null_id, bool is_null);

/* Access. */
enum access { ACCESS_READ = 1, ACCESS_WRITE = 2, ACCESS_ATOMIC = 4, ACCESS_HELPER = 8, ACCESS_MAY_BE_UNWRITTEN = 16, ACCESS_PART = 32 };
bool access_read(struct prover *v, struct astate *s, const struct aval *p, int64_t off, unsigned size, bool sign_extend,
		 struct aval *out);
bool access_write(struct prover *v, struct astate *s, const struct aval *p, int64_t off, unsigned size,
		  const struct aval *x);
/* Bytes [p, p + size) for a helper or an atomic, size anything in `size` (a number's facts; 0 needs no memory).
 * Checks all obligations; what is written becomes unknown numbers (written for sure only as far as the least size),
 * `secret_ok`: bytes read may hold kernel addresses. `what` names the argument in texts ("argument 2 of
 * map_lookup_elem"). */
bool access_bytes(struct prover *v, struct astate *s, const struct aval *p, struct scalar size, unsigned how,
		  bool secret_ok, const char *what);
/* The packet may have moved: older packet pointers are stale, its length is new. */
void access_move_packet(struct astate *s);
/* Every pointer with this reference is dead: it becomes KIND_NONE. */
void access_kill_reference(struct astate *s, uint32_t ref);

/* Origins (origin.c): 0 if it is not remembered. */
uint32_t origin_of_argument(struct prover *v, int64_t off);
uint32_t origin_of_member(struct prover *v, uint32_t of, int64_t off);
/* Does the word point at a structure of that name, by the running kernel's types? `direct`: and is it an argument of the
 * program's, which is there for sure (KF_TRUSTED_ARGS). */
bool origin_is(const struct prover *v, const struct astate *s, const struct aval *a, const char *want, bool direct);

/* Kernel objects (object.c): enum kernel_kind of a context field, and whether so many bytes of it may be read. */
uint32_t object_of_field(const struct context_field *f);
bool object_permits(const struct astate *s, const struct aval *p, unsigned size);

/* Calls: contract*.c. */
/* A helper or kfunc that does not call back: contract, effects, result in r0; r1 to r5 are lost. false: the path ends
 * (faulty, or a tail call taken for sure is not: it may fail and fall through). */
bool helper_check(struct prover *v, struct astate *s, const struct insn *in);
/* A helper that calls back: checks the contract and says what it calls; explore.c runs the rounds. */
struct callback_round {
	uint32_t target;      /* slot of the function */
	struct aval args[5];  /* of a round; KIND_NONE: not given */
	struct scalar rounds; /* how many at most */
	struct scalar ret;    /* what the helper returns in the end */
	bool map_values;      /* args[2] is a fresh map value each round */
};
bool helper_check_callback(struct prover *v, struct astate *s, const struct insn *in, struct callback_round *out);
/* At exit of the entry function: references, locks, range of r0. */
bool exit_check(struct prover *v, struct astate *s);
#endif
