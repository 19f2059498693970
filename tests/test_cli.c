/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line as its users see it: run, conform, show, matrix; output, errors, exit statuses. */
#include "cli_fixture.h"

#include "encode/machine/machine.h"

#include <jansson.h>
#include <pcap/pcap.h>

/* Returns 2 for packets shorter than 14 bytes, else swaps bytes 0 and 1, counts in a map, and returns 3. */
static const char counter[] = ".program swap xdp\n"
			      ".map seen ARRAY 4 8 4\n"
			      ".data total 0500000000000000\n"
			      "r6 = r1\n"
			      "r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r1 + 4)\nr4 = r2\nr4 += 14\nr0 = 2\n"
			      "if r4 > r3 goto out\n"
			      "r4 = *(u8 *)(r2 + 0)\nr5 = *(u8 *)(r2 + 1)\n"
			      "*(u8 *)(r2 + 0) = r5\n*(u8 *)(r2 + 1) = r4\n"
			      "r3 = total ll\nr4 = *(u64 *)(r3 + 0)\nr4 += 1\n*(u64 *)(r3 + 0) = r4\n"
			      "r1 = *(u32 *)(r6 + 12)\n*(u32 *)(r10 - 4) = r1\n"
			      "r2 = r10\nr2 += -4\nr1 = seen ll\ncall map_lookup_elem\n"
			      "if r0 == 0 goto none\n"
			      "r1 = *(u64 *)(r0 + 0)\nr1 += 1\n*(u64 *)(r0 + 0) = r1\n"
			      "none:\nr0 = 3\nout:\nexit\n";
#define FRAME "112233445566778899aabbccddee"

static const char *counter_file(void)
{
	return cli_file("counter.s", counter, strlen(counter));
}

static void expect_status(int status, const char *want, const char *fmt, ...)
{
	char args[2048];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(args, sizeof args, fmt, ap);
	va_end(ap);
	struct cli_result r = cli_run("", "%s", args);
	cr_expect_eq(r.status, status, "%s: expected status %d, found %d: %s", args, status, r.status, r.err);
	cr_expect(strstr(r.err, want), "%s: expected %s in: %s", args, want, r.err);
	cr_expect(status == 0 || !strncmp(r.err, "bpfprove: ", 10), "%s: %s", args, r.err);
	cr_expect(status == 0 || strchr(r.err, '\n') == r.err + strlen(r.err) - 1, "one line: %s", r.err);
	cli_release(&r);
}

static json_t *load_json(const char *text)
{
	json_error_t e;
	json_t *j = json_loads(text, 0, &e);
	cr_assert(j, "%s at %d: %s", e.text, e.line, text);
	return j;
}

static json_t *first_run(const char *text, json_t **all)
{
	*all = load_json(text);
	json_t *run = json_array_get(json_object_get(*all, "runs"), 0);
	cr_assert(run, "%s", text);
	return run;
}

static const char *string_of(json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));
	return s ? s : "(none)";
}

/* run */

Test(run, result_packet_maps_and_data)
{
	struct cli_result r = cli_run("", "run %s --packet %s --ctx '{\"ingress_ifindex\": 3}'", counter_file(), FRAME);
	cr_expect_eq(r.status, 0, "%s", r.err);
	cr_expect(strstr(r.out, "result: 3 (XDP_TX)"), "%s", r.out);
	cr_expect(strstr(r.out, "offset 0: 11 22 -> 22 11"), "%s", r.out);
	cr_expect(strstr(r.out, "map seen, key 03 00 00 00 (3) = 01 00 00 00 00 00 00 00 (1)"), "%s", r.out);
	cr_expect(strstr(r.out, "variable total = 06 00 00 00 00 00 00 00 (6)"), "%s", r.out);
	cli_release(&r);
	r = cli_run("", "run %s --packet 1122", counter_file());
	cr_expect(strstr(r.out, "result: 2 (XDP_PASS)\npacket: 2 bytes\n  no byte changed\n"), "%s", r.out);
	cli_release(&r);
}

