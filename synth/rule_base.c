/* SPDX-License-Identifier: BSD-2-Clause */
/* The shipped rules, read when they are first asked for. */
#include "synth/rule_base.h"

#include "synth/alloc.h"

#include <pthread.h>
#include <string.h>

static struct rules base;

static void read_files(void)
{
	for (size_t i = 0; i < n_rule_files; i++) {
		struct rules more;
		char err[256];
		if (!rules_parse(rule_files[i].name, rule_files[i].text, &more, err, sizeof err)) {
			fprintf(stderr, "bpfprove: bug: %s\n", err); /* a test reads them all */
			abort();
		}
		base.at = checked(reallocarray(base.at, base.n + more.n + 1, sizeof *base.at));
		if (more.n)
			memcpy(base.at + base.n, more.at, more.n * sizeof *base.at);
		base.n += more.n;
		rules_release(&more);
	}
}

const struct rules *rule_base(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, read_files);
	return &base;
}
