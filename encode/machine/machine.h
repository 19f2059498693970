/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The symbolic machine: states, regions, memories, maps and helpers as terms.
 *
 * A `world` holds what the programs under comparison share: the term pool, the
 * initial memories and the names of regions, so that the same thing has the
 * same term on both sides. A `run` is one program in a world; a `state` is what
 * the program has made of the world at one point, under a path condition.
 *
 * Memory is functional: a `mem` is a node of a DAG (initial contents, a store
 * over another, a choice between two), a state holds the node that is current
 * for each space. A byte is found by walking down; offsets that the facts tell
 * apart cost nothing, the others make an ite. The stack is apart (stack.c),
 * because it holds pointers and knows which bytes were written.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "encode/object/program.h"
#include "encode/solver/solver.h"
#include "encode/term/term.h"
#include "tables.h"

#define MAX_FRAMES 8
#define STACK_BYTES 512
#define MAX_ALTS 16      /* regions that one value may point to */
#define MAX_KEY 512      /* bytes of a map key that inputs can name */
#define MAX_ACCESS 32768 /* bytes that one helper argument may span */

typedef uint32_t mem;    /* node of the memory DAG, 0: none */
typedef uint32_t tuple;  /* interned list of 64-bit terms; 0 is the empty list */

enum region_kind {
	REGION_NONE, /* a number */
	REGION_STACK, REGION_CTX, REGION_PACKET, REGION_VALUE, REGION_DATA, REGION_MAP, REGION_MEM, REGION_KERNEL,
	REGION_FUNC,
	REGION_LOST, /* some address, too many regions to list; base 0 */
	REGION_WORD, /* 8 bytes of kernel memory: a number that may be followed into kernel memory; base 0 */
	REGION_FLOW, /* flow keys */
	REGION_DYNPTR, /* what 16 bytes of stack hold, or the kernel gives a callback: off is offset << 32 | size */
	REGION_KEY,  /* an array's index that a callback gets: 4 bytes, read-only, as long as its frame */
};
#define LOST_REGION 1u /* their numbers in every world */
#define WORD_REGION 2u

struct region {
	enum region_kind kind;
	uint32_t id;    /* DYNPTR: enum dynptr_kind; STACK, KEY: frame; VALUE, DATA, MAP: number of the map; FUNC: slot; KERNEL: kind; MEM: bytes */
	tuple key;      /* DYNPTR: (region of its data, 0: null); VALUE: key words and generation; MEM, KERNEL: (position); PACKET: (epoch); STACK: (call); KEY: (call, index) */
	term base;      /* address of offset 0, 64 bits */
};

/* Under `guard` the value points into `region` at `off` (64 bits); region 0: it is the number `off`.
 * The guards of a value's alternatives exclude each other and cover the path condition. */
struct alt {
	term guard;
	uint32_t region;
	term off;
};

struct value {
	term word;          /* n == 0: the number; else 0 until value_word asks for it */
	term init;          /* true where the register or bytes were written */
	uint32_t n;         /* alternatives; 0: a number */
	const struct alt *alts;
};

struct slot;            /* eight bytes of stack, see stack.c */
struct frame {
	const struct slot *slots[STACK_BYTES / 8];
};

/* Everything of a state that is one term and merges by ite. */
enum counter {
	COUNT_OPAQUE,   /* opaque calls so far */
	COUNT_EPOCH,    /* times the packet moved */
	COUNT_DATA, COUNT_DATA_END, COUNT_DATA_META, /* packet bounds, relative to the first byte at entry */
	COUNT_TOTAL, /* of a socket buffer: end of what helpers reach */
	COUNT_CONTEXT, COUNT_KERNEL, COUNT_MAPS, COUNT_VALUES /* of maps that others see */, /* 1 + position of the last opaque call that may have changed it, 0: none */
	COUNT_MAY_GOTO, /* visits of may_goto so far */
	COUNT_REFERENCES, /* ring buffer records and kernel objects not given back */
	COUNT_FIXED
};
#define MAP_COUNTERS 3u

struct state {
	term guard;                 /* path condition */
	struct value regs[11];
	struct frame *frames[MAX_FRAMES];
	tuple calls[MAX_FRAMES];    /* which call each frame belongs to: pointers into those that returned are dead */
	unsigned depth;             /* frames in use */
	term *counters;             /* COUNT_FIXED, then one per helper used, then MAP_COUNTERS per map (counter_of_map) */
	mem *mems;                  /* see enum space */
	struct value saved[MAX_FRAMES][5]; /* r6..r10 of the callers */
};