Test(run, engines_agree)
{
	static const char *const engines[] = {"concrete", "symbolic", "kernel"};
	char *seen[3] = {NULL};
	for (int i = 0; i < 3; i++) {
		struct cli_result r =
		    cli_run("",
			    "run %s --engine %s --packet %s --ctx '{\"ingress_ifindex\": 1}' --json "
			    "--map 'seen=[7, {\"key\": 1, \"value\": \"ff00000000000000\"}]' --map 'total:x=1'",
			    counter_file(), engines[i], FRAME);
		cr_expect_eq(r.status, 64, "a map that is not there: %s", r.err);
		cli_release(&r);
		r = cli_run("",
			    "run %s --engine %s --packet %s --ctx '{\"ingress_ifindex\": 1}' --json "
			    "--map 'seen=[7, {\"key\": 1, \"value\": \"ff00000000000000\"}]' --map "
			    "'.data.total={\"total\": 41}'",
			    counter_file(), engines[i], FRAME);
		if (r.status == 2 && i == 2) {
			printf("skipped in the kernel: %s", r.err);
			cli_release(&r);
			continue;
		}
		cr_expect_eq(r.status, 0, "%s: %s", engines[i], r.err);
		json_t *all, *run = first_run(r.out, &all);
		cr_expect_str_eq(string_of(all, "engine"), engines[i]);
		cr_expect_str_eq(string_of(run, "action"), "XDP_TX");
		cr_expect_str_eq(string_of(json_object_get(run, "packet"), "bytes"), "2211"
										     "33445566778899aabbccddee");
		json_t *maps = json_object_get(run, "maps");
		cr_assert_eq(json_array_size(maps), 2, "%s: %s", engines[i], r.out);
		cr_expect_str_eq(string_of(json_array_get(maps, 0), "value"), "0001000000000000");
		cr_expect_str_eq(string_of(json_array_get(maps, 1), "value"), "2a00000000000000");
		seen[i] = json_dumps(run, JSON_SORT_KEYS);
		json_decref(all);
		cli_release(&r);
	}
	for (int i = 1; i < 3; i++)
		if (seen[i])
			cr_expect_str_eq(seen[i], seen[0], "%s differs", engines[i]);
	for (int i = 0; i < 3; i++)
		free(seen[i]);
}

Test(run, one_run_for_each_packet)
{
	pcap_t *p = pcap_open_dead(DLT_EN10MB, 65535);
	pcap_dumper_t *d = pcap_dump_open(p, cli_path("two.pcap"));
	cr_assert(d);
	for (unsigned n = 13; n <= 14; n++) {
		u_char bytes[14] = {1, 2};
		struct pcap_pkthdr h = {.caplen = n, .len = n};
		pcap_dump((u_char *)d, &h, bytes);
	}
	pcap_dump_close(d);
	pcap_close(p);
	const char *file = counter_file();
	struct cli_result r = cli_run("", "run %s --packet %s --json", file, cli_path("two.pcap"));
	json_t *all = load_json(r.out), *runs = json_object_get(all, "runs");
	cr_assert_eq(json_array_size(runs), 2, "%s", r.out);
	cr_expect_str_eq(string_of(json_array_get(runs, 0), "action"), "XDP_PASS");
	cr_expect_str_eq(string_of(json_array_get(runs, 1), "action"), "XDP_TX");
	json_decref(all);
	cli_release(&r);
	r = cli_run("", "run %s --packet %s", file, cli_path("two.pcap"));
	cr_expect(strstr(r.out, "packet 2 of 2\nresult: 3"), "%s", r.out);
	cli_release(&r);
}

Test(run, faults_and_what_is_not_modelled)
{
	const char *fault = "r2 = *(u32 *)(r1 + 0)\nr0 = *(u8 *)(r2 + 0)\nexit\n";
	for (int i = 0; i < 2; i++) {
		const char *file = cli_file("fault.s", fault, strlen(fault));
		struct cli_result r = cli_run("", "run %s --engine %s", file, i ? "symbolic" : "concrete");
		cr_expect_eq(r.status, 1, "%s", r.err);
		cr_expect(strstr(r.out, "fault: access outside of its region"), "%s", r.out);
		cr_expect(strstr(r.out, "instruction 1: r0 = *(u8 *)(r2 + 0)"), "%s", r.out);
		cli_release(&r);
		r = cli_run("", "run %s --json --engine %s", file, i ? "symbolic" : "concrete");
		json_t *all, *run = first_run(r.out, &all);
		cr_expect_eq(r.status, 1);
		cr_expect_str_eq(string_of(run, "end"), "fault");
		cr_expect_str_eq(string_of(run, "reason"), fault_texts[FAULT_BOUNDS]);
		json_decref(all);
		cli_release(&r);
		const char *unknown = "r1 = 0\ncall 999\nexit\n";
		r = cli_run("", "run %s --engine %s", cli_file("unknown.s", unknown, strlen(unknown)),
			    i ? "symbolic" : "concrete");
		cr_expect_eq(r.status, 2, "%s", r.err);
		cr_expect(strstr(r.out, "not modelled: "), "%s", r.out);
		cli_release(&r);
	}
}

