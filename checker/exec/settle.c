/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which inputs can a test run be given? Each part that the kernel fixes
 * (net/bpf/test_run.c) is set to the kernel's value in a copy of the input; the
 * concrete machine then has to come to the same outcome, else that part
 * matters and the kernel can't be asked. What nobody can know (addresses,
 * results of helpers) is set to other values for the same test.
 */
#include "live.h"

#include <stdlib.h>
#include <string.h>

#define ETH_HLEN 14
#define XDP_HEADROOM 216    /* XDP_PACKET_HEADROOM less struct xdp_frame */
#define XDP_MAX_LINEAR 3520 /* a page less XDP_PACKET_HEADROOM and struct skb_shared_info */
#define SKB_MAX_LINEAR 3600
#define MAX_CALLS 64 /* of one helper, whose results are varied */
#define LOOPBACK 1
#define SIZE_MAX_MADE 4096 /* elements of a map whose size the input has */
#define VARIANTS 8         /* of each result */

struct settle {
	const struct program *p;
	const struct exec_options *opt;
	const struct exec_outcome *before;
	const struct input *given;
	struct input *in; /* becomes settled */
	struct live_error *e;
	uint32_t calls[256]; /* by helper id */
};

bool settle_hides_header(const struct program *p)
{
	return progtype_rows[p->type].packet == PACKET_SKB && p->type != PROGTYPE_SCHED_CLS &&
	       p->type != PROGTYPE_SCHED_ACT;
}

bool settle_is_settable(const struct context_field *f)
{
	static const char *const names[] = {"mark",   "priority", "ingress_ifindex", "cb",
					    "tstamp", "gso_segs", "gso_size",        "hwtstamp"};
	if (f->layout != CONTEXT_SK_BUFF)
		return f->layout == CONTEXT_ARGS || f->layout == CONTEXT_SYSCALL;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(f->name, names[i]))
			return true;
	return false;
}

/* A field that a test run does not show and that still is as at entry says nothing. */
static void hide_untouched(const struct settle *s, const struct input *in, struct exec_outcome *o)
{
	for (size_t i = 0; o->context_len && i < context_field_count; i++) {
		const struct context_field *f = &context_fields[i];
		if (f->layout != progtype_rows[s->p->type].context || settle_is_settable(f))
			continue;
		for (uint64_t at = f->off; at < (uint64_t)f->off + f->size; at++)
			if (o->context[at] == settle_context_byte(in, f, at))
				o->context[at] = 0;
	}
}

uint8_t settle_context_byte(const struct input *in, const struct context_field *f, uint64_t at)
{
	return (uint8_t)(input_get(in, IN_CTX, &at, 1) & context_byte_mask(f, (unsigned)(at - f->off)));
}

/* The part is set now: does it matter? A test run shows no events. */
static bool keeps_outcome(struct settle *s, const char *part)
{
	struct exec_outcome before = *s->before, now;
	char buf[160];
	exec_run(s->p, s->in, s->opt, &now);
	size_t n_events = now.n_events;
	before.n_events = now.n_events = 0;
	before.context = machine_alloc(before.context_len);
	if (before.context_len)
		memcpy(before.context, s->before->context, before.context_len);
	hide_untouched(s, s->given, &before);
	hide_untouched(s, s->in, &now);
	bool differs = exec_differ(s->p, &before, &now, buf, sizeof buf);
	free(before.context);
	now.n_events = n_events;
	exec_release(&now);
	return !differs || live_fail(s->e, KERNEL_CANT_SET, "%s", part);
}

static uint64_t get(const struct settle *s, enum input_fn fn)
{
	return input_get(s->in, fn, NULL, 0);
}

static void set(struct settle *s, enum input_fn fn, uint64_t value)
{
	input_set(s->in, fn, NULL, 0, value);
}

static bool settle_xdp(struct settle *s)
{
	uint64_t len = get(s, IN_PKT_LEN);
	int64_t meta = (int64_t)(get(s, IN_META_LEN) & METADATA_MASK);
	if (len < ETH_HLEN || len > XDP_MAX_LINEAR)
		return live_fail(s->e, KERNEL_CANT_SET, "a packet of %llu bytes", (unsigned long long)len);
	set(s, IN_HEADROOM, XDP_HEADROOM);
	if (!keeps_outcome(s, "the headroom"))
		return false;
	set(s, IN_TAILROOM, XDP_MAX_LINEAR - len);
	if (!keeps_outcome(s, "the tailroom"))
		return false;
	for (int64_t off = -XDP_HEADROOM; off < -meta; off++)
		input_set(s->in, IN_PKT, (uint64_t[]){(uint64_t)off}, 1, 0);
	return keeps_outcome(s, "the bytes before the packet");
}

