/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel demands of a program that only a proof of safety minds:
 * spin locks, which helper takes which map, what a program may do with a map's
 * values, alignment of atomics, the life of cast sockets, depth of the stack.
 */
#include "machine.h"

#include <linux/bpf.h>
#include <string.h>

#define HELPER_SPIN_LOCK 93
#define HELPER_SPIN_UNLOCK 94
#define MAX_ERRNO 4095 /* include/linux/err.h */

static bool is_lock(const struct helper_row *row)
{
	return row->id == HELPER_SPIN_LOCK || row->id == HELPER_SPIN_UNLOCK;
}

/* process_spin_lock */
static void turn_lock(struct machine *m, const struct helper_row *row)
{
	struct value at = m->r[1];
	const struct region *r = &m->regions[at.region];
	if (!(m->known & 2))
		machine_fault(m, FAULT_REG_UNINIT, "r1 is read before it is written");
	const struct special *f =
	    r->kind == REGION_VALUE ? map_find_special(m->maps[r->map].def, at.word - r->base, 1) : NULL;
	if (!f || f->kind != SPECIAL_LOCK || f->off != at.word - r->base)
		machine_fault(m, FAULT_HELPER_ARG, "argument 1 of bpf_%s is not a lock in a map value", row->name);
	if (row->id == HELPER_SPIN_LOCK && m->lock.region)
		machine_fault(m, FAULT_LOCK, "a lock is taken while one is held");
	if (row->id == HELPER_SPIN_UNLOCK && !m->lock.region)
		machine_fault(m, FAULT_LOCK, "a lock is given back that is not held");
	if (row->id == HELPER_SPIN_UNLOCK && (m->lock.region != at.region || m->lock.word != at.word))
		machine_fault(m, FAULT_LOCK, "another lock is given back than the one that is held");
	m->lock = row->id == HELPER_SPIN_LOCK ? at : (struct value){0};
}

bool demand_lock(struct machine *m, const struct helper_row *row)
{
	if (!is_lock(row)) {
		if (m->lock.region)
			machine_fault(m, FAULT_LOCK, "bpf_%s is called while a lock is held", row->name);
		return false;
	}
	turn_lock(m, row);
	return true; /* what others do meanwhile is of no interest */
}

void demand_check_unlocked(struct machine *m, const char *what)
{
	if (m->lock.region)
		machine_fault(m, FAULT_LOCK, "%s while a lock is held", what);
}

/* record_func_map: what changes a map that programs may only read */
static bool changes_map(const struct helper_row *row)
{
	return row->model == MODEL_MAP_UPDATE || row->model == MODEL_MAP_DELETE || row->id == BPF_FUNC_map_push_elem ||
	       row->id == BPF_FUNC_map_pop_elem;
}

void demand_check_map(struct machine *m, const struct helper_call *c)
{
	const struct map *def = m->maps[c->map].def;
	if (!helper_takes_map(c->row, def->type, m->p->type))
		machine_fault(m, FAULT_HELPER_ARG, "bpf_%s does not work on map %s of type %s", c->row->name, def->name,
			      maptype_rows[def->type].name);
	if ((def->flags & BPF_F_RDONLY_PROG) && changes_map(c->row))
		machine_fault(m, FAULT_READ_ONLY, "bpf_%s of map %s, which programs may only read", c->row->name,
			      def->name);
}

/* check_map_access_type */
static void check_flags(struct machine *m, const struct region *r, bool write)
{
	const struct map *def = m->maps[r->map].def;
	if (write && (def->flags & BPF_F_RDONLY_PROG))
		machine_fault(m, FAULT_READ_ONLY, "write to a value of map %s, which programs may only read",
			      def->name);
	if (!write && (def->flags & BPF_F_WRONLY_PROG))
		machine_fault(m, FAULT_WRITE_ONLY, "read of a value of map %s, which programs may only write",
			      def->name);
}

void demand_check_access(struct machine *m, const struct region *r, bool write)
{
	if (r->kind == REGION_VALUE)
		check_flags(m, r, write);
	if (r->kind == REGION_KERNEL && r->origin && m->regions[r->origin].dead)
		machine_fault(m, FAULT_RELEASED, "a socket is used after it was given back");
	if (r->kind == REGION_FUNC)
		machine_fault(m, FAULT_BOUNDS, "access to a function");
	if (r->kind == REGION_MAP && write)
		machine_fault(m, FAULT_READ_ONLY, "write to a map object");
}