/* Index into state.mems: fixed spaces, then three per map. */
enum space { SPACE_CTX, SPACE_PACKET, SPACE_MEM, SPACE_MEM_STATE, SPACE_FLOW, SPACE_KERNEL, SPACE_FIXED };
enum map_space { MAP_VALUES, MAP_PRESENT, MAP_GENERATION, MAP_SPACES };

struct loop_answer {
	term guard;
	bool repeats;
};

struct world_map {
	const struct map *def;
	uint32_t number;
};

struct world {
	struct term_pool *pool;
	enum progtype type;
	struct world_map *maps; /* by number */
	size_t n_maps;
	struct region *regions;
	size_t n_regions, cap_regions;
	struct tuple_row *tuples;
	size_t n_tuples, cap_tuples;
	struct mem_node *nodes;
	mem *node_index; /* hash table of the nodes, twice as long as their array; 0: free */
	size_t n_nodes, cap_nodes;
	struct memo *memo; /* (node, tuple, offset) -> byte */
	size_t n_memo, cap_memo;
	mem *initial;      /* initial node of every space */
	struct chunk *chunks; /* arena */
	uint32_t *helper_counter; /* helper id -> counter index, 0: none yet; NULL: none at all */
	size_t n_counters;
	struct loop_answer *loop_answers; /* questions of the walk, see symex.c */
	size_t n_loop_answers;
	uint64_t loop_ns;  /* spent on those that ended no loop */
	size_t term_limit; /* a run is unknown past this many terms */
	void *reserve;     /* memory to end with when there is no other, NULL: used */
	struct frame *empty_frame;
	struct kept *kept; /* reads that stay reads, see kept.h; NULL: none */
};

struct world *world_new(struct term_pool *pool, enum progtype type, const struct map *const *maps, size_t n_maps);
void world_free(struct world *w);
void *world_alloc(struct world *w, size_t bytes); /* zeroed, lives as long as the world */

/* An input function of 64-bit arguments. */
term world_input(struct world *w, enum input_fn fn, const term *args, size_t n);
term world_input1(struct world *w, enum input_fn fn, term a);
term world_input2(struct world *w, enum input_fn fn, term a, term b);
term word_const(struct world *w, uint64_t v); /* 64 bits */

tuple tuple_make(struct world *w, const term *words, size_t n);
const term *tuple_words(const struct world *w, tuple t, size_t *n);
term tuple_equal(struct world *w, tuple a, tuple b);

uint32_t region_make(struct world *w, enum region_kind kind, uint32_t id, tuple key);
const struct region *region_at(const struct world *w, uint32_t region);

/* Values. */
struct value value_number(struct world *w, term word);
struct value value_uninit(struct world *w);
struct value value_pointer(struct world *w, uint32_t region, term off);
struct value value_maybe(struct world *w, term guard, uint32_t region, term off); /* pointer where guard, else NULL */
term value_word(struct world *w, const struct value *v);
struct value value_ite(struct world *w, term c, const struct value *a, const struct value *b);
/* True where it was written and a program may look at it: not at a dynptr. */
term value_readable(struct world *w, const struct value *v);
bool value_same(const struct value *a, const struct value *b);
bool value_is_number(const struct value *v); /* no alternative but numbers and words of kernel memory */
struct value value_add(struct world *w, term guard, const struct value *a, const struct value *b);
struct value value_sub(struct world *w, term guard, const struct value *a, const struct value *b);
/* a cmp b as a truth value at 64 bits; op one of the conditional jumps */
term value_compare(struct world *w, term guard, enum isa_op op, const struct value *a, const struct value *b);
/* |off| < 2^31 under every assignment, as far as the facts show. */
bool offset_is_small(struct world *w, term off);

/* Memories. Offsets are 64-bit terms. */
mem mem_store(struct world *w, mem m, tuple key, term off, unsigned bytes, term val); /* val: 8 * bytes bits, 1..8 */
mem mem_fill(struct world *w, mem m, tuple key, term from, term to, term byte); /* [from, to) signed */
/* Bytes [from, to) are what [from - by, to - by) was before. */
mem mem_move(struct world *w, mem m, tuple key, term from, term to, term by);
/* A space after the opaque call at a position that may have changed all of it; of MAP_GENERATION: the generation
 * that all keys have from then on. */
