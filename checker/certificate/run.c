/* SPDX-License-Identifier: BSD-2-Clause */
/* The run that proves: first with a solver, then again without one, without a clock, and from the same files. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "checker/assertion/assertion.h"
#include "checker/certificate/certificate.h"
#include "checker/equiv/objects.h"
#include "checker/safety/programs.h"
#include "encode/solver/fault.h"

#define KERNEL_TYPES "/sys/kernel/btf/vmlinux"

struct run_state;
/* Whose tape plays. */
struct part {
	struct run_state *r;
	size_t program;
};

struct run_state {
	struct certificate *c;
	const struct certificate_making *live; /* NULL: again */
	run_refuted refuted;
	void *arg;
	struct solver *solver;
	struct object *o[2];
	struct part *parts; /* one for each program */
	size_t assertions;
	char *err;
	size_t errlen;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct run_state *r, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(r->err, r->errlen, fmt, ap);
	va_end(ap);
	return false;
}

/* Inputs. */

/* Bytes as a file that has a path: its descriptor, or -1. */
static int expose(const struct container_file *f)
{
	int fd = memfd_create("types", MFD_CLOEXEC);
	for (size_t n = 0; fd >= 0 && n < f->n;) {
		ssize_t k = write(fd, f->bytes + n, f->n - n);
		if (k <= 0) {
			close(fd);
			return -1;
		}
		n += (size_t)k;
	}
	return fd;
}

/* Against the types in the certificate. */
static bool resolve_again(struct run_state *r, struct object *o)
{
	const struct container_file *types = r->c->btf ? container_find(&r->c->files, r->c->btf) : NULL;
	char path[64] = "none";
	int fd = types ? expose(types) : -1;
	if (types && fd < 0)
		return fail(r, "there is no memory for the types");
	if (fd >= 0)
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	bool good = object_resolve(o, path, r->err, r->errlen) == OBJECT_OK;
	if (fd >= 0)
		close(fd);
	return good;
}

/* Takes the types into the certificate. */
static bool resolve_first(struct run_state *r, struct object *o)
{
	if (object_resolve(o, r->live->btf, r->err, r->errlen) != OBJECT_OK)
		return false;
	if (!o->btf || r->c->btf)
		return true;
	const char *path = !strcmp(o->btf, "kernel") ? KERNEL_TYPES : o->btf;
	if (!container_add_file(&r->c->files, "inputs/types", path, r->err, r->errlen))
		return false;
	r->c->btf = certificate_copy("inputs/types");
	return true;
}

static bool is_elf(const struct container_file *f)
{
	return f->n >= 4 && !memcmp(f->bytes, "\177ELF", 4);
}

static bool read_input(struct run_state *r, size_t i)
{
	const struct container_file *f = container_find(&r->c->files, r->c->inputs[i]);
	struct object **o = &r->o[i];
	enum progtype type = r->c->options.type ? progtype_find(r->c->options.type) : PROGTYPE_UNSPEC;
	enum object_error e = is_elf(f) ? object_parse(f->name, f->bytes, f->n, o, r->err, r->errlen)
					: object_assemble(f->name, (const char *)f->bytes, o, r->err, r->errlen);
	if (e != OBJECT_OK || (is_elf(f) && !(r->live ? resolve_first : resolve_again)(r, *o)))
		return false;
	for (size_t k = 0; k < (*o)->n_programs; k++)
		if ((*o)->programs[k]->type == PROGTYPE_UNSPEC)
			(*o)->programs[k]->type = type;
	return true;
}

/* Programs. */

static bool hear(void *arg, size_t number, const struct tape_entry *e, const struct query *q)
{
	const struct part *p = arg;
	(void)e;
	return p->r->refuted(p->r->arg, p->program, number, q);
}

/* There are n of them. */
static bool begin(struct run_state *r, size_t n)
{
	if (r->live) {
		r->c->n = n;
		r->c->programs = fault_calloc(n, sizeof *r->c->programs);
	}
	r->parts = fault_calloc(n, sizeof *r->parts);
	return n == r->c->n || fail(r, "it says something of %zu programs, of which %zu are there", r->c->n, n);
}

/* Notes program i, or sees that the certificate is about it; then its tape is ready. b may be NULL, or a. */
static bool prepare(struct run_state *r, size_t i, const struct program *a, const struct program *b)
{
	const struct program *sides[] = {a, b}, *named = a ? a : b;
	struct certificate_program *p = &r->c->programs[i];
	struct digest code[2] = {0};
	for (size_t k = 0; k < 2; k++)
		if (sides[k])
			code[k] = code_digest(sides[k]);
	if (r->live) {
		p->name = certificate_copy(named->name);
		p->section = certificate_copy(named->section);
		memcpy(p->code, code, sizeof code);
		return true;
	}
	if (strcmp(p->name, named->name) != 0 || strcmp(p->section, named->section) != 0 ||
	    !digest_equal(&p->code[0], &code[0]) || !digest_equal(&p->code[1], &code[1]))
		return fail(r, "program %s is not the one that was decided", named->name);
	r->parts[i] = (struct part){r, i};
	tape_replay(&p->tape, hear, &r->parts[i]);
	return true;
}

