/* SPDX-License-Identifier: BSD-2-Clause */
/* Trials of windows: the compact interpreter beside the machine, and what trials tell apart. */
#include "tests/trial_fixture.h"

#include "tests/random.h"

#define WORDS 8 /* of stack that random code uses */
#define BODY 24

static unsigned random_width(struct random *r)
{
	return 8u << random_below(r, 4);
}

static struct insn random_alu(struct random *r)
{
	static const uint8_t ops[] = {ISA_ADD, ISA_SUB, ISA_MUL, ISA_DIV,  ISA_SDIV, ISA_OR,  ISA_AND,   ISA_LSH,
				      ISA_RSH, ISA_NEG, ISA_MOD, ISA_SMOD, ISA_XOR,  ISA_MOV, ISA_MOVSX, ISA_ARSH};
	struct insn in = {.op = ops[random_below(r, sizeof ops)], .width = random_below(r, 2) ? 64 : 32};
	in.dst = (uint8_t)random_below(r, 10);
	in.src = (uint8_t)random_below(r, 10);
	in.k = random_below(r, 2);
	if (in.op == ISA_SDIV || in.op == ISA_SMOD)
		in.off = 1;
	if (in.op == ISA_MOVSX)
		in.off = random_below(r, 2) ? 8 : 16;
	if (in.op == ISA_MOVSX)
		in.k = false;
	if (in.op == ISA_NEG || in.k)
		in.src = 0;
	if (in.op == ISA_NEG)
		in.k = false;
	if (in.k)
		in.imm = in.op == ISA_LSH || in.op == ISA_RSH || in.op == ISA_ARSH ? (int32_t)random_below(r, in.width)
										   : (int32_t)random_number(r);
	if (in.k && (in.op == ISA_DIV || in.op == ISA_SDIV || in.op == ISA_MOD || in.op == ISA_SMOD) && !in.imm)
		in.imm = 3;
	return in;
}

static struct insn random_insn(struct random *r)
{
	unsigned width = random_width(r);
	int16_t off = (int16_t)(-8 * WORDS + (int)random_below(r, 8 * WORDS - width / 8 + 1));
	uint8_t reg = (uint8_t)random_below(r, 10);
	switch (random_below(r, 8)) {
	case 0:
		return (struct insn){.op = ISA_LDX, .width = (uint8_t)width, .dst = reg, .src = 10, .off = off};
	case 1:
		width = width == 64 ? 32 : width;
		return (struct insn){.op = ISA_LDXS, .width = (uint8_t)width, .dst = reg, .src = 10, .off = off};
	case 2:
		return (struct insn){.op = ISA_STX, .width = (uint8_t)width, .dst = 10, .src = reg, .off = off};
	case 3:
		return (struct insn){
		    .op = ISA_ST, .width = (uint8_t)width, .dst = 10, .off = off, .imm = (int32_t)random_draw(r)};
	case 4: {
		static const uint8_t ends[] = {ISA_LE, ISA_BE, ISA_BSWAP};
		uint8_t bits = (uint8_t)(16u << random_below(r, 3));
		return (struct insn){.op = ends[random_below(r, 3)], .width = bits, .dst = reg, .imm = bits};
	}
	default:
		return random_alu(r);
	}
}

struct seen {
	uint32_t first; /* slot behind the body */
	uint64_t regs[11], words[WORDS];
};

static void see(void *arg, const struct program *p, uint32_t slot, const uint64_t regs[11], uint16_t known)
{
	struct seen *s = arg;
	(void)p, (void)known;
	if (slot == s->first)
		memcpy(s->regs, regs, sizeof s->regs);
	if (slot > s->first && slot <= s->first + WORDS)
		s->words[slot - s->first - 1] = regs[0];
}

static void put_wide(struct insn *at, uint8_t reg, uint64_t v)
{
	at[0] = (struct insn){.op = ISA_LDDW, .width = 64, .dst = reg, .imm = (int32_t)v, .imm64 = v};
	at[1] = (struct insn){.op = ISA_WIDE_TAIL};
}

