/* SPDX-License-Identifier: BSD-2-Clause */
/* Decoding, validation, printing and assembling of instructions. */
#include "encode/isa/insn.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define N(a) (sizeof(a) / sizeof *(a))

static void put(uint8_t b[8], int opcode, int dst, int src, int off, int64_t imm)
{
	uint32_t u = (uint32_t)imm;
	uint8_t v[8] = {(uint8_t)opcode, (uint8_t)(dst | src << 4), (uint8_t)off,       (uint8_t)(off >> 8),
			(uint8_t)u,      (uint8_t)(u >> 8),         (uint8_t)(u >> 16), (uint8_t)(u >> 24)};
	memcpy(b, v, 8);
}

static bool same(const struct insn *a, const struct insn *b)
{
	return a->op == b->op && a->width == b->width && a->dst == b->dst && a->src == b->src && a->k == b->k &&
	       a->off == b->off && a->imm == b->imm && a->imm64 == b->imm64;
}

/* A program of `in` amid exits, so that its targets (at most 2 slots away) exist. */
static bool assembles_to(const char *text, const struct insn *in, char *err, size_t errlen)
{
	static const char pad[] = "exit;exit;exit;exit;exit;exit;exit;exit;exit;exit;";
	char program[400];
	struct insn *out;
	size_t n;
	snprintf(program, sizeof program, "%s%s\n%s", pad, text, pad);
	if (!insn_assemble(program, NULL, NULL, &out, &n, err, errlen))
		return false;
	bool ok = n == 21u + (in->op == ISA_LDDW) && same(&out[10], in);
	snprintf(err, errlen, "assembled to another instruction");
	free(out);
	return ok;
}

/* decode -> encode -> decode and print -> assemble are identities. */
static void check_round_trip(const uint8_t b[8], uint64_t *seen, bool text)
{
	struct insn pair[2] = {0}, again;
	uint8_t bytes[16];
	char err[200] = "", line[120];
	if (!insn_decode_slot(b, &pair[0], err, sizeof err))
		return;
	cr_assert_lt(pair[0].op, ISA_COUNT);
	*seen |= 1ull << pair[0].op;
	pair[1].op = ISA_WIDE_TAIL;
	insn_encode(pair, pair[0].op == ISA_LDDW ? 2 : 1, bytes);
	cr_assert(!memcmp(b, bytes, 8), "%s is encoded otherwise", isa_rows[pair[0].op].name);
	cr_assert(insn_decode_slot(bytes, &again, err, sizeof err) && same(&pair[0], &again));
	int len = insn_print(&pair[0], line, sizeof line);
	cr_assert(len > 0 && (size_t)len == strlen(line));
	if (text)
		cr_assert(assembles_to(line, &pair[0], err, sizeof err), "'%s': %s", line, err);
}

static const int offs[] = {0, 1, 2, 8, 16, 32, -1, -2, -8, 3};
static const int64_t imms[] = {0,    1,    2,    16,   32,   64, -1,    0x40,  0x50, 0xa0,
			       0x41, 0x51, 0xa1, 0xe1, 0xf1, 8,  0x100, 0x110, -2,   7};

static uint64_t round_trip_opcode(int opcode)
{
	static const int regs[] = {0, 1, 2, 3, 4, 9, 10, 11, 15};
	uint64_t seen = 0;
	uint8_t b[8];
	for (size_t d = 0; d < N(regs); d++)
		for (size_t s = 0; s < N(regs); s++)
			for (size_t o = 0; o < N(offs); o++)
				for (size_t i = 0; i < N(imms); i++) {
					put(b, opcode, regs[d], regs[s], offs[o], imms[i]);
					check_round_trip(b, &seen, false);
				}
	return seen;
}

Test(isa, every_opcode_round_trips)
{
	uint64_t seen = 0;
	for (int opcode = 0; opcode < 256; opcode++)
		seen |= round_trip_opcode(opcode);
	for (int i = 0; i < ISA_COUNT; i++)
		cr_expect(seen >> i & 1, "no bytes decode to %s", isa_rows[i].name);
}

