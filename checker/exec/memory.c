/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory access of the concrete machine: every access is checked against its region's rules. */
#include "machine.h"

#include <string.h>

enum access { ACCESS_READ, ACCESS_WRITE };

static const char *const region_names[] = {
    [REGION_NONE] = "a number",        [REGION_STACK] = "the stack",   [REGION_CTX] = "the context",
    [REGION_PACKET] = "the packet",    [REGION_VALUE] = "a map value", [REGION_MEM] = "a ring buffer record",
    [REGION_KERNEL] = "kernel memory", [REGION_MAP] = "a map object",  [REGION_FUNC] = "a function",
    [REGION_WORD] = "kernel memory",   [REGION_KEY] = "a map key",
    [REGION_FLOW] = "the flow keys",   [REGION_DYNPTR] = "a dynptr",
};

static bool is_kernel(const struct region *r)
{
	return r->kind == REGION_KERNEL || r->kind == REGION_WORD;
}

/* An element whose replacement or deletion was the map's last change, and its only one since the element was made,
 * keeps its bytes; the next change may give its memory to another. An LRU map may give away any other element's. */
static void check_element(struct machine *m, const struct region *r)
{
	const struct map_state *s = &m->maps[r->map];
	if (s->def->is_data)
		return;
	if (maptype_rows[s->def->type].model == MAP_LRU && r->element->gen != s->changes)
		machine_stop(m, REASON_EVICTION, "access to an element of map %s", s->def->name);
	/* after a call that may have changed maps; and in safety runs any, whose memory may be another element's by now */
	if (r->gen < s->floor || (m->opt->safety && r->gen != r->element->gen))
		machine_stop(m, REASON_DEAD_VALUE, "access to an element of map %s", s->def->name);
	if (r->gen != r->element->gen && s->changes != r->gen + 1)
		machine_fault(m, FAULT_DEAD_VALUE, "the element of map %s was replaced or deleted", s->def->name);
}

static void check_alive(struct machine *m, const struct region *r)
{
	if (r->kind == REGION_PACKET && r->gen != m->pkt.epoch)
		machine_fault(m, FAULT_STALE, "the packet moved after this packet pointer was made");
	if (r->kind == REGION_VALUE)
		check_element(m, r);
	if (r->dead && r->kind == REGION_KEY) /* the kernel keeps another call's index there */
		machine_stop(m, REASON_CALLBACK, "the key of an earlier call is used");
	if (r->dead)
		machine_fault(m, FAULT_RELEASED, "%s is used after it was given back", region_names[r->kind]);
}

static void check_bounds(struct machine *m, const struct region *r, int64_t off, uint64_t n, enum access a)
{
	int64_t lo = 0, hi = (int64_t)r->size;
	if (r->kind == REGION_PACKET) {
		lo = m->pkt.data_meta;
		hi = m->pkt.data_end;
	}
	if (off < lo || off > hi || n > (uint64_t)(hi - off))
		machine_fault(m, FAULT_BOUNDS, "%s of %llu bytes at offset %lld of %s, whose bytes are [%lld, %lld)",
			      a == ACCESS_READ ? "read" : "write", (unsigned long long)n, (long long)off,
			      region_names[r->kind], (long long)lo, (long long)hi);
}

static void check_writable(struct machine *m, const struct region *r)
{
	if (m->opt->safety && is_kernel(r))
		demand_check_kernel_write(m, r);
	bool kernel = is_kernel(r) && !progtype_writes_kernel(m->p->type);
	if (kernel || r->kind == REGION_KEY || (r->kind == REGION_PACKET && !progtype_rows[m->p->type].packet_write) ||
	    (r->kind == REGION_VALUE && m->maps[r->map].def->is_data && m->maps[r->map].def->frozen))
		machine_fault(m, FAULT_READ_ONLY, "write to %s, which is read-only here", region_names[r->kind]);
}

