/* SPDX-License-Identifier: BSD-2-Clause */
/* Random programs: calls of any helper, with arguments made from its row in helper.def. */
#include "tests/random_writer.h"

/* Rows of the program's type; now and then one of another type. */
static const struct helper_row *pick_row(struct writer *w)
{
	enum progtype type = w->tc ? PROGTYPE_SCHED_CLS : PROGTYPE_XDP;
	for (;;) {
		const struct helper_row *row = &helper_rows[writer_below(w, (unsigned)helper_row_count)];
		if (helper_allowed(row, type) ? row->model != MODEL_NONE || !writer_below(w, 8) : !writer_below(w, 60))
			return row;
	}
}

static void add_memory_argument(struct writer *w, unsigned to)
{
	writer_add(w, "r%u = r10\nr%u += -%u\n", to, to, 32 + writer_below(w, STACK_DATA - 32 + 1));
	if (w->value_bytes >= 8 && !writer_below(w, 4))
		writer_add(w, "r%u = r9\n", to);
	if (writer_mistake(w))
		writer_add(w, "r%u = 0\n", to);
}

static void add_size_argument(struct writer *w, unsigned to, bool may_be_zero)
{
	if (writer_below(w, 4))
		writer_add(w, "r%u = %u\n", to, writer_below(w, 32) + !may_be_zero);
	else
		writer_add(w, "r%u = r%u\nr%u &= 7\nr%u += %d\n", to, writer_below(w, 2) ? 0 : 8, to, to, !may_be_zero);
}

static void add_argument(struct writer *w, const struct helper_row *row, unsigned i, enum random_map *map)
{
	unsigned to = i + 1;
	switch ((int)row->args[i]) {
	case ARG_CTX:
	case ARG_CTX_OR_NULL:
	case ARG_CTX_OR_KERNEL:
		writer_add(w, "r%u = r6\n", to);
		return;
	case ARG_MAP:
		*map = writer_below(w, RM_DATA);
		writer_add(w, "r%u = map[%s] ll\n", to, writer_map(w, *map));
		return;
	case ARG_KEY:
		writer_add(w, "r%u = r10\nr%u += -%u\n", to, to, AT_KEY);
		return;
	case ARG_SIZE:
	case ARG_SIZE0:
		add_size_argument(w, to, row->args[i] == ARG_SIZE0);
		return;
	case ARG_KERNEL:
	case ARG_KERNEL_OR_NULL:
		if (w->tc)
			writer_add(w, "r%u = *(u64 *)(r6 + 168)\n", to);
		else
			writer_add(w, "r%u = 0\n", to);
		return;
	case ARG_STRING:
		writer_add(w, "r%u = %s ll\n", to, writer_map(w, RM_CONST));
		return;
	case ARG_ANY:
	case ARG_INT:
		if (writer_below(w, 2))
			writer_add(w, "r%u = %d\n", to, (int)writer_below(w, 4));
		else
			writer_add(w, "r%u = r%u\n", to, writer_below(w, 2) ? 0 : 8);
		return;
	default: /* some kind of memory, or what no program here has */
		add_memory_argument(w, to);
	}
}

static unsigned count_arguments(const struct helper_row *row)
{
	unsigned n = 0;
	while (n < 5 && row->args[n] != ARG_NONE)
		n++;
	return n;
}

void writer_any_call(struct writer *w)
{
	const struct helper_row *row = pick_row(w);
	enum random_map map = RM_HASH;
	writer_add(w, "*(u64 *)(r10 - %u) = %u\n", AT_KEY, writer_below(w, 3));
	for (unsigned i = 0; i < count_arguments(row); i++)
		add_argument(w, row, i, &map);
	writer_add(w, "call %s\n", row->name);
	if (row->ret == RET_KERNEL || row->ret == RET_KERNEL_OR_NULL) {
		unsigned skip = writer_label(w);
		writer_add(w, "r9 = r0\nif r9 == 0 goto l%u\nr0 = *(u32 *)(r9 + 8)\n", skip);
		if ((row->effects & ACQUIRE) && !writer_mistake(w))
			writer_add(w, "r1 = r9\ncall sk_release\n");
		writer_add(w, "l%u:\n", skip);
		w->value_bytes = 0;
	}
	if (row->ret != RET_INT)
		writer_add(w, "r0 = %d\n", writer_imm(w));
	if ((row->effects & PKT_MOVE) && !writer_mistake(w))
		w->packet_bytes = 0;
	writer_refill(w);
}
