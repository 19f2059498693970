/* SPDX-License-Identifier: BSD-2-Clause */
/* The state behind an opaque call: what the row's effects say it may change is the input's to say. */
#include "machine.h"

#include <stdlib.h>
#include <string.h>

static void resize_packet(struct machine *m, uint64_t position)
{
	struct packet *k = &m->pkt;
	uint64_t linear = machine_input(m, IN_AFTER_LEN, 2, position, (uint64_t)AFTER_LINEAR);
	uint64_t rest = machine_input(m, IN_AFTER_LEN, 2, position, (uint64_t)AFTER_REST);
	k->data_end = k->data + (int64_t)linear;
	k->total = k->data_end + (int64_t)rest;
	free(k->bytes);
	free(k->known);
	k->room = PACKET_LOW + (uint64_t)k->total;
	k->bytes = machine_alloc(k->room);
	k->known = machine_alloc(k->room);
}

static void change_packet(struct machine *m, const struct helper_row *row, uint64_t position)
{
	struct packet *k = &m->pkt;
	if (row->effects & PKT_MOVE)
		resize_packet(m, position);
	memset(k->known, 0, k->room);
	k->after = position + 1;
}

void after_change_state(struct machine *m, const struct helper_row *row, uint64_t position)
{
	if ((row->effects & PKT_WRITE) && m->packet_kind != PACKET_NONE)
		change_packet(m, row, position);
	if (row->effects & CTX_WRITE)
		m->context_after = position + 1;
	if (row->effects & (CTX_WRITE | PKT_WRITE))
		context_change(m, row->effects & CTX_WRITE);
	if (row->effects & MAPS_WRITE)
		element_forget(m, position);
	if (row->effects & KERNEL_WRITE)
		m->kernel_after = position + 1;
}

uint8_t after_kernel_byte(const struct machine *m, uint64_t address)
{
	if (!m->kernel_after)
		return (uint8_t)machine_input(m, IN_KMEM, 1, address);
	return (uint8_t)machine_input(m, IN_AFTER, 3, m->kernel_after - 1, (uint64_t)AFTER_KERNEL, address);
}
