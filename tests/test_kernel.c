/* SPDX-License-Identifier: BSD-2-Clause */
/* Random programs on the concrete machine and in the live kernel: both have to agree. */
#include "exec_fixture.h"
#include "random_program.h"

#include <stdio.h>
#include <time.h>

#define PROGRAMS 2000
#define SECONDS 12 /* what is not done by then is left out, and says so */

/* false: refused by the verifier, which may happen to a few */
static bool check_program(uint64_t seed)
{
	char why[300] = "", diff[300] = "";
	struct exec_outcome x, y;
	const char *text = random_program_text(RANDOM_ARITHMETIC, seed);
	struct object *o = fixture_assemble(text);
	struct input *in = random_program_words(seed);
	exec_run(o->programs[0], in, NULL, &x);
	cr_assert_eq(x.end, EXEC_EXIT, "seed %llu: %s\n%s", (unsigned long long)seed, x.what, text);
	enum kernel_status s = kernel_run(o->programs[0], in, NULL, &x, &y, why, sizeof why);
	cr_assert(s == KERNEL_RAN || s == KERNEL_REFUSED, "seed %llu: %s\n%s", (unsigned long long)seed, why, text);
	if (s == KERNEL_RAN) {
		bool differs = exec_differ(o->programs[0], &x, &y, diff, sizeof diff);
		cr_assert(!differs, "seed %llu: machine and kernel differ: %s\n%s", (unsigned long long)seed, diff,
			  text);
		exec_release(&y);
	}
	exec_release(&x);
	input_free(in);
	object_free(o);
	return s == KERNEL_RAN;
}

Test(kernel, random_programs_do_the_same_on_the_machine)
{
	char why[300];
	if (!kernel_available(why, sizeof why))
		cr_skip_test("%s", why);
	const char *first = getenv("BPFPROVE_SEED");
	uint64_t seed = first ? strtoull(first, NULL, 0) : 1, ran = 0, n;
	time_t end = time(NULL) + SECONDS;
	for (n = 0; n < PROGRAMS && time(NULL) < end; n++)
		ran += check_program(seed + n);
	if (n < PROGRAMS)
		printf("skipped: random programs from %llu on, for want of time\n", (unsigned long long)(seed + n));
	cr_expect(ran > n / 2, "the kernel took %llu of %llu programs only", (unsigned long long)ran,
		  (unsigned long long)n);
}

/* What the kernel can't be given is named. */
static void check_status(const char *text, const struct input *in, enum kernel_status status, const char *why)
{
	char got[300] = "";
	struct exec_outcome out;
	struct object *o = fixture_assemble(text);
	enum kernel_status s = kernel_run(o->programs[0], in, NULL, NULL, &out, got, sizeof got);
	cr_expect_eq(s, status, "%d: %s, expected %d in:\n%s", s, got, status, text);
	cr_expect(strstr(got, why), "'%s', expected '%s'", got, why);
	if (s == KERNEL_RAN)
		exec_release(&out);
	object_free(o);
}

Test(kernel, what_it_cant_be_given_is_named)
{
	char why[300];
	if (!kernel_available(why, sizeof why))
		cr_skip_test("%s", why);
	struct input *in = fixture_packet(64);
	check_status("r0 = 2; exit", in, KERNEL_RAN, "");
	check_status("r0 = *(u8 *)(r1 + 0); exit", in, KERNEL_REFUSED, "invalid bpf_context access");
	check_status("r0 = *(u32 *)(r1 + 16); exit", in, KERNEL_RAN, "");
	for (uint64_t i = 16; i < 20; i++)
		fixture_set1(in, IN_CTX, i, 3);
	check_status("r0 = *(u32 *)(r1 + 16); exit", in, KERNEL_CANT_SET, "rx_queue_index");
	check_status("r0 = 2; exit", in, KERNEL_RAN, "");
	check_status("call ktime_get_ns; r0 &= 1; exit", in, KERNEL_CANT_SET, "ktime_get_ns");
	check_status("call ktime_get_ns; r0 = 1; exit", in, KERNEL_RAN, "");
	check_status("r0 = r10; r0 >>= 4; exit", in, KERNEL_CANT_SET, "address");
	check_status(".program p kprobe/x\nr0 = 0; exit", in, KERNEL_NO_TEST_RUN, "KPROBE");
	fixture_set(in, IN_PKT_LEN, 13);
	check_status("r0 = 2; exit", in, KERNEL_CANT_SET, "13 bytes");
	input_free(in);
}

/* The element outlives the run in the kernel, but the machine does not model what it aliases. */
Test(kernel, what_faults_on_the_machine_only_can_still_run)
{
	char why[300];
	if (!kernel_available(why, sizeof why))
		cr_skip_test("%s", why);
	struct input *in = fixture_packet(64);
	fixture_set2(in, IN_MAP_HAS, 0, 0, 1);
	check_status(".program p tc\n.map m hash 4 8 4\n*(u64 *)(r10 - 8) = 0\nr2 = r10\nr2 += -8\nr1 = map[m] ll\n"
		     "call map_lookup_elem\nif r0 == 0 goto out\nr6 = r0\nr2 = r10\nr2 += -8\nr1 = map[m] ll\n"
		     "call map_delete_elem\nr0 = *(u8 *)(r6 + 0)\nout: r0 = 1\nexit\n",
		     in, KERNEL_RAN, "");
	input_free(in);
}

Test(kernel, the_verifier_gives_its_verdict)
{
	char log[4000];
	uint64_t n = 0;
	if (!kernel_available(log, sizeof log))
		cr_skip_test("%s", log);
	struct object *o = fixture_assemble("r0 = 0; r0 += 1; exit");
	cr_expect_eq(kernel_verify(o->programs[0], log, sizeof log, &n), KERNEL_RAN, "%s", log);
	cr_expect_eq(n, 3);
	object_free(o);
	o = fixture_assemble("r0 = r5; exit");
	cr_expect_eq(kernel_verify(o->programs[0], log, sizeof log, &n), KERNEL_REFUSED, "%s", log);
	cr_expect(strstr(log, "!read_ok"), "%s", log);
	object_free(o);
}