/* Legal immediates and offsets of a row, so that each form is also printed and parsed. */
static size_t legal_imms(const struct isa_row *r, int64_t out[4])
{
	static const int64_t any[] = {0, 5, INT32_MIN, INT32_MAX}, swaps[] = {16, 32, 64}, jumps[] = {-3, 0, 2};
	static const int64_t spaces[] = {1, 1 << 16};
	if (r->imm == IMM_SPACES) {
		memcpy(out, spaces, sizeof spaces);
		return N(spaces);
	}
	bool fixed = r->imm == IMM_ZERO || r->imm == IMM_EXACT;
	size_t n = fixed ? 1 : r->imm == IMM_SWAP || r->imm == IMM_JUMP ? 3 : 4;
	memcpy(out, r->imm == IMM_SWAP ? swaps : r->imm == IMM_JUMP ? jumps : any, n * sizeof *out);
	if (fixed)
		out[0] = r->exact;
	return n;
}

static size_t legal_offs(const struct isa_row *r, int out[3])
{
	static const int mem[] = {INT16_MIN, 0, INT16_MAX}, jumps[] = {-3, 0, 2}, sx[] = {8, 16, 32};
	memcpy(out, r->off == OFF_MEM ? mem : r->off == OFF_JUMP ? jumps : sx, sizeof mem);
	if (r->off == OFF_ZERO || r->off == OFF_ONE)
		out[0] = r->off == OFF_ONE;
	return r->off == OFF_ZERO || r->off == OFF_ONE ? 1 : 3;
}

/* Calls, LDDW kinds and their targets have tests of their own. */
static bool texts_row(const uint8_t b[8], const struct isa_row *r)
{
	struct insn in;
	char err[100];
	return insn_decode_slot(b, &in, err, sizeof err) && &isa_rows[in.op] == r && r->form != FORM_CALL &&
	       r->form != FORM_WIDE;
}

static uint64_t text_round_trips(const struct isa_row *r, int opcode)
{
	int64_t imm[4];
	int off[3];
	size_t n_imm = legal_imms(r, imm), n_off = legal_offs(r, off);
	uint64_t seen = 0;
	uint8_t b[8];
	for (size_t i = 0; i < n_imm; i++)
		for (size_t o = 0; o < n_off; o++)
			for (int d = 0; d <= 10; d += 5)
				for (int s = 0; s <= 10; s += 5) {
					put(b, opcode, d, s, off[o], imm[i]);
					check_round_trip(b, &seen, texts_row(b, r));
				}
	return seen;
}

Test(isa, every_row_is_printed_and_assembled)
{
	for (int i = 0; i < ISA_COUNT; i++) {
		uint64_t seen = 0;
		for (int opcode = 0; opcode < 256; opcode++)
			seen |= text_round_trips(&isa_rows[i], opcode);
		cr_expect(seen >> i & 1, "%s", isa_rows[i].name);
	}
}

/* The number of opcode bytes per form follows from RFC 9669, not from our table. */
Test(isa, opcode_bytes_are_those_of_the_standard)
{
	static const uint8_t legal[] = {/* LD: LDDW, ABS and IND of 4, 2 and 1 bytes */
					0x18, 0x20, 0x28, 0x30, 0x40, 0x48, 0x50,
					/* LDX: MEM, MEMSX */
					0x61, 0x69, 0x71, 0x79, 0x81, 0x89, 0x91,
					/* ST, STX, atomic (byte and half word: acquire and release only) */
					0x62, 0x6a, 0x72, 0x7a, 0x63, 0x6b, 0x73, 0x7b, 0xc3, 0xcb, 0xd3, 0xdb,
					/* class JMP without conditions, gotol */
					0x05, 0x85, 0x95, 0x06, 0xe5};
	bool expected[256] = {0};
	for (size_t i = 0; i < N(legal); i++)
		expected[legal[i]] = true;
	for (int class = 4; class < 8; class ++)
		for (int code = 0; code < 0xe0; code += 0x10) {
			bool jump = class == 5 || class == 6;
			if (jump && (code == 0 || code == 0x80 || code == 0x90))
				continue;
			expected[class | code] = true;
			expected[class | code | 8] = jump || (code != 0x80 && (code != 0xd0 || class == 4));
		}
	for (int opcode = 0; opcode < 256; opcode++)
		cr_expect_eq(expected[opcode], round_trip_opcode(opcode) != 0, "opcode 0x%02x", opcode);
}

