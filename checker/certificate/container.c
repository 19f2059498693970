/* SPDX-License-Identifier: BSD-2-Clause */
#include "checker/certificate/container.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "encode/solver/fault.h"

#define MAX_BYTES (2ull << 30) /* of all files */
#define MAX_FILES 100000
#define CHUNK (1u << 16)

void container_release(struct container *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->at[i].name);
		free(c->at[i].bytes);
	}
	free(c->at);
	*c = (struct container){0};
}

const struct container_file *container_find(const struct container *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->at[i].name, name))
			return &c->at[i];
	return NULL;
}

void container_add(struct container *c, const char *name, void *bytes, size_t n)
{
	if (!(c->n & (c->n - 1)))
		c->at = fault_realloc(c->at, 2 * c->n + 1, sizeof *c->at);
	c->at[c->n] = (struct container_file){strdup(name), bytes, n};
	if (!c->at[c->n++].name)
		fault_stop_without_memory();
}

/* Bytes that come in pieces. */
struct growing {
	uint8_t *bytes;
	size_t n, cap;
};

/* Room for a piece and a NUL. */
static uint8_t *make_room(struct growing *g)
{
	if (g->n + CHUNK + 1 > g->cap) {
		g->cap = 2 * (g->n + CHUNK + 1);
		g->bytes = fault_realloc(g->bytes, g->cap, 1);
	}
	return g->bytes + g->n;
}

bool container_add_file(struct container *c, const char *name, const char *path, char *err, size_t errlen)
{
	struct growing g = {0};
	FILE *f = fopen(path, "rbe");
	for (size_t k = 1; f && k && g.n < MAX_BYTES; g.n += k)
		k = fread(make_room(&g), 1, CHUNK, f);
	bool good = f && !ferror(f) && g.n < MAX_BYTES;
	if (!good)
		snprintf(err, errlen, "%s can't be read: %s", path,
			 f && !ferror(f) ? "it is too long" : strerror(errno));
	if (f)
		fclose(f);
	if (good) {
		*make_room(&g) = '\0';
		container_add(c, name, g.bytes, g.n);
	} else {
		free(g.bytes);
	}
	return good;
}

/* Parts of plain characters, none of which leads out of its folder. */
static bool is_plain(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	for (;;) {
		size_t n = strspn(name, plain);
		if (n == 0 || strspn(name, ".") == n)
			return false;
		if (!name[n])
			return true;
		if (name[n] != '/')
			return false;
		name += n + 1;
	}
}

static const char *refuse(const struct container *c, struct archive_entry *e)
{
	const char *name = archive_entry_pathname(e);
	if (!name || !is_plain(name))
		return "a file whose name is not plain";
	if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e) || archive_entry_symlink(e))
		return "something that is no regular file";
	if (container_find(c, name))
		return "two files of one name";
	return c->n == MAX_FILES ? "too many files" : NULL;
}

/* The bytes of an entry; false: they can't be had, or are more than are left. */
static bool read_bytes(struct archive *a, struct growing *g, uint64_t *left)
{
	for (;;) {
		ssize_t k = archive_read_data(a, make_room(g), CHUNK);
		if (k < 0 || (uint64_t)k > *left)
			return false;
		if (k == 0)
			break;
		g->n += (size_t)k;
		*left -= (uint64_t)k;
	}
	*make_room(g) = '\0';
	return true;
}

static bool read_entries(struct archive *a, struct container *c, const char *path, char *err, size_t errlen)
{
	struct archive_entry *e;
	uint64_t left = MAX_BYTES;
	int state;
	while ((state = archive_read_next_header(a, &e)) == ARCHIVE_OK) {
		struct growing g = {0};
		const char *bad = refuse(c, e);
		if (!bad && !read_bytes(a, &g, &left))
			bad = "a file that is damaged or too long";
		if (bad) {
			free(g.bytes);
			snprintf(err, errlen, "%s: expected a certificate, found %s in it", path, bad);
			return false;
		}
		container_add(c, archive_entry_pathname(e), g.bytes, g.n);
	}
	if (state == ARCHIVE_EOF && c->n)
		return true;
	snprintf(err, errlen, "%s: expected a certificate, which is a tar file: %s", path,
		 archive_error_string(a) ? archive_error_string(a) : "there is nothing in it");
	return false;
}

enum container_error container_read(const char *path, struct container *out, char *err, size_t errlen)
{
	*out = (struct container){0};
	struct stat s;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &s) || !S_ISREG(s.st_mode)) {
		snprintf(err, errlen, "%s can't be read: %s", path, fd < 0 ? strerror(errno) : "it is no regular file");
		if (fd >= 0)
			close(fd);
		return CONTAINER_UNREADABLE;
	}
	struct archive *a = archive_read_new();
	if (!a)
		fault_stop_without_memory();
	archive_read_support_filter_gzip(a);
	archive_read_support_format_tar(a);
	bool good = archive_read_open_fd(a, fd, CHUNK) == ARCHIVE_OK && read_entries(a, out, path, err, errlen);
	if (!good && !*err)
		snprintf(err, errlen, "%s: expected a certificate, which is a tar file", path);
	archive_read_free(a);
	close(fd);
	if (!good)
		container_release(out);
	return good ? CONTAINER_OK : CONTAINER_MALFORMED;
}

static bool write_entry(struct archive *a, const struct container_file *f)
{
	struct archive_entry *e = archive_entry_new();
	if (!e)
		fault_stop_without_memory();
	archive_entry_set_pathname(e, f->name);
	archive_entry_set_size(e, (la_int64_t)f->n);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	archive_entry_set_mtime(e, 0, 0);
	bool good =
	    archive_write_header(a, e) == ARCHIVE_OK && archive_write_data(a, f->bytes, f->n) == (la_ssize_t)f->n;
	archive_entry_free(e);
	return good;
}

static bool write_all(const struct container *c, int fd)
{
	struct archive *a = archive_write_new();
	if (!a)
		fault_stop_without_memory();
	archive_write_set_format_ustar(a);
	archive_write_add_filter_gzip(a);
	archive_write_set_filter_option(a, "gzip", "timestamp", NULL);
	bool good = archive_write_open_fd(a, fd) == ARCHIVE_OK;
	for (size_t i = 0; i < c->n && good; i++)
		good = write_entry(a, &c->at[i]);
	good = good && archive_write_close(a) == ARCHIVE_OK;
	archive_write_free(a);
	return good;
}

bool container_write(const struct container *c, const char *path, char *err, size_t errlen)
{
	char beside[4096];
	mode_t mask = umask(0);
	umask(mask);
	int fd = -1;
	if ((size_t)snprintf(beside, sizeof beside, "%s.XXXXXX", path) < sizeof beside)
		fd = mkostemp(beside, O_CLOEXEC);
	bool good = fd >= 0 && write_all(c, fd) && !fchmod(fd, 0666 & ~mask) && !fsync(fd) && !rename(beside, path);
	if (!good)
		snprintf(err, errlen, "%s can't be written: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (fd >= 0 && !good)
		unlink(beside);
	return good;
}
