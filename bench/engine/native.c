/* SPDX-License-Identifier: Apache-2.0 */
/* native NAME MILLISECONDS: runs one program on this machine; result and the shortest and median nanoseconds, as JSON. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "programs.h"

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

static void fill(u8 *memory)
{
	u32 state = 1;

	for (u32 i = 0; i < FILLED_BYTES; i++) {
		state = state * 1664525 + 1013904223;
		memory[i] = state >> 24;
	}
}

int main(int argc, char **argv)
{
	u64 (*program)(u8 *) = dlsym(RTLD_DEFAULT, argv[1]);
	double limit = atof(argv[2]) * 1e6, *taken = malloc(sizeof(double) << 20), one, start;
	u8 *memory = aligned_alloc(64, MEMORY_BYTES);
	u32 count = 0, batch = 1;
	u64 result;

	memset(memory, 0, MEMORY_BYTES);
	fill(memory);
	result = program(memory);
	start = now();
	program(memory);
	one = now() - start;
	while (batch * one < 1e5)
		batch *= 2;
	for (double end = now() + limit; now() < end && count < 1 << 20; count++) {
		fill(memory);
		start = now();
		for (u32 i = 0; i < batch; i++)
			program(memory);
		taken[count] = (now() - start) / batch;
	}
	qsort(taken, count, sizeof(*taken), compare);
	printf("{\"result\":\"%llx\",\"minimum\":%.1f,\"median\":%.1f}\n", result, taken[0], taken[count / 2]);
	return 0;
}
