#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# retval.sh DIR: the kernel's verifier tests (linux-source-6.12,
# tools/testing/selftests/bpf/progs/verifier_*.c) as objects in DIR/obj, compiled
# as that folder's Makefile does, against the types of the running kernel.
# What is there already is kept. An object that holds programs which no loader
# reads on purpose is split: DIR/obj/NAME.PROGRAM.o.
set -u
umask 022
[ $# -eq 1 ] || { echo "usage: retval.sh DIR" >&2; exit 64; }
mkdir -p "$1/obj" "$1/include/bpf" || exit 66
dir=$(cd "$1" && pwd)
version=linux-source-6.12
tools=$dir/$version/tools

die() { echo "retval.sh: $*" >&2; exit 66; }

# They hold jumps out of the program, writes to r10, registers beyond r10, or
# instructions that isa.def has no row for (may_goto, address space casts).
split="arena arena_large bounds bpf_fastcall cfg cgroup_storage iterating_callbacks map_ret_val movsx uninit unpriv
	value_or_null"

take_sources() {
	[ -e "$dir/.done" ] && return
	local tar=/usr/src/$version.tar.xz
	if [ ! -e "$tar" ]; then
		(cd "$dir" && apt-get -q -q -o APT::Sandbox::User=root download $version) || die "$version can't be downloaded"
		dpkg -x "$dir"/${version}_*.deb "$dir/root" || die "$version can't be unpacked"
		tar=$dir/root/usr/src/$version.tar.xz
	fi
	tar -C "$dir" -xf "$tar" $version/tools/testing/selftests/bpf $version/tools/include $version/tools/lib/bpf ||
		die "$tar can't be unpacked"
	# bpf_helper_defs.h is made from the UAPI header, which libbpf-dev has done.
	cp "$tools"/lib/bpf/*.h /usr/include/bpf/bpf_helper_defs.h "$dir/include/bpf/" || die "no headers of libbpf"
	bpftool btf dump file /sys/kernel/btf/vmlinux format c > "$dir/include/vmlinux.h" || die "bpftool can't write vmlinux.h"
	touch "$dir/.done"
}

# compile SOURCE OPTION...: to standard output
compile() {
	local extra=
	case $1 in */verifier_nocsr.c) extra=-fno-strict-aliasing ;; esac
	clang-19 -g -O2 -target bpf -mcpu=v3 -mlittle-endian -D__TARGET_ARCH_x86 -DENABLE_ATOMICS_TESTS -w $extra \
		-I"$dir/include" -I"$tools/testing/selftests/bpf" -I"$tools/include/uapi" \
		-idirafter /usr/include/x86_64-linux-gnu -idirafter /usr/include "$1" "${@:2}" -o -
}

# "case NAME" or "auxiliary NAME" for each function of object $1 with such a tag.
tagged() {
	bpftool btf dump file "$1" | awk -F"'" '
		/^\[[0-9]+\] FUNC / { id = $1; gsub(/[^0-9]/, "", id); name[id] = $2 }
		/ DECL_TAG / && $2 ~ /^comment:test_(retval=|expect_(success|failure)(_unpriv)?$|auxiliary$)/ {
			split($3, part, /[ =]/)
			if ($2 !~ /auxiliary/ || !kind[part[3]])
				kind[part[3]] = $2 ~ /auxiliary/ ? "auxiliary" : "case"
		}
		END { for (id in kind) print kind[id], name[id] }'
}

# split_part BASE PROGRAM KEEP: what else is in it are maps and auxiliary programs, and
# the functions of .text if it calls one of them in assembly, which the linker does not see.
split_part() {
	local used='/^@llvm\.\(compiler\.\)\?used/d' subs i
	subs=$(llvm-objdump-19 -t "$1.whole" | awk '$3 == "F" && $4 == ".text" { print "ptr @" $NF }' | paste -sd,)
	for i in 1 2; do
		sed "$used" "$1.ll" | opt-19 -passes=internalize,globaldce -internalize-public-api-list="$2,$3" |
			llc-19 -march=bpf -mcpu=v3 -filetype=obj -o "$1.$2.o" || die "$1: $2 can't be split off"
		[ -n "$subs" ] && llvm-nm-19 -u "$1.$2.o" | grep -qwFf <(tr -d @ <<< "${subs//ptr /}" | tr , '\n') || return
		used="/^@llvm\.used/d; s/^@llvm\.compiler\.used = .*/@llvm.compiler.used = appending global [$(tr -cd @ <<< "$subs" | wc -c) x ptr] [$subs], section \"llvm.metadata\"/"
	done
}

# One object for each program.
split_object() {
	local base=$dir/obj/$1 functions keep part
	compile "$2" -S -emit-llvm > "$base.ll"
	functions=$(tagged "$base.whole")
	keep=$( (sed -n 's/^auxiliary //p' <<< "$functions"; llvm-nm-19 "$base.whole" | awk '$2 ~ /[BDR]/ { print $3 }') | paste -sd,)
	for part in $(sed -n 's/^case //p' <<< "$functions"); do
		split_part "$base" "$part" "$keep"
	done
	rm "$base.ll" "$base.whole"
}

make_object() {
	local name
	name=$(basename "$1" .c)
	compile "$1" -c > "$dir/obj/$name.whole" || die "$name can't be compiled"
	case " $(echo $split) " in
	*" ${name#verifier_} "*) split_object "$name" "$1" ;;
	*) mv "$dir/obj/$name.whole" "$dir/obj/$name.o" ;;
	esac
}

take_sources
if [ ! -e "$dir/obj/.done" ]; then
	for c in "$tools"/testing/selftests/bpf/progs/verifier_*.c; do
		make_object "$c"
	done
	touch "$dir/obj/.done"
fi
echo "$(ls "$tools"/testing/selftests/bpf/progs/verifier_*.c | wc -l) sources, $(ls "$dir"/obj/*.o | wc -l) objects"
