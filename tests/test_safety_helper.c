/* SPDX-License-Identifier: BSD-2-Clause */
/* Contracts of helpers in the safety prover: programs that break one, each with a twin that keeps it. */
#include "checker/safety/safety.h"
#include "exec_fixture.h"

#include <unistd.h>

struct pair {
	enum obligation fails; /* in `bad` */
	const char *bad, *good;
};

/* Without the search: what the prover says must not depend on what is found. */
static void check_verdict(const char *text, bool safe, enum obligation fails)
{
	struct object *o = fixture_assemble(text);
	struct safety_options options = {.no_search = true};
	struct safety_result r;
	safety_check(o->programs[0], &options, &r);
	bool found = false;
	for (size_t i = 0; i < r.n_findings; i++) {
		found |= r.findings[i].failed && r.findings[i].obligation == fails;
		if (safe && r.findings[i].failed)
			printf("slot %u: %s\n", r.findings[i].slot, r.findings[i].text);
	}
	if (safe)
		cr_expect_eq(r.verdict, VERDICT_PROVED, "%s %s: should be proved:\n%s", reason_texts[r.reason],
			     r.detail, text);
	else
		cr_expect(r.verdict != VERDICT_PROVED && found, "%s %s: should fail %s:\n%s", reason_texts[r.reason],
			  r.detail, obligation_rows[fails].name, text);
	safety_release(&r);
	object_free(o);
}

static void check_pairs(const struct pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		check_verdict(pairs[i].bad, false, pairs[i].fails);
		check_verdict(pairs[i].good, true, pairs[i].fails);
	}
}
#define CHECK(pairs) check_pairs(pairs, sizeof(pairs) / sizeof *(pairs))

#define MAP ".map m hash 8 16 16\n"
#define ARRAY ".map a array 4 16 4\n"
#define KEY "r2 = r10; r2 += -8; r1 = m ll; "
#define LOOKUP MAP "*(u64 *)(r10 - 8) = 1; " KEY "call map_lookup_elem; "
#define FOUND LOOKUP "if r0 != 0 goto +2; r0 = 0; exit; "
#define END "r0 = 0; exit"
#define VALUE_PTR "r3 = r10; r3 += -24; r4 = 0; "

static const struct pair maps[] = {
    /* a key in part uninitialised */
    {OBLIGATION_STACK_INIT, MAP "*(u32 *)(r10 - 8) = 1; " KEY "call map_lookup_elem; " END,
     MAP "*(u32 *)(r10 - 8) = 1; *(u32 *)(r10 - 4) = 1; " KEY "call map_lookup_elem; " END},
    /* a key that hangs over the stack's end */
    {OBLIGATION_BOUNDS, MAP "*(u64 *)(r10 - 8) = 1; r2 = r10; r2 += -4; r1 = m ll; call map_lookup_elem; " END,
     MAP "*(u64 *)(r10 - 8) = 1; *(u64 *)(r10 - 16) = 1; r2 = r10; r2 += -12; r1 = m ll; call map_lookup_elem; " END},
    {OBLIGATION_NOT_NULL, LOOKUP "r0 = *(u64 *)(r0 + 0); " END, FOUND "r0 = *(u64 *)(r0 + 8); " END},
    {OBLIGATION_BOUNDS, FOUND "r0 = *(u64 *)(r0 + 9); " END, FOUND "*(u64 *)(r0 + 8) = 5; " END},
    /* NULL check of a copy */
    {OBLIGATION_NOT_NULL, LOOKUP "r6 = r0; if r6 == 0 goto +1; goto +2; " END "; r0 = 0; r7 = *(u64 *)(r0 + 0); " END,
     LOOKUP "r6 = r0; if r6 == 0 goto +1; r7 = *(u64 *)(r0 + 0); " END},
    /* one of two lookups was checked */
    {OBLIGATION_NOT_NULL,
     LOOKUP "r6 = r0; " KEY "call map_lookup_elem; if r0 == 0 goto +1; r7 = *(u64 *)(r6 + 0); " END,
     LOOKUP "r6 = r0; " KEY "call map_lookup_elem; if r6 == 0 goto +1; r7 = *(u64 *)(r6 + 0); " END},
    /* a map's value as a key, at a variable offset */
    {OBLIGATION_BOUNDS,
     FOUND "r2 = *(u64 *)(r0 + 0); r2 &= 15; r0 += r2; r2 = r0; r1 = m ll; call map_lookup_elem; " END,
     FOUND "r2 = *(u64 *)(r0 + 0); r2 &= 7; r0 += r2; r2 = r0; r1 = m ll; call map_lookup_elem; " END},
    {OBLIGATION_ARGUMENT, "r1 = 0; r2 = r10; r2 += -8; *(u64 *)(r10 - 8) = 1; call map_lookup_elem; " END,
     MAP "*(u64 *)(r10 - 8) = 1; " KEY "call map_delete_elem; " END},
    {OBLIGATION_POINTER, MAP "r1 = m ll; r2 = 77; call map_lookup_elem; " END,
     MAP "*(u64 *)(r10 - 8) = 77; " KEY "call map_lookup_elem; " END},
    /* a value too short */
    {OBLIGATION_STACK_INIT,
     MAP "*(u64 *)(r10 - 8) = 1; *(u64 *)(r10 - 24) = 1; " KEY VALUE_PTR "call map_update_elem; " END,
     MAP "*(u64 *)(r10 - 8) = 1; *(u64 *)(r10 - 24) = 1; *(u64 *)(r10 - 16) = 1; " KEY VALUE_PTR
	 "call map_update_elem; " END},
    /* an address into a map */
    {OBLIGATION_SECRET,
     MAP "*(u64 *)(r10 - 8) = 1; *(u64 *)(r10 - 24) = r1; *(u64 *)(r10 - 16) = 1; " KEY VALUE_PTR
	 "call map_update_elem; " END,
     MAP "*(u64 *)(r10 - 8) = 1; *(u64 *)(r10 - 24) = r1; r1 = 0; *(u64 *)(r10 - 24) = r1; *(u64 *)(r10 - 16) = 1; " KEY
	 VALUE_PTR "call map_update_elem; " END},
    /* an address as a key */
    {OBLIGATION_SECRET, MAP "*(u64 *)(r10 - 8) = r10; " KEY "call map_delete_elem; " END,
     MAP "*(u64 *)(r10 - 8) = 5; " KEY "call map_delete_elem; " END},
    /* whether there is an element of that key tells of it */
    {OBLIGATION_SECRET, MAP "*(u64 *)(r10 - 8) = r10; " KEY "call map_lookup_elem; " END,
     MAP "*(u64 *)(r10 - 8) = 5; " KEY "call map_lookup_elem; " END},
    {OBLIGATION_WRITABLE, ".map m hash 8 16 16 0x80\n*(u64 *)(r10 - 8) = 1; " KEY "call map_delete_elem; " END,
     ".map m hash 8 16 16 0x80\n*(u64 *)(r10 - 8) = 1; " KEY "call map_lookup_elem; " END},
    {OBLIGATION_ARGUMENT, ".map m queue 0 8 4\n*(u64 *)(r10 - 8) = 1; " KEY "call map_lookup_elem; " END,
     ".map m queue 0 8 4\n*(u64 *)(r10 - 8) = 1; " KEY "r3 = 0; call map_push_elem; " END},
    {OBLIGATION_INITIALISED, LOOKUP "r0 = r2; " END, LOOKUP "r0 = r10; " END},
    /* in an array every index below its size is there */
    {OBLIGATION_NOT_NULL,
     ARRAY "*(u32 *)(r10 - 4) = 4; r2 = r10; r2 += -4; r1 = a ll; call map_lookup_elem; r0 = *(u64 *)(r0 + 0); " END,
     ARRAY "*(u32 *)(r10 - 4) = 3; r2 = r10; r2 += -4; r1 = a ll; call map_lookup_elem; r0 = *(u64 *)(r0 + 0); " END},
    {OBLIGATION_NOT_NULL,
     ARRAY "r1 = *(u32 *)(r1 + 12); r1 &= 7; *(u32 *)(r10 - 4) = r1; r2 = r10; r2 += -4; r1 = a ll; "
	   "call map_lookup_elem; r0 = *(u64 *)(r0 + 0); " END,
     ARRAY "r1 = *(u32 *)(r1 + 12); r1 &= 3; *(u32 *)(r10 - 4) = r1; r2 = r10; r2 += -4; r1 = a ll; "
	   "call map_lookup_elem; r0 = *(u64 *)(r0 + 0); " END},
    /* but not in a hash */
    {OBLIGATION_NOT_NULL,
     ".map a hash 4 16 4\n*(u32 *)(r10 - 4) = 1; r2 = r10; r2 += -4; r1 = a ll; call map_lookup_elem; r0 = *(u64 *)(r0 "
     "+ "
     "0); " END,
     ".map a percpu_array 4 16 4\n*(u32 *)(r10 - 4) = 1; r2 = r10; r2 += -4; r1 = a ll; call map_lookup_elem; r0 = "
     "*(u64 "
     "*)(r0 + 0); " END},
};

