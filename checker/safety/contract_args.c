/* SPDX-License-Identifier: BSD-2-Clause */
/* Arguments of helpers, each by its kind (check_func_arg in kernel/bpf/verifier.c). */
#include "contract.h"

#include <stdio.h>
#include <string.h>

#define TEXT 80
/* Where a helper that takes the context in some types and a kernel object in others takes the context. */
#define CONTEXT_IS_SOCKET "SOCKET|XDP|TC|CGSKB|SKSKB|SOCKOPS|SOCKADDR|CGSOCK"

static const char *argument_name(char *buf, const struct call *c, unsigned i)
{
	snprintf(buf, TEXT, "argument %u of %s%s", i + 1, contract_prefix(c->row), c->row->name);
	return buf;
}

/* How memory arguments are accessed, 0: the kind is none of them. */
static const struct memory_kind {
	uint8_t how;
	uint8_t size; /* bytes, 0: the next argument says */
} memory_kinds[] = {
    [ARG_MEM] = {.how = ACCESS_READ},
    [ARG_MEM_OR_NULL] = {.how = ACCESS_READ},
    [ARG_MEM_OUT] = {.how = ACCESS_WRITE},
    [ARG_MEM_OUT_OR_NULL] = {.how = ACCESS_WRITE | ACCESS_PART},
    [ARG_MEM_PART] = {.how = ACCESS_WRITE | ACCESS_PART},
    [ARG_MEM_INOUT] = {.how = ACCESS_READ | ACCESS_WRITE},
    [ARG_OUT4] = {.how = ACCESS_WRITE | ACCESS_PART, .size = 4},
    [ARG_OUT8] = {.how = ACCESS_WRITE | ACCESS_PART, .size = 8},
    [ARG_INOUT4] = {.how = ACCESS_READ | ACCESS_WRITE, .size = 4},
    [ARG_MEM20] = {.how = ACCESS_READ, .size = 20},
    [ARG_OBJECT] = {.how = ACCESS_READ | ACCESS_WRITE},
    [ARG_OBJECT_OR_NULL] = {.how = ACCESS_READ | ACCESS_WRITE},
    [ARG_MEM40] = {.how = ACCESS_READ, .size = 40},
};

static const struct memory_kind *memory_kind(enum helper_arg a)
{
	bool is = (size_t)a < sizeof memory_kinds / sizeof *memory_kinds && memory_kinds[a].how;
	return is ? &memory_kinds[a] : NULL;
}

static bool has_outputs(const struct helper_row *row)
{
	for (unsigned i = 0; i < 5; i++) {
		const struct memory_kind *k = memory_kind(row->args[i]);
		if ((k && k->how & ACCESS_WRITE) || row->args[i] == ARG_VALUE_OUT)
			return true;
	}
	return false;
}

/* An address given as a number: others see it, or the result may tell of it (strict_check_call in checker/exec). */
static bool check_number(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	const struct aval *a = &c->arg[i];
	bool tells = aval_is_pointer(a) || (a->kind == KIND_NUMBER && state_tainted(s, a));
	bool decides = contract_calls_back(c->row) || c->row->ret != RET_INT; /* what runs, what is found */
	bool seen = contract_is_visible(c->row) || has_outputs(c->row) || decides;
	if (!contract_hides(v) || a->kind == KIND_NONE)
		return true;
	c->flows |= tells;
	return prover_oblige(v, s, OBLIGATION_SECRET, !tells || !seen, "argument %u of %s%s %s a kernel address", i + 1,
			     contract_prefix(c->row), c->row->name, tells ? "may tell" : "does not tell");
}

/* Bytes of the stack that [p, p + most) may reach hold no address. */
static bool stack_is_plain(const struct astate *s, const struct aval *p, uint64_t most)
{
	struct scalar f = state_number(s, p);
	int64_t lo = f.smin < -STACK_BYTES ? -STACK_BYTES : f.smin;
	int64_t hi = most > STACK_BYTES || f.smax > -(int64_t)most ? 0 : f.smax + (int64_t)most;
	return lo >= hi || !stack_is_secret(s, p->object, (uint32_t)(lo + STACK_BYTES), (uint32_t)(hi + STACK_BYTES));
}

/* A pointer that a probe takes as a number: it may lead anywhere, since probes fail softly, but what was spilled must
 * not come back as a number. */
static bool check_followed(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	struct aval a;
	if (!transfer_read(v, s, i + 1, &a))
		return false;
	bool plain = a.kind != KIND_STACK || !contract_hides(v) || stack_is_plain(s, &a, c->sizes[0].umax);
	return prover_oblige(v, s, OBLIGATION_SECRET, plain, "bpf_%s copies no spilled pointer", c->row->name);
}

