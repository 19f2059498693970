/* SPDX-License-Identifier: BSD-2-Clause */
/* Helper models of the concrete machine, held against the live kernel where it can be asked. */
#include "exec_fixture.h"

#include <stdio.h>

#define KERNEL_HEADROOM 216 /* what a test run has: settle.c */

struct run {
	struct object *o;
	struct input *in;
	struct exec_outcome out;
};

/* in is owned by the run from here on. */
static struct run start(const char *text, struct input *in)
{
	struct run r = {fixture_assemble(text), in, {0}};
	exec_run(r.o->programs[0], in, NULL, &r.out);
	return r;
}

static void finish(struct run *r)
{
	exec_release(&r->out);
	input_free(r->in);
	object_free(r->o);
}

static void check(const char *text, struct input *in, uint64_t r0, bool kernel)
{
	struct run r = start(text, in);
	cr_expect_eq(r.out.end, EXEC_EXIT, "%s in:\n%s", r.out.what, text);
	cr_expect_eq(r.out.r0, r0, "0x%llx, expected 0x%llx in:\n%s", (unsigned long long)r.out.r0,
		     (unsigned long long)r0, text);
	if (kernel && r.out.end == EXEC_EXIT && kernel_available(NULL, 0))
		cr_expect(fixture_kernel_agrees(r.o->programs[0], in, &r.out, text), "in:\n%s", text);
	finish(&r);
}

static void check_stop(const char *text, struct input *in, enum exec_end end, unsigned why)
{
	struct run r = start(text, in);
	cr_expect_eq(r.out.end, end, "ends as %d: %s in:\n%s", r.out.end, r.out.what, text);
	cr_expect_eq(end == EXEC_FAULT ? (unsigned)r.out.fault : (unsigned)r.out.reason, why, "%s in:\n%s", r.out.what,
		     text);
	finish(&r);
}

/* Map 0 holds key 5 with the value bytes 1, 2, 3 ... */
static struct input *with_entry(void)
{
	struct input *in = fixture_packet(64);
	fixture_set2(in, IN_MAP_HAS, 0, 5, 1);
	for (uint64_t i = 0; i < 8; i++)
		input_set(in, IN_MAP_BYTE, (uint64_t[]){0, i, 5}, 3, i + 1);
	return in;
}

#define HASH ".map m hash 4 8 16\n"
#define NOALLOC ".map m hash 4 8 16 1\n"
#define LRU ".map m lru_hash 4 8 16\n"
#define PERCPU ".map m percpu_hash 4 8 16\n"
#define ARRAY ".map m array 4 8 16\n"
#define PCARRAY ".map m percpu_array 4 8 16\n"
#define KEY(k) "*(u32 *)(r10 - 4) = " #k "\nr2 = r10\nr2 += -4\nr1 = map[m] ll\n"
#define LOOKUP(k) KEY(k) "call map_lookup_elem\n"
#define UPDATE(k, v, f) \
	"*(u64 *)(r10 - 16) = " #v "\nr3 = r10\nr3 += -16\n" KEY(k) "r4 = " #f "\ncall map_update_elem\n"
#define DELETE(k) KEY(k) "call map_delete_elem\n"
#define VALUE "if r0 == 0 goto +1\nr0 = *(u64 *)(r0 + 0)\n"
#define EXIT "exit\n"

Test(exec_helper, lookups_find_what_the_input_holds)
{
	check(HASH LOOKUP(5) VALUE EXIT, with_entry(), 0x0807060504030201, true);
	check(HASH LOOKUP(6) VALUE EXIT, with_entry(), 0, true);
	check(LRU LOOKUP(5) VALUE EXIT, with_entry(), 0x0807060504030201, true);
	check(PERCPU LOOKUP(5) VALUE EXIT, with_entry(), 0x0807060504030201, true);
	check(ARRAY LOOKUP(5) VALUE EXIT, with_entry(), 0x0807060504030201, true);
	check(PCARRAY LOOKUP(5) VALUE EXIT, with_entry(), 0x0807060504030201, true);
	check(ARRAY LOOKUP(15) "if r0 == 0 goto +1\nr0 = 7\nexit\n", with_entry(), 7, true);
	check(ARRAY LOOKUP(16) VALUE EXIT, with_entry(), 0, true);
	check(ARRAY LOOKUP(-1) VALUE EXIT, with_entry(), 0, true);
	check_stop(HASH LOOKUP(5) "r0 = *(u8 *)(r0 + 8)\nexit\n", with_entry(), EXEC_FAULT, FAULT_BOUNDS);
	check_stop(HASH LOOKUP(6) "r0 = *(u8 *)(r0 + 0)\nexit\n", with_entry(), EXEC_FAULT, FAULT_NULL);
	check_stop(".map m queue 0 8 4\n" LOOKUP(6) EXIT, with_entry(), EXEC_UNMODELLED, REASON_MAPTYPE);
}

