#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: proofs/list.sh BUILD
# A line for each statement of `make proofs`, without proving it: PART, STATEMENT as in the table, FILE:FUNCTION, and
# `prove` or `try` (run natively, but too much for the prover); tabs between them. Parts in folders of their own have a
# list.sh that does the same.
set -eu
cd "$(dirname "$0")/.."
build=$1 out=$1/proofs
mkdir -p "$out"
${CC:-gcc} -std=gnu17 -D_GNU_SOURCE -Iinclude -Iproofs -o "$out/names" proofs/native.c $(ls proofs/*.c | grep -v '/native\.c$')
"$out/names" | tac | sort -s -k1,1 | tr ' ' '\t'
for part in proofs/*/list.sh; do
	bash "$part" "$build"
done
