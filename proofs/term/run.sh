#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: proofs/term/run.sh BUILD [FILE FROM TO]
# Proves the rewrite rules of the terms, and facts, values and order of each kind of term: lines of the table of
# `make proofs`; exit 1 if one does not hold, is not proved, or the code of a rule makes nothing of what its text says.
# FILE FROM TO put a fault into a copy of that source first. ONLY narrows it down to one rule. No question may be left open
# by both solvers; the table says how many each of them answers.
set -u
cd "$(dirname "$0")/../.."
. proofs/term/list.sh
build=$1 out=$1/proofs/term-questions${ONLY:+/only} tool=$1/proofs/term/prove
rm -rf "$out"
mkdir -p "$out"

fault() {
	local copy=$out/encode/term/$(basename "$1") sources
	mkdir -p "$out/encode"
	cp -r encode/term "$out/encode/term"
	FROM=$2 TO=$3 awk 'BEGIN { RS = "\001" } {
		at = index($0, ENVIRON["FROM"])
		if (!at) exit 1
		printf "%s%s%s", substr($0, 1, at - 1), ENVIRON["TO"], substr($0, at + length(ENVIRON["FROM"]))
	}' "$1" >"$copy" || { echo "$1 does not hold '$2'" >&2; exit 70; }
	sources=$copy
	[ "${1%.def}" = "$1" ] || sources="$out/encode/term/rewrite.c proofs/term/prove.c"
	tool=$out/prove
	for s in $sources; do
		${CC:-gcc} -O1 -std=gnu17 -D_GNU_SOURCE -I"$out" -I"$out/encode/term" -I. -Iinclude -c \
			-o "$out/$(basename "$s").o" "$s" || exit 70
	done
	# before the library, of which the linker takes only what is missing
	set -- "$build"/proofs/term/*.c.o
	[ ! -e "$out/prove.c.o" ] || set -- ${@/*\/prove.c.o/}
	${CXX:-g++} ${LDFLAGS:-} -o "$tool" "$out"/*.o "$@" "$build/libbpfprove.a" \
		$(sed -n 's/^LDLIBS = //p' Makefile) || exit 70
}
[ $# -eq 4 ] && fault "$2" "$3" "$4"

bad=0
"$tool" "$out" ${ONLY:+"$ONLY"} >"$out/list.txt" || bad=1
[ -s "$out/list.txt" ] || exit 70

awk -F'\t' '$1 == "missing" { gsub(/\|/, "\\|", $3); printf "| term %s | encode/term/rule.def:rule_%s | | | | %s |\n", $2, $2, $3 }' \
	"$out/list.txt"

# $1: statement, $2: solver, $3: question. The case of it that fails, with the input it speaks of.
counterexample() {
	local one=$out/$1.one.smt2 case
	awk -v k="$3" '/^; question/ { n++ } n == k && !/^\(reset\)/' "$out/$1.smt2" >"$one"
	{ cat "$one"; echo "(get-value ($(grep -o '^; q[0-9]\+' "$one" | cut -c3- | tr '\n' ' ')))"; } >"$one.case"
	case=$(timeout 60 "$2" "$one.case" 2>/dev/null | grep -o 'q[0-9]* true' | head -1 | cut -d' ' -f1)
	echo "$1: $2 says $(sed -n "$3p" "$out/$1.$2"), $(head -1 "$one" | cut -c3-)"
	[ -n "$case" ] || return
	awk -F'\t' -v q="; $case" '$1 == q { print "  " $3 }' "$one"
	{ cat "$one"; echo "(assert $case)"; echo "(check-sat)"
		awk -F'\t' -v q="; $case" '$1 == q { print "(get-value (" $2 "))" }' "$one"; } >"$one.value"
	echo "  $(timeout 60 "$2" "$one.value" 2>/dev/null | tail -n +3 | tr -s '\n ' ' ')"
}

# How often do both leave the same question open? An answer that is missing, or something else among them, counts too.
count_open() {
	paste "$out/$1.z3" "$out/$1.cvc5" <(seq "$2") |
		awk -F'\t' -v n="$2" '$1 != "unsat" && $2 != "unsat" { open++ } END { print open + (NR != n) }'
}

# $1: statement, $2: solver
find_sat() {
	grep -n '^sat$' "$out/$1.$2" | head -1 | cut -d: -f1
}

# A line of the list: asks both.
prove() {
	local name=$1 function=$2 n=$3 widths=$4 ms=1000 begin=$EPOCHREALTIME result=proved a b k solver
	[ "$5" = easy ] || ms=200
	timeout 300 z3 rlimit="${Z3_LIMIT:-4000000}" "$out/$name.smt2" >"$out/$name.z3" 2>&1
	{ timeout 120 cvc5 --tlimit-per="${CVC5_MS:-$ms}" "$out/$name.smt2" >"$out/$name.cvc5"; } 2>/dev/null # it may abort
	a=$(grep -c '^unsat$' "$out/$name.z3") b=$(grep -c '^unsat$' "$out/$name.cvc5")
	[ "$(count_open "$name" "$n")" = 0 ] || result=unknown
	for solver in z3 cvc5; do
		k=$(find_sat "$name" $solver)
		[ -n "$k" ] || continue
		result=refuted
		counterexample "$name" $solver "$k" >&2
		break
	done
	[ "$n" != 0 ] || result="nothing asked"
	printf '| term %s | %s:%s | %s | z3 (%s of %s), cvc5 (%s of %s) | %.2f | %s |\n' "$name" "$(term_file "$function")" \
		"$function" "$widths" "$a" "$n" "$b" "$n" "$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')" "$result"
	[ "$result" = proved ]
}
export -f prove counterexample count_open find_sat term_file
export out

grep '^statement' "$out/list.txt" | cut -f2- | tr '\t' '\n' | xargs -r -d '\n' -P 2 -n 5 bash -c 'prove "$@" || exit 1' prove ||
	bad=1
exit $bad
