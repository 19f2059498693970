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

/* A test run tells lengths only, so the place of the first byte is taken from the concrete machine. */
static void take_packet(const struct live_test *t, const struct exec_outcome *mine, struct exec_outcome *out)
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
static void take_context(const struct live_test *t, const struct exec_outcome *mine, struct exec_outcome *out)
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

static bool run_loaded(struct live_test *t, struct live_maps *maps, int fd, const struct exec_outcome *mine,
		       const struct exec_outcome *touched, struct exec_outcome *out, struct live_error *e)
{
	live_put_input(t);
	bool good = live_fill_maps(maps, t->in, mine, e) && (!touched || live_fill_maps(maps, t->in, touched, e)) &&
		    live_run_test(t, fd, e) && live_read_maps(maps, t->in, touched ? touched : mine, out, e);
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
	struct live_test *t = machine_alloc(sizeof *t);
	struct live_maps maps;
	struct exec_outcome mine;
	cpu_set_t before, one;
	t->p = p;
	t->in = in;
	t->given = given;
	exec_run(p, in, opt, &mine);
	sched_getaffinity(0, sizeof before, &before);
	bool good = live_create_maps(&maps, p->object, in, opt, e) && live_freeze_maps(&maps, in, e);
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
	if (!live_can_test(p->type)) {
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
	struct program *settled = program_settle(p);
	if (live_create_maps(&maps, p->object, NULL, NULL, &e) && live_freeze_maps(&maps, NULL, &e))
		fd = live_load_program(settled ? settled : p, &maps, log, loglen, insns_processed, &e);
	program_free_settled(settled);
	if (fd >= 0)
		close(fd);
	else if (log && loglen && !log[0])
		snprintf(log, loglen, "%s", why);
	live_close_maps(&maps);
	return e.status;
}
