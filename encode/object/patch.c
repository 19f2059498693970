/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing an object in another one's place: bodies of the file -> bodies of the patches -> sections -> types -> file.
 */
#include "patcher.h"

#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool open_file(struct patcher *k)
{
	const struct store *store = (const struct store *)k->o;
	if (!store->file)
		return image_fail(&k->l.im, "expected an object that was read from an ELF file");
	if (!image_open(&k->l.im, store->file, store->file_len) || !functions_read(&k->l))
		return false;
	if (store->types) {
		struct btf_header h;
		memcpy(&h, store->types, sizeof h);
		k->l.strings_len = h.str_len;
	}
	return true;
}

static bool make(struct patcher *k, uint8_t **bytes, size_t *len)
{
	parts_read(k);
	if (!patch_read_ext(k) || !bodies_read(k) || !patch_bodies(k))
		return false;
	parts_choose(k);
	return patch_sections(k) && patch_write_ext(k) && parts_number(k) && parts_write(k, bytes, len);
}

static void release(struct patcher *k)
{
	for (size_t i = 0; i < k->n_bodies; i++) {
		if (k->bodies[i].by)
			code_release(&k->bodies[i].new);
		code_release(&k->bodies[i].old);
	}
	free(k->bodies);
	for (size_t i = 0; i < EXT_KINDS; i++) {
		free(k->ext[i].records);
		free(k->by_slot[i]);
	}
	parts_release(k);
	free(k->l.functions);
	image_close(&k->l.im);
}

bool object_patch_bytes(const struct object *o, const struct object_patch *patches, size_t n, uint8_t **bytes,
			size_t *len, char *err, size_t errlen)
{
	struct patcher k = {
	    .l = {.im = {.path = o->path, .err = err, .errlen = errlen}, .store = (struct store *)(uintptr_t)o},
	    .o = o,
	    .patches = patches,
	    .n_patches = n};
	*bytes = NULL;
	bool ok = open_file(&k) && make(&k, bytes, len) && patch_check(&k, *bytes, *len);
	if (!ok) {
		free(*bytes);
		*bytes = NULL;
	}
	release(&k);
	return ok;
}

static bool write_all(int fd, const uint8_t *bytes, size_t len)
{
	for (size_t n = 0; n < len;) {
		ssize_t put = write(fd, bytes + n, len - n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		n += (size_t)put;
	}
	return true;
}

/* Beside the file, so that it can be renamed to it. */
static bool replace_file(const char *path, const uint8_t *bytes, size_t len)
{
	size_t room = strlen(path) + 32;
	char *beside = memory_new(room, 1);
	snprintf(beside, room, "%s.%ld", path, (long)getpid());
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	bool ok = fd >= 0 && write_all(fd, bytes, len) && !fsync(fd);
	int why = errno;
	if (fd >= 0)
		close(fd);
	if (ok && rename(beside, path))
		ok = false, why = errno;
	if (fd >= 0 && !ok)
		unlink(beside);
	free(beside);
	errno = why;
	return ok;
}

/* A pipe or a device can't be replaced. */
static bool fill_special(const char *path, const uint8_t *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write_all(fd, bytes, len);
	int why = errno;
	if (fd >= 0)
		close(fd);
	errno = why;
	return ok;
}

static bool write_file(const char *path, const uint8_t *bytes, size_t len)
{
	struct stat st;
	if (stat(path, &st))
		return replace_file(path, bytes, len);
	if (!S_ISREG(st.st_mode))
		return fill_special(path, bytes, len);
	char *real = realpath(path, NULL); /* behind a symbolic link */
	bool ok = replace_file(real ? real : path, bytes, len);
	free(real);
	return ok;
}

bool object_patch(const struct object *o, const struct object_patch *patches, size_t n, const char *path, char *err,
		  size_t errlen)
{
	uint8_t *bytes;
	size_t len;
	if (!object_patch_bytes(o, patches, n, &bytes, &len, err, errlen))
		return false;
	bool ok = write_file(path, bytes, len);
	if (!ok)
		snprintf(err, errlen, "%s: expected a file to write: %s", path, strerror(errno));
	free(bytes);
	return ok;
}

static bool has_function(const struct program *p, const struct subprogram *sub)
{
	for (size_t i = 0; i < p->n_subs; i++)
		if (p->subs[i].section == sub->section && p->subs[i].at == sub->at)
			return true;
	return false;
}

bool object_shares(const struct program *p, const struct subprogram *sub)
{
	bool is_entry = sub->section == p->subs[0].section && sub->at == p->subs[0].at;
	for (size_t i = 0; sub->section && i < p->object->n_programs; i++) {
		const struct program *q = p->object->programs[i];
		bool other = strcmp(q->name, p->name) || strcmp(q->section, p->section);
		if (other && (q->error ? !is_entry : has_function(q, sub)))
			return true;
	}
	return false;
}
