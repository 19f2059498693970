/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory of the abstract machine: which accesses are inside of their region and allowed, and what they give. */
#include "prover.h"

#include <string.h>

#define RDONLY_PROG (1u << 7) /* BPF_F_RDONLY_PROG, BPF_F_WRONLY_PROG */
#define WRONLY_PROG (1u << 8)
#define CONTEXT_PIECES 8192 /* bytes: no context is larger */

static const char *const kind_names[KIND_COUNT] = {
    [KIND_NONE] = "nothing",        [KIND_NUMBER] = "a number",      [KIND_STACK] = "the stack",
    [KIND_CTX] = "the context",     [KIND_PACKET] = "the packet",    [KIND_STALE] = "what is gone",
    [KIND_VALUE] = "a map value",   [KIND_MAP] = "a map",            [KIND_MEM] = "memory",
    [KIND_MEM_RO] = "memory",       [KIND_KERNEL] = "a kernel object", [KIND_FUNC] = "a function",
    [KIND_DYNPTR] = "a dynptr",     [KIND_FLOW_KEYS] = "flow keys",
};

static const struct map *map_of(const struct prover *v, const struct aval *p)
{
	return &v->p->object->maps[p->object & ~INNER_MAP];
}

static void make_stale(void *arg, struct aval *v)
{
	(void)arg;
	if (v->kind != KIND_PACKET)
		return;
	v->kind = KIND_STALE;
	v->object = 0;
}

void access_move_packet(struct astate *s)
{
	state_visit(s, make_stale, NULL);
	s->length = s->meta = 0;
}

static void kill(void *arg, struct aval *v)
{
	if (v->ref != *(uint32_t *)arg)
		return;
	if (v->kind == KIND_DYNPTR)
		*v = aval_none();
	else
		*v = (struct aval){.kind = KIND_STALE,
				   .maybe_null = v->maybe_null,
				   .object = 1,
				   .null_id = v->null_id,
				   .sym = v->sym,
				   .add = v->add};
}

void access_kill_reference(struct astate *s, uint32_t ref)
{
	state_visit(s, kill, &ref);
	for (unsigned i = 0; i < s->n_refs; i++)
		if (s->refs[i].id == ref) {
			state_drop_reference(s, i);
			break;
		}
	/* a cell that lost its value holds no number to read */
	for (unsigned d = 0; d < s->depth; d++) {
		struct aframe *f = &s->frames[d];
		uint32_t kept = 0;
		for (uint32_t i = 0; i < f->n_cells; i++) {
			const struct cell *c = &f->cells[i];
			if (c->v.kind != KIND_NONE) {
				f->cells[kept++] = *c;
				continue;
			}
			for (uint32_t b = c->off; b < c->off + (uint32_t)c->size; b++)
				f->secret[b / 64] |= 1ull << b % 64;
		}
		f->n_cells = kept;
	}
}

/* "offset 8" or "offset 0 to 8" in a text; the second number prints as nothing where there is none. */
#define OFFSETS "offset %lld%s%.0lld"
#define OFFSETS_OF(f)                                                                                                  \
	(long long)(f).smin, (f).smin == (f).smax ? "" : " to ", (f).smin == (f).smax ? 0ll : (long long)(f).smax

/* Symbols for the packet's bounds, made when they are first asked for. */
static sym packet_end(struct astate *s)
{
	if (!s->length)
		s->length = state_new_sym(s, scalar_between(0, 1u << 30), false);
	return s->length;
}

static sym packet_meta(const struct prover *v, struct astate *s)
{
	int64_t lowest = progtype_has_metadata(v->p->type) ? -252 : 0;
	if (!s->meta)
		s->meta = state_new_sym(s, scalar_between_signed(lowest, 0), false);
	return s->meta;
}

/* Does the access [p + off, p + off + size) lie in [lo, hi), size between its bounds? */
static bool in_range(const struct astate *s, const struct aval *p, int64_t lo, int64_t hi, struct scalar size)
{
	struct scalar f = state_number(s, p);
	return size.umax <= (uint64_t)(hi - lo) && f.smin >= lo && f.smax <= hi - (int64_t)size.umax;
}

static bool in_packet(struct prover *v, struct astate *s, const struct aval *p, struct scalar size)
{
	struct scalar base = s->syms[p->sym].facts, f = state_number(s, p);
	int64_t small = 1ll << 40;
	if (size.umax > 0x10000 || p->add < -small || p->add > small || base.smin < -small || base.smax > small)
		return false;
	bool low = f.smin >= 0 || state_knows_order(s, packet_meta(v, s), p->sym, -p->add);
	return low && state_knows_order(s, p->sym, packet_end(s), p->add + (int64_t)size.umax);
}

