/* SPDX-License-Identifier: BSD-2-Clause */
/* Both versions, and the first one once more, in the live kernel. */
#include "tests/compare.h"

#include "checker/exec/kernel.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 50 /* inputs between two fillings of the maps */
#define CHECK 10 /* inputs between two looks at the maps */
#define MAX_STEPS 20000
#define PATHS 65536

struct live_pair {
	const struct program *p[COMPARE_VERSIONS];
	struct kernel_session *s[COMPARE_VERSIONS];
	int *fds[COMPARE_VERSIONS];
	struct compare_maps maps;
	struct pool pool;
	struct chooser chooser; /* of the input that is run */
	struct input *in;
	uint8_t *paths; /* by hash: seen */
	struct compare_result *out;
};

/* Others would notice: nothing of that is run. */
static const char *side_effect(const struct program *p)
{
	static const char *const names[] = {"clone_redirect",   "send_signal",     "send_signal_thread",
					    "probe_write_user", "override_return", "sys_bpf",
					    "sys_close",        "tcp_send_ack",    "bind",
					    "setsockopt",       "sk_release",      "sock_map_update"};
	for (size_t i = 0; i < p->n; i++) {
		const struct insn *in = &p->insns[i];
		const struct helper_row *row =
		    in->op == ISA_CALL && in->src == CALL_HELPER ? helper_find((uint32_t)in->imm) : NULL;
		for (size_t k = 0; row && k < sizeof names / sizeof *names; k++)
			if (!strcmp(row->name, names[k]))
				return names[k];
	}
	return NULL;
}

static bool open_pair(struct live_pair *l)
{
	char why[200];
	const struct object *o = l->p[0]->object;
	for (unsigned v = 0; v < COMPARE_VERSIONS; v++) {
		if (kernel_open(l->p[v], &l->s[v], why, sizeof why) != KERNEL_RAN) {
			snprintf(l->out->skipped, sizeof l->out->skipped, "%s: %s",
				 v == COMPARE_B ? "the second version" : "loading", why);
			return false;
		}
		l->fds[v] = calloc(o->n_maps + 1, sizeof *l->fds[v]);
		if (!l->fds[v])
			abort();
		for (size_t i = 0; i < o->n_maps; i++)
			l->fds[v][i] = kernel_session_map(l->s[v], i);
		l->maps.fds[v] = l->fds[v];
	}
	l->maps.object = o;
	return true;
}

static void close_pair(struct live_pair *l)
{
	for (unsigned v = 0; v < COMPARE_VERSIONS; v++) {
		kernel_close(l->s[v]);
		free(l->fds[v]);
	}
}

static void choose(struct live_pair *l, uint64_t seed)
{
	chooser_start(&l->chooser, l->p[0], &l->pool, seed);
	if (l->chooser.length > 256 && seed % 8)
		l->chooser.length = 64 + l->chooser.length % 192; /* long ones take long */
}

/* Which elements do the inputs of a batch ask for? */
static void fill_maps(struct live_pair *l, uint64_t seed)
{
	const struct exec_options opt = {.max_steps = MAX_STEPS};
	struct exec_outcome outs[BATCH];
	struct chooser filler;
	for (unsigned i = 0; i < BATCH; i++) {
		choose(l, seed + i);
		exec_run(l->p[0], l->in, &opt, &outs[i]);
	}
	chooser_start(&filler, l->p[0], &l->pool, seed ^ 0x5eed);
	l->maps.chooser = &filler;
	compare_reset_maps(&l->maps, outs, BATCH);
	for (unsigned i = 0; i < BATCH; i++)
		exec_release(&outs[i]);
}

static bool same_shot(const struct program *p, const struct kernel_shot *x, const struct kernel_shot *y, char *what,
		      size_t len)
{
	uint8_t bits = progtype_rows[p->type].ret;
	uint32_t mask = bits < 32 ? (1u << bits) - 1 : ~0u;
	if ((x->retval ^ y->retval) & mask)
		snprintf(what, len, "return value %#x, %#x", x->retval, y->retval);
	else if (x->packet_len != y->packet_len)
		snprintf(what, len, "length of the packet %zu, %zu", x->packet_len, y->packet_len);
	else if (memcmp(x->packet, y->packet, x->packet_len) != 0)
		snprintf(what, len, "bytes of the packet");
	else if (memcmp(x->context, y->context, x->context_len) != 0)
		snprintf(what, len, "the context");
	else
		return true;
	return false;
}

