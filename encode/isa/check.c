/* SPDX-License-Identifier: BSD-2-Clause */
/* Decoding of whole programs and the checks that look at more than one slot. */
#include "check.h"

#include <stdarg.h>

bool check_fail(char *err, size_t errlen, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(err, errlen, format, args);
	va_end(args);
	return false;
}

bool insn_is_jump(const struct insn *in)
{
	if (in->op >= ISA_COUNT)
		return false;
	enum isa_form form = isa_rows[in->op].form;
	return form == FORM_JA || form == FORM_JAL || form == FORM_JMP || form == FORM_MAYGOTO;
}

bool insn_falls_through(const struct insn *in)
{
	return in->op != ISA_JA && in->op != ISA_JAL && in->op != ISA_EXIT;
}

int64_t insn_target(const struct insn *in, size_t pc)
{
	bool by_off = isa_rows[in->op].off == OFF_JUMP;
	return (int64_t)pc + 1 + (by_off ? in->off : in->imm);
}

bool insn_has_target(const struct insn *in)
{
	return insn_is_jump(in) || (in->op == ISA_CALL && in->src == CALL_LOCAL) ||
	       (in->op == ISA_LDDW && in->src == WIDE_FUNC);
}

static bool check_target(const struct insn *insns, size_t n, size_t at, char *err, size_t errlen)
{
	int64_t target = insn_target(&insns[at], at);
	if (target < 0 || target >= (int64_t)n)
		return check_fail(err, errlen, "target %lld is outside of the program's %zu slots", (long long)target,
				  n);
	if (insns[target].op == ISA_WIDE_TAIL)
		return check_fail(err, errlen, "target %lld is the second slot of an LDDW", (long long)target);
	return true;
}

bool check_flow(const struct insn *insns, size_t n, size_t *at, char *err, size_t errlen)
{
	*at = 0;
	if (!n)
		return check_fail(err, errlen, "the program is empty");
	for (size_t i = 0; i < n; i++) {
		*at = i;
		if (insn_has_target(&insns[i]) && !check_target(insns, n, i, err, errlen))
			return false;
	}
	if (insns[n - 1].op == ISA_WIDE_TAIL)
		*at = n - 2;
	if (insn_falls_through(&insns[n - 1]))
		return check_fail(err, errlen, "control can run past the end, expected exit or goto");
	return true;
}

/* The second slot of an LDDW: only its immediate may differ from 0. */
static bool decode_tail(const uint8_t *bytes, size_t left, struct insn *out, char *err, size_t errlen)
{
	if (left < 2)
		return check_fail(err, errlen, "LDDW has no second slot");
	for (int i = 8; i < 12; i++)
		if (bytes[i])
			return check_fail(err, errlen, "the second slot of LDDW has fields other than its immediate");
	uint32_t high = bytes[12] | (uint32_t)bytes[13] << 8 | (uint32_t)bytes[14] << 16 | (uint32_t)bytes[15] << 24;
	if (high && out->src != WIDE_CONST && out->src != WIDE_MAP_VALUE)
		return check_fail(err, errlen, "the high word of LDDW is 0x%x, expected 0 with source field %d", high,
				  out->src);
	out[0].imm64 |= (uint64_t)high << 32;
	out[1] = (struct insn){.op = ISA_WIDE_TAIL};
	return true;
}

static bool decode_all(const uint8_t *bytes, size_t n, struct insn *out, size_t *at, char *err, size_t errlen)
{
	for (size_t i = 0; i < n; i++) {
		*at = i;
		if (!insn_decode_slot(bytes + 8 * i, &out[i], err, errlen))
			return false;
		if (out[i].op != ISA_LDDW)
			continue;
		if (!decode_tail(bytes + 8 * i, n - i, &out[i], err, errlen))
			return false;
		i++;
	}
	return check_flow(out, n, at, err, errlen);
}

bool insn_decode(const uint8_t *bytes, size_t n, struct insn *out, char *err, size_t errlen)
{
	char what[160];
	size_t at = 0;
	if (decode_all(bytes, n, out, &at, what, sizeof what))
		return true;
	return check_fail(err, errlen, "instruction %zu: %s", at, what);
}
