/* SPDX-License-Identifier: BSD-2-Clause */
/* What a test run is given of an input: packet and context; and the call itself. */
#include "live.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#define ETH_HLEN 14

bool live_can_test(enum progtype t)
{
	static const enum progtype types[] = {
	    PROGTYPE_XDP,     PROGTYPE_SOCKET_FILTER, PROGTYPE_SCHED_CLS,      PROGTYPE_SCHED_ACT, PROGTYPE_LWT_IN,
	    PROGTYPE_LWT_OUT, PROGTYPE_LWT_XMIT,      PROGTYPE_RAW_TRACEPOINT, PROGTYPE_SYSCALL,   PROGTYPE_CGROUP_SKB,
	};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i] == t)
			return true;
	return false;
}

static uint64_t get(const struct live_test *t, enum input_fn fn)
{
	return input_get(t->in, fn, NULL, 0);
}

static void put_packet(struct live_test *t, int64_t from, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		uint64_t off = (uint64_t)from + i;
		t->packet[t->packet_len++] = (uint8_t)input_get(t->in, IN_PKT, &off, 1);
	}
}

static uint8_t context_byte(const struct live_test *t, uint64_t off)
{
	return (uint8_t)input_get(t->in, IN_CTX, &off, 1);
}

static void put_xdp(struct live_test *t)
{
	uint32_t meta = (uint32_t)(get(t, IN_META_LEN) & METADATA_MASK), len = (uint32_t)get(t, IN_PKT_LEN);
	struct xdp_md md = {.data = meta, .data_end = meta + len};
	put_packet(t, -(int64_t)meta, meta + len);
	memcpy(t->context, &md, sizeof md);
}

static void put_skb(struct live_test *t)
{
	if (settle_hides_header(t->p)) {
		t->packet[12] = context_byte(t, 16);
		t->packet[13] = context_byte(t, 17);
		t->packet_len = ETH_HLEN;
	}
	put_packet(t, 0, get(t, IN_PKT_LEN));
	for (size_t i = 0; i < context_field_count; i++) {
		const struct context_field *f = &context_fields[i];
		for (unsigned k = 0; f->layout == CONTEXT_SK_BUFF && settle_is_settable(f) && k < f->size; k++)
			t->context[f->off + k] = settle_context_byte(t->in, f, f->off + k);
	}
}

void live_put_input(struct live_test *t)
{
	enum packet_kind kind = progtype_rows[t->p->type].packet;
	t->context_len = context_rows[progtype_rows[t->p->type].context].size;
	t->context = machine_alloc(t->context_len);
	if (kind == PACKET_XDP)
		put_xdp(t);
	else if (kind == PACKET_SKB)
		put_skb(t);
	else
		for (size_t i = 0; i < t->context_len; i++)
			t->context[i] = context_byte(t, i);
}

bool live_run_test(struct live_test *t, int fd, struct live_error *e)
{
	bool has_packet = progtype_rows[t->p->type].packet != PACKET_NONE;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = t->context, .ctx_size_in = (uint32_t)t->context_len);
	if (has_packet) {
		opts.ctx_out = t->context;
		opts.ctx_size_out = (uint32_t)t->context_len;
		opts.data_in = t->packet;
		opts.data_size_in = (uint32_t)t->packet_len;
		opts.data_out = t->packet_out;
		opts.data_size_out = sizeof t->packet_out;
		opts.repeat = t->repeat ? t->repeat : 1;
	}
	if (bpf_prog_test_run_opts(fd, &opts))
		return live_fail(e, errno == EINVAL ? KERNEL_CANT_SET : KERNEL_FAILED, "the test run fails: %s",
				 strerror(errno));
	t->retval = opts.retval;
	t->ns = opts.duration;
	t->packet_out_len = opts.data_size_out;
	return true;
}
