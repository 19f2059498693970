#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# real_objects.sh DIR EXTRACT: Debian's own BPF objects into DIR/obj/SET/*.o.
# Packages are downloaded and unpacked in DIR, nothing is installed. Single
# failures are listed in DIR/failed and don't end the run. What is there already
# is kept, so that a second run is short.
#   STAGES="packages samples selftests"   those to run; samples-O1: at that level
set -u
umask 022
[ $# -eq 2 ] || { echo "usage: real_objects.sh DIR EXTRACT" >&2; exit 64; }
mkdir -p "$1" || exit 66
dir=$(cd "$1" && pwd)
extract=$(realpath "$2")
stages=${STAGES:-packages samples selftests}
level=2
obj=$dir/obj
tree=$dir/linux-source-6.1
jobs=$(nproc)
mkdir -p "$obj" "$dir/deb" "$dir/root"

fail() { echo "$*" | tee -a "$dir/failed" >&2; }

# Unpacks Debian package $1 into DIR/root/$1.
unpack() {
	[ -e "$dir/root/$1/.done" ] && return 0
	(cd "$dir/deb" && apt-get -q -q -o APT::Sandbox::User=root download "$1") || { fail "$1: can't be downloaded"; return 1; }
	mkdir -p "$dir/root/$1"
	dpkg -x "$(ls -t "$dir/deb/${1}"_*.deb | head -1)" "$dir/root/$1" || { fail "$1: can't be unpacked"; return 1; }
	touch "$dir/root/$1/.done"
}

# --- objects that packages ship, as files or embedded in binaries

# Files of package $1 that may hold an object, into set $1.
take_package() {
	unpack "$1" || return
	[ -d "$obj/$1" ] && return
	mkdir -p "$obj/$1.new"
	find "$dir/root/$1" -type f \( -name '*.o' -o -name '*.elf' -o -perm -100 -o -name '*.so*' \) -print0 | sort -z |
		xargs -0 -r "$extract" "$obj/$1.new" > "$dir/$1.log" || fail "$1: see above"
	mv "$obj/$1.new" "$obj/$1"
}

stage_packages() {
	for p in libxdp1 xdp-tools xdp-tests libbpf-tools qemu-system-x86 ir-keytable golang-github-cilium-ebpf-dev; do
		take_package "$p"
	done
	rm -f "$obj"/golang-github-cilium-ebpf-dev/*invalid_* # for tests of refusals
}

# --- the kernel's own programs

take_sources() {
	[ -e "$tree/.done" ] && return 0
	local tar=/usr/src/linux-source-6.1.tar.xz
	if [ ! -e "$tar" ]; then
		unpack linux-source-6.1 || return 1
		tar=$dir/root/linux-source-6.1/usr/src/linux-source-6.1.tar.xz
	fi
	tar -C "$dir" -xf "$tar" linux-source-6.1/samples/bpf linux-source-6.1/tools/testing/selftests/bpf \
		linux-source-6.1/tools/include linux-source-6.1/tools/lib/bpf || { fail "$tar: can't be unpacked"; return 1; }
	# what the Makefile makes of syscall_nrs.c
	sed -n 's/.*SYSNR(\(__NR_[a-z0-9_]*\)).*/\1/p' "$tree/samples/bpf/syscall_nrs.c" |
		awk 'NR == FNR { want[$1] = 1; next } $2 in want { print "#define SYS" $2, $3 }' - \
			/usr/include/x86_64-linux-gnu/asm/unistd_64.h > "$tree/samples/bpf/syscall_nrs.h"
	touch "$tree/.done"
}

# Newest 6.1 kernel for which both parts of the headers are there, as VERSION.
find_kernel() {
	version=$(apt-cache pkgnames linux-headers-6.1.0- | grep -E '^linux-headers-6\.1\.0-[0-9]+-common$' | sort -V | tail -1)
	version=${version#linux-headers-}
	version=${version%-common}
	[ -n "$version" ] || fail "linux-headers-6.1.0-*-common: no such package"
}

# The types of that kernel's image, of the running kernel if that can't be had.
take_vmlinux() {
	mkdir -p "$dir/include"
	ln -sfn /usr/include/bpf "$dir/include/bpf"
	[ -s "$dir/include/vmlinux.h" ] && return 0
	local btf=/sys/kernel/btf/vmlinux image offset
	if find_kernel && unpack "linux-image-$version-amd64"; then
		image=$(echo "$dir/root/linux-image-$version-amd64"/boot/vmlinuz-*)
		offset=$(LC_ALL=C grep -abo -m1 -P '\xfd7zXZ' "$image" | head -1 | cut -d: -f1)
		tail -c +$((offset + 1)) "$image" | xzcat > "$dir/vmlinux" 2> /dev/null # the rest is not xz
		[ -s "$dir/vmlinux" ] && btf=$dir/vmlinux
	fi
	bpftool btf dump file "$btf" format c > "$dir/include/vmlinux.h.new" &&
		mv "$dir/include/vmlinux.h.new" "$dir/include/vmlinux.h" || fail "vmlinux.h: bpftool can't write it"
}

take_headers() {
	find_kernel && unpack "linux-headers-$version-common" && unpack "linux-headers-$version-amd64" || return 1
	headers=$dir/root/linux-headers-$version-common/usr/src/linux-headers-$version-common
	arch_headers=$dir/root/linux-headers-$version-amd64/usr/src/linux-headers-$version-amd64
}

# compile_kern SOURCE OUT VERSION: the way of samples/bpf/Makefile
compile_kern() {
	clang-"$3" -nostdinc -isystem "$(clang-"$3" -print-resource-dir)/include" \
		-I"$headers/arch/x86/include" -I"$arch_headers/arch/x86/include/generated" -I"$headers/include" \
		-I"$arch_headers/include" -I"$headers/arch/x86/include/uapi" -I"$arch_headers/arch/x86/include/generated/uapi" \
		-I"$headers/include/uapi" -I"$arch_headers/include/generated/uapi" \
		-include linux/compiler-version.h -include linux/kconfig.h \
		-I"$tree/tools/testing/selftests/bpf" -I"$dir/include" -D__KERNEL__ -D__BPF_TRACING__ -D__TARGET_ARCH_x86 -w \
		-fno-asynchronous-unwind-tables -I"$tree/samples/bpf" -I"$tree/tools/lib" -include asm_goto_workaround.h \
		-g -O"$level" -emit-llvm -Xclang -disable-llvm-passes -c "$1" -o "$2.bc" &&
		opt-"$3" -O"$level" -mtriple=bpf-pc-linux "$2.bc" -o "$2.opt.bc" &&
		llc-"$3" -march=bpf -mattr=dwarfris -filetype=obj "$2.opt.bc" -o "$2.new" && mv "$2.new" "$2"
	local status=$?
	rm -f "$2.bc" "$2.opt.bc" "$2.new"
	return $status
}

# compile_plain SOURCE OUT VERSION [CPU]: with a vmlinux.h
compile_plain() {
	clang-"$3" -g -O"$level" -target bpf -mcpu="${4:-v2}" -D__TARGET_ARCH_x86 -DENABLE_ATOMICS_TESTS -w $(cflags_of "$1") \
		-I"$dir/include" -I"$(dirname "$1")" -I"$tree/tools/testing/selftests/bpf" -I"$tree/tools/include/uapi" \
		-I"$tree/samples/bpf" -idirafter /usr/include/x86_64-linux-gnu -idirafter /usr/include \
		-c "$1" -o "$2.new" && mv "$2.new" "$2"
}

cflags_of() {
	case $1 in *test_l4lb_noinline.c | *test_xdp_noinline.c) echo -fno-inline ;; esac
}

# compile_one HOW SOURCE OUT VERSION [CPU]
compile_one() {
	[ -s "$3" ] && return
	compile_"$1" "${@:2}" 2> "$3.err" && rm -f "$3.err" || fail "$2: clang-$4: $(grep -m1 error: "$3.err")"
}
export -f compile_one compile_kern compile_plain cflags_of fail
export dir tree headers arch_headers level

# The libraries' sample objects linked with theirs, as the Makefile does.
link_sample() {
	bpftool gen object "$obj/$2/$1.lbpf.o" "$obj/$2/$1.bpf.o" "$obj/$2/xdp_sample.bpf.o" > /dev/null 2>&1 ||
		fail "$1.bpf.o: bpftool can't link it"
	mv "$obj/$2/$1.bpf.o" "$dir/parts/"
}

stage_samples() {
	take_sources && take_vmlinux && take_headers || return
	export headers arch_headers
	mkdir -p "$dir/parts"
	for v in 14 19; do
		local set=samples-clang$v${1:-}
		[ -e "$obj/$set/.done" ] && continue
		mkdir -p "$obj/$set"
		for c in "$tree"/samples/bpf/*_kern.c "$tree"/samples/bpf/parse_*.c; do
			echo kern "$c" "$obj/$set/$(basename "$c" .c).o" $v
		done | xargs -P "$jobs" -L 1 bash -c 'compile_one "$@"' _
		for c in "$tree"/samples/bpf/*.bpf.c; do
			echo plain "$c" "$obj/$set/$(basename "$c" .c).o" $v
		done | xargs -P "$jobs" -L 1 bash -c 'compile_one "$@"' _
		for c in "$tree"/samples/bpf/*.bpf.c; do
			[ "$c" = "$tree/samples/bpf/xdp_sample.bpf.c" ] || link_sample "$(basename "$c" .bpf.c)" $set
		done
		mv "$obj/$set/xdp_sample.bpf.o" "$dir/parts/"
		touch "$obj/$set/.done"
	done
}

# Parts that the Makefile links to one object (LINKED_SKELS): name = parts.
selftest_links="test_static_linked=test_static_linked1,test_static_linked2 linked_funcs=linked_funcs1,linked_funcs2
	linked_vars=linked_vars1,linked_vars2 linked_maps=linked_maps1,linked_maps2
	test_subskeleton=test_subskeleton_lib2,test_subskeleton_lib,test_subskeleton
	test_subskeleton_lib=test_subskeleton_lib2,test_subskeleton_lib test_usdt=test_usdt,test_usdt_multispec"

link_selftests() {
	mkdir -p "$dir/parts"
	for l in $selftest_links; do
		local parts=()
		for p in $(echo "${l#*=}" | tr , ' '); do
			[ -e "$obj/selftests/$p.o" ] && cp "$obj/selftests/$p.o" "$dir/parts/"
			parts+=("$dir/parts/$p.o")
		done
		bpftool gen object "$dir/${l%%=*}.linked.o" "${parts[@]}" > /dev/null 2>&1 || fail "${l%%=*}: bpftool can't link it"
	done
	for l in $selftest_links; do
		for p in $(echo "${l#*=}" | tr , ' '); do rm -f "$obj/selftests/$p.o"; done
	done
	mv "$dir"/*.linked.o "$obj/selftests/"
}

stage_selftests() {
	take_sources && take_vmlinux || return
	[ -e "$obj/selftests/.done" ] && return
	mkdir -p "$obj/selftests"
	for c in "$tree"/tools/testing/selftests/bpf/progs/*.c; do
		echo plain "$c" "$obj/selftests/$(basename "$c" .c).o" 19 v3
	done | xargs -P "$jobs" -L 1 bash -c 'compile_one "$@"' _
	link_selftests
	# types for tests of BTF, without a program
	rm -f "$obj"/selftests/btf__core_reloc_*.o "$obj"/selftests/btf_dump_test_case_*.o
	touch "$obj/selftests/.done"
}

touch "$dir/failed" # a second run skips what is done, and what failed before has still failed
for s in $stages; do
	case $s in
	packages | samples | selftests) stage_"$s" ;;
	samples-O1) level=1 stage_samples -O1 ;;
	*) echo "real_objects.sh: no stage $s" >&2; exit 64 ;;
	esac
done
for s in "$obj"/*/; do
	printf '%-32s %4d objects\n' "$(basename "$s")" "$(find "$s" -name '*.o' | wc -l)"
done
sort -u -o "$dir/failed" "$dir/failed"
[ -s "$dir/failed" ] && echo "$(wc -l < "$dir/failed") failures, listed in $dir/failed"
exit 0