Test(run, context_by_name_and_by_offset)
{
	const char *tc =
	    ".program c tc\nr0 = *(u32 *)(r1 + 8)\nr2 = *(u32 *)(r1 + 48)\nr0 += r2\n*(u32 *)(r1 + 8) = 9\nexit\n";
	const char *file = cli_file("ctx.s", tc, strlen(tc));
	struct cli_result r =
	    cli_run("", "run %s --ctx '{\"mark\": 7, \"cb\": [1,2,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}'", file);
	cr_expect(strstr(r.out, "result: 520\n"), "%s%s", r.out, r.err);
	cr_expect(strstr(r.out, "context mark: 07 00 00 00 (7) -> 09 00 00 00 (9)"), "%s", r.out);
	cli_release(&r);
	r = cli_run("", "run %s --ctx '{\"mark\": \"0xfffffffe\"}' --json --engine symbolic", file);
	json_t *all, *run = first_run(r.out, &all);
	cr_expect_eq(json_integer_value(json_object_get(run, "result")), 0xfffffffe);
	cr_expect_str_eq(string_of(json_object_get(run, "context"), "mark"), "09000000");
	json_decref(all);
	cli_release(&r);
	const char *tp = ".program t tracepoint/syscalls/sys_enter_open\nr0 = *(u64 *)(r1 + 16)\nexit\n";
	r = cli_run("", "run %s --ctx '{\"0x10\": -2, \"0x20\": \"0102\"}' --json", cli_file("tp.s", tp, strlen(tp)));
	run = first_run(r.out, &all);
	cr_expect_eq(json_integer_value(json_object_get(run, "result")), 0xfffffffe, "%s%s", r.out, r.err);
	json_decref(all);
	cli_release(&r);
}

Test(run, trace_shows_changed_registers)
{
	struct cli_result r = cli_run("", "run %s --packet 11 --trace", counter_file());
	cr_expect(strstr(r.out, "    4: r4 += 14"), "%s", r.out);
	cr_expect(strstr(r.out, "    5: r0 = 2 ") && strstr(r.out, " r0=0x2\n"), "%s", r.out);
	cli_release(&r);
	r = cli_run("", "run %s --packet 11 --trace --json", counter_file());
	json_t *all, *run = first_run(r.out, &all), *steps = json_object_get(run, "trace");
	cr_assert_eq(json_array_size(steps), 8, "%s", r.out);
	json_t *step = json_array_get(steps, 5);
	cr_expect_str_eq(string_of(step, "text"), "r0 = 2");
	cr_expect_str_eq(string_of(json_object_get(step, "registers"), "r0"), "0x2");
	json_decref(all);
	cli_release(&r);
}

Test(run, events)
{
	const char *text = ".program e xdp\n.map out PERF_EVENT_ARRAY 4 4 4\n"
			   "*(u32 *)(r10 - 4) = 0x04030201\nr4 = r10\nr4 += -4\nr5 = 4\nr3 = 0\nr2 = out ll\n"
			   "call perf_event_output\nr0 = 1\nexit\n";
	static const char *const engines[] = {"concrete", "symbolic"};
	for (int i = 0; i < 2; i++) {
		struct cli_result r =
		    cli_run("", "run %s --engine %s", cli_file("event.s", text, strlen(text)), engines[i]);
		cr_expect(strstr(r.out, "event perf_event_output(0, 0, 0, 4, 4) with 01 02 03 04"), "%s%s", r.out,
			  r.err);
		cli_release(&r);
	}
}

Test(run, wrong_usage_names_what_is_wrong)
{
	const char *file = counter_file();
	expect_status(64, "no field marke", "run %s --ctx '{\"marke\": 1}'", file);
	expect_status(64, "data of XDP_MD is not for the input", "run %s --ctx '{\"data\": 1}'", file);
	expect_status(64, "expected JSON", "run %s --ctx '{\"rx_queue_index\": '", file);
	expect_status(64, "expected {FIELD", "run %s --ctx '[1]'", file);
	expect_status(64, "rx_queue_index: expected 4 bytes", "run %s --ctx '{\"rx_queue_index\": 4294967296}'", file);
	expect_status(64, "offset below 0x18", "run %s --ctx '{\"0x18\": 1}'", file);
	expect_status(64, "has no map sean", "run %s --map 'sean=[]'", file);
	expect_status(64, "expected NAME=JSON", "run %s --map seen", file);
	expect_status(64, "seen, key: expected 4 bytes", "run %s --map 'seen=[{\"value\": 1}]'", file);
	expect_status(64, "seen, value: expected 8 bytes", "run %s --map 'seen=[{\"key\": 1, \"value\": [1]}]'", file);
	expect_status(64, "index 4 is not below 4", "run %s --map 'seen=[{\"key\": 4, \"value\": 1}]'", file);
	expect_status(64, "no variable x", "run %s --map '.data.total={\"x\": 1}'", file);
	expect_status(64, "expected concrete, symbolic or kernel", "run %s --engine fast", file);
	expect_status(64, "--trace: only", "run %s --trace --engine symbolic", file);
	expect_status(64, "expected a file or pairs of hex digits", "run %s --packet 123", file);
	expect_status(64, "takes one object", "run %s %s", file, file);
	expect_status(64, "takes one object", "run");
	expect_status(64, "no program of the name nobody", "run %s --program nobody", file);
	expect_status(64, "no such option", "run %s --paket 11", file);
	expect_status(64, "true or false was expected", "conform --elf=maybe");
	expect_status(64, "no such command", "walk %s", file);
	const char *two = ".program k kprobe/x\nr0 = 0\nexit\n";
	expect_status(64, "have no packet", "run %s --packet 11", cli_file("kprobe.s", two, strlen(two)));
}

