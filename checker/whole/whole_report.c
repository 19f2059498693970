/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of all files together. */
#include "checker/whole/whole_report.h"
#include "checker/equiv/report.h"

#define NAMES_SHOWN 3

void whole_report_begin(struct whole_report *r, const struct whole_files *files, const struct whole_options *o,
			struct whole_sums *sums, const char *list, char *err, size_t len)
{
	*sums = (struct whole_sums){0};
	*r = (struct whole_report){.files = files, .o = o, .sums = sums, .list = list, .err = err, .len = len};
	r->json = o->json && files->folders ? json_array() : NULL;
	if (len)
		*err = 0;
}

enum verdict whole_verdict(const struct whole_sums *s, const struct whole_options *o)
{
	if (s->refuted || (!o->allow_missing && (s->alone || s->alone_files)))
		return VERDICT_REFUTED;
	return s->unknown || s->stopped || s->malformed || s->unreadable ? VERDICT_UNKNOWN : VERDICT_PROVED;
}

void whole_report_add_json(struct whole_report *r, const char *name, json_t *file)
{
	if (r->files->folders) {
		json_object_set_new(file, "file", json_string(name));
		json_array_append_new(r->json, file);
	} else {
		r->json = file;
	}
}

static void report_row(struct whole_report *r, const struct whole_file *f, const char *verdict, const char *text)
{
	if (r->o->json)
		whole_report_add_json(r, f->name,
				      json_pack("{s:s, s:s, s:[]}", "verdict", verdict, "detail", text, r->list));
	else
		fprintf(r->o->out, "%s\n  %s: %s\n", f->name, verdict, text);
}

void whole_report_unread(struct whole_report *r, const struct whole_file *f, bool interrupted)
{
	struct whole_sums *s = r->sums;
	char text[64];
	if (files_is_alone(r->files, f)) {
		s->alone_files++;
		snprintf(text, sizeof text, "only in the %s folder", f->path[0] ? "first" : "second");
		report_row(r, f, r->o->allow_missing ? "missing" : "refuted", text);
	} else if (f->failure != OBJECT_OK) {
		s->malformed += f->failure == OBJECT_MALFORMED;
		s->unreadable += f->failure == OBJECT_UNREADABLE;
		if (r->files->folders)
			report_row(r, f, "unknown", f->why);
		else
			fprintf(stderr, "bpfprove: %s\n", f->why);
	} else if (interrupted) {
		s->stopped++;
		report_row(r, f, "unknown", reason_texts[REASON_INTERRUPTED]);
	}
}

void whole_report_types(const struct whole_report *r, const struct whole_file *f)
{
	for (int i = 0; r->o->verbose && i < 2; i++) {
		const struct object *o = f->object[i];
		if (o && o->n_core_relos)
			fprintf(stderr, "%s: %zu CO-RE relocations, %s%s\n", o->path, o->n_core_relos,
				o->btf ? "resolved against the types of " : "left symbolic", o->btf ? o->btf : "");
	}
}

static void print_skipped(const struct whole_report *r)
{
	static const char *const places[] = {" in the first folder", " in the second folder"};
	for (size_t i = 0; i < r->files->sides; i++) {
		const struct folder_list *l = &r->files->skipped[i];
		if (!l->n)
			continue;
		fprintf(stderr, "bpfprove: skipped%s, since no BPF objects: ", r->files->sides > 1 ? places[i] : "");
		for (size_t k = 0; k < l->n && k < NAMES_SHOWN; k++)
			fprintf(stderr, "%s%s", k ? ", " : "", l->at[k]);
		if (l->n > NAMES_SHOWN)
			fprintf(stderr, " and %zu more", l->n - NAMES_SHOWN);
		fputc('\n', stderr);
	}
}

static void print_sums(const struct whole_report *r)
{
	const struct whole_sums *s = r->sums;
	FILE *out = r->o->out;
	fprintf(out, "\n%zu files, %zu programs: %zu proved", s->files, s->programs, s->proved);
	if (s->identical)
		fprintf(out, " (%zu identical)", s->identical);
	fprintf(out, ", %zu refuted, %zu unknown", s->refuted, s->unknown);
	if (s->cached)
		fprintf(out, "; %zu cached", s->cached);
	if (s->alone || s->alone_files)
		fprintf(out, "; without a partner: %zu programs, %zu files", s->alone, s->alone_files);
	if (s->malformed || s->unreadable)
		fprintf(out, "; files that can't be read: %zu", s->malformed + s->unreadable);
	if (s->stopped)
		fprintf(out, "; files not reached: %zu", s->stopped);
	fprintf(out, "; %.1f s\n", 1e-3 * s->ms);
}

static json_t *skipped_json(const struct folder_list *l)
{
	json_t *list = json_array();
	for (size_t i = 0; i < l->n; i++)
		json_array_append_new(list, json_string(l->at[i]));
	return list;
}

static json_t *sums_json(const struct whole_report *r)
{
	const struct whole_sums *s = r->sums;
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f}", "files", (json_int_t)s->files,
			 "programs", (json_int_t)s->programs, "proved", (json_int_t)s->proved, "refuted",
			 (json_int_t)s->refuted, "unknown", (json_int_t)s->unknown, "identical",
			 (json_int_t)s->identical, "cached", (json_int_t)s->cached, "alone", (json_int_t)s->alone,
			 "alone_files", (json_int_t)s->alone_files, "unread",
			 (json_int_t)(s->malformed + s->unreadable), "stopped", (json_int_t)s->stopped, "ms", s->ms);
}

static json_t *folders_json(struct whole_report *r)
{
	enum verdict v = whole_verdict(r->sums, r->o);
	json_t *skipped = json_array();
	for (size_t i = 0; i < r->files->sides; i++)
		json_array_append_new(skipped, skipped_json(&r->files->skipped[i]));
	json_t *all = json_pack("{s:s, s:s, s:o, s:o, s:o}", "verdict", report_verdicts[v], "reason",
				v == VERDICT_UNKNOWN ? reason_texts[r->sums->reason] : "", "files", r->json, "sums",
				sums_json(r), "skipped", skipped);
	r->json = NULL;
	return all;
}

/* An answer about nothing would read like a proof. */
static bool has_decided(const struct whole_report *r)
{
	const struct whole_sums *s = r->sums;
	bool some = s->programs > (r->o->allow_missing ? s->alone : 0);
	if (!some && !s->malformed && !s->unreadable && !s->stopped && r->len && !*r->err &&
	    (!s->alone_files || r->o->allow_missing))
		snprintf(r->err, r->len, "no program%s%s%s", r->o->program ? " of the name " : "",
			 r->o->program ? r->o->program : "",
			 r->files->sides == 2 ? " is in both folders" : " is in the folder");
	return !r->len || !*r->err;
}

bool whole_report_end(struct whole_report *r)
{
	bool decided = has_decided(r);
	if (decided && r->files->folders)
		print_skipped(r);
	if (decided && r->files->folders && !r->o->json)
		print_sums(r);
	json_t *all = r->files->folders && r->json ? folders_json(r) : r->json;
	if (decided && all) {
		json_dumpf(all, r->o->out, JSON_INDENT(2));
		fputc('\n', r->o->out);
	}
	json_decref(all);
	return decided;
}
