#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: tests/run.sh SUITE ...
# Runs Criterion binaries one after the other and counts what their TAP reports say. A test that a suite announced and
# did not report (crash of the runner, time-out) has failed, and so has one more if only the exit status is bad.
#   JOBS     tests of one suite at a time (2)
#   TIMEOUT  seconds for one suite (300)
set -u
export LC_ALL=C

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
passed=0 failed=0 skipped=0 began=$SECONDS

count() { # PATTERN: lines of the report that match
	grep -cE "$1" "$work/tap"
}

run_suite() { # BINARY
	local name=${1##*/} ok bad skip plan status seconds start
	: >"$work/tap"
	start=$(date +%s%N)
	timeout -k 5 "${TIMEOUT:-300}" "$1" --jobs="${JOBS:-2}" --tap="$work/tap" </dev/null >"$work/out" 2>&1
	status=$?
	seconds=$(($(date +%s%N) - start))
	skip=$(count '^ok .*# SKIP')
	ok=$(($(count '^ok ') - skip))
	bad=$(count '^not ok ')
	plan=$(sed -n 's/^1\.\.//p' "$work/tap")
	((bad += ${plan:-1} - ok - skip - bad))
	# Criterion does not see what a sanitizer says after a test has ended.
	((bad == 0)) && { ((status != 0)) || grep -q 'ERROR: LeakSanitizer' "$work/out"; } && bad=1
	printf '%-24s %5d passed %3d failed %3d skipped %4d.%d s\n' "${name#test_}" $ok $bad $skip \
		$((seconds / 1000000000)) $((seconds / 100000000 % 10))
	sed -n 's/^ok - \(.*[^ ]\)  *# SKIP *\(.*\)/    skipped \1: \2/p' "$work/tap"
	if ((bad)); then
		((status == 124 || status == 137)) && echo "    stopped after ${TIMEOUT:-300} s"
		echo "    exit status $status; $1 said:"
		sed -n 's/^not ok - /    FAILED /p' "$work/tap"
		tail -n 200 "$work/out" | sed 's/^/    | /'
	fi
	((passed += ok, failed += bad, skipped += skip))
}

for suite; do
	run_suite "$suite"
done
echo "$# suites in $((SECONDS - began)) s"
echo "$passed passed, $failed failed$( ((skipped)) && echo ", $skipped skipped")"
((failed == 0 && passed > 0))
