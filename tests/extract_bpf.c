/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * extract_bpf OUT FILE ...: writes every BPF object that is embedded in the
 * files (libbpf skeletons keep them as data) to OUT/NAME.o, NAME.1.o ..., each
 * distinct content once. Prints the paths that it wrote.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_SECTIONS 4096

struct found {
	uint64_t hash;
	size_t len;
};

static struct found *seen;
static size_t n_seen;

/* Was the same content written before? */
static bool is_repeated(const uint8_t *bytes, size_t len)
{
	uint64_t h = 0xcbf29ce484222325ull;
	for (size_t i = 0; i < len; i++)
		h = (h ^ bytes[i]) * 0x100000001b3ull;
	for (size_t i = 0; i < n_seen; i++)
		if (seen[i].hash == h && seen[i].len == len)
			return true;
	seen = realloc(seen, (n_seen + 1) * sizeof *seen);
	if (!seen)
		abort();
	seen[n_seen++] = (struct found){h, len};
	return false;
}

/* Bytes that the object at the start of `bytes` takes, 0 if there is none. */
static size_t object_extent(const uint8_t *bytes, size_t left)
{
	Elf64_Ehdr e;
	if (left < sizeof e)
		return 0;
	memcpy(&e, bytes, sizeof e);
	if (memcmp(e.e_ident, ELFMAG, SELFMAG) != 0 || e.e_ident[EI_CLASS] != ELFCLASS64 ||
	    e.e_ident[EI_DATA] != ELFDATA2LSB || e.e_machine != EM_BPF || e.e_type != ET_REL ||
	    e.e_shentsize != sizeof(Elf64_Shdr) || !e.e_shnum || e.e_shnum > MAX_SECTIONS || e.e_shoff > left ||
	    left - e.e_shoff < e.e_shnum * sizeof(Elf64_Shdr))
		return 0;
	size_t end = e.e_shoff + e.e_shnum * sizeof(Elf64_Shdr);
	for (size_t i = 0; i < e.e_shnum; i++) {
		Elf64_Shdr s;
		memcpy(&s, bytes + e.e_shoff + i * sizeof s, sizeof s);
		if (s.sh_type == SHT_NOBITS || s.sh_type == SHT_NULL)
			continue;
		if (s.sh_offset > left || s.sh_size > left - s.sh_offset)
			return 0;
		if (s.sh_offset + s.sh_size > end)
			end = s.sh_offset + s.sh_size;
	}
	return end;
}

static bool write_object(const char *out, const char *name, size_t index, const uint8_t *bytes, size_t len)
{
	char path[4096], number[24] = "";
	if (index)
		snprintf(number, sizeof number, ".%zu", index);
	snprintf(path, sizeof path, "%s/%s%s.o", out, name, number);
	FILE *f = fopen(path, "w");
	bool ok = f && fwrite(bytes, 1, len, f) == len;
	if (f && fclose(f))
		ok = false;
	if (!ok)
		perror(path);
	else
		puts(path);
	return ok;
}

static bool extract_file(const char *out, const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		perror(path);
		if (fd >= 0)
			close(fd);
		return false;
	}
	size_t len = (size_t)st.st_size, index = 0;
	const uint8_t *bytes = len ? mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	bool ok = !len || bytes != MAP_FAILED;
	close(fd);
	for (const uint8_t *at = bytes; ok && len && (at = memmem(at, len - (size_t)(at - bytes), ELFMAG, SELFMAG));) {
		size_t extent = object_extent(at, len - (size_t)(at - bytes));
		if (extent && !is_repeated(at, extent))
			ok = write_object(out, name, index++, at, extent);
		at += extent ? extent : 1;
	}
	if (len && bytes != MAP_FAILED)
		munmap((void *)(uintptr_t)bytes, len);
	return ok;
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fprintf(stderr, "usage: extract_bpf OUT FILE ...\n");
		return 64;
	}
	int status = 0;
	for (int i = 2; i < argc; i++)
		if (!extract_file(argv[1], argv[i]))
			status = 66;
	free(seen);
	return status;
}
