// SPDX-License-Identifier: Apache-2.0
// Runs in a guest: attaches programs in a given order, lets a process act, and prints what was recorded.
//
//   loader trace   OBJECT SCENARIO PROGRAM...   records of trace.bpf.c, one line of JSON each
//   loader answers OBJECT PROGRAM [LOADED...]   answers of memory.bpf.c or maps.bpf.c; only the first is attached
//   loader hello   OBJECT SCENARIO              samples of the hello exhibit, all its programs
//
// SCENARIO is a command for the watched shell. Lines that start with "#" are the trace buffer's. What libbpf says
// of refused programs is a line of JSON too: that is an answer, not a failure.
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/btf.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REGISTERS = 21, MAX_LINKS = 512, PAGE = 4096 };

struct record {
	char hook[56];
	char text[40];
	char comm[16];
	unsigned kind, pid, tgid, uid, count, cpu;
	unsigned long long function, time, words[REGISTERS];
};

struct answer {
	char what[56];
	long result;
	unsigned char data[32];
};

static struct bpf_link *links[MAX_LINKS];
static int link_count;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void stay_on_first_cpu(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		fail("sched_setaffinity");
}

static void print_json_string(const char *text, size_t limit)
{
	putchar('"');
	for (size_t at = 0; at < limit && text[at]; at++) {
		unsigned char byte = text[at];

		if (byte == '"' || byte == '\\')
			printf("\\%c", byte);
		else if (byte < 0x20 || byte >= 0x7f)
			printf("\\u%04x", byte);
		else
			putchar(byte);
	}
	putchar('"');
}

static int print_warning(enum libbpf_print_level level, const char *format, va_list args)
{
	static char text[4 << 20];

	if (level != LIBBPF_WARN)
		return 0;
	vsnprintf(text, sizeof(text), format, args);
	if (text[0] && text[strlen(text) - 1] == '\n')
		text[strlen(text) - 1] = 0;
	printf("{\"libbpf\":");
	print_json_string(text, sizeof(text));
	printf("}\n");
	return 0;
}

static int on_record(void *context, void *data, size_t size)
{
	const struct record *record = data;

	printf("{\"hook\":\"%s\",\"pid\":%u,\"tgid\":%u,\"uid\":%u,\"cpu\":%u,\"comm\":", record->hook, record->pid,
	       record->tgid, record->uid, record->cpu);
	print_json_string(record->comm, sizeof(record->comm));
	printf(",\"text\":");
	print_json_string(record->text, sizeof(record->text));
	printf(",\"count\":%u,\"function\":\"%llx\",\"time\":%llu,\"words\":[", record->count, record->function,
	       record->time);
	for (int index = 0; index < REGISTERS; index++)
		printf("%s\"%llx\"", index ? "," : "", record->words[index]);
	printf("]}\n");
	return 0;
}

static int on_answer(void *context, void *data, size_t size)
{
	const struct answer *answer = data;

	printf("{\"call\":");
	print_json_string(answer->what, sizeof(answer->what));
	printf(",\"result\":%ld,\"data\":\"", answer->result);
	for (int index = 0; index < 32; index++)
		printf("%02x", answer->data[index]);
	printf("\"}\n");
	return 0;
}

/* PERF_RECORD_SAMPLE with PERF_SAMPLE_RAW: the header, the raw size, the raw bytes. */
static enum bpf_perf_event_ret on_raw_sample(void *context, int cpu, struct perf_event_header *header)
{
	unsigned raw_size = *(unsigned *)(header + 1);

	printf("{\"sample\":{\"type\":%u,\"misc\":%u,\"recordSize\":%u,\"rawSize\":%u,\"bytes\":\"", header->type,
	       header->misc, header->size, raw_size);
	for (unsigned index = 0; index < raw_size; index++)
		printf("%02x", ((unsigned char *)(header + 1))[4 + index]);
	printf("\"}}\n");
	return LIBBPF_PERF_EVENT_CONT;
}

static void print_trace_buffer(void)
{
	FILE *trace = fopen("/sys/kernel/tracing/trace", "r");
	char line[1024];

	if (!trace)
		fail("trace");
	while (fgets(line, sizeof(line), trace))
		if (line[0] != '#')
			printf("# %s", line);
	fclose(trace);
}

