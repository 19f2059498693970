# SPDX-License-Identifier: BSD-2-Clause
# make: build/bpfprove and the libraries; see README.md for the other targets.
CC = gcc
CXX = g++
WARN = -Wall -Wextra -Werror -Wshadow
CWARN = $(WARN) -Wswitch-enum -Wconversion
OPT = -O2 -g
CFLAGS = -std=gnu17 $(OPT) -fPIC $(CWARN)
CXXFLAGS = -std=c++17 $(OPT) -fPIC $(WARN)
CPPFLAGS = -D_GNU_SOURCE -I. -Iinclude -MMD -MP
LDLIBS = -lz3 -lcvc5 -lcadical -lbpf -lelf -ljansson -lpcap -lsqlite3 -larchive -lnettle -lm
B = build
PREFIX = /usr/local
D = $(DESTDIR)$(PREFIX)

# In pipeline order.
TABLES_SRC = encode/machine/tables.c encode/machine/retval.c encode/machine/mapfunc.c
ISA_SRC = encode/isa/isa.c encode/isa/check.c encode/isa/print.c encode/isa/token.c encode/isa/operand.c \
	encode/isa/assign.c encode/isa/statement.c encode/isa/assemble.c encode/isa/cfg.c encode/isa/loop.c encode/isa/effect.c
OBJECT_SRC = $(addprefix encode/object/,read.c image.c types.c line.c core_read.c core_path.c core_name.c core_value.c \
	core_types.c core_match.c core_target.c core_index.c core.c special.c map.c data.c function.c extern.c link.c kfunc.c code.c settle.c progtype.c check.c raw.c \
	text.c inner.c patch.c patch_elf.c patch_body.c patch_link.c patch_new.c patch_section.c patch_ext.c patch_check.c \
	write.c write_program.c write_types.c write_image.c)
TERM_SRC = $(addprefix encode/term/,term.c build.c rewrite.c list.c rule_bool.c rule_bits.c rule_arith.c rule_compare.c \
	rule_ite.c rule_slice.c rule_concat.c rebuild.c under.c fact.c eval.c walk.c smt2.c)
SOLVER_SRC = encode/digest.c $(addprefix encode/solver/,fault.c cone.c query.c model.c solver.c engine.c pair.c log.c guard.c process.c \
	aig.c blast_arith.c blast.c cnf.c sat.c session.c rup.c rup_core.c rup_text.c refutation.c tape.c smtlib.c z3.c cvc5.cc)
MACHINE_SRC = $(addprefix encode/machine/,world.c memory.c kept.c value.c stack.c state.c guard.c run.c access.c \
	context.c context_offset.c packet_load.c core.c map.c map_trie.c map_inner.c helper.c helper_opaque.c helper_code.c helper_map.c helper_storage.c helper_packet.c helper_memory.c helper_format.c format.c helper_string.c helper_dynptr.c helper_field.c reference.c after.c \
	step.c) encode/symex.c encode/callback.c encode/sample.c encode/sweep.c
EXEC_SRC = $(addprefix checker/exec/,input.c machine.c memory.c packet.c context.c element.c callback.c helper.c helper_event.c helper_map.c helper_storage.c helper_inner.c \
	helper_xdp.c helper_skb.c helper_mem.c helper_dynptr.c helper_field.c helper_format.c helper_string.c after.c core.c strict.c demand.c progress.c exec.c differ.c settle.c probe_value.c probe_packet.c probe.c live_map.c live_types.c live_load.c live_test.c live_session.c kernel.c symbolic.c)
EQUIV_SRC = $(addprefix checker/equiv/,pairing.c stamp.c search.c events.c compare.c address.c loadable.c friendly.c question.c identical.c ask.c refute.c merge.c decide.c cuts.c vacuous.c equiv.c) \
	$(addprefix checker/witness/,oracle.c witness.c show.c) checker/assertion/assertion.c
SAFETY_SRC = $(addprefix checker/safety/,symbol.c state.c stack.c lattice.c liveness.c transfer.c atomic.c branch.c access.c \
	measure.c visit.c arrive.c frame.c explore.c origin.c object.c contract.c contract_args.c contract_map.c contract_object.c contract_rule.c \
	contract_callback.c contract_dynptr.c contract_lock.c contract_kfunc.c contract_iter.c held.c exit.c bounds.c replay.c search.c prover.c kernel_rule.c path.c programs.c \
	safety_report.c)
