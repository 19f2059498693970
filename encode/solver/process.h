/* SPDX-License-Identifier: BSD-2-Clause */
/* A shell command with both ends of its text: writing never blocks on what it prints. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum process_state { PROCESS_OPEN, PROCESS_CLOSED, PROCESS_LATE, PROCESS_FLOODED };

struct process {
	pid_t pid;
	int in, out;     /* its standard input and output, -1: closed */
	uint64_t end_ns; /* CLOCK_MONOTONIC, 0: none */
	char *text;      /* all that it printed so far, NUL-terminated */
	size_t n, capacity;
	enum process_state state;
};

/* False if it can't be started. SIGPIPE must be ignored. */
bool process_start(struct process *p, const char *command, uint64_t end_ns);
/* Kills and reaps it. */
void process_stop(struct process *p);
/* Each returns false when the state is no longer open. */
bool process_send(struct process *p, const char *data, size_t n);
bool process_receive(struct process *p);
#endif
