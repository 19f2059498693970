/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects whose section names say nothing: their loaders (tc, ip route, qemu) give the type. */
#include "tests/real_type.h"

#include <string.h>

static const struct given_type {
	const char *object;
	enum progtype type;
} given_types[] = {
    {"tc_l2_redirect_kern.o", PROGTYPE_SCHED_CLS}, {"tcbpf1_kern.o", PROGTYPE_SCHED_CLS},
    {"test_cgrp2_tc_kern.o", PROGTYPE_SCHED_CLS},  {"parse_ldabs.o", PROGTYPE_SCHED_CLS},
    {"parse_simple.o", PROGTYPE_SCHED_CLS},        {"parse_varlen.o", PROGTYPE_SCHED_CLS},
    {"lwt_len_hist_kern.o", PROGTYPE_LWT_XMIT},    {"qemu-system-x86_64.o", PROGTYPE_SOCKET_FILTER},
};

void real_give_type(struct program *p, const char *object)
{
	for (size_t i = 0; i < sizeof given_types / sizeof *given_types; i++)
		if (p->type == PROGTYPE_UNSPEC && strcmp(object, given_types[i].object) == 0)
			p->type = given_types[i].type;
}
