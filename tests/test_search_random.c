/* SPDX-License-Identifier: BSD-2-Clause */
/* What the searches make of random programs does the same as before, on the concrete machine. */
#include "tests/scene_fixture.h"

#include "tests/random_program.h"

void propose_enumerate(const struct scene *s);
void propose_repair(const struct scene *s);
void propose_search(const struct scene *s);

#define INPUTS 60

static void check_same(const struct program *a, const struct program *b, uint64_t seed)
{
	for (uint64_t i = 0; i < INPUTS; i++) {
		struct input *in = i % 2 ? random_program_words(seed * 1000 + i)
					 : random_program_input(a, (unsigned)i / 2 % RANDOM_INPUTS, seed * 1000 + i);
		struct exec_outcome x, y;
		char diff[300] = "";
		exec_run(a, in, NULL, &x);
		exec_run(b, in, NULL, &y);
		bool differ = x.end == EXEC_EXIT && exec_differ(a, &x, &y, diff, sizeof diff);
		cr_expect(!differ, "seed %llu, input %llu: %s", (unsigned long long)seed, (unsigned long long)i, diff);
		exec_release(&x);
		exec_release(&y);
		input_free(in);
	}
}

static unsigned run_seed(enum random_style style, uint64_t seed)
{
	struct staging t;
	if (!stage_try(&t, random_program_text(style, seed))) {
		stage_close(&t);
		return 0;
	}
	t.scene.max_proposals = 200000;
	t.scene.seed = seed;
	stage_run(&t, propose_enumerate);
	stage_run(&t, propose_repair);
	stage_run(&t, propose_search);
	check_same(t.o->programs[0], t.scene.p, seed);
	unsigned adopted = t.adopted;
	stage_close(&t);
	return adopted;
}

Test(search_random, results_do_the_same)
{
	unsigned adopted = 0, from = getenv("SEARCH_SEED") ? (unsigned)atoi(getenv("SEARCH_SEED")) : 1;
	unsigned n = getenv("SEARCH_SEEDS") ? (unsigned)atoi(getenv("SEARCH_SEEDS")) : 1;
	for (unsigned seed = from; seed < from + n; seed++) {
		adopted += run_seed(RANDOM_ARITHMETIC, seed);
		adopted += run_seed(RANDOM_CAREFUL, seed);
	}
	printf("%u adopted\n", adopted);
	cr_expect_gt(adopted, 0);
}