static void clear_trace_buffer(void)
{
	FILE *trace = fopen("/sys/kernel/tracing/trace", "w");

	if (trace)
		fclose(trace);
}

/* Opens an object with only the named programs (all when there are none). */
static struct bpf_object *load(const char *path, char **names, int count)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *program;

	if (!object)
		fail("open object");
	if (count > 0) {
		bpf_object__for_each_program(program, object)
			bpf_program__set_autoload(program, false);
		for (int index = 0; index < count; index++) {
			program = bpf_object__find_program_by_name(object, names[index]);
			if (program)
				bpf_program__set_autoload(program, true);
			else
				fprintf(stderr, "no program %s\n", names[index]);
		}
	}
	if (bpf_object__load(object)) {
		printf("{\"load\":%d}\n", -errno);
		exit(0);
	}
	return object;
}

static void attach(struct bpf_program *program)
{
	struct bpf_link *link = bpf_program__attach(program);

	if (!link) {
		printf("{\"attach\":\"%s\",\"error\":%d}\n", bpf_program__name(program), -errno);
		return;
	}
	if (link_count == MAX_LINKS) {
		fprintf(stderr, "more than %d programs\n", MAX_LINKS);
		exit(1);
	}
	links[link_count++] = link;
}

/* Detaches everything before the records are read, so that reading adds none. */
static void detach_all(void)
{
	while (link_count > 0)
		bpf_link__destroy(links[--link_count]);
}

static void set_global(struct bpf_object *object, const char *name, const void *value, size_t size)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, ".bss");
	size_t length;
	const struct btf *btf = bpf_object__btf(object);
	int section = btf__find_by_name_kind(btf, ".bss", BTF_KIND_DATASEC);
	const struct btf_type *type = btf__type_by_id(btf, section);
	const struct btf_var_secinfo *info = btf_var_secinfos(type);
	int key = 0;
	char *contents;

	length = bpf_map__value_size(map);
	contents = malloc(length);
	if (bpf_map__lookup_elem(map, &key, sizeof(key), contents, length, 0))
		fail("read .bss");
	for (int index = 0; index < btf_vlen(type); index++, info++) {
		const struct btf_type *variable = btf__type_by_id(btf, info->type);

		if (strcmp(btf__name_by_offset(btf, variable->name_off), name) == 0)
			memcpy(contents + info->offset, value, size);
	}
	if (bpf_map__update_elem(map, &key, sizeof(key), contents, length, 0))
		fail("write .bss");
	free(contents);
}

static void set_number(struct bpf_object *object, const char *name, int value)
{
	set_global(object, name, &value, sizeof(value));
}

struct shell {
	pid_t pid;
	int input, output;
};

static void wait_for_line(struct shell shell)
{
	char byte = 0;

	while (byte != '\n')
		if (read(shell.output, &byte, 1) != 1)
			fail("read");
	/* What the shell does next is to wait for a line, which takes it no time. */
	usleep(100 * 1000);
}

/* A shell that waits, runs the command when told, says so, and waits again. */
static struct shell start_shell(const char *command)
{
	char script[512];
	int input[2], output[2];
	struct shell shell;

	snprintf(script, sizeof(script), "echo; read go; %s; echo; read end", command);
	if (pipe(input) || pipe(output))
		fail("pipe");
	shell.pid = fork();
	if (shell.pid == 0) {
		dup2(input[0], 0);
		dup2(output[1], 1);
		close(input[0]);
		close(input[1]);
		close(output[0]);
		close(output[1]);
		execl("/bin/sh", "sh", "-c", script, NULL);
		fail("sh");
	}
	close(input[0]);
	close(output[1]);
	shell.input = input[1];
	shell.output = output[0];
	wait_for_line(shell);
	return shell;
}

static void let_act(struct shell shell)
{
	if (write(shell.input, "\n", 1) != 1)
		fail("write");
	wait_for_line(shell);
}

static void end_shell(struct shell shell)
{
	close(shell.input);
	waitpid(shell.pid, NULL, 0);
}

