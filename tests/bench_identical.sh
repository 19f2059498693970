#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: bench_identical.sh BPFPROVE REASSEMBLE OBJECTS WORK
# Objects as their packages ship them against the same after llvm-strip -g; after their instructions and data went
# through llvm-objdump and llvm-mc, with all sections the other way round; and after bpftool linked them behind another
# object. Prints what is identical by comparison, and how long all of them take without the cache.
set -eu
export LC_ALL=C
prove=$1 reassemble=$2 objects=$3 work=$4
rm -rf "$work"
mkdir -p "$work/strip"

strip_all() {
	for f in "$objects"/*.o; do
		llvm-strip-19 -g "$f" -o "$work/strip/${f##*/}"
	done
}

reassemble_all() { # VERSION CPU
	mkdir -p "$work/mc-$1"
	for f in "$objects"/*.o; do
		"$reassemble" "llvm-objdump-$1 --mcpu=$2" "$f" >"$work/a.s"
		"llvm-mc-$1" -triple=bpfel -mcpu="$2" -filetype=obj "$work/a.s" -o "$work/mc-$1/${f##*/}"
	done
	rm -f "$work/a.s"
}

# Linked behind another object, so that types and strings have other numbers as well.
link_all() {
	mkdir -p "$work/link"
	clang-19 -target bpf -O2 -g -x c -c -o "$work/more.o" - <<-'END'
		struct more { struct more *next; short a[7]; union { char b; long long c; } u; };
		enum word { ONE, TWO };
		int more(struct more *m, enum word w);
		__attribute__((noinline)) int more(struct more *m, enum word w) { return m ? m->a[w] : TWO; }
	END
	llvm-strip-19 -g "$work/more.o"
	for f in "$objects"/*.o; do
		bpftool gen object "$work/link/${f##*/}" "$work/more.o" "$f"
	done
}

compare() { # NAME TITLE
	local began=$EPOCHREALTIME
	"$prove" equiv --no-cache "$objects" "$work/$1" >"$work/$1.txt" || bad=1
	local ended=$EPOCHREALTIME
	printf '%-42s %s; %d ms in all\n' "$2" "$(tail -n 1 "$work/$1.txt" | sed 's/; [0-9.]* s$//')" \
		$(((${ended/./} - ${began/./}) / 1000))
	grep -E '^  ' "$work/$1.txt" | grep -v 'by identical$' || true
}

for tool in clang-19 llvm-strip-19 llvm-objdump-14 llvm-mc-14 llvm-objdump-19 llvm-mc-19 bpftool; do
	command -v "$tool" >/dev/null || { echo "bench_identical: $tool is not here (packages clang-19, llvm-14, llvm-19, bpftool)" >&2; exit 69; }
done
bad=0
strip_all
reassemble_all 14 v3
reassemble_all 19 v4
link_all
compare strip 'after llvm-strip -g'
compare mc-14 'after llvm-objdump-14, llvm-mc-14'
compare mc-19 'after llvm-objdump-19, llvm-mc-19'
compare link 'behind another object, bpftool gen object'
exit $bad