static bool oblige_range(struct prover *v, const struct astate *s, const struct aval *p, int64_t size, struct scalar n)
{
	struct scalar f = state_number(s, p);
	return prover_oblige(v, s, OBLIGATION_BOUNDS, in_range(s, p, 0, size, n),
			     "%llu bytes at " OFFSETS " of %s, which has %lld", (unsigned long long)n.umax,
			     OFFSETS_OF(f), kind_names[p->kind],
			     (long long)size);
}

static bool check_packet(struct prover *v, struct astate *s, const struct aval *p, struct scalar n, unsigned how)
{
	if ((how & ACCESS_WRITE) &&
	    !prover_oblige(v, s, OBLIGATION_WRITABLE, progtype_rows[v->p->type].packet_write,
			   "programs of this type may write the packet"))
		return false;
	struct scalar f = state_number(s, p);
	return prover_oblige(v, s, OBLIGATION_BOUNDS, in_packet(v, s, p, n),
			     "%llu bytes at " OFFSETS " of the packet were compared with data_end%s%.0u",
			     (unsigned long long)n.umax, OFFSETS_OF(f), s->compared ? " at instruction " : "",
			     s->compared ? s->compared - 1 : 0);
}

/* Fields that the kernel keeps in a map's value: of them a program may read a pointer as a whole only (check_map_access). */
static bool check_special(struct prover *v, const struct astate *s, const struct aval *p, struct scalar n, unsigned how)
{
	const struct map *m = map_of(v, p);
	struct scalar f = state_number(s, p);
	const struct special *x = map_find_special(m, (uint64_t)f.smin, (uint64_t)(f.smax - f.smin) + n.umax);
	bool whole = x && f.smin == f.smax && f.smin == x->off && n.umax == 8 && n.umin == 8;
	bool pointer = x && (x->kind == SPECIAL_KPTR || (x->kind == SPECIAL_OTHER && x->size == 8));
	if (!x || (pointer && whole && how == ACCESS_READ))
		return true;
	return prover_oblige(v, s, how & ACCESS_WRITE ? OBLIGATION_WRITABLE : OBLIGATION_SECRET, false,
			     "%s does not touch the kernel's field at offset %u of map %s",
			     how & ACCESS_WRITE ? "a write" : "a read", x->off, m->name);
}

static bool check_value(struct prover *v, const struct astate *s, const struct aval *p, struct scalar n, unsigned how)
{
	const struct map *m = map_of(v, p);
	bool read_only = (m->is_data && m->frozen) || (m->flags & RDONLY_PROG);
	if ((how & ACCESS_WRITE) && !prover_oblige(v, s, OBLIGATION_WRITABLE, !read_only, "programs may write map %s", m->name))
		return false;
	if ((how & ACCESS_READ) &&
	    !prover_oblige(v, s, OBLIGATION_WRITABLE, !(m->flags & WRONLY_PROG), "programs may read map %s", m->name))
		return false;
	return oblige_range(v, s, p, m->value_size, n) && check_special(v, s, p, n, how);
}

static bool check_stack(struct prover *v, struct astate *s, const struct aval *p, struct scalar n, unsigned how)
{
	struct scalar f = state_number(s, p);
	if (!prover_oblige(v, s, OBLIGATION_BOUNDS, in_range(s, p, -STACK_BYTES, 0, n),
			   "%llu bytes at " OFFSETS " of the stack, which has [-512, 0)", (unsigned long long)n.umax,
			   OFFSETS_OF(f)))
		return false;
	prover_use_stack(v, s->frames[p->object].sub, f.smin);
	uint32_t lo = (uint32_t)(f.smin + STACK_BYTES), hi = (uint32_t)(f.smax + STACK_BYTES + (int64_t)n.umax);
	/* CAP_PERFMON may read what is left on the stack (allow_uninit_stack of the kernel's verifier) */
	if (!(how & ACCESS_READ) || (how & ACCESS_MAY_BE_UNWRITTEN) || v->opt->privileged)
		return true;
	return prover_oblige(v, s, OBLIGATION_STACK_INIT, stack_is_written(s, p->object, lo, hi),
			     "stack bytes [%d, %d) were written", (int)lo - STACK_BYTES, (int)hi - STACK_BYTES);
}