Test(safety_helper, maps)
{
	CHECK(maps);
}

#define INNER ".map in array 4 8 4\n.map out array_of_maps 4 4 4 0 in\n"
#define OUTER INNER "*(u32 *)(r10 - 4) = 1; r2 = r10; r2 += -4; r1 = out ll; call map_lookup_elem; "

static const struct pair inner[] = {
    {OBLIGATION_NOT_NULL, OUTER "r1 = r0; r2 = r10; r2 += -4; call map_lookup_elem; " END,
     OUTER "if r0 == 0 goto +4; r1 = r0; r2 = r10; r2 += -4; call map_lookup_elem; " END},
    /* the inner array may be any that is like the definition */
    {OBLIGATION_NOT_NULL,
     OUTER "if r0 == 0 goto +5; r1 = r0; r2 = r10; r2 += -4; call map_lookup_elem; r1 = *(u64 *)(r0 + 0); " END,
     OUTER
     "if r0 == 0 goto +6; r1 = r0; r2 = r10; r2 += -4; call map_lookup_elem; if r0 == 0 goto +1; r1 = *(u64 *)(r0 + "
     "0); " END},
    {OBLIGATION_ARGUMENT, INNER "*(u64 *)(r10 - 8) = 1; r2 = r10; r2 += -8; r1 = out ll; call map_delete_elem; " END,
     INNER "*(u64 *)(r10 - 8) = 1; r2 = r10; r2 += -8; r1 = in ll; call map_delete_elem; " END},
};

Test(safety_helper, inner_maps)
{
	CHECK(inner);
}

#define PERF ".map e perf_event_array 4 4 0\n"
#define OUTPUT "r2 = e ll; r3 = 0; r4 = r10; r4 += -16; "
#define SIZED "*(u64 *)(r10 - 8) = 1; *(u64 *)(r10 - 16) = 1; r6 = r1; r5 = *(u32 *)(r1 + 12); r1 = r6; "