mem mem_after(struct world *w, unsigned space, term position);
/* Bytes [from, to) are OUT(word, argument, 0 ...), or with STRETCH_KERNEL those of `kernel` from the address `word` on. */
#define STRETCH_KERNEL 255u
mem mem_stretch(struct world *w, mem m, tuple key, term from, term to, unsigned argument, term word, mem kernel);
mem mem_choose(struct world *w, term c, mem a, mem b);
term mem_read_byte(struct world *w, mem m, tuple key, term off);
term mem_read(struct world *w, mem m, tuple key, term off, unsigned bytes); /* little-endian, 1..8 bytes */
mem mem_initial(struct world *w, unsigned space);
/* Every index that a store under m (down to its initial node) may have written. */
struct mem_index {
	tuple key;
	term off, to;   /* a store: to is 0, off the byte; a fill or what a call changed: bytes [off, to), signed */
};
size_t mem_writes(struct world *w, mem m, struct mem_index **out); /* malloc'ed, may repeat */
static inline unsigned space_of_map(uint32_t number, enum map_space s)
{
	return (unsigned)SPACE_FIXED + number * MAP_SPACES + s;
}

/* The stack. */
struct frame *frame_new(struct world *w);
struct frame *frame_copy(struct world *w, const struct frame *f);
struct frame *frame_merge(struct world *w, term c, const struct frame *a, const struct frame *b);
/* Bytes [off, off + n), n 1..8, as a value; in-bounds is the caller's care. */
struct value frame_read(struct world *w, const struct frame *f, term off, unsigned n);
/* A word of the stack (offset / 8) that is made when it is first looked at: make() writes it into an otherwise empty
 * frame, and every state that has the word by then has what was written. Lives as long as the world. */
struct frame_deferred {
	void (*make)(void *arg, unsigned word, struct frame *f);
	void *arg;
};
void frame_defer(struct world *w, struct frame *f, unsigned word, const struct frame_deferred *by);
/* The value spilled to a slot (offset / 8), of which byte i is written where init[i] holds. */
void frame_spill(struct world *w, struct frame *f, unsigned slot, const struct value *v, const term init[8]);
void frame_write(struct world *w, struct frame *f, term cond, term off, unsigned n, const struct value *v);

/* States. */
struct state *state_new(struct world *w);
struct state *state_copy(struct world *w, const struct state *s);
/* a or b, whose path conditions exclude each other; both are consumed. */
struct state *state_merge(struct world *w, struct state *a, struct state *b);
/* Splits guards into what both share and what only each has. */
void guard_split(struct world *w, term a, term b, term *common, term *only_a, term *only_b);
term *state_counter(struct world *w, struct state *s, unsigned counter);
unsigned counter_of_helper(struct world *w, uint32_t helper);
unsigned counter_of_map(struct world *w, uint32_t number, unsigned which); /* 0: errno decisions, 1: generations,
 * 2: generation of what nobody replaced since the last opaque call that may have changed the map */
/* Value of a counter, then counts it up by one. */
term state_count(struct world *w, struct state *s, unsigned counter);

/* What a run finds out. */
struct fault_record {
	term guard;
	enum fault kind;
	uint32_t slot;
};
struct need {
	term guard, missing;
};

struct unknown_record {
	term guard;
	enum reason reason;
	uint32_t slot;
	char what[64];
};
/* Bytes of one region as they were: looked at only where two runs' differ. */
struct view {
	size_t at, n; /* bytes [at, at + n) of the event */
	mem from;
	tuple key;
	term off;
};
struct event {
	term guard;
	uint32_t kind;     /* helper id, or EVENT_ATOMIC + isa_op */
	bool visible, atomic;
	uint32_t slot;
	size_t n_args;
	term args[6];
	size_t n_bytes;
	term *bytes;       /* read at the event, 8 bits each; 0: part of a view, see event_byte */
	struct view *views;
	size_t n_views;
	term *present;     /* byte i is there (a size argument may be a term), 0: all are */
	bool sees_shared;  /* of the state only what others see: maps that are not per CPU, global data */
	const struct state *sees; /* state that the result may depend on, NULL if none */
};
#define EVENT_ATOMIC 0x10000u

