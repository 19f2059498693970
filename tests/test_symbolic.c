/* SPDX-License-Identifier: BSD-2-Clause */
/* The symbolic machine read under an input is the concrete machine: outcomes of the corpus under random inputs. */
#include "checker/exec/symbolic.h"
#include "encode/solver/solver.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUTS 12

/* A frame that parsers like: Ethernet, IPv4 or IPv6, TCP or UDP, of various lengths. */
static struct input *make_input(const struct program *p, uint64_t seed)
{
	static const uint8_t types[][2] = {{8, 0}, {0x86, 0xdd}, {0x81, 0}, {8, 6}};
	static const uint64_t lengths[] = {0, 13, 14, 34, 54, 60, 66, 98, 128};
	struct input *in = input_new();
	input_set_seed(in, seed);
	input_set(in, IN_PKT_LEN, NULL, 0, lengths[seed % 9]);
	input_set(in, IN_PKT_EXTRA, NULL, 0, seed % 3 ? 0 : 40);
	uint64_t bytes[][2] = {{12, types[seed % 4][0]}, {13, types[seed % 4][1]}, {14, 0x45}, {23, seed & 1 ? 6 : 17}};
	for (size_t i = 0; i < 4 && seed % 5; i++)
		input_set(in, IN_PKT, &bytes[i][0], 1, bytes[i][1]);
	for (uint64_t map = 0; map < p->object->n_maps && seed % 2; map++)
		for (uint64_t n = 0; n < 4; n++)
			input_set(in, IN_MAP_ERRNO, (uint64_t[]){map, n}, 2, 0);
	return in;
}

static bool events_differ(const struct exec_outcome *x, const struct exec_outcome *y)
{
	bool differ = x->n_events != y->n_events;
	for (size_t i = 0; !differ && i < x->n_events; i++) {
		const struct exec_event *a = &x->events[i], *b = &y->events[i];
		differ = a->kind != b->kind || a->visible != b->visible || a->slot != b->slot ||
			 a->n_args != b->n_args || a->n_bytes != b->n_bytes ||
			 memcmp(a->args, b->args, a->n_args * sizeof *a->args) ||
			 (a->n_bytes && memcmp(a->bytes, b->bytes, a->n_bytes));
	}
	return differ;
}

static bool compare(const struct program *p, const struct input *in, const char *name, uint64_t seed)
{
	struct exec_outcome x, y;
	char what[300] = "";
	exec_run(p, in, NULL, &x);
	symbolic_run(p, in, &(struct symbolic_options){.unroll = 64}, &y);
	bool less = y.end == EXEC_UNMODELLED && x.end != EXEC_UNMODELLED; /* what the concrete machine may know more */
	if (!less) {
		cr_expect_eq(x.end, y.end, "%s, seed %llu: %d (%s), %d (%s)", name, (unsigned long long)seed, x.end,
			     x.what, y.end, y.what);
		cr_expect(x.end != y.end || (x.fault == y.fault && (x.end != EXEC_FAULT || x.slot == y.slot)),
			  "%s, seed %llu: %s at %u, %s at %u", name, (unsigned long long)seed, x.what, x.slot, y.what,
			  y.slot);
	}
	bool ended = !less && x.end == y.end && (x.end == EXEC_EXIT || x.end == EXEC_TAIL_CALL);
	if (ended)
		cr_expect(!exec_differ(p, &x, &y, what, sizeof what) && !exec_differ(p, &y, &x, what, sizeof what),
			  "%s, seed %llu: %s", name, (unsigned long long)seed, what);
	if (ended)
		cr_expect(!events_differ(&x, &y), "%s, seed %llu: events differ", name, (unsigned long long)seed);
	exec_release(&x);
	exec_release(&y);
	return ended;
}

Test(symbolic, is_the_concrete_machine)
{
	char pattern[600], self[512], err[512];
	glob_t found;
	size_t ended = 0, programs = 0;
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	cr_assert(n > 0);
	self[n] = 0;
	*strrchr(self, '/') = 0; /* B/tests: the corpus is in B/corpus */
	snprintf(pattern, sizeof pattern, "%s/../corpus/*.19.O2.o", self);
	if (glob(pattern, 0, NULL, &found))
		cr_skip("no corpus: make corpus");
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct object *o;
		cr_assert_eq(object_read(found.gl_pathv[i], &o, err, sizeof err), OBJECT_OK, "%s", err);
		for (size_t k = 0; k < o->n_programs; k++)
			for (uint64_t seed = 1; seed <= INPUTS; seed++) {
				struct input *in = make_input(o->programs[k], seed);
				ended += compare(o->programs[k], in, found.gl_pathv[i], seed);
				programs++;
				input_free(in);
			}
		object_free(o);
	}
	globfree(&found);
	cr_expect_gt(2 * ended, programs, "only %zu of %zu runs could be compared", ended, programs);
}