static const struct pair sizes[] = {
    {OBLIGATION_STACK_INIT, PERF "*(u64 *)(r10 - 16) = 1; " OUTPUT "r5 = 16; call perf_event_output; " END,
     PERF "*(u64 *)(r10 - 16) = 1; " OUTPUT "r5 = 8; call perf_event_output; " END},
    {OBLIGATION_BOUNDS, PERF SIZED OUTPUT "r5 &= 31; call perf_event_output; " END,
     PERF SIZED OUTPUT "r5 &= 15; call perf_event_output; " END},
    {OBLIGATION_ARGUMENT, PERF SIZED OUTPUT "r5 -= 1; if r5 s> 16 goto +1; call perf_event_output; " END,
     PERF SIZED OUTPUT "r5 -= 1; if r5 > 16 goto +1; call perf_event_output; " END},
    /* 0 where it is not allowed */
    {OBLIGATION_ARGUMENT, "r1 = r10; r1 += -16; r2 = 0; call get_current_comm; " END,
     "r1 = r10; r1 += -16; r2 = 16; call get_current_comm; r0 = *(u64 *)(r10 - 16); " END},
    {OBLIGATION_ARGUMENT, "r2 = *(u32 *)(r1 + 12); r1 = r10; r1 += -16; r2 &= 15; call get_current_comm; " END,
     "r2 = *(u32 *)(r1 + 12); r1 = r10; r1 += -16; r2 &= 15; if r2 == 0 goto +1; call get_current_comm; " END},
    /* what was written is as much as the least size */
    {OBLIGATION_STACK_INIT,
     "r2 = *(u32 *)(r1 + 12); r1 = r10; r1 += -16; r2 &= 7; r2 += 1; call get_current_comm; r0 = *(u16 *)(r10 - "
     "16); " END,
     "r2 = *(u32 *)(r1 + 12); r1 = r10; r1 += -16; r2 &= 7; r2 += 2; call get_current_comm; r0 = *(u16 *)(r10 - "
     "16); " END},
    /* no bytes at NULL, but not at NULL with an offset */
    {OBLIGATION_ARGUMENT, LOOKUP "r1 = r0; r1 += 4; r2 = 0; r3 = 0; call probe_read_kernel; " END,
     LOOKUP "r1 = r0; r2 = 0; r3 = 0; call probe_read_kernel; " END},
    /* what is written in part counts as written, but may still be what was there */
    {OBLIGATION_SECRET,
     "*(u64 *)(r10 - 8) = r10; r1 = r10; r1 += -8; r2 = 8; r3 = 0; call probe_read_kernel_str; r0 = *(u32 *)(r10 - 8); "
     "exit",
     "r1 = r10; r1 += -8; r2 = 8; r3 = 0; call probe_read_kernel_str; r0 = *(u64 *)(r10 - 8); exit"},
    /* NULL with bytes */
    {OBLIGATION_NOT_NULL, "r1 = 0; r2 = 4; r3 = 0; r4 = 0; r5 = 0; call csum_diff; " END,
     "r1 = 0; r2 = 0; r3 = 0; r4 = 0; r5 = 0; call csum_diff; " END},
    {OBLIGATION_INITIALISED, "r1 = r10; r1 += -16; call get_current_comm; " END,
     "r1 = r10; r1 += -16; r2 = 1; call get_current_comm; " END},
    {OBLIGATION_ARGUMENT, "r1 = r10; r1 += -16; r2 = r10; call get_current_comm; " END,
     "r1 = r10; r1 += -16; r2 = 5; call get_current_comm; " END},
    /* over a spilled pointer */
    {OBLIGATION_POINTER,
     "*(u64 *)(r10 - 8) = r10; r1 = r10; r1 += -16; r2 = 16; call get_current_comm; r1 = *(u64 *)(r10 - 8); r0 = *(u64 "
     "*)(r1 - 16); " END,
     "*(u64 *)(r10 - 8) = r10; r1 = r10; r1 += -16; r2 = 8; call get_current_comm; r1 = *(u64 *)(r10 - 8); r0 = *(u64 "
     "*)(r1 - 16); " END},
    {OBLIGATION_WRITABLE, ".rodata c 0000000000000000\nr1 = c ll; r2 = 8; call get_current_comm; " END,
     ".data d 0000000000000000\nr1 = d ll; r2 = 8; call get_current_comm; " END},
};

Test(safety_helper, sizes)
{
	CHECK(sizes);
}

#define PACKET "r6 = r1; r7 = *(u32 *)(r1 + 0); r8 = *(u32 *)(r1 + 4); r2 = r7; r2 += 8; "
#define ADJUST "r1 = r6; r2 = 0; call xdp_adjust_head; "

static const struct pair packets[] = {
    /* packet bytes as a key, before they were compared */
    {OBLIGATION_BOUNDS, MAP PACKET "r1 = m ll; r2 = r7; call map_lookup_elem; " END,
     MAP PACKET "if r2 > r8 goto +4; r1 = m ll; r2 = r7; call map_lookup_elem; " END},
    {OBLIGATION_FRESH, PACKET "if r2 > r8 goto +4; " ADJUST "r0 = *(u8 *)(r7 + 0); " END,
     PACKET "if r2 > r8 goto +4; r0 = *(u8 *)(r7 + 0); " ADJUST END},
    {OBLIGATION_FRESH, MAP PACKET "if r2 > r8 goto +7; " ADJUST "r1 = m ll; r2 = r7; call map_lookup_elem; " END,
     MAP PACKET ADJUST "r7 = *(u32 *)(r6 + 0); r8 = *(u32 *)(r6 + 4); r2 = r7; r2 += 8; if r2 > r8 goto +4; r1 = m ll; "
		       "r2 = r7; call map_lookup_elem; " END},
    /* the old end with the new beginning */
    {OBLIGATION_BOUNDS,
     PACKET ADJUST
     "r7 = *(u32 *)(r6 + 0); r9 = *(u32 *)(r6 + 4); r2 = r7; r2 += 8; if r2 > r9 goto +1; r0 = *(u64 *)(r7 + "
     "1); " END,
     PACKET ADJUST
     "r7 = *(u32 *)(r6 + 0); r9 = *(u32 *)(r6 + 4); r2 = r7; r2 += 8; if r2 > r9 goto +1; r0 = *(u64 *)(r7 + "
     "0); " END},
    {OBLIGATION_ARGUMENT, "r1 += 4; r2 = 0; call xdp_adjust_head; " END, "r2 = 0; call xdp_adjust_head; " END},
    {OBLIGATION_ALLOWED, "r2 = 0; r3 = r10; r3 += -8; r4 = 8; call skb_load_bytes; " END,
     ".program p tc\nr2 = 0; r3 = r10; r3 += -8; r4 = 8; call skb_load_bytes; r0 = *(u64 *)(r10 - 8); " END},
};