/* Any first four bytes with a few immediates: an answer and no crash. */
Test(isa, arbitrary_slots_are_decoded_or_refused)
{
	uint64_t state = 1, seen = 0;
	for (int opcode = 0; opcode < 256; opcode++)
		for (int off = 0; off < 256; off++)
			for (int k = 0; k < 8; k++) {
				uint8_t b[8];
				char err[100] = "";
				struct insn in;
				state = state * 6364136223846793005u + 1442695040888963407u;
				put(b, opcode, (int)(state >> 60), (int)(state >> 56 & 15), off << (k & 7),
				    k & 1 ? (int64_t)(state >> 20 & 0x1ff) : 0);
				if (insn_decode_slot(b, &in, err, sizeof err))
					check_round_trip(b, &seen, false);
				else
					cr_assert(strlen(err) > 10);
			}
}

struct bad {
	int opcode, dst, src, off;
	int64_t imm;
	const char *why;
};

static const struct bad bads[] = {
    {0x00, 0, 0, 0, 0, "opcode 0x00 is not known"},
    {0xed, 0, 0, 1, 0, "opcode 0xed is not known"},
    {0xe6, 0, 0, 1, 0, "opcode 0xe6 is not known"},
    {0xe5, 0, 1, 1, 0, "source field is 1, expected 0 in MAY_GOTO"},
    {0xe5, 0, 0, 1, 1, "immediate 1 is not legal with opcode 0xe5 (MAY_GOTO)"},
    {0x8d, 1, 0, 0, 0, "opcode 0x8d is not known"},
    {0x38, 0, 0, 0, 0, "opcode 0x38 is not known"},
    {0x99, 1, 2, 0, 0, "opcode 0x99 is not known"},
    {0x07, 11, 0, 0, 8, "there is no register r11"},
    {0x0f, 1, 11, 0, 0, "there is no register r11"},
    {0x7b, 15, 1, 0, 0, "there is no register r15"},
    {0x18, 11, 0, 0, 0, "there is no register r11"},
    {0x07, 1, 2, 0, 8, "source field is 2, expected 0 in ADD"},
    {0x0f, 1, 2, 0, 8, "immediate 8 is not legal with opcode 0x0f (ADD)"},
    {0x07, 1, 0, 1, 8, "offset 1 is not legal with opcode 0x07 (ADD)"},
    {0x37, 1, 0, 2, 8, "offset 2 is not legal with opcode 0x37 (DIV)"},
    {0xbf, 1, 2, 4, 0, "offset 4 is not legal with opcode 0xbf (MOV)"},
    {0xbc, 1, 2, 32, 0, "offset 32 is not legal with opcode 0xbc (MOV)"},
    {0xbf, 1, 2, 1, 2, "immediate 2 is not legal with opcode 0xbf (CAST)"},
    {0xbc, 1, 2, 1, 1, "offset 1 is not legal with opcode 0xbc (MOV)"},
    {0xb7, 1, 0, 8, 0, "offset 8 is not legal with opcode 0xb7 (MOV)"},
    {0x87, 1, 0, 0, 1, "immediate 1 is not legal with opcode 0x87 (NEG)"},
    {0x87, 1, 2, 0, 0, "source field is 2, expected 0 in NEG"},
    {0xd4, 1, 0, 0, 8, "immediate 8 is not legal with opcode 0xd4 (LE)"},
    {0xdf, 1, 0, 0, 16, "opcode 0xdf is not known"},
    {0x05, 1, 0, 0, 0, "destination field is 1, expected 0 in JA"},
    {0x05, 0, 0, 0, 1, "immediate 1 is not legal with opcode 0x05 (JA)"},
    {0x06, 0, 0, 1, 0, "offset 1 is not legal with opcode 0x06 (JAL)"},
    {0x1d, 1, 2, 0, 1, "immediate 1 is not legal with opcode 0x1d (JEQ)"},
    {0x85, 1, 0, 0, 1, "destination field is 1, expected 0 in CALL"},
    {0x85, 0, 3, 0, 1, "source field 3 of CALL is not one of 0 to 2"},
    {0x85, 0, 1, 1, 1, "offset 1 is not legal with opcode 0x85 (CALL)"},
    {0x85, 0, 2, -1, 1, "offset -1 is not legal with opcode 0x85 (CALL)"},
    {0x95, 0, 0, 0, 1, "immediate 1 is not legal with opcode 0x95 (EXIT)"},
    {0x18, 1, 5, 0, 1, "source field 5 of LDDW is not one of 0 to 4"},
    {0x18, 1, 6, 0, 1, "source field 6 of LDDW is not one of 0 to 4"},
    {0x18, 1, 0, 1, 1, "offset 1 is not legal with opcode 0x18 (LDDW)"},
    {0x20, 1, 0, 0, 1, "destination field is 1, expected 0 in LDABS"},
    {0x20, 0, 1, 0, 1, "source field is 1, expected 0 in LDABS"},
    {0x40, 1, 1, 0, 1, "destination field is 1, expected 0 in LDIND"},
    {0x61, 1, 2, 0, 1, "immediate 1 is not legal with opcode 0x61 (LDX)"},
    {0x62, 1, 2, 0, 1, "source field is 2, expected 0 in ST"},
    {0x63, 1, 2, 0, 1, "immediate 1 is not legal with opcode 0x63 (STX)"},
    {0xdb, 1, 2, 0, 0x10, "immediate 16 is not legal with opcode 0xdb (STORE_REL)"},
    {0xd3, 1, 2, 0, 0x01, "immediate 1 is not legal with opcode 0xd3 (STORE_REL)"},
};

