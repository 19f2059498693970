/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads each object into the live kernel and closes it again: load_check OBJECT... */
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char log_text[1 << 16];

static int keep_quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

static void print_programs(struct bpf_object *object)
{
	struct bpf_program *p;
	bpf_object__for_each_program(p, object) printf(" %s %zu", bpf_program__name(p), bpf_program__insn_cnt(p));
}

/* True if the kernel takes the object; one line on stdout either way. */
static bool load(const char *path)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .kernel_log_buf = log_text, .kernel_log_size = sizeof(log_text),
		    .kernel_log_level = 1);
	struct bpf_object *object = bpf_object__open_file(path, &options);
	if (!object) {
		printf("%s: can't be opened\n", path);
		return false;
	}
	log_text[0] = 0;
	int error = bpf_object__load(object);
	printf("%s: %s", path, error ? "refused" : "loaded");
	print_programs(object);
	printf("\n");
	if (error)
		printf("%s: %s\n%s\n", path, strerror(-error), log_text);
	bpf_object__close(object);
	return !error;
}

int main(int argc, char **argv)
{
	bool all = true;
	libbpf_set_print(keep_quiet);
	for (int i = 1; i < argc; i++)
		all &= load(argv[i]);
	return all ? 0 : 1;
}
