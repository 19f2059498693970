/* SPDX-License-Identifier: BSD-2-Clause */
#include "checker/equiv/report.h"
#include "checker/witness/witness.h"

#include <string.h>

const char *const report_verdicts[] = {
    [VERDICT_PROVED] = "proved", [VERDICT_REFUTED] = "refuted", [VERDICT_UNKNOWN] = "unknown"};

/* The program that a pair is called after. */
static const struct program *name_of(const struct object_pair *p)
{
	return p->a ? p->a : p->b;
}

const char *report_verdict(const struct object_pairs *pairs, const struct object_pair *p)
{
	if (!p->a || !p->b)
		return pairs->allow_missing ? "missing" : "refuted";
	return report_verdicts[p->result.verdict];
}

void report_text(const struct object_pair *p, char *buf, size_t len)
{
	const struct equiv_result *r = &p->result;
	if (!p->a || !p->b)
		snprintf(buf, len, "only in the %s object", p->a ? "first" : "second");
	else if (r->verdict == VERDICT_UNKNOWN)
		snprintf(buf, len, "%s%s%s%s", reason_texts[r->reason], *r->what ? " (" : "", r->what,
			 *r->what ? ")" : "");
	else if (r->verdict == VERDICT_REFUTED)
		snprintf(buf, len, "%s%s%s", r->what, r->kernel == OPINION_CONFIRMED ? "; the kernel confirms" : "",
			 r->cached ? "; cached" : "");
	else
		snprintf(buf, len, "by %s%s%s", r->decided_by,
			 r->partial ? "; inputs on which the first program faults are not compared" : "",
			 r->cached ? "; cached" : "");
}

void report_kernel(const struct object_pair *p, char *buf, size_t len)
{
	static const char *const names[] = {[OPINION_NONE] = "not asked",
					    [OPINION_CONFIRMED] = "confirmed",
					    [OPINION_SKIPPED] = "skipped",
					    [OPINION_CONTRADICTED] = "contradicted"};
	bool why = p->result.kernel == OPINION_SKIPPED;
	snprintf(buf, len, "%s%s%s", names[p->result.kernel], why ? ": " : "", why ? p->result.kernel_text : "");
}

/* Bytes of the longest name. */
static int width_of(const struct object_pairs *pairs)
{
	int wide = 7;
	for (size_t i = 0; i < pairs->n; i++) {
		int len = (int)strlen(name_of(&pairs->at[i])->name);
		wide = len > wide ? len : wide;
	}
	return wide;
}

static void print_rows(const struct object_pairs *pairs, const char *indent, int wide, FILE *out)
{
	char text[512];
	for (size_t i = 0; i < pairs->n; i++) {
		const struct object_pair *p = &pairs->at[i];
		report_text(p, text, sizeof text);
		fprintf(out, "%s%-*s  %-8s %9.1f  %s\n", indent, wide, name_of(p)->name, report_verdict(pairs, p),
			p->result.ms, text);
	}
}

static void print_examples(const struct object_pairs *pairs, FILE *out)
{
	for (size_t i = 0; i < pairs->n; i++) {
		const struct object_pair *p = &pairs->at[i];
		if (p->result.verdict == VERDICT_REFUTED && p->result.witness) {
			fprintf(out, "\n%s\n", p->a->name);
			witness_print(p->a, p->b, &p->result, out);
		}
	}
}

void report_print(const struct object_pairs *pairs, FILE *out)
{
	int wide = width_of(pairs);
	fprintf(out, "%-*s  %-8s %9s  %s\n", wide, "program", "verdict", "ms", "");
	print_rows(pairs, "", wide, out);
	print_examples(pairs, out);
}

void report_print_file(const char *name, const struct object_pairs *pairs, FILE *out)
{
	fprintf(out, "%s\n", name);
	print_rows(pairs, "  ", width_of(pairs), out);
	print_examples(pairs, out);
}

static json_t *cuts_json(const struct cut_answer *c)
{
	return json_pack("{s:b, s:s, s:[I, I], s:I, s:I, s:I, s:I, s:f, s:f}", "proved", c->verdict == VERDICT_PROVED,
			 "reason", c->why, "at", (json_int_t)c->slot[0], (json_int_t)c->slot[1], "pairs",
			 (json_int_t)c->pairs, "relations", (json_int_t)c->relations, "queries", (json_int_t)c->queries,
			 "steps", (json_int_t)c->rounds, "ms", c->ms, "safety_ms", c->safety_ms);
}

static json_t *pair_json(const struct object_pairs *pairs, const struct object_pair *p)
{
	char text[512], kernel[256];
	const struct equiv_result *r = &p->result;
	report_text(p, text, sizeof text);
	report_kernel(p, kernel, sizeof kernel);
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:b, s:f, s:s, s:s, s:s, s:I, s:I}", "program", name_of(p)->name,
			      "section", name_of(p)->section, "verdict", report_verdict(pairs, p), "decided_by",
			      r->decided_by ? r->decided_by : "missing", "cached", (int)r->cached, "ms", r->ms, "reason",
			      r->verdict == VERDICT_UNKNOWN ? reason_texts[r->reason] : "", "detail", text, "kernel",
			      kernel, "terms", (json_int_t)r->terms, "claims", (json_int_t)r->claims);
	if (r->cut.ms > 0)
		json_object_set_new(o, "cuts", cuts_json(&r->cut));
	if (r->verdict == VERDICT_REFUTED && r->witness)
		json_object_set_new(o, "witness", witness_json(p->a, p->b, r));
	return o;
}

/* Whose types the programs' CO-RE relocations were resolved against. */
static const char *types_of(const struct object_pairs *pairs)
{
	for (size_t i = 0; i < pairs->n; i++)
		if (name_of(&pairs->at[i])->object->btf)
			return name_of(&pairs->at[i])->object->btf;
	return "none";
}

json_t *report_json(const struct object_pairs *pairs)
{
	json_t *list = json_array();
	enum reason first = REASON_NONE;
	enum verdict v = objects_verdict(pairs);
	for (size_t i = 0; i < pairs->n; i++) {
		const struct equiv_result *r = &pairs->at[i].result;
		if (r->verdict == VERDICT_UNKNOWN && !first)
			first = r->reason;
		json_array_append_new(list, pair_json(pairs, &pairs->at[i]));
	}
	return json_pack("{s:s, s:s, s:s, s:o}", "verdict", report_verdicts[v], "reason",
			 v == VERDICT_UNKNOWN ? reason_texts[first] : "", "btf", types_of(pairs), "pairs", list);
}