/* Where bpf_prog_test_run_skb has the headers, and the bytes of a hidden one (put_skb). */
static bool settle_headers(struct settle *s)
{
	int64_t link = settle_hides_header(s->p) ? -ETH_HLEN : 0;
	uint64_t protocol[2] = {16, 17};
	input_set(s->in, IN_SKB_HEADER, (uint64_t[]){SKB_LINK}, 1, (uint64_t)(SKB_BEFORE + link));
	input_set(s->in, IN_SKB_HEADER, (uint64_t[]){SKB_NETWORK}, 1, (uint64_t)(SKB_BEFORE + link + ETH_HLEN));
	input_set(s->in, IN_SKB_KNOWS, (uint64_t[]){SKB_LINK_SET}, 1, 1);
	for (int64_t off = link; off < 0; off++) {
		uint64_t value = off < -2 ? 0 : input_get(s->in, IN_CTX, &protocol[off + 2], 1);
		input_set(s->in, IN_PKT, (uint64_t[]){(uint64_t)off}, 1, value);
	}
	return keeps_outcome(s, "the place of the headers");
}

static bool settle_skb(struct settle *s)
{
	uint64_t len = get(s, IN_PKT_LEN) + get(s, IN_PKT_EXTRA), hidden = settle_hides_header(s->p) ? ETH_HLEN : 0;
	if (len + hidden < ETH_HLEN || len + hidden > SKB_MAX_LINEAR)
		return live_fail(s->e, KERNEL_CANT_SET, "a packet of %llu bytes", (unsigned long long)len);
	set(s, IN_PKT_LEN, len);
	set(s, IN_PKT_EXTRA, 0);
	if (!keeps_outcome(s, "a packet that is not linear"))
		return false;
	set(s, IN_META_LEN, 0);
	return keeps_outcome(s, "the metadata") && settle_headers(s);
}

static uint8_t packet_byte(const struct settle *s, uint64_t off)
{
	return (uint8_t)input_get(s->in, IN_PKT, &off, 1);
}

/* eth_type_trans of the frame; a header that the program doesn't see is made to fit the input. */
static uint64_t protocol_of(const struct settle *s)
{
	if (settle_hides_header(s->p)) {
		uint64_t at[] = {16, 17};
		uint64_t want = input_get(s->in, IN_CTX, at, 1) | input_get(s->in, IN_CTX, at + 1, 1) << 8;
		uint64_t host = (want & 0xff) << 8 | want >> 8;
		uint64_t need = host == 0x800 ? 20 : host == 0x86dd ? 40 : 0;
		return host >= 0x600 && get(s, IN_PKT_LEN) >= need ? want : 0xb588; /* a local experimental protocol */
	}
	uint8_t hi = packet_byte(s, 12), lo = packet_byte(s, 13);
	if ((hi << 8 | lo) >= 0x600)
		return hi | (uint64_t)lo << 8;
	bool raw = get(s, IN_PKT_LEN) >= ETH_HLEN + 2 && packet_byte(s, 14) == 0xff && packet_byte(s, 15) == 0xff;
	return (raw ? 1u : 4u) << 8; /* ETH_P_802_3, ETH_P_802_2 */
}

/* pkt_type as eth_type_trans sets it for the loopback device, whose address is zero. */
static uint64_t packet_type(const struct settle *s)
{
	bool zero = true, ones = true;
	for (uint64_t i = 0; i < 6; i++) {
		uint8_t byte = packet_byte(s, i);
		zero &= byte == 0;
		ones &= byte == 0xff;
	}
	if (settle_hides_header(s->p) || zero)
		return 0;
	return ones ? 1 : packet_byte(s, 0) & 1 ? 2 : 3;
}

static uint64_t fixed_value(const struct settle *s, const struct context_field *f)
{
	if (f->kind == FIELD_KERNEL_OR_NULL)
		return 1;
	if (f->layout == CONTEXT_XDP_MD)
		return strcmp(f->name, "ingress_ifindex") ? 0 : LOOPBACK;
	if (!strcmp(f->name, "ifindex"))
		return LOOPBACK;
	if (!strcmp(f->name, "protocol"))
		return protocol_of(s);
	if (!strcmp(f->name, "pkt_type"))
		return packet_type(s);
	if (!strcmp(f->name, "wire_len"))
		return get(s, IN_PKT_LEN);
	return 0;
}