static bool check_kernel(struct prover *v, const struct astate *s, const struct aval *p, struct scalar n, unsigned how)
{
	unsigned size = n.umax > 8 ? 0 : (unsigned)n.umax;
	return prover_oblige(v, s, OBLIGATION_WRITABLE, !(how & ACCESS_WRITE), "kernel objects are only read") &&
	       (p->kind == KIND_NUMBER ||
		prover_oblige(v, s, OBLIGATION_BOUNDS, object_permits(s, p, size), "%u bytes of the object are a field of it",
			      size));
}

static bool is_never_null(enum kind kind)
{
	return kind == KIND_STACK || kind == KIND_CTX || kind == KIND_PACKET;
}

static bool check_pointer(struct prover *v, const struct astate *s, const struct aval *p)
{
	uint64_t x;
	if (!p->followable && aval_is_const(s, p, &x) && x == 0)
		return prover_oblige(v, s, OBLIGATION_NOT_NULL, false, "the pointer is NULL");
	return prover_oblige(v, s, OBLIGATION_INITIALISED, p->kind != KIND_NONE, "the pointer was set on every path") &&
	       prover_oblige(v, s, OBLIGATION_POINTER, p->kind != KIND_NUMBER || p->followable, "a number is no pointer") &&
	       prover_oblige(v, s, OBLIGATION_HELD, p->kind != KIND_STALE || !p->object, "it was not given back") &&
	       prover_oblige(v, s, OBLIGATION_FRESH, p->kind != KIND_STALE, "the packet did not move since") &&
	       ((is_never_null(p->kind) && !p->maybe_null) ||
		prover_oblige(v, s, OBLIGATION_NOT_NULL, !p->maybe_null, "%s pointer is not NULL", kind_names[p->kind]));
}

/* What a solver showed of this instruction becomes known: the access is inside of its region. False: then no run gets
 * here. */
static bool learn_bounds(struct prover *v, struct astate *s, const struct aval *p, struct scalar n)
{
	int64_t bytes = (int64_t)n.umax;
	if (!v->bounded[s->slot] || !scalar_is_const(n) || n.umax > 0x10000)
		return true;
	switch ((enum kind)p->kind) {
	case KIND_STACK: return state_learn(s, p->sym, p->add, scalar_between_signed(-STACK_BYTES, -bytes));
	case KIND_VALUE: {
		int64_t size = map_of(v, p)->value_size;
		return size < bytes || state_learn(s, p->sym, p->add, scalar_between_signed(0, size - bytes));
	}
	case KIND_PACKET:
		return state_learn(s, p->sym, p->add, scalar_between_signed(-0x10000, 0x100000)) &&
		       state_learn_order(s, packet_meta(v, s), p->sym, -p->add) &&
		       state_learn_order(s, p->sym, packet_end(s), p->add + bytes);
	case KIND_NONE:
	case KIND_NUMBER:
	case KIND_CTX:
	case KIND_STALE:
	case KIND_MAP:
	case KIND_MEM: /* `object` is the least that it may be long */
	case KIND_MEM_RO:
	case KIND_FLOW_KEYS:
	case KIND_KERNEL:
	case KIND_FUNC:
	case KIND_DYNPTR:
	case KIND_COUNT:
		break;
	}
	return true;
}

/* All obligations of an access to anything but the context. */
static bool check_access(struct prover *v, struct astate *s, const struct aval *p, struct scalar n, unsigned how)
{
	if (!learn_bounds(v, s, p, n))
		return false;
	switch ((enum kind)p->kind) {
	case KIND_STACK: return check_stack(v, s, p, n, how);
	case KIND_PACKET: return check_packet(v, s, p, n, how);
	case KIND_VALUE: return check_value(v, s, p, n, how);
	case KIND_MEM: return oblige_range(v, s, p, p->object, n);
	case KIND_MEM_RO:
	case KIND_FLOW_KEYS: {
		bool ok = p->kind == KIND_FLOW_KEYS || !(how & ACCESS_WRITE);
		return prover_oblige(v, s, OBLIGATION_WRITABLE, ok, "the memory may be written") &&
		       oblige_range(v, s, p, p->object, n);
	}
	case KIND_NUMBER:
	case KIND_KERNEL: return check_kernel(v, s, p, n, how);
	case KIND_MAP:
	case KIND_FUNC: return prover_unmodelled(v, s, REASON_INSN, kind_names[p->kind]);
	case KIND_DYNPTR:
	case KIND_NONE:
	case KIND_STALE:
	case KIND_CTX:
	case KIND_COUNT:
		break;
	}
	return prover_oblige(v, s, OBLIGATION_POINTER, false, "%s is no memory", kind_names[p->kind]);
}

