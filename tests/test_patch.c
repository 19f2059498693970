/* SPDX-License-Identifier: BSD-2-Clause */
/* Patched objects: new instructions where they belong, everything else as it was, and tools and the kernel take them.
 */
#include "encode/object/image.h"
#include "encode/object/patch.h"
#include "synth/draft/draft.h"

#include <bpf/libbpf.h>
#include <criterion/criterion.h>
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/test_patch.XXXXXX";
static char source[64], object[64], patched[64], again[64];
static char err[400];

static void setup(void)
{
	cr_assert(mkdtemp(dir));
	snprintf(source, sizeof source, "%s/a.c", dir);
	snprintf(object, sizeof object, "%s/a.o", dir);
	snprintf(patched, sizeof patched, "%s/b.o", dir);
	snprintf(again, sizeof again, "%s/c.o", dir);
	libbpf_set_print(NULL);
}

static void teardown(void)
{
	unlink(source);
	unlink(object);
	unlink(patched);
	unlink(again);
	rmdir(dir);
}

TestSuite(patch, .init = setup, .fini = teardown);

static struct object *read_object(const char *path)
{
	struct object *o;
	enum object_error e = object_read(path, &o, err, sizeof err);
	cr_assert(e == OBJECT_OK, "%s", err);
	return o;
}

static struct object *build_with(const char *clang, const char *body)
{
	char command[400];
	FILE *f = fopen(source, "w");
	cr_assert(f);
	fprintf(f,
		"#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\nchar _license[] SEC(\"license\") = \"GPL\";\n%s",
		body);
	fclose(f);
	snprintf(command, sizeof command,
		 "%s -O2 -g -Wno-everything -target bpf -I/usr/include/x86_64-linux-gnu -c %s -o %s", clang, source,
		 object);
	cr_assert(!system(command));
	return read_object(object);
}

static struct object *build(const char *body)
{
	return build_with("clang-14", body);
}

/* Two programs of one section and one of another, functions of .text that call each other, maps, data, a callback. */
static const char everything[] =
    "struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, int); __type(value, long); }\n"
    "counts SEC(\".maps\"), others SEC(\".maps\");\n"
    "long total = 3; const volatile int limit = 9; static int hidden;\n"
    "static __noinline int leaf(int x) { hidden += x; return x * limit; }\n"
    "static __noinline int middle(int x) { return leaf(x + 1) + leaf(x ^ 5); }\n"
    "static long each(__u32 i, int *sum) { *sum += i; return 0; }\n"
    "SEC(\"xdp\") int first(struct xdp_md *c) {\n"
    "	int k = 1; long *v = bpf_map_lookup_elem(&counts, &k);\n"
    "	if (v) *v += middle(c->rx_queue_index);\n"
    "	total += k;\n"
    "	return XDP_PASS;\n"
    "}\n"
    "SEC(\"xdp\") int second(struct xdp_md *c) {\n"
    "	int k = 2; long *v = bpf_map_lookup_elem(&others, &k);\n"
    "	return v && *v > total ? XDP_DROP : XDP_PASS;\n"
    "}\n"
    "SEC(\"tc\") int third(struct __sk_buff *s) {\n"
    "	int sum = s->mark; bpf_loop(3, each, &sum, 0);\n"
    "	return leaf(sum);\n"
    "}\n";

static struct insn nowhere(void)
{
	return (struct insn){.op = ISA_JA};
}

/* The program with `goto +0` before every third instruction of its own function. */
static struct version padded(const struct program *p)
{
	struct draft *d = draft_new(p, NULL);
	struct version v;
	for (uint32_t slot = p->subs[0].end; slot-- > 0;)
		if (slot % 3 == 0 && p->insns[slot].op != ISA_WIDE_TAIL)
			draft_insert(d, slot, nowhere(), slot, DRAFT_NEW);
	for (uint32_t i = 0; i < d->n; i++)
		if (d->items[i].origin == DRAFT_NEW)
			d->items[i].target = i + 1;
	cr_assert(draft_build(d, &v));
	draft_free(d);
	return v;
}