/* Registers and stack words, the body, loads of all words, exit. */
static uint32_t write_program(struct random *r, struct trial *t, struct insn *out, uint32_t *first)
{
	uint32_t n = 0;
	for (uint8_t reg = 0; reg < 10; reg++, n += 2) {
		t->before.r[reg] = (uint64_t)random_number(r);
		put_wide(&out[n], reg, t->before.r[reg]);
	}
	for (int i = 0; i < WORDS; i++) {
		memcpy(t->before.bytes + 8 * i, &t->before.r[i], 8);
		out[n++] = (struct insn){
		    .op = ISA_STX, .width = 64, .dst = 10, .src = (uint8_t)i, .off = (int16_t)(8 * i - 8 * WORDS)};
	}
	uint32_t body = n;
	for (int i = 0; i < BODY; i++)
		out[n++] = random_insn(r);
	*first = n;
	for (int i = 0; i < WORDS; i++)
		out[n++] = (struct insn){.op = ISA_LDX, .width = 64, .src = 10, .off = (int16_t)(8 * i - 8 * WORDS)};
	out[n++] = (struct insn){.op = ISA_MOV, .width = 64, .k = true};
	out[n++] = (struct insn){.op = ISA_EXIT};
	return body;
}

static void check_random(uint64_t seed)
{
	struct random r = {seed};
	struct trial t = {.n_areas = 1, .readable = ~0ull, .writable = ~0ull};
	struct insn code[200] = {0};
	uint8_t bytes[8 * 200];
	struct seen seen = {0};
	struct object *o = NULL;
	char err[200];
	uint32_t body = write_program(&r, &t, code, &seen.first), n = seen.first + WORDS + 2;
	insn_encode(code, n, bytes);
	cr_assert_eq(object_decode("random", bytes, n, &o, err, sizeof err), OBJECT_OK, "seed %llu: %s",
		     (unsigned long long)seed, err);
	struct input *in = input_new();
	struct exec_outcome out;
	exec_run(o->programs[0], in, &(struct exec_options){.trace = see, .trace_arg = &seen}, &out);
	cr_assert_eq(out.end, EXEC_EXIT, "seed %llu: %s", (unsigned long long)seed, out.what);
	t.before.r[10] = 0x1000;
	t.areas[0] = (struct trial_area){0x1000 - 8 * WORDS, 8 * WORDS, 0};
	struct trial_state s;
	cr_assert(trial_run(&t, o->programs[0]->insns + body, BODY, &s));
	cr_expect_arr_eq(s.r, seen.regs, 10 * sizeof *s.r, "seed %llu: registers", (unsigned long long)seed);
	cr_expect_arr_eq(s.bytes, seen.words, sizeof s.bytes, "seed %llu: stack", (unsigned long long)seed);
	exec_release(&out);
	input_free(in);
	object_free(o);
}

Test(trial, straight_line_code_runs_as_in_the_machine)
{
	for (uint64_t seed = 1; seed <= 3000; seed++)
		check_random(seed);
}

/* A window and candidates, each as text; the facts that `shape` gives. */
typedef void shape(struct facts *f);

struct fixture {
	struct object *o;
	struct facts *f;
	struct trials trials;
	uint32_t slots[TRIAL_SLOTS];
};

static void build(struct fixture *x, const char *text, uint16_t live, bool live_stack, shape *facts)
{
	char whole[1000];
	snprintf(whole, sizeof whole, ".map m hash 4 8 8\n%s\nexit\n", text);
	x->o = fixture_assemble(whole);
	const struct program *p = x->o->programs[0];
	x->f = fixture_facts(p);
	if (facts)
		facts(x->f);
	struct trial_ask ask = {
	    .facts = x->f, .insns = p->insns, .slots = x->slots, .n = (unsigned)p->n - 1, .live = live};
	for (uint32_t i = 0; i < TRIAL_SLOTS; i++)
		x->slots[i] = i;
	memset(ask.live_stack, live_stack ? 0xff : 0, sizeof ask.live_stack);
	cr_assert(trials_init(&x->trials, &ask, 24, 1), "%s", text);
}

