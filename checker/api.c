/* SPDX-License-Identifier: BSD-2-Clause */
/* The public interface over the checker: strings are copied, so that results need no objects. */
#include "bpfprove.h"
#include "checker/equiv/report.h"
#include "checker/safety/safety_report.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)BPFPROVE_PROVED == (int)VERDICT_PROVED && (int)BPFPROVE_REFUTED == (int)VERDICT_REFUTED &&
		   (int)BPFPROVE_UNKNOWN == (int)VERDICT_UNKNOWN,
	       "the public verdicts are the checker's");

struct bpfprove_object {
	struct object *object;
};

struct pair_answer {
	char *program, *detail, *kernel;
	enum bpfprove_verdict verdict;
	enum reason reason;
};

struct bpfprove_result {
	enum bpfprove_verdict verdict;
	enum reason reason;
	char *text, *json;
	struct pair_answer *pairs;
	size_t n;
};

static void *need(void *p)
{
	if (!p)
		abort();
	return p;
}

const char *bpfprove_version(void)
{
	return BPFPROVE_VERSION;
}

const char *bpfprove_verdict_name(enum bpfprove_verdict verdict)
{
	return report_verdicts[(unsigned)verdict > BPFPROVE_UNKNOWN ? BPFPROVE_UNKNOWN : verdict];
}

static void give_error(const char *text, char *err, size_t errlen)
{
	if (errlen)
		snprintf(err, errlen, "%s", text);
}

static const enum bpfprove_error object_errors[] = {
    [OBJECT_OK] = BPFPROVE_OK, [OBJECT_UNREADABLE] = BPFPROVE_UNREADABLE, [OBJECT_MALFORMED] = BPFPROVE_MALFORMED};

static enum bpfprove_error take_object(enum object_error e, struct object *o, const char *text, bpfprove_object **out,
				       char *err, size_t errlen)
{
	*out = NULL;
	if (e == OBJECT_OK) {
		*out = need(malloc(sizeof **out));
		(*out)->object = o;
	} else {
		give_error(text, err, errlen);
	}
	return object_errors[e];
}

enum bpfprove_error bpfprove_object_read(const char *path, bpfprove_object **out, char *err, size_t errlen)
{
	struct object *o;
	char text[1024] = "";
	enum object_error e = objects_read(path, "none", &o, text, sizeof text);
	return take_object(e, o, text, out, err, errlen);
}

enum bpfprove_error bpfprove_object_parse(const char *name, const void *bytes, size_t len, bpfprove_object **out,
					  char *err, size_t errlen)
{
	struct object *o;
	char text[1024] = "";
	enum object_error e = object_parse(name, bytes, len, &o, text, sizeof text);
	return take_object(e, o, text, out, err, errlen);
}

enum bpfprove_error bpfprove_object_resolve(bpfprove_object *object, const char *btf, char *err, size_t errlen)
{
	char text[1024] = "";
	enum object_error e = object_resolve(object->object, btf, text, sizeof text);
	if (e != OBJECT_OK)
		give_error(text, err, errlen);
	return object_errors[e];
}

void bpfprove_object_free(bpfprove_object *object)
{
	if (!object)
		return;
	object_free(object->object);
	free(object);
}

size_t bpfprove_object_programs(const bpfprove_object *object)
{
	return object->object->n_programs;
}

const char *bpfprove_object_program_name(const bpfprove_object *object, size_t i)
{
	return i < object->object->n_programs ? object->object->programs[i]->name : NULL;
}

const char *bpfprove_object_program_section(const bpfprove_object *object, size_t i)
{
	return i < object->object->n_programs ? object->object->programs[i]->section : NULL;
}

/* The defaults of option.def, read through the kinds of its rows. */
typedef bool option_FLAG, option_SWITCH;
typedef const char *option_TEXT, *option_WORD;
typedef struct {
	const char **at;
	size_t n;
} option_LIST;
typedef unsigned option_COUNT;

static struct bpfprove_options defaults(void)
{
	static const struct {
#define OPTION(field, name, kind, initial, argument, text) option_##kind field;
#include "option.def"
#undef OPTION
	} rows = {
#define OPTION(field, name, kind, initial, argument, text) .field = initial,
#include "option.def"
#undef OPTION
	};
	return (struct bpfprove_options){.size = sizeof(struct bpfprove_options),
					 .program = rows.program,
					 .solver = rows.solver,
					 .timeout = rows.timeout,
					 .query_timeout = rows.query_timeout,
					 .memory = rows.memory,
					 .unroll = rows.unroll,
					 .allow_missing = rows.allow_missing,
					 .encode = rows.encode,
					 .no_kernel = rows.no_kernel,
					 .privileged = rows.privileged,
					 .explain = rows.explain,
					 .kernel = rows.kernel != NULL};
}

