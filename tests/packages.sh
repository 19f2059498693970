#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# usage: tests/packages.sh GROUP ...
# Installs what is missing of the groups' Debian packages; says nothing if nothing is.
set -u

# group, package, why
table="
build make             runs the Makefile
build gcc              compiles everything but one file
build g++              compiles the interface to cvc5
build libc6-dev        headers of the C library
build linux-libc-dev   linux/bpf.h
build libz3-dev        the solver Z3
build libcvc5-dev      the solver cvc5
build libcadical-dev   the SAT solver under the built-in backend
build libelf-dev       reads object files
build libbpf-dev       BTF, loading into the live kernel, headers of the corpus
build libjansson-dev   JSON reports
build libsqlite3-dev   keeps verdicts and the optimizer's finds from run to run
build libarchive-dev   certificates are tar files
build nettle-dev       SHA-256 in certificates
build libpcap-dev      packets of counterexamples as .pcap
demo  clang-14         compiles the program
demo  llvm-19          llvm-objdump, to count its instructions
test  libcriterion-dev the unit tests
test  clang-14         compiles the corpus and snippets in tests
test  clang-19         compiles them with a newer instruction set
test  llvm-19          llvm-objdump, llvm-mc and llvm-objcopy as a second opinion
test  z3               the command, as an SMT-LIB process
test  cvc5             the command, as another SMT-LIB process
test  pkg-config       checks what make install writes
fuzz  clang-14         libFuzzer, and the corpus as seeds
fuzz  clang-19         more seeds
fuzz  libclang-rt-14-dev  libFuzzer and the sanitizers of clang
"

wanted=$(for group; do
	awk -v group="$group" '$1 == group { print $2 }' <<<"$table"
done | sort -u)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "This is no Debian machine: the build needs what these packages of Debian 12 hold:" $wanted"."
	exit 0
fi

have=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p')
missing=$(comm -23 <(echo "$wanted") <(sort -u <<<"$have"))
[ -n "$missing" ] || exit 0

echo "Installing $(wc -l <<<"$missing") missing packages with apt-get:"
for p in $missing; do
	awk -v p="$p" '$2 == p { $1 = $2 = ""; sub(/^ +/, ""); printf "  %-18s %s\n", p, $0; exit }' <<<"$table"
done

as_root=()
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "There is no sudo; run as root: apt-get install --no-install-recommends" $missing >&2
		exit 1
	fi
	as_root=(sudo)
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
"${apt[@]}" update || echo "apt-get update failed; trying with the package lists that are there" >&2
"${apt[@]}" install -y --no-install-recommends $missing </dev/null && exit 0
echo "These packages could not be installed:" $missing >&2
exit 1
