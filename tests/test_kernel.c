/* SPDX-License-Identifier: BSD-2-Clause */
/* Random programs on the concrete machine and in the live kernel: both have to agree. */
#include "exec_fixture.h"

#include <stdio.h>
#include <time.h>

#define PROGRAMS 2000
#define OPERATIONS 24
#define SECONDS 12 /* what is not done by then is left out, and says so */

static uint64_t state;

static uint64_t draw(void)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	uint64_t x = state;
	x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15ull;
	return x ^ (x >> 29);
}

static unsigned below(unsigned n)
{
	return (unsigned)(draw() >> 20) % n;
}

/* Numbers where the instructions have their corners. */
static int64_t draw_number(void)
{
	static const int64_t corners[] = {
	    0,    1,   -1,    2,      7,     31,        32,        33,        63,        64,         127,        128,
	    -128, 255, 32767, -32768, 65535, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, 0xffffffff, 0x100000000};
	unsigned n = sizeof corners / sizeof *corners;
	return below(3) ? corners[below(n)] : (int64_t)draw();
}

struct text {
	char buf[8000];
	size_t at;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	t->at += (size_t)vsnprintf(t->buf + t->at, sizeof t->buf - t->at, fmt, ap);
	va_end(ap);
	cr_assert(t->at < sizeof t->buf);
}

/* Registers r0..r5 and r8 hold numbers; r6 is the packet. */
static unsigned number_register(void)
{
	unsigned r = below(7);
	return r == 6 ? 8 : r;
}

static int32_t draw_imm(void)
{
	return (int32_t)draw_number();
}

static void add_alu(struct text *t)
{
	static const char *const ops[] = {"+=", "-=", "*=", "/=", "s/=", "|=", "&=", "^=", "%=", "s%=", "="};
	const char *op = ops[below(sizeof ops / sizeof *ops)];
	char c = below(2) ? 'w' : 'r';
	unsigned d = number_register(), s = number_register();
	int32_t imm = draw_imm();
	bool divides = strchr(op, '/') || strchr(op, '%');
	if (below(2) && !(divides && imm == 0)) /* the verifier refuses to divide by the immediate 0 */
		add(t, "%c%u %s %d\n", c, d, op, imm);
	else
		add(t, "%c%u %s %c%u\n", c, d, op, c, s);
}

static void add_shift(struct text *t)
{
	static const char *const ops[] = {"<<=", ">>=", "s>>="};
	const char *op = ops[below(3)];
	bool narrow = below(2);
	char c = narrow ? 'w' : 'r';
	if (below(2))
		add(t, "%c%u %s %u\n", c, number_register(), op, below(narrow ? 32 : 64));
	else
		add(t, "%c%u %s %c%u\n", c, number_register(), op, c, number_register());
}

static void add_unary(struct text *t)
{
	static const char *const swaps[] = {"le16", "le32",    "le64",    "be16",   "be32",
					    "be64", "bswap16", "bswap32", "bswap64"};
	unsigned d = number_register(), s = number_register();
	switch (below(4)) {
	case 0:
		add(t, "r%u = -r%u\n", d, d);
		return;
	case 1:
		add(t, "w%u = -w%u\n", d, d);
		return;
	case 2:
		add(t, "r%u = %s r%u\n", d, swaps[below(9)], d);
		return;
	default:
		if (below(2))
			add(t, "r%u = (s%u)r%u\n", d, 8u << below(3), s);
		else
			add(t, "w%u = (s%u)w%u\n", d, 8u << below(2), s);
	}
}

static void add_constant(struct text *t)
{
	add(t, "r%u = 0x%llx ll\n", number_register(), (unsigned long long)draw_number());
}

static void add_memory(struct text *t)
{
	unsigned bytes = 1u << below(4), at = below(48 / bytes) * bytes;
	char sign = bytes < 8 && below(2) ? 's' : 'u';
	switch (below(5)) {
	case 0:
		add(t, "*(u%u *)(r10 - %u) = r%u\n", 8 * bytes, 64 - at, number_register());
		return;
	case 1:
		add(t, "r%u = *(%c%u *)(r10 - %u)\n", number_register(), sign, 8 * bytes, 64 - at);
		return;
	case 2:
		add(t, "*(u%u *)(r6 + %u) = r%u\n", 8 * bytes, at, number_register());
		return;
	case 3:
		add(t, "r%u = *(%c%u *)(r6 + %u)\n", number_register(), sign, 8 * bytes, at);
		return;
	default:
		add(t, "*(u%u *)(r10 - %u) = %d\n", 8 * bytes, 64 - at, draw_imm());
	}
}

