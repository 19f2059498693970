/* SPDX-License-Identifier: BSD-2-Clause */
#include "checker/safety/safety_report.h"
#include "checker/equiv/report.h"
#include "checker/safety/path.h"
#include "checker/safety/replay.h"
#include "checker/witness/witness.h"

#include <inttypes.h>
#include <string.h>

void safety_report_text(const struct programs_item *item, char *buf, size_t len)
{
	const struct safety_result *r = &item->result;
	const char *cached = item->cached ? "; cached" : "";
	if (r->verdict == VERDICT_REFUTED)
		snprintf(buf, len, "%s, at instruction %u%s", fault_texts[r->outcome.fault], r->outcome.slot, cached);
	else if (r->verdict == VERDICT_UNKNOWN)
		snprintf(buf, len, "%s%s%s%s", reason_texts[r->reason], *r->detail ? " (" : "", r->detail,
			 *r->detail ? ")" : "");
	else if (r->solved)
		snprintf(buf, len, "%" PRIu64 " abstract instructions; a solver showed bounds at %u%s", r->steps,
			 r->solved, cached);
	else
		snprintf(buf, len, "%" PRIu64 " abstract instructions%s", r->steps, cached);
}

void safety_report_kernel(const struct programs_item *item, char *buf, size_t len)
{
	const struct kernel_view *k = &item->kernel;
	if (k->asked && k->status == KERNEL_RAN)
		snprintf(buf, len, "takes it, after %" PRIu64 " instructions", k->processed);
	else
		snprintf(buf, len, "%s%s%s", k->asked ? "refuses it" : "not asked", *k->text ? ": " : "", k->text);
}

/* For people. */

static void print_place(const struct program *p, uint32_t slot, FILE *out)
{
	char text[160];
	if (slot >= p->n)
		return;
	path_print_insn(p, slot, text, sizeof text);
	fprintf(out, "  instruction %u: %s\n", slot, text);
	const struct line *l = program_line(p, slot);
	if (l)
		fprintf(out, "  %s:%u: %s\n", l->file, l->number, l->text + strspn(l->text, " \t"));
}

static const char *text_of(const struct finding *f)
{
	return *f->text ? f->text : obligation_rows[f->obligation].text;
}

static void print_refuted(const struct safety_view *v, const struct programs_item *item, FILE *out)
{
	const struct safety_result *r = &item->result;
	struct pairing maps;
	struct path path;
	enum reason why;
	const char *what;
	fprintf(out, "Fault\n  %s: %s\n", fault_texts[r->outcome.fault], r->outcome.what);
	print_place(item->program, r->outcome.slot, out);
	fprintf(out, "Example\n");
	if (pairing_build(item->program, item->program, &maps, &why, &what))
		witness_print_input(item->program, &maps, r->witness, out);
	pairing_release(&maps);
	if (witness_is_opaque(r->witness))
		fprintf(out, "  (it rests on helper results that are not modelled exactly)\n");
	path_follow(&path, item->program, r->witness, replay_mode(v->privileged));
	fprintf(out, "Path\n");
	path_print(&path, out);
}

static void print_unknown(const struct programs_item *item, FILE *out)
{
	const struct safety_result *r = &item->result;
	if (r->n_failed)
		fprintf(out, "Not shown\n");
	for (size_t i = 0; i < r->n_failed; i++) {
		const struct finding *f = &r->findings[i];
		print_place(item->program, f->slot, out);
		fprintf(out, "    %s: %s\n", obligation_rows[f->obligation].text, text_of(f));
	}
	fprintf(out, "Tried\n  %u attempts, %" PRIu64 " abstract instructions\n", r->attempts, r->steps);
}

/* Memory accesses and calls: what a verifier's log is read for. */
static bool is_explained(const struct insn *in)
{
	enum isa_form f = isa_rows[in->op].form;
	return f == FORM_CALL || f == FORM_LDABS || f == FORM_LDIND || f == FORM_LDX || f == FORM_LDXS ||
	       f == FORM_ST || f == FORM_STX || f == FORM_ATOMIC || f == FORM_LOAD_ACQ || f == FORM_STORE_REL;
}

/* What goes without saying where there is anything else to say. */
static bool is_plain(enum obligation o)
{
	return o == OBLIGATION_INITIALISED || o == OBLIGATION_POINTER || o == OBLIGATION_FRESH ||
	       o == OBLIGATION_HELD || o == OBLIGATION_ALLOWED || o == OBLIGATION_SECRET ||
	       o == OBLIGATION_ARITHMETIC || o == OBLIGATION_WRITABLE;
}

