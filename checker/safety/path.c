/* SPDX-License-Identifier: BSD-2-Clause */
#include "checker/safety/path.h"

#include <inttypes.h>
#include <string.h>

static void end_step(struct path *t, const uint64_t regs[11], uint16_t known)
{
	struct path_step *s = &t->at[t->n++ % PATH_STEPS];
	*s = (struct path_step){.slot = t->slot};
	for (unsigned i = 0; i < 11; i++) {
		bool new = !(t->known & 1u << i) || t->regs[i] != regs[i];
		if ((known & 1u << i) && new)
			s->changed |= (uint16_t)(1u << i);
	}
	memcpy(s->regs, regs, sizeof s->regs);
}

/* An instruction ends when the next one begins. */
static void begin_step(void *arg, const struct program *p, uint32_t slot, const uint64_t regs[11], uint16_t known)
{
	struct path *t = arg;
	(void)p;
	if (t->begun)
		end_step(t, regs, known);
	memcpy(t->regs, regs, sizeof t->regs);
	t->known = known;
	t->slot = slot;
	t->begun = true;
}

void path_follow(struct path *path, const struct program *p, const struct input *in, unsigned safety)
{
	struct exec_outcome out;
	*path = (struct path){.program = p, .input = in};
	struct exec_options opt = {.safety = safety, .trace = begin_step, .trace_arg = path, .max_steps = 1000000};
	exec_run(p, in, &opt, &out);
	exec_release(&out);
}

static void name_offset(const char *name, int64_t off, char *buf, size_t len)
{
	if (off)
		snprintf(buf, len, "%s%+" PRId64, name, off);
	else
		snprintf(buf, len, "%s", name);
}

/* Inside of the addresses of a kind, with room for what lies behind the last of them. */
static bool is_of(enum input_fn fn, uint64_t word)
{
	return word >= input_rows[fn].lo - 0x2000 && word <= input_rows[fn].hi + 0xffff;
}

void path_name_value(const struct path *path, uint64_t word, uint64_t r10, char *buf, size_t len)
{
	static const struct {
		enum input_fn fn;
		const char *name;
	} kinds[] = {{IN_AT_STACK, "stack"},  {IN_AT_VALUE, "map value"}, {IN_AT_DATA, "global data"},
		     {IN_AT_MAP, "map"},      {IN_AT_MEM, "record"},      {IN_AT_KERNEL, "kernel object"},
		     {IN_AT_FUNC, "function"}};
	uint64_t epoch = 0, ctx = input_get(path->input, IN_AT_CTX, NULL, 0);
	bool moves = progtype_rows[path->program->type].packet == PACKET_SKB; /* it gets another place */
	uint64_t packet = input_get(path->input, IN_AT_PKT, &epoch, moves);
	if (word - ctx < 0x10000) {
		name_offset("ctx", (int64_t)(word - ctx), buf, len);
	} else if (word - packet + 0x1000 < 0x20000) {
		name_offset("packet", (int64_t)(word - packet), buf, len);
	} else if (word - r10 + 0x1000 < 0x2000) {
		name_offset("r10", (int64_t)(word - r10), buf, len);
	} else {
		snprintf(buf, len, word < 10 ? "%" PRIu64 : "0x%" PRIx64, word);
		for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
			if (is_of(kinds[i].fn, word))
				snprintf(buf, len, "%s 0x%" PRIx64, kinds[i].name, word);
	}
}

int path_print_insn(const struct program *p, uint32_t slot, char *buf, size_t len)
{
	const struct insn *in = &p->insns[slot];
	const struct helper_row *row =
	    in->op == ISA_CALL && in->src == CALL_HELPER ? helper_find((uint32_t)in->imm) : NULL;
	return row ? snprintf(buf, len, "call %s", row->name) : insn_print(in, buf, len);
}

static size_t first_step(const struct path *p)
{
	return p->n > PATH_STEPS ? p->n - PATH_STEPS : 0;
}

static void print_line(const struct path *p, uint32_t slot, uint32_t *last, FILE *out)
{
	const struct line *l = program_line(p->program, slot);
	if (!l || l->number == *last)
		return;
	*last = l->number;
	fprintf(out, "  %s:%u: %s\n", l->file, l->number, l->text + strspn(l->text, " \t"));
}

static void print_step(const struct path *p, const struct path_step *s, FILE *out)
{
	char text[160], value[64];
	int width = path_print_insn(p->program, s->slot, text, sizeof text);
	fprintf(out, "  %5u: %s", s->slot, text);
	for (unsigned i = 0, first = 1; i < 11; i++) {
		if (!(s->changed & 1u << i))
			continue;
		path_name_value(p, s->regs[i], s->regs[10], value, sizeof value);
		fprintf(out, "%*s%sr%u=%s", first && width < 40 ? 40 - width : 1, "", first ? "; " : "", i, value);
		first = 0;
	}
	fputc('\n', out);
}

void path_print(const struct path *p, FILE *out)
{
	char text[160];
	uint32_t line = 0;
	if (p->n > PATH_STEPS)
		fprintf(out, "  (the last %d of %" PRIu64 " instructions)\n", PATH_STEPS, p->n);
	for (uint64_t i = first_step(p); i < p->n; i++) {
		print_line(p, p->at[i % PATH_STEPS].slot, &line, out);
		print_step(p, &p->at[i % PATH_STEPS], out);
	}
	print_line(p, p->slot, &line, out);
	path_print_insn(p->program, p->slot, text, sizeof text);
	fprintf(out, "  %5u: %s\n", p->slot, text);
}

static json_t *step_json(const struct path *p, uint32_t slot)
{
	char text[160];
	path_print_insn(p->program, slot, text, sizeof text);
	const struct line *l = program_line(p->program, slot);
	json_t *o = json_pack("{s:i, s:s}", "instruction", (int)slot, "text", text);
	if (l)
		json_object_set_new(o, "line", json_sprintf("%s:%u: %s", l->file, l->number, l->text));
	return o;
}

json_t *path_json(const struct path *p)
{
	json_t *list = json_array();
	for (uint64_t i = first_step(p); i < p->n; i++) {
		const struct path_step *s = &p->at[i % PATH_STEPS];
		json_t *o = step_json(p, s->slot), *regs = json_object();
		for (unsigned k = 0; k < 11; k++) {
			char name[8], value[64];
			if (!(s->changed & 1u << k))
				continue;
			snprintf(name, sizeof name, "r%u", k);
			path_name_value(p, s->regs[k], s->regs[10], value, sizeof value);
			json_object_set_new(regs, name, json_string(value));
		}
		json_object_set_new(o, "registers", regs);
		json_array_append_new(list, o);
	}
	json_array_append_new(list, step_json(p, p->slot));
	return list;
}
