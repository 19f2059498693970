/* SPDX-License-Identifier: BSD-2-Clause */
/* Cost over time as SVG: a falling staircase. Time is logarithmic, since most steps come at once and the last ones
 * late. */
#include "synth/report/report_html.h"

#include <math.h>

enum { WIDTH = 720, HEIGHT = 200, LEFT = 56, RIGHT = 16, TOP = 14, BOTTOM = 34 };
#define FIRST_SECOND 0.01

const char *const report_picture_units[] = {
    [GOAL_SIZE] = "8-byte slots", [GOAL_LATENCY] = "ns a run", [GOAL_VERIFIER] = "instructions verified"};

double report_picture_cost(const struct cost *c, enum goal goal)
{
	return goal == GOAL_SIZE ? (double)c->slots : goal == GOAL_LATENCY ? (double)c->ps / 1000 : (double)c->steps;
}

struct picture {
	const struct engine_step *steps;
	size_t final;
	double end, low, high; /* seconds; costs */
	enum goal goal;
	FILE *out;
};

static double x_of(const struct picture *p, double seconds)
{
	double at = log10(fmax(seconds, FIRST_SECOND) / FIRST_SECOND) / log10(p->end / FIRST_SECOND);
	return LEFT + fmin(at, 1) * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct picture *p, double cost)
{
	return TOP + (p->high - cost) / (p->high - p->low) * (HEIGHT - TOP - BOTTOM);
}

static double cost_of_step(const struct picture *p, size_t i)
{
	return report_picture_cost(&p->steps[i].cost, p->goal);
}

static void print_axes(const struct picture *p)
{
	fprintf(p->out, "<path class=\"axis\" fill=\"none\" d=\"M%d %dV%dH%d\"/>\n", LEFT, TOP, HEIGHT - BOTTOM,
		WIDTH - RIGHT);
	for (double s = FIRST_SECOND; s <= p->end * 1.001; s *= 10)
		fprintf(p->out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%g s</text>\n", x_of(p, s),
			HEIGHT - BOTTOM + 16, s);
	for (int i = 0; i <= 2; i++) {
		double cost = p->low + (p->high - p->low) * i / 2;
		fprintf(p->out,
			"<path class=\"grid\" fill=\"none\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" "
			"text-anchor=\"end\">%.*f</text>\n",
			LEFT, y_of(p, cost), WIDTH - RIGHT, LEFT - 6, y_of(p, cost) + 4, p->high - p->low < 4 ? 1 : 0,
			cost);
	}
}

static void print_stairs(const struct picture *p)
{
	fprintf(p->out, "<path class=\"cost\" fill=\"none\" stroke=\"currentColor\" d=\"M%d %.1f", LEFT,
		y_of(p, cost_of_step(p, 0)));
	for (size_t i = 1; i <= p->final; i++)
		fprintf(p->out, "H%.1fV%.1f", x_of(p, p->steps[i].seconds), y_of(p, cost_of_step(p, i)));
	fprintf(p->out, "H%d\"/>\n", WIDTH - RIGHT);
	for (size_t i = 1; i <= p->final; i++) {
		const struct engine_step *s = &p->steps[i];
		fprintf(p->out,
			"<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>step %zu, %.2f s: ", x_of(p, s->seconds),
			y_of(p, cost_of_step(p, i)), i, s->seconds);
		report_html_text(s->by, p->out);
		fputs(": ", p->out);
		report_html_text(s->what, p->out);
		fputs("</title></circle>\n", p->out);
	}
}

void report_picture_print(const struct engine_step *steps, size_t final, double seconds, enum goal goal, FILE *out)
{
	struct picture p = {.steps = steps, .final = final, .goal = goal, .out = out};
	p.end = fmax(seconds, steps[final].seconds);
	p.end = fmax(p.end, 10 * FIRST_SECOND);
	p.low = p.high = cost_of_step(&p, 0);
	for (size_t i = 1; i <= final; i++) {
		p.low = fmin(p.low, cost_of_step(&p, i));
		p.high = fmax(p.high, cost_of_step(&p, i));
	}
	if (p.low == p.high)
		p.low -= 1;
	fprintf(out, "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"cost over time\">\n", WIDTH, HEIGHT);
	print_axes(&p);
	print_stairs(&p);
	fprintf(out, "</svg><figcaption>%s over time (logarithmic)</figcaption></figure>\n",
		report_picture_units[goal]);
}
