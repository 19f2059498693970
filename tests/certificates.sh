#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: tests/certificates.sh BUILD FOLDER FOLDER [FILE ...]
# Compares the files of one name in two folders, then checks each FILE for safety; for everything that is proved, writes
# a certificate and rechecks it with proofs alone. Fails if one does not hold, or can't be written.
set -u
export LC_ALL=C
prove=$1/bpfprove first=$2 second=$3
shift 3
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
proved=0 holds=0 open=0 wrong=0 bytes=0 queries=0 make_ms=0 recheck_ms=0

now() {
	date +%s%3N
}

# NAME COMMAND FILE ...
certify() {
	local name=$1 start middle status
	shift
	rm -f "$work/c"
	start=$(now)
	"$prove" "$@" --no-kernel --no-cache --timeout=10 --query-timeout=10 --certificate="$work/c" >"$work/out" 2>"$work/err"
	[ $? = 0 ] || [ $? = 66 ] || return
	middle=$(now)
	proved=$((proved + 1))
	"$prove" recheck --proofs "$work/c" >"$work/out" 2>>"$work/err"
	status=$?
	case $status in
	0) holds=$((holds + 1)) ;;
	2) open=$((open + 1)) ;;
	*) wrong=$((wrong + 1)) ;;
	esac
	[ $status = 0 ] || echo "$name: $(tail -n 1 "$work/err" "$work/out" | tr '\n' ' ')"
	[ -e "$work/c" ] || return
	bytes=$((bytes + $(stat -c %s "$work/c")))
	queries=$((queries + $(grep -c 'by its proof$' "$work/out")))
	make_ms=$((make_ms + middle - start))
	recheck_ms=$((recheck_ms + $(now) - middle))
}

for a in "$first"/*; do
	[ ! -f "$second/${a##*/}" ] || certify "${a##*/}" equiv "$a" "$second/${a##*/}"
done
for a; do
	certify "${a##*/}" safe "$a"
done
echo "proved $proved, of these by proofs alone $holds, left open $open, wrong $wrong"
echo "queries with a proof $queries, bytes of all certificates $bytes"
echo "seconds to decide and certify $((make_ms / 1000)), to recheck $((recheck_ms / 1000))"
[ $wrong = 0 ]
