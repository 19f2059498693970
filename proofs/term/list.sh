#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: proofs/term/list.sh BUILD
# The statements on terms, for proofs/list.sh; sourced by run.sh for the file that a function is in.
term_file() {
	local chain=${1#rule_}
	grep -l "[ *]$1(.*[^;]$" encode/term/*.c | head -1 | grep . || grep -l "^CHAIN(${chain%_chain})" encode/term/*.c
}

term_list() {
	local kind name function
	"$1"/proofs/term/prove --list |
		while IFS=$'\t' read -r kind name function; do
			printf 'term\tterm %s\t%s:%s\tprove\n' "$name" "$(term_file "$function")" "$function"
		done
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	set -eu
	cd "$(dirname "$0")/../.."
	term_list "$1"
fi