static struct version stripped(const struct program *p)
{
	struct draft *d = draft_new(p, NULL);
	struct version v;
	for (uint32_t i = 0; i < d->n; i++)
		if (d->items[i].in.op == ISA_JA && d->items[i].in.off == 0)
			draft_kill(d, i);
	cr_assert(draft_build(d, &v));
	draft_free(d);
	return v;
}

typedef struct version edit_fn(const struct program *p);

static void patch_all(const char *from, const char *to, edit_fn *edit)
{
	struct object *o = read_object(from);
	struct version v[8];
	struct object_patch patches[8];
	for (size_t i = 0; i < o->n_programs; i++) {
		v[i] = edit(o->programs[i]);
		patches[i] = (struct object_patch){o->programs[i], v[i].p, v[i].origin};
	}
	cr_assert(object_patch(o, patches, o->n_programs, to, err, sizeof err), "%s", err);
	for (size_t i = 0; i < o->n_programs; i++)
		version_release(&v[i]);
	object_free(o);
}

static void same_line(const struct program *p, size_t i, const struct program *q, size_t k)
{
	const struct line *x = program_line(p, i), *y = program_line(q, k);
	cr_assert_eq(!x, !y, "%s: %zu", p->name, i);
	cr_assert(!x || (x->number == y->number && !strcmp(x->text, y->text) && !strcmp(x->file, y->file)),
		  "%s: %zu: %s / %s", p->name, i, x->text, y->text);
}

static void same_programs(const struct object *o, const struct object *q)
{
	cr_assert_eq(o->n_programs, q->n_programs);
	for (size_t i = 0; i < o->n_programs; i++) {
		const struct program *x = o->programs[i], *y = q->programs[i];
		cr_assert_str_eq(x->name, y->name);
		cr_assert_eq(x->n, y->n);
		cr_assert_eq(x->n_relos, y->n_relos);
		for (size_t s = 0; s < x->n; s++) {
			cr_assert(x->insns[s].op == y->insns[s].op && x->insns[s].imm == y->insns[s].imm &&
				      x->insns[s].off == y->insns[s].off && x->insns[s].imm64 == y->insns[s].imm64,
				  "%s: %zu", x->name, s);
			same_line(x, s, y, s);
		}
	}
}

Test(patch, patching_nothing_changes_nothing)
{
	struct object *o = build(everything), *q;
	cr_assert(object_patch(o, NULL, 0, patched, err, sizeof err), "%s", err);
	q = read_object(patched);
	same_programs(o, q);
	object_free(o);
	object_free(q);
}

Test(patch, inserted_and_removed_again_is_what_it_was)
{
	struct object *o = build(everything), *q;
	patch_all(object, patched, padded);
	q = read_object(patched);
	for (size_t i = 0; i < o->n_programs; i++)
		cr_assert(q->programs[i]->n > o->programs[i]->n, "%s", o->programs[i]->name);
	object_free(q);
	patch_all(patched, again, stripped);
	q = read_object(again);
	same_programs(o, q);
	object_free(o);
	object_free(q);
}

Test(patch, lines_follow_their_instructions)
{
	struct object *o = build(everything), *q;
	struct program *p = object_find(o, "first"), *r;
	struct version v = padded(p);
	struct object_patch patch = {p, v.p, v.origin};
	cr_assert(object_patch(o, &patch, 1, patched, err, sizeof err), "%s", err);
	q = read_object(patched);
	r = object_find(q, "first");
	cr_assert_eq(r->n, v.p->n);
	for (size_t i = 0; i < r->n; i++)
		if (v.origin[i] != DRAFT_NEW && r->insns[i].op != ISA_WIDE_TAIL)
			same_line(p, v.origin[i], r, i);
	for (size_t i = 0; i < r->n_subs; i++) /* the kernel wants one there */
		cr_assert(program_line(r, r->subs[i].start), "%s", r->subs[i].name);
	version_release(&v);
	object_free(o);
	object_free(q);
}

