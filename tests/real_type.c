/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs whose section names say nothing: their loaders (tc, ip, qemu; scripts and prog_tests of the selftests) give
 * the type. */
#include "tests/real_type.h"

#include <string.h>

/* Without a program it is all of the object's; the first row that fits counts. */
static const struct given_type {
	const char *object, *program;
	enum progtype type;
} given_types[] = {
    {"sample_ret0.o", NULL, PROGTYPE_XDP}, /* test_offload.py has bpftool load them as xdp */
    {"sample_map_ret0.o", NULL, PROGTYPE_XDP},
    {"tc_l2_redirect_kern.o", NULL, PROGTYPE_SCHED_CLS},
    {"tcbpf1_kern.o", NULL, PROGTYPE_SCHED_CLS},
    {"test_cgrp2_tc_kern.o", NULL, PROGTYPE_SCHED_CLS},
    {"parse_ldabs.o", NULL, PROGTYPE_SCHED_CLS},
    {"parse_simple.o", NULL, PROGTYPE_SCHED_CLS},
    {"parse_varlen.o", NULL, PROGTYPE_SCHED_CLS},
    {"lwt_len_hist_kern.o", NULL, PROGTYPE_LWT_XMIT},
    {"qemu-system-x86_64.o", NULL, PROGTYPE_SOCKET_FILTER},
    {"test_btf_newkv.o", NULL, PROGTYPE_TRACEPOINT},
    {"test_btf_nokv.o", NULL, PROGTYPE_TRACEPOINT},
    {"test_custom_sec_handlers.o", "abc1", PROGTYPE_RAW_TRACEPOINT},
    {"test_custom_sec_handlers.o", "abc2", PROGTYPE_RAW_TRACEPOINT},
    {"test_custom_sec_handlers.o", "custom1", PROGTYPE_TRACEPOINT},
    {"test_custom_sec_handlers.o", "custom2", PROGTYPE_TRACEPOINT},
    {"test_custom_sec_handlers.o", NULL, PROGTYPE_SYSCALL},
    {"test_lwt_ip_encap.o", NULL, PROGTYPE_LWT_XMIT},
    {"test_lwt_seg6local.o", "__encap_srh", PROGTYPE_LWT_IN},
    {"test_lwt_seg6local.o", NULL, PROGTYPE_LWT_SEG6LOCAL},
    {"test_skb_cgroup_id_kern.o", NULL, PROGTYPE_SCHED_CLS},
    {"test_tc_edt.o", NULL, PROGTYPE_SCHED_CLS},
    {"test_tc_tunnel.o", NULL, PROGTYPE_SCHED_CLS},
    {"test_xdp_meta.o", "ing_xdp", PROGTYPE_XDP},
    {"test_xdp_meta.o", NULL, PROGTYPE_SCHED_CLS},
    {"test_xdp_redirect.o", NULL, PROGTYPE_XDP},
    {"xdp_redirect_map.o", NULL, PROGTYPE_XDP},
};

/* Functions outside of .text that no loader takes for programs. */
static const struct {
	const char *object, *program;
} never_loaded[] = {
    /* xdp_prog and the others call them; NewCollection (collection.go) leaves out what has no type */
    {"loader-clang-7-el.elf.o", "global_fn3"},
    {"loader-clang-9-el.elf.o", "global_fn3"},
    {"loader-clang-9-el.elf.o", "static_fn"},
    {"loader-clang-14-el.elf.o", "global_fn3"},
    {"loader-clang-14-el.elf.o", "static_fn"},
    /* prog_tests/resolve_btfids.c reads its types only */
    {"btf_data.o", "func"},
};

bool real_is_loaded(const struct program *p, const char *object)
{
	for (size_t i = 0; i < sizeof never_loaded / sizeof *never_loaded; i++)
		if (!strcmp(object, never_loaded[i].object) && !strcmp(p->name, never_loaded[i].program))
			return false;
	return true;
}

void real_give_type(struct program *p, const char *object)
{
	for (size_t i = 0; i < sizeof given_types / sizeof *given_types; i++) {
		const struct given_type *g = &given_types[i];
		if (p->type == PROGTYPE_UNSPEC && !strcmp(object, g->object) &&
		    (!g->program || !strcmp(p->name, g->program)))
			p->type = g->type;
	}
}