static void drop(struct fixture *x)
{
	trials_release(&x->trials);
	fixture_facts_free(x->f);
	object_free(x->o);
}

static bool passes(struct fixture *x, const char *text)
{
	struct insn *insns = NULL;
	size_t n = 0;
	char err[200] = "", whole[1000];
	snprintf(whole, sizeof whole, "%s\nexit\n", text);
	cr_assert(insn_assemble(whole, NULL, NULL, &insns, &n, err, sizeof err), "%s: %s", text, err);
	n--;
	bool good =
	    trials_allow(&x->trials, insns, (unsigned)n) && trials_ask(&x->trials, insns, (unsigned)n) == x->trials.n;
	free(insns);
	return good;
}

static void check_pair(const char *window, uint16_t live, bool live_stack, shape *facts, const char *good,
		       const char *bad)
{
	struct fixture x;
	build(&x, window, live, live_stack, facts);
	cr_expect(passes(&x, window), "itself: %s", window);
	cr_expect(passes(&x, good), "%s -> %s", window, good);
	cr_expect(!passes(&x, bad), "%s -/> %s", window, bad);
	drop(&x);
}

static void values_of_one_map(struct facts *f)
{
	fixture_point(f, 1, KIND_VALUE, 0);
	fixture_point(f, 2, KIND_VALUE, 0);
}

static void a_packet(struct facts *f)
{
	fixture_point(f, 1, KIND_PACKET, 0);
}

static void a_context(struct facts *f)
{
	fixture_point(f, 1, KIND_CTX, 0);
}

static void small_r1(struct facts *f)
{
	for (uint32_t i = 0; i < f->n; i++)
		f->at[i].r[1].value = scalar_between(0, 100);
}

static void r2_is_r1_plus_4(struct facts *f)
{
	for (uint32_t i = 0; i < f->n; i++) {
		f->at[i].r[2].same = 1;
		f->at[i].r[2].distance = 4;
	}
}

static void nothing_in_r5(struct facts *f)
{
	for (uint32_t i = 0; i < f->n; i++)
		f->at[i].r[5].kind = KIND_NONE;
}

Test(trial, registers_that_are_read_later_are_compared)
{
	check_pair("r1 <<= 32; r1 >>= 32", 2, false, NULL, "w1 = w1", "r1 = r1");
	check_pair("r2 = r1; r1 += 1", 2, false, NULL, "r1 += 1", "r2 = r1");
	check_pair("r1 &= 255; r2 = r1; r2 <<= 8", 4, false, NULL, "r2 = r1; r2 &= 255; r2 <<= 8", "r2 = r1; r2 <<= 8");
	check_pair("r3 = 7 ll; r1 += r3", 2, false, NULL, "r1 += 7", "r1 |= 7");
}

Test(trial, facts_are_kept_to)
{
	check_pair("r1 <<= 32; r1 s>>= 32", 2, false, small_r1, "", "r1 <<= 1");
	check_pair("r2 -= r1", 4, false, r2_is_r1_plus_4, "r2 = 4", "r2 = 5");
	check_pair("r1 = 1; r2 = 2", 6, false, nothing_in_r5, "r2 = 2; r1 = 1",
		   "r1 = r5; r5 ^= r1; r1 = 1; r2 = 2; r2 ^= r5; r2 ^= r5");
}