/* Context. */
static struct aval field_value(struct prover *v, struct astate *s, const struct context_field *f, int64_t off,
			       unsigned size)
{
	struct aval x = {0};
	uint32_t packet = progtype_rows[v->p->type].packet == PACKET_HEADER ? NO_PACKET : 0;
	switch (f ? f->kind : FIELD_SCALAR) {
	case FIELD_PKT: return aval_pointer(KIND_PACKET, packet, 0);
	case FIELD_PKT_END:
		x = aval_pointer(KIND_PACKET, packet, 0);
		x.sym = packet_end(s);
		return x;
	case FIELD_PKT_META:
		x = aval_pointer(KIND_PACKET, packet, 0);
		x.sym = packet_meta(v, s);
		return x;
	case FIELD_KERNEL: return aval_pointer(KIND_KERNEL, object_of_field(f), 0);
	case FIELD_KERNEL_OR_NULL:
		x = aval_pointer(KIND_KERNEL, object_of_field(f), 0);
		x.maybe_null = true;
		x.null_id = s->next_id++;
		return x;
	case FIELD_TYPED:
		x = aval_number(s, scalar_of_width(size * 8));
		x.followable = size == 8;
		x.object = x.followable && x.sym ? origin_of_argument(v, off) : 0;
		return x;
	case FIELD_FLOW_KEYS: return aval_pointer(KIND_FLOW_KEYS, FLOW_KEYS_SIZE, 0);
	case FIELD_SCALAR:
	case FIELD_UNMODELLED:
		break;
	}
	unsigned bits = f && f->bits < size * 8 ? f->bits : size * 8;
	return aval_number(s, scalar_of_width(bits));
}

static bool context_constant(struct prover *v, const struct astate *s, const struct aval *p, int64_t *off)
{
	struct aval number = *p;
	uint64_t x;
	number.kind = KIND_NUMBER;
	bool is_const = aval_is_const(s, &number, &x);
	*off = (int64_t)x;
	return is_const || prover_unmodelled(v, s, REASON_CONTEXT, "context at a variable offset");
}

static bool check_context(struct prover *v, struct astate *s, int64_t off, unsigned size, bool write,
			  const struct context_field **field)
{
	enum progtype type = v->p->type;
	enum context_layout layout = progtype_rows[type].context;
	bool ok = off >= 0 && context_permits(type, (uint64_t)off, size, write);
	if (!prover_oblige(v, s, OBLIGATION_CTX_FIELD, ok, "%u bytes at offset %lld of the context may be %s", size,
			   (long long)off, write ? "written" : "read"))
		return false;
	*field = context_find(layout, (uint64_t)off);
	return true;
}

static bool load_context(struct prover *v, struct astate *s, const struct aval *p, unsigned size, bool sign, struct aval *out)
{
	const struct context_field *f;
	int64_t off;
	if (!context_constant(v, s, p, &off) || !check_context(v, s, off, size, false, &f))
		return false;
	*out = field_value(v, s, f, off, size);
	return !sign || prover_oblige(v, s, OBLIGATION_CTX_FIELD, !aval_is_pointer(out),
				      "a pointer in the context is not sign-extended");
}

static bool store_context(struct prover *v, struct astate *s, const struct aval *p, unsigned size, const struct aval *x)
{
	const struct context_field *f;
	int64_t off;
	if (!context_constant(v, s, p, &off) || !check_context(v, s, off, size, true, &f))
		return false;
	return prover_oblige(v, s, OBLIGATION_SECRET, !aval_is_pointer(x) || v->opt->privileged,
			     "no pointer is written to the context") &&
	       prover_oblige(v, s, OBLIGATION_SECRET, !state_tainted(s, x) || v->opt->privileged,
			     "nothing derived from an address is written to the context");
}

/* Bytes of a frozen section that user space can't set are what the object says. */
static bool load_frozen(const struct prover *v, const struct astate *s, const struct aval *p, unsigned size, struct aval *out)
{
	if (p->kind != KIND_VALUE)
		return false;
	const struct map *m = map_of(v, p);
	struct aval number = *p;
	uint64_t off, x = 0;
	number.kind = KIND_NUMBER;
	if (!m->is_data || !m->frozen || !m->bytes || !aval_is_const(s, &number, &off))
		return false;
	for (size_t i = 0; i < m->n_vars; i++)
		if (m->vars[i].is_volatile && m->vars[i].off < off + size && off < (uint64_t)m->vars[i].off + m->vars[i].size)
			return false;
	memcpy(&x, m->bytes + off, size);
	*out = aval_const(x);
	return true;
}