/* A tail call out of a function comes back to its caller, whose packet pointers are stale. */
static const struct pair tails[] = {
    {OBLIGATION_FRESH,
     ".program p tc\n.map t prog_array 4 4 4\nr6 = r1; r7 = *(u32 *)(r1 + 76); r8 = *(u32 *)(r1 + 80); r2 = r7; r2 += "
     "4; if "
     "r2 > r8 goto +2; call +3; *(u32 *)(r7 + 0) = 42; r0 = 0; exit; r2 = t ll; r3 = 0; call tail_call; r0 = 0; exit",
     ".program p tc\n.map t prog_array 4 4 4\nr6 = r1; r7 = *(u32 *)(r1 + 76); r8 = *(u32 *)(r1 + 80); r2 = r7; r2 += "
     "4; if "
     "r2 > r8 goto +2; *(u32 *)(r7 + 0) = 42; call +2; r0 = 0; exit; r2 = t ll; r3 = 0; call tail_call; r0 = 0; exit"},
    /* and with any result */
    {OBLIGATION_BOUNDS,
     ".program p tc\n.map t prog_array 4 4 4\n.bss b 8\ncall +5; r1 = b ll; r1 += r0; r0 = *(u8 *)(r1 + 0); exit; r2 = "
     "t ll; r3 "
     "= 0; call tail_call; r0 = 0; exit",
     ".program p tc\n.map t prog_array 4 4 4\n.bss b 8\ncall +6; r1 = b ll; r0 &= 7; r1 += r0; r0 = *(u8 *)(r1 + 0); "
     "exit; r2 = "
     "t ll; r3 = 0; call tail_call; r0 = 0; exit"},
    {OBLIGATION_INITIALISED, ".program p tc\nr1 = 0; call get_prandom_u32; call get_cgroup_classid; r0 = 0; exit",
     ".program p cgroup/skb\nr1 = 0; call get_prandom_u32; call get_cgroup_classid; r0 = 0; exit"},
    /* the packet moves while it is read */
    {OBLIGATION_ARGUMENT,
     ".program p tc\nr3 = *(u32 *)(r1 + 76); r5 = *(u32 *)(r1 + 80); r2 = r3; r2 += 8; if r2 > r5 goto +4; r2 = 0; r4 "
     "= 8; r5 = "
     "0; call skb_store_bytes; r0 = 0; exit",
     ".program p tc\nr3 = r10; r3 += -8; *(u64 *)(r10 - 8) = 0; r2 = 0; r4 = 8; r5 = 0; call skb_store_bytes; r0 = 0; "
     "exit"},
};

Test(safety_helper, tails)
{
	CHECK(tails);
}

Test(safety_helper, packets)
{
	CHECK(packets);
}

#define SK                                                                                                      \
	".program p tc\nr6 = r1; *(u64 *)(r10 - 16) = 0; *(u64 *)(r10 - 8) = 0; r2 = r10; r2 += -16; r3 = 12; " \
	"r4 = 0; r5 = 0; call sk_lookup_tcp; "
#define RELEASE "r1 = r7; call sk_release; "

static const struct pair references[] = {
    {OBLIGATION_RELEASED, SK END, SK "if r0 == 0 goto +2; r1 = r0; call sk_release; " END},
    {OBLIGATION_NOT_NULL, SK "r1 = r0; call sk_release; " END, SK "r7 = r0; if r7 == 0 goto +2; " RELEASE END},
    /* twice */
    {OBLIGATION_ARGUMENT, SK "r7 = r0; if r7 == 0 goto +4; " RELEASE RELEASE END,
     SK "r7 = r0; if r7 == 0 goto +2; " RELEASE END},
    /* use after release, through a copy */
    {OBLIGATION_HELD, SK "r7 = r0; r8 = r0; if r7 == 0 goto +3; " RELEASE "r0 = *(u32 *)(r8 + 4); " END,
     SK "r7 = r0; r8 = r0; if r7 == 0 goto +3; r0 = *(u32 *)(r8 + 4); " RELEASE END},
    /* leaked on one path */
    {OBLIGATION_RELEASED, SK "r7 = r0; if r7 == 0 goto +4; r1 = *(u32 *)(r7 + 4); if r1 == 5 goto +2; " RELEASE END,
     SK "r7 = r0; if r7 == 0 goto +3; r1 = *(u32 *)(r7 + 4); " RELEASE END},
    /* a reference that is not one */
    {OBLIGATION_HELD, ".program p tc\nr1 = *(u64 *)(r1 + 168); if r1 == 0 goto +1; call sk_release; " END,
     ".program p tc\nr1 = *(u64 *)(r1 + 168); if r1 == 0 goto +1; call sk_fullsock; " END},
    /* the pointer is lost, the reference not */
    {OBLIGATION_RELEASED, SK "r0 = 1; " END,
     SK "*(u64 *)(r10 - 24) = r0; r0 = 0; r1 = *(u64 *)(r10 - 24); if r1 == 0 goto "
	"+1; call sk_release; " END},
    /* a cast that gave NULL is no release of what was cast */
    {OBLIGATION_RELEASED,
     SK "r7 = r0; if r7 == 0 goto +6; r1 = r7; call sk_fullsock; if r0 == 0 goto +3; r1 = r0; call sk_release; " END,
     SK "r7 = r0; if r7 == 0 goto +4; r1 = r7; call sk_fullsock; " RELEASE END},
    /* and dies with it */
    {OBLIGATION_HELD,
     SK "r7 = r0; if r7 == 0 goto +7; r1 = r7; call sk_fullsock; if r0 == 0 goto +5; r8 = r0; " RELEASE
	"r0 = *(u32 *)(r8 + 4); goto +2; " RELEASE END,
     SK "r7 = r0; if r7 == 0 goto +8; r1 = r7; call sk_fullsock; if r0 == 0 goto +3; r8 = r0; "
	"r0 = *(u32 *)(r8 + 4); goto +0; " RELEASE END},
    /* one of two */
    {OBLIGATION_RELEASED,
     SK
     "r7 = r0; r1 = r6; r2 = r10; r2 += -16; r3 = 12; r4 = 0; r5 = 0; call sk_lookup_tcp; if r0 == 0 goto +2; r1 = r0; "
     "call sk_release; " END,
     SK
     "r7 = r0; r1 = r6; r2 = r10; r2 += -16; r3 = 12; r4 = 0; r5 = 0; call sk_lookup_tcp; if r0 == 0 goto +2; r1 = r0; "
     "call sk_release; if r7 == 0 goto +2; " RELEASE END},
    /* held over a tail call */
    {OBLIGATION_RELEASED,
     ".map t prog_array 4 4 4\n" SK
     "r7 = r0; r1 = r6; r2 = t ll; r3 = 0; call tail_call; if r7 == 0 goto +2; " RELEASE END,
     ".map t prog_array 4 4 4\n" SK "r7 = r0; if r7 == 0 goto +2; " RELEASE
     "r1 = r6; r2 = t ll; r3 = 0; call tail_call; " END},
};