Test(patch, other_programs_stay_byte_for_byte)
{
	struct object *o = build(everything), *q;
	struct program *p = object_find(o, "second"), *third = object_find(o, "third"), *r;
	struct version v = padded(p);
	struct object_patch patch = {p, v.p, v.origin};
	cr_assert(object_patch(o, &patch, 1, patched, err, sizeof err), "%s", err);
	q = read_object(patched);
	r = object_find(q, "third");
	cr_assert_eq(third->n, r->n);
	cr_assert_eq(memcmp(third->insns, r->insns, r->n * sizeof *r->insns), 0);
	version_release(&v);
	object_free(o);
	object_free(q);
}

/* -1: this user may not ask the kernel. */
static int load(const char *path)
{
	struct bpf_object *o = bpf_object__open_file(path, NULL);
	cr_assert(o);
	int e = bpf_object__load(o);
	bpf_object__close(o);
	return e == -EPERM ? -1 : e == 0;
}

Test(patch, kernel_loads_it)
{
	object_free(build(everything));
	if (load(object) < 0)
		cr_skip_test("not allowed to load programs");
	cr_assert_eq(load(object), 1);
	patch_all(object, patched, padded);
	cr_assert_eq(load(patched), 1);
	patch_all(patched, again, stripped);
	cr_assert_eq(load(again), 1);
}

static bool has_tool(const char *name)
{
	char command[100];
	snprintf(command, sizeof command, "command -v %s >/dev/null", name);
	return !system(command);
}

/* Does the output of "COMMAND FILE" hold the text? */
static bool prints(const char *command, const char *path, const char *text)
{
	char line[600];
	bool found = false;
	snprintf(line, sizeof line, "%s %s 2>&1", command, path);
	FILE *f = popen(line, "r");
	cr_assert(f);
	while (fgets(line, sizeof line, f))
		found |= strstr(line, text) != NULL;
	pclose(f);
	return found;
}

Test(patch, bpftool_makes_a_skeleton)
{
	if (!has_tool("bpftool"))
		cr_skip_test("no bpftool");
	object_free(build(everything));
	patch_all(object, patched, padded);
	cr_assert(prints("bpftool gen skeleton", patched, "struct bpf_program *second"));
}

Test(patch, objdump_shows_source_lines)
{
	if (!has_tool("llvm-objdump-19"))
		cr_skip_test("no llvm-objdump-19");
	object_free(build(everything));
	patch_all(object, patched, padded);
	cr_assert(prints("llvm-objdump-19 -S", patched, "; \ttotal += k;"));
	cr_assert(prints("llvm-objdump-19 -S", patched, "<second>:"));
	cr_assert_not(prints("llvm-objdump-19 -h", patched, ".debug_"));
}

/* A function that two programs have: it is changed in both or not at all. */
static struct version lonely_leaf(const struct program *p, int32_t imm)
{
	struct draft *d = draft_new(p, NULL);
	struct version v;
	for (size_t i = 0; i < p->n_subs; i++)
		if (!strcmp(p->subs[i].name, "leaf")) {
			draft_insert(d, p->subs[i].start,
				     (struct insn){.op = ISA_MOV, .width = 64, .k = true, .dst = 0, .imm = imm}, 0,
				     DRAFT_NEW);
			break;
		}
	cr_assert(draft_build(d, &v));
	draft_free(d);
	return v;
}

static bool patch_leaf(int32_t in_first, int32_t in_third, bool both)
{
	struct object *o = build(everything);
	struct program *p = object_find(o, "first"), *q = object_find(o, "third");
	struct version v[] = {lonely_leaf(p, in_first), lonely_leaf(q, in_third)};
	struct object_patch patches[] = {{p, v[0].p, v[0].origin}, {q, v[1].p, v[1].origin}};
	bool ok = object_patch(o, patches, both ? 2 : 1, patched, err, sizeof err);
	version_release(&v[0]);
	version_release(&v[1]);
	object_free(o);
	return ok;
}