Test(exec_helper, writes_through_a_value_are_final_contents)
{
	struct run r = start(HASH LOOKUP(5) "if r0 == 0 goto +3\n*(u16 *)(r0 + 2) = -1\nr1 = 7\n"
					    "lock *(u64 *)(r0 + 0) += r1\nr0 = 0\nexit\n",
			     with_entry());
	static const uint8_t expected[8] = {8, 2, 0xff, 0xff, 5, 6, 7, 8};
	cr_assert_eq(r.out.end, EXEC_EXIT, "%s", r.out.what);
	cr_assert_eq(r.out.n_values, 1);
	cr_expect_arr_eq(r.out.values[0].value, expected, 8);
	cr_expect(r.out.values[0].changed);
	cr_assert_eq(r.out.n_events, 1);
	cr_expect_eq(r.out.events[0].kind, EXEC_EVENT_ATOMIC + ISA_A_ADD);
	cr_expect_eq(r.out.events[0].args[1], 7);
	fixture_kernel_agrees(r.o->programs[0], r.in, &r.out, "write through a value");
	finish(&r);
}

Test(exec_helper, updates_and_deletes_return_the_kernels_errors)
{
	check(HASH UPDATE(5, 9, 0) EXIT, with_entry(), 0, true);
	check(HASH UPDATE(6, 9, 0) EXIT, with_entry(), 0, true);
	check(HASH UPDATE(5, 9, 1) EXIT, with_entry(), (uint64_t)-17, true);
	check(HASH UPDATE(6, 9, 2) EXIT, with_entry(), (uint64_t)-2, true);
	check(HASH UPDATE(6, 9, 3) EXIT, with_entry(), (uint64_t)-22, true);
	check(HASH UPDATE(6, 9, 0) LOOKUP(6) VALUE EXIT, with_entry(), 9, true);
	check(HASH DELETE(5) EXIT, with_entry(), 0, true);
	check(HASH DELETE(6) EXIT, with_entry(), (uint64_t)-2, true);
	check(HASH DELETE(5) LOOKUP(5) VALUE EXIT, with_entry(), 0, true);
	check(HASH DELETE(5) UPDATE(5, 3, 1) LOOKUP(5) VALUE EXIT, with_entry(), 3, true);
	check(NOALLOC UPDATE(5, 9, 0) LOOKUP(5) VALUE EXIT, with_entry(), 9, true);
	check(LRU UPDATE(5, 9, 0) LOOKUP(5) VALUE EXIT, with_entry(), 9, true);
	check(PERCPU UPDATE(5, 9, 0) LOOKUP(5) VALUE EXIT, with_entry(), 9, true);
	check(PERCPU UPDATE(7, 9, 0) LOOKUP(7) VALUE EXIT, with_entry(), 9, true);
	check(ARRAY UPDATE(5, 9, 0) LOOKUP(5) VALUE EXIT, with_entry(), 9, true);
	check(ARRAY UPDATE(5, 9, 1) EXIT, with_entry(), (uint64_t)-17, true);
	check(ARRAY UPDATE(5, 9, 2) EXIT, with_entry(), 0, true);
	check(ARRAY UPDATE(16, 9, 0) EXIT, with_entry(), (uint64_t)-7, true);
	check(ARRAY UPDATE(16, 9, 3) EXIT, with_entry(), (uint64_t)-22, true);
	check(ARRAY DELETE(5) EXIT, with_entry(), (uint64_t)-22, true);
	check(PCARRAY UPDATE(5, 9, 0) LOOKUP(5) VALUE EXIT, with_entry(), 9, true);
}

