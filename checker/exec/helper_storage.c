/* SPDX-License-Identifier: BSD-2-Clause */
/* Storage of kernel objects (kernel/bpf/bpf_local_storage.c and its users): a hash by the object's address. */
#include "machine.h"

#include <linux/bpf.h>
#include <string.h>

static void check_model(struct machine *m, const struct helper_call *c, enum map_model model)
{
	const struct map *def = m->maps[c->map].def;
	if (def->is_data || maptype_rows[def->type].model != model)
		machine_fault(m, FAULT_HELPER_ARG, "bpf_%s does not work on map %s", c->row->name, def->name);
}

static struct element *find_object(struct machine *m, const struct helper_call *c)
{
	return element_find(m, c->map, (const uint8_t *)&c->arg[1].word);
}

void helper_run_STORAGE_GET(struct machine *m, struct helper_call *c)
{
	check_model(m, c, MAP_STORAGE);
	const struct map *def = m->maps[c->map].def;
	uint64_t flags = c->arg[3].word;
	helper_return(c, 0);
	if (!c->arg[1].word || flags > BPF_LOCAL_STORAGE_GET_F_CREATE)
		return;
	struct element *e = find_object(m, c);
	if (!e->present && flags == BPF_LOCAL_STORAGE_GET_F_CREATE && !element_ask_room(m, c->map)) {
		uint8_t *zeros = machine_alloc(def->value_size);
		m->scratch[0] = zeros;
		element_replace(m, c->map, e, c->read[2] ? c->read[2] : zeros);
	}
	if (e->present)
		c->ret = element_pointer(m, c->map, e);
}

void helper_run_STORAGE_DELETE(struct machine *m, struct helper_call *c)
{
	static const int64_t errors[] = {-EXEC_ENOENT, -EXEC_EINVAL, -EXEC_EBUSY};
	check_model(m, c, MAP_STORAGE);
	helper_return(c, -EXEC_EINVAL);
	if (!c->arg[1].word)
		return;
	struct element *e = find_object(m, c);
	if (e->present) {
		element_replace(m, c->map, e, NULL);
		helper_return(c, 0);
		return;
	}
	const struct map_state *s = &m->maps[c->map];
	uint64_t why = machine_input(m, IN_STORAGE, 3, (uint64_t)s->number, c->arg[1].word, s->after);
	helper_return(c, e->gen != s->floor ? -EXEC_ENOENT : errors[why]); /* it had storage, and nobody else changed that */
}

void helper_run_LOCAL_STORAGE(struct machine *m, struct helper_call *c)
{
	check_model(m, c, MAP_LOCAL);
	c->ret = element_pointer(m, c->map, element_find(m, c->map, NULL));
	c->ret_known = true;
}