Test(patch, shared_function_changes_in_all_programs)
{
	cr_assert(patch_leaf(1, 1, true), "%s", err);
	cr_assert_neq(load(patched), 0);
	struct object *q = read_object(patched);
	for (size_t i = 0; i < q->n_programs; i++)
		for (size_t s = 0; s < q->programs[i]->n_subs; s++)
			if (!strcmp(q->programs[i]->subs[s].name, "leaf"))
				cr_assert_eq(q->programs[i]->insns[q->programs[i]->subs[s].start].imm, 1);
	object_free(q);
}

Test(patch, shared_function_is_refused_if_another_program_keeps_it)
{
	cr_assert_not(patch_leaf(1, 1, false));
	cr_assert(strstr(err, "function leaf: expected program third not to use it as it was"), "%s", err);
	cr_assert(access(patched, F_OK), "nothing is written");
}

Test(patch, shared_function_is_refused_if_it_becomes_two)
{
	cr_assert_not(patch_leaf(1, 2, true));
	cr_assert(strstr(err, "function leaf: expected it to become the same"), "%s", err);
}

Test(patch, says_which_functions_are_shared)
{
	struct object *o = build(everything);
	const struct program *p = object_find(o, "first");
	for (size_t i = 0; i < p->n_subs; i++)
		cr_assert_eq(object_shares(p, &p->subs[i]), !strcmp(p->subs[i].name, "leaf"), "%s", p->subs[i].name);
	object_free(o);
}

/* The program that can't be linked has the address of what is no data section. */
Test(patch, function_is_shared_if_a_program_is_not_known)
{
	struct object *o = build("int odd SEC(\"strange\") = 1;\n"
				 "static __noinline int leaf(int x) { return x * 3; }\n"
				 "SEC(\"xdp\") int known(struct xdp_md *c) { return leaf(c->rx_queue_index); }\n"
				 "SEC(\"tc\") int unknown(struct __sk_buff *s) { return leaf(odd); }\n");
	struct program *p = object_find(o, "known");
	struct version v = lonely_leaf(p, 1), own = padded(p);
	struct object_patch patch = {p, v.p, v.origin}, in_entry = {p, own.p, own.origin};
	cr_assert(object_find(o, "unknown")->error);
	cr_assert(p->n_subs == 2 && !object_shares(p, &p->subs[0]) && object_shares(p, &p->subs[1]));
	cr_assert_not(object_patch(o, &patch, 1, patched, err, sizeof err));
	cr_assert(strstr(err, "function leaf: expected program unknown not to use it as it was"), "%s", err);
	cr_assert(object_patch(o, &in_entry, 1, patched, err, sizeof err), "%s", err);
	version_release(&v);
	version_release(&own);
	object_free(o);
}

Test(patch, new_address_takes_over_a_relocation)
{
	struct object *o = build(everything), *q;
	struct program *p = object_find(o, "second");
	struct draft *d = draft_new(p, NULL);
	struct version v;
	int map = object_find_map(o, "counts"); /* which only the first program names */
	struct insn in = {.op = ISA_LDDW, .width = 64, .dst = 3, .src = WIDE_MAP, .imm = map, .imm64 = (uint32_t)map};
	draft_insert(d, 0, in, 0, DRAFT_NEW);
	cr_assert(draft_build(d, &v));
	draft_free(d);
	struct object_patch patch = {p, v.p, v.origin};
	cr_assert(object_patch(o, &patch, 1, patched, err, sizeof err), "%s", err);
	q = read_object(patched);
	const struct insn *r = object_find(q, "second")->insns;
	cr_assert(r->op == ISA_LDDW && r->src == WIDE_MAP && r->dst == 3);
	cr_assert_str_eq(q->maps[r->imm].name, "counts");
	version_release(&v);
	object_free(o);
	object_free(q);
}

Test(patch, address_in_data_may_get_another_offset)
{
	struct object *o = build("long a[4] = {1, 2, 3, 4};\n"
				 "SEC(\"xdp\") int f(struct xdp_md *c) { return a[1]; }\n"),
		      *q;
	struct program *p = o->programs[0];
	struct draft *d = draft_new(p, NULL);
	struct version v;
	cr_assert(p->insns[0].op == ISA_LDDW && p->insns[0].src == WIDE_MAP_VALUE);
	d->items[0].in.imm64 = (d->items[0].in.imm64 & UINT32_MAX) | 24ull << 32;
	cr_assert(draft_build(d, &v));
	draft_free(d);
	struct object_patch patch = {p, v.p, v.origin};
	cr_assert(object_patch(o, &patch, 1, patched, err, sizeof err), "%s", err);
	q = read_object(patched);
	cr_assert_eq(q->programs[0]->insns[0].imm64 >> 32, 24);
	version_release(&v);
	object_free(o);
	object_free(q);
}

