/* SPDX-License-Identifier: BSD-2-Clause */
/* The input of `bpfprove run` from its options. */
#ifndef RUN_INPUT_H
#define RUN_INPUT_H

#include "checker/cli/command.h"
#include "checker/exec/input.h"

struct run_packet {
	uint8_t *bytes;
	size_t n;
};
struct run_packets {
	struct run_packet *at;
	size_t n;
};

/* --packet: those of a pcap file, or the one of hex bytes; one without bytes if the option is not given. Fails as
 * command_fail does. */
enum status run_read_packets(const struct options *opt, const struct program *p, struct run_packets *out);
void run_release_packets(struct run_packets *p);

/* Everything but the packet: context, maps, and data sections as the object has them. */
enum status run_read_input(const struct options *opt, const struct program *p, struct input *in);
/* Puts a packet into the input, with the room around it that a driver gives. */
void run_set_packet(struct input *in, const struct program *p, const struct run_packet *packet);
#endif