Test(exec_helper, room_is_the_inputs_to_give)
{
	static const struct {
		uint64_t outcome, result;
	} rows[] = {{1, (uint64_t)-7}, {2, (uint64_t)-12}, {3, (uint64_t)-16}};
	for (size_t i = 0; i < 3; i++) {
		struct input *in = with_entry();
		fixture_set2(in, IN_MAP_ERRNO, 0, 1, rows[i].outcome);
		check(HASH UPDATE(6, 9, 0) UPDATE(5, 9, 0) UPDATE(7, 9, 0) EXIT, in, rows[i].result, false);
		in = with_entry();
		fixture_set2(in, IN_MAP_ERRNO, 0, 0, rows[i].outcome);
		check(NOALLOC UPDATE(5, 9, 0) EXIT, in, rows[i].result, false);
	}
}

Test(exec_helper, elements_die_when_they_are_replaced_but_not_when_updated_in_place)
{
	check_stop(HASH LOOKUP(5) "r6 = r0\n" UPDATE(5, 9, 0) UPDATE(6, 9, 0) "r0 = *(u8 *)(r6 + 0)\nexit\n",
		   with_entry(), EXEC_FAULT, FAULT_DEAD_VALUE);
	check_stop(HASH LOOKUP(5) "r6 = r0\n" DELETE(5) UPDATE(6, 9, 0) "r0 = *(u8 *)(r6 + 0)\nexit\n", with_entry(),
		   EXEC_FAULT, FAULT_DEAD_VALUE);
	check_stop(LRU LOOKUP(5) "r6 = r0\n" UPDATE(6, 9, 0) "r0 = *(u8 *)(r6 + 0)\nexit\n", with_entry(), EXEC_UNMODELLED,
		   REASON_EVICTION);
	check(PERCPU LOOKUP(5) "r6 = r0\nif r6 == 0 goto out\n" UPDATE(5, 9, 0) "r0 = *(u8 *)(r6 + 0)\nout: exit\n",
	      with_entry(), 9, true);
	check(ARRAY LOOKUP(5) "r6 = r0\nif r6 == 0 goto out\n" UPDATE(5, 9, 0) "r0 = *(u8 *)(r6 + 0)\nout: exit\n",
	      with_entry(), 9, true);
	check_stop(LRU UPDATE(6, 9, 0) LOOKUP(5) EXIT, with_entry(), EXEC_UNMODELLED, REASON_EVICTION);
}

Test(exec_helper, dead_elements_keep_their_bytes_until_the_next_change)
{
#define AFTER(change) LOOKUP(5) "r6 = r0\nif r6 == 0 goto out\n" change "r0 = *(u64 *)(r6 + 0)\nout: exit\n"
#define WRITTEN \
	LOOKUP(5) "r6 = r0\nif r6 == 0 goto out\n" DELETE(5) "*(u16 *)(r6 + 0) = 7\nr0 = *(u64 *)(r6 + 0)\nout: exit\n"
	static const char *const maps[] = {HASH, NOALLOC, LRU, PERCPU, ".map m percpu_hash 4 8 16 1\n"};
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
		char text[2048];
		snprintf(text, sizeof text, "%s%s", maps[i], AFTER(DELETE(5)));
		check(text, with_entry(), 0x0807060504030201, true);
		snprintf(text, sizeof text, "%s%s", maps[i], WRITTEN);
		check(text, with_entry(), 0x0807060504030007, true);
		snprintf(text, sizeof text, "%s%s", maps[i], AFTER(UPDATE(5, 9, 0)));
		check(text, with_entry(), i < 3 ? 0x0807060504030201 : 9, true);
	}
}

Test(exec_helper, arguments_are_checked)
{
	check_stop(HASH "r1 = map[m] ll\nr2 = r10\nr2 += -4\ncall map_lookup_elem\nexit\n", with_entry(), EXEC_FAULT,
		   FAULT_STACK_UNINIT);
	check_stop("r2 = r10\nr1 = r10\ncall map_lookup_elem\nexit\n", with_entry(), EXEC_FAULT, FAULT_HELPER_ARG);
	check_stop(HASH "r1 = map[m] ll\ncall map_lookup_elem\nexit\n", with_entry(), EXEC_FAULT, FAULT_REG_UNINIT);
	check_stop("r1 += 8\nr2 = 0\ncall xdp_adjust_head\nexit\n", with_entry(), EXEC_FAULT, FAULT_HELPER_ARG);
	check_stop(".program p tc\nr2 = 0\nr3 = r10\nr3 += -8\nr4 = 0\ncall skb_load_bytes\nexit\n", with_entry(),
		   EXEC_FAULT, FAULT_HELPER_ARG);
	check_stop(".program p tc\nr2 = 0\nr3 = r10\nr3 += -8\nr4 = 9\ncall skb_load_bytes\nexit\n", with_entry(),
		   EXEC_FAULT, FAULT_BOUNDS);
	check_stop("r1 = 0\nr2 = 4\nr3 = 0\nr4 = 0\nr5 = 0\ncall csum_diff\nexit\n", with_entry(), EXEC_FAULT,
		   FAULT_HELPER_ARG);
}

