/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Before and after, side by side. Slots of the two sides stand in one row where
 * the new one comes from the old one, as far as both keep their order; the rest
 * is removed on the left or added on the right.
 */
#include "synth/draft/alloc.h"
#include "synth/report/report_html.h"

#include <string.h>

#define NONE UINT32_MAX
enum { STEPS_SHOWN = 4 };

struct row {
	uint32_t left, right; /* slots, or NONE */
	uint32_t steps[STEPS_SHOWN], n_steps;
	bool is_changed; /* both sides are there, and differ */
};

struct listing {
	const struct program *before, *after;
	const uint32_t *origin;
	const struct engine_step *steps;
	size_t final;
	struct row *rows;
	size_t n;
	uint32_t *row_left, *row_right; /* of each slot */
	FILE *out;
};

/* The longest run of new slots [start, end) whose origins rise and lie in [low, high): match[i - start] is set for
 * those in it (patience sorting). */
static void align(const uint32_t *origin, uint32_t start, uint32_t end, uint32_t low, uint32_t high, bool *match)
{
	uint32_t n = end - start, length = 0;
	uint32_t *tail = checked(calloc(n + 1, sizeof *tail)), *before = checked(calloc(n + 1, sizeof *before));
	for (uint32_t i = 0; i < n; i++) {
		uint32_t o = origin[start + i], lo = 0, hi = length;
		if (o < low || o >= high)
			continue;
		while (lo < hi) {
			uint32_t mid = (lo + hi) / 2;
			if (origin[start + tail[mid]] < o)
				lo = mid + 1;
			else
				hi = mid;
		}
		before[i] = lo ? tail[lo - 1] : NONE;
		tail[lo] = i;
		length = lo == length ? length + 1 : length;
	}
	for (uint32_t i = length ? tail[length - 1] : NONE; i != NONE; i = before[i])
		match[i] = true;
	free(tail);
	free(before);
}

static void add_row(struct listing *l, uint32_t left, uint32_t right)
{
	bool tail = (left != NONE && l->before->insns[left].op == ISA_WIDE_TAIL) ||
		    (left == NONE && l->after->insns[right].op == ISA_WIDE_TAIL);
	if (left != NONE)
		l->row_left[left] = (uint32_t)l->n;
	if (right != NONE)
		l->row_right[right] = (uint32_t)l->n;
	if (!tail)
		l->rows[l->n++] = (struct row){.left = left, .right = right};
}

static void add_function(struct listing *l, const struct subprogram *old, const struct subprogram *new)
{
	bool *match = checked(calloc(new->end - new->start + 1, sizeof *match));
	uint32_t left = old->start;
	align(l->origin, new->start, new->end, old->start, old->end, match);
	for (uint32_t i = new->start; i < new->end; i++) {
		bool paired = match[i - new->start];
		while (paired && left < l->origin[i])
			add_row(l, left++, NONE);
		add_row(l, paired ? left++ : NONE, i);
	}
	while (left < old->end)
		add_row(l, left++, NONE);
	free(match);
}

/* The row that control gets to from an old or a new jump's target: the next one that both sides have. */
static uint32_t common_row(const struct listing *l, uint32_t row)
{
	while (row < l->n && (l->rows[row].left == NONE || l->rows[row].right == NONE))
		row++;
	return row;
}

static bool same_fields(const struct insn *a, const struct insn *b)
{
	bool goes = a->op != ISA_WIDE_TAIL && insn_has_target(a);
	return a->op == b->op && a->width == b->width && a->dst == b->dst && a->src == b->src && a->k == b->k &&
	       (goes ? insn_has_target(b) && (!insn_is_jump(a) || isa_rows[a->op].form == FORM_JAL || a->imm == b->imm)
		     : a->off == b->off && a->imm == b->imm && a->imm64 == b->imm64);
}

static bool is_same(const struct listing *l, const struct row *r)
{
	const struct insn *a = &l->before->insns[r->left], *b = &l->after->insns[r->right];
	if (!same_fields(a, b))
		return false;
	if (!insn_has_target(a))
		return true;
	return common_row(l, l->row_left[insn_target(a, r->left)]) ==
	       common_row(l, l->row_right[insn_target(b, r->right)]);
}

static void add_step(struct row *r, size_t step)
{
	if (r->n_steps < STEPS_SHOWN && (!r->n_steps || r->steps[r->n_steps - 1] != step))
		r->steps[r->n_steps++] = (uint32_t)step;
}