static void note_path(struct live_pair *l, const struct kernel_shot *x)
{
	uint64_t length = input_get(l->in, IN_PKT_LEN, NULL, 0), changed = 0;
	for (size_t i = 0; i < x->packet_len && i < 64; i++)
		changed |= x->packet[i] != (uint8_t)input_get(l->in, IN_PKT, (uint64_t[]){i}, 1);
	uint64_t hash = chooser_mix(chooser_mix(x->retval + (changed << 32)) + (x->packet_len - length));
	uint8_t *seen = &l->paths[hash % PATHS];
	l->out->kernel_paths += !*seen;
	*seen = 1;
}

/* x is the first version. False: it is over. */
static bool judge(struct live_pair *l, bool again, bool same, const char *what, uint64_t number)
{
	if (!again)
		snprintf(l->out->skipped, sizeof l->out->skipped, "the first version differs from itself: %s", what);
	else if (!same)
		snprintf(l->out->what, sizeof l->out->what, "kernel, input %llu: %s", (unsigned long long)number, what);
	l->out->differs = again && !same;
	return again && same;
}

static bool shoot(struct live_pair *l, uint64_t number)
{
	struct kernel_shot shots[COMPARE_VERSIONS];
	char what[200];
	unsigned ran = 0;
	for (unsigned v = 0; v < COMPARE_VERSIONS; v++)
		ran += kernel_shoot(l->s[v], l->in, 1, &shots[v], what, sizeof what) == KERNEL_RAN;
	if (ran != COMPARE_VERSIONS) /* a frame that no test run takes */
		return ran == 0 || judge(l, true, false, "one version can't be run", number);
	l->out->kernel_runs++;
	note_path(l, &shots[COMPARE_A]);
	const struct program *p = l->p[0];
	bool again = same_shot(p, &shots[COMPARE_A], &shots[COMPARE_AGAIN], what, sizeof what);
	bool same = again && same_shot(p, &shots[COMPARE_A], &shots[COMPARE_B], what, sizeof what);
	return judge(l, again, same, what, number);
}

static bool check_maps(struct live_pair *l, uint64_t number)
{
	char what[200];
	bool again = compare_same_maps(&l->maps, COMPARE_A, COMPARE_AGAIN, what, sizeof what);
	bool same = again && compare_same_maps(&l->maps, COMPARE_A, COMPARE_B, what, sizeof what);
	return judge(l, again, same, what, number);
}

static bool run_batch(struct live_pair *l, uint64_t seed)
{
	fill_maps(l, seed);
	for (unsigned i = 0; i < BATCH; i++) {
		choose(l, seed + i);
		if (!shoot(l, seed + i) || (i % CHECK == CHECK - 1 && !check_maps(l, seed + i)))
			return false;
	}
	return true;
}

static void run_all(struct live_pair *l, const struct compare_options *opt)
{
	l->in = input_new();
	l->paths = calloc(PATHS, 1);
	if (!l->paths)
		abort();
	pool_init(&l->pool, l->p[0]);
	exec_set_core(l->p[0], l->in);
	input_set_default(l->in, chooser_answer, &l->chooser);
	for (uint64_t i = 0; l->out->kernel_runs < opt->inputs && i < 2ull * opt->inputs; i += BATCH)
		if (!run_batch(l, (opt->seed << 32) + i))
			break;
	pool_release(&l->pool);
	free(l->paths);
	input_free(l->in);
}

void compare_live(const struct program *a, const struct program *b, const struct compare_options *opt,
		  struct compare_result *out)
{
	struct live_pair l = {.p = {a, a, b}, .out = out};
	cpu_set_t before, one;
	const char *effect = side_effect(a);
	if (effect || a->type == PROGTYPE_SYSCALL) {
		snprintf(out->skipped, sizeof out->skipped, "others would notice bpf_%s", effect ? effect : "sys_bpf");
		return;
	}
	sched_getaffinity(0, sizeof before, &before);
	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	sched_setaffinity(0, sizeof one, &one); /* for per-CPU maps */
	if (open_pair(&l))
		run_all(&l, opt);
	close_pair(&l);
	sched_setaffinity(0, sizeof before, &before);
}