#define SKB_SK ".program p tc\nr6 = *(u64 *)(r1 + 168); if r6 != 0 goto +1; "

/* A socket is what the kernel shows of it. */
static const struct pair objects[] = {
    {OBLIGATION_BOUNDS, SKB_SK "goto +1; r0 = *(u32 *)(r6 + 8); " END, SKB_SK "goto +1; r0 = *(u32 *)(r6 + 4); " END},
    {OBLIGATION_BOUNDS, SKB_SK "goto +1; r0 = *(u64 *)(r6 + 0); " END, SKB_SK "goto +1; r0 = *(u32 *)(r6 + 0); " END},
    {OBLIGATION_BOUNDS, SK "if r0 == 0 goto +3; r6 = *(u32 *)(r0 + 80); r1 = r0; call sk_release; " END,
     SK "if r0 == 0 goto +3; r6 = *(u32 *)(r0 + 8); r1 = r0; call sk_release; " END},
    {OBLIGATION_WRITABLE, SKB_SK "goto +1; *(u32 *)(r6 + 0) = 1; " END, SKB_SK "goto +1; r0 = *(u16 *)(r6 + 48); " END},
    {OBLIGATION_ARGUMENT, ".program p tc\ncall get_current_task_btf; r1 = r0; call sk_fullsock; " END,
     SKB_SK "goto +4; r1 = r6; call tcp_sock; if r0 == 0 goto +1; r0 = *(u64 *)(r0 + 80); " END},
};

Test(safety_helper, objects)
{
	CHECK(objects);
}

Test(safety_helper, references)
{
	CHECK(references);
}

#define RING ".map r ringbuf 0 0 4096\n"
#define RESERVE RING "r1 = r ll; r2 = 16; r3 = 0; call ringbuf_reserve; "
#define SUBMIT "r2 = 0; call ringbuf_submit; "

static const struct pair records[] = {
    {OBLIGATION_RELEASED, RESERVE END, RESERVE "if r0 == 0 goto +3; r1 = r0; " SUBMIT END},
    {OBLIGATION_BOUNDS, RESERVE "if r0 == 0 goto +4; *(u64 *)(r0 + 9) = 1; r1 = r0; " SUBMIT END,
     RESERVE "if r0 == 0 goto +4; *(u64 *)(r0 + 8) = 1; r1 = r0; " SUBMIT END},
    {OBLIGATION_ARGUMENT, RESERVE "if r0 == 0 goto +4; r1 = r0; r1 += 8; " SUBMIT END,
     RESERVE "if r0 == 0 goto +5; r1 = r0; r1 += 8; r1 += -8; " SUBMIT END},
    {OBLIGATION_ARGUMENT, FOUND "r1 = r0; " SUBMIT END,
     RESERVE "if r0 == 0 goto +3; r1 = r0; r2 = 0; call ringbuf_discard; " END},
    {OBLIGATION_HELD, RESERVE "if r0 == 0 goto +5; r6 = r0; r1 = r0; " SUBMIT "*(u64 *)(r6 + 0) = 1; " END,
     RESERVE "if r0 == 0 goto +5; r6 = r0; r1 = r0; *(u64 *)(r6 + 0) = 1; " SUBMIT END},
    /* a result that is none */
    {OBLIGATION_INITIALISED, RESERVE "if r0 == 0 goto +4; r1 = r0; " SUBMIT "r1 = r0; " END,
     RESERVE "if r0 == 0 goto +4; r1 = r0; " SUBMIT "r0 = 1; " END},
    /* a size that is not known, and one that is known enough */
    {OBLIGATION_ARGUMENT,
     RING "r2 = *(u32 *)(r1 + 12); r1 = r ll; r2 &= 15; r3 = 0; call ringbuf_reserve; if r0 == 0 goto "
	  "+3; r1 = r0; " SUBMIT END,
     RING
     "r2 = *(u32 *)(r1 + 12); r1 = r ll; r2 &= 15; r2 += 8; r3 = 0; call ringbuf_reserve; if r0 == 0 goto +4; *(u64 "
     "*)(r0 + 0) = 7; r1 = r0; " SUBMIT END},
    {OBLIGATION_BOUNDS,
     RING "r2 = *(u32 *)(r1 + 12); r1 = r ll; r2 &= 15; r2 += 7; r3 = 0; call ringbuf_reserve; if r0 == "
	  "0 goto +4; *(u64 *)(r0 + 0) = 7; r1 = r0; " SUBMIT END,
     RESERVE "if r0 == 0 goto +3; r1 = r0; " SUBMIT END},
};

Test(safety_helper, ring_buffer)
{
	CHECK(records);
}

#define DYNPTR RING "r1 = r ll; r2 = 16; r3 = 0; r4 = r10; r4 += -16; call ringbuf_reserve_dynptr; "
#define GIVE "r1 = r10; r1 += -16; r2 = 0; call ringbuf_submit_dynptr; "
#define DATA "r1 = r10; r1 += -16; r2 = 0; r3 = 8; call dynptr_data; "