/* Where control never gets to, the kernel minds no write to r10. */
static const struct {
	int opcode, dst, src;
	int64_t imm;
	bool writes;
} frame_pointers[] = {
    {0x07, 10, 0, 8, true},      {0x79, 10, 1, 0, true},    {0x18, 10, 0, 0, true},     {0x87, 10, 0, 0, true},
    {0xd4, 10, 0, 16, true},     {0xdb, 1, 10, 0x01, true}, {0xdb, 1, 10, 0xe1, true},  {0xdb, 10, 1, 0x100, true},
    {0x7b, 10, 1, 0, false},     {0xdb, 1, 10, 0, false},   {0xdb, 10, 1, 0x01, false}, {0xdb, 1, 10, 0xf1, false},
    {0xdb, 1, 10, 0x110, false}, {0x1d, 10, 10, 0, false},  {0x7a, 10, 0, 1, false},
};

Test(isa, writes_to_r10_are_decoded_and_told)
{
	for (size_t i = 0; i < N(frame_pointers); i++) {
		uint8_t b[8];
		char err[160] = "";
		struct insn in;
		put(b, frame_pointers[i].opcode, frame_pointers[i].dst, frame_pointers[i].src, 0,
		    frame_pointers[i].imm);
		cr_assert(insn_decode_slot(b, &in, err, sizeof err), "opcode 0x%02x: %s", frame_pointers[i].opcode,
			  err);
		cr_expect_eq(insn_writes_frame_pointer(&in), frame_pointers[i].writes, "opcode 0x%02x, immediate %lld",
			     frame_pointers[i].opcode, (long long)frame_pointers[i].imm);
	}
}

Test(isa, malformed_fields_are_named)
{
	for (size_t i = 0; i < N(bads); i++) {
		const struct bad *m = &bads[i];
		uint8_t b[8];
		char err[160] = "accepted", whole[160], expected[160];
		struct insn in;
		put(b, m->opcode, m->dst, m->src, m->off, m->imm);
		cr_expect(!insn_decode_slot(b, &in, err, sizeof err));
		cr_expect_str_eq(err, m->why);
		cr_expect(!insn_decode(b, 1, &in, whole, sizeof whole));
		snprintf(expected, sizeof expected, "instruction 0: %s", m->why);
		cr_expect_str_eq(whole, expected);
	}
}

struct program {
	const char *why; /* NULL: accepted */
	size_t n;
	int slots[6][5];
};

