/* SPDX-License-Identifier: BSD-2-Clause */
/* CO-RE records of .BTF.ext: checked, sorted, and given to the programs that hold their instructions. */
#include "core.h"

#include "loader.h"
#include "memory.h"

#include <string.h>

bool core_add_record(struct loader *l, const char *section, const uint8_t *record, uint32_t size)
{
	(void)size;
	uint32_t off = image_word(record), type = image_word(record + 4), access = image_word(record + 8),
		 kind = image_word(record + 12);
	l->o->n_core_relos++;
	if (access >= l->strings_len || type >= btf__type_cnt(l->btf))
		return image_fail(
		    &l->im,
		    "section .BTF.ext: expected type and access string of a CO-RE relocation of section %s inside .BTF",
		    section);
	if (kind >= CORE_KINDS)
		return image_fail(
		    &l->im, "section .BTF.ext: expected a kind below %d for a CO-RE relocation of section %s, found %u",
		    CORE_KINDS, section, kind);
	const struct section *s = image_find_section(&l->im, section);
	if (off % SLOT || (s && off >= s->size))
		return image_fail(
		    &l->im,
		    "section .BTF.ext: expected an instruction at offset 0x%x of section %s for a CO-RE relocation",
		    off, section);
	if (s)
		*MEMORY_PUSH(l->relos, l->n_relos) =
		    (struct core_record){(uint32_t)(s - l->im.sections), off / SLOT,          type, access,
					 (uint32_t)l->o->n_core_relos,   (enum core_kind)kind};
	return true;
}

static int compare_records(const void *a, const void *b)
{
	const struct core_record *x = a, *y = b;
	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return (x->slot > y->slot) - (x->slot < y->slot);
}

/* Sorted, one of equal ones kept. */
bool core_settle_records(struct loader *l)
{
	if (!l->n_relos)
		return true;
	qsort(l->relos, l->n_relos, sizeof *l->relos, compare_records);
	size_t kept = 1;
	for (size_t i = 1; i < l->n_relos; i++) {
		const struct core_record *last = &l->relos[kept - 1], *r = &l->relos[i];
		if (compare_records(last, r)) {
			l->relos[kept++] = *r;
			continue;
		}
		if (last->type != r->type || last->access != r->access || last->kind != r->kind)
			return image_fail(&l->im,
					  "section %s: offset 0x%x: expected at most one CO-RE relocation for an "
					  "instruction",
					  l->im.sections[r->section].name, r->slot * SLOT);
	}
	l->n_relos = kept;
	return true;
}

/* As bpf_core_patch_insn in libbpf: arithmetic with an immediate, loads and stores, plain 64-bit immediates. */
static bool can_hold(const struct insn *in)
{
	switch (in->op == ISA_WIDE_TAIL ? FORM_EXIT : isa_rows[in->op].form) {
	case FORM_ALU:
		return in->k;
	case FORM_WIDE:
		return in->src == WIDE_CONST;
	case FORM_LDX:
	case FORM_LDXS:
	case FORM_ST:
	case FORM_STX:
	case FORM_ATOMIC:
	case FORM_LOAD_ACQ:
	case FORM_STORE_REL:
		return true;
	case FORM_ALUX:
	case FORM_ALU1:
	case FORM_END:
	case FORM_JA:
	case FORM_JAL:
	case FORM_JMP:
	case FORM_MAYGOTO:
	case FORM_CAST:
	case FORM_CALL:
	case FORM_EXIT:
	case FORM_LDABS:
	case FORM_LDIND:
		break;
	}
	return false;
}

/* The structures that describe contexts. Programs made with all of a kernel's types relocate them too. */
static const struct {
	const char *name;
	enum context_layout layout;
} contexts[] = {
    {"xdp_md", CONTEXT_XDP_MD},
    {"__sk_buff", CONTEXT_SK_BUFF},
    {"bpf_sock", CONTEXT_SOCK},
    {"bpf_sock_ops", CONTEXT_SOCK_OPS},
    {"bpf_sock_addr", CONTEXT_SOCK_ADDR},
    {"bpf_sk_lookup", CONTEXT_SK_LOOKUP},
    {"bpf_sockopt", CONTEXT_SOCKOPT},
    {"bpf_sysctl", CONTEXT_SYSCTL},
    {"bpf_cgroup_dev_ctx", CONTEXT_CGROUP_DEV},
    {"sk_msg_md", CONTEXT_SK_MSG},
    {"sk_reuseport_md", CONTEXT_SK_REUSEPORT},
};

/* Headers of packets, which are where the protocols have them in every kernel: IEEE 802.3 and 802.1Q, RFC 791, 8200,
 * 9293 and 768. Bytes. */