Test(run, bad_files)
{
	const char *bad = "r0 = = 1\nexit\n";
	expect_status(65, "bad.s:1:", "run %s", cli_file("bad.s", bad, strlen(bad)));
	expect_status(65, "expected", "run %s", cli_file("bad.o", "not an object", 13));
	expect_status(66, "nothing.o", "run %s", cli_path("nothing.o"));
	expect_status(66, "nothing.pcap", "run %s --packet %s", counter_file(), cli_path("nothing.pcap"));
	expect_status(65, "expected a pcap file", "run %s --packet %s", counter_file(), cli_file("bad.pcap", "xx", 2));
}

/* conform */

static void conform(const char *in, const char *args, int status, const char *out)
{
	struct cli_result r = cli_run(in, "conform %s", args);
	cr_expect_eq(r.status, status, "conform %s: status %d: %s", args, r.status, r.err);
	cr_expect_str_eq(r.out, out, "conform %s", args);
	cr_expect_eq(*r.err == 0, status == 0, "%s", r.err);
	cli_release(&r);
}

Test(conform, hex_in_and_out)
{
	const char *five = "b7 00 00 00 05 00 00 00  95 00 00 00 00 00 00 00\n",
		   *minus = "b4000000ffffffff9500000000000000";
	const char *wide = "b7000000ffffffff9500000000000000", *sum = "71 10 01 00 00 00 00 00 0f 20 00 00 00 00 00 00 "
								      "95 00 00 00 00 00 00 00\n";
	static const char *const engines[] = {"", "--engine concrete", "--engine=symbolic"};
	for (size_t i = 0; i < 3; i++) {
		char args[64];
		snprintf(args, sizeof args, "'' '' %s",
			 engines[i]); /* as the runner calls it without memory and options */
		conform(five, args, 0, "5\n");
		conform(minus, args, 0, "ffffffff\n");
		conform(wide, args, 0, "ffffffffffffffff\n");
		snprintf(args, sizeof args, "'aa  bb  cc  ' %s", engines[i]);
		conform(sum, args, 0, "be\n");
		conform(sum, engines[i], 1, "");
	}
	conform("b7 00 00", "", 65, "");
	conform("xx", "", 65, "");
	conform("", "", 65, "");
	conform(five, "zz", 64, "");
	conform(five, "--engine kernel", 64, "");
	conform("85 00 00 00 a0 0f 00 00 95 00 00 00 00 00 00 00", "", 2, "");
}

Test(conform, objects)
{
	const char *text =
	    ".program main .text\nr0 = *(u8 *)(r1 + 0)\nr1 = r2\ncall f\nexit\nf:\nr0 = r1\nr0 += 5\nexit\n";
	struct object *o;
	char err[300] = "", hex[65536];
	size_t n = 0;
	cr_assert_eq(object_assemble("t", text, &o, err, sizeof err), OBJECT_OK, "%s", err);
	const char *path = cli_path("main.o");
	cr_assert(object_write(o, path, err, sizeof err), "%s", err);
	object_free(o);
	FILE *f = fopen(path, "r");
	for (int c; (c = fgetc(f)) != EOF && n + 4 < sizeof hex; n += 3)
		sprintf(hex + n, "%02x ", (unsigned)c);
	fclose(f);
	conform(hex, "'01 02' --elf", 0, "7\n");
	conform(hex, "'01 02' --elf true", 0, "7\n");
	conform(hex, "'01 02' --elf false", 65, "");
	char args[512];
	snprintf(args, sizeof args, "'01 02 03' %s", path);
	conform("", args, 0, "8\n");
	snprintf(args, sizeof args, "'01 02 03' --elf --engine symbolic < %s", path);
	conform("", args, 0, "8\n");
	snprintf(args, sizeof args, "'01' %s", cli_path("none.o"));
	conform("", args, 66, "");
}

/* The runner's programs have no type; what every type may call is theirs, too. */
Test(conform, maps)
{
	const char *file = cli_path("map.o");
	struct object *o;
	char err[300] = "", args[512];
	cr_assert_eq(object_assemble("t",
				     ".program main .text\n.map m ARRAY 4 4 10\n*(u32 *)(r10 - 4) = 1\nr2 = r10\n"
				     "r2 += -4\nr1 = m ll\ncall map_lookup_elem\nif r0 == 0 goto o\nr0 = 1\no: exit\n",
				     &o, err, sizeof err),
		     OBJECT_OK, "%s", err);
	cr_assert(object_write(o, file, err, sizeof err), "%s", err);
	object_free(o);
	for (int symbolic = 0; symbolic < 2; symbolic++) {
		snprintf(args, sizeof args, "'' --elf --engine %s < %s", symbolic ? "symbolic" : "concrete", file);
		conform("", args, 0, "1\n");
	}
}

/* show */