/* The instruction of each origin in a version, NULL: it has none. */
static const struct insn **by_origin(const struct listing *l, const struct version *v)
{
	const struct insn **all = checked(calloc(l->before->n + 1, sizeof *all));
	for (size_t i = v->p->n; i-- > 0;)
		if (v->origin[i] < l->before->n)
			all[v->origin[i]] = &v->p->insns[i];
	return all;
}

static void blame_old(struct listing *l)
{
	const struct insn **last = by_origin(l, &l->steps[0].v);
	for (size_t k = 1; k <= l->final; k++) {
		const struct insn **now = by_origin(l, &l->steps[k].v);
		for (size_t i = 0; i < l->n; i++) {
			uint32_t o = l->rows[i].left;
			if (o != NONE && (!last[o] != !now[o] || (last[o] && !same_fields(last[o], now[o]))))
				add_step(&l->rows[i], k);
		}
		free(last);
		last = now;
	}
	free(last);
}

/* Which origins a step put elsewhere: those that do not keep their order from the version before. */
static void find_moved(const struct listing *l, size_t step, bool *moved)
{
	const struct version *from = &l->steps[step - 1].v, *to = &l->steps[step].v;
	uint32_t n = (uint32_t)to->p->n, n_old = (uint32_t)l->before->n;
	uint32_t *at = checked(calloc(n_old + 1, sizeof *at)), *place = checked(calloc(n + 1, sizeof *place));
	bool *match = checked(calloc(n + 1, sizeof *match));
	memset(at, 0xff, n_old * sizeof *at);
	for (size_t i = from->p->n; i-- > 0;)
		if (from->origin[i] < n_old)
			at[from->origin[i]] = (uint32_t)i;
	for (uint32_t i = 0; i < n; i++)
		place[i] = to->origin[i] < n_old ? at[to->origin[i]] : NONE;
	align(place, 0, n, 0, (uint32_t)from->p->n, match);
	memset(moved, 0, n_old * sizeof *moved);
	for (uint32_t i = 0; i < n; i++)
		if (place[i] != NONE && !match[i])
			moved[to->origin[i]] = true;
	free(at);
	free(place);
	free(match);
}

static void blame_moves(struct listing *l)
{
	bool *moved = checked(calloc(l->before->n + 1, sizeof *moved));
	for (size_t k = 1; k <= l->final; k++) {
		find_moved(l, k, moved);
		for (size_t i = 0; i < l->n; i++) {
			struct row *r = &l->rows[i];
			uint32_t o = r->left != NONE ? r->left : l->origin[r->right];
			if ((r->left == NONE || r->right == NONE) && o < l->before->n && moved[o])
				add_step(r, k);
		}
	}
	free(moved);
}

static bool has_insn(const struct version *v, const struct insn *in, uint32_t origin)
{
	for (size_t i = 0; i < v->p->n; i++)
		if (v->origin[i] == origin && same_fields(&v->p->insns[i], in))
			return true;
	return false;
}

/* An instruction of its own came with the first step since which every version has it. */
static void blame_new(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct row *r = &l->rows[i];
		size_t k = l->final;
		if (r->left != NONE || r->n_steps)
			continue;
		while (k > 1 && has_insn(&l->steps[k - 1].v, &l->after->insns[r->right], l->origin[r->right]))
			k--;
		add_step(r, k);
	}
}

/* With names for numbers, and slots that jumps go to. */
static void print_insn(const struct program *p, uint32_t slot, FILE *out)
{
	const struct insn *in = &p->insns[slot];
	const struct object *o = p->object;
	char text[200];
	insn_print(in, text, sizeof text);
	char *go = strstr(text, "goto");
	const struct helper_row *helper =
	    in->op == ISA_CALL && in->src == CALL_HELPER ? helper_find((uint32_t)in->imm) : NULL;
	const struct subprogram *sub =
	    insn_has_target(in) && !insn_is_jump(in) ? program_sub(p, (size_t)insn_target(in, slot)) : NULL;
	if (insn_is_jump(in) && go)
		snprintf(go, sizeof text - (size_t)(go - text), "goto %lld", (long long)insn_target(in, slot));
	else if (helper)
		snprintf(text, sizeof text, "call %s", helper->name);
	else if (sub && in->op == ISA_CALL)
		snprintf(text, sizeof text, "call %s", sub->name);
	else if (sub)
		snprintf(text, sizeof text, "r%u = %s ll", in->dst, sub->name);
	else if (in->op == ISA_CALL && in->src == CALL_KFUNC)
		snprintf(text, sizeof text, "call %s", o->externs[in->imm].name);
	else if (in->op == ISA_LDDW && in->src == WIDE_BTF_ID)
		snprintf(text, sizeof text, "r%u = %s ll", in->dst, o->externs[in->imm].name);
	else if (in->op == ISA_LDDW && in->src == WIDE_MAP)
		snprintf(text, sizeof text, "r%u = %s ll", in->dst, o->maps[in->imm].name);
	else if (in->op == ISA_LDDW && in->src == WIDE_MAP_VALUE)
		snprintf(text, sizeof text, "r%u = %s+%u ll", in->dst, o->maps[in->imm].name,
			 (unsigned)(in->imm64 >> 32));
	report_html_text(text, out);
}