/*
 * check_mem_access with strict_alignment_once: on some machines a misaligned
 * atomic stops the kernel, whatever the program is allowed otherwise. Where a
 * packet begins is not aligned (atomic_ptr_type_ok).
 */
void demand_check_atomic(struct machine *m, const struct insn *in, struct value at)
{
	const struct region *r = &m->regions[at.region];
	uint64_t off = at.word + (uint64_t)(int64_t)in->off - r->base;
	if (r->kind == REGION_PACKET)
		machine_fault(m, FAULT_ALIGNMENT, "atomic operation on the packet");
	if (at.region > WORD_REGION && off % (in->width / 8u))
		machine_fault(m, FAULT_ALIGNMENT, "atomic operation on %u bytes at offset %lld", in->width / 8u,
			      (long long)off);
}

/* is_ptr_cast_function: the same socket, which lives as long as the first pointer to it */
static bool is_cast(const struct helper_row *row)
{
	static const uint32_t casts[] = {
	    BPF_FUNC_tcp_sock,
	    BPF_FUNC_sk_fullsock,
	    BPF_FUNC_skc_to_tcp_sock,
	    BPF_FUNC_skc_to_tcp6_sock,
	    BPF_FUNC_skc_to_udp6_sock,
	    BPF_FUNC_skc_to_mptcp_sock,
	    BPF_FUNC_skc_to_tcp_timewait_sock,
	    BPF_FUNC_skc_to_tcp_request_sock,
	};
	for (size_t i = 0; i < sizeof casts / sizeof *casts; i++)
		if (casts[i] == row->id)
			return true;
	return false;
}

void demand_note_cast(struct machine *m, const struct helper_call *c, struct region *r)
{
	uint32_t from = c->arg[0].region;
	if (!is_cast(c->row) || from <= WORD_REGION)
		return;
	uint32_t origin = m->regions[from].origin;
	r->origin = origin ? origin : from;
}

uint32_t demand_origin(const struct machine *m, uint32_t region)
{
	uint32_t origin = m->regions[region].origin;
	return origin ? origin : region;
}

/* update_stack_depth, check_max_stack_depth: a frame counts with what it used so far, in steps of 16 bytes; the kernel
 * counts what its function might use. */
static void check_depth(struct machine *m, const struct region *r, int64_t off)
{
	unsigned frame = 0, sum = 0;
	while (frame < m->depth && &m->regions[m->frames[frame].region] != r)
		frame++;
	struct frame *f = &m->frames[frame];
	if (off < 0 || off > STACK_SIZE || STACK_SIZE - off <= f->stack_used)
		return;
	f->stack_used = (uint16_t)(STACK_SIZE - off);
	for (unsigned i = 0; i <= m->depth; i++)
		sum += (m->frames[i].stack_used + 15u) & ~15u;
	if (sum > STACK_SIZE)
		machine_fault(m, FAULT_STACK_DEPTH, "the functions at work use %u bytes of stack", sum);
}