static const char loop[] = ".program spin xdp\n.map m HASH 4 8 16\nr6 = r1\ncall f\nr1 = *(u32 *)(r6 + 12)\nr1 &= 7\n"
			   "again:\nr0 += 2\nr1 -= 1\nif r1 s> 0 goto again\nexit\nf:\nr0 = 0\nexit\n";

Test(show, text_and_json)
{
	struct cli_result r = cli_run("", "show %s", counter_file());
	cr_expect_eq(r.status, 0, "%s", r.err);
	cr_expect(strstr(r.out, "program swap, section xdp, type XDP, "), "%s", r.out);
	cr_expect(strstr(r.out, "map seen, type ARRAY, key 4, value 8, entries 4, flags 0x0\n"), "%s", r.out);
	cr_expect(strstr(r.out, "data .data.total, 8 bytes\n      0: total, 8 bytes\n"), "%s", r.out);
	cr_expect(strstr(r.out, "// bpf_map_lookup_elem\n"), "%s", r.out);
	cli_release(&r);
	r = cli_run("", "show --json %s", counter_file());
	json_t *all = load_json(r.out), *p = json_array_get(json_object_get(all, "programs"), 0);
	cr_expect_str_eq(string_of(p, "name"), "swap");
	cr_expect_gt(json_array_size(json_object_get(p, "instructions")), 20);
	cr_expect_eq(json_array_size(json_object_get(all, "maps")), 2);
	json_decref(all);
	cli_release(&r);
	expect_status(64, "no program of the name x", "show %s --program x", counter_file());
	expect_status(64, "one of --dot", "show %s --dot --smt2", counter_file());
	expect_status(66, "nothing.o", "show %s", cli_path("nothing.o"));
}

Test(show, graph)
{
	struct cli_result r = cli_run("", "show --dot %s", cli_file("loop.s", loop, strlen(loop)));
	cr_expect_eq(r.status, 0, "%s", r.err);
	cr_expect_eq(strncmp(r.out, "digraph \"spin\" {\n", 17), 0, "%s", r.out);
	cr_expect(strstr(r.out, "b4 [peripheries=2, label=\"loop, blocks: 1\\l4: r0 += 2\\l"), "%s", r.out);
	cr_expect(strstr(r.out, "b4 -> b4 [style=dashed, label=\"taken\"];"), "%s", r.out);
	cr_expect(strstr(r.out, "b0 -> b8 [style=dotted, label=\"call\"];"), "%s", r.out);
	cli_release(&r);
}

Test(show, drawing_needs_graphviz)
{
	const char *file = cli_file("loop.s", loop, strlen(loop));
	setenv("PATH", "/nonexistent", 1);
	expect_status(66, "needs graphviz", "show --svg %s", file);
	const char *fake = "#!/bin/sh\n[ \"$1\" = -Tsvg ] && /bin/cat\n";
	char dir[256];
	snprintf(dir, sizeof dir, "%s", cli_file("dot", fake, strlen(fake)));
	cr_assert_eq(chmod(dir, 0755), 0);
	*strrchr(dir, '/') = 0;
	setenv("PATH", dir, 1);
	struct cli_result r = cli_run("", "show --svg %s", file);
	cr_expect_eq(r.status, 0, "%s", r.err);
	cr_expect_eq(strncmp(r.out, "digraph", 7), 0, "%s", r.out);
	cli_release(&r);
}

Test(show, drawing_by_graphviz)
{
	if (system("command -v dot >/dev/null"))
		cr_skip("graphviz is not installed");
	struct cli_result r = cli_run("", "show --svg %s", cli_file("loop.s", loop, strlen(loop)));
	cr_expect_eq(r.status, 0, "%s", r.err);
	cr_expect(strstr(r.out, "<svg "), "%s", r.out);
	cr_expect(strstr(r.out, "r0 += 2</text>"), "%s", r.out);
	cr_expect_str_eq(r.out + strlen(r.out) - 7, "</svg>\n");
	cli_release(&r);
}

/* Asks a solver a question about the printed formula; its answer is on the first line. */
static void ask(const char *solver, const char *formula, const char *question, const char *answer, const char *value)
{
	char command[512];
	snprintf(command, sizeof command, "command -v %s >/dev/null", solver);
	if (system(command)) {
		printf("skipped: %s is not installed\n", solver);
		return;
	}
	FILE *f = fopen(cli_path("query.smt2"), "w");
	cr_assert(f);
	fprintf(f, "%s%s\n", formula, question);
	fclose(f);
	struct cli_result r = cli_shell("", "%s %s", solver, cli_path("query.smt2"));
	cr_expect_eq(strncmp(r.out, answer, strlen(answer)), 0, "%s: %s: %s%s", solver, question, r.out, r.err);
	cr_expect(!value || strstr(r.out, value), "%s: %s: %s", solver, question, r.out);
	cli_release(&r);
}