/* The region that `at` points into, after every check; *off becomes relative to its offset 0. */
static struct region *check_access(struct machine *m, struct value at, int64_t *off, uint64_t n, enum access a)
{
	struct region *r = &m->regions[at.region];
	if (r->kind == REGION_NONE) {
		if (at.word == 0)
			machine_fault(m, FAULT_NULL, "null pointer is dereferenced");
		machine_fault(m, FAULT_NOT_POINTER, "the number 0x%llx is used as a pointer",
			      (unsigned long long)at.word);
	}
	*off = (int64_t)(at.word + (uint64_t)*off - r->base);
	check_alive(m, r);
	if (m->opt->safety)
		demand_check_access(m, r, a == ACCESS_WRITE);
	if (r->kind == REGION_DYNPTR)
		machine_fault(m, FAULT_NOT_POINTER, "a dynptr is used as a pointer");
	if (r->kind == REGION_MAP || r->kind == REGION_FUNC)
		machine_stop(m, REASON_INSN, "access to %s", region_names[r->kind]);
	if (a == ACCESS_WRITE)
		check_writable(m, r);
	if (r->kind == REGION_CTX && a == ACCESS_WRITE)
		context_check_write(m, *off, n);
	if (!is_kernel(r) && r->kind != REGION_CTX)
		check_bounds(m, r, *off, n, a);
	if (m->opt->safety)
		demand_check_bytes(m, r, *off, n);
	return r;
}

/* The bytes behind an offset that passed check_access. */
static uint8_t *bytes_at(struct machine *m, struct region *r, int64_t off, uint64_t n)
{
	switch (r->kind) {
	case REGION_STACK:
		return r->stack->bytes + off;
	case REGION_PACKET:
		packet_fill(m, off, n);
		return packet_at(m, off);
	case REGION_VALUE:
		return (r->gen == r->element->gen ? element_bytes(m, r->map, r->element) : r->bytes) + off;
	case REGION_MEM:
	case REGION_KEY:
	case REGION_FLOW:
		return r->bytes + off;
	case REGION_NONE:
	case REGION_CTX:
	case REGION_KERNEL:
	case REGION_MAP:
	case REGION_FUNC:
	case REGION_WORD:
	case REGION_DYNPTR:
		break;
	}
	__builtin_trap(); /* a bug: the caller handles the context and kernel memory, check_access the rest */
}

/* A program with CAP_PERFMON may read what is left on the stack (allow_uninit_stack of the kernel's verifier). */
static void check_known(struct machine *m, const struct stack_memory *s, int64_t off, uint64_t n)
{
	if (m->opt->safety & SAFETY_PRIVILEGED)
		return;
	for (uint64_t i = 0; i < n; i++)
		if (!s->known[(uint64_t)off + i])
			machine_fault(m, FAULT_STACK_UNINIT, "stack byte at r10%+lld of its frame was never written",
				      (long long)off + (long long)i - STACK_SIZE);
}

void memory_read(struct machine *m, struct value at, int64_t off, uint64_t n, uint8_t *out)
{
	if (!n)
		return;
	struct region *r = check_access(m, at, &off, n, ACCESS_READ);
	if (r->kind == REGION_CTX) {
		context_read(m, off, n, out);
		return;
	}
	if (is_kernel(r)) {
		for (uint64_t i = 0; i < n; i++)
			out[i] = after_kernel_byte(m, r->base + (uint64_t)off + i);
		return;
	}
	if (r->kind == REGION_STACK)
		check_known(m, r->stack, off, n);
	memcpy(out, bytes_at(m, r, off, n), n);
}

void memory_check_write(struct machine *m, struct value at, uint64_t n)
{
	int64_t off = 0;
	if (n)
		check_access(m, at, &off, n, ACCESS_WRITE);
}

void memory_check_field(struct machine *m, struct value at, uint64_t n)
{
	struct region *r = &m->regions[at.region];
	check_alive(m, r);
	check_writable(m, r);
	check_bounds(m, r, (int64_t)(at.word - r->base), n, ACCESS_WRITE);
}

