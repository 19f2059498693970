/* SPDX-License-Identifier: BSD-2-Clause */
/* Results as bytes. */
#include "checker/whole/results.h"
#include "checker/safety/replay.h"
#include "checker/witness/witness.h"
#include "encode/solver/fault.h"

#include <stdlib.h>
#include <string.h>

#define TEXT 64

/* Between processes of one run. */

static void send_witness(struct bytes *b, const struct input *in)
{
	bytes_put_number(b, in != NULL);
	if (in)
		bytes_put_input(b, in);
}

static struct input *receive_witness(struct bytes_reader *r)
{
	return bytes_get_number(r) ? bytes_get_input(r) : NULL;
}

static bool rebuild_pairing(const struct program *a, const struct program *b, struct pairing *out)
{
	enum reason why;
	const char *what;
	if (pairing_build(a, b, out, &why, &what))
		return true;
	pairing_release(out);
	return false;
}

void results_send_equiv(struct bytes *b, const struct equiv_result *r)
{
	bytes_put(b, r, sizeof *r);
	send_witness(b, r->witness);
}

bool results_receive_equiv(struct bytes_reader *in, const struct program *a, const struct program *b,
			   struct equiv_result *out)
{
	bytes_get(in, out, sizeof *out);
	out->pairing = (struct pairing){0};
	out->witness = receive_witness(in);
	if (bytes_is_done(in) && (!out->witness || rebuild_pairing(a, b, &out->pairing)))
		return true;
	equiv_release(out);
	return false;
}

void results_send_safe(struct bytes *b, const struct programs_item *item)
{
	const struct safety_result *r = &item->result;
	bytes_put(b, item, sizeof *item);
	bytes_put(b, r->findings, r->n_findings * sizeof *r->findings);
	send_witness(b, r->witness);
}

static struct finding *receive_findings(struct bytes_reader *in, size_t n)
{
	in->broken = in->broken || n > in->n / sizeof(struct finding);
	if (in->broken || !n)
		return NULL;
	struct finding *all = fault_calloc(n, sizeof *all);
	bytes_get(in, all, n * sizeof *all);
	return all;
}

/* A run's outcome is not sent: the run is done again. */
bool results_receive_safe(struct bytes_reader *in, bool privileged, struct programs_item *item)
{
	struct safety_result *r = &item->result;
	bytes_get(in, item, sizeof *item);
	r->outcome = (struct exec_outcome){0};
	r->findings = receive_findings(in, r->n_findings);
	r->witness = receive_witness(in);
	bool good = bytes_is_done(in);
	if (good && r->witness)
		good = replay_faults(item->program, privileged, r->witness, &r->outcome);
	if (!good)
		safety_release(r);
	return good;
}

enum reason results_reason(enum crew_end end)
{
	switch (end) {
	case CREW_STOPPED:
		return REASON_INTERRUPTED;
	case CREW_MEMORY:
		return REASON_MEMORY;
	case CREW_DONE:
	case CREW_DIED:
	case CREW_FAULT:
		break;
	}
	return REASON_CRASHED;
}

/* In the cache. */

static const char *const deciders[] = {"rewriting", "identical", "sweeping"};

/* A name that stays: solvers' names are those of the run that asks. */
static const char *decider(const char *name)
{
	static char *kept[32];
	for (size_t i = 0; i < sizeof deciders / sizeof *deciders; i++)
		if (!strcmp(deciders[i], name))
			return deciders[i];
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		if (!kept[i])
			kept[i] = strcpy(fault_calloc(strlen(name) + 1, 1), name);
		if (!strcmp(kept[i], name))
			return kept[i];
	}
	return "an earlier run";
}

bool results_keep_equiv(struct bytes *b, const struct equiv_result *r)
{
	if (r->verdict == VERDICT_UNKNOWN || !r->decided_by || strlen(r->decided_by) >= TEXT)
		return false;
	bytes_put_number(b, (uint64_t)r->verdict);
	bytes_put_text(b, r->decided_by);
	bytes_put_number(b, r->terms);
	bytes_put_number(b, r->claims);
	bytes_put_number(b, r->partial);
	bytes_put_number(b, r->swept);
	if (r->verdict == VERDICT_REFUTED)
		bytes_put_input(b, r->witness);
	return true;
}

