/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own tests (progs/verifier_*.c of linux-source-6.12, compiled by
 * tests/retval.sh): every program whose __retval tag holds in privileged mode
 * runs on four engines, each in a process of its own; r0 is held against the tag.
 *
 * Fails when one of our machines has another answer than the tag and
 * tests/retval-known.txt does not say why, or says what is no longer so.
 */
#include "tests/retval.h"

#include <getopt.h>
#include <glob.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct report {
	struct retval_known_list known;
	const char *only;
	unsigned seconds, engines; /* engines: one bit each */
	bool list;
	size_t objects, programs, unexplained;
	size_t count[RETVAL_ENGINE_COUNT][RETVAL_STATUS_COUNT];
	struct retval_answer *shared; /* where a child puts its answer */
	json_t *json;
};

/* Our machines always have to agree or have an explanation; a kernel may decline. */
static bool is_ours(enum retval_engine e)
{
	return e == RETVAL_CONCRETE || e == RETVAL_SYMBOLIC;
}

static bool needs_reason(enum retval_engine e, enum retval_status s)
{
	return s != RETVAL_AGREES && (is_ours(e) || (s != RETVAL_NOT_MODELLED && s != RETVAL_UNREADABLE));
}

static struct retval_answer ask(struct report *r, const struct retval_case *c, enum retval_engine e)
{
	int status;
	*r->shared = (struct retval_answer){.status = RETVAL_CRASHED};
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		struct retval_answer answer;
		alarm(r->seconds);
		retval_run(e, c, &answer);
		*r->shared = answer;
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		perror("retval: fork");
		exit(70);
	}
	struct retval_answer out = *r->shared;
	if (WIFSIGNALED(status)) {
		out.status = WTERMSIG(status) == SIGALRM ? RETVAL_LATE : RETVAL_CRASHED;
		snprintf(out.why, sizeof out.why, "signal %d", WTERMSIG(status));
	} else if (WEXITSTATUS(status)) {
		snprintf(out.why, sizeof out.why, "exit status %d", WEXITSTATUS(status));
	}
	return out;
}

static void print_tag(const struct retval_tag *t, char *out, size_t len)
{
	if (t->any)
		snprintf(out, len, "any value");
	else
		snprintf(out, len, "%d", t->value);
}

static void report_answer(struct report *r, const struct retval_case *c, enum retval_engine e,
			  const struct retval_answer *a, json_t *answers)
{
	char tag[32];
	r->count[e][a->status]++;
	json_object_set_new(
	    answers, retval_engine_names[e],
	    json_pack("{s:s, s:i, s:s}", "status", retval_status_names[a->status], "value", a->value, "why", a->why));
	if (a->status == RETVAL_AGREES)
		return;
	const struct retval_known *k = retval_find_known(&r->known, c, e, a->status);
	bool unexplained = !k && needs_reason(e, a->status);
	r->unexplained += unexplained;
	if (!unexplained && !r->list)
		return;
	print_tag(c->tag, tag, sizeof tag);
	printf("%-8s %s %s (tag: %s): %s: %s%s\n", retval_engine_names[e], c->name, c->tag->name, tag,
	       retval_status_names[a->status], a->why, unexplained ? "  <- not explained" : "");
	if (k)
		printf("         %s\n", k->reason);
}

static void run_program(struct report *r, const struct retval_case *c)
{
	char full[400];
	snprintf(full, sizeof full, "%s:%s", c->name, c->tag->name);
	if (!c->tag->runs || (r->only && !strstr(full, r->only)))
		return;
	json_t *answers = json_object(), *row = json_object();
	r->programs++;
	for (enum retval_engine e = 0; e < RETVAL_ENGINE_COUNT; e++)
		if (r->engines & 1u << e) {
			struct retval_answer a = ask(r, c, e);
			report_answer(r, c, e, &a, answers);
		}
	json_object_set_new(row, "object", json_string(c->name));
	json_object_set_new(row, "program", json_string(c->tag->name));
	json_object_set_new(row, "tag", c->tag->any ? json_null() : json_integer(c->tag->value));
	json_object_set_new(row, "answers", answers);
	json_array_append_new(r->json, row);
}

/* With its CO-RE relocations resolved as the harness has them resolved; NULL with a sentence in err. */
static struct object *read_object(const char *path, const struct retval_tags *tags, char *err, size_t len)
{
	struct object *o;
	const char *btf = NULL;
	for (size_t i = 0; i < tags->n; i++)
		if (tags->at[i].own_btf)
			btf = path;
	if (object_read(path, &o, err, len) != OBJECT_OK)
		return NULL;
	if (object_resolve(o, btf, err, len) == OBJECT_OK)
		return o;
	object_free(o);
	return NULL;
}