/* do_refine_retval_range: what fills a buffer returns no more than its size, or an errno. */
uint64_t demand_bound_result(const struct helper_call *c, uint64_t result)
{
	static const struct {
		uint32_t helper;
		unsigned buffer;
	} rows[] = {
	    {BPF_FUNC_probe_read_str, 0}, {BPF_FUNC_probe_read_kernel_str, 0}, {BPF_FUNC_probe_read_user_str, 0},
	    {BPF_FUNC_get_stack, 1},      {BPF_FUNC_get_task_stack, 1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t v = (int64_t)result, most = (int64_t)c->len[rows[i].buffer];
		if (rows[i].helper == c->row->id && (v > most || v < -MAX_ERRNO))
			return result % ((uint64_t)most + 1);
	}
	return result;
}

/* A kernel pointer, also one that is not trusted or points into user memory. */
static bool holds_pointer(const struct special *f)
{
	return f->kind == SPECIAL_KPTR || (f->kind == SPECIAL_OTHER && f->size == 8);
}

/* check_map_kptr_access, and what check_map_access says of the other fields: only 8 bytes of a kernel pointer at once
 */
static void check_special(struct machine *m, const struct region *r, int64_t off, uint64_t n)
{
	const struct map *def = m->maps[r->map].def;
	const struct special *f = map_find_special(def, (uint64_t)off, n);
	if (f && !(holds_pointer(f) && f->off == (uint64_t)off && n == f->size))
		machine_fault(m, FAULT_SPECIAL, "access to %llu bytes at offset %lld of a value of map %s",
			      (unsigned long long)n, (long long)off, def->name);
}

/* check_sock_access: a socket is what the UAPI struct shows of it */
static void check_socket(struct machine *m, const struct region *r, int64_t off, uint64_t n)
{
	static const struct {
		uint32_t helper;
		size_t size;
	} rows[] = {
	    {BPF_FUNC_sk_lookup_tcp, sizeof(struct bpf_sock)},  {BPF_FUNC_sk_lookup_udp, sizeof(struct bpf_sock)},
	    {BPF_FUNC_skc_lookup_tcp, sizeof(struct bpf_sock)}, {BPF_FUNC_sk_fullsock, sizeof(struct bpf_sock)},
	    {BPF_FUNC_tcp_sock, sizeof(struct bpf_tcp_sock)},   {BPF_FUNC_get_listener_sock, sizeof(struct bpf_sock)},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].helper == r->gen && (off < 0 || (uint64_t)off + n > rows[i].size))
			machine_fault(m, FAULT_BOUNDS, "access to %llu bytes at offset %lld of a socket, which has %zu",
				      (unsigned long long)n, (long long)off, rows[i].size);
}

void demand_check_bytes(struct machine *m, const struct region *r, int64_t off, uint64_t n)
{
	if (r->kind == REGION_KERNEL)
		check_socket(m, r, off, n);
	if (r->kind == REGION_STACK)
		check_depth(m, r, off);
	if (r->kind == REGION_VALUE)
		check_special(m, r, off, n);
}

bool demand_is_kptr(const struct machine *m, const struct region *r, uint64_t off)
{
	if (!m->opt->safety || r->kind != REGION_VALUE)
		return false;
	const struct special *f = map_find_special(m->maps[r->map].def, off, 8);
	return f && holds_pointer(f);
}

void demand_check_kptr(struct machine *m, const struct region *r, uint64_t off, struct value v)
{
	if (demand_is_kptr(m, r, off) && !v.region && v.word)
		machine_fault(m, FAULT_SPECIAL, "the number 0x%llx becomes a kernel pointer",
			      (unsigned long long)v.word);
}

/* Some structures of the kernel may be written, in some program types (btf_struct_access): no table says which. */
void demand_check_kernel_write(struct machine *m, const struct region *r)
{
	bool percpu = r->gen == BPF_FUNC_per_cpu_ptr || r->gen == BPF_FUNC_this_cpu_ptr;
	if (r->kind == REGION_WORD || m->p->type == PROGTYPE_STRUCT_OPS || percpu || r->gen >= KFUNC_ID)
		machine_stop(m, REASON_INSN, "write to a kernel object");
}

/* The type is unknown, or another program's. */
void demand_check_type(struct machine *m)
{
	if (m->p->type == PROGTYPE_UNSPEC || m->p->type == PROGTYPE_EXT)
		machine_stop(m, REASON_PROGTYPE, "programs of type %s", progtype_rows[m->p->type].name);
}

/* check_return_code: functions of the kernel that return nothing ask for no r0. */
bool demand_lacks_result(struct machine *m)
{
	struct return_range range;
	if (m->p->type == PROGTYPE_STRUCT_OPS)
		machine_stop(m, REASON_PROGTYPE, "whether a function of the kernel's structure returns something");
	return m->p->type == PROGTYPE_LSM &&
	       !progtype_return_range(m->p->type, m->p->expected_attach, m->p->expected, &range);
}

/* A program may return the hook's result so far, an argument that keeps the range (btf_ctx_access, is_retval). */
bool demand_returns_argument(const struct machine *m)
{
	uint32_t word;
	if (m->p->type != PROGTYPE_LSM)
		return false;
	for (size_t i = 0; i + sizeof word <= context_rows[m->layout].size; i += 8) {
		memcpy(&word, m->context + i, sizeof word);
		if (m->context_known[i] && word == (uint32_t)m->r[0].word)
			return true;
	}
	return false;
}
