/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Socket buffer bytes and checksums (net/core/filter.c, include/net/checksum.h),
 * over the bytes [0, PKT_LEN + PKT_EXTRA). ip_summed is taken to be neither
 * CHECKSUM_COMPLETE nor CHECKSUM_PARTIAL: no checksum state beside the bytes.
 */
#include "machine.h"

#include <linux/bpf.h>
#include <string.h>

#define CSUM_MANGLED_0 0xffffu

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

static uint32_t csum_partial(const uint8_t *bytes, uint64_t n, uint32_t sum)
{
	for (uint64_t i = 0; i < n; i += 4) {
		uint32_t word;
		memcpy(&word, bytes + i, sizeof word);
		sum = csum_add(sum, word);
	}
	return sum;
}

/* Since 6.13 the result is folded to 16 bits on every architecture; before it depended on the architecture. */
void helper_run_CSUM_DIFF(struct machine *m, struct helper_call *c)
{
	(void)m;
	uint64_t from = c->len[0], to = c->len[2];
	uint32_t sum = (uint32_t)c->arg[4].word;
	helper_return(c, -EXEC_EINVAL);
	if ((from | to) & 3)
		return;
	if (from && to)
		sum = csum_add(csum_partial(c->read[2], to, sum), ~csum_partial(c->read[0], from, 0));
	else if (to)
		sum = csum_partial(c->read[2], to, sum);
	else if (from)
		sum = ~csum_partial(c->read[0], from, ~sum);
	sum += sum >> 16 | sum << 16;
	helper_return(c, sum >> 16);
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
	static const uint8_t zero;
	uint64_t n = c->len[2];
	const uint8_t *from = packet_range(m, (uint32_t)c->arg[1].word, n);
	for (uint64_t i = 0; !from && i < n; i++)
		memory_write(m, c->arg[2], (int64_t)i, 1, &zero);
	if (from)
		memory_write(m, c->arg[2], 0, n, from);
	helper_return(c, from ? 0 : -EXEC_EFAULT);
}

void helper_run_SKB_STORE_BYTES(struct machine *m, struct helper_call *c)
{
	helper_return(c, -EXEC_EINVAL);
	if (c->arg[4].word & ~(uint64_t)(BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH))
		return;
	uint8_t *to = packet_range(m, (uint32_t)c->arg[1].word, c->len[2]);
	if (to)
		memcpy(to, c->read[2], c->len[2]);
	helper_return(c, to ? 0 : -EXEC_EFAULT);
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
	memcpy(field, &sum, sizeof sum);
	helper_return(c, 0);
}

/* inet_proto_csum_replace{2,4,_by_diff}: the two-byte form takes the operands as 16 bits of a 32-bit sum. */
void helper_run_L4_CSUM_REPLACE(struct machine *m, struct helper_call *c)
{
	const uint64_t ipv6 = 1u << 7; /* BPF_F_IPV6, Linux 6.14: only steers CHECKSUM_COMPLETE */
	const uint64_t legal =
	    BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE | BPF_F_PSEUDO_HDR | BPF_F_HDR_FIELD_MASK | ipv6;
	uint64_t from = c->arg[2].word, to = c->arg[3].word, flags = c->arg[4].word,
		 size = flags & BPF_F_HDR_FIELD_MASK;
	uint16_t sum;
	helper_return(c, -EXEC_EINVAL);
	if (flags & ~legal)
		return;
	helper_return(c, -EXEC_EFAULT);
	uint8_t *field = csum_field(m, c);
	if (!field)
		return;
	memcpy(&sum, field, sizeof sum);
	helper_return(c, 0);
	if ((flags & BPF_F_MARK_MANGLED_0) && !(flags & BPF_F_MARK_ENFORCE) && !sum)
		return;
	if (size == 0 && from == 0) {
		sum = replace_diff(sum, to);
	} else if (size == 2) {
		sum = replace4(sum, from & 0xffff, to & 0xffff);
	} else if (size == 4) {
		sum = replace4(sum, from, to);
	} else {
		helper_return(c, -EXEC_EINVAL);
		return;
	}
	if ((flags & BPF_F_MARK_MANGLED_0) && !sum)
		sum = CSUM_MANGLED_0;
	memcpy(field, &sum, sizeof sum);
}
