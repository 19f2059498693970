/* SPDX-License-Identifier: BSD-2-Clause */
/* compare [--inputs=N] [--seed=N] A.o B.o: do programs of one name do the same on random inputs? */
#include "tests/compare.h"

#include "checker/equiv/objects.h"

#include <getopt.h>
#include <stdlib.h>

static void print_result(const struct object_pair *pair, const struct compare_result *r)
{
	printf("%-28s %s: %zu runs in the kernel (%zu different ends), %zu in the machine (%zu faults, %zu unmodelled)",
	       pair->a->name, r->differs ? "DIFFERS" : "same", r->kernel_runs, r->kernel_paths, r->machine_runs,
	       r->machine_faults, r->machine_unmodelled);
	printf("%s%s%s%s\n", *r->what ? "; " : "", r->what, *r->skipped ? "; kernel: " : "", r->skipped);
}

static bool compare_objects(const struct object *a, const struct object *b, const struct compare_options *opt)
{
	struct object_pairs pairs;
	bool same = true;
	objects_pair(a, b, NULL, false, &pairs);
	for (size_t i = 0; i < pairs.n; i++) {
		struct compare_result r;
		const struct object_pair *pair = &pairs.at[i];
		if (!pair->a || !pair->b || pair->a->error || pair->b->error)
			continue;
		compare_programs(pair->a, pair->b, opt, &r);
		print_result(pair, &r);
		same &= !r.differs;
	}
	objects_release(&pairs);
	return same;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"inputs", required_argument, NULL, 'n'},
						{"seed", required_argument, NULL, 's'},
						{"no-kernel", no_argument, NULL, 'k'},
						{0}};
	struct compare_options opt = {.inputs = 10000, .seed = 1};
	struct object *o[2];
	char err[512];
	bool good = true;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		good &= c == 'n' || c == 's' || c == 'k';
		opt.inputs = c == 'n' ? (unsigned)atoi(optarg) : opt.inputs;
		opt.seed = c == 's' ? (uint64_t)atoll(optarg) : opt.seed;
		opt.no_kernel |= c == 'k';
	}
	if (!good || argc - optind != 2) {
		fprintf(stderr, "usage: compare [--inputs=N] [--seed=N] [--no-kernel] A.o B.o\n");
		return 64;
	}
	for (int i = 0; i < 2; i++)
		if (objects_read(argv[optind + i], NULL, &o[i], err, sizeof err) != OBJECT_OK) {
			fprintf(stderr, "compare: %s\n", err);
			return 66;
		}
	bool same = compare_objects(o[0], o[1], &opt);
	object_free(o[0]);
	object_free(o[1]);
	return same ? 0 : 1;
}
