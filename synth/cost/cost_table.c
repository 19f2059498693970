/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of latencies: as shipped, and as a file has it. */
#include "synth/cost/cost.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	uint64_t ps;
} classes[] =
    {
#define LATENCY(name, ps, ...) {#name, ps},
#define HELPER_LATENCY(...)
#include "synth/cost/latency.def"
#undef LATENCY
#undef HELPER_LATENCY
},
  helpers[] = {
#define LATENCY(...)
#define HELPER_LATENCY(name, ps, ...) {#name, ps},
#include "synth/cost/latency.def"
#undef LATENCY
#undef HELPER_LATENCY
};

void cost_table_init(struct cost_table *t)
{
	*t = (struct cost_table){0};
	for (size_t i = 0; i < LATENCY_COUNT; i++)
		t->class_ps[i] = classes[i].ps;
	for (size_t i = 0; i < sizeof helpers / sizeof *helpers; i++)
		t->helper_ps[helper_find_name(helpers[i].name)->id] = helpers[i].ps;
}

static uint64_t *find_figure(struct cost_table *t, const char *name)
{
	const struct helper_row *row = !strncmp(name, "bpf_", 4) ? helper_find_name(name) : NULL;
	if (row && row->id < COST_HELPERS)
		return &t->helper_ps[row->id];
	for (size_t i = 0; i < LATENCY_COUNT; i++)
		if (!strcmp(classes[i].name, name))
			return &t->class_ps[i];
	return NULL;
}

static bool read_line(struct cost_table *t, char *line, char *err, size_t len)
{
	char name[64], number[32], rest[2];
	line[strcspn(line, "#\n")] = '\0';
	int n = sscanf(line, "%63s %31s %1s", name, number, rest);
	if (n <= 0)
		return true;
	uint64_t *figure = find_figure(t, name);
	char *end = number;
	errno = 0;
	uint64_t ps = n == 2 ? strtoull(number, &end, 10) : 0;
	if (!figure)
		snprintf(err, len, "%s: no such instruction class or helper", name);
	else if (n != 2 || *end || errno || number[0] < '0' || number[0] > '9' || ps > UINT32_MAX)
		snprintf(err, len, "%s: a number of picoseconds was expected", name);
	else
		*figure = ps;
	return !err[0];
}

bool cost_table_read(struct cost_table *t, const char *path, char *err, size_t len)
{
	char line[400], what[160] = "";
	FILE *f = fopen(path, "r");
	if (!f) {
		snprintf(err, len, "%s: %s", path, strerror(errno));
		return false;
	}
	bool good = true;
	for (unsigned n = 1; good && fgets(line, sizeof line, f); n++) {
		good = read_line(t, line, what, sizeof what);
		if (!good)
			snprintf(err, len, "%s:%u: %s", path, n, what);
	}
	fclose(f);
	return good;
}