Test(trial, memory_is_what_the_window_touches)
{
	check_pair("r3 = *(u8 *)(r1 + 1); r2 = *(u8 *)(r1 + 0); r3 <<= 8; r2 |= r3", 4, false, a_packet,
		   "r2 = *(u16 *)(r1 + 0)", "r2 = *(u32 *)(r1 + 0); r2 &= 65535");
	check_pair("*(u8 *)(r1 + 0) = 1; *(u8 *)(r1 + 1) = 2", 0, false, a_packet, "*(u16 *)(r1 + 0) = 513",
		   "*(u16 *)(r1 + 0) = 258");
	check_pair("r2 = *(u32 *)(r1 + 0); r2 = *(u32 *)(r1 + 4)", 4, false, a_context, "r2 = *(u32 *)(r1 + 4)",
		   "r2 = *(u64 *)(r1 + 0); r2 >>= 32");
	/* two values of one map may be the same one */
	check_pair("*(u64 *)(r1 + 0) = 1; r3 = *(u64 *)(r2 + 0)", 8, false, values_of_one_map,
		   "*(u32 *)(r1 + 0) = 1; *(u32 *)(r1 + 4) = 0; r3 = *(u64 *)(r2 + 0)",
		   "r3 = *(u64 *)(r2 + 0); *(u64 *)(r1 + 0) = 1");
	/* or two */
	check_pair("*(u64 *)(r1 + 0) = 1; r3 = *(u64 *)(r2 + 0)", 8, false, values_of_one_map,
		   "*(u64 *)(r1 + 0) = 1; r3 = *(u64 *)(r2 + 0)", "*(u64 *)(r1 + 0) = 1; r3 = 1");
}

Test(trial, the_stack_counts_where_it_is_read_later)
{
	check_pair("*(u64 *)(r10 - 8) = r1; r2 = *(u64 *)(r10 - 8)", 4, false, NULL, "r2 = r1",
		   "r2 = *(u64 *)(r10 - 8)");
	check_pair("*(u64 *)(r10 - 8) = r1; r2 = *(u64 *)(r10 - 8)", 4, true, NULL, "*(u64 *)(r10 - 8) = r1; r2 = r1",
		   "r2 = r1");
}

Test(trial, the_jump_at_the_end_is_compared)
{
	check_pair("r2 = r1; r2 &= 1; if r2 != 0 goto +0", 2, false, NULL, "if r1 & 1 goto +0", "if r1 & 3 goto +0");
}

Test(trial, jumps_at_the_end_go_both_ways)
{
	static const char *const rare[] = {"r2 = r1; if r2 == 77 goto +0", "r2 = r1; r2 &= 255; if r2 > 200 goto +0",
					   "if r1 != 0 goto +0"};
	for (size_t i = 0; i < sizeof rare / sizeof *rare; i++) {
		struct fixture x;
		unsigned taken = 0;
		build(&x, rare[i], 2, false, NULL);
		for (unsigned k = 0; k < x.trials.n; k++)
			taken += x.trials.at[k].after.taken;
		cr_expect(taken > 2 && taken + 2 < x.trials.n, "%s: %u of %u", rare[i], taken, x.trials.n);
		drop(&x);
	}
}

Test(trial, a_witness_becomes_a_trial)
{
	struct fixture x;
	uint64_t registers[11] = {0, 0xdeadbeef12345678};
	build(&x, "r2 = r1", 4, false, NULL);
	unsigned n = x.trials.n;
	trials_add(&x.trials, registers);
	cr_assert_gt(x.trials.n, n);
	cr_expect_eq(x.trials.at[n].before.r[1], registers[1]);
	drop(&x);
}

Test(trial, windows_that_touch_too_much_are_refused)
{
	struct object *o = fixture_assemble("r1 = *(u64 *)(r10 - 8)\ncall 7\nexit\n");
	struct facts *f = fixture_facts(o->programs[0]);
	uint32_t slots[] = {0, 1};
	struct trial_ask ask = {.facts = f, .insns = o->programs[0]->insns, .slots = slots, .n = 2, .live = 1};
	struct trials t;
	cr_expect(!trials_init(&t, &ask, 4, 1), "a call");
	trials_release(&t);
	fixture_facts_free(f);
	object_free(o);
}
