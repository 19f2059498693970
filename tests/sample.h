/* SPDX-License-Identifier: BSD-2-Clause */
/* Measured numbers and their percentiles. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stddef.h>
#include <stdlib.h>

struct sample {
	double *at;
	size_t n, cap;
};

static inline void sample_add(struct sample *s, double x)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->at = realloc(s->at, s->cap * sizeof *s->at);
		if (!s->at)
			abort();
	}
	s->at[s->n++] = x;
}

static inline int sample_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* 0 of none; sorts it. */
static inline double sample_percentile(struct sample *s, unsigned percent)
{
	if (!s->n)
		return 0;
	qsort(s->at, s->n, sizeof *s->at, sample_compare);
	return s->at[(s->n - 1) * percent / 100];
}

static inline double sample_sum(const struct sample *s)
{
	double sum = 0;
	for (size_t i = 0; i < s->n; i++)
		sum += s->at[i];
	return sum;
}

static inline void sample_release(struct sample *s)
{
	free(s->at);
	*s = (struct sample){0};
}
#endif