static struct input *roomy(uint64_t meta)
{
	struct input *in = fixture_packet(64);
	fixture_set(in, IN_HEADROOM, KERNEL_HEADROOM);
	fixture_set(in, IN_TAILROOM, 3520 - 64);
	fixture_set(in, IN_META_LEN, meta);
	for (uint64_t i = 1; i <= meta; i++)
		fixture_set1(in, IN_PKT, (uint64_t) - (int64_t)i, 0xa0 + i);
	return in;
}

static void check_adjust(const char *helper, int64_t by, uint64_t meta, int64_t r0)
{
	char text[400];
	snprintf(
	    text, sizeof text,
	    "r6 = r1\nr2 = %lld\ncall %s\nr7 = r0\nr2 = *(u32 *)(r6 + 0)\nr3 = *(u32 *)(r6 + 4)\nr4 = r2\nr4 += 14\n"
	    "if r4 > r3 goto out\n*(u16 *)(r2 + 3) = -1\nout: r0 = r7\nexit\n",
	    (long long)by, helper);
	check(text, roomy(meta), (uint64_t)r0, true);
}

Test(exec_helper, packets_grow_and_shrink_as_in_the_kernel)
{
	static const struct {
		const char *helper;
		int64_t by;
		uint64_t meta;
		int64_t r0;
	} rows[] = {
	    {"xdp_adjust_head", 14, 0, 0},   {"xdp_adjust_head", 50, 0, 0},     {"xdp_adjust_head", 51, 0, -22},
	    {"xdp_adjust_head", -216, 0, 0}, {"xdp_adjust_head", -217, 0, -22}, {"xdp_adjust_head", -8, 8, 0},
	    {"xdp_adjust_head", 4, 8, 0},    {"xdp_adjust_head", -208, 8, 0},   {"xdp_adjust_head", -209, 8, -22},
	    {"xdp_adjust_tail", -50, 0, 0},  {"xdp_adjust_tail", -51, 0, -22},  {"xdp_adjust_tail", 100, 0, 0},
	    {"xdp_adjust_tail", 3456, 0, 0}, {"xdp_adjust_tail", 3457, 0, -22}, {"xdp_adjust_tail", 0, 8, 0},
	    {"xdp_adjust_meta", -4, 0, 0},   {"xdp_adjust_meta", -3, 0, -13},   {"xdp_adjust_meta", 4, 0, -22},
	    {"xdp_adjust_meta", 4, 8, 0},    {"xdp_adjust_meta", 8, 8, 0},      {"xdp_adjust_meta", 12, 8, -22},
	    {"xdp_adjust_meta", -216, 0, 0}, {"xdp_adjust_meta", -220, 0, -22}, {"xdp_adjust_meta", 2, 8, -13},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check_adjust(rows[i].helper, rows[i].by, rows[i].meta, rows[i].r0);
}

static struct run cut_and_grow(void)
{
	return start("r6 = r1\nr2 = -4\ncall xdp_adjust_tail\nr1 = r6\nr2 = 8\ncall xdp_adjust_tail\nr0 = 1\nexit\n",
		     roomy(0));
}

Test(exec_helper, grown_tails_are_zero)
{
	static const uint8_t zero[8];
	struct run r = cut_and_grow();
	cr_assert_eq(r.out.packet_len, 68);
	cr_expect_arr_eq(r.out.packet + 60, zero, 8);
	cr_expect_eq(r.out.packet[59], 60);
	fixture_kernel_agrees(r.o->programs[0], r.in, &r.out, "cut and grow");
	finish(&r);
}

#define TC ".program p tc\n"
#define SPLIT TC "r6 = r1\n"
#define STORE(off, len, flags)                                                                            \
	"r1 = r6\nr2 = " #off "\n*(u64 *)(r10 - 8) = -2\nr3 = r10\nr3 += -8\nr4 = " #len "\nr5 = " #flags \
	"\ncall skb_store_bytes\n"

Test(exec_helper, socket_buffer_bytes_are_loaded_and_stored)
{
	check(TC "r2 = 60\nr3 = r10\nr3 += -8\nr4 = 4\ncall skb_load_bytes\nr0 = *(u32 *)(r10 - 8)\nexit\n",
	      fixture_packet(64), 0x403f3e3d, true);
	check(TC "*(u64 *)(r10 - 8) = -1\nr2 = 61\nr3 = r10\nr3 += -8\nr4 = 4\ncall skb_load_bytes\n"
		 "r1 = *(u32 *)(r10 - 8)\nr0 += r1\nexit\n",
	      fixture_packet(64), (uint64_t)-14, true);
	check(TC "r2 = -1\nr3 = r10\nr3 += -8\nr4 = 4\ncall skb_load_bytes\nexit\n", fixture_packet(64), (uint64_t)-14,
	      true);
	check(SPLIT STORE(60, 4, 0) EXIT, fixture_packet(64), 0, true);
	check(SPLIT STORE(60, 4, 1) EXIT, fixture_packet(64), 0, true);
	check(SPLIT STORE(61, 4, 0) EXIT, fixture_packet(64), (uint64_t)-14, true);
	check(SPLIT STORE(0, 8, 8) EXIT, fixture_packet(64), (uint64_t)-22, true);
	check_stop(SPLIT "r7 = *(u32 *)(r1 + 76)\n" STORE(0, 8, 0) "r0 = *(u8 *)(r7 + 0)\nexit\n", fixture_packet(64),
		   EXEC_FAULT, FAULT_STALE);
}

Test(exec_helper, a_store_behind_the_linear_part_pulls_it_in)
{
	struct input *in = fixture_packet(20);
	fixture_set(in, IN_PKT_EXTRA, 30);
	struct run r =
	    start(SPLIT STORE(24, 8, 0) "r1 = *(u32 *)(r6 + 0)\nr2 = *(u32 *)(r6 + 76)\n"
					"r3 = *(u32 *)(r6 + 80)\nr3 -= r2\nr0 = r3\nr1 <<= 8\nr0 |= r1\nexit\n",
		  in);
	cr_expect_eq(r.out.r0, 50 << 8 | 32, "0x%llx %s", (unsigned long long)r.out.r0, r.out.what);
	cr_expect_eq(r.out.packet_len, 50);
	finish(&r);
}

static void check_l3(uint64_t from, uint64_t to, uint64_t flags, int64_t off, int64_t r0)
{
	char text[300];
	snprintf(text, sizeof text,
		 TC "r2 = %lld\nr3 = 0x%llx ll\nr4 = 0x%llx ll\nr5 = %llu\ncall l3_csum_replace\nexit\n",
		 (long long)off, (unsigned long long)from, (unsigned long long)to, (unsigned long long)flags);
	check(text, fixture_packet(64), (uint64_t)r0, true);
}

Test(exec_helper, header_checksums_are_replaced_as_in_the_kernel)
{
	static const uint64_t words[] = {0, 1, 0xffff, 0x1234, 0xffffffff, 0x80008000, 0xdeadbeef};
	for (size_t i = 0; i < 7; i++) {
		check_l3(0, words[i], 0, 24, 0);
		for (size_t k = 0; k < 7; k++) {
			check_l3(words[i], words[k], 2, 24, 0);
			check_l3(words[i], words[k], 4, 24, 0);
		}
	}
	check_l3(1, 2, 0, 24, -22);
	check_l3(1, 2, 3, 24, -22);
	check_l3(1, 2, 16, 24, -22);
	check_l3(1, 2, 2, 25, -14);
	check_l3(1, 2, 2, 64, -14);
	check_l3(1, 2, 2, 0x10000, -14);
}

Test(exec_helper, redirects_and_tail_calls_have_their_target_as_output)
{
	const char *redirect = ".map m devmap 4 4 8\nr1 = map[m] ll\nr2 = 3\nr3 = 2\ncall redirect_map\nexit\n";
	struct input *in = fixture_packet(64);
	check(redirect, in, 2, true);
	in = fixture_packet(64);
	fixture_set2(in, IN_MAP_HAS, 0, 3, 1);
	struct run r = start(redirect, in);
	cr_expect_eq(r.out.r0, 4);
	cr_assert_eq(r.out.n_events, 1);
	cr_expect(r.out.events[0].visible);
	cr_expect_eq(r.out.events[0].args[1], 3);
	fixture_kernel_agrees(r.o->programs[0], r.in, &r.out, "redirect");
	finish(&r);
	check(".map m devmap 4 4 8\nr1 = map[m] ll\nr2 = 3\nr3 = 64\ncall redirect_map\nexit\n", fixture_packet(64), 0,
	      true);
	const char *tail = ".map m prog_array 4 4 8\nr2 = map[m] ll\nr3 = 3\ncall tail_call\nr0 = 1\nexit\n";
	check(tail, fixture_packet(64), 1, true);
	in = fixture_packet(64);
	fixture_set2(in, IN_MAP_HAS, 0, 3, 1);
	r = start(tail, in);
	cr_expect_eq(r.out.end, EXEC_TAIL_CALL, "%s", r.out.what);
	cr_expect_eq(r.out.tail_index, 3);
	finish(&r);
	check_stop(".map m prog_array 4 4 8\nr2 = map[m] ll\nr3 = 3\ncall tail_call\nexit\n", fixture_packet(64),
		   EXEC_FAULT, FAULT_REG_UNINIT);
}

#define RING ".map m ringbuf 0 0 4096\n"
#define RESERVE "r1 = map[m] ll\nr2 = 8\nr3 = 0\ncall ringbuf_reserve\nif r0 == 0 goto out\nr6 = r0\n"
#define SUBMIT "r1 = r6\nr2 = 0\ncall ringbuf_submit\n"
#define OUT "out: r0 = 1\nexit\n"

Test(exec_helper, ring_buffer_records_are_output_when_submitted)
{
	struct run r = start(RING RESERVE "*(u64 *)(r6 + 0) = 77\n" SUBMIT OUT, fixture_packet(64));
	cr_assert_eq(r.out.end, EXEC_EXIT, "%s", r.out.what);
	cr_assert_eq(r.out.n_events, 2);
	cr_expect_not(r.out.events[0].visible, "a reservation alone is not output");
	cr_assert_eq(r.out.events[1].n_bytes, 8);
	cr_expect_eq(r.out.events[1].bytes[0], 77);
	fixture_kernel_agrees(r.o->programs[0], r.in, &r.out, "ring buffer");
	finish(&r);
	struct input *in = fixture_packet(64);
	fixture_set2(in, IN_ORACLE, 131, 0, 1);
	check(RING RESERVE SUBMIT OUT, in, 1, false);
	check(RING RESERVE "r1 = r6\nr2 = 0\ncall ringbuf_discard\n" OUT, fixture_packet(64), 1, true);
	check_stop(RING RESERVE OUT, fixture_packet(64), EXEC_FAULT, FAULT_LEAK);
	check_stop(RING RESERVE SUBMIT "r0 = *(u8 *)(r6 + 0)\n" OUT, fixture_packet(64), EXEC_FAULT, FAULT_RELEASED);
	check_stop(RING RESERVE SUBMIT SUBMIT OUT, fixture_packet(64), EXEC_FAULT, FAULT_RELEASED);
	check_stop(RING RESERVE "r0 = *(u8 *)(r6 + 8)\n" SUBMIT OUT, fixture_packet(64), EXEC_FAULT, FAULT_BOUNDS);
}

Test(exec_helper, probe_reads_copy_or_fail)
{
	const char *text = ".program p kprobe/x\nr3 = 0x1000 ll\nr1 = r10\nr1 += -8\nr2 = 8\ncall probe_read_kernel\n"
			   "r1 = *(u64 *)(r10 - 8)\nr0 += r1\nexit\n";
	struct input *in = input_new();
	fixture_set1(in, IN_KMEM, 0x1001, 0x55);
	check(text, in, 0x5500, false);
	in = input_new();
	fixture_set1(in, IN_KMEM, 0x1001, 0x55);
	fixture_set2(in, IN_ORACLE, 113, 0, 1);
	check(text, in, (uint64_t)-14, false);
}

Test(exec_helper, opaque_calls_are_events_with_what_they_read)
{
	struct run r = start(".map m perf_event_array 4 4 0\n*(u64 *)(r10 - 8) = 0x1234\nr2 = map[m] ll\n"
			     "r3 = 0xffffffff ll\nr4 = r10\nr4 += -8\nr5 = 8\ncall perf_event_output\nr0 = 2\nexit\n",
			     fixture_packet(64));
	cr_assert_eq(r.out.end, EXEC_EXIT, "%s", r.out.what);
	cr_assert_eq(r.out.n_events, 1);
	cr_expect(r.out.events[0].visible);
	cr_assert_eq(r.out.events[0].n_bytes, 8);
	cr_expect_eq(r.out.events[0].bytes[0], 0x34);
	finish(&r);
	struct input *in = fixture_packet(64);
	fixture_set2(in, IN_ORACLE, 7, 1, 0x123456789);
	check("call get_prandom_u32\ncall get_prandom_u32\nexit\n", in, 0x23456789, false);
}

/* Differences are found, and only where there are some. */
static void check_differ(const char *a, const char *b, const char *where)
{
	char buf[300];
	struct run x = start(a, with_entry()), y = start(b, with_entry());
	cr_assert_eq(x.out.end, EXEC_EXIT, "%s", x.out.what);
	cr_assert_eq(y.out.end, EXEC_EXIT, "%s", y.out.what);
	bool differs = exec_differ(x.o->programs[0], &x.out, &y.out, buf, sizeof buf);
	cr_expect_eq(differs, where[0] != '\0', "'%s' for\n%s and\n%s", buf, a, b);
	cr_expect(strstr(buf, where), "'%s', expected '%s'", buf, where);
	finish(&x);
	finish(&y);
}

#define BUMP(op) HASH LOOKUP(5) "if r0 == 0 goto +" op "\nr0 = 0\nexit\n"

Test(exec_helper, outcomes_differ_where_others_can_tell)
{
	check_differ("r0 = 1; exit", "r0 = 2; exit", "return value");
	check_differ("r0 = 1; exit", "r0 = 0x500000001 ll; exit", "");
	check_differ("r1 = *(u32 *)(r1 + 0); *(u8 *)(r1 + 2) = 9; r0 = 1; exit", "r0 = 1; exit", "packet byte 2");
	check_differ(".program p tc\n*(u32 *)(r1 + 8) = 9; r0 = 1; exit", ".program p tc\nr0 = 1; exit", "mark");
	check_differ(HASH UPDATE(5, 9, 0) "r0 = 0\nexit\n", HASH UPDATE(5, 8, 0) "r0 = 0\nexit\n", "value byte 0");
	check_differ(HASH UPDATE(5, 9, 0) "r0 = 0\nexit\n", HASH "r0 = 0\nexit\n", "changed by the first only");
	check_differ(HASH "r0 = 0\nexit\n", HASH DELETE(5) "r0 = 0\nexit\n", "changed by the second only");
	check_differ(HASH LOOKUP(5) "r0 = 0\nexit\n", HASH "r0 = 0\nexit\n", "");
	check_differ(HASH DELETE(6) "r0 = 0\nexit\n", HASH "r0 = 0\nexit\n", "");
	/* a plain change may become atomic, never the reverse */
	check_differ(BUMP("3\nr1 = *(u64 *)(r0 + 0)\nr1 += 1\n*(u64 *)(r0 + 0) = r1"),
		     BUMP("2\nr1 = 1\nlock *(u64 *)(r0 + 0) += r1"), "");
	check_differ(BUMP("2\nr1 = 1\nlock *(u64 *)(r0 + 0) += r1"),
		     BUMP("3\nr1 = *(u64 *)(r0 + 0)\nr1 += 1\n*(u64 *)(r0 + 0) = r1"), "A_ADD");
	check_differ(
	    ".program p kprobe/x\n.map m perf_event_array 4 4 0\n*(u64 *)(r10 - 8) = 1\nr2 = map[m] ll\nr3 = 0\n"
	    "r4 = r10\nr4 += -8\nr5 = 8\ncall perf_event_output\nr0 = 0\nexit\n",
	    ".program p kprobe/x\n.map m perf_event_array 4 4 0\n*(u64 *)(r10 - 8) = 2\nr2 = map[m] ll\nr3 = 0\n"
	    "r4 = r10\nr4 += -8\nr5 = 8\ncall perf_event_output\nr0 = 0\nexit\n",
	    "perf_event_output");
}