static bool check_any(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	bool probe = c->row->model == MODEL_PROBE_READ || c->row->model == MODEL_PROBE_READ_STR;
	if (probe && i == 2)
		return check_followed(v, s, c, i);
	if (contract_calls_back(c->row) && aval_is_pointer(&c->arg[i]))
		return true;
	return check_number(v, s, c, i);
}

/* check_mem_size_reg, by the facts rather than by the form of the bounds. */
static bool check_size(struct prover *v, struct astate *s, struct call *c, unsigned i, struct scalar *out)
{
	bool zero = c->row->args[i] == ARG_SIZE0;
	struct aval a;
	if (!transfer_read(v, s, i + 1, &a) || !contract_oblige(v, s, c, i, a.kind == KIND_NUMBER, "a number of bytes"))
		return false;
	*out = state_number(s, &a);
	if (!prover_oblige(v, s, OBLIGATION_SECRET, !contract_hides(v) || !state_tainted(s, &a),
			   "a size tells nothing of an address"))
		return false;
	if (!contract_oblige(v, s, c, i, out->umax < MAX_MEM_SIZE, "a size that is bounded and not negative"))
		return false;
	return zero || contract_oblige(v, s, c, i, out->umin > 0, "a size other than 0");
}

static bool size_follows(const struct helper_row *row, unsigned i)
{
	return i < 4 && (row->args[i + 1] == ARG_SIZE || row->args[i + 1] == ARG_SIZE0);
}

/* Helpers that get along with memory in the packet (pkt_access in their bpf_func_proto); from there others may read,
 * but not while they move it. Sharers of a packet must not see what a helper writes. */
static bool check_packet(struct prover *v, const struct astate *s, const struct call *c, unsigned i, unsigned how)
{
	bool apart = !(how & ACCESS_WRITE) && !(c->row->effects & (PKT_MOVE | PKT_WRITE));
	if (c->arg[i].kind != KIND_PACKET || apart || v->p->type == PROGTYPE_CGROUP_SOCKOPT)
		return true;
	return contract_oblige(v, s, c, i, false, "in the packet");
}

/* Is it a pointer, or NULL? NULL with an offset is neither. */
static bool may_be_empty(const struct astate *s, const struct aval *a)
{
	uint64_t off;
	bool pointer = aval_is_pointer(a) || a->followable;
	return contract_is_null(s, a) || (pointer && (!a->maybe_null || (contract_offset(s, a, &off) && !off)));
}

static bool check_memory(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	const struct memory_kind *k = memory_kind(c->row->args[i]);
	struct scalar *size = &c->sizes[i];
	char text[TEXT];
	*size = scalar_const(k->size);
	if (!k->size && !size_follows(c->row, i))
		return prover_unmodelled(v, s, REASON_HELPER, c->row->name);
	if (!k->size && !check_size(v, s, c, i + 1, size))
		return false;
	bool nothing = contract_is_null(s, &c->arg[i]) && size->umax == 0;
	if (size->umax == 0 && !contract_oblige(v, s, c, i, may_be_empty(s, &c->arg[i]), "a pointer to memory"))
		return false;
	if (!check_packet(v, s, c, i, k->how))
		return false;
	return nothing || !(k->how & ACCESS_READ) ||
	       access_bytes(v, s, &c->arg[i], *size, ACCESS_READ | ACCESS_HELPER, !contract_hides(v),
			    argument_name(text, c, i));
}

static bool write_memory(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	const struct memory_kind *k = memory_kind(c->row->args[i]);
	struct scalar size = c->sizes[i];
	char text[TEXT];
	if (!k || !(k->how & ACCESS_WRITE) || (contract_is_null(s, &c->arg[i]) && size.umax == 0))
		return true;
	return access_bytes(v, s, &c->arg[i], size, (k->how & ~(unsigned)ACCESS_READ) | ACCESS_HELPER, true,
			    argument_name(text, c, i));
}

static bool check_context(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	enum helper_arg kind = c->row->args[i];
	if (kind == ARG_CTX_OR_NULL && contract_is_null(s, &c->arg[i]))
		return true;
	if (kind == ARG_CTX_OR_KERNEL && !progtype_is_in(CONTEXT_IS_SOCKET, v->p->type))
		return contract_check_object(v, s, c, i);
	return contract_oblige(v, s, c, i, contract_is_whole(s, &c->arg[i], KIND_CTX), "the context");
}

static bool check_record(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	const struct aval *a = &c->arg[i];
	bool held = held_holds(s, a->ref);
	if (!contract_oblige(v, s, c, i, contract_is_whole(s, a, KIND_MEM) && a->ref && held, "a ring buffer record"))
		return false;
	c->released = a->ref;
	return true;
}

