#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: tests/loops.sh BUILD [equiv's options ...]
# Puts each pair of corpus/loops/pairs.txt to equiv and prints what it says. Fails if a pair that differs is proved, one
# that doesn't is refuted, or a program is not proved safe (SAFE=0: not asked).
set -u
export LC_ALL=C
build=$1
shift
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
wrong=0 same=0 proved=0 differ=0 refuted=0

path_of() { # NAME
	case $1 in *.s) echo "corpus/loops/$1" ;; *) echo "$build/loops/$1" ;; esac
}

complain() { # SENTENCE
	echo "    WRONG: $1"
	wrong=$((wrong + 1))
}

check_safe() { # NAME
	[ -e "$work/$1" ] && return
	: >"$work/$1"
	"$build/bpfprove" safe --no-kernel --no-cache "$(path_of "$1")" >"$work/safe" || complain "$1 is not proved safe"
}

count() { # same|differ VERDICT
	case $1-$2 in
	same-*) same=$((same + 1)) ;;
	differ-*) differ=$((differ + 1)) ;;
	esac
	case $1-$2 in
	same-proved) proved=$((proved + 1)) ;;
	differ-refuted) refuted=$((refuted + 1)) ;;
	same-refuted | differ-proved) complain "these programs are known to be $1" ;;
	esac
}

printf '%-32s %-8s %10s  %s\n' pair verdict ms by
sed -e '/^#/d; /^$/d; s/  */ /g' corpus/loops/pairs.txt >"$work/pairs"
while read -r -a words; do
	n=${#words[@]}
	name=${words[*]:0:n-3} first=${words[n-3]} second=${words[n-2]} truth=${words[n-1]}
	[ "${SAFE:-1}" = 1 ] && check_safe "$first" && check_safe "$second"
	"$build/bpfprove" equiv --no-kernel --no-cache --timeout=10 "$@" "$(path_of "$first")" "$(path_of "$second")" \
		>"$work/out" 2>"$work/err" </dev/null
	read -r _ verdict ms by < <(sed -n 2p "$work/out")
	printf '%-32s %-8s %10s  %s\n' "$name" "${verdict:-failed}" "${ms:-}" "${by:-}"
	[ -n "$verdict" ] || complain "$(head -1 "$work/err")"
	count "$truth" "$verdict"
done <"$work/pairs"
echo "$proved of $same pairs that are equal proved, $refuted of $differ that differ refuted, $wrong wrong"
[ $wrong = 0 ]
