/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The packet: one buffer around the first byte at entry (offset 0). Bytes come
 * from the input when they are first needed. Offsets: data_meta <= data <=
 * data_end <= total; [data_end, total) is reached by helpers only.
 */
#include "machine.h"

#include <linux/filter.h>
#include <string.h>

void packet_init(struct machine *m)
{
	struct packet *k = &m->pkt;
	if (m->packet_kind == PACKET_NONE)
		return;
	k->len = machine_input(m, IN_PKT_LEN, 0);
	if (m->packet_kind == PACKET_BUFFER && k->len > BUFFER_MAX)
		k->len = BUFFER_MAX;
	k->extra = m->packet_kind == PACKET_SKB ? machine_input(m, IN_PKT_EXTRA, 0) : 0;
	k->headroom = machine_input(m, IN_HEADROOM, 0);
	k->tailroom = machine_input(m, IN_TAILROOM, 0);
	k->data_end = (int64_t)k->len;
	k->total = (int64_t)(k->len + k->extra);
	if (progtype_has_metadata(m->p->type))
		k->data_meta = -(int64_t)(machine_input(m, IN_META_LEN, 0) & METADATA_MASK);
	k->room = PACKET_LOW + k->len + k->extra + k->tailroom;
	k->bytes = machine_alloc(k->room);
	k->known = machine_alloc(k->room);
}

struct value packet_pointer(struct machine *m, enum field_kind kind)
{
	struct packet *k = &m->pkt;
	if (m->packet_kind == PACKET_HEADER && !machine_input(m, IN_PKT_HAS, 0))
		return (struct value){0, 0};
	if (!k->region) {
		struct region *r = machine_add_region(m, REGION_PACKET, machine_input(m, IN_AT_PKT, m->packet_kind == PACKET_SKB, k->epoch), 0);
		r->gen = k->epoch;
		k->region = machine_region_id(m, r);
	}
	int64_t off = kind == FIELD_PKT ? k->data : kind == FIELD_PKT_END ? k->data_end : k->data_meta;
	return (struct value){m->regions[k->region].base + (uint64_t)off, k->region};
}

uint8_t *packet_at(struct machine *m, int64_t off)
{
	return m->pkt.bytes + off + PACKET_LOW;
}

static uint8_t input_byte(const struct machine *m, uint64_t off)
{
	if (!m->pkt.after)
		return (uint8_t)machine_input(m, IN_PKT, 1, off);
	return (uint8_t)machine_input(m, IN_AFTER, 3, m->pkt.after - 1, (uint64_t)AFTER_PACKET, off);
}

void packet_fill(struct machine *m, int64_t off, uint64_t n)
{
	bool *known = m->pkt.known + off + PACKET_LOW;
	for (uint64_t i = 0; i < n; i++) {
		if (known[i])
			continue;
		known[i] = true;
		packet_at(m, off)[i] = input_byte(m, (uint64_t)off + i);
	}
}

static int64_t header_at(struct machine *m, enum skb_header header)
{
	if (m->pkt.epoch) /* what moves a packet moves its headers */
		machine_stop(m, REASON_INSN, "packet load at a negative offset behind a helper that moves the packet");
	return (int64_t)machine_input(m, IN_SKB_HEADER, 1, (uint64_t)header) - SKB_BEFORE;
}

bool packet_locate(struct machine *m, int32_t off, unsigned n, int64_t *at)
{
	*at = off;
	if (off >= 0)
		return off + (int64_t)n <= m->pkt.total;
	if (off < SKF_LL_OFF)
		return false;
	bool link = off < SKF_NET_OFF;
	*at = off - (link ? SKF_LL_OFF : SKF_NET_OFF) + header_at(m, link ? SKB_LINK : SKB_NETWORK);
	if (link && !machine_input(m, IN_SKB_KNOWS, 1, (uint64_t)SKB_LINK_SET))
		return false;
	int64_t end = *at + n;
	return end <= m->pkt.data_end ||
	       (end <= m->pkt.total && machine_input(m, IN_SKB_KNOWS, 1, (uint64_t)SKB_NON_LINEAR));
}

void packet_move(struct machine *m)
{
	m->pkt.epoch++;
	m->pkt.region = 0;
}
