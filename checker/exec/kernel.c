/* SPDX-License-Identifier: BSD-2-Clause */
/* One test run in the live kernel. */
#include "live.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ETH_HLEN 14
#define PACKET_MAX 8192

bool kernel_available(char *why, size_t len)
{
	static int known; /* errno of the first try, -1: allowed */
	const struct bpf_insn code[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = BPF_JMP | BPF_EXIT}};
	if (!known) {
		int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, NULL, "GPL", code, 2, NULL);
		known = fd < 0 ? errno : -1;
		if (fd >= 0)
			close(fd);
	}
	if (known > 0 && why && len)
		snprintf(why, len, "bpf(2) is not allowed here: %s", strerror(known));
	return known < 0;
}

static bool can_test(enum progtype t)
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

/* What goes into a test run and comes out of it. */
struct test {
	const struct program *p;
	const struct input *in;
	const struct exec_outcome *given; /* of the concrete machine, before the input was settled */
	uint8_t packet[PACKET_MAX], packet_out[PACKET_MAX];
	size_t packet_len, packet_out_len;
	uint8_t *context; /* layout size */
	size_t context_len;
	uint32_t retval;
};

static uint64_t get(const struct test *t, enum input_fn fn)
{
	return input_get(t->in, fn, NULL, 0);
}

static void put_packet(struct test *t, int64_t from, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		uint64_t off = (uint64_t)from + i;
		t->packet[t->packet_len++] = (uint8_t)input_get(t->in, IN_PKT, &off, 1);
	}
}

static uint8_t context_byte(const struct test *t, uint64_t off)
{
	return (uint8_t)input_get(t->in, IN_CTX, &off, 1);
}

static void put_xdp(struct test *t)
{
	uint32_t meta = (uint32_t)(get(t, IN_META_LEN) & METADATA_MASK), len = (uint32_t)get(t, IN_PKT_LEN);
	struct xdp_md md = {.data = meta, .data_end = meta + len};
	put_packet(t, -(int64_t)meta, meta + len);
	memcpy(t->context, &md, sizeof md);
}

static void put_skb(struct test *t)
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

static void put_input(struct test *t)
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

static bool run_test(struct test *t, int fd, struct live_error *e)
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
		opts.repeat = 1;
	}
	if (bpf_prog_test_run_opts(fd, &opts))
		return live_fail(e, errno == EINVAL ? KERNEL_CANT_SET : KERNEL_FAILED, "the test run fails: %s",
				 strerror(errno));
	t->retval = opts.retval;
	t->packet_out_len = opts.data_size_out;
	return true;
}

/* A test run tells lengths only, so the place of the first byte is taken from the concrete machine. */
static void take_packet(const struct test *t, const struct exec_outcome *mine, struct exec_outcome *out)
{
	enum packet_kind kind = progtype_rows[t->p->type].packet;
	size_t skip = kind == PACKET_SKB && settle_hides_header(t->p) ? ETH_HLEN : 0;
	if (kind == PACKET_NONE)
		return;
	out->data = out->data_meta = out->packet_lo = mine->data;
	if (kind == PACKET_XDP) {
		struct xdp_md md;
		memcpy(&md, t->context, sizeof md);
		skip = md.data;
		out->data_meta = out->data - (int64_t)md.data;
	}
	skip = skip < t->packet_out_len ? skip : t->packet_out_len;
	out->metadata_len = kind == PACKET_XDP ? skip : 0;
	out->metadata = machine_alloc(out->metadata_len);
	memcpy(out->metadata, t->packet_out, out->metadata_len);
	out->packet_len = t->packet_out_len - skip;
	out->data_end = out->data + (int64_t)out->packet_len;
	out->packet = machine_alloc(out->packet_len);
	memcpy(out->packet, t->packet_out + skip, out->packet_len);
}

/* Fields that a test run does not show are taken from the concrete machine, run on the input as it was given. */
static void take_context(const struct test *t, const struct exec_outcome *mine, struct exec_outcome *out)
{
	enum context_layout layout = progtype_rows[t->p->type].context;
	out->context_len = t->context_len;
	out->context = machine_alloc(out->context_len);
	if (mine->context_len) /* a run that faulted has none */
		memcpy(out->context, mine->context, mine->context_len);
	for (size_t i = 0; i < context_field_count; i++) {
		const struct context_field *f = &context_fields[i];
		if (f->layout == layout && f->writable && settle_is_settable(f))
			memcpy(out->context + f->off, t->context + f->off, f->size);
	}
}

