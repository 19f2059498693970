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

static void forget_kernel(struct machine *m, uint64_t position)
{
	m->n_kernel = 0;
	m->kernel_after = position + 1;
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
		forget_kernel(m, position);
}

static uint8_t kernel_input(const struct machine *m, uint64_t address)
{
	if (!m->kernel_after)
		return (uint8_t)machine_input(m, IN_KMEM, 1, address);
	return (uint8_t)machine_input(m, IN_AFTER, 3, m->kernel_after - 1, (uint64_t)AFTER_KERNEL, address);
}

/* Where a written byte is, or belongs. */
static size_t kernel_slot(const struct machine *m, uint64_t address)
{
	size_t i = 0;
	while (i < m->n_kernel && m->kernel[i].address < address)
		i++;
	return i;
}

static bool is_written(const struct machine *m, size_t i, uint64_t address)
{
	return i < m->n_kernel && m->kernel[i].address == address;
}

uint8_t after_kernel_byte(const struct machine *m, uint64_t address)
{
	size_t i = kernel_slot(m, address);
	return is_written(m, i, address) ? m->kernel[i].value : kernel_input(m, address);
}

void after_write_kernel(struct machine *m, uint64_t address, uint8_t byte)
{
	size_t i = kernel_slot(m, address);
	if (!is_written(m, i, address)) {
		m->kernel = realloc(m->kernel, (m->n_kernel + 1) * sizeof *m->kernel);
		if (!m->kernel)
			abort();
		memmove(m->kernel + i + 1, m->kernel + i, (m->n_kernel++ - i) * sizeof *m->kernel);
		m->kernel[i].address = address;
	}
	m->kernel[i].value = byte;
}

void after_list_kernel(struct machine *m)
{
	m->out->kernel = m->kernel;
	m->out->n_kernel = m->n_kernel;
	for (size_t i = 0; i < m->n_kernel; i++)
		m->kernel[i].changed = m->kernel[i].value != kernel_input(m, m->kernel[i].address);
	m->kernel = NULL;
}
