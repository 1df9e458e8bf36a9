// SPDX-License-Identifier: Apache-2.0
// An arena whose pages and global variables a program shares with its loader.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define __arena __attribute__((address_space(1)))
#define PAGES 4

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, 33 /* BPF_MAP_TYPE_ARENA */);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PAGES);
} arena SEC(".maps");

int __arena shared = 5;
long __arena total;
void __arena *page;

void __arena *bpf_arena_alloc_pages(void *map, void __arena *address, __u32 count, int node, __u64 flags) __ksym;

SEC("syscall")
int use(void *ctx)
{
	char __arena *bytes = bpf_arena_alloc_pages(&arena, 0, 1, -1, 0);

	total += shared++;
	page = bytes;
	if (!bytes)
		return 1;
	bytes[0] = 's';
	bytes[1] = 'k';
	return 0;
}
