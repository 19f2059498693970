/* SPDX-License-Identifier: BSD-2-Clause */
/* Enumeration and search over passages: known shorter forms are found, wrong ones are not. */
#include "tests/scene_fixture.h"

#include "checker/equiv/objects.h"
#include "synth/search/enumerate.h"
#include "synth/search/search.h"

void propose_enumerate(const struct scene *s);
void propose_deepen(const struct scene *s);
void propose_search(const struct scene *s);
void propose_repair(const struct scene *s);

/* r1 to r3 are packet words, r0 is the result. */
#define HEAD                                                                                                     \
	".program p xdp\nr6 = *(u32 *)(r1 + 0)\nr2 = *(u32 *)(r1 + 4)\nr3 = r6\nr3 += 32\nif r3 > r2 goto out\n" \
	"r1 = *(u64 *)(r6 + 0)\nr2 = *(u64 *)(r6 + 8)\nr3 = *(u64 *)(r6 + 16)\n"
#define TAIL "\n*(u64 *)(r6 + 16) = r1\n*(u64 *)(r6 + 24) = r2\n*(u64 *)(r6 + 8) = r3\nexit\nout: r0 = 1\nexit\n"
#define REST 14 /* slots of both */

static void run_body(struct staging *t, const char *body, void (*run)(const struct scene *s))
{
	char text[2000], now[2000];
	snprintf(text, sizeof text, HEAD "%s" TAIL, body);
	stage_open(t, text);
	stage_run(t, run);
	stage_print(t, now, sizeof now);
	printf("%s -> %s (%llu proposals, %llu tested, %llu refuted)\n", body, now,
	       (unsigned long long)t->stats.proposals, (unsigned long long)t->stats.tested,
	       (unsigned long long)t->stats.refuted);
}

/* What becomes of the slots of the body. */
static const struct {
	const char *body;
	unsigned slots;
} shorter[] = {
    {"r1 <<= 32; r1 >>= 32; r0 = r1", 1},
    {"r0 = r1; r0 <<= 63; r0 >>= 63", 2},
    {"r1 &= 255; r1 |= 0; r0 = r1", 2},
    {"r0 = 7; r0 += 5", 1},
    {"r0 = 0x12345678 ll", 1},
    {"r0 = r1; r0 -= r2; r0 += r2; r0 += 3", 2},
    {"r4 = r6; r4 += 8; r0 = *(u64 *)(r4 + 0)", 1},
    {"*(u8 *)(r6 + 0) = 1; *(u8 *)(r6 + 1) = 2; r0 = 2", 2},
    {"r0 = *(u8 *)(r6 + 1); r4 = *(u8 *)(r6 + 0); r0 <<= 8; r0 |= r4", 1},
    {"*(u64 *)(r10 - 8) = r1; r0 = *(u64 *)(r10 - 8)", 1},
    {"r8 = r1; r8 += 5; if r8 > 100 goto +1; r2 += r8; r4 = r1; r4 += 5; r0 = r4; r0 *= r2; r0 += r8", 7},
    {"r0 = r1; r4 = r2; r0 <<= 32; r4 *= r3; r0 >>= 32; r4 ^= r1; r0 += r4", 6},
};

Test(search, enumeration_finds_shorter_forms)
{
	for (size_t i = 0; i < sizeof shorter / sizeof *shorter; i++) {
		struct staging t;
		run_body(&t, shorter[i].body, propose_enumerate);
		unsigned n = (unsigned)t.scene.p->n - REST;
		cr_expect_leq(n, shorter[i].slots, "%s: %u", shorter[i].body, n);
		stage_close(&t);
	}
}

/* Values that none of the operators reaches in fewer instructions. */
static const char *const shortest[] = {
    "r0 = r1; r0 += r2; r0 ^= r3",
    "r0 = r1; r0 *= r2",
    "r0 = *(u8 *)(r6 + 0); r0 *= r3",
    "*(u8 *)(r6 + 0) = 1; r0 = *(u64 *)(r6 + 1)",
};

Test(search, nothing_is_found_where_nothing_is)
{
	for (size_t i = 0; i < sizeof shortest / sizeof *shortest; i++) {
		struct staging t;
		run_body(&t, shortest[i], propose_enumerate);
		stage_run(&t, propose_deepen);
		cr_expect_eq(t.adopted, 0, "%s", shortest[i]);
		stage_close(&t);
	}
}

Test(search, three_instructions_for_four)
{
	struct staging t;
	run_body(&t, "r0 = r1; r0 <<= 8; r4 = r0; r4 >>= 8; r0 = r4; r0 += r2; r0 ^= r3", propose_deepen);
	cr_expect_leq(t.scene.p->n, REST + 5);
	stage_close(&t);
}

Test(search, one_less_and_the_others_repaired)
{
	struct staging t;
	run_body(&t, "r0 = r1; r4 = r2; r0 ^= r3; r4 += 1; r0 *= r3; r4 -= 3; r0 -= r4", propose_repair);
	cr_expect_leq(t.scene.p->n, REST + 6);
	stage_close(&t);
	run_body(&t, "r0 = r1; r0 += 4; r0 ^= r2; r4 = r0; r4 *= r3; r0 = r4", propose_repair);
	cr_expect_leq(t.scene.p->n, REST + 5);
	stage_close(&t);
}