/* Terms of 64 bits in place of an instruction's immediate and offset; 0: its own. */
struct run_field {
	term imm, off;
};

struct run {
	struct world *world;
	const struct program *program;
	const uint32_t *map_numbers; /* object map index -> number in the world */
	struct solver *solver;       /* for loop bounds; may be NULL */
	unsigned unroll;             /* iterations per loop */
	struct fault_record *faults;
	size_t n_faults;
	struct need *needs;          /* of CO-RE relocations */
	size_t n_needs;
	struct unknown_record *unknowns;
	size_t n_unknowns;
	term more_unknowns;          /* any of those beyond the first few */
	struct event *events;
	size_t n_events;
	struct state *leaves;        /* goes on behind the function's end after the last step_insn, NULL if none */
	struct state *final;         /* merged exits, NULL if none */
	uint32_t slot;               /* instruction at work */
	uint64_t steps;
	term stamps[2];              /* where it uses tstamp, and reads tstamp_type; 0: nowhere */
	term guessed;                /* where what a function of the program does is input, see helper_code.c */
	bool uses_opaque;            /* some result is an uninterpreted function */
	volatile int *stop;          /* set by ctrl-C */
	/* Others write to all memory but stack and context meanwhile: what is read there, and whether a map holds a key, is
	 * arbitrary each time. */
	bool is_shared;
	uint64_t fresh;              /* arbitrary values so far */
	term *reach;                 /* by slot, where not 0: truth value that becomes true where the run gets there; may be NULL */
	/* A part of a program: not NULL, it begins with this state, and where it gets to an exit the state goes to the place
	 * of the exit's slot in `exits` (one a slot, NULL where none was reached) instead of `final`. */
	const struct state *entry;
	struct state **exits;
	/* With them: it begins at this slot of the main function, which begins a block, and ends as well where it gets to a
	 * block of that function that begins at a stop; the state then goes to the slot's place in `arrivals`. NULL: no stops.
	 * Where `start` is a stop and the head of a loop, the run ends there when it has come back `rounds` times, or once. Heads
	 * of loops that it enters from outside are passed `late` times first. */
	uint32_t start;
	const bool *stops;
	struct state **arrivals;
	unsigned rounds, late;
	/* Not NULL: no context; r1 is at memory of these bytes, r2 their number; both 0 if there are none. */
	const uint8_t *memory;
	size_t memory_len;
	const struct run_field *fields; /* by slot; NULL: all instructions have their own */
};

struct run *run_new(struct world *w, const struct program *p, const uint32_t *map_numbers);
void run_free(struct run *r);
/* Walks the program; afterwards faults, unknowns, events and final are complete, unless the world's pool gave up
 * (run_end), also later: then nothing of the run says anything. The pool looks at r->stop and r->solver from now on. */
void run_execute(struct run *r);
enum reason run_end(const struct run *r); /* why the pool gave up, REASON_NONE if it did not */
/* An arbitrary value that no other part of the run knows of. */
term run_fresh(struct run *r, unsigned width);
void run_fault(struct run *r, const struct state *s, enum fault kind, term cond);
void run_unknown(struct run *r, const struct state *s, enum reason reason, const char *what);
/* A fault where `missing`: the kernel has no answer to a relocation at this place. */
void run_need(struct run *r, const struct state *s, term missing);
struct event *run_event(struct run *r, const struct state *s, uint32_t kind);
term event_byte(struct world *w, const struct event *e, size_t i);
/* The view that byte i is part of, NULL if none. */
const struct view *event_view(const struct event *e, size_t i);
/* The path ends here with r0 as it is; s is merged into run.final. */
void run_exit(struct run *r, struct state *s);
term run_any_fault(struct run *r);
term run_any_unknown(struct run *r);

/* Executes one straight-line instruction (neither jump, call to a subprogram nor
 * exit); false: the path ends here (it was recorded why), but for run.leaves. */
bool step_insn(struct run *r, struct state *s, const struct insn *in);
/* Truth of a conditional jump. */
term step_condition(struct run *r, struct state *s, const struct insn *in);
/* Reads a register as operand; uninitialised is a fault. */
struct value step_reg(struct run *r, struct state *s, unsigned reg);

