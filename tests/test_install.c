/* SPDX-License-Identifier: BSD-2-Clause */
/* make install into a scratch folder, and programs that find the library there through pkg-config. */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEAN_MAKE "env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES make -s"

static char root[] = "/tmp/bpfprove-install-XXXXXX";

/* The status of a shell command; its output is shown if it is not `expected`. */
static __attribute__((format(printf, 2, 3))) void shell(int expected, const char *format, ...)
{
	char command[1200], line[400], all[4000] = "";
	va_list args;
	va_start(args, format);
	int n = snprintf(command, sizeof command, "cd %s && exec 2>&1; ", root);
	vsnprintf(command + n, sizeof command - (size_t)n, format, args);
	va_end(args);
	FILE *f = popen(command, "r");
	cr_assert(f);
	for (size_t used = 0; fgets(line, sizeof line, f);
	     used += (size_t)snprintf(all + used, sizeof all - used, "%s", line))
		if (used + sizeof line > sizeof all)
			used = 0;
	int status = pclose(f);
	cr_assert(status == expected << 8, "%s\nended with %#x instead of %d:\n%s", command, (unsigned)status, expected,
		  all);
}

static void make(const char *target)
{
	char here[400];
	const char *build = getenv("BPFPROVE_BUILD") ? getenv("BPFPROVE_BUILD") : "build";
	cr_assert(getcwd(here, sizeof here));
	/* One at a time: a source that has just been changed would be built by each. */
	shell(0, "cd %s && flock %s " CLEAN_MAKE " %s B=%s DESTDIR=%s PREFIX=/opt/b", here, build, target, build, root);
}

static void write_program(const char *name, const char *text)
{
	char path[100];
	snprintf(path, sizeof path, "%s/%s", root, name);
	FILE *f = fopen(path, "w");
	cr_assert(f);
	fputs(text, f);
	fclose(f);
}

static void set_up(void)
{
#ifdef __SANITIZE_ADDRESS__
	cr_skip_test("a sanitizer's library needs the sanitizer's runtime first in every user");
#endif
	cr_assert(mkdtemp(root));
	make("install");
	write_program("two.s", "r0 = 2\nexit\n");
	write_program("sum.s", "r0 = 1\nr0 += 1\nexit\n");
	write_program("one.s", "r0 = 1\nexit\n");
}

static void tear_down(void)
{
	shell(0, "rm -rf %s", root);
}

#define PKG "PKG_CONFIG_SYSROOT_DIR=$PWD PKG_CONFIG_LIBDIR=$PWD/opt/b/lib/pkgconfig pkg-config"

static void build_and_run(const char *compiler, const char *flags)
{
	char source[400];
	cr_assert(getcwd(source, sizeof source));
	shell(0,
	      "%s -Wall -Wextra -Werror $(" PKG " --cflags bpfprove) -o user %s/tests/install_user.c -x none $(" PKG
	      " %s)",
	      compiler, source, flags);
	shell(0, "LD_LIBRARY_PATH=opt/b/lib ./user two.s sum.s | grep -qx proved");
	shell(1, "LD_LIBRARY_PATH=opt/b/lib ./user two.s one.s");
	shell(64, "LD_LIBRARY_PATH=opt/b/lib ./user two.s nowhere.s");
}

TestSuite(install, .init = set_up, .fini = tear_down);

Test(install, shared_from_c)
{
	build_and_run("gcc -std=c99 -pedantic", "--libs bpfprove");
	shell(0, "ldd user | grep -q 'libbpfprove.so.0 => not found'");
}

Test(install, shared_from_cxx)
{
	build_and_run("g++ -std=c++17 -pedantic -x c++", "--libs bpfprove");
}

Test(install, static_archive)
{
	build_and_run("gcc -std=c99", "--static --libs bpfprove | sed s/-lbpfprove/-l:libbpfprove.a/");
}

Test(install, command_and_version)
{
	shell(0, "opt/b/bin/bpfprove equiv two.s sum.s");
	shell(0,
	      "test \"bpfprove $(" PKG " --modversion bpfprove)\" = \"$(opt/b/bin/bpfprove --version | head -n 1)\"");
}

Test(install, exports_only_the_interface)
{
	shell(0, "nm -D --defined-only opt/b/lib/libbpfprove.so >names; grep -q ' T bpfprove_equiv@' names");
	shell(1, "grep -v ' bpfprove_[a-z_]*@\\| A BPFPROVE_0$' names");
	shell(0, "for f in $(grep -o 'bpfprove_[a-z_]*(' opt/b/include/bpfprove.h | tr -d '(' | sort -u); do "
		 "grep -q \" $f@\" names || exit 9; done");
}

Test(install, uninstall_leaves_nothing)
{
	make("uninstall");
	shell(1, "find opt -not -type d | grep .");
}
