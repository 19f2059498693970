#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# verifier_cases.sh DIR BUILD: the kernel's raw verifier tests (linux-source-6.1,
# tools/testing/selftests/bpf/verifier/*.c) as text in DIR/cases, one file a test,
# with what they expect and what the running kernel says of each. BUILD holds
# libbpfprove.a and tests/verifier_text.c.o. Sources that are there are kept; what
# is malformed and where this kernel differs is listed in DIR/cases.log.
set -u
umask 022
[ $# -eq 2 ] || { echo "usage: verifier_cases.sh DIR BUILD" >&2; exit 64; }
mkdir -p "$1/include/verifier" "$1/cases" || exit 66
dir=$(cd "$1" && pwd)
build=$(cd "$2" && pwd)
top=$(cd "$(dirname "$0")/.." && pwd)
version=linux-source-6.1
tools=$dir/$version/tools
bpf=$tools/testing/selftests/bpf

die() { echo "verifier_cases.sh: $*" >&2; exit 66; }

take_sources() {
	[ -e "$dir/.done" ] && return
	local tar=/usr/src/$version.tar.xz
	if [ ! -e "$tar" ]; then
		(cd "$dir" && apt-get -q -q -o APT::Sandbox::User=root download $version) || die "$version can't be downloaded"
		dpkg -x "$dir"/${version}_*.deb "$dir/root" || die "$version can't be unpacked"
		tar=$dir/root/usr/src/$version.tar.xz
	fi
	tar -C "$dir" -xf "$tar" $version/tools/testing/selftests/bpf $version/tools/include || die "$tar can't be unpacked"
	touch "$dir/.done"
}

# tests.h is what the kernel's Makefile makes; verifier_files.h tells how many tests each file has.
make_lists() {
	local c list=
	for c in "$bpf"/verifier/*.c; do
		echo "#include \"verifier/${c##*/}\""
	done > "$dir/include/verifier/tests.h"
	for c in "$bpf"/verifier/*.c; do
		c=${c##*/}
		printf 'static struct bpf_test tests_%s[] = {\n#include "verifier/%s"\n};\n' "${c%.c}" "$c"
		list="$list{\"${c%.c}\", sizeof tests_${c%.c} / sizeof *tests_${c%.c}},"
	done > "$dir/include/verifier_files.h"
	echo "#define VERIFIER_FILES $list" >> "$dir/include/verifier_files.h"
}

build_tool() {
	[ "$dir/verifier_text" -nt "$top/tests/verifier_raw.c" ] && [ "$dir/verifier_text" -nt "$build/libbpfprove.a" ] &&
		[ "$dir/verifier_text" -nt "$build/tests/verifier_text.c.o" ] && return
	gcc -w -O1 -c -D_GNU_SOURCE -Du32=__u32 -Du64=__u64 -I"$dir/include" -I"$bpf" -I"$top" -I"$top/include" -idirafter "$tools/include" \
		-o "$dir/verifier_raw.o" "$top/tests/verifier_raw.c" || die "the tests can't be compiled"
	gcc -w -c -D_GNU_SOURCE -I"$bpf" -o "$dir/cap_helpers.o" "$bpf/cap_helpers.c" || die "cap_helpers.c can't be compiled"
	g++ -o "$dir/verifier_text" "$build/tests/verifier_text.c.o" "$dir/verifier_raw.o" "$dir/cap_helpers.o" \
		"$build/libbpfprove.a" -lz3 -lcvc5 -lbpf -lelf -ljansson -lpcap -lm || die "the tool can't be linked"
}

take_sources
make_lists
build_tool
rm -f "$dir"/cases/*.s
"$dir/verifier_text" "$dir/cases" > "$dir/cases.log" || die "the tests can't be written"
tail -1 "$dir/cases.log"