Test(show, formula_for_any_solver)
{
	static const char *const solvers[] = {"z3", "cvc5"};
	struct cli_result r = cli_run("", "show --smt2 %s", counter_file());
	cr_expect_eq(r.status, 0, "%s", r.err);
	cr_expect(strstr(r.out, "(declare-const |PKT 0| (_ BitVec 8))"), "%s", r.out);
	for (int i = 0; i < 2; i++) {
		ask(solvers[i], r.out, "(assert (not fault))(check-sat)(get-value (ret))", "sat", "ret");
		ask(solvers[i], r.out, "(assert fault)(check-sat)", "unsat", NULL);
		ask(solvers[i], r.out, "(assert unknown)(check-sat)", "unsat", NULL);
		ask(solvers[i], r.out, "(assert (not exits))(check-sat)", "unsat", NULL);
		ask(solvers[i], r.out, "(assert (not (or (= ret #x00000002) (= ret #x00000003))))(check-sat)", "unsat",
		    NULL);
		ask(solvers[i], r.out,
		    "(assert (= |PKT 1| #xab))(assert (= ret #x00000003))"
		    "(assert (= |packet write 1 offset| #x0000000000000000))(check-sat)(get-value (|packet write 1 "
		    "byte|))",
		    "sat", i ? "10101011" : "#xab");
	}
	cli_release(&r);
	r = cli_run("", "show --smt2 %s", cli_file("loop.s", loop, strlen(loop)));
	for (int i = 0; i < 2; i++) { /* ingress_ifindex 5: the loop runs 5 times */
		ask(solvers[i], r.out, "(assert (= |CTX 12| #x05))(check-sat)(get-value (ret))", "sat",
		    i ? "1010" : "#x0000000a");
		ask(solvers[i], r.out, "(assert (bvugt ret #x0000000e))(check-sat)", "unsat", NULL);
	}
	cli_release(&r);
}

/* An input function of a term is congruent: the same key, the same value. */
Test(show, formula_with_functions)
{
	const char *text = ".program two xdp\n.map m HASH 4 8 16\nr6 = *(u32 *)(r1 + 12)\n"
			   "*(u32 *)(r10 - 4) = r6\nr6 = *(u32 *)(r1 + 16)\n*(u32 *)(r10 - 8) = r6\n"
			   "r2 = r10\nr2 += -4\nr1 = m ll\ncall map_lookup_elem\nr6 = r0\n"
			   "r2 = r10\nr2 += -8\nr1 = m ll\ncall map_lookup_elem\n"
			   "r7 = 0\nif r6 == 0 goto a\nr7 = 1\na:\nif r0 == 0 goto b\nr7 ^= 1\nb:\nr0 = r7\nexit\n";
	struct cli_result r = cli_run("", "show --smt2 %s", cli_file("two.s", text, strlen(text)));
	cr_expect(strstr(r.out, "(declare-fun |MAP_HAS/2| ("), "%s", r.out);
	const char *same = "(assert (= |CTX 12| |CTX 16|))(assert (= |CTX 13| |CTX 17|))(assert (= |CTX 14| |CTX 18|))"
			   "(assert (= |CTX 15| #x00))(assert (= |CTX 19| #x00))(assert (= ret #x00000001))(check-sat)";
	ask("z3", r.out, same, "unsat", NULL);
	ask("cvc5", r.out, same, "unsat", NULL);
	ask("z3", r.out, "(assert (= ret #x00000001))(check-sat)", "sat", NULL);
	cli_release(&r);
}

/* matrix */

static char *matrix(void)
{
	struct cli_result r = cli_run("", "matrix");
	cr_assert_eq(r.status, 0, "%s", r.err);
	char *out = strdup(r.out);
	cli_release(&r);
	return out;
}

static const char *compile_object(const char *name, const char *source)
{
	const char *path = cli_path(name), *file = cli_file("source.c", source, strlen(source));
	struct cli_result r = cli_shell("", "clang-14 -target bpf -O2 -g -c %s -o %s", file, path);
	cr_assert_eq(r.status, 0, "%s", r.err);
	cli_release(&r);
	return path;
}

#define SECTION(name) "__attribute__((section(\"" name "\"), used)) "

Test(show, what_the_kernels_types_fill_in)
{
	const char *file =
	    compile_object("core.o", "struct s { long pad; int a; } __attribute__((preserve_access_index));\n" SECTION(
					 "raw_tp/x") "int p(struct s **c) { return c[0]->a; }\n");
	struct cli_result r = cli_run("", "show --btf=none %s", file);
	cr_expect_eq(r.status, 0, "%s", r.err);
	cr_expect(strstr(r.out, "// byte offset of struct s.a\n"), "%s", r.out);
	cli_release(&r);
	r = cli_run("", "show --btf=none --dot %s", file);
	cr_expect(strstr(r.out, "byte offset of struct s.a"), "%s", r.out);
	cli_release(&r);
}

