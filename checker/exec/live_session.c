/* SPDX-License-Identifier: BSD-2-Clause */
/* A program that stays loaded in the live kernel. */
#include "live.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOM 3500 /* bytes of packet that a test run takes of every type (net/bpf/test_run.c) */

struct kernel_session {
	struct live_maps maps;
	struct live_test test;
	int fd;
};

enum kernel_status kernel_open(const struct program *p, struct kernel_session **out, char *why, size_t len)
{
	struct live_error e = {KERNEL_FAILED, why, len};
	*out = NULL;
	if (!kernel_available(why, len))
		return KERNEL_NOT_ALLOWED;
	if (!live_can_test(p->type)) {
		live_fail(&e, KERNEL_NO_TEST_RUN, "programs of type %s can't be test-run", progtype_rows[p->type].name);
		return e.status;
	}
	struct kernel_session *s = machine_alloc(sizeof *s);
	s->test.p = p;
	s->fd = -1;
	if (live_create_maps(&s->maps, p->object, NULL, NULL, &e) && live_freeze_maps(&s->maps, NULL, &e))
		s->fd = live_load_program(p, &s->maps, NULL, 0, NULL, &e);
	if (s->fd < 0) {
		kernel_close(s);
		return e.status;
	}
	*out = s;
	return KERNEL_RAN;
}

void kernel_close(struct kernel_session *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	live_close_maps(&s->maps);
	free(s->test.context);
	free(s);
}

enum kernel_status kernel_shoot(struct kernel_session *s, const struct input *in, int repeat, struct kernel_shot *out,
				char *why, size_t len)
{
	struct live_error e = {KERNEL_FAILED, why, len};
	struct live_test *t = &s->test;
	uint64_t length = input_get(in, IN_PKT_LEN, NULL, 0);
	if (length > ROOM) {
		live_fail(&e, KERNEL_CANT_SET, "a packet of %llu bytes", (unsigned long long)length);
		return e.status;
	}
	t->in = in;
	t->repeat = repeat;
	t->packet_len = 0;
	free(t->context);
	live_put_input(t);
	if (!live_run_test(t, s->fd, &e))
		return e.status;
	*out = (struct kernel_shot){t->retval, t->ns, t->packet_out, t->context, t->packet_out_len, t->context_len};
	return KERNEL_RAN;
}

int kernel_session_map(const struct kernel_session *s, size_t map)
{
	return s->maps.fds[map];
}
