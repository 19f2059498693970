/* SPDX-License-Identifier: BSD-2-Clause */
/* Running the bpfprove binary that stands beside the tests' folder, with files of one test's own. */
#ifndef CLI_FIXTURE_H
#define CLI_FIXTURE_H

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct cli_result {
	int status;
	char *out, *err;
};

static char cli_dir[64];

static inline void cli_clean(void)
{
	char command[96];
	snprintf(command, sizeof command, "/bin/rm -rf %s", cli_dir);
	if (system(command))
		fprintf(stderr, "%s is left behind\n", cli_dir);
}

/* A path in this test's folder; it stays valid. */
static inline const char *cli_path(const char *name)
{
	static char paths[32][256];
	size_t i = 0;
	if (!*cli_dir) {
		snprintf(cli_dir, sizeof cli_dir, "/tmp/bpfprove-cli-XXXXXX");
		cr_assert(mkdtemp(cli_dir));
		atexit(cli_clean);
	}
	while (i < 32 && *paths[i] && strcmp(strrchr(paths[i], '/') + 1, name) != 0)
		i++;
	cr_assert_lt(i, 32);
	snprintf(paths[i], sizeof paths[i], "%s/%s", cli_dir, name);
	return paths[i];
}

static inline const char *cli_file(const char *name, const char *bytes, size_t n)
{
	const char *path = cli_path(name);
	FILE *f = fopen(path, "w");
	cr_assert(f && fwrite(bytes, 1, n, f) == n && !fclose(f), "%s can't be written", path);
	return path;
}

/* NULL: it can't be read */
static inline char *cli_read(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n = 0, cap = 1 << 20;
	char *text = malloc(cap);
	while (f && text && (n += fread(text + n, 1, cap - n - 1, f)) == cap - 1)
		text = realloc(text, cap *= 2);
	if (f && text)
		text[n] = 0;
	if (!f)
		free(text);
	if (f)
		fclose(f);
	return f ? text : NULL;
}

static inline struct cli_result cli_start(const char *in, const char *command)
{
	char line[8192];
	const char *out = cli_path("out"), *err = cli_path("err");
	bool redirected = strstr(command, " < ") != NULL;
	snprintf(line, sizeof line, "%s %s%s >%s 2>%s", command, redirected ? "" : "<",
		 redirected ? "" : cli_file("in", in, strlen(in)), out, err);
	int state = system(line);
	return (struct cli_result){WIFEXITED(state) ? WEXITSTATUS(state) : 128, cli_read(out), cli_read(err)};
}

/* Any command by the shell. */
__attribute__((format(printf, 2, 3))) static inline struct cli_result cli_shell(const char *in, const char *fmt, ...)
{
	char command[4096];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(command, sizeof command, fmt, ap);
	va_end(ap);
	return cli_start(in, command);
}

/* bpfprove with these arguments (as the shell reads them) and standard input. */
__attribute__((format(printf, 2, 3))) static inline struct cli_result cli_run(const char *in, const char *fmt, ...)
{
	char self[512], command[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	cr_assert(n > 0);
	self[n] = 0;
	for (int i = 0; i < 2; i++) /* B/tests/test_cli: the binary is B/bpfprove */
		*strrchr(self, '/') = 0;
	int at = snprintf(command, sizeof command, "%s/bpfprove ", self);
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(command + at, sizeof command - (size_t)at, fmt, ap);
	va_end(ap);
	return cli_start(in, command);
}

static inline void cli_release(struct cli_result *r)
{
	free(r->out);
	free(r->err);
}
#endif