/* At an offset that is not known, 8 bytes may be a pointer that was spilled: then it is not known what they are. */
static bool may_be_spilled(const struct astate *s, const struct aval *p, struct scalar f, unsigned size)
{
	if (p->kind != KIND_STACK || size != 8)
		return false;
	const struct aframe *fr = &s->frames[p->object];
	for (uint32_t i = 0; i < fr->n_cells; i++) {
		int64_t off = (int64_t)fr->cells[i].off - STACK_BYTES;
		if (aval_is_pointer(&fr->cells[i].v) && off >= f.smin && off <= f.smax)
			return true;
	}
	return false;
}

static struct aval loaded(struct prover *v, struct astate *s, const struct aval *p, unsigned size)
{
	struct scalar f = state_number(s, p);
	struct aval x;
	if (load_frozen(v, s, p, size, &x))
		return x;
	if (p->kind == KIND_STACK && scalar_is_const(f))
		return stack_load(s, p->object, (uint32_t)(f.smin + STACK_BYTES), size);
	if (may_be_spilled(s, p, f, size))
		return aval_none();
	bool tainted = false;
	if (p->kind == KIND_STACK)
		tainted = stack_is_secret(s, p->object, (uint32_t)(f.smin + STACK_BYTES),
					  (uint32_t)(f.smax + STACK_BYTES) + size);
	x = (struct aval){.kind = KIND_NUMBER, .sym = state_new_sym(s, scalar_of_width(size * 8), tainted)};
	bool pointer = p->kind == KIND_VALUE && map_find_special(map_of(v, p), (uint64_t)f.smin, 1);
	x.followable = (p->kind == KIND_KERNEL || p->kind == KIND_NUMBER || pointer) && size == 8;
	if (x.followable && p->kind == KIND_NUMBER && p->sym && !program_core(v->p, s->slot))
		x.object = origin_of_member(v, p->object, p->add);
	return x;
}

static struct aval sign_extended(struct astate *s, const struct aval *x, unsigned size)
{
	struct scalar f = scalar_sext(state_number(s, x), size * 8);
	if (scalar_is_const(f))
		return aval_const(f.bits.value);
	return (struct aval){.kind = KIND_NUMBER,
			     .sym = state_define(s, DEF_SEXT, f, state_tainted(s, x), x->sym, x->add, 0, size * 8)};
}

bool access_read(struct prover *v, struct astate *s, const struct aval *p, int64_t off, unsigned size, bool sign_extend,
		 struct aval *out)
{
	struct aval at = *p;
	at.add = (int64_t)((uint64_t)at.add + (uint64_t)off);
	if (!check_pointer(v, s, p))
		return false;
	if (at.kind == KIND_CTX) {
		if (!load_context(v, s, &at, size, sign_extend, out))
			return false;
	} else {
		if (!check_access(v, s, &at, scalar_const(size), ACCESS_READ))
			return false;
		*out = loaded(v, s, &at, size);
	}
	if (sign_extend && size < 8) {
		if (aval_is_pointer(out))
			*out = (struct aval){.kind = KIND_NUMBER, .sym = state_new_sym(s, scalar_any(), true)};
		else
			*out = sign_extended(s, out, size);
	}
	return true;
}

static void store_to_stack(struct astate *s, const struct aval *at, unsigned size, const struct aval *x)
{
	struct scalar f = state_number(s, at);
	uint32_t lo = (uint32_t)(f.smin + STACK_BYTES), hi = (uint32_t)(f.smax + STACK_BYTES) + size;
	if (scalar_is_const(f))
		stack_store(s, at->object, lo, size, x);
	else
		stack_clobber(s, at->object, lo, hi, aval_is_pointer(x) || state_tainted(s, x));
}

