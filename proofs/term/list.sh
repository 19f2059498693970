#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: proofs/term/list.sh BUILD
# The statements on terms, for proofs/list.sh; sourced by run.sh for the file that a function is in.
term_file() {
	local chain=${1#rule_}
	grep -l "[ *]$1(.*[^;]$" encode/term/*.c | head -1 | grep . || grep -l "^CHAIN(${chain%_chain})" encode/term/*.c
}

term_list() {
	local out=$1/proofs/term-list kind name function rest
	mkdir -p "$out"
	"$1"/proofs/term/prove "$out" |
		while IFS=$'\t' read -r kind name function rest; do
			[ "$kind" = statement ] || continue
			printf 'term\tterm %s\t%s:%s\tprove\n' "$name" "$(term_file "$function")" "$function"
		done
}