static void print_side(const struct listing *l, const struct program *p, uint32_t slot)
{
	if (slot == NONE) {
		fputs("<td></td><td></td>", l->out);
		return;
	}
	fprintf(l->out, "<td class=\"n\">%u</td><td>", slot);
	print_insn(p, slot, l->out);
	fputs("</td>", l->out);
}

static void print_steps(const struct listing *l, const struct row *r)
{
	fputs("<td class=\"s\">", l->out);
	for (uint32_t i = 0; i < r->n_steps; i++) {
		const struct engine_step *s = &l->steps[r->steps[i]];
		fprintf(l->out, "%s<a href=\"#", i ? " " : "");
		report_html_text(l->before->name, l->out);
		fprintf(l->out, "-%u\" title=\"", r->steps[i]);
		report_html_text(s->by, l->out);
		fputs(": ", l->out);
		report_html_text(s->what, l->out);
		fprintf(l->out, "\">%u</a>", r->steps[i]);
	}
	fputs("</td></tr>\n", l->out);
}

static void print_line(const struct listing *l, const struct line *line)
{
	const char *slash = strrchr(line->file, '/');
	fputs("<tr class=\"src\"><td colspan=\"5\"><span>", l->out);
	report_html_text(slash ? slash + 1 : line->file, l->out);
	fprintf(l->out, ":%u</span> ", line->number);
	report_html_text(line->text + strspn(line->text, " \t"), l->out);
	fputs("</td></tr>\n", l->out);
}

static void print_rows(struct listing *l)
{
	const struct line *last = NULL;
	for (size_t i = 0; i < l->n; i++) {
		struct row *r = &l->rows[i];
		const struct line *line =
		    r->left != NONE ? program_line(l->before, r->left) : program_line(l->after, r->right);
		const struct subprogram *sub = r->left != NONE ? program_sub(l->before, r->left) : NULL;
		if (sub && sub->start == r->left) {
			fputs("<tr class=\"fn\"><td colspan=\"5\">", l->out);
			report_html_text(sub->name, l->out);
			fputs("</td></tr>\n", l->out);
		}
		if (line && (!last || line->number != last->number || strcmp(line->text, last->text)))
			print_line(l, line);
		last = line ? line : last;
		r->is_changed = r->left != NONE && r->right != NONE && !is_same(l, r);
		fprintf(l->out, "<tr class=\"%s\">",
			r->right == NONE  ? "del"
			: r->left == NONE ? "add"
			: r->is_changed   ? "mod"
					  : "same");
		print_side(l, l->before, r->left);
		print_side(l, l->after, r->right);
		print_steps(l, r);
	}
}

void report_listing_print(const struct program *p, const struct engine_step *steps, size_t final, FILE *out)
{
	const struct version *v = &steps[final].v;
	struct listing l = {
	    .before = p, .after = v->p, .origin = v->origin, .steps = steps, .final = final, .out = out};
	l.rows = checked(calloc(p->n + v->p->n + 1, sizeof *l.rows));
	l.row_left = checked(calloc(p->n + 1, sizeof *l.row_left));
	l.row_right = checked(calloc(v->p->n + 1, sizeof *l.row_right));
	for (size_t i = 0; i < p->n_subs; i++)
		add_function(&l, &p->subs[i], &v->p->subs[i]);
	blame_moves(&l);
	blame_old(&l);
	blame_new(&l);
	fputs("<h3>Listing</h3><div class=\"scroll\"><table class=\"code\"><thead><tr><th colspan=\"2\">before</th><th "
	      "colspan=\"2\">after</th>"
	      "<th>step</th></tr></thead><tbody>\n",
	      out);
	print_rows(&l);
	fputs("</tbody></table></div>\n", out);
	free(l.rows);
	free(l.row_left);
	free(l.row_right);
}
