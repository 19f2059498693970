/* SPDX-License-Identifier: BSD-2-Clause */
/* A user of the installed library, in the common part of C99 and C++: install_user A.o B.o */
#include <bpfprove.h>

#include <stdio.h>

static bpfprove_object *read_object(const char *path)
{
	char err[512];
	bpfprove_object *o;
	if (bpfprove_object_read(path, &o, err, sizeof err) != BPFPROVE_OK)
		fprintf(stderr, "%s\n", err);
	return o;
}

int main(int argc, char **argv)
{
	char err[512];
	int status = BPFPROVE_USAGE;
	struct bpfprove_options options;
	bpfprove_options_init(&options, sizeof options);
	options.no_kernel = 1;
	bpfprove_object *a = argc == 3 ? read_object(argv[1]) : NULL, *b = a ? read_object(argv[2]) : NULL;
	bpfprove_result *r = NULL;
	if (a && b && bpfprove_equiv(a, b, &options, &r, err, sizeof err) != BPFPROVE_OK)
		fprintf(stderr, "%s\n", err);
	if (r) {
		status = bpfprove_result_verdict(r);
		printf("%s\n", bpfprove_verdict_name(bpfprove_result_verdict(r)));
	}
	bpfprove_result_free(r);
	bpfprove_object_free(a);
	bpfprove_object_free(b);
	return status;
}
