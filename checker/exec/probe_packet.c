/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of a search: Ethernet, VLAN tags, ARP, IPv4 or IPv6, TCP, UDP or ICMP, of likely and of odd lengths. */
#include "probe_value.h"

#include <string.h>

struct writer {
	struct chooser *c;
	uint64_t random;
};

static uint64_t next(struct writer *w, uint64_t n)
{
	w->random = chooser_mix(w->random);
	return (w->random >> 16) % n;
}

/* A big-endian number of so many bytes. */
static void put(struct writer *w, uint64_t v, unsigned bytes)
{
	struct chooser *c = w->c;
	for (unsigned i = bytes; i-- && c->headers < sizeof c->packet;)
		c->packet[c->headers++] = (uint8_t)(v >> 8 * i);
}

/* One of n likely values; sometimes one that the program knows. */
static uint64_t likely(struct writer *w, const uint16_t *values, size_t n)
{
	if (next(w, 6) == 0)
		return chooser_pick(w->c, w->random);
	return values[next(w, n)];
}

static void put_random(struct writer *w, unsigned bytes)
{
	for (; bytes >= 4; bytes -= 4) {
		uint64_t v = next(w, 3) ? next(w, 1ull << 32) : chooser_pick(w->c, w->random);
		put(w, next(w, 2) ? v : __builtin_bswap32((uint32_t)v), 4);
	}
	put(w, next(w, 1u << 24), bytes);
}

static const uint16_t ports[] = {80, 443, 53, 22, 8080, 1, 65535, 9};

static void put_ports(struct writer *w)
{
	put(w, likely(w, ports, 8), 2);
	put(w, likely(w, ports, 8), 2);
}

static void put_transport(struct writer *w, uint64_t protocol)
{
	static const uint16_t icmp[] = {0, 8, 3, 128, 129, 135, 136};
	if (protocol == 6) {
		put_ports(w);
		put_random(w, 8);
		put(w, (next(w, 4) ? 5 : next(w, 16)) << 4, 1);
		put(w, next(w, 2) ? 0x02 : next(w, 256), 1);
		put_random(w, 6);
	} else if (protocol == 17) {
		put_ports(w);
		put(w, next(w, 4) ? 8 + next(w, 64) : next(w, 65536), 2);
		put_random(w, 2);
	} else {
		put(w, likely(w, icmp, sizeof icmp / sizeof *icmp), 1);
		put_random(w, 7);
	}
	put_random(w, 32);
}

static const uint16_t protocols[] = {6, 17, 6, 17, 1, 58, 4, 41, 47, 0, 44};

static void put_ipv4(struct writer *w)
{
	uint64_t words = next(w, 4) ? 5 : next(w, 16), protocol = likely(w, protocols, 10);
	put(w, 0x40 | words, 1);
	put(w, next(w, 256), 1);
	put(w, next(w, 2) ? 20 + next(w, 100) : next(w, 65536), 2);
	put_random(w, 2);
	put(w, next(w, 4) ? 0x4000 : next(w, 65536), 2);
	put(w, next(w, 3) ? 64 : next(w, 3), 1);
	put(w, protocol, 1);
	put_random(w, 10);
	for (uint64_t i = 5; i < words; i++)
		put_random(w, 4);
	put_transport(w, protocol);
}

static void put_ipv6(struct writer *w)
{
	uint64_t protocol = likely(w, protocols, 11);
	put(w, 0x60000000 | next(w, 1u << 20), 4);
	put(w, next(w, 200), 2);
	put(w, protocol, 1);
	put(w, next(w, 3) ? 64 : next(w, 3), 1);
	put_random(w, 32);
	put_transport(w, protocol);
}

static void put_network(struct writer *w, uint64_t type)
{
	if (type == 0x0800)
		put_ipv4(w);
	else if (type == 0x86dd)
		put_ipv6(w);
	else
		put_random(w, 64);
}

static bool begins_with_ip(enum progtype type)
{
	return progtype_is_in("CGSKB|LWT", type);
}

static void put_frame(struct writer *w)
{
	static const uint16_t types[] = {0x0800, 0x0800, 0x0800, 0x86dd, 0x86dd, 0x0806, 0x8847};
	static const uint16_t tags[] = {0x8100, 0x88a8};
	uint64_t type = likely(w, types, sizeof types / sizeof *types);
	if (!begins_with_ip(w->c->p->type) != !next(w, 8)) {
		put_random(w, 12);
		for (uint64_t n = next(w, 4) ? 0 : 1 + next(w, 2); n; n--) {
			put(w, tags[next(w, 2)], 2);
			put(w, next(w, 65536), 2);
		}
		put(w, type, 2);
	}
	put_network(w, type);
}

static uint64_t choose_length(struct writer *w)
{
	static const uint16_t usual[] = {60, 64, 128, 590, 1500, 1514};
	const struct pool *pool = w->c->pool;
	switch (next(w, 8)) {
	case 0:
		return next(w, 2) ? 0 : next(w, 15);
	case 1:
		return next(w, w->c->headers + 1);
	case 2:
	case 3:
		return pool->n_lengths ? pool->lengths[next(w, pool->n_lengths)] + next(w, 3) - 1 : next(w, 64);
	case 4:
		return usual[next(w, 6)];
	default:
		return w->c->headers + next(w, 16);
	}
}

void packet_make(struct chooser *c)
{
	struct writer w = {c, c->seed};
	put_frame(&w);
	c->length = choose_length(&w) & 0xffff;
}
