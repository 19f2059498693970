/* SPDX-License-Identifier: BSD-2-Clause */
/* Witnesses for people and programs: Example / First / Second, JSON, pcap. */
#include "checker/witness/witness.h"

#include <ctype.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The packet of a witness as bytes; the caller frees it. */
static uint8_t *packet_bytes(const struct input *in, size_t *n)
{
	*n = (size_t)(input_get(in, IN_PKT_LEN, NULL, 0) + input_get(in, IN_PKT_EXTRA, NULL, 0));
	uint8_t *bytes = malloc(*n + 1);
	if (!bytes)
		abort();
	for (size_t i = 0; i < *n; i++) {
		uint64_t off = i;
		bytes[i] = (uint8_t)input_get(in, IN_PKT, &off, 1);
	}
	return bytes;
}

static void print_packet(const struct input *in, FILE *out)
{
	size_t n;
	uint8_t *bytes = packet_bytes(in, &n);
	fprintf(out, "  packet of %zu bytes", n);
	if (input_get(in, IN_PKT_EXTRA, NULL, 0))
		fprintf(out, ", %llu of them linear", (unsigned long long)input_get(in, IN_PKT_LEN, NULL, 0));
	fprintf(out, "\n");
	for (size_t i = 0; i < n; i += 16) {
		fprintf(out, "    %04zx ", i);
		for (size_t k = i; k < i + 16 && k < n; k++)
			fprintf(out, " %02x", bytes[k]);
		fprintf(out, "\n");
	}
	free(bytes);
}

static const char *map_name(const struct pairing *maps, uint64_t number)
{
	return number < maps->n ? maps->maps[number]->name : "?";
}

/* What a CO-RE relocation of either program asks. */
static size_t core_text(const struct input_entry *e, const struct program *a, const struct program *b, char *buf, size_t len)
{
	const struct program *p[2] = {a, b};
	const char *path = "?";
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < p[side]->n_relos; i++)
			if (p[side]->relos[i].path == e->args[0])
				path = p[side]->relos[i].text;
	const char *what = e->args[1] == CORE_MEMORY_SIZE   ? "bytes of an access"
			   : e->args[1] == CORE_IS_UNSIGNED ? "is an unsigned integer"
			   : e->args[1] < CORE_KINDS	    ? core_rows[e->args[1]].text
							    : "?";
	return (size_t)snprintf(buf, len, "kernel's %.160s, %s", path, what);
}

static void entry_text(const struct input_entry *e, const struct program *a, const struct program *b,
                       const struct pairing *maps, char *buf, size_t len)
{
	const struct context_field *f;
	const struct helper_row *h;
	size_t n = 0;
	switch ((int)e->fn) {
	case IN_CTX:
		f = context_find(progtype_rows[a->type].context, e->args[0]);
		if (f && f->kind == FIELD_SCALAR)
			n = (size_t)snprintf(buf, len, "context %s, byte %llu", f->name, (unsigned long long)e->args[0] - f->off);
		else
			n = (size_t)snprintf(buf, len, "context byte %llu", (unsigned long long)e->args[0]);
		break;
	case IN_MAP_HAS:
	case IN_MAP_BYTE:
		n = (size_t)snprintf(buf, len, "map %s", map_name(maps, e->args[0]));
		if (e->fn == IN_MAP_BYTE)
			n += (size_t)snprintf(buf + n, len - n, ", value byte %llu", (unsigned long long)e->args[1]);
		n += (size_t)snprintf(buf + n, len - n, ", key");
		for (size_t i = e->fn == IN_MAP_BYTE ? 2 : 1; i < e->n && n + 20 < len; i++)
			n += (size_t)snprintf(buf + n, len - n, " 0x%llx", (unsigned long long)e->args[i]);
		break;
	case IN_CORE:
		n = core_text(e, a, b, buf, len);
		break;
	case IN_ORACLE:
	case IN_CONST:
	case IN_RESULT:
		h = helper_find((uint32_t)e->args[0]);
		n = (size_t)snprintf(buf, len, "bpf_%s, call %llu", h ? h->name : "?", (unsigned long long)e->args[1]);
		break;
	default:
		n = (size_t)snprintf(buf, len, "%s", input_rows[e->fn].text);
		for (size_t i = 0; i < e->n && n + 24 < len; i++)
			n += (size_t)snprintf(buf + n, len - n, "%s 0x%llx", i ? "," : "", (unsigned long long)e->args[i]);
	}
	if (n + 24 < len)
		snprintf(buf + n, len - n, " = 0x%llx", (unsigned long long)e->value);
}