/* The texts about one instruction, plain ones only if there are no others; *i is moved behind them. */
static void join_texts(const struct safety_result *r, size_t *i, char *buf, size_t len)
{
	size_t begin = *i, n = 0;
	while (*i < r->n_findings && r->findings[*i].slot == r->findings[begin].slot)
		++*i;
	*buf = 0;
	for (int plain = 0; plain < 2 && !*buf; plain++)
		for (size_t k = begin; k < *i && n < len; k++)
			if (is_plain(r->findings[k].obligation) == plain)
				n +=
				    (size_t)snprintf(buf + n, len - n, "%s%s", n ? "; " : "", text_of(&r->findings[k]));
}

static void print_explained(const struct programs_item *item, FILE *out)
{
	const struct safety_result *r = &item->result;
	char text[160], why[800];
	fprintf(out, "Why\n");
	for (size_t i = r->n_failed; i < r->n_findings;) {
		uint32_t slot = r->findings[i].slot;
		const struct insn *in = &item->program->insns[slot];
		join_texts(r, &i, why, sizeof why);
		if (!is_explained(in))
			continue;
		path_print_insn(item->program, slot, text, sizeof text);
		fprintf(out, "  %5u: %-32s  %s\n", slot, text, why);
	}
}

static void print_rules(const struct kernel_view *k, FILE *out)
{
	for (int i = 0; k->ruled && i < KERNEL_RULE_COUNT; i++) {
		const struct kernel_finding *f = &k->rules[i];
		const char *word = !f->broken ? "kept" : kernel_rule_rows[i].depends ? "depends" : "broken";
		fprintf(out, "  %-8s %s", word, kernel_rule_rows[i].text);
		if (f->broken)
			fprintf(out, ": instruction %u%s%s", f->slot, *f->text ? ", " : "", f->text);
		fputc('\n', out);
	}
}

static void print_kernel(const struct programs_item *item, FILE *out)
{
	char text[256];
	const struct kernel_view *k = &item->kernel;
	if (!k->ruled && !k->asked && !*k->text)
		return;
	safety_report_kernel(item, text, sizeof text);
	fprintf(out, "Kernel\n");
	print_rules(k, out);
	fprintf(out, "  the kernel that runs here: %s\n", text);
}

static bool has_more(const struct safety_view *v, const struct programs_item *item)
{
	bool tried = item->result.verdict == VERDICT_UNKNOWN && item->result.attempts;
	return item->result.witness || tried || v->explain || item->kernel.ruled;
}

static void print_more(const struct safety_view *v, const struct programs_item *item, FILE *out)
{
	if (!has_more(v, item))
		return;
	fprintf(out, "\n%s\n", item->program->name);
	if (item->result.witness)
		print_refuted(v, item, out);
	else if (item->result.verdict == VERDICT_UNKNOWN)
		print_unknown(item, out);
	if (v->explain)
		print_explained(item, out);
	print_kernel(item, out);
}

static int width_of(const struct programs *programs)
{
	int wide = 7;
	for (size_t i = 0; i < programs->n; i++) {
		int len = (int)strlen(programs->at[i].program->name);
		wide = len > wide ? len : wide;
	}
	return wide;
}

static void print_all(const struct safety_view *v, const char *indent, int wide, FILE *out)
{
	char text[512];
	for (size_t i = 0; i < v->programs->n; i++) {
		const struct programs_item *item = &v->programs->at[i];
		safety_report_text(item, text, sizeof text);
		fprintf(out, "%s%-*s  %-8s %9.1f  %s\n", indent, wide, item->program->name,
			report_verdicts[item->result.verdict], item->ms, text);
	}
	for (size_t i = 0; i < v->programs->n; i++)
		print_more(v, &v->programs->at[i], out);
}

void safety_report_print(const struct safety_view *v, FILE *out)
{
	int wide = width_of(v->programs);
	fprintf(out, "%-*s  %-8s %9s  %s\n", wide, "program", "verdict", "ms", "");
	print_all(v, "", wide, out);
}

void safety_report_print_file(const char *name, const struct safety_view *v, FILE *out)
{
	fprintf(out, "%s\n", name);
	print_all(v, "  ", width_of(v->programs), out);
}

/* For programs. */