static const struct pair dynptrs[] = {
    {OBLIGATION_RELEASED, DYNPTR "if r0 != 0 goto +4; " GIVE END, DYNPTR GIVE END},
    {OBLIGATION_ARGUMENT, DYNPTR GIVE GIVE END, DYNPTR GIVE "r0 = 1; " END},
    /* overwritten */
    {OBLIGATION_ARGUMENT, DYNPTR "*(u8 *)(r10 - 3) = 1; " GIVE END, DYNPTR "*(u8 *)(r10 - 17) = 1; " GIVE END},
    {OBLIGATION_NOT_NULL, DYNPTR DATA "*(u64 *)(r0 + 0) = 1; " GIVE END,
     DYNPTR DATA "if r0 == 0 goto +1; *(u64 *)(r0 + 0) = 1; " GIVE END},
    {OBLIGATION_BOUNDS, DYNPTR DATA "if r0 == 0 goto +1; *(u64 *)(r0 + 1) = 1; " GIVE END,
     DYNPTR DATA "if r0 == 0 goto +1; *(u8 *)(r0 + 7) = 1; " GIVE END},
    /* a slice after the record was given back */
    {OBLIGATION_HELD, DYNPTR DATA "if r0 == 0 goto +6; r6 = r0; " GIVE "*(u64 *)(r6 + 0) = 1; goto +4; " GIVE END,
     DYNPTR DATA "if r0 == 0 goto +2; r6 = r0; *(u64 *)(r6 + 0) = 1; " GIVE END},
    {OBLIGATION_ARGUMENT, "r1 = r10; r1 += -16; r2 = 0; r3 = 8; call dynptr_data; " END,
     FOUND "r1 = r0; r2 = 8; r3 = 0; r4 = r10; r4 += -16; call dynptr_from_mem; " DATA
	   "if r0 == 0 goto +1; *(u64 *)(r0 + 0) = 1; " END},
    {OBLIGATION_ARGUMENT,
     "*(u64 *)(r10 - 24) = 1; r1 = r10; r1 += -24; r2 = 8; r3 = 0; r4 = r10; r4 += -16; call dynptr_from_mem; " END,
     FOUND
     "r1 = r0; r2 = 16; r3 = 0; r4 = r10; r4 += -16; call dynptr_from_mem; r1 = r10; r1 += -24; r2 = 8; r3 = r10; r3 "
     "+= -16; r4 = 0; r5 = 0; call dynptr_read; " END},
};

Test(safety_helper, dynptrs)
{
	CHECK(dynptrs);
}

#define GET "*(u32 *)(r10 - 4) = 0; r2 = r10; r2 += -4; r1 = l ll; call map_lookup_elem; "
#define TIMED ".map l array 4 24 1\n.special l timer 8\n"
#define TIMER TIMED GET "r6 = r0; r1 = r6; r1 += 8; "

static const struct pair timers[] = {
    {OBLIGATION_ARGUMENT, TIMED GET "r1 = r0; r2 = l ll; r3 = 0; call timer_init; " END,
     TIMER "r2 = l ll; r3 = 0; call timer_init; " END},
    {OBLIGATION_ARGUMENT, ".map k array 4 8 1\n" TIMER "r2 = k ll; r3 = 0; call timer_init; " END,
     TIMER "r2 = 1; r3 = 0; call timer_start; " END},
    /* the callback runs later: callback(map, key, value) */
    {OBLIGATION_BOUNDS,
     TIMER "r2 = subprog[+4] ll; call timer_set_callback; r0 = 0; exit; r0 = *(u64 *)(r2 + 0); r0 = 0; exit",
     TIMER "r2 = subprog[+4] ll; call timer_set_callback; r0 = 0; exit; r0 = *(u32 *)(r2 + 0); *(u64 *)(r3 + 0) = 1; "
	   "r0 = 0; exit"},
    {OBLIGATION_RELEASED,
     RING TIMER
     "r2 = subprog[+4] ll; call timer_set_callback; r0 = 0; exit; r1 = r ll; r2 = 8; r3 = 0; call ringbuf_reserve; "
     "r0 = 0; exit",
     RING TIMER
     "r2 = subprog[+4] ll; call timer_set_callback; r0 = 0; exit; r1 = r ll; r2 = 8; r3 = 0; call ringbuf_reserve; "
     "if r0 == 0 goto +3; r1 = r0; r2 = 0; call ringbuf_discard; r0 = 0; exit"},
    {OBLIGATION_SECRET, TIMED GET "r1 = *(u64 *)(r0 + 8); " END, TIMED GET "r1 = *(u64 *)(r0 + 0); " END},
    {OBLIGATION_ALLOWED, ".program p kprobe/x\n" TIMER "r2 = l ll; r3 = 0; call timer_init; " END,
     ".program p tc\n" TIMER "r2 = l ll; r3 = 0; call timer_init; " END},
};

#define OWNED ".map l array 4 16 1\n.special l kptr 8\n"
#define SWAP OWNED GET "r6 = r0; r1 = r6; r1 += 8; r2 = 0; call kptr_xchg; "

static const struct pair pointers[] = {
    /* what is taken out has to be given back */
    {OBLIGATION_RELEASED, SWAP END, OWNED GET "r1 = *(u64 *)(r0 + 8); " END},
    {OBLIGATION_ARGUMENT, OWNED GET "r1 = r0; r2 = 0; call kptr_xchg; " END, OWNED GET "*(u64 *)(r0 + 0) = 1; " END},
    {OBLIGATION_WRITABLE, OWNED GET "*(u64 *)(r0 + 8) = 1; " END, OWNED GET "*(u64 *)(r0 + 0) = 1; " END},
    {OBLIGATION_SECRET, OWNED GET "r1 = *(u32 *)(r0 + 8); " END, OWNED GET "r1 = *(u32 *)(r0 + 4); " END},
};

Test(safety_helper, timers)
{
	CHECK(timers);
	CHECK(pointers);
}

#define ITER ".extern bpf_iter_num_new\n.extern bpf_iter_num_next\n.extern bpf_iter_num_destroy\n"
#define NEW "r1 = r10; r1 += -8; r2 = 0; r3 = 100; call kernel-function#0; "
#define NEXT "r1 = r10; r1 += -8; call kernel-function#1; "
#define DESTROY "r1 = r10; r1 += -8; call kernel-function#2; "

