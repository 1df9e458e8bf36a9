// SPDX-License-Identifier: Apache-2.0
// Runs in a guest: loads an object with libbpf, attaches each program where its section says (in the order of the
// file), runs one command as a child, and prints what the programs reported: "event MAP HEX" for each record of
// perf event arrays and ring buffers.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void print_record(void *name, int cpu, void *data, unsigned int size)
{
	(void)cpu;
	printf("event %s ", (char *)name);
	for (unsigned int i = 0; i < size; i++)
		printf("%02x", ((unsigned char *)data)[i]);
	printf("\n");
}

static int print_ring_record(void *name, void *data, size_t size)
{
	print_record(name, 0, data, size);
	return 0;
}

static int print_warnings(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level > LIBBPF_INFO)
		return 0;
	fputs("libbpf ", stdout);
	return vprintf(format, args);
}

int main(int argc, char **argv)
{
	struct perf_buffer *perf[16] = {};
	struct ring_buffer *ring[16] = {};
	struct bpf_program *program;
	struct bpf_object *object;
	struct bpf_map *map;
	int perfs = 0, rings = 0, status, err;
	pid_t child;

	if (argc < 3)
		return 2;
	libbpf_set_print(print_warnings);
	object = bpf_object__open_file(argv[1], NULL);
	if (!object || bpf_object__load(object))
		return 1;
	bpf_object__for_each_map(map, object) {
		char *name = (char *)bpf_map__name(map);

		if (bpf_map__type(map) == BPF_MAP_TYPE_PERF_EVENT_ARRAY)
			perf[perfs++] = perf_buffer__new(bpf_map__fd(map), 64, print_record, NULL, name, NULL);
		if (bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF)
			ring[rings++] = ring_buffer__new(bpf_map__fd(map), print_ring_record, name, NULL);
	}
	bpf_object__for_each_program(program, object) {
		if (!bpf_program__autoload(program))
			continue;
		err = bpf_program__attach(program) ? 0 : -1;
		printf("attach %s %d\n", bpf_program__name(program), err);
	}
	fflush(stdout);
	child = fork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	waitpid(child, &status, 0);
	for (int i = 0; i < perfs; i++)
		perf_buffer__consume(perf[i]);
	for (int i = 0; i < rings; i++)
		ring_buffer__consume(ring[i]);
	printf("recorder %d child %d status %d\n", getpid(), child, WEXITSTATUS(status));
	return 0;
}