void bpfprove_options_init(struct bpfprove_options *options, size_t size)
{
	struct bpfprove_options d = defaults();
	d.size = size;
	memset(options, 0, size);
	memcpy(options, &d, size < sizeof d ? size : sizeof d);
}

/* The caller's options over the defaults. False if they are not initialised, or set what this version does not know. */
static bool read_options(const struct bpfprove_options *given, struct bpfprove_options *out, char *err, size_t errlen)
{
	*out = defaults();
	if (!given)
		return true;
	if (given->size < offsetof(struct bpfprove_options, program)) {
		snprintf(err, errlen, "options.size is %zu; bpfprove_options_init sets it", given->size);
		return false;
	}
	for (size_t i = sizeof *out; i < given->size; i++)
		if (((const char *)given)[i]) {
			snprintf(err, errlen, "an option that version %s does not know is set", BPFPROVE_VERSION);
			return false;
		}
	memcpy(out, given, given->size < sizeof *out ? given->size : sizeof *out);
	return true;
}

static char *print_text(const struct object_pairs *pairs)
{
	char *text;
	size_t len;
	FILE *f = need(open_memstream(&text, &len));
	report_print(pairs, f);
	if (fclose(f))
		abort();
	return text;
}

static char *print_json(const struct object_pairs *pairs)
{
	json_t *all = need(report_json(pairs));
	char *text = need(json_dumps(all, JSON_INDENT(2)));
	json_decref(all);
	return text;
}

static struct pair_answer answer(const struct object_pairs *pairs, const struct object_pair *p)
{
	char text[512];
	struct object_pairs one = {(struct object_pair *)p, 1, pairs->allow_missing};
	struct pair_answer a = {.program = need(strdup((p->a ? p->a : p->b)->name)),
				.verdict = (enum bpfprove_verdict)objects_verdict(&one)};
	a.reason = a.verdict == BPFPROVE_UNKNOWN ? p->result.reason : REASON_NONE;
	report_text(p, text, sizeof text);
	a.detail = need(strdup(text));
	report_kernel(p, text, sizeof text);
	a.kernel = need(strdup(text));
	return a;
}

static bpfprove_result *make_result(const struct object_pairs *pairs)
{
	bpfprove_result *r = need(calloc(1, sizeof *r));
	r->verdict = (enum bpfprove_verdict)objects_verdict(pairs);
	r->text = print_text(pairs);
	r->json = print_json(pairs);
	r->pairs = need(calloc(pairs->n, sizeof *r->pairs));
	for (; r->n < pairs->n; r->n++) {
		struct pair_answer *a = &r->pairs[r->n];
		*a = answer(pairs, &pairs->at[r->n]);
		if (r->verdict == BPFPROVE_UNKNOWN && r->reason == REASON_NONE)
			r->reason = a->reason;
	}
	return r;
}

/* NULL with a sentence in err if there is nothing to compare. */
static bpfprove_result *decide(const struct object *first, const struct object *second,
			       const struct bpfprove_options *o, struct solver *solver, char *err, size_t len)
{
	bpfprove_result *r = NULL;
	struct equiv_options eo = {
	    .solver = solver, .encode = o->encode, .kernel = !o->no_kernel, .unroll = o->unroll, .stop = o->stop};
	struct object_pairs pairs;
	objects_pair(first, second, o->program, o->allow_missing, &pairs);
	if (objects_check(&pairs, first->path, o->program, err, len)) {
		objects_decide(&pairs, &eo, NULL);
		r = make_result(&pairs);
	}
	objects_release(&pairs);
	return r;
}

enum bpfprove_error bpfprove_equiv(const bpfprove_object *first, const bpfprove_object *second,
				   const struct bpfprove_options *options, bpfprove_result **out, char *err,
				   size_t errlen)
{
	struct bpfprove_options o;
	struct solver *solver = NULL;
	char text[1024] = "";
	*out = NULL;
	if (read_options(options, &o, text, sizeof text))
		solver = objects_open_solver(o.solver, o.timeout, o.query_timeout, o.memory, text, sizeof text);
	if (solver) {
		*out = decide(first->object, second->object, &o, solver, text, sizeof text);
		solver_close(solver);
	}
	if (*out)
		return BPFPROVE_OK;
	give_error(text, err, errlen);
	return BPFPROVE_USAGE;
}

/* Safety. */