WINDOW_SRC = $(wildcard checker/window/*.c)
CUT_SRC = $(wildcard checker/cut/*.c)
SYNTH_SRC = $(filter-out synth/command/%,$(wildcard synth/*/*.c))
WHOLE_SRC = $(addprefix checker/whole/,bytes.c key.c database.c verdicts.c results.c crew.c units.c folder.c files.c \
	whole_report.c whole_equiv.c whole_safe.c)
CERTIFICATE_SRC = $(wildcard checker/certificate/*.c)
API_SRC = checker/equiv/objects.c checker/equiv/report.c checker/api.c
CLI_SRC = $(addprefix checker/cli/,options.c command.c command_whole.c command_equiv.c command_safe.c command_assert.c certify.c command_recheck.c command_conform.c \
	run_packet.c run_input.c run_view.c run_print.c run_json.c command_run.c \
	show_dot.c show_smt2.c command_show.c command_matrix.c) $(wildcard synth/command/*.c) checker/cli/main.c
LIB_SRC = $(TABLES_SRC) $(ISA_SRC) $(OBJECT_SRC) $(TERM_SRC) $(SOLVER_SRC) $(MACHINE_SRC) $(EXEC_SRC) $(EQUIV_SRC) $(SAFETY_SRC) $(WINDOW_SRC) $(CUT_SRC) $(SYNTH_SRC) $(WHOLE_SRC) $(CERTIFICATE_SRC) $(API_SRC)

RULES = $(sort $(wildcard synth/rules/*.rule))
LIB_OBJ = $(patsubst %,$(B)/%.o,$(LIB_SRC)) $(B)/synth/rule_files.o
CLI_OBJ = $(patsubst %,$(B)/%.o,$(CLI_SRC))

all: $(B)/bpfprove $(B)/libbpfprove.a $(B)/libbpfprove.so

$(B)/libbpfprove.a: $(LIB_OBJ)
	rm -f $@ && ar rcs $@ $^

$(B)/libbpfprove.so: $(LIB_OBJ) checker/libbpfprove.map
	$(CXX) -shared $(LDFLAGS) -Wl,-soname,libbpfprove.so.0 -Wl,--version-script=checker/libbpfprove.map \
		-o $@ $(LIB_OBJ) $(LDLIBS)

$(B)/bpfprove: $(CLI_OBJ) $(B)/libbpfprove.a
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(B)/%.cc.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) -c -o $@ $<

# The rule base as text inside of the program.
$(B)/synth/rule_files.c: $(RULES) Makefile
	@mkdir -p $(@D)
	@{ echo '#include "synth/rules/rule_base.h"'; echo 'const struct rule_file rule_files[] = {'; \
		for f in $(RULES); do \
			echo "{\"$${f##*/}\","; sed 's/[\\"]/\\&/g; s/^/"/; s/$$/\\n"/' $$f; echo '},'; done; \
		echo '{0}};'; echo 'const size_t n_rule_files = sizeof rule_files / sizeof *rule_files - 1;'; } >$@

$(B)/synth/rule_files.o: $(B)/synth/rule_files.c
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

install: all
	install -d $(D)/bin $(D)/include $(D)/lib/pkgconfig
	install -m 755 $(B)/bpfprove $(D)/bin/bpfprove
	install -m 644 include/bpfprove.h $(D)/include/bpfprove.h
	install -m 644 $(B)/libbpfprove.a $(D)/lib/libbpfprove.a
	install -m 755 $(B)/libbpfprove.so $(D)/lib/libbpfprove.so.0
	ln -sf libbpfprove.so.0 $(D)/lib/libbpfprove.so
	sed -e 's|@PREFIX@|$(PREFIX)|; s|@LIBS@|$(LDLIBS) -lstdc++|' \
		-e "s|@VERSION@|$$(sed -n 's/^#define BPFPROVE_VERSION \"\(.*\)\"/\1/p' include/bpfprove.h)|" \
		checker/bpfprove.pc.in >$(D)/lib/pkgconfig/bpfprove.pc
	test -n "$(DESTDIR)" || ldconfig || true

uninstall:
	rm -f $(D)/bin/bpfprove $(D)/include/bpfprove.h $(D)/lib/pkgconfig/bpfprove.pc \
		$(addprefix $(D)/lib/libbpfprove.,a so so.0)

clean:
	rm -rf $(B)

include tests/tests.mk
-include $(shell find $(B) -name '*.d' 2>/dev/null)
.PHONY: all install uninstall clean
