/* SPDX-License-Identifier: Apache-2.0 */
/* Counters by flow and by size, in maps: the kernel's for BPF, the ones of table.h elsewhere. */
#include "programs.h"

#define FLOWS 1024
#define SIZES 64
#define PACKETS 512

#ifdef __BPF__
#define HASH 1
#define ARRAY 2

struct {
	int (*type)[HASH];
	int (*max_entries)[FLOWS];
	u64 *key;
	u64 *value;
} flows __attribute__((section(".maps"), used));

struct {
	int (*type)[ARRAY];
	int (*max_entries)[SIZES];
	u32 *key;
	u64 *value;
} sizes __attribute__((section(".maps"), used));

static void *(*const lookup)(void *map, const void *key) = (void *)1;
static long (*const update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;

#define find_flow(key) ((u64 *)lookup(&flows, key))
#define find_size(index) ((u64 *)lookup(&sizes, index))
#define add_flow(key, value) update(&flows, key, value, 0)

/* A type that kernels know, so that the object can be loaded; nothing attaches it. */
#undef PROGRAM
#define PROGRAM(name) __attribute__((section("raw_tp"), used)) u64 name(u8 *memory)
char LICENSE[] __attribute__((section("license"), used)) = "Dual MIT/GPL";
#else
#include "table.h"
#endif

/* How often a flow was not there though it had been added: never, so the keys alone make the result. */
PROGRAM(counters)
{
	u64 result = 0;

	for (u32 packet = 0; packet < PACKETS; packet++) {
		const u32 *fields = (const u32 *)(memory + packet * 16);
		u64 key = (u64)(fields[0] & 31) << 32 | (fields[1] & 15), one = 1, *flow = find_flow(&key);
		u32 size = fields[2] & (SIZES - 1);
		u64 *bytes = find_size(&size);

		if (!flow) {
			add_flow(&key, &one);
			flow = find_flow(&key);
			if (!flow)
				return 0;
		}
		*flow += 1;
		if (bytes)
			*bytes += fields[3] & 1023;
		result = result * 31 + key;
	}
	return result;
}