Test(equiv, a_refused_program_is_unknown_and_the_others_have_their_verdicts)
{
	const char *a = compile_object("bad.o", SECTION("xdp") "int good(void *x) { return 2; }\n" SECTION(
						    "tc") "int bad(void *x) { asm volatile(\".8byte 0xfe\"); return 1; }\n");
	struct cli_result r = cli_run("", "equiv --json %s %s", a, a);
	json_t *j = load_json(r.out), *pairs = json_object_get(j, "pairs");
	cr_expect_eq(r.status, 2, "%s", r.err);
	cr_assert_eq(json_array_size(pairs), 2);
	for (size_t i = 0; i < 2; i++) {
		json_t *p = json_array_get(pairs, i);
		bool bad = !strcmp(string_of(p, "program"), "bad");
		cr_expect_str_eq(string_of(p, "verdict"), bad ? "unknown" : "proved");
		cr_expect_str_eq(string_of(p, "reason"), bad ? reason_texts[REASON_REFUSED] : "");
		cr_expect(!bad || strstr(string_of(p, "detail"), "opcode 0xfe"), "%s", string_of(p, "detail"));
	}
	json_decref(j);
	cli_release(&r);
	expect_status(0, "", "equiv --program=good %s %s", a, a);
	expect_status(65, "opcode 0xfe", "equiv --program=bad %s %s", a, a);
	expect_status(0, "", "run --program=good %s", a);
	expect_status(65, "opcode 0xfe", "run --program=bad %s", a);
	expect_status(65, "opcode 0xfe", "show --smt2 --program=bad %s", a);
	r = cli_run("", "show %s", a);
	cr_expect_eq(r.status, 0);
	cr_expect(strstr(r.out, "refused: ") && strstr(r.out, "opcode 0xfe"), "%s", r.out);
	cli_release(&r);
}

Test(equiv, type_of_programs_whose_section_tells_none)
{
	const char *a = compile_object("typed.o", SECTION("other") "int p(void *x) { return *(int *)x & 1; }\n" SECTION(
						      "tc") "int q(void *x) { return 1; }\n");
	const char *b = compile_object("typed2.o", SECTION("other") "int p(void *x) { return *(unsigned *)x << 31 >> 31; }\n" SECTION(
						       "tc") "int q(void *x) { return 1; }\n");
	expect_status(0, "", "equiv --type=cgroup/skb %s %s", a, b);
	expect_status(0, "", "equiv --type=tc --encode %s %s", a, b);
	struct cli_result r = cli_run("", "equiv --encode %s %s", a, b);
	cr_expect_eq(r.status, 2, "%s", r.out);
	cr_expect(strstr(r.out, reason_texts[REASON_PROGTYPE]), "%s", r.out);
	cli_release(&r);
	expect_status(64, "--type=nothing: there is no such program type", "equiv --type=nothing %s %s", a, b);
	r = cli_run("", "show --type=Lwt_Xmit %s", a);
	cr_expect(strstr(r.out, "program p, section other, type LWT_XMIT"), "%s", r.out);
	cr_expect(strstr(r.out, "program q, section tc, type SCHED_CLS"), "the section tells: %s", r.out);
	cli_release(&r);
	r = cli_run("", "run --type=tc --program=p %s", a);
	cr_expect_eq(r.status, 0, "%s", r.err);
	cr_expect_not(strstr(r.err, "says no program type"), "%s", r.err);
	cli_release(&r);
}

Test(matrix, readme_is_up_to_date)
{
	char *now = matrix(), *readme = cli_read("README.md");
	cr_assert(readme, "README.md can't be read");
	static const char begin[] = "<!-- matrix -->\n", end[] = "<!-- /matrix -->";
	char *from = strstr(readme, begin), *to = strstr(readme, end);
	cr_assert(from && to && from < to, "README.md has no matrix between its markers");
	*to = 0;
	cr_expect_str_eq(from + strlen(begin), now, "README.md is behind the tables: run make readme-matrix");
	free(readme);
	free(now);
}

static bool is_unknown(const char *text, enum reason why)
{
	struct object *o;
	char err[300] = "";
	bool unknown = false;
	cr_assert_eq(object_assemble("t", text, &o, err, sizeof err), OBJECT_OK, "%s in %s", err, text);
	const struct map *maps[] = {o->maps, o->maps + 1};
	const uint32_t numbers[] = {0, 1};
	struct term_pool *pool = term_new_pool();
	struct world *w = world_new(pool, o->programs[0]->type, maps, o->n_maps);
	struct run *r = run_new(w, o->programs[0], numbers);
	run_execute(r);
	for (size_t i = 0; i < r->n_unknowns; i++)
		unknown |= r->unknowns[i].reason == why;
	run_free(r);
	world_free(w);
	term_free_pool(pool);
	object_free(o);
	return unknown;
}

Test(matrix, map_types_are_as_the_machine_has_them)
{
	char *text = matrix();
	for (int i = 1; i < MAPTYPE_COUNT; i++) {
		char program[400], not[64];
		snprintf(program, sizeof program,
			 ".program p xdp\n.map i ARRAY 4 8 4\n.map m %s 4 8 4 0 i\n*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\nr1 = m ll\n"
			 "call map_lookup_elem\nr0 = 0\nexit\n",
			 maptype_rows[i].name);
		snprintf(not, sizeof not, "\n| %s | not modelled |", maptype_rows[i].name);
		cr_expect_eq(strstr(text, not) != NULL, is_unknown(program, REASON_MAPTYPE), "%s",
			     maptype_rows[i].name);
	}
	free(text);
}

