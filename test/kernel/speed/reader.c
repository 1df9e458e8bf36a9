// SPDX-License-Identifier: Apache-2.0
/*
 * What libbpf needs for the same work, as one line of JSON:
 *   reader load OBJECT TIMES              milliseconds to open and load an object, the median
 *   reader read OBJECT SECONDS GENERATOR  records a second through ring_buffer__poll
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return difference < 0 ? -1 : difference > 0;
}

static int load(const char *path, int times)
{
	double taken[64];

	for (int i = 0; i < times; i++) {
		double start = now();
		struct bpf_object *object = bpf_object__open_file(path, NULL);

		if (!object || bpf_object__load(object))
			return 1;
		taken[i] = now() - start;
		bpf_object__close(object);
	}
	qsort(taken, times, sizeof(taken[0]), compare);
	printf("{\"first\":%.2f,\"median\":%.2f}\n", taken[0], taken[times / 2]);
	return 0;
}

static unsigned long count, sum;

static int take(void *context, void *data, size_t size)
{
	count++;
	sum += *(unsigned long *)data;
	return 0;
}

static int read_records(const char *path, int seconds, char *generator)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct ring_buffer *ring;
	struct bpf_program *program;
	int pid, zero = 0;

	if (!object || bpf_object__load(object))
		return 1;
	program = bpf_object__find_program_by_name(object, "burst");
	if (!bpf_program__attach(program))
		return 1;
	ring = ring_buffer__new(bpf_object__find_map_fd_by_name(object, "records"), take, NULL, NULL);
	pid = fork();
	if (pid == 0) {
		execl(generator, generator, NULL);
		_exit(127);
	}
	for (struct bpf_map *map = NULL; (map = bpf_object__next_map(object, map));)
		if (strstr(bpf_map__name(map), ".bss")) {
			struct { int watched; unsigned long lost, written; const void *type; } bss = { pid };

			bpf_map_update_elem(bpf_map__fd(map), &zero, &bss, 0);
		}
	double end = now() + seconds * 1e3;
	while (now() < end)
		ring_buffer__poll(ring, 10);
	kill(pid, SIGKILL);
	printf("{\"perSecond\":%.0f}\n", count / (double)seconds);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "load"))
		return load(argv[2], atoi(argv[3]));
	if (argc == 5 && !strcmp(argv[1], "read"))
		return read_records(argv[2], atoi(argv[3]), argv[4]);
	return 2;
}
