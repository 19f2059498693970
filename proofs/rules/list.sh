#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: proofs/rules/list.sh BUILD
# The statements on the optimizer's rules, for proofs/list.sh: one for each file.
set -eu
cd "$(dirname "$0")/../.."
for file in synth/rules/*.rule; do
	printf 'rules\trules %s: %s\t%s\tprove\n' "$(basename "$file" .rule)" "$(grep -c '^rule ' "$file")" "$file"
done
