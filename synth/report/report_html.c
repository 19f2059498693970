/* SPDX-License-Identifier: BSD-2-Clause */
#include "synth/report/report_html.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const char style[] =
    ":root{--fg:#1d2329;--dim:#6b7580;--bg:#fff;--line:#d9dee3;--del:#ffe3e0;--add:#dcf5e0;--ink:#0b62c4}"
    "\n"
    "@media(prefers-color-scheme:dark){:root{--fg:#dfe4ea;--dim:#8a949e;--bg:#15191d;--line:#343b42;--del:#4a2321;"
    "--add:#1d3d26;--ink:#6cb1ff}}\n"
    "body{font:15px/1.45 system-ui,sans-serif;color:var(--fg);background:var(--bg);max-width:76rem;margin:2rem auto;"
    "padding:0 1rem}\n"
    "h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2.5rem;border-top:1px solid var(--line);padding-top:1rem}\n"
    "h3{font-size:1rem}table{border-collapse:collapse}td,th{padding:.15rem .6rem;text-align:left;vertical-align:top}\n"
    "th{color:var(--dim);font-weight:500;border-bottom:1px solid var(--line)}a{color:var(--ink);text-decoration:none}\n"
    ".r,.n{text-align:right;font-variant-numeric:tabular-nums}.scroll{overflow-x:auto}.dim{color:var(--dim)}\n"
    ".code{font:13px/1.35 ui-monospace,monospace;width:100%;white-space:pre}.code td{padding:0 .6rem}\n"
    ".code .n{color:var(--dim);width:3rem}.same td{color:var(--dim)}.src td{padding-top:.5rem}.src "
    "span{color:var(--dim)}\n"
    ".fn td{font-weight:700;padding-top:.8rem}.del td:nth-child(-n+2),.mod "
    "td:nth-child(-n+2){background-color:var(--del)}\n"
    ".add td:nth-child(3),.add td:nth-child(4),.mod td:nth-child(3),.mod td:nth-child(4){background-color:var(--add)}\n"
    ".del td:nth-child(2){text-decoration:line-through}.code .s{width:4rem}\n"
    "figure{margin:1rem 0}svg{width:100%;max-width:45rem}svg text{font:11px system-ui,sans-serif;fill:var(--dim)}\n"
    "figcaption{color:var(--dim);font-size:.85rem}.axis{stroke:var(--dim);fill:none}.grid{stroke:var(--line);fill:none}"
    "\n"
    ".cost{stroke:var(--ink);stroke-width:2;fill:none}circle{fill:var(--ink)}\n";

void report_html_text(const char *s, FILE *out)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c == '<')
			fputs("&lt;", out);
		else if (c == '>')
			fputs("&gt;", out);
		else if (c == '&')
			fputs("&amp;", out);
		else if (c == '"')
			fputs("&quot;", out);
		else if (c < 0x20 && c != '\t' && c != '\n') /* no page may have them */
			fputc('?', out);
		else
			fputc(c, out);
	}
}

static double cut_of(uint64_t before, uint64_t after)
{
	return before ? 100 * ((double)before - (double)after) / (double)before : 0;
}

static void cell_text(const char *s, FILE *out)
{
	fputs("<td>", out);
	report_html_text(s, out);
	fputs("</td>", out);
}

