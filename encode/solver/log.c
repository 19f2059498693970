/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes each query as an SMT-LIB file, and what the answer was as its last line. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine.h"
#include "clock.h"
#include "fault.h"

struct logger {
	struct engine inner;
	char *folder;
	unsigned next; /* number of the next file */
};

static bool prepare_folder(const char *folder, char *err, size_t errlen)
{
	struct stat s;
	if ((mkdir(folder, 0777) && errno != EEXIST) || stat(folder, &s)) {
		snprintf(err, errlen, "log folder %s can't be made: %s", folder, strerror(errno));
		return false;
	}
	if (!S_ISDIR(s.st_mode) || access(folder, W_OK | X_OK)) {
		snprintf(err, errlen, "%s is not a folder that can be written to", folder);
		return false;
	}
	return true;
}

static void *open_log(const char *arg, char *err, size_t errlen)
{
	const char *colon = strchr(arg, ':');
	if (!colon || colon == arg || !colon[1]) {
		snprintf(err, errlen, "'log:%s' names no folder or no solver; expected log:DIR:SOLVER", arg);
		return NULL;
	}
	struct logger *l = fault_calloc(1, sizeof *l);
	l->folder = strndup(arg, (size_t)(colon - arg));
	if (!l->folder)
		fault_stop_without_memory();
	if (prepare_folder(l->folder, err, errlen) && engine_open(&l->inner, colon + 1, err, errlen))
		return l;
	free(l->folder);
	free(l);
	return NULL;
}

static void close_log(void *self)
{
	struct logger *l = self;
	engine_close(&l->inner);
	free(l->folder);
	free(l);
}

static void make_path(struct logger *l, const char *name, char *path, size_t len)
{
	char plain[64];
	size_t i;
	for (i = 0; name[i] && i < sizeof plain - 1; i++)
		plain[i] = isalnum((unsigned char)name[i]) || strchr("._-", name[i]) ? name[i] : '_';
	plain[i] = '\0';
	snprintf(path, len, "%s/%04u-%s.smt2", l->folder, l->next++, plain);
}

/* A log that can't be written is no reason not to decide. */
static bool write_query(const char *path, const struct query *q)
{
	FILE *f = fopen(path, "we");
	if (f)
		term_print_smt2(q->pool, q->asserts, q->n_asserts, f);
	if (f && !fclose(f))
		return true;
	fprintf(stderr, "bpfprove: %s can't be written: %s\n", path, strerror(errno));
	return false;
}

static void write_answer(const char *path, enum solver_answer answer, uint64_t ns)
{
	static const char *const answers[] = {"sat", "unsat", "unknown"};
	FILE *f = fopen(path, "ae");
	if (!f)
		return;
	fprintf(f, "; status: %s (%.3f ms)\n", answers[answer], (double)ns / 1e6);
	fclose(f);
}

/* The file is complete before the solver starts, and stays if the run does not end well. */
static enum solver_answer ask_log(void *self, const struct query *q, const struct solver_limits *limits,
				  uint64_t *values, enum solver_failure *why)
{
	struct logger *l = self;
	char path[4096];
	make_path(l, q->name, path, sizeof path);
	bool written = write_query(path, q);
	uint64_t start = clock_now_ns();
	enum solver_answer answer = l->inner.kind->ask(l->inner.self, q, limits, values, why);
	if (written)
		write_answer(path, answer, clock_now_ns() - start);
	return answer;
}

const struct engine_kind engine_log = {"log", open_log, ask_log, close_log, NULL};
