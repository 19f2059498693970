/* SPDX-License-Identifier: BSD-2-Clause */
/* Control-flow graphs in DOT: a box for each basic block, double for loop headers; back edges are dashed, calls dotted.
 */
#include "checker/cli/show.h"
#include "encode/isa/cfg.h"

static void print_escaped(const char *s, FILE *out)
{
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', out);
		fputc(*s, out);
	}
}

static void print_insn(const struct program *p, size_t slot, FILE *out)
{
	char text[160], note[160];
	insn_print(&p->insns[slot], text, sizeof text);
	show_note(p, slot, note, sizeof note);
	fprintf(out, "%zu: ", slot);
	print_escaped(text, out);
	if (*note) {
		fputs("   // ", out);
		print_escaped(note, out);
	}
	fputs("\\l", out);
}

static void print_block(const struct program *p, const struct cfg *c, int number, FILE *out)
{
	const struct block *b = &c->blocks[number];
	bool header = b->size > 0;
	fprintf(out, "\t\tb%u [%slabel=\"", b->start, header ? "peripheries=2, " : "");
	if (header)
		fprintf(out, "loop, blocks: %d\\l", b->size);
	if (b->place < 0)
		fputs("unreachable\\l", out);
	for (uint32_t slot = b->start; slot < b->end; slot++)
		if (p->insns[slot].op != ISA_WIDE_TAIL)
			print_insn(p, slot, out);
	fputs("\"];\n", out);
}

static void print_edges(const struct program *p, const struct cfg *c, int number, FILE *out)
{
	const struct block *b = &c->blocks[number];
	bool branches = b->succ[CFG_NEXT] >= 0 && b->succ[CFG_TAKEN] >= 0;
	for (int k = 0; k < 2; k++) {
		int to = b->succ[k];
		if (to < 0)
			continue;
		bool back = b->place >= 0 && cfg_is_back_edge(c, number, to);
		fprintf(out, "\tb%u -> b%u [%s%s];\n", b->start, c->blocks[to].start, back ? "style=dashed, " : "",
			!branches        ? ""
			: k == CFG_TAKEN ? "label=\"taken\""
					 : "label=\"else\"");
	}
	for (uint32_t slot = b->start; slot < b->end; slot++) {
		const struct insn *in = &p->insns[slot];
		bool call = in->op == ISA_CALL && in->src == CALL_LOCAL,
		     address = in->op == ISA_LDDW && in->src == WIDE_FUNC;
		if (call || address)
			fprintf(out, "\tb%u -> b%lld [style=dotted, label=\"%s\"];\n", b->start,
				(long long)insn_target(in, slot), call ? "call" : "address");
	}
}

static bool print_function(const struct program *p, size_t i, FILE *out, char *err, size_t len)
{
	struct cfg c;
	if (!cfg_build(p->insns, p->subs[i].start, p->subs[i].end, &c, err, len))
		return false;
	fprintf(out, "\tsubgraph cluster_%zu {\n\t\tlabel=\"", i);
	print_escaped(p->subs[i].name, out);
	fputs("\";\n", out);
	for (size_t b = 0; b < c.n; b++)
		print_block(p, &c, (int)b, out);
	fputs("\t}\n", out);
	for (size_t b = 0; b < c.n; b++)
		print_edges(p, &c, (int)b, out);
	cfg_release(&c);
	return true;
}

bool show_dot(const struct program *p, FILE *out, char *err, size_t len)
{
	fputs("digraph \"", out);
	print_escaped(p->name, out);
	fputs("\" {\n\tnode [shape=box, fontname=monospace];\n\tedge [fontname=monospace];\n", out);
	for (size_t i = 0; i < p->n_subs; i++)
		if (!print_function(p, i, out, err, len))
			return false;
	fputs("}\n", out);
	return true;
}
