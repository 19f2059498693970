#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: proofs/isa/list.sh BUILD
# The statements on instructions, for proofs/list.sh; sourced by run.sh for the file that a function is in.
isa_file() {
	if [ "$1" = insn_falls_through ]; then echo encode/isa/check.c; else echo encode/machine/step.c; fi
}

isa_list() {
	local out=$1/proofs/isa-list kind name row function rest
	mkdir -p "$out"
	"$1"/proofs/isa/encode "$out" proofs/isa/state.smt2 proofs/isa/{alu,order,jump,memory}.smt2 |
		while IFS=$'\t' read -r kind name row function rest; do
			[ "$kind" = statement ] || continue
			printf 'isa/%s\tisa %s: %s\t%s:%s\tprove\n' "$(basename "$(grep -l ";; $name " proofs/isa/*.smt2)")" \
				"$name" "$row" "$(isa_file "$function")" "$function"
		done
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	set -eu
	cd "$(dirname "$0")/../.."
	isa_list "$1"
fi
