#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: proofs/readme.sh BUILD
# Puts the statements of the last `make proofs` (BUILD/proofs.md) between the markers of proofs/README.md: sums for each
# part, then every statement by part and function. Exit 1, with the README as it was, if one has no result there.
set -eu
cd "$(dirname "$0")/.."
build=$1 out=$1/proofs
bash proofs/list.sh "$build" >"$out/statements.txt"

awk -F'\t' '
	function put(part, where, width, by, result, statement,    key) {
		key = part " | " where " | " width " | " by " | " result
		if (!(key in names)) keys[++n_keys] = key
		names[key] = names[key] (names[key] == "" ? "" : ", ") statement
	}
	FILENAME == ARGV[1] { split($0, c, / *\| */); if (c[7] ~ /^(holds|FAILED)/) { cases[c[2]] += c[5] ~ /random/ ? 0 : substr(c[5], 5) }
		else { width[c[2]] = c[4]; by[c[2]] = c[5]; result[c[2]] = c[7] } next }
	!($2 in result) { print "no result of " $2 ": run make proofs" > "/dev/stderr"; exit bad = 1 }
	{ if (!($1 in sum)) parts[++n_parts] = $1
		sum[$1]++; proved[$1] += result[$2] == "proved"; tried[$1] += cases[$2]
		solvers = by[$2]
		if (match(solvers, /cvc5 \([0-9]+ of [0-9]+\)/)) {
			split(substr(solvers, RSTART), k, /[( )]+/)
			solvers = k[2] == k[4] ? "z3, cvc5" : "z3, cvc5 in part"
		}
		put($1, $3, width[$2], solvers, result[$2], $2)
	}
	END {
		if (bad) exit 1
		print "| part | statements | proved | tried only | natively, all cases |"
		print "| --- | --- | --- | --- | --- |"
		for (i = 1; i <= n_parts; i++) {
			p = parts[i]; a += sum[p]; b += proved[p]; c2 += tried[p]
			printf "| `%s` | %d | %d | %d | %s |\n", p, sum[p], proved[p], sum[p] - proved[p], tried[p] ? tried[p] : ""
		}
		printf "| all | %d | %d | %d | %s |\n\n", a, b, a - b, c2
		print "| part | file:function | width | solver | result | statements |"
		print "| --- | --- | --- | --- | --- | --- |"
		for (i = 1; i <= n_keys; i++) printf "| %s | %s |\n", keys[i], names[keys[i]]
	}' "$build/proofs.md" "$out/statements.txt" >"$out/statements.md"

awk -v new="$out/statements.md" '/<!-- \/statements -->/ { skip = 0 } !skip { print }
	/<!-- statements -->/ { while ((getline line < new) > 0) print line; skip = 1 }' proofs/README.md >"$out/README.md"
cp "$out/README.md" proofs/README.md
