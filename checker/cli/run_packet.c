/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of `bpfprove run`: from a pcap file or hex bytes into the input. */
#include "checker/cli/run_input.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XDP_HEADROOM 216 /* as a test run of the kernel has it: XDP_PACKET_HEADROOM less struct xdp_frame */
#define XDP_LINEAR 3520  /* a page less XDP_PACKET_HEADROOM and struct skb_shared_info */
#define SKB_HEADROOM 64  /* NET_SKB_PAD */

static void add_packet(struct run_packets *out, const uint8_t *bytes, size_t n)
{
	out->at = realloc(out->at, (out->n + 1) * sizeof *out->at);
	if (!out->at)
		abort();
	struct run_packet *p = &out->at[out->n++];
	*p = (struct run_packet){command_alloc(n), n};
	if (n)
		memcpy(p->bytes, bytes, n);
}

static enum status check_size(const char *name, size_t n)
{
	if (n <= input_rows[IN_PKT_LEN].hi)
		return STATUS_PROVED;
	return command_fail(STATUS_MALFORMED, "%s: a packet has %zu bytes, expected at most %llu", name, n,
			    (unsigned long long)input_rows[IN_PKT_LEN].hi);
}

static enum status read_pcap(const char *path, struct run_packets *out)
{
	char err[PCAP_ERRBUF_SIZE];
	if (access(path, R_OK))
		return command_fail(STATUS_UNREADABLE, "%s: can't be read", path);
	pcap_t *file = pcap_open_offline(path, err);
	if (!file)
		return command_fail(STATUS_MALFORMED, "%s: expected a pcap file: %s", path, err);
	struct pcap_pkthdr *h;
	const u_char *bytes;
	enum status s = STATUS_PROVED;
	int got = 0;
	while (s == STATUS_PROVED && (got = pcap_next_ex(file, &h, &bytes)) == 1) {
		s = check_size(path, h->caplen);
		add_packet(out, bytes, h->caplen);
	}
	if (got == PCAP_ERROR)
		s = command_fail(STATUS_MALFORMED, "%s: %s", path, pcap_geterr(file));
	else if (!out->n)
		s = command_fail(STATUS_MALFORMED, "%s: expected a packet, found none", path);
	pcap_close(file);
	return s;
}

static bool names_file(const char *text)
{
	size_t n = strlen(text);
	return strchr(text, '/') || (n > 5 && !strcmp(text + n - 5, ".pcap")) ||
	       (n > 7 && !strcmp(text + n - 7, ".pcapng")) || access(text, F_OK) == 0;
}

enum status run_read_packets(const struct options *opt, const struct program *p, struct run_packets *out)
{
	uint8_t *bytes;
	size_t n;
	*out = (struct run_packets){0};
	if (!opt->packet) {
		add_packet(out, NULL, 0);
		return STATUS_PROVED;
	}
	if (progtype_rows[p->type].packet == PACKET_NONE)
		return command_fail(STATUS_USAGE, "--packet: programs of type %s have no packet",
				    progtype_rows[p->type].name);
	if (names_file(opt->packet))
		return read_pcap(opt->packet, out);
	if (!command_decode_hex(opt->packet, strlen(opt->packet), &bytes, &n))
		return command_fail(STATUS_USAGE, "--packet=%s: expected a file or pairs of hex digits", opt->packet);
	add_packet(out, bytes, n);
	free(bytes);
	return check_size("--packet", n);
}

void run_release_packets(struct run_packets *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->at[i].bytes);
	free(p->at);
	*p = (struct run_packets){0};
}

void run_set_packet(struct input *in, const struct program *p, const struct run_packet *packet)
{
	enum packet_kind kind = progtype_rows[p->type].packet;
	if (kind == PACKET_NONE)
		return;
	bool xdp = kind == PACKET_XDP;
	input_set(in, IN_PKT_LEN, NULL, 0, packet->n);
	input_set(in, IN_PKT_HAS, NULL, 0, packet->n > 0);
	input_set(in, IN_HEADROOM, NULL, 0, xdp ? XDP_HEADROOM : SKB_HEADROOM);
	input_set(in, IN_TAILROOM, NULL, 0, xdp && packet->n < XDP_LINEAR ? XDP_LINEAR - packet->n : 0);
	for (uint64_t i = 0; i < packet->n; i++)
		input_set(in, IN_PKT, &i, 1, packet->bytes[i]);
}
