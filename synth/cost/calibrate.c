/* SPDX-License-Identifier: BSD-2-Clause */
/* Times programs made of copies of one instruction. */
#include "synth/cost/calibrate.h"

#include "checker/exec/kernel.h"
#include "synth/draft/alloc.h"

#include <string.h>

#define COPIES 200
#define REPEAT 400
#define TEXT_MAX (COPIES * 160 + 1000)
#define PACKET_BYTES 64

static const struct row {
	const char *name;
	bool is_helper;
	uint64_t ps;
	const char *section;
	unsigned n;
	const char *before, *body, *without;
} rows[] = {
#define LATENCY(name, ps, section, n, before, body, without) {#name, false, ps, section, n, before, body, without},
#define HELPER_LATENCY(name, ps, section, before, body, without) {#name, true, ps, section, 1, before, body, without},
#include "synth/cost/latency.def"
#undef LATENCY
#undef HELPER_LATENCY
};
#define N_ROWS (sizeof rows / sizeof *rows)

/* The two programs of a row; an object holds one program. */
struct pair {
	struct object *with, *without;
};

static struct object *make_program(const struct row *r, const char *body)
{
	struct object *o;
	char err[256], *text = checked(malloc(TEXT_MAX));
	int at = snprintf(text, TEXT_MAX, ".program calibrate %s\n%s\n", r->section, r->before);
	for (unsigned i = 0; i < COPIES; i++)
		at += snprintf(text + at, (size_t)(TEXT_MAX - at), "%s\n", body);
	snprintf(text + at, (size_t)(TEXT_MAX - at), "r0 = 0\nexit\n%s",
		 strstr(body, "call other") ? "other: r0 = 1\nexit\n" : "");
	if (object_assemble(r->name, text, &o, err, sizeof err) != OBJECT_OK) {
		fprintf(stderr, "bpfprove: a bug: a row of latency.def is no program: %s\n", err);
		abort();
	}
	free(text);
	return o;
}

static struct pair make_pair(const struct row *r)
{
	return (struct pair){make_program(r, r->body), make_program(r, r->without)};
}

/* An Ethernet frame of zeros but for the protocol. */
static struct input *make_input(void)
{
	struct input *in = input_new();
	input_set(in, IN_PKT_LEN, NULL, 0, PACKET_BYTES);
	input_set(in, IN_PKT, (uint64_t[]){12}, 1, 0x88);
	input_set(in, IN_PKT, (uint64_t[]){13}, 1, 0xb5); /* a local experimental one: nobody minds the rest */
	return in;
}

/* Nanoseconds of a run. */
static bool time_once(const struct program *p, const struct input *in, double *ns, char *why, size_t len)
{
	struct kernel_session *s;
	struct kernel_shot shot;
	bool good = kernel_open(p, &s, why, len) == KERNEL_RAN;
	good = good && kernel_shoot(s, in, REPEAT, &shot, why, len) == KERNEL_RAN;
	if (good)
		*ns = shot.ns;
	kernel_close(s);
	return good;
}

static int order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static uint64_t picoseconds(double ns)
{
	return ns > 0.001 ? (uint64_t)(ns * 1000) : 1;
}

static void summarize(double *ns, unsigned n, struct calibration *out)
{
	qsort(ns, n, sizeof *ns, order);
	out->is_measured = true;
	out->ps = picoseconds((ns[(n - 1) / 2] + ns[n / 2]) / 2);
	out->spread = picoseconds(ns[n * 3 / 4] - ns[n / 4]);
}

static void measure(const struct row *r, unsigned rounds, volatile int *stop, struct calibration *out)
{
	struct pair pair = make_pair(r);
	struct input *in = make_input();
	double *ns = checked(calloc(rounds, sizeof *ns)), with, without;
	bool good = true;
	for (unsigned i = 0; good && i < rounds; i++) {
		good = time_once(pair.with->programs[0], in, &with, out->why, sizeof out->why) &&
		       time_once(pair.without->programs[0], in, &without, out->why, sizeof out->why);
		if (good && stop && *stop) {
			snprintf(out->why, sizeof out->why, "interrupted");
			good = false;
		}
		if (good)
			ns[i] = (with - without) / (COPIES * r->n);
	}
	if (good)
		summarize(ns, rounds, out);
	free(ns);
	input_free(in);
	object_free(pair.with);
	object_free(pair.without);
}

struct calibration *calibrate(unsigned rounds, void (*progress)(size_t done, size_t n, const char *name),
			      volatile int *stop, size_t *n, char *err, size_t len)
{
	if (!kernel_available(err, len))
		return NULL;
	struct calibration *out = checked(calloc(N_ROWS, sizeof *out));
	for (size_t i = 0; i < N_ROWS; i++) {
		const struct row *r = &rows[i];
		out[i] = (struct calibration){.name = r->name, .is_helper = r->is_helper, .ps = r->ps};
		if (progress)
			progress(i, N_ROWS, r->name);
		if (*r->section && rounds)
			measure(r, rounds, stop, &out[i]);
		else
			snprintf(out[i].why, sizeof out[i].why, "nothing measures it");
	}
	*n = N_ROWS;
	return out;
}