/* Access through a pointer value, 1..8 bytes; faults are recorded. */
struct value access_load(struct run *r, struct state *s, const struct value *p, int64_t off, unsigned bytes);
void access_store(struct run *r, struct state *s, const struct value *p, int64_t off, unsigned bytes,
                  const struct value *v);
/* Helper memory: bytes [p, p + n) of which byte i counts where `present[i]` (NULL: all). */
void access_read_bytes(struct run *r, struct state *s, const struct value *p, size_t n, const term *present, term *out);
void access_write_bytes(struct run *r, struct state *s, const struct value *p, size_t n, const term *present,
                        const term *bytes);
/* May a number be a pointer that the verifier knows by its type? */
bool access_may_be_pointer(struct world *w, term word);
/* True where the pointer leads to memory that other CPUs see. */
term access_is_shared(struct run *r, const struct value *p);
/* No atomic operation works on the context or the flow keys (check_atomic in the kernel's verifier). */
void access_check_atomic(struct run *r, const struct state *s, const struct value *p);

/* The same as one view, if they are of one region of bytes; false: nothing was done. */
bool access_view(struct run *r, struct state *s, const struct value *p, size_t n, const term *present, struct view *out);
/* Faults of writing the bytes, without writing them. */
void access_check_bytes(struct run *r, struct state *s, const struct value *p, size_t n, const term *present);
/* Writes `length` <= n bytes as one stretch; false: not possible, nothing was done. Where `zero` holds they are 0. */
struct stretch {
	unsigned argument; /* of mem_stretch */
	term word, length, zero;
};
bool access_write_stretch(struct run *r, struct state *s, const struct value *p, size_t n, const term *present,
                        const struct stretch *b);
/* A byte of kernel memory. */
term kernel_byte(struct world *w, const struct state *s, term address);

/* Context fields. */
struct value field_load(struct run *r, struct state *s, term guard, term off, unsigned bytes);
/* word: 64 bits, of which the low `bytes` are stored */
void field_store(struct run *r, struct state *s, term guard, bool sure, term off, unsigned bytes, term word);
/* `byte` at `off` of the context, without the bits that its field does not have. */
term field_byte(struct world *w, term off, term byte);

/* Maps. */
tuple map_key(struct run *r, struct state *s, uint32_t number, const struct value *p);
struct value map_lookup(struct run *r, struct state *s, uint32_t number, tuple key);
term map_update(struct run *r, struct state *s, uint32_t number, tuple key, const term *bytes, term flags);
term map_delete(struct run *r, struct state *s, uint32_t number, tuple key);
/* Adds an absent key where `asked` and there is room; true where it did. */
term map_insert(struct run *r, struct state *s, uint32_t number, tuple key, const term *bytes, term asked);
void map_remove(struct run *r, struct state *s, uint32_t number, tuple key, term done);
/* What stands for the element that the key finds in an LPM trie. */
tuple map_trie_element(struct run *r, uint32_t number, tuple key);
/* How many elements it has room for: a number, or input where user space sets it. */
term map_entries(struct world *w, uint32_t number);
term map_has(struct run *r, struct state *s, uint32_t number, tuple key);
/* Key words followed by the generation that is current for it (HASH models), or the key alone. */
tuple map_element(struct world *w, const struct state *s, uint32_t number, tuple key);

/* References: what a helper acquires has to be given back. */
struct value reference_acquire(struct run *r, struct state *s, term there, uint32_t region);
bool reference_is(const struct world *w, const struct region *g);
tuple reference_key(struct world *w, term pos); /* of a kernel object that is one */
term reference_is_live(struct world *w, const struct state *s, const struct region *g); /* true if it is none */
/* Every alternative of that kind of region is given back; the others are faults. */
void reference_release(struct run *r, struct state *s, enum region_kind kind, const struct value *v);

/* A reference or NULL is given away. */
term reference_give(struct run *r, struct state *s, const struct value *v);
/* One that counts as open, whether there is something or not: every alternative is given back. */
void reference_release_some(struct run *r, struct state *s, const struct value *v);

/* Helper call; false: the path ends (tail call taken for sure, or not modelled). */
bool helper_step(struct run *r, struct state *s, uint32_t id);
bool helper_step_kfunc(struct run *r, struct state *s, const struct extern_symbol *e); /* the same of a kfunc */
/* The bytes that belong to the packet for helpers: [data, end) */
term packet_end_all(struct world *w, const struct state *s);
#endif
