/* SPDX-License-Identifier: BSD-2-Clause */
/* See question.h. */
#include "proofs/term/question.h"

static void begin(struct questions *q)
{
	q->out = open_memstream(&q->text, &q->size);
	if (!q->out)
		abort();
	q->first = q->next;
	q->least = 64;
	q->most = 0;
}

void question_open(struct questions *q, const char *directory, const char *name)
{
	char path[300];
	snprintf(path, sizeof path, "%s/%s.smt2", directory, name);
	*q = (struct questions){.file = fopen(path, "w")};
	if (!q->file) {
		perror(path);
		exit(66);
	}
	begin(q);
}

unsigned question_add(struct questions *q, unsigned width)
{
	q->least = width < q->least ? width : q->least;
	q->most = width > q->most ? width : q->most;
	return q->next++;
}

void question_end(struct questions *q, const char *what)
{
	if (q->next == q->first)
		return;
	fclose(q->out);
	fprintf(q->file, "%s; question: %s, %u cases", q->n ? "(reset)\n" : "", what, q->next - q->first);
	if (q->most)
		fprintf(q->file, ", widths %u to %u", q->least, q->most);
	fprintf(q->file, "\n(set-logic %s)\n%s(assert (or false", q->most ? "QF_UFBV" : "QF_NIA", q->text);
	for (unsigned i = q->first; i < q->next; i++)
		fprintf(q->file, " q%u", i);
	fputs("))\n(check-sat)\n", q->file);
	free(q->text);
	q->n++;
	begin(q);
}

unsigned question_close(struct questions *q)
{
	fclose(q->out);
	free(q->text);
	fclose(q->file);
	return q->n;
}

void question_print(const char *name, const char *prefix, const char *function, unsigned questions, uint64_t widths,
		    bool hard)
{
	int least = widths ? __builtin_ctzll(widths) + 1 : 0, most = widths ? 64 - __builtin_clzll(widths) : 0;
	printf("statement\t%s\t%s%s\t%u\t%d", name, prefix, function, questions, least);
	if (most > least)
		printf("-%d", most);
	printf("\t%s\n", hard ? "hard" : "easy");
}
