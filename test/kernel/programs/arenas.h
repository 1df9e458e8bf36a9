/* SPDX-License-Identifier: Apache-2.0 */
/* An arena, and programs that run where they may sleep: as work items, which the watched process's call starts. */
#pragma once
#include "special-fields.h"

#define __arena __attribute__((address_space(1)))
#define PAGE 4096
#define ANY_NODE -1

void __arena *bpf_arena_alloc_pages(void *map, volatile void __arena *address, u32 count, int node, u64 flags) __ksym __weak;
void bpf_arena_free_pages(void *map, volatile void __arena *address, u32 count) __ksym __weak;

struct {
	__uint(type, 33 /* BPF_MAP_TYPE_ARENA */);
	__uint(map_flags, BPF_F_MMAPABLE | ARENA_FLAGS);
	__uint(max_entries, PAGES);
#ifdef ARENA_ADDRESS
	enum { arena_address = ARENA_ADDRESS } map_extra;
#endif
} arena SEC(".maps");

struct job {
	struct bpf_wq work;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct job);
} jobs SEC(".maps");

int started;

/* A program whose body runs where it may sleep. */
#define ON_GETPPID_LATER(name)                                                                               \
	static __always_inline void name##_late(void);                                                       \
	static int name##_work(void *map, int *key, void *value)                                             \
	{                                                                                                    \
		name##_late();                                                                               \
		return 0;                                                                                    \
	}                                                                                                    \
	ON_GETPPID(name)                                                                                     \
	{                                                                                                    \
		int zero = 0;                                                                                \
		struct job *job = bpf_map_lookup_elem(&jobs, &zero);                                         \
		if (!job || bpf_wq_init(&job->work, &jobs, 0) ||                                             \
		    bpf_wq_set_callback_impl(&job->work, name##_work, 0, 0))                                 \
			return;                                                                              \
		started = bpf_wq_start(&job->work, 0) == 0;                                                  \
	}                                                                                                    \
	static __always_inline void name##_late(void)
