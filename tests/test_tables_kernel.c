/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables against the live kernel's verifier: every context access and every
 * helper of each program type, by loading programs of a few instructions. */
#include "tables_probe.h"

#define FAR 300 /* how far to go into contexts that are plain memory */

static uint8_t size_code(unsigned size)
{
	return size == 1 ? BPF_B : size == 2 ? BPF_H : size == 4 ? BPF_W : BPF_DW;
}

static bool kernel_permits(const struct kind *kind, unsigned off, unsigned size, bool write)
{
	const struct bpf_insn insns[] = {
	    {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .imm = 0},
	    write ? (struct bpf_insn){.code = (uint8_t)(BPF_STX | BPF_MEM | size_code(size)),
				      .dst_reg = 1,
				      .src_reg = 2,
				      .off = (int16_t)off}
		  : (struct bpf_insn){.code = (uint8_t)(BPF_LDX | BPF_MEM | size_code(size)),
				      .dst_reg = 2,
				      .src_reg = 1,
				      .off = (int16_t)off},
	    RETURN_1,
	};
	return load(kind, insns, 4, NULL, 0) == 0;
}

static bool kernel_has_helper(const struct kind *kind, uint32_t id)
{
	static char log[4096];
	const struct bpf_insn insns[] = {
	    {.code = BPF_JMP | BPF_CALL, .imm = (int32_t)id},
	    RETURN_1,
	};
	return load(kind, insns, 3, log, sizeof log) == 0 ||
	       (!strstr(log, "unknown func") && !strstr(log, "cannot use helper") && !strstr(log, "invalid func"));
}

/* Accesses that the kernel refuses and the rows allow, since they can't say it. */
static bool context_excepted(enum progtype type, unsigned off, unsigned size)
{
	/* the padding of dst_port, which only a read of 4 bytes may touch */
	if (type == PROGTYPE_CGROUP_SOCK)
		return off == 50 || off == 51;
	/* eth_protocol, not by single bytes */
	return type == PROGTYPE_SK_REUSEPORT && off >= 20 && off < 24 && size == 1;
}

#define FIRST_OF(i) (!(i) || kinds[(i)-1].type != kinds[i].type)

static bool any_permits(size_t i, unsigned off, unsigned size, bool write)
{
	for (size_t j = i; j < KINDS && kinds[j].type == kinds[i].type; j++)
		if (kernel_permits(&kinds[j], off, size, write))
			return true;
	return false;
}

static void compare_accesses(size_t i)
{
	enum progtype type = kinds[i].type;
	unsigned end = context_rows[progtype_rows[type].context].size;
	for (unsigned off = 0; off < end + 8 && off < FAR; off++) {
		for (unsigned k = 0; k < 8; k++) {
			unsigned size = 1u << k / 2;
			bool write = k & 1, expected = context_permits(type, off, size, write);
			cr_expect(context_excepted(type, off, size) || any_permits(i, off, size, write) == expected,
				  "%s: %s of %u bytes at %u, table says %d", progtype_rows[type].name,
				  write ? "write" : "read", size, off, expected);
		}
	}
}

Test(kernel, agrees_on_context_accesses)
{
	skip_unless_allowed();
	for (size_t i = 0; i < KINDS; i++) {
		if (!FIRST_OF(i))
			continue;
		int err = load_nothing(&kinds[i]);
		if (err)
			printf("skipped: programs of type %s: %s\n", progtype_rows[kinds[i].type].name, strerror(err));
		else
			compare_accesses(i);
	}
}

static bool any_has_helper(size_t i, uint32_t id)
{
	for (size_t j = i; j < KINDS && kinds[j].type == kinds[i].type; j++)
		if (kernel_has_helper(&kinds[j], id))
			return true;
	return false;
}

/* Helpers that the rows allow and this kernel may refuse all the same. */
static bool helper_excepted(const char *name)
{
	static const char *const names[] = {
	    "probe_write_user", /* not in a locked-down kernel */
	    "override_return",  /* CONFIG_BPF_KPROBE_OVERRIDE */
	    "get_netns_cookie", /* more types in 6.18 than in 6.12 */
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

Test(kernel, agrees_on_helpers)
{
	skip_unless_allowed();
	for (size_t i = 0; i < KINDS; i++) {
		if (!FIRST_OF(i) || load_nothing(&kinds[i]))
			continue;
		for (size_t h = 0; h < helper_row_count; h++) {
			const struct helper_row *row = &helper_rows[h];
			bool expected = helper_allowed(row, kinds[i].type);
			bool has = any_has_helper(i, row->id);
			cr_expect(has == expected || (!has && helper_excepted(row->name)), "%s: %s, table says %d",
				  progtype_rows[kinds[i].type].name, row->name, expected);
		}
	}
}