static const struct program programs[] = {
    {NULL, 1, {{0x95}}},
    {NULL, 2, {{0x05, 0, 0, 0, 0}, {0x05, 0, 0, -1, 0}}},
    {NULL, 3, {{0x18, 1, 0, 0, 1}, {0, 0, 0, 0, -1}, {0x95}}},
    {NULL, 3, {{0x18, 1, 2, 0, 1}, {0, 0, 0, 0, 8}, {0x95}}},
    {NULL, 3, {{0x18, 1, 4, 0, 1}, {0}, {0x95}}},
    {NULL, 3, {{0x85, 0, 1, 0, 1}, {0x95}, {0x95}}},
    {"instruction 0: the program is empty", 0, {{0}}},
    {"instruction 0: control can run past the end, expected exit or goto", 1, {{0xb7}}},
    {"instruction 1: control can run past the end, expected exit or goto", 2, {{0xb7}, {0x85, 0, 0, 0, 1}}},
    {"instruction 1: control can run past the end, expected exit or goto", 2, {{0x05}, {0x15, 0, 0, -1, 0}}},
    {"instruction 0: control can run past the end, expected exit or goto", 2, {{0x18}, {0}}},
    {"instruction 1: LDDW has no second slot", 2, {{0x95}, {0x18}}},
    {"instruction 0: the second slot of LDDW has fields other than its immediate", 3, {{0x18}, {0x95}, {0x95}}},
    {"instruction 0: the second slot of LDDW has fields other than its immediate",
     3,
     {{0x18}, {0, 1, 0, 0, 0}, {0x95}}},
    {"instruction 0: the second slot of LDDW has fields other than its immediate",
     3,
     {{0x18}, {0, 0, 0, 256, 0}, {0x95}}},
    {"instruction 0: the high word of LDDW is 0x1, expected 0 with source field 1",
     3,
     {{0x18, 1, 1, 0, 0}, {0, 0, 0, 0, 1}, {0x95}}},
    {"instruction 0: target 2 is outside of the program's 2 slots", 2, {{0x15, 0, 0, 1, 0}, {0x95}}},
    {"instruction 0: target -1 is outside of the program's 2 slots", 2, {{0x05, 0, 0, -2, 0}, {0x95}}},
    {"instruction 0: target 2 is outside of the program's 2 slots", 2, {{0x06, 0, 0, 0, 1}, {0x95}}},
    {"instruction 0: target 2 is outside of the program's 2 slots", 2, {{0x85, 0, 1, 0, 1}, {0x95}}},
    {"instruction 0: target 3 is outside of the program's 3 slots", 3, {{0x18, 1, 4, 0, 2}, {0}, {0x95}}},
    {"instruction 0: target 1 is the second slot of an LDDW", 3, {{0x18, 1, 4, 0, 0}, {0}, {0x95}}},
    {"instruction 0: target 2 is the second slot of an LDDW", 4, {{0x15, 0, 0, 1, 0}, {0x18}, {0}, {0x95}}},
    {"instruction 0: target 2 is the second slot of an LDDW", 4, {{0x85, 0, 1, 0, 1}, {0x18}, {0}, {0x95}}},
    {"instruction 0: target -2147483647 is outside of the program's 2 slots", 2, {{0x06, 0, 0, 0, INT32_MIN}, {0x95}}},
};

Test(isa, programs_are_checked_across_slots)
{
	for (size_t i = 0; i < N(programs); i++) {
		const struct program *p = &programs[i];
		uint8_t b[48], again[48];
		struct insn out[6];
		char err[160] = "";
		for (size_t s = 0; s < p->n; s++)
			put(b + 8 * s, p->slots[s][0], p->slots[s][1], p->slots[s][2], p->slots[s][3], p->slots[s][4]);
		bool ok = insn_decode(b, p->n, out, err, sizeof err);
		cr_expect_eq(ok, !p->why, "program %zu: %s", i, err);
		cr_expect_str_eq(err, p->why ? p->why : "");
		if (!ok)
			continue;
		insn_encode(out, p->n, again);
		cr_expect(!memcmp(b, again, 8 * p->n));
	}
}