/* Addresses and packet bytes have their own place or are of no interest. */
static bool is_listed(const struct input_entry *e)
{
	bool packet = e->fn == IN_PKT || e->fn == IN_PKT_LEN || e->fn == IN_SOME;
	return !packet && strncmp(input_rows[e->fn].name, "AT_", 3) != 0 && e->value != input_rows[e->fn].lo;
}

/* Where a run went: source lines in order of first instruction, to see where two runs part. */
struct track {
	const struct program *p;
	struct step {
		uint32_t slot, number;
	} *at;
	size_t n;
};

static void track_step(void *arg, const struct program *p, uint32_t slot, const uint64_t regs[11], uint16_t init)
{
	struct track *t = arg;
	(void)regs;
	(void)init;
	const struct line *l = program_line(p, slot);
	uint32_t number = l ? l->number : slot;
	if (t->n && t->at[t->n - 1].number == number)
		return;
	if ((t->n & (t->n - 1)) == 0) {
		t->at = realloc(t->at, 2 * (t->n ? t->n : 1) * sizeof *t->at);
		if (!t->at)
			abort();
	}
	t->at[t->n++] = (struct step){slot, number};
}

static void print_outcome(const struct program *p, const struct exec_outcome *o, const struct track *t, size_t part,
                          FILE *out)
{
	if (o->end == EXEC_FAULT)
		fprintf(out, "  fault at instruction %u: %s\n", o->slot, o->what);
	else if (o->end == EXEC_TAIL_CALL)
		fprintf(out, "  tail call to entry %llu\n", (unsigned long long)o->tail_index);
	else
		fprintf(out, "  returns %lld (0x%llx)\n", (long long)(int32_t)o->r0, (unsigned long long)o->r0);
	if (t->n == 0)
		return;
	const struct step *s = &t->at[part < t->n ? part : t->n - 1];
	char text[128];
	insn_print(&p->insns[s->slot], text, sizeof text);
	fprintf(out, "  the runs part at instruction %u: %s\n", s->slot, text);
	const struct line *l = program_line(p, s->slot);
	if (l)
		fprintf(out, "    %s:%u: %s\n", l->file, l->number, l->text + strspn(l->text, " \t"));
}

static void print_input(const struct program *a, const struct program *b, const struct pairing *maps,
                        const struct input *in, FILE *out)
{
	char text[256];
	if (progtype_rows[a->type].packet != PACKET_NONE)
		print_packet(in, out);
	for (size_t i = 0; i < input_count(in); i++) {
		const struct input_entry *e = input_at(in, i);
		if (!is_listed(e))
			continue;
		entry_text(e, a, b, maps, text, sizeof text);
		fprintf(out, "  %s\n", text);
	}
}

void witness_print_input(const struct program *p, const struct pairing *maps, const struct input *in, FILE *out)
{
	print_input(p, p, maps, in, out);
}

void witness_print(const struct program *a, const struct program *b, const struct equiv_result *r, FILE *out)
{
	const struct program *p[2] = {a, b};
	static const char *const title[2] = {"First", "Second"};
	struct track track[2] = {{.p = a}, {.p = b}};
	struct exec_outcome o[2];
	fprintf(out, "Example\n");
	print_input(a, b, &r->pairing, r->witness, out);
	size_t part = 0;
	for (int i = 0; i < 2; i++) {
		struct exec_options opt = {.map_numbers = r->pairing.number[i], .trace = track_step, .trace_arg = &track[i]};
		exec_run(p[i], r->witness, &opt, &o[i]);
	}
	while (part < track[0].n && part < track[1].n && track[0].at[part].number == track[1].at[part].number)
		part++;
	for (int i = 0; i < 2; i++) {
		fprintf(out, "%s\n", title[i]);
		print_outcome(p[i], &o[i], &track[i], part, out);
		exec_release(&o[i]);
		free(track[i].at);
	}
	fprintf(out, "Difference\n  %s\n", r->what);
	if (r->opaque)
		fprintf(out, "  (it rests on helper results that are not modelled exactly)\n");
	if (r->kernel == OPINION_CONFIRMED)
		fprintf(out, "Kernel\n  confirms: %s\n", r->kernel_text);
	else if (r->kernel == OPINION_SKIPPED)
		fprintf(out, "Kernel\n  not asked: %s\n", r->kernel_text);
}

