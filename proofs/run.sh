#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: proofs/run.sh BUILD [FAULT]
# Proves every theorem of proofs/*.c twice: by bpfprove, from the BPF code that clang makes of the source that runs, and
# natively, for every choice of a few bits and at random for 64. Prints a table in Markdown; exit 1 if one does not hold
# or is not proved. FAULT names a row of proofs/break.txt: it is put into a copy of the source first. SOURCES and ONLY
# narrow it down to files and to one theorem in them.
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
	IFS=$'\t' read -r _ file from to < <(awk -F'\t' -v name="$fault" '$1 == name' proofs/break.txt) ||
		{ echo "proofs/break.txt has no row '$fault'" >&2; exit 64; }
	case $file in */*) exec bash proofs/isa/run.sh "$build" "$file" "$from" "$to" ;; esac
	replace "$file" "$from" "$to" || { echo "include/$file does not hold '$from'" >&2; exit 70; }
fi

sources=${SOURCES:-$(ls proofs/*.c | grep -v '/native\.c$')}
limit="-mllvm -inline-threshold=1000000"
flags="-I$include -Iproofs -Wall -Wextra -Wno-unused-parameter"
$cc -O2 -std=gnu17 -D_GNU_SOURCE $flags -o "$out/native" proofs/native.c $sources || exit 70
"$out/native" >"$out/list.txt"

echo "| statement | source | function | by | width | seconds | result |"
echo "| --- | --- | --- | --- | --- | --- | --- |"
bad=0
: >"$out/answered.txt"
for source in $sources; do
	object=$out/$(basename "$source" .c).o
	$clang -target bpf -mcpu=v4 -O2 -g $limit $flags -I/usr/include/x86_64-linux-gnu -c -o "$object" "$source" || exit 70
	"$build"/bpfprove assert "$object" ${ONLY:+--program "$ONLY"} --timeout 1000 --query-timeout 300 >"$out/answers.txt" || bad=1
	# what does not begin like a line of the table is a counterexample
	awk 'FNR == NR { about[$1] = $2 " | " $3; next }
		$1 in about { text = ""
			if ($2 != "proved") { for (i = 4; i <= NF; i++) text = text " " $i }
			printf "| %s | %s | bpfprove | 64 | %.2f | %s%s |\n", $1, about[$1], $3 / 1000, $2, text ? ":" text : ""
			next }
		{ print > "/dev/stderr" }' "$out/list.txt" "$out/answers.txt"
	cat "$out/answers.txt" >>"$out/answered.txt"
done
# what the prover was not given
awk -v only="${ONLY:-}" 'FILENAME == ARGV[1] { answered[$1] = 1; next }
	!($1 in answered) && (only == "" || only == $1) { printf "| %s | %s | %s | bpfprove | 64 | | natively only |\n", $1, $2, $3 }' \
	"$out/answered.txt" "$out/list.txt"
"$out/native" "${BITS:-8}" "${ROUNDS:-1000000}" ${ONLY:+"$ONLY"} >"$out/native.txt" || bad=1
awk '{ printf "| %s | %s | %s | %s | %s | %s | %s |\n", $1, $2, $3, $6 == "random" ? $5 " random cases" : "all " $5 " cases", $4, $8, $7 }' \
	"$out/native.txt"
[ -n "${ONLY:-}${SOURCES:-}$fault" ] || bash proofs/isa/run.sh "$build" || bad=1
exit $bad