static json_t *place_json(const struct program *p, uint32_t slot)
{
	char text[160] = "";
	if (slot < p->n)
		path_print_insn(p, slot, text, sizeof text);
	json_t *o = json_pack("{s:i, s:s}", "instruction", (int)slot, "text", text);
	const struct line *l = slot < p->n ? program_line(p, slot) : NULL;
	if (l)
		json_object_set_new(o, "line", json_sprintf("%s:%u: %s", l->file, l->number, l->text));
	return o;
}

static json_t *findings_json(const struct programs_item *item, bool failed)
{
	const struct safety_result *r = &item->result;
	json_t *list = json_array();
	for (size_t i = failed ? 0 : r->n_failed; i < (failed ? r->n_failed : r->n_findings); i++) {
		const struct finding *f = &r->findings[i];
		json_t *o = place_json(item->program, f->slot);
		json_object_set_new(o, "obligation", json_string(obligation_rows[f->obligation].name));
		json_object_set_new(o, "why", json_string(text_of(f)));
		json_array_append_new(list, o);
	}
	return list;
}

json_t *safety_report_witness(const struct programs_item *item)
{
	struct pairing maps;
	enum reason why;
	const char *what;
	bool good = pairing_build(item->program, item->program, &maps, &why, &what);
	const struct exec_outcome *o = &item->result.outcome;
	json_t *j = json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:o}", "object", item->program->object->path, "program",
			      item->program->name, "fault", fault_texts[o->fault], "what", o->what, "instruction",
			      (int)o->slot, "maps", good ? witness_maps_json(&maps) : json_array(), "entries",
			      witness_input_json(item->result.witness));
	pairing_release(&maps);
	return j;
}

static json_t *rules_json(const struct kernel_view *k)
{
	json_t *list = json_array();
	for (int i = 0; k->ruled && i < KERNEL_RULE_COUNT; i++) {
		const struct kernel_finding *f = &k->rules[i];
		json_t *o = json_pack("{s:s, s:b, s:b}", "rule", kernel_rule_rows[i].name, "broken", (int)f->broken,
				      "depends", (int)kernel_rule_rows[i].depends);
		if (f->broken)
			json_object_set_new(o, "instruction", json_integer(f->slot));
		json_array_append_new(list, o);
	}
	return list;
}

static void add_refutation(json_t *o, const struct safety_view *v, const struct programs_item *item)
{
	struct path path;
	path_follow(&path, item->program, item->result.witness, replay_mode(v->privileged));
	json_object_set_new(o, "fault", json_string(fault_texts[item->result.outcome.fault]));
	json_object_set_new(o, "what", json_string(item->result.outcome.what));
	json_object_set_new(o, "place", place_json(item->program, item->result.outcome.slot));
	json_object_set_new(o, "path", path_json(&path));
	json_object_set_new(o, "witness", safety_report_witness(item));
}

static json_t *item_json(const struct safety_view *v, const struct programs_item *item)
{
	char text[512], kernel[256];
	const struct safety_result *r = &item->result;
	safety_report_text(item, text, sizeof text);
	safety_report_kernel(item, kernel, sizeof kernel);
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:f, s:I, s:i, s:s, s:o}", "program", item->program->name,
			      "section", item->program->section, "verdict", report_verdicts[r->verdict], "reason",
			      r->verdict == VERDICT_UNKNOWN ? reason_texts[r->reason] : "", "detail", text, "cached",
			      (int)item->cached, "ms", item->ms, "steps", (json_int_t)r->steps, "attempts", (int)r->attempts, "kernel", kernel,
			      "not_shown", findings_json(item, true));
	if (v->explain)
		json_object_set_new(o, "why", findings_json(item, false));
	if (item->kernel.ruled)
		json_object_set_new(o, "kernel_rules", rules_json(&item->kernel));
	if (r->witness)
		add_refutation(o, v, item);
	return o;
}

json_t *safety_report_json(const struct safety_view *v)
{
	json_t *list = json_array();
	enum verdict verdict = programs_verdict(v->programs);
	enum reason first = REASON_NONE;
	for (size_t i = 0; i < v->programs->n; i++) {
		const struct safety_result *r = &v->programs->at[i].result;
		if (r->verdict == VERDICT_UNKNOWN && !first)
			first = r->reason;
		json_array_append_new(list, item_json(v, &v->programs->at[i]));
	}
	const char *reason = verdict == VERDICT_UNKNOWN ? reason_texts[first] : "";
	return json_pack("{s:s, s:s, s:b, s:o}", "verdict", report_verdicts[verdict], "reason", reason, "privileged",
			 (int)v->privileged, "programs", list);
}