static struct pair_answer answer_safe(const struct programs_item *item)
{
	char text[512];
	struct pair_answer a = {.program = need(strdup(item->program->name)),
				.verdict = (enum bpfprove_verdict)item->result.verdict};
	a.reason = a.verdict == BPFPROVE_UNKNOWN ? item->result.reason : REASON_NONE;
	safety_report_text(item, text, sizeof text);
	a.detail = need(strdup(text));
	safety_report_kernel(item, text, sizeof text);
	a.kernel = need(strdup(text));
	return a;
}

static bpfprove_result *make_safe_result(const struct safety_view *v)
{
	bpfprove_result *r = need(calloc(1, sizeof *r));
	size_t len;
	FILE *f = need(open_memstream(&r->text, &len));
	safety_report_print(v, f);
	if (fclose(f))
		abort();
	json_t *all = need(safety_report_json(v));
	r->json = need(json_dumps(all, JSON_INDENT(2)));
	json_decref(all);
	r->verdict = (enum bpfprove_verdict)programs_verdict(v->programs);
	r->pairs = need(calloc(v->programs->n, sizeof *r->pairs));
	for (; r->n < v->programs->n; r->n++) {
		struct pair_answer *a = &r->pairs[r->n];
		*a = answer_safe(&v->programs->at[r->n]);
		if (r->verdict == BPFPROVE_UNKNOWN && r->reason == REASON_NONE)
			r->reason = a->reason;
	}
	return r;
}

/* Is there such a solver? It is opened only once there is a question. */
static bool check_solver(const char *spec, char *err, size_t len)
{
	struct solver *s = objects_open_solver(spec, 0, 0, 0, err, len);
	if (s)
		solver_close(s);
	return s != NULL;
}

enum bpfprove_error bpfprove_safe(const bpfprove_object *object, const struct bpfprove_options *options,
				  bpfprove_result **out, char *err, size_t errlen)
{
	struct bpfprove_options o;
	struct programs programs = {0};
	char text[1024] = "";
	*out = NULL;
	if (read_options(options, &o, text, sizeof text) && check_solver(o.solver, text, sizeof text) &&
	    programs_select(object->object, o.program, &programs, text, sizeof text)) {
		unsigned ms = o.timeout > UINT_MAX / 1000 ? UINT_MAX : o.timeout * 1000;
		struct programs_options po = {.safety = {.privileged = o.privileged != 0,
							 .explain = o.explain != 0,
							 .solver = o.solver,
							 .stop = o.stop},
					      .timeout_ms = ms,
					      .kernel = o.kernel != 0,
					      .no_live = o.no_kernel != 0};
		programs_decide(&programs, &po, NULL);
		*out = make_safe_result(&(struct safety_view){&programs, o.privileged != 0, o.explain != 0});
	}
	programs_release(&programs);
	if (*out)
		return BPFPROVE_OK;
	give_error(text, err, errlen);
	return BPFPROVE_USAGE;
}

void bpfprove_result_free(bpfprove_result *result)
{
	if (!result)
		return;
	for (size_t i = 0; i < result->n; i++) {
		free(result->pairs[i].program);
		free(result->pairs[i].detail);
		free(result->pairs[i].kernel);
	}
	free(result->pairs);
	free(result->text);
	free(result->json);
	free(result);
}

enum bpfprove_verdict bpfprove_result_verdict(const bpfprove_result *result)
{
	return result->verdict;
}

const char *bpfprove_result_reason(const bpfprove_result *result)
{
	return reason_texts[result->reason];
}

const char *bpfprove_result_text(const bpfprove_result *result)
{
	return result->text;
}

const char *bpfprove_result_json(const bpfprove_result *result)
{
	return result->json;
}

size_t bpfprove_result_pairs(const bpfprove_result *result)
{
	return result->n;
}

const char *bpfprove_result_pair_program(const bpfprove_result *result, size_t i)
{
	return i < result->n ? result->pairs[i].program : NULL;
}

enum bpfprove_verdict bpfprove_result_pair_verdict(const bpfprove_result *result, size_t i)
{
	return i < result->n ? result->pairs[i].verdict : BPFPROVE_UNKNOWN;
}

const char *bpfprove_result_pair_reason(const bpfprove_result *result, size_t i)
{
	return i < result->n ? reason_texts[result->pairs[i].reason] : NULL;
}

const char *bpfprove_result_pair_detail(const bpfprove_result *result, size_t i)
{
	return i < result->n ? result->pairs[i].detail : NULL;
}

const char *bpfprove_result_pair_kernel(const bpfprove_result *result, size_t i)
{
	return i < result->n ? result->pairs[i].kernel : NULL;
}
