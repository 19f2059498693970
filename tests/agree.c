/* SPDX-License-Identifier: BSD-2-Clause */
/* agree [PROGRAMS [SEED [KERNEL]]]: a campaign of random programs; exit status 1 if any two machines disagree. */
#include "tests/campaign.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void show_progress(const char *what, uint64_t done, uint64_t all, size_t bad)
{
	if (isatty(STDERR_FILENO) && (done % 64 == 0 || done == all))
		fprintf(stderr, "\r%s: %llu of %llu, %zu disagree%s", what, (unsigned long long)done,
			(unsigned long long)all, bad, done == all ? "\n" : "");
}

static uint64_t number(int argc, char **argv, int i, uint64_t otherwise)
{
	return i < argc ? strtoull(argv[i], NULL, 0) : otherwise;
}

/* Asks for `want` runs, and gives up after ten times as many programs. */
static void ask_kernel(struct campaign *c, uint64_t first, uint64_t want)
{
	char why[300];
	if (want && !kernel_available(why, sizeof why)) {
		printf("kernel: skipped: %s\n", why);
		return;
	}
	uint64_t asked = 0;
	for (uint64_t ran = 0; ran < want && asked < 10 * want; asked++) {
		ran += campaign_ask_kernel(c, first + asked);
		show_progress("kernel", ran, want, c->kernel_disagreements);
	}
	if (want)
		printf("kernel: %zu of %llu programs ran, %zu disagree\n", c->kernel_runs, (unsigned long long)asked,
		       c->kernel_disagreements);
	campaign_print_notes(&c->skips, "kernel: skipped because", stdout);
}

int main(int argc, char **argv)
{
	static struct campaign c;
	uint64_t n = number(argc, argv, 1, 2000), seed = number(argc, argv, 2, 1), kernel = number(argc, argv, 3, 0);
	double start = now();
	c.out = stdout;
	for (uint64_t i = 0; i < n; i++) {
		campaign_run_program(&c, campaign_style(seed + i), seed + i);
		show_progress("programs", i + 1, n, c.disagreements);
	}
	double symbolic = now() - start;
	ask_kernel(&c, seed, kernel);
	campaign_print_coverage(&c, stdout);
	campaign_print_notes(&c.reasons, "left unknown by the terms only", stdout);
	printf(
	    "%zu programs, %zu runs (%zu exit, %zu fault, %zu not modelled) in %.0f s: %zu disagree, %zu less known\n",
	    c.programs, c.runs, c.exits, c.faults, c.unmodelled, symbolic, c.disagreements, c.less_known);
	return c.disagreements || c.kernel_disagreements;
}
