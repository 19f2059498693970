#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: proofs/readme.sh BUILD
# The statements of `make proofs` for proofs/README.md: sums for each part, then every statement by part and function.
# What stands here as proved is what `make proofs` fails without; width, solver and time are in its own table.
set -eu
cd "$(dirname "$0")/.."
bash proofs/list.sh "$1" | awk -F'\t' '
	{ if (!($1 in sum)) parts[++n_parts] = $1
		sum[$1]++
		proved[$1] += $4 == "prove"
		key = $1 " | " $3 " | " ($4 == "prove" ? "proved" : "tried only")
		if (!(key in names)) keys[++n_keys] = key
		names[key] = names[key] (names[key] == "" ? "" : ", ") $2 }
	END {
		print "| part | statements | proved | tried only |"
		print "| --- | --- | --- | --- |"
		for (i = 1; i <= n_parts; i++) {
			p = parts[i]; all += sum[p]; all_proved += proved[p]
			printf "| `%s` | %d | %d | %d |\n", p, sum[p], proved[p], sum[p] - proved[p]
		}
		printf "| all | %d | %d | %d |\n\n", all, all_proved, all - all_proved
		print "| part | file:function | result | statements |"
		print "| --- | --- | --- | --- |"
		for (i = 1; i <= n_keys; i++) printf "| %s | %s |\n", keys[i], names[keys[i]]
	}'