/* What came of program i. */
static bool conclude(struct run_state *r, size_t i, enum verdict v, enum reason reason, const char *by)
{
	struct certificate_program *p = &r->c->programs[i];
	const char *stray = p->tape.strayed ? "; the run comes to another query than the one that was answered" : "",
		   *why = v == VERDICT_REFUTED ? "it is refuted" : reason_texts[reason];
	if (p->tape.is_false)
		return fail(r, "program %s has a query with a model that is none", p->name);
	if (v != VERDICT_PROVED)
		return fail(r, "program %s is not proved%s: %s%s", p->name, r->live ? "" : " by it", why, stray);
	if (!r->live)
		return tape_is_used_up(&p->tape) ||
		       fail(r, "program %s does not need all queries that it has", p->name);
	p->by = certificate_copy(by);
	return true;
}

static bool conclude_pair(struct run_state *r, size_t i, const struct object_pair *p)
{
	if (p->a && p->b)
		return conclude(r, i, p->result.verdict, p->result.reason, p->result.decided_by);
	return r->c->options.allow_missing ? conclude(r, i, VERDICT_PROVED, REASON_NONE, "missing")
					   : fail(r, "program %s has no partner", r->c->programs[i].name);
}

static bool run_equiv(struct run_state *r)
{
	struct object_pairs pairs;
	const struct certificate_options *o = &r->c->options;
	struct equiv_options eo = {.solver = r->solver,
				   .encode = o->encode,
				   .no_cuts = o->no_cuts,
				   .unroll = o->unroll,
				   .stop = r->live ? r->live->stop : NULL};
	objects_pair(r->o[0], r->o[1], o->program, o->allow_missing, &pairs);
	bool good = objects_check(&pairs, "it", o->program, r->err, r->errlen) && begin(r, pairs.n);
	for (size_t i = 0; i < pairs.n && good; i++) {
		good = prepare(r, i, pairs.at[i].a, pairs.at[i].b);
		pairs.at[i].tape = &r->c->programs[i].tape;
	}
	if (good)
		objects_decide(&pairs, &eo, NULL);
	for (size_t i = 0; i < pairs.n && good; i++)
		good = conclude_pair(r, i, &pairs.at[i]);
	objects_release(&pairs);
	return good;
}

static bool run_safe(struct run_state *r)
{
	struct programs programs;
	const struct certificate_making *m = r->live;
	unsigned seconds = m ? m->timeout : 0;
	struct programs_options po = {.safety = {.privileged = r->c->options.privileged,
						 .solver = m ? m->solver : NULL,
						 .stop = m ? m->stop : NULL},
				      .timeout_ms = seconds > UINT32_MAX / 1000 ? UINT32_MAX : seconds * 1000,
				      .no_live = true};
	bool good =
	    programs_select(r->o[0], r->c->options.program, &programs, r->err, r->errlen) && begin(r, programs.n);
	for (size_t i = 0; i < programs.n && good; i++) {
		good = prepare(r, i, programs.at[i].program, NULL);
		programs.at[i].tape = &r->c->programs[i].tape;
	}
	if (good)
		programs_decide(&programs, &po, NULL);
	for (size_t i = 0; i < programs.n && good; i++) {
		const struct safety_result *s = &programs.at[i].result;
		good = conclude(r, i, s->verdict, s->reason, s->solved ? "abstract run and solver" : "abstract run");
	}
	programs_release(&programs);
	return good;
}

static bool assert_one(struct run_state *r, size_t i, const struct program *p)
{
	struct assertion_result result;
	struct assertion_options ao = {
	    .solver = r->solver, .unroll = r->c->options.unroll, .stop = r->live ? r->live->stop : NULL};
	if (!prepare(r, i, p, NULL))
		return false;
	solver_use_tape(r->solver, &r->c->programs[i].tape);
	assertion_check(p, &ao, &result);
	solver_use_tape(r->solver, NULL);
	bool good = conclude(r, i, result.verdict, result.reason, result.decided_by);
	r->assertions += result.assertions;
	assertion_release(&result);
	return good;
}

static bool run_assert(struct run_state *r)
{
	struct programs programs;
	bool good =
	    programs_select(r->o[0], r->c->options.program, &programs, r->err, r->errlen) && begin(r, programs.n);
	for (size_t i = 0; i < programs.n && good; i++)
		good = assert_one(r, i, programs.at[i].program);
	programs_release(&programs);
	return good && (r->assertions || fail(r, "there is no assertion"));
}

static bool open_solver(struct run_state *r)
{
	const struct certificate_making *m = r->live;
	r->solver = m ? objects_open_solver(m->solver, m->timeout, m->query_timeout, m->memory, r->err, r->errlen)
		      : solver_open_tape(NULL);
	return r->solver != NULL;
}

static bool run(struct run_state *r)
{
	static bool (*const runs[CERTIFICATE_COMMANDS])(struct run_state *) = {run_equiv, run_safe, run_assert};
	bool good = open_solver(r);
	for (size_t i = 0; i < 2 && r->c->inputs[i] && good; i++)
		good = read_input(r, i);
	good = good && runs[r->c->options.command](r);
	object_free(r->o[0]);
	object_free(r->o[1]);
	solver_close(r->solver);
	free(r->parts);
	return good;
}

bool run_first(struct certificate *c, const struct certificate_making *m, char *err, size_t errlen)
{
	return run(&(struct run_state){.c = c, .live = m, .err = err, .errlen = errlen});
}

bool run_again(struct certificate *c, run_refuted refuted, void *arg, char *err, size_t errlen)
{
	return run(&(struct run_state){.c = c, .refuted = refuted, .arg = arg, .err = err, .errlen = errlen});
}