static void add_atomic(struct text *t)
{
	static const char *const plain[] = {"+=", "|=", "&=", "^="}, *const fetch[] = {"add", "or", "and", "xor"};
	bool narrow = below(2);
	unsigned bits = narrow ? 32 : 64, at = 8 + 8 * below(8), r = number_register();
	char c = narrow ? 'w' : 'r';
	switch (below(4)) {
	case 0:
		add(t, "lock *(u%u *)(r10 - %u) %s %c%u\n", bits, at, plain[below(4)], c, r);
		return;
	case 1:
		add(t, "%c%u = atomic_fetch_%s((u%u *)(r10 - %u), %c%u)\n", c, r, fetch[below(4)], bits, at, c, r);
		return;
	case 2:
		add(t, "%c%u = %s(r10 - %u, %c%u)\n", c, r, narrow ? "xchg32_32" : "xchg_64", at, c, r);
		return;
	default:
		add(t, "%c0 = %s(r10 - %u, %c0, %c%u)\n", c, narrow ? "cmpxchg32_32" : "cmpxchg_64", at, c, c, r);
	}
}

static void add_operation(struct text *t)
{
	void (*const kinds[])(struct text *) = {add_alu,   add_alu,      add_alu,    add_shift,
						add_unary, add_constant, add_memory, add_atomic};
	kinds[below(sizeof kinds / sizeof *kinds)](t);
}

/* A forward branch over some operations. */
static void add_branch(struct text *t, unsigned label)
{
	static const char *const ops[] = {"==", "!=", ">", ">=", "<", "<=", "s>", "s>=", "s<", "s<=", "&"};
	char c = below(2) ? 'w' : 'r';
	const char *op = ops[below(sizeof ops / sizeof *ops)];
	if (below(2))
		add(t, "if %c%u %s %d goto l%u\n", c, number_register(), op, draw_imm(), label);
	else
		add(t, "if %c%u %s %c%u goto l%u\n", c, number_register(), op, c, number_register(), label);
	for (unsigned n = 1 + below(4); n; n--)
		add_operation(t);
	add(t, "l%u:\n", label);
}

static void build_program(struct text *t)
{
	t->at = 0;
	add(t, "r6 = *(u32 *)(r1 + 0)\nr2 = *(u32 *)(r1 + 4)\nr3 = r6\nr3 += 64\nif r3 > r2 goto out\n");
	for (unsigned i = 0; i < 8; i++)
		add(t, "r0 = *(u64 *)(r6 + %u)\n*(u64 *)(r10 - %u) = r0\n", 8 * i, 64 - 8 * i);
	for (unsigned r = 0; r < 6; r++)
		add(t, "r%u = *(u64 *)(r6 + %u)\n", r, 8 * r);
	add(t, "r8 = 0x%llx ll\n", (unsigned long long)draw_number());
	for (unsigned i = 0; i < OPERATIONS; i++) {
		if (below(6))
			add_operation(t);
		else
			add_branch(t, i);
	}
	for (unsigned r = 0; r < 6; r++)
		add(t, "*(u64 *)(r6 + %u) = r%u\n", 8 * r, r);
	add(t, "*(u64 *)(r6 + 48) = r8\nr0 = *(u64 *)(r10 - 8)\n*(u64 *)(r6 + 56) = r0\nout: r0 = 2\nexit\n");
}

static struct input *build_input(void)
{
	struct input *in = input_new();
	fixture_set(in, IN_PKT_LEN, 64);
	for (uint64_t i = 0; i < 64; i += 8) {
		uint64_t word = (uint64_t)draw_number();
		for (uint64_t k = 0; k < 8; k++)
			fixture_set1(in, IN_PKT, i + k, word >> 8 * k & 0xff);
	}
	return in;
}

/* false: refused by the verifier, which may happen to a few */
static bool check_program(uint64_t seed)
{
	static struct text t;
	char why[300] = "", diff[300] = "";
	struct exec_outcome x, y;
	state = seed;
	build_program(&t);
	struct object *o = fixture_assemble(t.buf);
	struct input *in = build_input();
	exec_run(o->programs[0], in, NULL, &x);
	cr_assert_eq(x.end, EXEC_EXIT, "seed %llu: %s\n%s", (unsigned long long)seed, x.what, t.buf);
	enum kernel_status s = kernel_run(o->programs[0], in, NULL, &x, &y, why, sizeof why);
	cr_assert(s == KERNEL_RAN || s == KERNEL_REFUSED, "seed %llu: %s\n%s", (unsigned long long)seed, why, t.buf);
	if (s == KERNEL_RAN) {
		bool differs = exec_differ(o->programs[0], &x, &y, diff, sizeof diff);
		cr_assert(!differs, "seed %llu: machine and kernel differ: %s\n%s", (unsigned long long)seed, diff,
			  t.buf);
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
