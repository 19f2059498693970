/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bpf_xdp_adjust_{head,tail,meta} (net/core/filter.c). Offsets count from the
 * packet's first byte at entry: the frame begins at -HEADROOM (behind struct
 * xdp_frame) and ends at PKT_LEN + TAILROOM (before struct skb_shared_info).
 */
#include "machine.h"

#include <string.h>

#define ETH_HLEN 14
#define MAX_META_LEN 252 /* largest aligned skb_shared_info.meta_len */

/* New head must leave room for the metadata, which moves along, and an Ethernet header before data_end. */
void helper_run_XDP_ADJUST_HEAD(struct machine *m, struct helper_call *c)
{
	struct packet *k = &m->pkt;
	int32_t by = (int32_t)(uint32_t)c->arg[1].word;
	int64_t metalen = k->data - k->data_meta, data = k->data + by;
	helper_return(c, -EXEC_EINVAL);
	if (data < metalen - (int64_t)k->headroom || data > k->data_end - ETH_HLEN)
		return;
	packet_fill(m, k->data_meta, (uint64_t)metalen);
	packet_fill(m, k->data_meta + by, (uint64_t)metalen);
	memmove(packet_at(m, k->data_meta + by), packet_at(m, k->data_meta), (size_t)metalen);
	k->data_meta += by;
	k->data = data;
	helper_return(c, 0);
}

void helper_run_XDP_ADJUST_TAIL(struct machine *m, struct helper_call *c)
{
	struct packet *k = &m->pkt;
	int32_t by = (int32_t)(uint32_t)c->arg[1].word;
	int64_t end = k->data_end + by;
	helper_return(c, -EXEC_EINVAL);
	if (end > (int64_t)(k->len + k->tailroom) || end < k->data + ETH_HLEN)
		return;
	if (by > 0) {
		packet_fill(m, k->data_end, (uint64_t)by);
		memset(packet_at(m, k->data_end), 0, (size_t)by);
	}
	k->data_end = end;
	helper_return(c, 0);
}

/* xdp_metalen_invalid: a multiple of 4 that fits the length's byte. */
void helper_run_XDP_ADJUST_META(struct machine *m, struct helper_call *c)
{
	struct packet *k = &m->pkt;
	int64_t meta = k->data_meta + (int32_t)(uint32_t)c->arg[1].word, metalen = k->data - meta;
	if (meta < -(int64_t)k->headroom || meta > k->data) {
		helper_return(c, -EXEC_EINVAL);
	} else if (metalen % 4 || metalen > MAX_META_LEN) {
		helper_return(c, -EXEC_EACCES);
	} else {
		k->data_meta = meta;
		helper_return(c, 0);
	}
}