static const struct pair iterators[] = {
    {OBLIGATION_RELEASED, ITER NEW END, ITER NEW DESTROY END},
    {OBLIGATION_ARGUMENT, ITER NEXT END, ITER NEW NEXT DESTROY END},
    {OBLIGATION_ARGUMENT, ITER NEW DESTROY DESTROY END, ITER NEW DESTROY NEW DESTROY END},
    {OBLIGATION_NOT_NULL, ITER NEW NEXT "r0 = *(u32 *)(r0 + 0); " DESTROY END,
     ITER NEW NEXT "if r0 == 0 goto +1; r0 = *(u32 *)(r0 + 0); " DESTROY END},
    {OBLIGATION_BOUNDS, ITER NEW NEXT "if r0 == 0 goto +1; r0 = *(u64 *)(r0 + 0); " DESTROY END,
     ITER NEW NEXT "if r0 == 0 goto +1; r0 = *(u8 *)(r0 + 3); " DESTROY END},
    {OBLIGATION_HELD,
     ITER NEW NEXT "r6 = r0; if r0 == 0 goto +4; " DESTROY "r0 = *(u32 *)(r6 + 0); goto +3; " DESTROY END,
     ITER NEW NEXT "if r0 == 0 goto +0; " DESTROY END},
    /* a loop over all elements, and one that doesn't mind their end */
    {OBLIGATION_ENDS, ITER NEW NEXT "if r0 != 77 goto -4; " DESTROY END,
     ITER NEW NEXT "if r0 != 0 goto -4; " DESTROY END},
    /* a new one in each round */
    {OBLIGATION_ENDS, ITER NEW NEXT "if r0 != 0 goto +5; " DESTROY "r0 = 0; exit; " DESTROY "goto -18; ",
     ITER NEW NEXT "if r0 == 0 goto +1; goto -5; " DESTROY END},
};

Test(safety_helper, iterators)
{
	CHECK(iterators);
}

#define LOCKED ".map l array 4 16 1\n.special l lock 4\n"
#define LOCK LOCKED GET "r6 = r0; r1 = r6; r1 += 4; call spin_lock; "
#define UNLOCK "r1 = r6; r1 += 4; call spin_unlock; "

static const struct pair locks[] = {
    {OBLIGATION_LOCKING, LOCK END, LOCK UNLOCK END},
    {OBLIGATION_LOCKING, LOCK UNLOCK UNLOCK END, LOCK "*(u32 *)(r6 + 0) = 1; " UNLOCK END},
    {OBLIGATION_LOCKING, LOCK "r1 = r6; r1 += 4; call spin_lock; " UNLOCK END,
     LOCK UNLOCK "r1 = r6; r1 += 4; call spin_lock; " UNLOCK END},
    {OBLIGATION_LOCKING, LOCK "call ktime_get_ns; " UNLOCK END, LOCK UNLOCK "call ktime_get_ns; " END},
    /* that of another lookup */
    {OBLIGATION_LOCKING, LOCKED GET "r7 = r0; " GET "r6 = r0; r1 = r7; r1 += 4; call spin_lock; " UNLOCK END,
     LOCKED GET "r7 = r0; " GET "r6 = r0; r1 = r6; r1 += 4; call spin_lock; " UNLOCK END},
    {OBLIGATION_ARGUMENT, LOCKED GET "r1 = r0; call spin_lock; " END, LOCK "r0 = *(u64 *)(r6 + 8); " UNLOCK END},
    {OBLIGATION_WRITABLE, LOCKED GET "*(u32 *)(r0 + 4) = 1; " END, LOCKED GET "*(u32 *)(r0 + 8) = 1; " END},
    {OBLIGATION_WRITABLE, LOCKED GET "*(u64 *)(r0 + 0) = 1; " END, LOCKED GET "*(u64 *)(r0 + 8) = 1; " END},
    {OBLIGATION_LOCKING, LOCK "if r6 == 0 goto +2; r0 = 1; exit; " UNLOCK END, LOCK "if r6 == 0 goto +0; " UNLOCK END},
};

Test(safety_helper, locks)
{
	CHECK(locks);
}

static const struct pair callbacks[] = {
    {OBLIGATION_CALLBACK,
     "*(u64 *)(r10 - 8) = 0; r1 = 10; r2 = subprog[+6] ll; r3 = 0; r4 = 0; call loop; r0 = 0; exit; r0 = 2; exit",
     "*(u64 *)(r10 - 8) = 0; r1 = 10; r2 = subprog[+6] ll; r3 = 0; r4 = 0; call loop; r0 = 0; exit; r0 = 1; exit"},
    /* the context is not there in every round */
    {OBLIGATION_STACK_INIT,
     "r1 = 10; r3 = r10; r3 += -8; r2 = subprog[+5] ll; r4 = 0; call loop; r0 = 0; exit; r0 = *(u64 *)(r2 + 0); r0 = "
     "0; exit",
     "*(u64 *)(r10 - 8) = 1; r1 = 10; r3 = r10; r3 += -8; r2 = subprog[+5] ll; r4 = 0; call loop; r0 = 0; exit; r0 = "
     "*(u64 "
     "*)(r2 + 0); r0 = 0; exit"},
    /* the index is below the number of rounds */
    {OBLIGATION_BOUNDS,
     ".bss b 10\nr1 = 11; r2 = subprog[+6] ll; r3 = 0; r4 = 0; call loop; r0 = 0; exit; r3 = b ll; r3 += r1; *(u8 "
     "*)(r3 + 0) = "
     "1; r0 = 0; exit",
     ".bss b 10\nr1 = 10; r2 = subprog[+6] ll; r3 = 0; r4 = 0; call loop; r0 = 0; exit; r3 = b ll; r3 += r1; *(u8 "
     "*)(r3 + 0) = "
     "1; r0 = 0; exit"},
    {OBLIGATION_ARGUMENT, "r1 = 1; r2 = 0; r3 = 0; r4 = 0; call loop; " END,
     "r1 = 1; r2 = subprog[+6] ll; r3 = 0; r4 = 0; call "
     "loop; r0 = 0; exit; r0 = 0; exit"},
    {OBLIGATION_WRITABLE,
     ARRAY "r1 = a ll; r2 = subprog[+6] ll; r3 = 0; r4 = 0; call for_each_map_elem; r0 = 0; exit; *(u32 *)(r2 + 0) = "
	   "1; r0 = 0; "
	   "exit",
     ARRAY "r1 = a ll; r2 = subprog[+6] ll; r3 = 0; r4 = 0; call for_each_map_elem; r0 = 0; exit; *(u32 *)(r3 + 0) = "
	   "1; r0 = 0; "
	   "exit"},
    {OBLIGATION_BOUNDS,
     ARRAY "r1 = a ll; r2 = subprog[+6] ll; r3 = 0; r4 = 0; call for_each_map_elem; r0 = 0; exit; r1 = *(u64 *)(r3 + "
	   "9); r0 = 0; "
	   "exit",
     ARRAY "r1 = a ll; r2 = subprog[+6] ll; r3 = 0; r4 = 0; call for_each_map_elem; r0 = 0; exit; r1 = *(u32 *)(r2 + "
	   "0); r0 = 0; "
	   "exit"},
};

