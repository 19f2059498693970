/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Socket buffer bytes and checksums (net/core/filter.c, include/net/checksum.h),
 * over the bytes [0, PKT_LEN + PKT_EXTRA). Writing behind the linear part pulls
 * it in: data_end grows (skb_ensure_writable).
 */
#include "machine.h"

#include <linux/bpf.h>
#include <string.h>

/* Ones' complement sums, carries added back in. */
static uint32_t csum_add(uint32_t a, uint32_t b)
{
	uint32_t sum = a + b;
	return sum + (sum < b);
}

static uint16_t csum16_add(uint16_t a, uint16_t b)
{
	uint16_t sum = (uint16_t)(a + b);
	return (uint16_t)(sum + (sum < b));
}

static uint16_t csum_fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Checks [off, off + n) and returns it, NULL if it is not all there. */
static uint8_t *packet_range(struct machine *m, uint32_t off, uint64_t n)
{
	if (off > INT32_MAX || (int64_t)(off + n) > m->pkt.total)
		return NULL;
	packet_fill(m, off, n);
	return packet_at(m, off);
}

void helper_run_SKB_LOAD_BYTES(struct machine *m, struct helper_call *c)
{
	if (m->regions[c->arg[2].region].kind == REGION_PACKET) /* an overlap depends on the kernel's memcpy */
		machine_stop(m, REASON_HELPER, "bpf_skb_load_bytes into the packet");
	static const uint8_t zero;
	uint64_t n = c->len[2];
	const uint8_t *from = packet_range(m, (uint32_t)c->arg[1].word, n);
	if (m->p->type == PROGTYPE_FLOW_DISSECTOR && ((uint32_t)c->arg[1].word > 0xffff || !machine_input(m, IN_PKT_HAS, 0)))
		from = NULL; /* bpf_flow_dissector_load_bytes: there may be nothing but the headers, and no socket buffer */
	for (uint64_t i = 0; !from && i < n; i++)
		memory_write(m, c->arg[2], (int64_t)i, 1, &zero);
	if (from)
		memory_write(m, c->arg[2], 0, n, from);
	helper_return(c, from ? 0 : -EXEC_EFAULT);
}

/* Writes n bytes that packet_range found. */
static void store_range(struct machine *m, uint32_t off, const void *bytes, uint64_t n)
{
	int64_t end = (int64_t)(off + n);
	memcpy(packet_at(m, off), bytes, n);
	if (m->pkt.data_end < end)
		m->pkt.data_end = end;
}

void helper_run_SKB_STORE_BYTES(struct machine *m, struct helper_call *c)
{
	uint32_t off = (uint32_t)c->arg[1].word;
	static const uint8_t no_hash[4];
	uint64_t known = BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH;
	helper_return(c, -EXEC_EINVAL);
	if (c->arg[4].word & ~known)
		return;
	helper_return(c, -EXEC_EFAULT);
	if (!packet_range(m, off, c->len[2]))
		return;
	store_range(m, off, c->read[2], c->len[2]);
	if (c->arg[4].word & BPF_F_INVALIDATE_HASH) /* skb_clear_hash */
		context_write(m, offsetof(struct __sk_buff, hash), sizeof no_hash, no_hash);
	helper_return(c, 0);
}

/* The checksum field at argument 2's offset, NULL if there is none. */
static uint8_t *csum_field(struct machine *m, const struct helper_call *c)
{
	uint32_t off = (uint32_t)c->arg[1].word;
	return off > 0xffff || off & 1 ? NULL : packet_range(m, off, 2);
}

/* csum_replace_by_diff, csum_replace4 */
static uint16_t replace_diff(uint16_t sum, uint64_t diff)
{
	return csum_fold(csum_add((uint32_t)diff, ~(uint32_t)sum));
}

static uint16_t replace4(uint16_t sum, uint64_t from, uint64_t to)
{
	return csum_fold(csum_add(csum_add(~(uint32_t)sum, ~(uint32_t)from), (uint32_t)to));
}

static uint16_t replace2(uint16_t sum, uint64_t from, uint64_t to)
{
	uint16_t part = csum16_add((uint16_t)~sum, (uint16_t)~from);
	return (uint16_t)~csum16_add(part, (uint16_t)to);
}

void helper_run_L3_CSUM_REPLACE(struct machine *m, struct helper_call *c)
{
	uint64_t from = c->arg[2].word, to = c->arg[3].word, flags = c->arg[4].word;
	uint16_t sum;
	helper_return(c, -EXEC_EINVAL);
	if (flags & ~(uint64_t)BPF_F_HDR_FIELD_MASK)
		return;
	helper_return(c, -EXEC_EFAULT);
	uint8_t *field = csum_field(m, c);
	if (!field)
		return;
	helper_return(c, -EXEC_EINVAL);
	memcpy(&sum, field, sizeof sum);
	if (flags == 0 && from == 0)
		sum = replace_diff(sum, to);
	else if (flags == 2)
		sum = replace2(sum, from, to);
	else if (flags == 4)
		sum = replace4(sum, from, to);
	else
		return;
	store_range(m, (uint32_t)c->arg[1].word, &sum, sizeof sum);
	helper_return(c, 0);
}

/* What happens to the field depends on ip_summed, which a program can't see: an opaque call that leaves
 * OUT(pos, 1, 0..1) in the two bytes. */
void helper_run_L4_CSUM_REPLACE(struct machine *m, struct helper_call *c)
{
	const uint64_t legal = BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE | BPF_F_PSEUDO_HDR | BPF_F_HDR_FIELD_MASK;
	uint64_t pos = m->opaque_calls++, flags = c->arg[4].word, size = flags & BPF_F_HDR_FIELD_MASK;
	struct exec_event *e = machine_add_event(m, c->row->id, false);
	for (unsigned i = 1; i < 5; i++)
		e->args[e->n_args++] = c->row->args[i] == ARG_INT ? (uint32_t)c->arg[i].word : c->arg[i].word;
	helper_return(c, -EXEC_EINVAL);
	if (flags & ~legal)
		return;
	helper_return(c, -EXEC_EFAULT);
	if (!csum_field(m, c))
		return;
	helper_return(c, -EXEC_EINVAL);
	if ((size != 0 || c->arg[2].word != 0) && size != 2 && size != 4)
		return;
	uint8_t bytes[2];
	for (uint64_t i = 0; i < 2; i++)
		bytes[i] = (uint8_t)machine_input(m, IN_OUT, 3, pos, (uint64_t)1, i);
	store_range(m, (uint32_t)c->arg[1].word, bytes, sizeof bytes);
	helper_return(c, 0);
}