static bool run_loaded(struct test *t, struct live_maps *maps, int fd, const struct exec_outcome *mine,
		       const struct exec_outcome *touched, struct exec_outcome *out, struct live_error *e)
{
	put_input(t);
	bool good = live_fill_maps(maps, t->in, mine, e) && (!touched || live_fill_maps(maps, t->in, touched, e)) &&
		    run_test(t, fd, e) && live_read_maps(maps, t->in, touched ? touched : mine, out, e);
	if (good) {
		out->end = EXEC_EXIT;
		out->r0 = t->retval;
		take_packet(t, mine, out);
		take_context(t, t->given, out);
	}
	free(t->context);
	return good;
}

static bool makes_tail_call(const struct exec_outcome *o)
{
	for (size_t i = 0; i < o->n_events; i++)
		if (o->events[i].kind == EVENT_TAIL_RETURNS)
			return true;
	return o->end == EXEC_TAIL_CALL;
}

static enum kernel_status run_settled(const struct program *p, const struct input *in, const struct exec_outcome *given,
				      const struct exec_options *opt, const struct exec_outcome *touched,
				      struct exec_outcome *out, struct live_error *e)
{
	struct test *t = machine_alloc(sizeof *t);
	struct live_maps maps;
	struct exec_outcome mine;
	cpu_set_t before, one;
	t->p = p;
	t->in = in;
	t->given = given;
	exec_run(p, in, opt, &mine);
	sched_getaffinity(0, sizeof before, &before);
	bool good = live_create_maps(&maps, p->object, opt, e) && live_freeze_maps(&maps, in, e);
	int fd = good ? live_load_program(p, &maps, NULL, 0, NULL, e) : -1;
	if (fd >= 0) {
		maps.cpu = sched_getcpu();
		CPU_ZERO(&one);
		CPU_SET((size_t)maps.cpu, &one);
		sched_setaffinity(0, sizeof one, &one);
		if (run_loaded(t, &maps, fd, &mine, touched, out, e))
			e->status = KERNEL_RAN;
		sched_setaffinity(0, sizeof before, &before);
		close(fd);
	}
	live_close_maps(&maps);
	exec_release(&mine);
	free(t);
	return e->status;
}

enum kernel_status kernel_run(const struct program *p, const struct input *in, const struct exec_options *opt,
			      const struct exec_outcome *touched, struct exec_outcome *out, char *why, size_t len)
{
	struct live_error e = {KERNEL_FAILED, why, len};
	struct exec_outcome mine;
	memset(out, 0, sizeof *out);
	if (why && len)
		why[0] = '\0';
	if (!kernel_available(why, len))
		return KERNEL_NOT_ALLOWED;
	if (!can_test(p->type)) {
		live_fail(&e, KERNEL_NO_TEST_RUN, "programs of type %s can't be test-run", progtype_rows[p->type].name);
		return e.status;
	}
	exec_run(p, in, opt, &mine);
	struct input *settled = NULL;
	if (makes_tail_call(&mine))
		live_fail(&e, KERNEL_CANT_SET, "the target of a tail call");
	else
		settled = settle_input(p, in, opt, &mine, &e);
	if (settled && run_settled(p, settled, &mine, opt, touched, out, &e) != KERNEL_RAN)
		exec_release(out);
	input_free(settled);
	exec_release(&mine);
	return e.status;
}

enum kernel_status kernel_verify(const struct program *p, char *log, size_t loglen, uint64_t *insns_processed)
{
	char why[200];
	struct live_error e = {KERNEL_RAN, why, sizeof why};
	struct live_maps maps;
	if (log && loglen)
		log[0] = '\0';
	if (!kernel_available(log, loglen))
		return KERNEL_NOT_ALLOWED;
	int fd = -1;
	if (live_create_maps(&maps, p->object, NULL, &e) && live_freeze_maps(&maps, NULL, &e))
		fd = live_load_program(p, &maps, log, loglen, insns_processed, &e);
	if (fd >= 0)
		close(fd);
	else if (log && loglen && !log[0])
		snprintf(log, loglen, "%s", why);
	live_close_maps(&maps);
	return e.status;
}