/* The witness shows a difference again, and the kernel does not object. */
static bool refutes(const struct program *a, const struct program *b, const struct equiv_options *opt,
		    struct equiv_result *out)
{
	if (!out->witness || !rebuild_pairing(a, b, &out->pairing) ||
	    !witness_replay(a, b, &out->pairing, out->witness, out->what, sizeof out->what))
		return false;
	out->opaque = witness_is_opaque(out->witness);
	if (opt->kernel)
		out->kernel =
		    witness_ask_kernel(a, b, &out->pairing, out->witness, out->kernel_text, sizeof out->kernel_text);
	return out->kernel != OPINION_CONTRADICTED;
}

bool results_recall_equiv(struct bytes_reader *in, const struct program *a, const struct program *b,
			  const struct equiv_options *opt, struct equiv_result *out)
{
	char by[TEXT];
	*out = (struct equiv_result){.cached = true};
	uint64_t verdict = bytes_get_number(in);
	bytes_get_text(in, by, sizeof by);
	out->terms = bytes_get_number(in);
	out->claims = bytes_get_number(in);
	out->partial = bytes_get_number(in) != 0;
	out->swept = bytes_get_number(in) != 0;
	out->verdict = (enum verdict)verdict;
	out->decided_by = decider(by);
	if (verdict == VERDICT_REFUTED)
		out->witness = bytes_get_input(in);
	if (bytes_is_done(in) && (verdict == VERDICT_PROVED || (verdict == VERDICT_REFUTED && refutes(a, b, opt, out))))
		return true;
	equiv_release(out);
	return false;
}

/* Findings are kept too: explanations, and what could not be shown before an input was found. */
bool results_keep_safe(struct bytes *b, const struct safety_result *r)
{
	if (r->verdict == VERDICT_UNKNOWN)
		return false;
	bytes_put_number(b, (uint64_t)r->verdict);
	bytes_put_number(b, r->steps);
	bytes_put_number(b, r->states);
	bytes_put_number(b, r->attempts);
	bytes_put_number(b, r->solved);
	bytes_put_number(b, r->n_failed);
	bytes_put_number(b, r->n_findings);
	for (size_t i = 0; i < r->n_findings; i++) {
		const struct finding *f = &r->findings[i];
		bytes_put_number(b, (uint64_t)f->obligation);
		bytes_put_number(b, f->slot);
		bytes_put_number(b, f->failed);
		bytes_put_text(b, f->text);
	}
	if (r->verdict == VERDICT_REFUTED)
		bytes_put_input(b, r->witness);
	return true;
}

static void recall_findings(struct bytes_reader *in, const struct program *p, struct safety_result *out)
{
	out->n_failed = bytes_get_number(in);
	size_t n = bytes_get_number(in);
	in->broken = in->broken || n > in->n || out->n_failed > n;
	if (in->broken)
		return;
	out->findings = fault_calloc(n, sizeof *out->findings);
	for (; out->n_findings < n && !in->broken; out->n_findings++) {
		struct finding *f = &out->findings[out->n_findings];
		uint64_t obligation = bytes_get_number(in), slot = bytes_get_number(in);
		f->failed = bytes_get_number(in) != 0;
		bytes_get_text(in, f->text, sizeof f->text);
		in->broken = in->broken || obligation >= OBLIGATION_COUNT || slot >= p->n;
		f->obligation = in->broken ? 0 : (enum obligation)obligation;
		f->slot = in->broken ? 0 : (uint32_t)slot;
	}
}

bool results_recall_safe(struct bytes_reader *in, const struct program *p, bool privileged, struct safety_result *out)
{
	*out = (struct safety_result){0};
	uint64_t verdict = bytes_get_number(in);
	out->verdict = (enum verdict)verdict;
	out->steps = bytes_get_number(in);
	out->states = bytes_get_number(in);
	out->attempts = (unsigned)bytes_get_number(in);
	out->solved = (unsigned)bytes_get_number(in);
	recall_findings(in, p, out);
	if (verdict == VERDICT_REFUTED && !in->broken)
		out->witness = bytes_get_input(in);
	bool good = bytes_is_done(in) &&
		    (verdict == VERDICT_PROVED ||
		     (verdict == VERDICT_REFUTED && replay_faults(p, privileged, out->witness, &out->outcome)));
	if (!good)
		safety_release(out);
	return good;
}