void memory_write_field(struct machine *m, struct value at, uint64_t n, const void *bytes)
{
	struct region *r = &m->regions[at.region];
	memory_check_field(m, at, n);
	memcpy(bytes_at(m, r, (int64_t)(at.word - r->base), n), bytes, n);
	m->changes++;
}

static void mark_stack(struct stack_memory *s, uint64_t off, uint64_t n)
{
	memset(s->known + off, true, n);
	memset(s->secret + off, false, n);
	for (uint64_t i = off / 8; i <= (off + n - 1) / 8; i++)
		s->spill[i] = 0;
}

void memory_write(struct machine *m, struct value at, int64_t off, uint64_t n, const uint8_t *bytes)
{
	if (!n)
		return;
	struct region *r = check_access(m, at, &off, n, ACCESS_WRITE);
	if (r->kind == REGION_CTX) {
		m->changes++;
		context_write(m, off, n, bytes);
		return;
	}
	if (is_kernel(r)) {
		m->changes++;
		for (uint64_t i = 0; i < n; i++)
			after_write_kernel(m, r->base + (uint64_t)off + i, bytes[i]);
		return;
	}
	uint8_t *to = bytes_at(m, r, off, n);
	if (r->kind == REGION_STACK)
		mark_stack(r->stack, (uint64_t)off, n);
	else
		m->changes += memcmp(to, bytes, n) != 0;
	memcpy(to, bytes, n);
}

struct value memory_load(struct machine *m, struct value at, int64_t off, unsigned n)
{
	uint8_t bytes[8] = {0};
	struct value v = {0, 0};
	struct region *r = &m->regions[at.region];
	int64_t where = (int64_t)(at.word + (uint64_t)off - r->base);
	if (r->kind == REGION_CTX)
		return context_load(m, where, n);
	memory_read(m, at, off, n, bytes);
	memcpy(&v.word, bytes, sizeof bytes);
	r = &m->regions[at.region];
	if (r->kind == REGION_STACK && n == 8 && where % 8 == 0)
		v.region = r->stack->spill[where / 8];
	bool pointer = r->kind == REGION_VALUE && map_holds_pointer(m->maps[r->map].def, (uint64_t)where);
	if (n == 8 && (is_kernel(r) || pointer))
		v.region = WORD_REGION;
	return v;
}

void memory_store(struct machine *m, struct value at, int64_t off, unsigned n, struct value v)
{
	uint8_t bytes[8];
	memcpy(bytes, &v.word, sizeof bytes);
	memory_write(m, at, off, n, bytes);
	struct region *r = &m->regions[at.region];
	int64_t where = (int64_t)(at.word + (uint64_t)off - r->base);
	if (r->kind == REGION_STACK && n == 8 && where % 8 == 0)
		r->stack->spill[where / 8] = v.region;
	demand_check_kptr(m, r, (uint64_t)where, v);
}

bool memory_probe(struct machine *m, struct value at, int64_t off, uint8_t *byte)
{
	struct region *r = &m->regions[at.region];
	off = (int64_t)(at.word + (uint64_t)off - r->base);
	bool packet = r->kind == REGION_PACKET, stack = r->kind == REGION_STACK && r->stack;
	bool value = r->kind == REGION_VALUE && r->gen == r->element->gen;
	if (r->dead || (packet && r->gen != m->pkt.epoch) || !(packet || stack || value || r->kind == REGION_MEM))
		return false;
	if (off < (packet ? m->pkt.data_meta : 0) || off >= (packet ? m->pkt.data_end : (int64_t)r->size))
		return false;
	if (stack && !r->stack->known[off])
		return false;
	*byte = *bytes_at(m, r, off, 1);
	return true;
}

struct stack_memory *memory_stack(struct machine *m, struct value at)
{
	return m->regions[at.region].kind == REGION_STACK ? m->regions[at.region].stack : NULL;
}

bool memory_is_shared(const struct machine *m, struct value at)
{
	const struct region *r = &m->regions[at.region];
	if (r->kind != REGION_VALUE)
		return is_kernel(r);
	const struct map *def = m->maps[r->map].def;
	return def->is_data ? !def->frozen : maptype_rows[def->type].shared;
}
