#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: tests/scale.sh BUILD DIR [equiv's options ...]
# Programs of 250 to 4,000 instructions (tests/grow.c) at safe, and at equiv against a variant and against a faulty one;
# prints a table and writes DIR/scale.svg. Fails if a variant is refuted or a faulty one proved. SEEDS, SIZES: others.
set -u
export LC_ALL=C
build=$1 dir=$2
shift 2
mkdir -p "$dir"
wrong=0
: >"$dir/points"

# verdict, milliseconds and MiB of a run
measure() { # ARGUMENTS of bpfprove
	local start=$(date +%s%N)
	/usr/bin/time -o "$dir/time" -f %M "$build/bpfprove" "$@" >"$dir/out" 2>"$dir/err" </dev/null
	ms=$((($(date +%s%N) - start) / 1000000))
	mib=$(($(tail -1 "$dir/time") / 1024))
	read -r _ verdict _ by < <(sed -n 2p "$dir/out")
	verdict=${verdict:-failed}
}

row() { # SIZE SEED QUESTION
	printf '%6s %5s  %-22s %-8s %8s %6s  %s\n' "$1" "$2" "$3" "$verdict" "$ms" "$mib" "${by:-}"
}

printf '%6s %5s  %-22s %-8s %8s %6s  %s\n' size seed question verdict ms MiB by
for size in ${SIZES:-250 500 1000 2000 4000}; do
	for seed in ${SEEDS:-1}; do
		"$build/tests/grow" "$size" "$seed" >"$dir/a.s"
		"$build/tests/grow" "$size" "$seed" $((seed + 7)) >"$dir/b.s"
		measure safe --no-kernel --no-cache "$dir/a.s"
		row "$size" "$seed" safe
		measure equiv --no-kernel --no-cache "$@" "$dir/a.s" "$dir/b.s"
		row "$size" "$seed" "equiv, a variant"
		[ "$verdict" = refuted ] && wrong=$((wrong + 1))
		echo "$size $ms $verdict" >>"$dir/points"
		for fault in 1 2 3; do
			"$build/tests/grow" "$size" "$seed" $((seed + 7)) $fault >"$dir/c.s"
			measure equiv --no-kernel --no-cache "$@" --timeout=10 "$dir/a.s" "$dir/c.s"
			row "$size" "$seed" "equiv, a faulty one ($fault)"
			[ "$verdict" = proved ] && wrong=$((wrong + 1))
		done
	done
done

# Milliseconds over instructions, both linear; hollow: not proved
awk '
	{ x[NR] = $1; y[NR] = $2; proved[NR] = $3 == "proved"
	  if ($1 > most_x) most_x = $1
	  if ($2 > most_y) most_y = $2 }
	function px(v) { return 60 + v * 520 / most_x }
	function py(v) { return 340 - v * 310 / most_y }
	END {
		print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"380\" font-family=\"sans-serif\" font-size=\"12\">"
		print "<path d=\"M60 30V340H590\" fill=\"none\" stroke=\"black\"/>"
		print "<text x=\"300\" y=\"374\">instructions</text><text x=\"8\" y=\"20\">ms for equiv, whole process</text>"
		for (i = 1; i <= NR; i++) {
			printf "<circle cx=\"%d\" cy=\"%d\" r=\"4\" stroke=\"black\" fill=\"%s\"/>\n", px(x[i]), py(y[i]), proved[i] ? "black" : "white"
			printf "<text x=\"%d\" y=\"356\" text-anchor=\"middle\">%d</text>\n", px(x[i]), x[i]
			printf "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%d</text>\n", px(x[i]) - 6, py(y[i]) - 6, y[i]
		}
		print "</svg>"
	}' "$dir/points" >"$dir/scale.svg"
echo "plot: $dir/scale.svg; $wrong wrong"
[ $wrong = 0 ]
