#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: tests/demo.sh BUILD
# Proves two builds of one XDP program equal and refutes a mutant. Exit status 0 only if both came out as expected.
set -u
export LC_ALL=C
prove=$1/bpfprove old=$1/corpus/xdp_vlan.14.O1.o new=$1/corpus/xdp_vlan.14.O2.o bad=$1/demo_mutant.o
edit='`r2 &= 65295` -> `r2 &= 65294`'

fail() {
	echo "demo: $*" >&2
	exit 1
}

# BPFPROVE ARGUMENT ...: shows the command, runs it, leaves its exit status in `status`
show() {
	printf '$'
	printf ' %s' "$@"
	echo
	"$@"
	status=$?
	echo "(exit status $status)"
}

# The value of a key in the report of a question with one pair.
field() { # KEY
	sed -n "s/^ *\"$1\": \"\(.*\)\",\{0,1\}\$/\1/p" <<<"$json" | tail -n 1
}

echo "1. corpus/xdp_vlan.c, compiled with clang-14 -O1 and -O2. The programs have different instructions:"
for o in "$old" "$new"; do
	echo "   $o: $(llvm-objdump-19 -d --no-show-raw-insn "$o" | grep -cE '^ +[0-9]+:') instructions"
done
echo "   Do they do the same on every packet, with every content of their map?"
show "$prove" equiv --no-cache "$old" "$new"
[ $status = 0 ] || fail "the two builds should be proved equal"
json=$("$prove" equiv --json --no-cache "$old" "$new")
[ "$(field decided_by)" != identical ] || fail "the two builds should not be the same code"

echo
echo "2. The -O2 program with one constant changed, $edit:"
read -r kind number _ < <("$1/tests/mutate" "$new" vlan | grep -F "$edit") || fail "there is no such mutant"
"$1/tests/mutate" "$new" vlan "$kind" "$number" "$bad" || fail "the mutant can't be written"
as_root=()
if [ "$(id -u)" != 0 ] && sudo -n true 2>/dev/null; then
	echo "   (as root, so that the live kernel may be asked; it loads the programs, runs them once and unloads them)"
	as_root=(sudo)
fi
show "${as_root[@]}" "$prove" equiv --no-cache "$old" "$bad"
[ $status = 1 ] || fail "the mutant should be refuted"
json=$("${as_root[@]}" "$prove" equiv --json --no-cache "$old" "$bad")
kernel=$(field kernel)
echo
case $kernel in
confirmed) echo "Proved and refuted as expected; the live kernel sees the same difference." ;;
skipped:*) echo "Proved and refuted as expected; the live kernel was not asked ($kernel)." ;;
*) fail "the live kernel should confirm the counterexample, but: $kernel" ;;
esac
