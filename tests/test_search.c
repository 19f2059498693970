/* SPDX-License-Identifier: BSD-2-Clause */
/* Enumeration and search over passages: known shorter forms are found, wrong ones are not. */
#include "tests/scene_fixture.h"

#include "checker/equiv/objects.h"
#include "synth/enumerate.h"

void propose_enumerate(const struct scene *s);
void propose_deepen(const struct scene *s);

/* r1 to r3 are packet words, r0 is the result. */
#define HEAD                                                                                                     \
	".program p xdp\nr6 = *(u32 *)(r1 + 0)\nr2 = *(u32 *)(r1 + 4)\nr3 = r6\nr3 += 32\nif r3 > r2 goto out\n" \
	"r1 = *(u64 *)(r6 + 0)\nr2 = *(u64 *)(r6 + 8)\nr3 = *(u64 *)(r6 + 16)\n"
#define TAIL "\n*(u64 *)(r6 + 16) = r1\n*(u64 *)(r6 + 24) = r2\n*(u64 *)(r6 + 8) = r3\nexit\nout: r0 = 1\nexit\n"
#define REST 14 /* slots of both */

static void run_body(struct stage *t, const char *body, void (*run)(const struct scene *s))
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
};

Test(search, enumeration_finds_shorter_forms)
{
	for (size_t i = 0; i < sizeof shorter / sizeof *shorter; i++) {
		struct stage t;
		run_body(&t, shorter[i].body, propose_enumerate);
		unsigned n = (unsigned)t.scene.p->n - REST;
		cr_expect_leq(n, shorter[i].slots, "%s: %u", shorter[i].body, n);
		stage_close(&t);
	}
}