/* NUL-terminated within the bytes that nobody changes (check_reg_const_str). */
static bool is_string(const struct prover *v, const struct astate *s, const struct aval *a)
{
	uint64_t off;
	if (a->kind != KIND_VALUE || a->maybe_null || !contract_offset(s, a, &off))
		return false;
	const struct map *m = &v->p->object->maps[a->object];
	if (!m->is_data || !m->frozen || off >= m->value_size)
		return false;
	const uint8_t *end = memchr(m->bytes + off, 0, m->value_size - off);
	for (size_t i = 0; end && i < m->n_vars; i++) {
		const struct variable *x = &m->vars[i];
		bool before = x->off + x->size <= off, behind = m->bytes + x->off > end;
		if (x->is_volatile && !before && !behind)
			return false;
	}
	return end;
}

static bool check_string(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	return contract_oblige(v, s, c, i, is_string(v, s, &c->arg[i]), "a string that ends and nobody changes");
}

static bool is_memory(const struct aval *a)
{
	return a->kind == KIND_STACK || a->kind == KIND_VALUE || a->kind == KIND_MEM || a->kind == KIND_PACKET;
}

/* A structure of the program's in place of a kernel object: without it the kind of the object would have to be known.
 */
static bool check_typed(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	char text[TEXT];
	uint32_t size = kfunc_object_size(c->row, i);
	if (!is_memory(&c->arg[i]) || !size)
		return prover_unmodelled(v, s, REASON_KFUNC, c->row->name);
	c->sizes[i] = scalar_const(size);
	return access_bytes(v, s, &c->arg[i], c->sizes[i], ACCESS_READ | ACCESS_HELPER, !contract_hides(v),
			    argument_name(text, c, i));
}

static bool check_argument(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	const struct aval *a = &c->arg[i];
	/* clang-format off */
	switch (c->row->args[i]) {
	case ARG_NONE: case ARG_SIZE: case ARG_SIZE0: return true; /* sizes: with the memory before them */
	case ARG_ANY: case ARG_INT: return check_any(v, s, c, i);
	case ARG_CTX: case ARG_CTX_OR_NULL: case ARG_CTX_OR_KERNEL: return check_context(v, s, c, i);
	case ARG_MAP: return contract_check_map(v, s, c, i);
	case ARG_KEY: return contract_check_key(v, s, c, i);
	case ARG_VALUE_OR_NULL:
		c->arg[i].maybe_null = false;
		return contract_is_null(s, a) || contract_check_value(v, s, c, i, ACCESS_READ);
	case ARG_VALUE: return contract_check_value(v, s, c, i, ACCESS_READ);
	case ARG_VALUE_OUT: return true; /* see write_argument */
	case ARG_MEM: case ARG_MEM_OR_NULL: case ARG_MEM_OUT: case ARG_MEM_OUT_OR_NULL: case ARG_MEM_PART:
	case ARG_MEM_INOUT: case ARG_OUT4: case ARG_OUT8: case ARG_INOUT4: case ARG_MEM20: case ARG_MEM40:
		return check_memory(v, s, c, i);
	case ARG_STRING: return check_string(v, s, c, i);
	case ARG_FUNC: return contract_oblige(v, s, c, i, contract_is_whole(s, a, KIND_FUNC), "a function of the program");
	case ARG_RECORD: return check_record(v, s, c, i);
	case ARG_KERNEL: case ARG_KERNEL_OR_NULL: return contract_check_object(v, s, c, i);
	case ARG_LOCK: case ARG_TIMER: case ARG_DYNPTR: case ARG_DYNPTR_OUT: case ARG_KPTR: case ARG_PERCPU:
		return true; /* contract_rule.c */
	case ARG_OBJECT: case ARG_OBJECT_OR_NULL: return check_typed(v, s, c, i);
	}
	/* clang-format on */
	return false;
}

/* An argument that the row ignores behind the ones it needs may be anything. */
static bool read_argument(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	bool lax = (c->row->effects & LAX_ARGS) && c->row->args[i] == ARG_ANY;
	if (lax && s->r[i + 1].kind == KIND_NONE)
		return true;
	return transfer_read(v, s, i + 1, &c->arg[i]);
}

static bool write_argument(struct prover *v, struct astate *s, struct call *c, unsigned i)
{
	if (c->row->args[i] == ARG_VALUE_OUT)
		return contract_check_value(v, s, c, i, ACCESS_WRITE);
	return write_memory(v, s, c, i);
}

/* All is read before anything is written. */
bool contract_check_arguments(struct prover *v, struct astate *s, struct call *c)
{
	unsigned n = 0;
	for (; n < 5 && c->row->args[n] != ARG_NONE; n++)
		if (!read_argument(v, s, c, n) || !check_argument(v, s, c, n))
			return false;
	for (unsigned i = 0; i < n; i++)
		if (!write_argument(v, s, c, i))
			return false;
	return true;
}