static void print_summary(const struct opt_view *v, FILE *out)
{
	char text[1024];
	fputs("<table><thead><tr><th>program</th><th class=\"r\">before</th><th class=\"r\">after</th>"
	      "<th class=\"r\">cut</th><th>by</th></tr></thead><tbody>\n",
	      out);
	for (size_t i = 0; i < v->n; i++) {
		const struct optimize_item *item = &v->items[i];
		uint64_t before = opt_report_before(item), after = opt_report_after(item);
		opt_report_text(item, text, sizeof text);
		fputs("<tr><td><a href=\"#", out);
		report_html_text(item->program->name, out);
		fputs("\">", out);
		report_html_text(item->program->name, out);
		fprintf(out,
			"</a></td><td class=\"r\">%" PRIu64 "</td><td class=\"r\">%" PRIu64
			"</td><td class=\"r\">%.1f %%</td>",
			before, after, cut_of(before, after));
		cell_text(text, out);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
}

static void print_steps(const struct opt_view *v, const struct optimize_item *item, FILE *out)
{
	const struct outcome *o = &item->outcome;
	fprintf(
	    out,
	    "<h3>Changes</h3><table><thead><tr><th class=\"r\">step</th><th class=\"r\">after s</th><th>proposer</th>"
	    "<th>what</th><th>proved by</th><th class=\"r\">ms</th><th class=\"r\">%s</th></tr></thead><tbody>\n",
	    report_picture_units[v->goal]);
	for (size_t i = 1; i <= o->final; i++) {
		const struct engine_step *s = &o->engine.steps[i];
		fputs("<tr id=\"", out);
		report_html_text(item->program->name, out);
		fprintf(out, "-%zu\"><td class=\"r\">%zu</td><td class=\"r\">%.2f</td>", i, i, s->seconds);
		cell_text(s->by, out);
		cell_text(s->what, out);
		cell_text(s->how, out);
		fprintf(out, "<td class=\"r\">%.1f</td><td class=\"r\">%.*f</td></tr>\n", s->proof_ms,
			v->goal == GOAL_LATENCY ? 2 : 0, report_picture_cost(&s->cost, v->goal));
	}
	fputs("</tbody></table>\n", out);
}

static void print_acceptance(const struct outcome *o, FILE *out)
{
	const struct accept_answer *a = &o->accept;
	fputs("<p>Proved equal to the program as it came, from scratch, by", out);
	for (size_t i = 0; i < ACCEPT_SOLVERS; i++)
		fprintf(out, "%s %s (%.0f ms%s)", i ? " and by" : "", accept_solvers[i], a->ms[i],
			a->by_steps[i] ? ", step by step" : "");
	fprintf(out, ", and safe (%.0f ms). The live kernel %s.</p>\n", a->safety_ms,
		a->loads ? "takes it" : "was not asked");
	if (*o->taken_back) {
		fputs("<p>Taken back: ", out);
		report_html_text(o->taken_back, out);
		fputs("</p>\n", out);
	}
}

static void print_counters(const struct engine_result *r, FILE *out)
{
	const struct engine_counts *c = &r->counts;
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
	    {"candidates of the searches", c->search.proposals},
	    {"of these run on test inputs to the end", c->search.tested},
	    {"drafts offered", c->offered},
	    {"no program", c->broken},
	    {"decided before", c->known},
	    {"not better by the goal", c->costlier},
	    {"judged", c->judged},
	    {"proved", c->proved},
	    {"refuted", c->refuted},
	    {"unknown", c->unknown},
	    {"taken on a proved rule's word", c->by_rule},
	    {"not proved safe by themselves", c->unsafe},
	    {"refused by the live kernel", c->refused},
	    {"adopted", c->adopted},
	};
	fputs("<h3>Counters</h3><table><tbody>\n", out);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		fprintf(out, "<tr><td>%s</td><td class=\"r\">%" PRIu64 "</td></tr>\n", rows[i].name, rows[i].value);
	if (c->search.seconds > 0)
		fprintf(out, "<tr><td>candidates a second</td><td class=\"r\">%.0f</td></tr>\n",
			(double)c->search.proposals / c->search.seconds);
	fputs("</tbody></table>\n<table><thead><tr><th>proposer</th><th class=\"r\">offered</th><th "
	      "class=\"r\">adopted</th>"
	      "<th class=\"r\">seconds</th></tr></thead><tbody>\n",
	      out);
	for (size_t i = 0; i < r->n_by; i++) {
		if (!r->by[i].offered && r->by[i].seconds <= 0)
			continue;
		fputs("<tr>", out);
		cell_text(r->by[i].name, out);
		fprintf(out,
			"<td class=\"r\">%" PRIu64 "</td><td class=\"r\">%" PRIu64
			"</td><td class=\"r\">%.2f</td></tr>\n",
			r->by[i].offered, r->by[i].adopted, r->by[i].seconds);
	}
	fputs("</tbody></table>\n", out);
}

static void print_item(const struct opt_view *v, const struct optimize_item *item, FILE *out)
{
	char text[1024];
	const struct outcome *o = &item->outcome;
	bool tried = item->done && o->engine.tried;
	fputs("<h2 id=\"", out);
	report_html_text(item->program->name, out);
	fputs("\">", out);
	report_html_text(item->program->name, out);
	fputs(" <span class=\"dim\">", out);
	report_html_text(item->program->section, out);
	fprintf(out, ", %" PRIu64 " &#8594; %" PRIu64 " slots</span></h2>\n", opt_report_before(item),
		opt_report_after(item));
	if (!tried || !o->final) {
		opt_report_text(item, text, sizeof text);
		fputs("<p>", out);
		report_html_text(text, out);
		fputs("</p>\n", out);
	}
	if (tried && o->final) {
		print_acceptance(o, out);
		report_picture_print(o->engine.steps, o->final, o->engine.seconds, v->goal, out);
		print_steps(v, item, out);
		report_listing_print(item->program, o->engine.steps, o->final, out);
	}
	if (tried)
		print_counters(&o->engine, out);
}

void report_html_print(const struct opt_view *v, FILE *out)
{
	uint64_t before = 0, after = 0;
	for (size_t i = 0; i < v->n; i++) {
		before += opt_report_before(&v->items[i]);
		after += opt_report_after(&v->items[i]);
	}
	fprintf(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
		     "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/><title>bpfprove opt ");
	report_html_text(v->in, out);
	fprintf(out, "</title><style>\n%s</style></head><body>\n<h1>bpfprove opt ", style);
	report_html_text(v->in, out);
	fputs("</h1>\n<p>", out);
	fprintf(out, "%" PRIu64 " &#8594; %" PRIu64 " slots of 8 bytes (%.1f %% fewer), goal %s, %.1f s", before, after,
		cut_of(before, after), opt_goals[v->goal], v->seconds);
	if (*v->out) {
		fputs(", written to ", out);
		report_html_text(v->out, out);
	}
	fputs(".</p>\n", out);
	print_summary(v, out);
	for (size_t i = 0; i < v->n; i++)
		print_item(v, &v->items[i], out);
	fputs("</body></html>\n", out);
}

bool report_html_write(const struct opt_view *v, const char *path, char *err, size_t len)
{
	FILE *f = fopen(path, "w");
	int why = errno;
	if (f)
		report_html_print(v, f);
	bool ok = f && !ferror(f);
	if (f && fclose(f))
		ok = false, why = errno;
	if (!ok)
		snprintf(err, len, "%s: expected a file to write the report to: %s", path, strerror(why));
	return ok;
}
