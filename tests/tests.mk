# SPDX-License-Identifier: BSD-2-Clause
# Corpus objects, test binaries and benchmarks; included by the Makefile.

CORPUS = $(basename $(notdir $(wildcard corpus/*.c)))
CORPUS_CFLAGS = -target bpf -g -Wall -Wextra -Werror -I/usr/include/x86_64-linux-gnu
CORPUS_OBJ = $(foreach c,14 19,$(foreach o,O1 O2 Os,$(CORPUS:%=$(B)/corpus/%.$(c).$(o).o)))
# $(1): clang's version, $(2): level
define corpus_rule
$(B)/corpus/%.$(1).$(2).o: corpus/%.c
	@mkdir -p $$(@D)
	clang-$(1) $$(CORPUS_CFLAGS) -$(2) -c -o $$@ $$<
endef
$(foreach c,14 19,$(foreach o,O1 O2 Os,$(eval $(call corpus_rule,$(c),$(o)))))

MUTATE_OBJ = $(B)/tests/mutate.c.o $(B)/tests/mutate_edit.c.o
BENCH_OBJ = $(patsubst %,$(B)/tests/%.c.o,bench_equiv bench_corpus bench_run bench_diff) $(MUTATE_OBJ)
TESTS = $(basename $(notdir $(wildcard tests/test_*.c)))
TEST_BIN = $(TESTS:%=$(B)/tests/%)

$(B)/tests/test_%: $(B)/tests/test_%.c.o $(MUTATE_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcriterion

AGREE_OBJ = $(patsubst %,$(B)/tests/%.c.o,agreement campaign shrink random_program random_memory random_helper random_call random_input)
$(B)/tests/test_agree $(B)/tests/test_case_agreement $(B)/tests/test_kernel $(B)/tests/test_search_random: $(B)/tests/test_%: $(B)/tests/test_%.c.o $(AGREE_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcriterion

$(B)/tests/agree: $(B)/tests/agree.c.o $(AGREE_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/tests/test_cases $(B)/tests/test_coverage $(B)/tests/test_case_agreement: $(B)/tests/case_text.c.o
$(B)/tests/test_coverage: $(B)/tests/coverage.c.o
$(B)/tests/test_domain: $(B)/tests/domain.c.o
$(B)/tests/test_smt2_read: $(B)/tests/smt2_read.c.o
$(B)/tests/test_arrays: $(B)/tests/test_arrays.c.o $(B)/tests/array_script.c.o $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcriterion
$(B)/tests/test_domain_best: $(B)/tests/tnum_best.c.o

$(B)/tests/bench_domain: $(B)/tests/bench_domain.c.o $(B)/tests/tnum_best.c.o
	$(CC) $(LDFLAGS) -o $@ $^

# The operators of the abstract domains, proved from their own source; FAULT=NAME puts one of proofs/break.txt into a copy.
FAULT =
PROVERS = $(B)/proofs/isa/encode $(B)/proofs/term/prove $(B)/proofs/rules/prove
proofs: $(B)/bpfprove $(PROVERS)
	bash proofs/run.sh $(B) $(FAULT)

# The statements in proofs/README.md
proofs-readme: $(PROVERS)
	@bash proofs/readme.sh $(B) >$(B)/statements.md
	@bash proofs/insert.sh statements $(B)/statements.md
.PHONY: proofs proofs-readme

# Instructions as questions about proofs/isa's statements
$(B)/proofs/isa/encode: $(B)/proofs/isa/encode.c.o $(B)/proofs/isa/statement.c.o $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/tests/test_isa_proof: | $(B)/proofs/isa/encode
$(B)/tests/test_proofs_list: | $(PROVERS)

# The rewrite rules of the terms as questions
TERM_PROOF_OBJ = $(patsubst %,$(B)/%.o,$(wildcard proofs/term/*.c))
$(B)/proofs/term/prove: $(TERM_PROOF_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/tests/test_term_proof: | $(B)/proofs/term/prove

# The optimizer's rules, file by file
$(B)/proofs/rules/prove: $(B)/proofs/rules/prove.c.o $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/tests/test_term_proof: | $(B)/proofs/rules/prove

# Products of known bits, beside the kernel's two; the table in proofs/README.md.
bench-domain: $(B)/tests/bench_domain
	@$< >$(B)/product.md
	@bash proofs/insert.sh product $(B)/product.md
	@cat $(B)/product.md
.PHONY: bench-domain

$(B)/tests/load_check: $(B)/tests/load_check.c.o
	$(CC) $(LDFLAGS) -o $@ $^ -lbpf

$(B)/tests/mutate: $(B)/tests/mutate_main.c.o $(MUTATE_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/tests/bench_equiv: $(BENCH_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

corpus: $(CORPUS_OBJ)

check-corpus: $(B)/tests/load_check $(CORPUS_OBJ)
	$< $(CORPUS_OBJ)

# Both machines on N random programs from SEED on, KERNEL of them in the live kernel as well.
N = 100000
SEED = 1
KERNEL = 5000
agree: $(B)/tests/agree
	$< $(N) $(SEED) $(KERNEL)

bench-equiv: $(B)/tests/bench_equiv $(B)/bpfprove $(CORPUS_OBJ)
	$< --bpfprove=$(B)/bpfprove --objects=$(B)/corpus $(BENCH)

# The kernel's samples and the corpus, -O1 against -O2 and clang-14 against clang-19, as whole programs.
bench-levels: $(B)/bpfprove $(B)/tests/extract_bpf $(CORPUS_OBJ)
	STAGES="samples samples-O1" tests/real_objects.sh $(REAL) $(B)/tests/extract_bpf
	tests/bench_levels.sh $< $(REAL)/obj $(B)/corpus
.PHONY: bench-levels

# Everything that works on a machine without the packages starts make again once they are there.
JOBS = 2
TIMEOUT = 300
AGAIN = $(MAKE) --no-print-directory
ASAN = -fsanitize=address,undefined
DEMO_OBJ = $(addprefix $(B)/corpus/xdp_vlan.14.,O1.o O2.o)

test:
	@bash tests/packages.sh build test
	@$(AGAIN) -j$(JOBS) test-bin
	@$(AGAIN) run-tests

test-bin: all $(TEST_BIN) $(DEMO_OBJ)
	@:

run-tests: test-bin
	@BPFPROVE_BUILD=$(B) JOBS=$(JOBS) TIMEOUT=$(TIMEOUT) bash tests/run.sh $(TEST_BIN)

# gcc warns of values and sizes that only the sanitizers' own code makes look wrong, so warnings are the plain build's.
asan:
	@bash tests/packages.sh build test
	@LSAN_OPTIONS=suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0 \
		$(AGAIN) test B=$(B)/asan OPT='-O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all $(ASAN)' \
		LDFLAGS='$(ASAN)' WARN= CWARN= TIMEOUT=900

demo:
	@bash tests/packages.sh build demo
	@$(AGAIN) -j$(JOBS) demo-bin
	@bash tests/demo.sh $(B)

demo-bin: $(B)/bpfprove $(B)/tests/mutate $(DEMO_OBJ)
	@:

SECONDS = 600
fuzz:
	@bash tests/packages.sh build fuzz
	@$(AGAIN) -j$(JOBS) run-fuzz

run-fuzz: $(B)/fuzz_object $(CORPUS_OBJ)
	@mkdir -p $(B)/fuzz
	$< -max_total_time=$(SECONDS) -max_len=65536 -artifact_prefix=$(B)/fuzz- $(B)/fuzz $(B)/corpus

FUZZ_SRC = tests/fuzz_object.c $(TABLES_SRC) $(ISA_SRC) $(OBJECT_SRC)
$(B)/fuzz_object: $(FUZZ_SRC)
	@mkdir -p $(@D)
	clang-14 -std=gnu17 -O1 -g -D_GNU_SOURCE -I. -Iinclude -fsanitize=fuzzer,address,undefined -o $@ $^ -lbpf -lelf

format-check:
	clang-format-14 --dry-run -Werror $$(git ls-files '*.c' '*.cc' '*.h')

# Debian's own objects; see tests/real_objects.sh
REAL = $(B)/real
$(B)/tests/extract_bpf: $(B)/tests/extract_bpf.c.o
	$(CC) $(LDFLAGS) -o $@ $^

real-objects: $(B)/tests/extract_bpf
	tests/real_objects.sh $(REAL) $<

bench-real: $(B)/tests/bench $(CORPUS_OBJ) real-objects
	$< --json=$(REAL)/results.json --parts=self --all --corpus=$(B)/corpus --real=$(REAL)/obj $(BENCH)

# Debian's libbpf-tools against themselves, stripped and assembled anew
$(B)/tests/reassemble: $(B)/tests/reassemble.c.o
	$(CC) $(LDFLAGS) -o $@ $^ -lelf

SAME_OBJ = $(REAL)/obj/libbpf-tools
bench-identical: $(B)/tests/reassemble $(B)/bpfprove real-objects
	@bash tests/bench_identical.sh $(B)/bpfprove $< $(SAME_OBJ) $(B)/identical
.PHONY: bench-identical

$(B)/tests/test_whole $(B)/tests/test_certificate $(B)/tests/test_cli $(B)/tests/test_opt $(B)/tests/test_safe $(B)/tests/test_calibrate: | $(B)/bpfprove
$(B)/tests/test_symbolic $(B)/tests/test_rule_match: | $(CORPUS:%=$(B)/corpus/%.19.O2.o)

matrix: $(B)/bpfprove
	@$< matrix

# What matrix prints, between README's markers.
readme-matrix: $(B)/bpfprove
	@$< matrix >$(B)/matrix.md
	@awk -v new=$(B)/matrix.md '/<!-- \/matrix -->/ { skip = 0 } !skip { print } \
		/<!-- matrix -->/ { while ((getline line < new) > 0) print line; skip = 1 }' README.md >$(B)/README.md
	@cp $(B)/README.md README.md

# The kernel's own tests with a __retval tag; see tests/retval.sh and tests/retval-known.txt
RETVAL = $(B)/retval
$(B)/tests/retval: $(patsubst %,$(B)/tests/%.c.o,retval retval_tags retval_load retval_run retval_known) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

retval: $(B)/tests/retval
	@tests/retval.sh $(RETVAL)
	@$< --known=tests/retval-known.txt --json=$(RETVAL)/results.json $(BENCH) $(RETVAL)/obj

# The safety prover on the kernel's verifier tests; see tests/verifier_cases.sh and the lists tests/verifier-*.txt
VERIFIER = $(B)/verifier
TABLE_OBJ = $(patsubst %,$(B)/tests/%.c.o,verifier_table verifier_read verifier_class verifier_run verifier_report \
	safe_run safe_kernel children retval_tags retval_load)
$(B)/tests/verifier_table: $(TABLE_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/tests/test_verifier: $(B)/tests/test_verifier.c.o $(B)/tests/verifier_class.c.o $(B)/tests/children.c.o \
	$(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcriterion

verifier-cases: $(B)/tests/verifier_text.c.o $(B)/libbpfprove.a
	@tests/verifier_cases.sh $(VERIFIER) $(B)
	@tests/retval.sh $(RETVAL)

verifier-table: $(B)/tests/verifier_table verifier-cases
	@$< --lists=tests --json=$(VERIFIER)/results.json $(BENCH) $(VERIFIER)/cases $(RETVAL)/obj

# The safety prover on the corpus and on Debian's own objects
$(B)/tests/bench_safe: $(patsubst %,$(B)/tests/%.c.o,bench_safe bench_safe_report safe_run safe_kernel retval_load real_type children) \
	$(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

bench-safe: $(B)/tests/bench_safe $(CORPUS_OBJ) real-objects
	@$< --json=$(REAL)/safe.json $(BENCH) $(B)/corpus $(REAL)/obj

# Random programs at the safety prover; one in KERNEL of those proved in the live kernel as well.
$(B)/tests/attack_safe: $(patsubst %,$(B)/tests/%.c.o,attack_safe attack_base children) $(AGREE_OBJ) $(MUTATE_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

attack-safe: $(B)/tests/attack_safe verifier-cases $(CORPUS_OBJ)
	@$< --programs=$(N) --seed=$(SEED) $(BENCH) $(VERIFIER)/cases $(B)/corpus

# Concrete states of proved programs in the prover's abstract ones
CONTAIN_OBJ = $(patsubst %,$(B)/tests/%.c.o,contain attack_base random_relation) $(AGREE_OBJ)
$(B)/tests/contain: $(B)/tests/contain_main.c.o $(CONTAIN_OBJ) $(MUTATE_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/tests/test_contain $(B)/tests/test_contain_state: $(B)/tests/test_%: $(B)/tests/test_%.c.o $(CONTAIN_OBJ) $(MUTATE_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcriterion

$(B)/tests/test_facts $(B)/tests/test_live: $(B)/tests/test_%: $(B)/tests/test_%.c.o $(patsubst %,$(B)/tests/%.c.o,attack_base random_relation) $(AGREE_OBJ) $(MUTATE_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcriterion

contain: $(B)/tests/contain verifier-cases $(CORPUS_OBJ)
	@$< $(N) $(SEED) $(VERIFIER)/cases $(B)/corpus

# Changes that windows prove, held against the concrete machine
ATTACK_WINDOW_OBJ = $(patsubst %,$(B)/tests/%.c.o,attack_window attack_draft attack_base random_relation) $(AGREE_OBJ)
$(B)/tests/attack_window: $(B)/tests/attack_window_main.c.o $(ATTACK_WINDOW_OBJ) $(MUTATE_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/tests/test_windows: $(B)/tests/test_windows.c.o $(ATTACK_WINDOW_OBJ) $(MUTATE_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcriterion

attack-window: $(B)/tests/attack_window $(CORPUS_OBJ)
	@$< $(N) $(SEED) $(B)/corpus

# Each step of the optimizer, held against the concrete machine
$(B)/tests/attack_opt: $(B)/tests/attack_opt.c.o $(ATTACK_WINDOW_OBJ) $(MUTATE_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

attack-opt: $(B)/tests/attack_opt $(CORPUS_OBJ)
	@$< $(N) $(SEED) 2 $(B)/corpus

.PHONY: attack-window attack-opt
.PHONY: verifier-cases verifier-table bench-safe attack-safe contain
.PHONY: matrix readme-matrix corpus check-corpus agree bench-equiv real-objects bench-real retval test test-bin run-tests asan demo demo-bin fuzz run-fuzz format-check
.SECONDARY:

# Two versions of an object on the same random inputs
COMPARE_OBJ = $(patsubst %,$(B)/tests/%.c.o,compare_live compare_machine compare_maps)
$(B)/tests/compare: $(B)/tests/compare_main.c.o $(COMPARE_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/tests/test_compare: $(B)/tests/test_compare.c.o $(COMPARE_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcriterion

# The optimizer on the kernel's samples, the corpus and Debian's objects
$(B)/tests/bench_opt: $(patsubst %,$(B)/tests/%.c.o,bench_opt bench_opt_run bench_opt_report latency safe_kernel retval_load children) \
	$(COMPARE_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

bench-opt: $(B)/tests/bench_opt $(B)/bpfprove $(CORPUS_OBJ) real-objects
	@$< --bpfprove=$(B)/bpfprove --out=$(B)/opt --json=$(B)/opt.json $(BENCH) $(REAL)/obj $(B)/corpus
.PHONY: bench-opt

$(B)/tests/bench_search: $(B)/tests/bench_search.c.o $(B)/tests/bench_scene.c.o $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# The searches' proposals per second, and what became of them.
SEARCH_OBJ = $(B)/corpus/xdp_vlan.19.O2.o
bench-search: $(B)/tests/bench_search $(SEARCH_OBJ)
	$< $(BENCH) $(SEARCH_OBJ)
.PHONY: bench-search

# Pairs of programs with loops; see corpus/loops/pairs.txt. VERSION chooses between a source's variants.
LOOPS = $(basename $(notdir $(wildcard corpus/loops/*.c)))
LOOPS_OBJ = $(addprefix $(B)/loops/,$(filter %.o,$(shell sed '/^\#/d' corpus/loops/pairs.txt)))
# $(1): clang's version, $(2): level, $(3): of the source
define loops_rule
$(B)/loops/%.$(1).$(2).$(3).o: corpus/loops/%.c
	@mkdir -p $$(@D)
	clang-$(1) $$(CORPUS_CFLAGS) -Wno-unused-parameter -DVERSION=$(3) -$(2) -c -o $$@ $$<
endef
$(foreach c,14 19,$(foreach o,O1 O2,$(foreach v,0 1 2 3,$(eval $(call loops_rule,$(c),$(o),$(v))))))

bench-loops: $(B)/bpfprove $(LOOPS_OBJ)
	@bash tests/loops.sh $(B) $(BENCH)
.PHONY: bench-loops

# Large programs, against variants of theirs, by size.
$(B)/tests/grow: $(B)/tests/grow.c.o
	$(CC) $(LDFLAGS) -o $@ $^

bench-scale: $(B)/bpfprove $(B)/tests/grow
	@bash tests/scale.sh $(B) $(B)/scale $(BENCH)
.PHONY: bench-scale

# Time and memory by stage and program, saved as JSON; two such files side by side. BENCH='--terms=plain' does without
# rewrite rules, --quick with less, --parts=NAME,.. with some of tests/bench_part.def.
BENCH_JSON = $(B)/bench.json
REAL_OBJ = $(firstword $(wildcard $(REAL)/obj /tmp/real/obj))
BENCH_ROW_OBJ = $(patsubst %,$(B)/tests/%.c.o,bench_options bench_plan bench_work bench_windows bench_scene bench_corpus \
	round_trip real_type children) $(MUTATE_OBJ)
$(B)/tests/bench: $(patsubst %,$(B)/tests/%.c.o,bench bench_table bench_json) $(BENCH_ROW_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

bench: $(B)/tests/bench $(CORPUS_OBJ)
	@$< --json=$(BENCH_JSON) --corpus=$(B)/corpus --real=$(or $(REAL_OBJ),$(REAL)/obj) \
		--commit="$$(git describe --always --dirty)" $(BENCH)

$(B)/tests/bench_compare: $(B)/tests/bench_compare.c.o
	$(CC) $(LDFLAGS) -o $@ $^ -ljansson

bench-compare: $(B)/tests/bench_compare
	@$< $(OLD) $(NEW)

# The queries of such a run to each solver; how many and how long: BENCH='--most=N --seconds=N'
$(B)/tests/bench_backends: $(patsubst %,$(B)/tests/%.c.o,bench_backends smt2_read command children) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

bench-backends: $(B)/tests/bench $(B)/tests/bench_backends $(CORPUS_OBJ)
	@rm -rf $(B)/queries
	@$< --quick --parts=builds,mutants,compilers,windows --seconds=5 --corpus=$(B)/corpus \
		--real=$(or $(REAL_OBJ),$(REAL)/obj) --log=$(B)/queries >/dev/null
	@$(B)/tests/bench_backends --json=$(B)/backends.json --most=2000 $(BENCH) $(B)/queries

# Memory as terms against memory as the solvers' arrays
$(B)/tests/bench_arrays: $(patsubst %,$(B)/tests/%.c.o,bench_arrays array_script command) $(BENCH_ROW_OBJ) \
	$(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

bench-arrays: $(B)/tests/bench_arrays $(CORPUS_OBJ)
	@$< --corpus=$(B)/corpus --real=$(or $(REAL_OBJ),$(REAL)/obj) $(BENCH)
.PHONY: bench bench-compare bench-backends bench-arrays

# The check by cut points alone
$(B)/tests/test_align: | $(B)/tests/grow
$(B)/tests/cut: $(B)/tests/cut_main.c.o $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

# What is proved of the samples and the corpus, certified and checked again.
bench-certificates: $(B)/bpfprove $(CORPUS_OBJ) real-objects
	@bash tests/certificates.sh $(B) $(REAL)/obj/samples-clang14 $(REAL)/obj/samples-clang19 $(B)/corpus/*.19.O2.o
.PHONY: bench-certificates
