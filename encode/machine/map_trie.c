/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LPM tries. Which element a key finds is input: LPM names it, the same name
 * for equal keys. The element's presence, bytes and address hang on its name, so
 * two lookups alias exactly where they find the same element.
 */
#include "encode/machine/world.h"

tuple map_trie_element(struct run *r, uint32_t number, tuple key)
{
	struct world *w = r->world;
	term args[INPUT_WORDS];
	size_t n;
	const term *words = tuple_words(w, key, &n);
	args[0] = word_const(w, number);
	for (size_t i = 0; i < n; i++)
		args[i + 1] = words[i];
	term element = world_input(w, IN_LPM, args, n + 1);
	return tuple_make(w, &element, 1);
}