/* A call with arguments of the row's kinds; false if a kind can't be had so simply. */
static bool write_call(const struct helper_row *row, const char *section, char *text, size_t len)
{
	static const char *const values[] = {
	    [ARG_ANY] = "0",        [ARG_INT] = "0",          [ARG_CTX] = "r6",           [ARG_MAP] = "m ll",
	    [ARG_KEY] = "r7",       [ARG_VALUE] = "r7",       [ARG_VALUE_OR_NULL] = "r7", [ARG_VALUE_OUT] = "r7",
	    [ARG_MEM] = "r7",       [ARG_MEM_OR_NULL] = "r7", [ARG_MEM_OUT] = "r7",       [ARG_MEM_OUT_OR_NULL] = "r7",
	    [ARG_MEM_INOUT] = "r7", [ARG_MEM_PART] = "r7",    [ARG_SIZE] = "8",           [ARG_SIZE0] = "8",
	    [ARG_OUT4] = "r7",      [ARG_OUT8] = "r7",        [ARG_INOUT4] = "r7",        [ARG_MEM20] = "r7",
	    [ARG_MEM40] = "r7",     [ARG_CTX_OR_NULL] = "r6", [ARG_CTX_OR_KERNEL] = "r6", [ARG_KERNEL_OR_NULL] = "0",
	    [ARG_STRING] = "r7",    [ARG_PERCPU] = NULL,
	};
	int n = snprintf(text, len, ".program p %s\n.map m HASH 8 8 4\nr6 = r1\nr7 = r10\nr7 += -64\n", section);
	for (int i = 1; i <= 8; i++)
		n += snprintf(text + n, len - (size_t)n, "*(u64 *)(r10 - %d) = 0\n", 8 * i);
	for (int i = 0; i < 5 && row->args[i] != ARG_NONE; i++) {
		if (!values[row->args[i]])
			return false;
		n += snprintf(text + n, len - (size_t)n, "r%d = %s\n", i + 1, values[row->args[i]]);
	}
	snprintf(text + n, len - (size_t)n, "call %u\nr0 = 0\nexit\n", row->id);
	return true;
}

Test(matrix, helpers_are_as_the_machine_has_them)
{
	static const struct {
		enum progtype type;
		const char *section;
	} kinds[] = {{PROGTYPE_XDP, "xdp"},
		     {PROGTYPE_SCHED_CLS, "tc"},
		     {PROGTYPE_KPROBE, "kprobe/x"},
		     {PROGTYPE_SOCK_OPS, "sockops"},
		     {PROGTYPE_CGROUP_SYSCTL, "cgroup/sysctl"},
		     {PROGTYPE_LWT_XMIT, "lwt_xmit"},
		     {PROGTYPE_SK_MSG, "sk_msg"}};
	char *text = matrix(), call[1600], name[80];
	char *none = strstr(text, "| not modelled: a run that reaches it is unknown |");
	cr_assert(none);
	size_t checked = 0;
	for (size_t i = 0; i < helper_row_count; i++) {
		const struct helper_row *row = &helper_rows[i];
		bool opaque = row->model == MODEL_OPAQUE || row->model == MODEL_NONE;
		for (size_t k = 0; opaque && k < sizeof kinds / sizeof *kinds; k++) {
			if (!helper_allowed(row, kinds[k].type) ||
			    !write_call(row, kinds[k].section, call, sizeof call))
				continue;
			snprintf(name, sizeof name, " `%s` ", row->name);
			const char *end = strchr(none, '\n'), *at = strstr(none, name);
			cr_expect_eq(at && at < end, is_unknown(call, REASON_HELPER), "%s", row->name);
			checked++;
			break;
		}
	}
	cr_expect_gt(checked, 80, "only %zu helpers could be called", checked);
	free(text);
}

/* the rest */

Test(cli, help_and_version)
{
	struct cli_result r = cli_run("", "--help");
	cr_expect_eq(r.status, 0);
	for (size_t i = 0; i < 5; i++)
		cr_expect(strstr(r.out, ((const char *[]){"equiv", "run", "conform", "show", "matrix"})[i]), "%s",
			  r.out);
	cr_expect(strstr(r.out, "--map=NAME=JSON"), "%s", r.out);
	cli_release(&r);
	expect_status(0, "", "--version");
	expect_status(64, "--kernel=maybe: auto|require|off was expected", "safe --kernel=maybe nothing.s");
	expect_status(66, "auto.s", "safe --kernel auto.s");
	expect_status(66, "nothing.s", "safe --kernel off nothing.s");
	r = cli_run("", " ");
	cr_expect_eq(r.status, 64);
	cli_release(&r);
}