static bool settle_field(struct settle *s, const struct context_field *f, uint64_t value)
{
	char part[80];
	bool changes = false;
	for (uint64_t i = 0; i < f->size; i++) {
		uint64_t at = f->off + i, byte = i < 8 ? value >> 8 * i & 0xff : 0;
		changes |= input_get(s->in, IN_CTX, &at, 1) != byte;
		input_set(s->in, IN_CTX, &at, 1, byte);
	}
	snprintf(part, sizeof part, "the context field %s", f->name);
	return !changes || keeps_outcome(s, part);
}

static bool settle_context(struct settle *s)
{
	enum context_layout layout = progtype_rows[s->p->type].context;
	for (size_t i = 0; i < context_field_count; i++) {
		const struct context_field *f = &context_fields[i];
		if (f->layout != layout || settle_is_settable(f))
			continue;
		if (f->kind == FIELD_KERNEL_OR_NULL && !settle_field(s, f, 0)) /* what lies there is not known either */
			return false;
		if (!settle_field(s, f, fixed_value(s, f)))
			return false;
	}
	return true;
}

/* Addresses are the kernel's choice: nothing may depend on them. */
static bool settle_addresses(struct settle *s)
{
	static const enum input_fn fns[] = {IN_AT_CTX, IN_AT_PKT, IN_AT_STACK, IN_AT_MAP, IN_AT_DATA};
	size_t n_maps = s->p->object ? s->p->object->n_maps : 0;
	bool is_skb = progtype_rows[s->p->type].packet == PACKET_SKB;
	for (size_t i = 0; i < sizeof fns / sizeof *fns; i++) {
		enum input_fn fn = fns[i];
		size_t n = fn == IN_AT_CTX || (fn == IN_AT_PKT && !is_skb) ? 0 : 1;
		uint64_t last = !n ? 1 : fn == IN_AT_STACK || fn == IN_AT_PKT ? MAX_FRAMES : n_maps;
		for (uint64_t arg = 0; arg < last; arg++)
			input_set(s->in, fn, &arg, n, input_get(s->in, fn, &arg, n) ^ 0x1230);
	}
	for (size_t k = 0; k < s->before->n_values; k++) {
		const struct exec_value *v = &s->before->values[k];
		uint64_t words[INPUT_MAX_ARGS] = {v->map, 0};
		size_t n = element_key_words(words, 2, v->key, v->key_size);
		input_set(s->in, IN_AT_VALUE, words, n, input_get(s->in, IN_AT_VALUE, words, n) ^ 0x1230);
	}
	return keeps_outcome(s, "the address of memory");
}

static void count_call(void *arg, const struct program *p, uint32_t slot, const uint64_t regs[11], uint16_t known)
{
	struct settle *s = arg;
	const struct insn *in = &p->insns[slot];
	(void)regs;
	(void)known;
	if (in->op == ISA_CALL && in->src == CALL_HELPER && in->imm > 0 && in->imm < 256)
		s->calls[in->imm]++;
}

static void count_calls(struct settle *s)
{
	struct exec_options opt = s->opt ? *s->opt : (struct exec_options){0};
	struct exec_outcome out;
	opt.trace = count_call;
	opt.trace_arg = s;
	exec_run(s->p, s->in, &opt, &out);
	exec_release(&out);
}

static bool writes_memory(const struct helper_row *row)
{
	for (int i = 0; i < 5; i++)
		if (row->args[i] == ARG_MEM_OUT || row->args[i] == ARG_MEM_OUT_OR_NULL || row->args[i] == ARG_OUT4 ||
		    row->args[i] == ARG_OUT8 || row->args[i] == ARG_MEM_INOUT || row->args[i] == ARG_INOUT4 ||
		    row->args[i] == ARG_VALUE_OUT || row->args[i] == ARG_MEM_PART)
			return true;
	return false;
}

static bool changes_state(const struct helper_row *row)
{
	return row->effects & (PKT_MOVE | PKT_WRITE | CTX_WRITE | KERNEL_WRITE);
}

