#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: proofs/isa/run.sh BUILD [FILE FROM TO]
# Proves the statements of proofs/isa: lines of the table of `make proofs`; exit 1 if one does not hold, is not proved, or
# an instruction of isa.def has none. FILE FROM TO put a fault into a copy of that source first. ONLY narrows it down to
# one statement. Z3 has to answer every question; the table says of how many cvc5 gave the same answer in time.
set -u
cd "$(dirname "$0")/../.."
. proofs/isa/list.sh
build=$1 out=$1/proofs/isa-questions tool=$1/proofs/isa/encode broken= state=proofs/isa/state.smt2
rm -rf "$out"
mkdir -p "$out/source"
cp proofs/isa/*.smt2 "$out/source"

fault() {
	local copy=$out/source/$(basename "$1") source=$1
	FROM=$2 TO=$3 awk 'BEGIN { RS = "\001" } {
		at = index($0, ENVIRON["FROM"])
		if (!at) exit 1
		printf "%s%s%s", substr($0, 1, at - 1), ENVIRON["TO"], substr($0, at + length(ENVIRON["FROM"]))
	}' "$1" >"$copy.new" && mv "$copy.new" "$copy" || { echo "$1 does not hold '$2'" >&2; exit 70; }
	case $1 in *.smt2) return ;; *.def) source=encode/isa/isa.c ;; *) source=$copy ;; esac
	# before the library, of which the linker takes only what is missing
	${CC:-gcc} -O1 -std=gnu17 -D_GNU_SOURCE -I"$out/source" -I. -Iinclude -c -o "$out/broken.o" "$source" &&
		${CXX:-g++} ${LDFLAGS:-} -o "$out/encode" "$out/broken.o" "$build"/proofs/isa/{encode,statement}.c.o \
			"$build/libbpfprove.a" $(sed -n 's/^LDLIBS = //p' Makefile) || exit 70
	tool=$out/encode
}
[ $# -eq 4 ] && fault "$2" "$3" "$4"

bad=0
"$tool" "$out" "$out/source/state.smt2" "$out"/source/{alu,order,jump,memory}.smt2 >"$out/list.txt" || bad=1
[ -s "$out/list.txt" ] || exit 70
awk -F'\t' '$1 == "none" { printf "| isa %s | include/isa.def:%s | | | | not stated: %s |\n", $2, $2, $3 }
	$1 == "missing" { printf "| isa %s | include/isa.def:%s | | | | no statement: %s |\n", $2, $2, $3 }
	$1 == "wrong" { printf "| isa %s | include/isa.def:%s | | | | %s |\n", $2, $2, $3 }' "$out/list.txt"

# $1: statement, $2: solver, $3: number of questions. The first answer that is not unsat, with the input it speaks of.
counterexample() {
	local k
	k=$({ grep -n '^sat$' "$out/$1.$2" || grep -n -v '^unsat$' "$out/$1.$2"; } | head -1 | cut -d: -f1)
	[ -n "$k" ] || { echo "$1: $2 answered $(wc -l <"$out/$1.$2") of $3 questions"; return; }
	awk -v k="$k" '/^; question/ { n++ } n == k && !/^\(reset\)/' "$out/$1.smt2" >"$out/$1.one.smt2"
	echo "$1: $2 says $(sed -n "${k}p" "$out/$1.$2"), $(head -1 "$out/$1.one.smt2" | cut -c3-)"
	echo "(get-value (d src r0 imm off place (memory place)))" >>"$out/$1.one.smt2"
	timeout 60 z3 "$out/$1.one.smt2" 2>&1 | tail -n +2 | tr '\n' ' '
	echo
}

# A line of the list: asks both.
prove() {
	local name=$2 row=$3 function=$4 width=$5 n=$6 by file begin=$EPOCHREALTIME result=proved a b
	file=$(isa_file "$function")
	timeout 120 z3 "$out/$name.smt2" >"$out/$name.z3" 2>&1
	{ timeout 120 cvc5 --tlimit-per="${CVC5_MS:-2000}" "$out/$name.smt2" >"$out/$name.cvc5"; } 2>/dev/null # it may abort
	a=$(grep -c '^unsat$' "$out/$name.z3") b=$(grep -c '^unsat$' "$out/$name.cvc5")
	by="z3 ($a of $n), cvc5 ($b of $n)"
	if grep -q '^sat$' "$out/$name.z3" "$out/$name.cvc5"; then result=refuted; elif [ "$a" != "$n" ]; then result=unknown; fi
	[ "$result" = unknown ] || ! grep -q '^sat$' "$out/$name.cvc5" || counterexample "$name" cvc5 "$n" >&2
	[ "$result" = proved ] || counterexample "$name" z3 "$n" >&2
	printf '| isa %s: %s | %s:%s | %s | %s | %.2f | %s |\n' "$name" "$row" "$file" "$function" "${width/#0/-}" "$by" \
		"$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')" "$result"
	[ "$result" = proved ]
}
export -f prove counterexample isa_file
export out

awk -v only="${ONLY:-}" '$1 == "statement" && (only == "" || $2 == only)' "$out/list.txt" |
	xargs -r -P 2 -L 1 bash -c 'prove "$@" || exit 1' prove || bad=1
exit $bad
