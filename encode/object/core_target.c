/* SPDX-License-Identifier: BSD-2-Clause */
/* The types to resolve against: a running kernel's, or a file's (checked before libbpf sees them). */
#include "core.h"

#include "loader.h"
#include "memory.h"

#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define KERNEL_BTF "/sys/kernel/btf"

struct file {
	int fd;
	const uint8_t *bytes;
	size_t len;
};

static enum object_error open_file(const char *path, struct file *f, char *err, size_t errlen)
{
	struct stat st;
	*f = (struct file){.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
	if (f->fd < 0 || fstat(f->fd, &st)) {
		snprintf(err, errlen, "%s: expected a file of types to read: %s", path, strerror(errno));
		return OBJECT_UNREADABLE;
	}
	if (!S_ISREG(st.st_mode) || !st.st_size) {
		snprintf(err, errlen, "%s: expected a file of types, found one that is %s", path,
			 S_ISREG(st.st_mode) ? "empty" : "not a regular file");
		return S_ISREG(st.st_mode) ? OBJECT_MALFORMED : OBJECT_UNREADABLE;
	}
	f->len = (size_t)st.st_size;
	void *p = mmap(NULL, f->len, PROT_READ | PROT_WRITE, MAP_PRIVATE, f->fd, 0); /* libelf may convert in place */
	if (p == MAP_FAILED) {
		snprintf(err, errlen, "%s: expected a file of types to read: %s", path, strerror(errno));
		return OBJECT_UNREADABLE;
	}
	f->bytes = p;
	return OBJECT_OK;
}

static void close_file(struct file *f)
{
	if (f->bytes)
		munmap((void *)(uintptr_t)f->bytes, f->len);
	if (f->fd >= 0)
		close(f->fd);
}

/* The contents of .BTF, a copy; NULL if there are none inside the file. */
static uint8_t *elf_types(const struct file *f, size_t *len)
{
	Elf *elf = elf_memory((char *)(uintptr_t)f->bytes, f->len);
	Elf_Scn *scn = NULL;
	size_t names;
	uint8_t *copy = NULL;
	if (elf && elf_getshdrstrndx(elf, &names))
		names = 0;
	while (elf && !copy && (scn = elf_nextscn(elf, scn))) {
		GElf_Shdr h;
		const char *name = gelf_getshdr(scn, &h) ? elf_strptr(elf, names, h.sh_name) : NULL;
		if (!name || strcmp(name, ".BTF") || h.sh_type == SHT_NOBITS || h.sh_offset > f->len ||
		    h.sh_size > f->len - h.sh_offset)
			continue;
		*len = (size_t)h.sh_size;
		copy = memory_new(*len, 1);
		memcpy(copy, f->bytes + h.sh_offset, *len);
	}
	elf_end(elf);
	return copy;
}

static struct btf *quietly_new(const uint8_t *bytes, size_t len)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	struct btf *btf = btf__new(bytes, (uint32_t)len);
	libbpf_set_print(print);
	return libbpf_get_error(btf) ? NULL : btf;
}

static bool parse_file(struct object_types *t, const char *path, const struct file *f, char *err, size_t errlen)
{
	size_t len = f->len;
	uint8_t *own = NULL;
	char why[160];
	elf_version(EV_CURRENT);
	bool is_elf = f->len >= SELFMAG && !memcmp(f->bytes, ELFMAG, SELFMAG);
	if (is_elf && !(own = elf_types(f, &len))) {
		snprintf(err, errlen, "%s: expected an ELF file with a section .BTF", path);
		return false;
	}
	const uint8_t *bytes = is_elf ? own : f->bytes;
	bool ok = types_check_header(bytes, len, why, sizeof why);
	if (ok && (t->btf[0] = quietly_new(bytes, len)))
		t->n = 1;
	else
		snprintf(err, errlen, "%s: %s", path, ok ? "expected type records that libbpf reads" : why);
	free(own);
	return t->n == 1;
}

static enum object_error open_kernel(struct object_types *t, char *err, size_t errlen)
{
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	struct btf *btf = btf__load_vmlinux_btf();
	libbpf_set_print(print);
	if (libbpf_get_error(btf)) {
		snprintf(err, errlen, "kernel: expected its types in %s/vmlinux", KERNEL_BTF);
		return OBJECT_UNREADABLE;
	}
	t->btf[t->n++] = btf;
	t->has_modules = true;
	return OBJECT_OK;
}

enum object_error core_target_open(struct object_types *t, char *err, size_t errlen)
{
	struct file f;
	if (t->open)
		return OBJECT_OK;
	enum object_error e;
	if (!strcmp(t->spec, "kernel")) {
		e = open_kernel(t, err, errlen);
	} else {
		e = open_file(t->spec, &f, err, errlen);
		if (e == OBJECT_OK && !parse_file(t, t->spec, &f, err, errlen))
			e = OBJECT_MALFORMED;
		close_file(&f);
	}
	t->open = e == OBJECT_OK;
	return e;
}

void core_target_load_modules(struct object_types *t)
{
	DIR *d = t->has_modules ? opendir(KERNEL_BTF) : NULL;
	struct dirent *entry;
	t->has_modules = false;
	libbpf_print_fn_t print = libbpf_set_print(NULL);
	while (d && t->n < sizeof t->btf / sizeof *t->btf && (entry = readdir(d))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "vmlinux"))
			continue;
		struct btf *btf = btf__load_module_btf(entry->d_name, t->btf[0]);
		if (!libbpf_get_error(btf))
			t->btf[t->n++] = btf;
	}
	libbpf_set_print(print);
	if (d)
		closedir(d);
}

struct object_types *object_types_new(const char *spec)
{
	struct object_types *t = memory_new(1, sizeof *t);
	if (!spec)
		spec = access(KERNEL_BTF "/vmlinux", R_OK) ? "none" : "kernel";
	t->spec = memory_string(spec);
	return t;
}

void object_types_free(struct object_types *t)
{
	if (!t)
		return;
	while (t->n) { /* modules' types refer to the kernel's */
		t->n--;
		core_names_free(t->names[t->n]);
		btf__free(t->btf[t->n]);
	}
	free(t->spec);
	free(t);
}