static bool is_free(const struct helper_row *row)
{
	return row->model == MODEL_OPAQUE || row->model == MODEL_MAP_PEEK || row->model == MODEL_CONST ||
	       row->model == MODEL_ORACLE || row->model == MODEL_PROBE_READ;
}

/* Sets every result of a helper to something else. */
static void vary_results(struct settle *s, const struct helper_row *row, unsigned how)
{
	for (uint64_t n = 0; n < MAX_CALLS; n++) {
		uint64_t args[] = {row->id, n};
		for (enum input_fn fn = IN_ORACLE; fn <= IN_RESULT; fn++) {
			uint64_t old = input_get(s->in, fn, args, 2);
			const uint64_t values[VARIANTS] = {
			    ~old, 0, 1, ~0ull, old * 0x9e3779b97f4a7c15ull + n, INT32_MAX, 1ull << 31, 0x5a5a + n};
			input_set(s->in, fn, args, 2, values[how]);
		}
	}
}

/* The kernel's results are its own; they are tried with others. A record is always granted. */
static bool settle_helper(struct settle *s, const struct helper_row *row, uint32_t calls)
{
	char part[80];
	snprintf(part, sizeof part, "the result of bpf_%s", row->name);
	if (calls > MAX_CALLS || row->model == MODEL_L4_CSUM_REPLACE ||
	    (is_free(row) && (writes_memory(row) || changes_state(row) || row->ret >= RET_VALUE)))
		return live_fail(s->e, KERNEL_CANT_SET, "%s", part);
	for (uint64_t n = 0; row->model == MODEL_RINGBUF_RESERVE && n < MAX_CALLS; n++)
		input_set(s->in, IN_ORACLE, (uint64_t[]){row->id, n}, 2, 0);
	for (unsigned how = 0; is_free(row) && how < VARIANTS; how++) {
		vary_results(s, row, how);
		if (!keeps_outcome(s, part))
			return false;
	}
	return is_free(row) || keeps_outcome(s, part);
}

static bool settle_helpers(struct settle *s)
{
	count_calls(s);
	for (uint32_t id = 1; id < 256; id++) {
		const struct helper_row *row = s->calls[id] ? helper_find(id) : NULL;
		if (row && !settle_helper(s, row, s->calls[id]))
			return false;
	}
	return true;
}

/* Updates have room in fresh maps. */
static bool settle_room(struct settle *s)
{
	for (uint64_t map = 0; s->p->object && map < s->p->object->n_maps; map++) {
		bool numbered = s->opt && s->opt->map_numbers;
		for (uint64_t n = 0; n < MAX_CALLS; n++)
			input_set(s->in, IN_MAP_ERRNO, (uint64_t[]){numbered ? s->opt->map_numbers[map] : map, n}, 2,
				  0);
	}
	return keeps_outcome(s, "the failure of a map update");
}

/* Maps that can be made. */
static bool settle_sizes(struct settle *s)
{
	for (uint64_t map = 0; s->p->object && map < s->p->object->n_maps; map++) {
		uint64_t number = s->opt && s->opt->map_numbers ? s->opt->map_numbers[map] : map;
		if (input_get(s->in, IN_MAP_SIZE, &number, 1) > SIZE_MAX_MADE)
			input_set(s->in, IN_MAP_SIZE, &number, 1, LIVE_ENTRIES);
	}
	return keeps_outcome(s, "the size of a map");
}

/* The kernel's budget is not spent in a test run. */
static bool settle_may_goto(struct settle *s)
{
	for (uint64_t n = 0; n < MAX_CALLS; n++)
		input_set(s->in, IN_MAY_GOTO, &n, 1, 0);
	return keeps_outcome(s, "a jump of may_goto");
}

struct input *settle_input(const struct program *p, const struct input *in, const struct exec_options *opt,
			   const struct exec_outcome *before, struct live_error *e)
{
	struct settle s = {.p = p, .opt = opt, .before = before, .given = in, .in = input_copy(in), .e = e};
	enum packet_kind kind = progtype_rows[p->type].packet;
	bool good = kind == PACKET_NONE || (kind == PACKET_XDP ? settle_xdp(&s) : settle_skb(&s));
	if (good && settle_context(&s) && settle_addresses(&s) && settle_room(&s) && settle_sizes(&s) &&
	    settle_may_goto(&s) && settle_helpers(&s))
		return s.in;
	input_free(s.in);
	return NULL;
}