static const char moving[] = "struct task_struct { int pid, tgid; } __attribute__((preserve_access_index));\n"
			     "SEC(\"kprobe/x\") int f(void *ctx) {\n"
			     "	struct task_struct *t = (void *)bpf_get_current_task();\n"
			     "	int pid = 0, tgid = 0;\n"
			     "	bpf_probe_read_kernel(&pid, 4, &t->pid);\n"
			     "	bpf_probe_read_kernel(&tgid, 4, &t->tgid);\n"
			     "	return pid + tgid;\n"
			     "}\n";

Test(patch, core_records_move_with_their_instructions)
{
	struct object *o = build(moving), *q;
	const struct program *p = o->programs[0], *r;
	cr_assert_eq(p->n_relos, 2);
	patch_all(object, patched, padded);
	q = read_object(patched);
	r = q->programs[0];
	cr_assert_eq(r->n_relos, 2);
	for (size_t i = 0; i < 2; i++) {
		cr_assert(r->relos[i].slot > p->relos[i].slot);
		cr_assert_eq(r->relos[i].path, p->relos[i].path);
		cr_assert_eq(r->insns[r->relos[i].slot].imm, p->insns[p->relos[i].slot].imm);
	}
	object_free(o);
	object_free(q);
}

static struct version without_last_record(const struct program *p)
{
	struct draft *d = draft_new(p, NULL);
	struct version v;
	draft_kill(d, p->relos[p->n_relos - 1].slot);
	cr_assert(draft_build(d, &v));
	draft_free(d);
	return v;
}

static struct version without_records(const struct program *p)
{
	struct draft *d = draft_new(p, NULL);
	struct version v;
	for (size_t i = 0; i < p->n_relos; i++)
		draft_kill(d, p->relos[i].slot);
	cr_assert(draft_build(d, &v));
	draft_free(d);
	return v;
}

Test(patch, core_records_go_with_their_instructions)
{
	object_free(build(moving));
	patch_all(object, patched, without_last_record);
	struct object *q = read_object(patched);
	cr_assert_eq(q->programs[0]->n_relos, 1);
	object_free(q);
	patch_all(object, patched, without_records);
	q = read_object(patched);
	cr_assert(q->programs[0]->n_relos == 0 && q->n_core_relos == 0);
	object_free(q);
	struct bpf_object *o = bpf_object__open_file(patched, NULL);
	cr_assert(o);
	bpf_object__close(o);
}

Test(patch, core_record_of_another_value_is_refused)
{
	struct object *o = build(moving);
	struct program *p = o->programs[0];
	struct draft *d = draft_new(p, NULL);
	struct version v;
	d->items[p->relos[1].slot].in.imm += 4;
	cr_assert(draft_build(d, &v));
	draft_free(d);
	struct object_patch patch = {p, v.p, v.origin};
	cr_assert_not(object_patch(o, &patch, 1, patched, err, sizeof err));
	cr_assert(strstr(err, "expected the value that its CO-RE relocation had"), "%s", err);
	version_release(&v);
	object_free(o);
}

Test(patch, resolved_core_relocations_are_refused)
{
	struct object *o = build(moving);
	if (object_resolve(o, "kernel", err, sizeof err) != OBJECT_OK)
		cr_skip_test("the kernel doesn't show its types");
	struct program *p = o->programs[0];
	struct version v = padded(p);
	struct object_patch patch = {p, v.p, v.origin};
	cr_assert_not(object_patch(o, &patch, 1, patched, err, sizeof err));
	cr_assert(strstr(err, "function f: expected its CO-RE relocations unresolved"), "%s", err);
	version_release(&v);
	object_free(o);
}