bool access_write(struct prover *v, struct astate *s, const struct aval *p, int64_t off, unsigned size,
		  const struct aval *x)
{
	struct aval at = *p;
	at.add = (int64_t)((uint64_t)at.add + (uint64_t)off);
	if (!check_pointer(v, s, p))
		return false;
	if (at.kind == KIND_CTX)
		return store_context(v, s, &at, size, x);
	if (!check_access(v, s, &at, scalar_const(size), ACCESS_WRITE))
		return false;
	if (at.kind == KIND_STACK) {
		store_to_stack(s, &at, size, x);
		return true;
	}
	bool secret = aval_is_pointer(x) || state_tainted(s, x);
	return prover_oblige(v, s, OBLIGATION_SECRET, !secret || v->opt->privileged, "no kernel address is written to %s",
			     kind_names[at.kind]);
}

static bool range_is_secret(const struct astate *s, const struct aval *p, struct scalar n)
{
	struct scalar f = state_number(s, p);
	return p->kind == KIND_STACK && stack_is_secret(s, p->object, (uint32_t)(f.smin + STACK_BYTES),
							(uint32_t)(f.smax + STACK_BYTES + (int64_t)n.umax));
}

/* Of a buffer that is written in part the rest counts as written too (ARG_PTR_TO_UNINIT_MEM), but is what it was. */
static void write_stack(struct astate *s, const struct aval *p, struct scalar n, bool part)
{
	struct scalar f = state_number(s, p);
	uint32_t lo = (uint32_t)(f.smin + STACK_BYTES), hi = (uint32_t)(f.smax + STACK_BYTES + (int64_t)n.umax);
	bool secret = part && stack_is_secret(s, p->object, lo, hi);
	stack_clobber(s, p->object, lo, hi, false);
	if (scalar_is_const(f) && n.umin)
		stack_fill(s, p->object, lo, lo + (uint32_t)n.umin, secret);
}

/* A helper reads the context in pieces as wide as they come (checker/exec/context.c), each an access of its own. */
static bool context_pieces(struct prover *v, struct astate *s, int64_t off, uint64_t n, const char *what)
{
	const struct context_field *f;
	for (uint64_t i = 0; i < n;) {
		uint64_t left = n - i;
		unsigned size = n == 2 ? 2 : left >= 8 ? 8 : left >= 4 ? 4 : 1;
		if (!check_context(v, s, off + (int64_t)i, size, false, &f) ||
		    !prover_oblige(v, s, OBLIGATION_CTX_FIELD, !f || f->kind == FIELD_SCALAR || f->kind == FIELD_TYPED,
				   "%s is no pointer of the context", what))
			return false;
		i += size;
	}
	return true;
}

static bool context_bytes(struct prover *v, struct astate *s, const struct aval *p, struct scalar size, unsigned how,
			  const char *what)
{
	int64_t off;
	const struct context_field *f;
	if (!context_constant(v, s, p, &off) ||
	    !prover_oblige(v, s, OBLIGATION_BOUNDS, size.umax <= CONTEXT_PIECES, "the size of %s is bounded", what))
		return false;
	for (uint64_t n = size.umin ? size.umin : 1; n <= size.umax; n++) {
		bool good = how & ACCESS_WRITE ? check_context(v, s, off, (unsigned)n, true, &f)
					       : context_pieces(v, s, off, n, what);
		if (!good)
			return false;
	}
	return true;
}

bool access_bytes(struct prover *v, struct astate *s, const struct aval *p, struct scalar size, unsigned how,
		  bool secret_ok, const char *what)
{
	if (scalar_is_const(size) && size.umax == 0)
		return true;
	if (!check_pointer(v, s, p))
		return false;
	if (!scalar_is_const(size) &&
	    !prover_oblige(v, s, OBLIGATION_BOUNDS, size.umax < 1u << 29, "the size of %s is bounded", what))
		return false;
	if (p->kind == KIND_CTX)
		return context_bytes(v, s, p, size, how, what);
	if (!check_access(v, s, p, size, how))
		return false;
	if ((how & ACCESS_READ) && !(how & ACCESS_ATOMIC) &&
	    !prover_oblige(v, s, OBLIGATION_SECRET, secret_ok || v->opt->privileged || !range_is_secret(s, p, size),
			   "no kernel address is in the bytes of %s", what))
		return false;
	if ((how & ACCESS_WRITE) && p->kind == KIND_STACK) {
		bool secret = (how & ACCESS_ATOMIC) && range_is_secret(s, p, size);
		write_stack(s, p, size, how & ACCESS_PART);
		if (secret)
			stack_clobber(s, p->object, (uint32_t)(state_number(s, p).smin + STACK_BYTES),
				      (uint32_t)(state_number(s, p).smax + STACK_BYTES + (int64_t)size.umax), true);
	}
	return true;
}