static const struct {
	const char *name, *field;
	uint8_t off, size;
} headers[] = {
    {"ethhdr", "h_dest", 0, 6},
    {"ethhdr", "h_source", 6, 6},
    {"ethhdr", "h_proto", 12, 2},
    {"vlan_hdr", "h_vlan_TCI", 0, 2},
    {"vlan_hdr", "h_vlan_encapsulated_proto", 2, 2},
    {"iphdr", "tos", 1, 1},
    {"iphdr", "tot_len", 2, 2},
    {"iphdr", "id", 4, 2},
    {"iphdr", "frag_off", 6, 2},
    {"iphdr", "ttl", 8, 1},
    {"iphdr", "protocol", 9, 1},
    {"iphdr", "check", 10, 2},
    {"iphdr", "saddr", 12, 4},
    {"iphdr", "daddr", 16, 4},
    {"ipv6hdr", "flow_lbl", 1, 3},
    {"ipv6hdr", "payload_len", 4, 2},
    {"ipv6hdr", "nexthdr", 6, 1},
    {"ipv6hdr", "hop_limit", 7, 1},
    {"ipv6hdr", "saddr", 8, 16},
    {"ipv6hdr", "daddr", 24, 16},
    {"tcphdr", "source", 0, 2},
    {"tcphdr", "dest", 2, 2},
    {"tcphdr", "seq", 4, 4},
    {"tcphdr", "ack_seq", 8, 4},
    {"tcphdr", "window", 14, 2},
    {"tcphdr", "check", 16, 2},
    {"tcphdr", "urg_ptr", 18, 2},
    {"udphdr", "source", 0, 2},
    {"udphdr", "dest", 2, 2},
    {"udphdr", "len", 4, 2},
    {"udphdr", "check", 6, 2},
};

static bool is_header_field(const char *name, const char *field, uint64_t off, uint32_t size)
{
	for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
		if (!strcmp(headers[i].name, name) && !strcmp(headers[i].field, field))
			return headers[i].off == off && headers[i].size == size;
	return false;
}

static bool is_field(enum context_layout layout, const char *name, uint64_t off, uint32_t size)
{
	const struct context_field *f = context_find(layout, off);
	return f && f->off == off && f->size == size && !strcmp(f->name, name);
}

/* A field of a context that the compiler has at the offset of the interface, or one of a packet's header. */
static bool is_fixed(const struct core_path *p, const struct core_relo *r, const struct insn *in)
{
	enum isa_form form = isa_rows[in->op].form;
	bool adds = form == FORM_ALU, accesses = !adds && form != FORM_WIDE;
	uint64_t off = p->bits / 8, mine = (uint64_t)(int64_t)(adds ? in->imm : in->off);
	if (p->kind != CORE_FIELD_OFFSET || p->n != 2 || p->steps[0].index || !p->steps[1].name || mine != off)
		return false;
	const char *name = core_type_name(p->btf, p->root), *field = p->steps[1].name;
	for (size_t i = 0; i < sizeof contexts / sizeof *contexts; i++)
		if (!strcmp(name, contexts[i].name))
			return accesses && is_field(contexts[i].layout, field, off, r->size);
	return (adds || accesses) && is_header_field(name, field, off, r->size);
}

static void set_immediate(struct insn *in, uint32_t value)
{
	in->imm = (int32_t)value;
	if (in->op == ISA_LDDW)
		in->imm64 = value;
}

static bool add_relo(const struct loader *l, struct program *p, const struct core_record *r, uint32_t slot)
{
	struct core_path path;
	struct core_error e;
	struct core_relo relo = {
	    .slot = slot, .kind = r->kind, .type = r->type, .access = r->access, .number = r->number};
	const char *section = l->im.sections[r->section].name, *access = l->store->strings + r->access;
	if (!can_hold(&p->insns[slot]))
		return image_fail(
		    &l->im,
		    "section %s: offset 0x%x: expected an immediate or the offset of a load or store for a "
		    "CO-RE relocation (%s)",
		    section, r->slot * SLOT, core_rows[r->kind].text);
	if (!core_path_parse(l->btf, &relo, access, &path, &e) || !core_name_relo(&path, access, &relo, &e))
		return image_fail(&l->im, "section %s: offset 0x%x: CO-RE relocation: %s", section, r->slot * SLOT,
				  e.text);
	if (r->kind == CORE_TYPE_LOCAL) { /* no kernel's business */
		set_immediate(&p->insns[slot], r->type);
		p->has_type_ids = true;
		free(relo.text);
		return true;
	}
	relo.is_fixed = is_fixed(&path, &relo, &p->insns[slot]);
	*MEMORY_PUSH(p->relos, p->n_relos) = relo;
	return true;
}

bool core_add(const struct loader *l, struct program *p, const struct function *f, uint32_t at)
{
	size_t lo = 0, hi = l->n_relos;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct core_record *r = &l->relos[mid];
		if (r->section < f->section || (r->section == f->section && r->slot < f->start))
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < l->n_relos && l->relos[lo].section == f->section && l->relos[lo].slot < f->end; lo++)
		if (!add_relo(l, p, &l->relos[lo], at + l->relos[lo].slot - f->start))
			return false;
	return true;
}