static void run_object(struct report *r, const char *path)
{
	char name[256], err[512];
	struct object *o;
	struct retval_tags tags;
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	snprintf(name, sizeof name, "%.*s", (int)strcspn(base, "."), base);
	if (!retval_read_tags(path, &tags, err, sizeof err)) {
		fprintf(stderr, "%s: %s\n", path, err);
		r->unexplained++;
		return;
	}
	r->objects++;
	o = read_object(path, &tags, err, sizeof err);
	struct retval_case c = {.path = path, .name = name, .tags = &tags, .object = o, .error = err};
	for (size_t i = 0; i < tags.n; i++) {
		c.tag = &tags.at[i];
		c.program = o ? object_find(o, c.tag->name) : NULL;
		if (o && !c.program)
			snprintf(err, sizeof err, "it has no such program");
		if (c.program && c.program->error) {
			c.error = c.program->error;
			c.program = NULL;
		}
		run_program(r, &c);
		c.error = err;
	}
	free(tags.at);
	object_free(o);
}

static void run_all(struct report *r, const char *dir)
{
	char pattern[4096];
	glob_t g;
	snprintf(pattern, sizeof pattern, "%s/*.o", dir);
	if (glob(pattern, 0, NULL, &g) != 0) {
		fprintf(stderr, "retval: no objects in %s; make retval compiles them\n", dir);
		exit(66);
	}
	for (size_t i = 0; i < g.gl_pathc; i++)
		run_object(r, g.gl_pathv[i]);
	globfree(&g);
}

static void print_table(const struct report *r)
{
	printf("\n%zu programs with a __retval tag in %zu objects\n%-10s", r->programs, r->objects, "engine");
	for (size_t s = 0; s < RETVAL_STATUS_COUNT; s++)
		printf(" %10s", retval_status_names[s]);
	for (enum retval_engine e = 0; e < RETVAL_ENGINE_COUNT; e++) {
		printf("\n%-10s", retval_engine_names[e]);
		for (size_t s = 0; s < RETVAL_STATUS_COUNT; s++)
			printf(" %10zu", r->count[e][s]);
	}
	putchar('\n');
}

/* Explanations of what is no longer so. */
static size_t print_stale(const struct report *r)
{
	size_t n = 0;
	for (size_t i = 0; i < r->known.n; i++)
		for (enum retval_engine e = 0; e < RETVAL_ENGINE_COUNT; e++) {
			const struct retval_known *k = &r->known.at[i];
			if (!is_ours(e) || !(k->engines & ~k->met & 1u << e))
				continue;
			printf("%-8s %s %s: %s is explained, but is not so\n", retval_engine_names[e], k->object,
			       k->program, retval_status_names[k->status]);
			n++;
		}
	return n;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: retval --known=FILE [--json=FILE] [--only=TEXT] [--engine=NAME] [--seconds=N] [--list] DIR\n");
	return 64;
}

static bool pick_engine(struct report *r, const char *name)
{
	r->engines = 0;
	for (enum retval_engine e = 0; e < RETVAL_ENGINE_COUNT; e++)
		if (!strcmp(retval_engine_names[e], name))
			r->engines = 1u << e;
	return r->engines != 0;
}

static int finish(struct report *r, const char *json)
{
	bool whole = !r->only && r->engines == (1u << RETVAL_ENGINE_COUNT) - 1;
	print_table(r);
	size_t stale = whole ? print_stale(r) : 0;
	printf("%zu not explained, %zu explanations too many\n", r->unexplained, stale);
	if (json && json_dump_file(r->json, json, JSON_INDENT(1))) {
		fprintf(stderr, "%s: can't be written\n", json);
		return 66;
	}
	json_decref(r->json);
	free(r->known.at);
	return r->unexplained || stale || !r->programs ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"json", required_argument, NULL, 'o'},
						{"known", required_argument, NULL, 'k'},
						{"only", required_argument, NULL, 'n'},
						{"engine", required_argument, NULL, 'e'},
						{"seconds", required_argument, NULL, 's'},
						{"list", no_argument, NULL, 'l'},
						{0}};
	struct report r = {.seconds = 60, .engines = (1u << RETVAL_ENGINE_COUNT) - 1, .json = json_array()};
	const char *json = NULL, *known = NULL;
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == 'o')
			json = optarg;
		else if (c == 'k')
			known = optarg;
		else if (c == 'n')
			r.only = optarg;
		else if (c == 's')
			r.seconds = (unsigned)atoi(optarg);
		else if (c == 'l')
			r.list = true;
		else if (c != 'e' || !pick_engine(&r, optarg))
			return usage();
	}
	if (optind + 1 != argc || !known || !r.seconds)
		return usage();
	r.shared = mmap(NULL, sizeof *r.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r.shared == MAP_FAILED)
		abort();
	if (!retval_read_known(known, &r.known))
		return 66;
	run_all(&r, argv[optind]);
	return finish(&r, json);
}