static int run_trace(int argc, char **argv)
{
	const char *scenario = argv[1];
	char **names = argv + 2;
	int count = argc - 2;
	struct bpf_object *object = load(argv[0], names, count);
	struct ring_buffer *buffer;
	struct shell shell = start_shell(scenario);

	set_number(object, "watched", shell.pid);
	for (int index = 0; index < count; index++)
		attach(bpf_object__find_program_by_name(object, names[index]));
	clear_trace_buffer();
	let_act(shell);
	set_number(object, "watched", -1);
	detach_all();
	printf("{\"shell\":%d}\n", shell.pid);
	end_shell(shell);
	buffer = ring_buffer__new(bpf_object__find_map_fd_by_name(object, "records"), on_record, NULL, NULL);
	if (!buffer || ring_buffer__consume(buffer) < 0)
		fail("ring buffer");
	print_trace_buffer();
	return 0;
}

static struct perf_buffer *perf_samples(struct bpf_object *object, const char *map)
{
	LIBBPF_OPTS(perf_buffer_raw_opts, options);
	static struct perf_event_attr attributes = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attributes),
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
		.wakeup_events = 1,
	};
	int fd = bpf_object__find_map_fd_by_name(object, map);
	struct perf_buffer *buffer = perf_buffer__new_raw(fd, 8, &attributes, on_raw_sample, NULL, &options);

	if (!buffer)
		fail("perf buffer");
	return buffer;
}

/* What user space asks of programs before they run. */
static void submit_requests(struct bpf_object *object)
{
	static const char *const records[] = { "first", "second", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" };
	struct user_ring_buffer *ring;

	if (!bpf_object__find_map_by_name(object, "requests"))
		return;
	ring = user_ring_buffer__new(bpf_object__find_map_fd_by_name(object, "requests"), NULL);
	if (!ring)
		fail("user ring buffer");
	for (int index = 0; index < 3; index++) {
		void *record = user_ring_buffer__reserve(ring, strlen(records[index]));

		if (!record)
			fail("reserve");
		memcpy(record, records[index], strlen(records[index]));
		user_ring_buffer__submit(ring, record);
	}
	user_ring_buffer__free(ring);
}

static int run_answers(int argc, char **argv)
{
	struct bpf_object *object = load(argv[0], argv + 1, argc - 1);
	static char text[] = "hello, world";
	char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long long address;
	bool has_samples = bpf_object__find_map_by_name(object, "samples") != NULL;
	struct perf_buffer *samples = has_samples ? perf_samples(object, "samples") : NULL;
	struct ring_buffer *answers;

	memcpy(pages + PAGE - 4, "torn", 4);
	munmap(pages + PAGE, PAGE);
	address = (unsigned long)text;
	set_global(object, "user_text", &address, sizeof(address));
	address = (unsigned long)pages + PAGE - 4;
	set_global(object, "user_torn", &address, sizeof(address));
	address = (unsigned long)pages + PAGE;
	set_global(object, "user_hole", &address, sizeof(address));
	set_number(object, "watched", getpid());
	submit_requests(object);
	attach(bpf_object__find_program_by_name(object, argv[1]));
	clear_trace_buffer();
	getppid();
	detach_all();
	answers = ring_buffer__new(bpf_object__find_map_fd_by_name(object, "answers"), on_answer, NULL, NULL);
	if (!answers || ring_buffer__consume(answers) < 0)
		fail("ring buffer");
	if (samples)
		perf_buffer__consume(samples);
	print_trace_buffer();
	return 0;
}

static int run_hello(int argc, char **argv)
{
	struct bpf_object *object = load(argv[0], NULL, 0);
	struct perf_buffer *samples = perf_samples(object, "output");
	struct shell shell = start_shell(argv[1]);
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
		attach(program);
	clear_trace_buffer();
	let_act(shell);
	detach_all();
	printf("{\"shell\":%d}\n", shell.pid);
	perf_buffer__consume(samples);
	print_trace_buffer();
	end_shell(shell);
	return 0;
}

int main(int argc, char **argv)
{
	libbpf_set_print(print_warning);
	stay_on_first_cpu();
	if (argc > 3 && strcmp(argv[1], "trace") == 0)
		return run_trace(argc - 2, argv + 2);
	if (argc > 3 && strcmp(argv[1], "answers") == 0)
		return run_answers(argc - 2, argv + 2);
	if (argc > 3 && strcmp(argv[1], "hello") == 0)
		return run_hello(argc - 2, argv + 2);
	fprintf(stderr, "loader trace|answers|hello OBJECT ...\n");
	return 2;
}
