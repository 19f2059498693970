/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of the live kernel's side: what kernel.c and its helpers share. */
#ifndef LIVE_H
#define LIVE_H

#include "kernel.h"
#include "machine.h"

/* A sentence about what went wrong, and the status to return. */
struct live_error {
	enum kernel_status status;
	char *why;
	size_t len;
};
bool live_fail(struct live_error *e, enum kernel_status s, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* settle.c: an input that a test run can be given, with the same outcome as `in`; NULL: there is none, `e` says which
 * part stands against it. `before` is the outcome of `in`. The caller frees it. */
struct input *settle_input(const struct program *p, const struct input *in, const struct exec_options *opt,
			   const struct exec_outcome *before, struct live_error *e);
/* Is the packet given and taken with an Ethernet header that the program does not see? */
bool settle_hides_header(const struct program *p);
bool settle_is_settable(const struct context_field *f); /* through ctx_in */
/* The byte at offset `at` of field f at entry: its significant bits. */
uint8_t settle_context_byte(const struct input *in, const struct context_field *f, uint64_t at);

/* live_test.c: what goes into a test run and comes out of it */
#define LIVE_PACKET_MAX 8192
struct live_test {
	const struct program *p;
	const struct input *in;
	const struct exec_outcome *given; /* of the concrete machine, before the input was settled */
	int repeat;                       /* 0: once */
	uint8_t packet[LIVE_PACKET_MAX], packet_out[LIVE_PACKET_MAX];
	size_t packet_len, packet_out_len;
	uint8_t *context; /* layout size */
	size_t context_len;
	uint32_t retval, ns; /* ns: of a run, on average */
};
bool live_can_test(enum progtype t);
/* The input has at most LIVE_PACKET_MAX bytes of packet and metadata. The context is the caller's to free. */
void live_put_input(struct live_test *t);
bool live_run_test(struct live_test *t, int fd, struct live_error *e);

/* live_map.c: the maps of an object as descriptors; numbers as in the pairing */
struct live_maps {
	const struct object *o;
	const struct exec_options *opt;
	int *fds;
	int cpu; /* that the run is pinned to */
};
#define LIVE_ENTRIES 16 /* of a map whose size user space sets, where no input does */
bool live_create_maps(struct live_maps *l, const struct object *o, const struct input *in,
		      const struct exec_options *opt, struct live_error *e);
void live_close_maps(struct live_maps *l);
bool live_freeze_maps(struct live_maps *l, const struct input *in, struct live_error *e); /* data sections */
bool live_fill_maps(struct live_maps *l, const struct input *in, const struct exec_outcome *touched,
		    struct live_error *e);
/* Appends the final values of the keys that `touched` lists to `out`. */
bool live_read_maps(struct live_maps *l, const struct input *in, const struct exec_outcome *touched,
		    struct exec_outcome *out, struct live_error *e);

/* live_types.c: the functions of a program that hands out their addresses; none of other programs */
struct live_types {
	struct btf *btf;
	struct bpf_func_info *functions;
	size_t n;
};
bool live_make_types(struct live_types *t, const struct program *p, struct live_error *e);
void live_release_types(struct live_types *t);

/* live_load.c: the line of a verifier's log that says why, the last one that is not statistics */
void live_last_line(const char *log, char *out, size_t len);
/* Returns a descriptor, or -1 and the reason. */
int live_load_program(const struct program *p, const struct live_maps *l, char *log, size_t loglen,
		      uint64_t *insns_processed, struct live_error *e);
#endif