Test(isa, wide_constants_have_both_words)
{
	uint8_t b[24];
	struct insn out[3];
	char err[100], text[60];
	put(b, 0x18, 3, 0, 0, 0x55667788);
	put(b + 8, 0, 0, 0, 0, 0x11223344);
	put(b + 16, 0x95, 0, 0, 0, 0);
	cr_assert(insn_decode(b, 3, out, err, sizeof err));
	cr_expect_eq(out[0].imm64, 0x1122334455667788u);
	cr_expect_eq(out[1].op, ISA_WIDE_TAIL);
	insn_print(&out[0], text, sizeof text);
	cr_expect_str_eq(text, "r3 = 0x1122334455667788 ll");
	cr_expect_eq(insn_print(&out[1], text, sizeof text), 0);
	/* As snprintf: the length that the text wants. */
	cr_expect_eq(insn_print(&out[0], text, 5), 26);
	cr_expect_str_eq(text, "r3 =");
}

Test(isa, control_is_classified)
{
	static const struct {
		int opcode;
		bool jump, next;
	} rows[] = {{0x05, true, false}, {0x06, true, false},  {0x15, true, true}, {0x1e, true, true},
		    {0x85, false, true}, {0x95, false, false}, {0xb7, false, true}};
	for (size_t i = 0; i < N(rows); i++) {
		uint8_t b[8];
		struct insn in;
		char err[100];
		put(b, rows[i].opcode, 0, 0, 0, 0);
		cr_assert(insn_decode_slot(b, &in, err, sizeof err));
		cr_expect_eq(insn_is_jump(&in), rows[i].jump);
		cr_expect_eq(insn_falls_through(&in), rows[i].next);
	}
}

/* Calls and LDDW of every kind, print and back. */
Test(isa, calls_and_addresses_round_trip)
{
	static const struct {
		struct insn in;
		const char *text;
	} rows[] = {
	    {{.op = ISA_CALL, .imm = 1}, "call 1"},
	    {{.op = ISA_CALL, .imm = -1}, "call 4294967295"},
	    {{.op = ISA_CALL, .src = CALL_LOCAL, .imm = 2}, "call +2"},
	    {{.op = ISA_CALL, .src = CALL_LOCAL, .imm = -3}, "call -3"},
	    {{.op = ISA_CALL, .src = CALL_KFUNC, .imm = 777}, "call kernel-function#777"},
	    {{.op = ISA_CALL, .src = CALL_KFUNC, .imm = 777, .off = 3}, "call kernel-function#777, 3"},
	    {{.op = ISA_LDDW, .width = 64, .dst = 1}, "r1 = 0x0 ll"},
	    {{.op = ISA_LDDW, .width = 64, .dst = 1, .imm = -1, .imm64 = UINT64_MAX}, "r1 = -0x1 ll"},
	    {{.op = ISA_LDDW, .width = 64, .dst = 1, .imm64 = 1ull << 63}, "r1 = -0x8000000000000000 ll"},
	    {{.op = ISA_LDDW, .width = 64, .dst = 1, .imm = -1, .imm64 = UINT32_MAX}, "r1 = 0xffffffff ll"},
	    {{.op = ISA_LDDW, .width = 64, .dst = 1, .src = WIDE_MAP, .imm = 3, .imm64 = 3}, "r1 = map[3] ll"},
	    {{.op = ISA_LDDW, .width = 64, .src = WIDE_MAP_VALUE, .imm = 3, .imm64 = 3 | 8ull << 32},
	     "r0 = map[3][0]+8 ll"},
	    {{.op = ISA_LDDW, .width = 64, .src = WIDE_BTF_ID, .imm = 2, .imm64 = 2}, "r0 = extern[2] ll"},
	    {{.op = ISA_LDDW, .width = 64, .src = WIDE_FUNC, .imm = -3, .imm64 = UINT32_MAX - 2},
	     "r0 = subprog[-3] ll"},
	};
	for (size_t i = 0; i < N(rows); i++) {
		char text[80], err[200] = "";
		insn_print(&rows[i].in, text, sizeof text);
		cr_expect_str_eq(text, rows[i].text);
		cr_expect(assembles_to(text, &rows[i].in, err, sizeof err), "'%s': %s", text, err);
	}
}