json_t *witness_input_json(const struct input *in)
{
	json_t *entries = json_array();
	for (size_t i = 0; i < input_count(in); i++) {
		const struct input_entry *e = input_at(in, i);
		json_t *args = json_array();
		for (size_t k = 0; k < e->n; k++)
			json_array_append_new(args, json_sprintf("0x%llx", (unsigned long long)e->args[k]));
		json_array_append_new(entries, json_pack("{s:s, s:o, s:o}", "input", input_rows[e->fn].name, "arguments", args,
		                                         "value", json_sprintf("0x%llx", (unsigned long long)e->value)));
	}
	return entries;
}

json_t *witness_maps_json(const struct pairing *maps)
{
	json_t *names = json_array();
	for (size_t i = 0; i < maps->n; i++)
		json_array_append_new(names, json_string(maps->maps[i]->name));
	return names;
}

json_t *witness_json(const struct program *a, const struct program *b, const struct equiv_result *r)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "first", a->object->path, "second", b->object->path, "program",
	                 a->name, "difference", r->what, "maps", witness_maps_json(&r->pairing), "entries",
	                 witness_input_json(r->witness));
}

/* Writes through a temporary file of the same folder, so that `path` is whole or untouched. */
static bool write_file(const char *path, bool (*fill)(FILE *f, void *arg), void *arg, char *err, size_t len)
{
	char temp[4096];
	snprintf(temp, sizeof temp, "%.4000s.XXXXXX", path);
	int fd = mkstemp(temp);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	bool ok = f && fill(f, arg);
	if (f)
		ok = fclose(f) == 0 && ok;
	if (ok && rename(temp, path) == 0)
		return true;
	snprintf(err, len, "%s: can't be written: %s", path, strerror(errno));
	if (fd >= 0)
		unlink(temp);
	return false;
}

static bool fill_json(FILE *f, void *arg)
{
	return json_dumpf(arg, f, JSON_INDENT(2)) == 0 && fputc('\n', f) != EOF;
}

static bool fill_pcap(FILE *f, void *arg)
{
	size_t n;
	uint8_t *bytes = packet_bytes(arg, &n);
	pcap_t *p = pcap_open_dead(DLT_EN10MB, 65535 * 2);
	int fd = dup(fileno(f)); /* the dumper closes its own stream */
	FILE *own = fd < 0 ? NULL : fdopen(fd, "w");
	pcap_dumper_t *d = p && own ? pcap_dump_fopen(p, own) : NULL;
	bool ok = d != NULL;
	if (d) {
		struct pcap_pkthdr h = {.caplen = (bpf_u_int32)n, .len = (bpf_u_int32)n};
		pcap_dump((u_char *)d, &h, bytes);
		ok = pcap_dump_flush(d) == 0;
		pcap_dump_close(d);
	}
	if (p)
		pcap_close(p);
	free(bytes);
	return ok;
}

bool witness_save_json(json_t *json, enum progtype type, const struct input *in, const char *path, char *err,
                       size_t len)
{
	bool ok = write_file(path, fill_json, json, err, len);
	if (!ok || progtype_rows[type].packet == PACKET_NONE)
		return ok;
	char pcap[4096];
	const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');
	int stem = dot && (!slash || dot > slash) ? (int)(dot - path) : (int)strlen(path);
	snprintf(pcap, sizeof pcap, "%.*s.pcap", stem, path);
	return write_file(pcap, fill_pcap, (void *)in, err, len);
}

bool witness_save(const struct program *a, const struct program *b, const struct equiv_result *r, const char *path,
                  char *err, size_t len)
{
	json_t *j = witness_json(a, b, r);
	bool ok = witness_save_json(j, a->type, r->witness, path, err, len);
	json_decref(j);
	return ok;
}