Test(patch, assembled_object_has_no_file_to_patch)
{
	struct object *o;
	cr_assert(object_assemble("a.txt", "r0 = 0\nexit\n", &o, err, sizeof err) == OBJECT_OK, "%s", err);
	cr_assert_not(object_patch(o, NULL, 0, patched, err, sizeof err));
	cr_assert(strstr(err, "expected an object that was read from an ELF file"), "%s", err);
	object_free(o);
}

Test(patch, file_is_replaced_whole_or_not_at_all)
{
	char nowhere_path[100];
	struct object *o = build(everything);
	FILE *f = fopen(patched, "w");
	fputs("old", f);
	fclose(f);
	cr_assert(!symlink("b.o", again));
	cr_assert(object_patch(o, NULL, 0, again, err, sizeof err), "%s", err);
	struct stat st;
	cr_assert(!lstat(again, &st) && S_ISLNK(st.st_mode), "the link stays");
	object_free(read_object(patched));
	snprintf(nowhere_path, sizeof nowhere_path, "%s/none/b.o", dir);
	cr_assert_not(object_patch(o, NULL, 0, nowhere_path, err, sizeof err));
	cr_assert(strstr(err, "expected a file to write"), "%s", err);
	object_free(o);
}

static void open_image(const char *path, struct image *im, uint8_t *bytes, size_t room)
{
	FILE *f = fopen(path, "rb");
	cr_assert(f);
	size_t n = fread(bytes, 1, room, f);
	fclose(f);
	*im = (struct image){.path = path, .err = err, .errlen = sizeof err};
	cr_assert(image_open(im, bytes, n), "%s", err);
}

/* The labels of basic blocks that older compilers leave go with the instructions that they stand for. */
Test(patch, labels_and_sizes_follow)
{
	static uint8_t bytes[2][1 << 16];
	struct image im[2];
	struct object *o = build(everything);
	struct program *p = object_find(o, "first");
	struct version v = padded(p);
	struct object_patch patch = {p, v.p, v.origin};
	size_t labels = 0;
	cr_assert(object_patch(o, &patch, 1, patched, err, sizeof err), "%s", err);
	open_image(object, &im[0], bytes[0], sizeof bytes[0]);
	open_image(patched, &im[1], bytes[1], sizeof bytes[1]);
	for (size_t i = 0; i < im[0].n_symbols; i++) {
		const struct symbol *x = &im[0].symbols[i];
		if (x->section != p->subs[0].section || x->type == STT_SECTION || x->value >= p->subs[0].end * 8u)
			continue;
		const struct symbol *y = image_find_symbol(&im[1], x->section, x->name);
		cr_assert(y, "%s", x->name);
		labels += x->type == STT_NOTYPE;
		if (x->type == STT_FUNC)
			cr_assert(y->value == 0 && y->size == v.p->subs[0].end * 8u);
		else
			cr_assert_eq(v.origin[y->value / 8], x->value / 8, "%s", x->name);
	}
	cr_assert_gt(labels, 0);
	image_close(&im[0]);
	image_close(&im[1]);
	version_release(&v);
	object_free(o);
}

/* Section 0 may say any size. */
Test(patch, sections_without_bytes_take_no_room)
{
	object_free(build(everything));
	FILE *f = fopen(object, "r+");
	Elf64_Ehdr h;
	Elf64_Shdr none = {.sh_size = 1ull << 50};
	cr_assert(f && fread(&h, sizeof h, 1, f) == 1 && !fseek(f, (long)h.e_shoff, SEEK_SET) &&
		  fwrite(&none, sizeof none, 1, f) == 1 && !fclose(f));
	patch_all(object, patched, padded);
	struct stat st;
	cr_assert(!stat(patched, &st) && st.st_size < 1 << 20);
}

Test(patch, newer_compiler_reads_back)
{
	object_free(build_with("clang-19", everything));
	patch_all(object, patched, padded);
	patch_all(patched, again, stripped);
	struct object *o = read_object(object), *q = read_object(again);
	same_programs(o, q);
	object_free(o);
	object_free(q);
}
