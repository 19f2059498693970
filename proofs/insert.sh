#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: proofs/insert.sh NAME FILE
# Puts FILE between the markers NAME of proofs/README.md.
set -eu
awk -v new="$2" -v name="$1" 'index($0, "<!-- /" name " -->") { skip = 0 } !skip { print }
	index($0, "<!-- " name " -->") { while ((getline line < new) > 0) print line; skip = 1 }' \
	"$(dirname "$0")/README.md" >"$2.readme"
cp "$2.readme" "$(dirname "$0")/README.md"