Test(safety_helper, callbacks)
{
	CHECK(callbacks);
}

static const struct pair results[] = {
    {OBLIGATION_SECRET, "r0 = r10; exit", "r0 = 5; exit"},
    {OBLIGATION_INITIALISED, "exit", "r0 = 0; exit"},
    {OBLIGATION_RESULT, ".program p cgroup/sock\nr0 = 2; exit", ".program p cgroup/sock\nr0 = 1; exit"},
    {OBLIGATION_RESULT, ".program p cgroup/sock\nr0 = *(u32 *)(r1 + 4); r0 &= 2; exit",
     ".program p cgroup/sock\nr0 = *(u32 *)(r1 + 4); r0 &= 1; exit"},
    {OBLIGATION_ARITHMETIC, "*(u64 *)(r10 - 8) = r10; r1 = *(u16 *)(r10 - 8); if r1 s<= 3 goto +0; " END,
     "*(u64 *)(r10 - 8) = r10; *(u64 *)(r10 - 8) = 5; r1 = *(u16 *)(r10 - 8); if r1 s<= 3 goto +0; " END},
    {OBLIGATION_ARGUMENT,
     ".program p cgroup/skb\n.map c cgroup_storage 16 64 0\nr1 = c ll; r2 = 7; call get_local_storage; " END,
     ".program p cgroup/skb\n.map c cgroup_storage 16 64 0\nr1 = c ll; r2 = 0; call get_local_storage; r1 = *(u64 "
     "*)(r0 + 56); " END},
    /* a pointer or a number, as the offset is */
    {OBLIGATION_INITIALISED,
     "*(u64 *)(r10 - 8) = r10; *(u64 *)(r10 - 16) = 5; r2 = *(u32 *)(r1 + 12); r2 &= 8; r3 = r10; r3 += -16; r3 += r2; "
     "r0 = *(u64 "
     "*)(r3 + 0); r0 ^= 1; " END,
     "*(u64 *)(r10 - 8) = 7; *(u64 *)(r10 - 16) = 5; r2 = *(u32 *)(r1 + 12); r2 &= 8; r3 = r10; r3 += -16; r3 += r2; "
     "r0 = *(u64 "
     "*)(r3 + 0); r0 ^= 1; " END},
    {OBLIGATION_INITIALISED, ".map t prog_array 4 4 4\nr2 = t ll; r3 = 0; call tail_call; exit",
     ".map t prog_array 4 4 4\nr2 = t ll; r3 = 0; call tail_call; " END},
    {OBLIGATION_ARGUMENT, ARRAY "r2 = a ll; r3 = 0; call tail_call; " END,
     ".map t prog_array 4 4 4\nr2 = t ll; r3 = 99; call tail_call; " END},
};

Test(safety_helper, results)
{
	CHECK(results);
}

static bool is_proved(const char *text)
{
	struct object *o = fixture_assemble(text);
	struct safety_options options = {.no_search = true, .privileged = true};
	struct safety_result r;
	safety_check(o->programs[0], &options, &r);
	bool proved = r.verdict == VERDICT_PROVED;
	safety_release(&r);
	object_free(o);
	return proved;
}

#define ITERATOR ".program p iter/task\nr6 = *(u64 *)(r1 + 8); r1 = *(u64 *)(r1 + 0); r1 = *(u64 *)(r1 + 0); "
#define WRITE "r2 = r10; r2 += -8; *(u64 *)(r10 - 8) = 1; r3 = 8; call seq_write; " END
#define STACK "r2 = r10; r2 += -64; r3 = 64; r4 = 0; call get_task_stack; " END

/* What words of kernel memory point at, by the running kernel's types. */
Test(safety_helper, kernel_types)
{
	if (access("/sys/kernel/btf/vmlinux", R_OK)) {
		printf("skipped: the kernel does not show its types\n");
		return;
	}
	cr_expect(is_proved(ITERATOR WRITE));
	cr_expect(!is_proved(ITERATOR "r1 = r6; " WRITE), "a task is no file");
	cr_expect(!is_proved(ITERATOR "r1 += 8; " WRITE), "what lies behind the pointer");
	cr_expect(is_proved(ITERATOR "if r6 == 0 goto +6; r1 = r6; " STACK));
	cr_expect(!is_proved(ITERATOR "r1 = r6; " STACK), "the last call of an iterator has no task");
	cr_expect(!is_proved(ITERATOR STACK), "a file is no task");
	/* one of two, by the path */
	cr_expect(!is_proved(ITERATOR "if r6 == 0 goto +1; r1 = r6; " WRITE));
	/* an address that was computed with */
	cr_expect(!is_proved(ITERATOR "r1 <<= 1; r1 >>= 1; " WRITE));
}
