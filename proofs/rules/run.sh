#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: proofs/rules/run.sh BUILD [FILE FROM TO]
# Proves the rules of synth/rules: lines of the table of `make proofs`, one for each file; exit 1 if a rule is not proved by
# both solvers. FILE FROM TO put a fault into a copy of that file first. ONLY narrows it down to one file, by its name.
set -u
cd "$(dirname "$0")/../.."
build=$1 folder=synth/rules
if [ $# -eq 4 ]; then
	folder=$build/proofs/broken-rules
	rm -rf "$folder"
	mkdir -p "$folder"
	cp synth/rules/*.rule "$folder"
	FROM=$3 TO=$4 awk 'BEGIN { RS = "\001" } {
		at = index($0, ENVIRON["FROM"])
		if (!at) exit 1
		printf "%s%s%s", substr($0, 1, at - 1), ENVIRON["TO"], substr($0, at + length(ENVIRON["FROM"]))
	}' "$2" >"$folder/$(basename "$2")" || { echo "$2 does not hold '$3'" >&2; exit 70; }
fi
ls "$folder"/${ONLY:-*}.rule | xargs -r -P 2 -n 1 sh -c '"$0" "$1" || exit 1' "$build/proofs/rules/prove"
[ $? -eq 0 ] || exit 1
