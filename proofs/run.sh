#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: proofs/run.sh BUILD [FAULT]
# Proves every theorem of proofs/*.c twice: by bpfprove, from the BPF code that clang makes of the source that runs, and
# natively, for every choice of a few bits and at random for 64; then what the folders here prove. Prints a table in
# Markdown, STATEMENT, FILE:FUNCTION, WIDTH, SOLVER, SECONDS, RESULT, and leaves it in BUILD/proofs.md, of which
# `make proofs-readme` makes that of proofs/README.md; exit 1 if a statement does not hold or is not proved.
# FAULT names a row of proofs/break.txt (NAME, folder in proofs/, FILE, FROM, TO): it is put into a copy of the source
# first. SOURCES and ONLY narrow it down to files and to one theorem in them.
set -u
cd "$(dirname "$0")/.."
build=$1 fault=${2:-} out=$1/proofs include=include
clang=${BPF_CLANG:-clang-19} cc=${CC:-gcc}
mkdir -p "$out"

# $1: file, $2: text, $3: what is put in its place
replace() {
	FROM=$2 TO=$3 awk 'BEGIN { RS = "\001" } {
		at = index($0, ENVIRON["FROM"])
		if (!at) exit 1
		printf "%s%s%s", substr($0, 1, at - 1), ENVIRON["TO"], substr($0, at + length(ENVIRON["FROM"]))
	}' "include/$1" >"$include/$1"
}

if [ -n "$fault" ]; then
	include=$out/broken
	rm -rf "$include"
	cp -r include "$include"
	IFS=$'\t' read -r _ part file from to < <(awk -F'\t' -v name="$fault" '$1 == name' proofs/break.txt) ||
		{ echo "proofs/break.txt has no row '$fault'" >&2; exit 64; }
	[ "$part" = . ] || exec bash "proofs/$part/run.sh" "$build" "$file" "$from" "$to"
	replace "$file" "$from" "$to" || { echo "include/$file does not hold '$from'" >&2; exit 70; }
fi

# A copy of the headers in $1 for proofs/contracts.h: each function of its list with another name.
cut_functions() {
	local name header
	rm -rf "$1"
	cp -r "$include" "$1"
	for name in $(sed -n 's/^CONTRACT([a-zA-Z0-9_]*, [a-z ]*, \([a-z0-9_]*\),.*/\1/p' proofs/contracts.h); do
		header=$(grep -l "^static inline .*[ *]$name(" "$1"/*.h) || { echo "no function $name" >&2; exit 70; }
		sed -i "s/^\(static inline .*[ *]\)$name(/\1${name}_itself(/" "$header"
	done
}

sources=${SOURCES:-$(ls proofs/*.c | grep -v '/native\.c$')}
limit="-mllvm -inline-threshold=1000000"
flags="-Iproofs -Wall -Wextra -Wno-unused-parameter -Wno-unused-function -Wno-undefined-internal"
cut_functions "$out/cut"
$cc -O2 -std=gnu17 -D_GNU_SOURCE -I"$include" -Iproofs -Wall -Wextra -Wno-unused-parameter -o "$out/native" proofs/native.c $sources || exit 70
"$out/native" >"$out/list.txt"

# $1: source, $2: object, $3: flags
compile() {
	local from=$include
	! uses_contracts "$1" || from=$out/cut
	$clang -target bpf -mcpu=v4 -O2 -g $limit -I"$from" $flags ${3:-} -I/usr/include/x86_64-linux-gnu -c -o "$2" "$1"
}

uses_contracts() {
	grep -q '"contracts' "$1"
}

# What contracts say is no contradiction: an input gets to the end of each theorem. $1: source
reached() {
	uses_contracts "$1" || return 0
	compile "$1" "$out/reached.o" "-DREACHED -w" || return 70
	"$build"/bpfprove assert "$out/reached.o" ${ONLY:+--program "$ONLY"} --timeout 300 --query-timeout 60 |
		awk 'FNR == NR { about[$2] = $3; next }
			$1 in about && $2 != "refuted" { printf "| %s | %s | 64 | | | never gets to its end: %s |\n", $1, about[$1], $2; bad = 1 }
			END { exit bad }' "$out/list.txt" -
}

# Theorems from their BPF code. $1: source
prove() {
	local object=$out/$(basename "$1" .c).o result=0
	compile "$1" "$object" || return 70
	"$build"/bpfprove assert "$object" ${ONLY:+--program "$ONLY"} --timeout 1000 --query-timeout 300 >"$out/answers.txt" || result=1
	# what does not begin like a line of the table is a counterexample
	awk 'FNR == NR { about[$2] = $3; next }
		$1 in about { by = text = ""
			if ($2 == "proved") { by = $NF } else { for (i = 4; i <= NF; i++) text = text " " $i }
			sub(/^race:/, "", by)
			printf "| %s | %s | 64 | %s | %.2f | %s%s |\n", $1, about[$1], by, $3 / 1000, $2, text ? ":" text : ""
			next }
		{ print > "/dev/stderr" }' "$out/list.txt" "$out/answers.txt"
	cat "$out/answers.txt" >>"$out/answered.txt"
	return $result
}

# What the prover was not given, or said nothing about.
unproved() {
	awk -v only="${ONLY:-}" 'FILENAME == ARGV[1] { answered[$1] = 1; next }
		$2 in answered || (only != "" && only != $2) { next }
		$4 == "prove" { bad = 1 }
		{ printf "| %s | %s | 64 | | | %s |\n", $2, $3, $4 == "prove" ? "not answered" : "tried only" }
		END { exit bad }' "$out/answered.txt" "$out/list.txt"
}

natively() {
	local result=0
	"$out/native" "${BITS:-8}" "${ROUNDS:-1000000}" ${ONLY:+"$ONLY"} >"$out/native.txt" || result=1
	awk '{ how = $5 == "random" ? $4 " random cases" : "all " $4 " cases"
		printf "| %s | %s | %s | %s | %s | %s |\n", $1, $2, $3, how, $7, $6 }' "$out/native.txt"
	return $result
}

table() {
	local bad=0 source part
	echo "| statement | file:function | width | solver | seconds | result |"
	echo "| --- | --- | --- | --- | --- | --- |"
	: >"$out/answered.txt"
	for source in $sources; do
		prove "$source" || bad=1
		reached "$source" || bad=1
	done
	unproved || bad=1
	natively || bad=1
	[ -z "${ONLY:-}${SOURCES:-}$fault" ] || return $bad
	for part in proofs/*/run.sh; do
		bash "$part" "$build" || bad=1
	done
	return $bad
}

if [ -n "${ONLY:-}${SOURCES:-}$fault" ]; then
	table
else
	table | tee "$build/proofs.md"
	exit "${PIPESTATUS[0]}"
fi
