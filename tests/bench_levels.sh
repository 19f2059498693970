#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# bench_levels.sh BPFPROVE REAL CORPUS: whole programs across compilers and levels, the kernel's samples in
# REAL/samples-clang{14,19}{,-O1} and the corpus in CORPUS. A line for each program that is not plain text
# comparison, then the figures of each pair of builds. Fails if a pair of builds is refuted.
#   SECONDS_EACH=10   limit of one pair of objects    ONLY=xdp1   only objects of whose name this is a part
#   OUT=FILE          keep the lines there
set -u
[ $# -eq 3 ] || { echo "usage: bench_levels.sh BPFPROVE REAL CORPUS" >&2; exit 64; }
bpfprove=$1 real=$2 corpus=$3
limit=${SECONDS_EACH:-10}
lines=${OUT:-$(mktemp)}
: > "$lines"

# Sections whose names iproute2 gave a type, not libbpf.
type_of() {
	case $1 in
	parse_* | tc_l2_redirect_kern | test_cgrp2_tc_kern | tcbpf1_kern) echo --type=tc ;;
	lwt_len_hist_kern) echo --type=lwt_xmit ;;
	esac
}

# What links the library of samples has its tracepoint programs too: they count once, in xdp_monitor.
compare() {
	local pair=$1 name=$2
	"$bpfprove" equiv --no-cache --no-kernel --allow-missing --timeout="$limit" $(type_of "$name") "$3" "$4" 2> /dev/null |
		awk -v pair="$pair" -v name="$name" '
		$3 ~ /^[0-9.]+$/ && $2 ~ /^(proved|refuted|unknown)$/ {
			if ($1 ~ /^tp_xdp_/ && name ~ /lbpf/ && name !~ /^xdp_monitor/)
				next
			program = $1; verdict = $2; ms = $3
			$1 = $2 = $3 = ""
			sub(/^ +/, "")
			printf "%s\t%s\t%s\t%s\t%s\t%s\n", pair, name, program, verdict, ms, $0
		}' >> "$lines"
}

# pairs FOLDER-OF-FIRST ... as "label first second", %: the object's name
sample_pairs="14:O1,O2 samples-clang14-O1/% samples-clang14/%
19:O1,O2 samples-clang19-O1/% samples-clang19/%
O1:14,19 samples-clang14-O1/% samples-clang19-O1/%
O2:14,19 samples-clang14/% samples-clang19/%"
corpus_pairs="14:O1,O2 %.14.O1 %.14.O2
19:O1,O2 %.19.O1 %.19.O2
O1:14,19 %.14.O1 %.19.O1
O2:14,19 %.14.O2 %.19.O2"

for o in "$real"/samples-clang14/*.o; do
	name=$(basename "$o" .o)
	[[ $name == *${ONLY:-}* ]] || continue
	while read -r label a b; do
		[ -e "$real/${a/\%/$name}.o" ] && [ -e "$real/${b/\%/$name}.o" ] &&
			compare "$label" "$name" "$real/${a/\%/$name}.o" "$real/${b/\%/$name}.o"
	done <<< "$sample_pairs"
done
for o in "$corpus"/*.14.O2.o; do
	name=$(basename "$o" .14.O2.o)
	[[ $name == *${ONLY:-}* ]] || continue
	while read -r label a b; do
		compare "$label" "$name" "$corpus/${a/\%/$name}.o" "$corpus/${b/\%/$name}.o"
	done <<< "$corpus_pairs"
done

awk -F'\t' '$6 != "by identical" { printf "%-9s %-28s %-28s %-8s %9.1f  %s\n", $1, $2, $3, $4, $5, $6 }' "$lines"
# Median, 90th and largest of the proved ones' milliseconds.
summary() {
	sort -t$'\t' -k5,5g | awk -F'\t' -v label="$1" '
	{ n[$4]++; if ($4 == "proved") ms[++k] = $5; slow += $4 == "proved" && $5 > 1000 }
	END { if (k) printf "%-22s %4d proved %3d refuted %3d unknown   median %7.1f ms  90 %% %7.1f  max %8.1f  over 1 s: %d\n",
		label, n["proved"], n["refuted"], n["unknown"], ms[int((k + 1) / 2)], ms[int(0.9 * k + 0.5)], ms[k], slow }'
}
echo
for p in 14:O1,O2 19:O1,O2 O1:14,19 O2:14,19; do
	awk -F'\t' -v p="$p" '$1 == p' "$lines" | summary "$p"
done
summary "all" < "$lines"
grep -v "by identical" "$lines" | summary "all but identical"
! cut -f4 "$lines" | grep -q refuted