Test(search, chains_find_shorter_forms)
{
	static const char *const bodies[] = {"r1 <<= 32; r1 >>= 32; r0 = 0", "r0 = 7; r0 += 5",
					     "*(u64 *)(r10 - 8) = r1; r0 = *(u64 *)(r10 - 8)"};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		struct staging t;
		struct move_stats all = {0};
		run_body(&t, bodies[i], propose_search);
		cr_expect_geq(t.adopted, 1, "%s", bodies[i]);
		for (unsigned m = 0; m < SEARCH_MOVES; m++) {
			all.proposed += t.stats.moves[m].proposed;
			all.best += t.stats.moves[m].best;
		}
		cr_expect_eq(all.proposed, t.stats.proposals);
		cr_expect_eq(all.best, t.stats.proved);
		stage_close(&t);
	}
}

static void run_twice(void (*run)(const struct scene *s), unsigned jobs, uint64_t max, char out[2][2000])
{
	for (int i = 0; i < 2; i++) {
		struct staging t;
		stage_open(&t, HEAD "r1 <<= 32; r1 >>= 32; r0 = r1; r0 &= 3; r0 <<= 4; r0 += 5; r0 -= 1" TAIL);
		t.scene.jobs = jobs;
		t.scene.max_proposals = max;
		stage_run(&t, run);
		stage_print(&t, out[i], 1900);
		size_t at = strlen(out[i]);
		snprintf(out[i] + at, 2000 - at, " %llu %llu", (unsigned long long)t.stats.proposals,
			 (unsigned long long)t.stats.tested);
		stage_close(&t);
	}
}

Test(search, equal_seeds_and_jobs_give_equal_results)
{
	char out[2][2000];
	for (unsigned jobs = 1; jobs <= 3; jobs++) {
		run_twice(propose_enumerate, jobs, 0, out);
		cr_expect_str_eq(out[0], out[1], "%u jobs", jobs);
		run_twice(propose_search, jobs, 300000, out);
		cr_expect_str_eq(out[0], out[1], "%u jobs", jobs);
	}
}

/* A chain on the passage of the whole body. */
static void open_chain(struct staging *t, const char *body, struct passages *l, struct hunt *h, struct vocabulary *v,
		       struct search_chain *c)
{
	static const struct hunt_plan idle = {.name = "", .trials = 16};
	char text[1000];
	size_t i = 0;
	snprintf(text, sizeof text, HEAD "%s" TAIL, body);
	stage_open(t, text);
	passages_find(&t->scene, l);
	while (i < l->n && !(l->at[i].start == 8 && l->at[i].end + 6 == t->scene.p->n))
		i++;
	cr_assert_lt(i, l->n, "%s", body);
	struct trial_ask ask = passage_ask(&t->scene, &l->at[i]);
	*h = (struct hunt){.s = &t->scene, .x = &l->at[i]};
	cr_assert(trials_init(&h->trials, &ask, idle.trials, 1));
	vocabulary_init(v, &t->scene, h->x, &h->trials);
	c->random = 1;
	search_begin(c, h, &search_defaults);
}

Test(search, moves_are_taken_back)
{
	struct staging t;
	struct passages l;
	struct hunt h;
	struct vocabulary v;
	struct search_chain c, was;
	struct search_undo u;
	unsigned changed[SEARCH_MOVES] = {0};
	open_chain(&t, "r0 = *(u8 *)(r6 + 0); r4 = *(u16 *)(r6 + 1); r0 += r4; r0 <<= 3", &l, &h, &v, &c);
	for (unsigned i = 0; i < 20000; i++) {
		enum search_move m = (enum search_move)(i % SEARCH_MOVES);
		was = c;
		bool moved = search_move(&c, &h, &v, m, &u);
		changed[m] += memcmp(was.at, c.at, sizeof c.at) != 0;
		cr_assert(moved || !memcmp(was.at, c.at, sizeof c.at));
		if (moved && i % 3) {
			search_take_back(&c, &u);
			cr_assert_arr_eq(was.at, c.at, sizeof c.at);
		}
		if (i % 1000 == 0)
			search_begin(&c, &h, &search_defaults);
	}
	for (unsigned m = 0; m < SEARCH_MOVES; m++)
		cr_expect_gt(changed[m], 0, "%s", search_move_names[m]);
	vocabulary_release(&v);
	hunt_release(&h);
	passages_release(&l);
	stage_close(&t);
}

Test(search, the_cost_stops_at_its_bound)
{
	struct staging t;
	struct passages l;
	struct hunt h;
	struct vocabulary v;
	struct search_chain c;
	bool passes;
	open_chain(&t, "r0 = r1; r0 += r2; r0 ^= r3", &l, &h, &v, &c);
	cr_expect_eq(search_cost(&c, &h, &search_defaults, 1e9, &passes), 4.5);
	cr_expect(passes);
	c.at[1].src = 3;
	double all = search_cost(&c, &h, &search_defaults, 1e9, &passes);
	cr_expect(!passes);
	double some = search_cost(&c, &h, &search_defaults, 10, &passes);
	cr_expect(some > 10 && some < all && !passes);
	vocabulary_release(&v);
	hunt_release(&h);
	passages_release(&l);
	stage_close(&t);
}

Test(search, numbers_are_read_by_name)
{
	struct search_numbers o = search_defaults;
	char err[200] = "";
	cr_expect(search_read_numbers(&o, "restart=10000,run=0.5", err, sizeof err), "%s", err);
	cr_expect_eq(o.restart, 10000);
	cr_expect_eq(o.share[MOVE_run], 0.5);
	cr_expect_eq(o.base, search_defaults.base);
	static const char *const wrong[] = {"x=1", "restart", "restart=", "restart=1x", "base=1", "chains=0", "run=-1"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		*err = 0;
		o = search_defaults;
		cr_expect(!search_read_numbers(&o, wrong[i], err, sizeof err) && *err, "%s", wrong[i]);
	}
}
