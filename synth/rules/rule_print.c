/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules as text: instructions are printed with numbers that nobody writes, in whose place their expressions go. */
#include "synth/rules/rule_text.h"

#include <ctype.h>
#include <string.h>

#define IMM_MARK 1234567891
#define OFF_MARK 12347
#define TEXT(x) TEXT_OF(x)
#define TEXT_OF(x) #x

static void print_instruction(const struct rule *r, const struct rule_insn *ri, FILE *out)
{
	char text[128], imm[400] = "", off[400] = "";
	struct insn in = ri->in;
	if (ri->imm) {
		in.imm = IMM_MARK;
		in.imm64 = IMM_MARK;
		rule_expr_print(r, ri->imm - 1u, 1, imm, sizeof imm);
	}
	if (ri->off) {
		in.off = OFF_MARK;
		rule_expr_print(r, ri->off - 1u, 1, off, sizeof off);
	}
	insn_print(&in, text, sizeof text);
	fprintf(out, "  ");
	for (const char *s = text; *s;) {
		bool fresh = s == text || !isalnum((unsigned char)s[-1]);
		if (fresh && (*s == 'r' || *s == 'w') && isdigit((unsigned char)s[1])) {
			fprintf(out, "%c%c", *s, 'A' + (s[1] - '0'));
			s += 2;
		} else if (!strncmp(s, TEXT(IMM_MARK), strlen(TEXT(IMM_MARK)))) {
			fprintf(out, "%s", imm);
			s += strlen(TEXT(IMM_MARK));
		} else if (!strncmp(s, "0x499602d3", 10)) { /* IMM_MARK as an LDDW has it */
			fprintf(out, "%s", imm);
			s += 10;
		} else if (!strncmp(s, TEXT(OFF_MARK), strlen(TEXT(OFF_MARK)))) {
			fprintf(out, "%s", off);
			s += strlen(TEXT(OFF_MARK));
		} else if (!strncmp(s, "goto +0", 7)) {
			fprintf(out, "goto L");
			s += 7;
		} else {
			fputc(*s++, out);
		}
	}
	fputc('\n', out);
}

static void print_registers(uint8_t bits, const char *what, FILE *out)
{
	for (unsigned i = 0; i < RULE_REGS; i++)
		if (bits >> i & 1)
			fprintf(out, "  when r%c %s\n", 'A' + i, what);
}

void rule_print(const struct rule *r, FILE *out)
{
	char text[400];
	fprintf(out, "rule %s\n", r->name);
	for (unsigned i = 0; i < r->n_pattern; i++)
		print_instruction(r, &r->pattern[i], out);
	print_registers(r->any, "anything", out);
	print_registers(r->points, "points", out);
	print_registers(r->dead, "dead", out);
	for (unsigned i = 0; i < r->n_facts; i++) {
		const struct rule_fact *f = &r->facts[i];
		rule_expr_print(r, f->node, f->kind == RULE_BELOW ? 5 : 8, text, sizeof text);
		fprintf(out, f->kind == RULE_BELOW ? "  when r%c <= %s\n" : "  when r%c & %s == 0\n", 'A' + f->reg,
			text);
	}
	for (unsigned i = 0; i < r->n_conditions; i++) {
		rule_expr_print(r, r->conditions[i], 1, text, sizeof text);
		fprintf(out, "  when %s\n", text);
	}
	fprintf(out, "=>\n");
	for (unsigned i = 0; i < r->n_result; i++)
		print_instruction(r, &r->result[i], out);
	if (!r->n_result)
		fprintf(out, "  nothing\n");
}
