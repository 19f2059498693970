/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions about windows, as the optimizer's proposers raise them. */
#include "clock.h"
#include "tests/bench.h"
#include "tests/bench_scene.h"

#include <string.h>

enum { SLOTS = 6, SECONDS = 4 };

struct asker {
	struct bench_row *row;
	struct judge *judge;
	uint64_t end_ns;
};

static bool is_over(const struct asker *a)
{
	return a->row->n_checks == BENCH_CHECKS || clock_now_ns() > a->end_ns;
}

static void see(void *arg, const struct window_ask *ask, const struct window_answer *answer)
{
	struct bench_row *row = ((struct asker *)arg)->row;
	if (row->n_checks == BENCH_CHECKS || ask->end - ask->start > SLOTS || ask->b_end - ask->start > SLOTS)
		return;
	row->ms[BENCH_TOTAL] += answer->ms;
	row->checks[row->n_checks++] = (struct bench_check){.ms = (float)answer->ms,
							    .verdict = (uint8_t)answer->verdict,
							    .rewritten = strcmp(answer->decided_by, "rewriting") == 0};
}

static bool offer(const struct scene *s, struct draft *d, const char *what)
{
	struct asker *a = s->engine;
	struct version v;
	struct judge_answer answer;
	(void)what;
	draft_sweep(d);
	if (!is_over(a) && draft_build(d, &v)) {
		judge_ask(a->judge, v.p, &answer);
		version_release(&v);
	}
	draft_free(d);
	return !is_over(a);
}

void bench_do_windows(struct bench_row *row, const struct bench_options *bo)
{
	struct asker a = {.row = row};
	char spec[BENCH_PATH];
	bench_solver_spec(row, bo, "sat", spec, sizeof spec);
	struct judge_options o = {.windows = spec,
				  .window_ms = bo->limits.seconds * 1000 / 8,
				  .privileged = true,
				  .seen = see,
				  .seen_arg = &a};
	struct bench_scene b;
	struct search_stats stats = {0};
	struct program *p = bench_load(row, 0);
	if (!p || !bench_scene_open(&b, p, &o)) {
		snprintf(row->verdict, sizeof row->verdict, "not safe");
		return;
	}
	a.judge = b.judge;
	a.end_ns = clock_now_ns() + SECONDS * 1000000000ull;
	b.scene.engine = &a;
	b.scene.offer = b.scene.offer_proved = offer;
	b.scene.stats = &stats;
	b.scene.no_cache = true;
	for (size_t i = 0; i < n_proposers && !is_over(&a); i++)
		if (proposers[i].effort == 0)
			proposers[i].run(&b.scene);
	snprintf(row->verdict, sizeof row->verdict, "done");
	bench_scene_close(&b);
}
