/* SPDX-License-Identifier: BSD-2-Clause */
/* The search for failing inputs: what it must find, what it must not, and what it leaves in a witness. */
#include "checker/exec/probe.h"
#include "exec_fixture.h"

#define LOOKUP ".map m hash 8 8 16\n*(u64 *)(r10 - 8) = 1; r2 = r10; r2 += -8; r1 = m ll; call map_lookup_elem; "
#define PACKET "r2 = *(u32 *)(r1 + 0); r3 = *(u32 *)(r1 + 4); r4 = r2; "

static const struct {
	enum fault fault;
	const char *bad, *good;
} cases[] = {
    {FAULT_NULL, LOOKUP "r0 = *(u64 *)(r0 + 0); r0 = 2; exit",
     LOOKUP "if r0 == 0 goto +1; r0 = *(u64 *)(r0 + 0); r0 = 2; exit"},
    {FAULT_BOUNDS, PACKET "r4 += 13; r0 = 1; if r4 > r3 goto +1; r0 = *(u8 *)(r2 + 13); exit",
     PACKET "r4 += 14; r0 = 1; if r4 > r3 goto +1; r0 = *(u8 *)(r2 + 13); exit"},
    /* behind two headers and the value of a field */
    {FAULT_BOUNDS,
     PACKET "r0 = 1; r4 += 14; if r4 > r3 goto out; r5 = *(u16 *)(r2 + 12); if r5 != 8 goto out; r4 += 20; if r4 > r3 "
	    "goto out; "
	    "r5 = *(u8 *)(r2 + 14); r5 &= 15; r5 <<= 2; r2 += 14; r2 += r5; r0 = *(u16 *)(r2 + 2); out: exit",
     PACKET "r0 = 1; r4 += 14; if r4 > r3 goto out; r5 = *(u16 *)(r2 + 12); if r5 != 8 goto out; r4 += 20; if r4 > r3 "
	    "goto out; "
	    "r5 = *(u8 *)(r2 + 14); r5 &= 15; r5 <<= 2; r2 += 14; r2 += r5; r4 = r2; r4 += 4; if r4 > r3 goto out; "
	    "r0 = *(u16 *)(r2 + 2); out: exit"},
    /* an index out of a map */
    {FAULT_BOUNDS,
     LOOKUP "if r0 == 0 goto out; r1 = *(u32 *)(r0 + 0); if r1 > 512 goto out; r2 = r10; r2 -= r1; "
	    "*(u8 *)(r2 - 1) = 1; out: r0 = 0; exit",
     LOOKUP "if r0 == 0 goto out; r1 = *(u32 *)(r0 + 0); if r1 > 511 goto out; r2 = r10; r2 -= r1; "
	    "*(u8 *)(r2 - 1) = 1; out: r0 = 0; exit"},
    /* a number that the program knows, in a context's field */
    {FAULT_STACK_UNINIT,
     ".program p tc\nr2 = *(u32 *)(r1 + 8); r0 = 0; if r2 != 0x1234567 goto +1; r0 = *(u8 *)(r10 - 1); exit",
     ".program p tc\nr2 = *(u32 *)(r1 + 8); r0 = 0; if r2 != 0x1234567 goto +1; r0 = 3; exit"},
    {FAULT_ADDRESS, "call get_prandom_u32; if r0 > 100 goto +1; r0 = r10; exit",
     "call get_prandom_u32; if r0 > 100 goto +1; r0 = 1; exit"},
    {FAULT_REPEATS, "call get_prandom_u32; l: if r0 == 7 goto l; r0 = 0; exit",
     "call get_prandom_u32; l: r0 += 1; if r0 == 7 goto l; r0 = 0; exit"},
    /* a string is no longer than its buffer */
    {FAULT_BOUNDS,
     ".program p kprobe\nr1 = r10; r1 += -16; r2 = 16; r3 = 5; call probe_read_kernel_str; r1 = 0; if r0 s< 0 goto +3; "
     "r2 = r10; "
     "r2 += r0; *(u8 *)(r2 - 8) = 0; r0 = 0; exit",
     ".program p kprobe\nr1 = r10; r1 += -16; r2 = 16; r3 = 5; call probe_read_kernel_str; r1 = 0; if r0 s< 0 goto +3; "
     "r2 = r10; "
     "r2 += r0; *(u8 *)(r2 - 17) = 0; r0 = 0; exit"},
};

static const struct probe_options options = {.runs = 5000, .seed = 1, .exec = {.safety = SAFETY_ON}};

static void check_witness(const struct program *p, const struct input *in, const struct exec_outcome *out)
{
	struct exec_outcome again;
	exec_run(p, in, &options.exec, &again);
	cr_expect_eq(again.end, EXEC_FAULT);
	cr_expect_eq(again.fault, out->fault);
	cr_expect_eq(again.slot, out->slot);
	exec_release(&again);
	for (size_t i = 0; i < input_count(in); i++) {
		struct input *less = input_copy(in);
		const struct input_entry *e = input_at(in, i);
		input_unset(less, e->fn, e->args, e->n);
		exec_run(p, less, &options.exec, &again);
		cr_expect(again.end != EXEC_FAULT || again.fault != out->fault || again.slot != out->slot,
			  "%s is not needed for: %s", input_rows[e->fn].name, out->what);
		exec_release(&again);
		input_free(less);
	}
}

static void check(const char *text, enum fault fault)
{
	struct object *o = fixture_assemble(text);
	struct input *witness = NULL;
	struct exec_outcome out = {0};
	bool found = probe_fault(o->programs[0], &options, &witness, &out);
	cr_expect_eq(found, fault != FAULT_NONE, "%s (%s) in:\n%s", found ? fault_texts[out.fault] : "nothing found",
		     found ? out.what : "", text);
	if (found) {
		cr_expect_eq(out.fault, fault, "%s (%s) in:\n%s", fault_texts[out.fault], out.what, text);
		check_witness(o->programs[0], witness, &out);
		input_free(witness);
		exec_release(&out);
	}
	object_free(o);
}

Test(probe, finds_inputs_that_fault_and_only_those)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		check(cases[i].bad, cases[i].fault);
		check(cases[i].good, FAULT_NONE);
	}
}

/* The same seed finds the same. */
Test(probe, is_a_function_of_its_seed)
{
	struct object *o = fixture_assemble(cases[2].bad);
	struct input *in[2];
	struct exec_outcome out[2];
	for (int i = 0; i < 2; i++)
		cr_assert(probe_fault(o->programs[0], &options, &in[i], &out[i]));
	cr_assert_eq(input_count(in[0]), input_count(in[1]));
	for (size_t i = 0; i < input_count(in[0]); i++)
		cr_expect_eq(input_at(in[0], i)->value, input_at(in[1], i)->value);
	for (int i = 0; i < 2; i++) {
		input_free(in[i]);
		exec_release(&out[i]);
	}
	object_free(o);
}
