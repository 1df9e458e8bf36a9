// SPDX-License-Identifier: Apache-2.0
// What map helpers, callbacks, tail calls and text helpers answer to programs, the refused calls included.
#include "answers.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, u32);
	__type(value, u64);
} array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, u64);
} percpu_array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, u64);
} hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, u64);
} percpu_hash SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
} lru SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

int called(u64 *ctx);
int endless(u64 *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 3);
	__uint(key_size, sizeof(u32));
	__array(values, int(u64 *));
} programs SEC(".maps") = { .values = { [0] = (void *)&called, [2] = (void *)&endless } };

#define KEY(number) (&(u32){ number })
#define VALUE(number) (&(u64){ number })
#define lookup(map, key) ({ u64 *found = bpf_map_lookup_elem(map, KEY(key)); found ? (long)*found : -1; })
#define lookup_cpu(map, key, cpu)                                                                            \
	({ u64 *found = bpf_map_lookup_percpu_elem(map, KEY(key), cpu); found ? (long)*found : -1; })
#define update(map, key, value, flags) bpf_map_update_elem(map, KEY(key), VALUE(value), flags)
#define delete(map, key) bpf_map_delete_elem(map, KEY(key))

SEC("raw_tp/sys_enter")
int arrays(u64 *ctx)
{
	if (!is_mine(ctx[1]))
		return 0;
	TRY(lookup(&array, 0));
	TRY(lookup(&array, 3));
	TRY(update(&array, 0, 7, BPF_ANY));
	TRY(update(&array, 1, 8, BPF_EXIST));
	TRY(update(&array, 2, 9, BPF_NOEXIST));
	TRY(update(&array, 3, 9, BPF_ANY));
	TRY(update(&array, 3, 9, BPF_NOEXIST));
	TRY(update(&array, 0, 9, 3));
	TRY(update(&array, 0, 9, BPF_F_LOCK));
	TRY(update(&array, 0, 9, 8));
	TRY(lookup(&array, 0));
	TRY(lookup(&array, 1));
	TRY(delete(&array, 0));
	TRY(delete(&array, 3));
	TRY(lookup(&percpu_array, 1));
	TRY(update(&percpu_array, 1, 5, BPF_ANY));
	TRY(update(&percpu_array, 1, 6, BPF_NOEXIST));
	TRY(update(&percpu_array, 2, 6, BPF_ANY));
	TRY(update(&percpu_array, 1, 6, BPF_F_LOCK));
	TRY(update(&percpu_array, 1, 6, 8));
	TRY(lookup(&percpu_array, 1));
	TRY(lookup_cpu(&percpu_array, 1, 0));
	TRY(lookup_cpu(&percpu_array, 1, 1));
	TRY(lookup_cpu(&percpu_array, 1, 4096));
	TRY(lookup_cpu(&percpu_array, 2, 0));
	TRY(delete(&percpu_array, 0));
	return 0;
}

SEC("raw_tp/sys_enter")
int hashes(u64 *ctx)
{
	if (!is_mine(ctx[1]))
		return 0;
	TRY(lookup(&hash, 1));
	TRY(update(&hash, 1, 10, BPF_EXIST));
	TRY(update(&hash, 1, 10, BPF_NOEXIST));
	TRY(update(&hash, 1, 11, BPF_NOEXIST));
	TRY(lookup(&hash, 1));
	TRY(update(&hash, 1, 12, BPF_EXIST));
	TRY(lookup(&hash, 1));
	TRY(update(&hash, 1, 13, 3));
	TRY(update(&hash, 1, 13, BPF_F_LOCK));
	TRY(update(&hash, 1, 13, 8));
	TRY(update(&hash, 2, 20, BPF_ANY));
	TRY(update(&hash, 3, 30, BPF_ANY));
	TRY(update(&hash, 3, 30, BPF_NOEXIST));
	TRY(update(&hash, 3, 30, BPF_EXIST));
	TRY(update(&hash, 2, 21, BPF_ANY));
	TRY(delete(&hash, 3));
	TRY(delete(&hash, 1));
	TRY(delete(&hash, 1));
	TRY(update(&hash, 3, 30, BPF_ANY));
	TRY(lookup(&hash, 3));
	TRY(update(&percpu_hash, 1, 10, BPF_EXIST));
	TRY(update(&percpu_hash, 1, 10, BPF_ANY));
	TRY(update(&percpu_hash, 1, 10, BPF_NOEXIST));
	TRY(update(&percpu_hash, 1, 10, BPF_F_LOCK));
	TRY(update(&percpu_hash, 2, 20, BPF_ANY));
	TRY(update(&percpu_hash, 3, 30, BPF_ANY));
	TRY(lookup(&percpu_hash, 1));
	TRY(lookup_cpu(&percpu_hash, 1, 0));
	TRY(lookup_cpu(&percpu_hash, 1, 1));
	TRY(lookup_cpu(&percpu_hash, 3, 0));
	TRY(delete(&percpu_hash, 3));
	return 0;
}

SEC("raw_tp/sys_enter")
int evictions(u64 *ctx)
{
	if (!is_mine(ctx[1]))
		return 0;
	TRY(update(&lru, 1, 10, BPF_EXIST));
	TRY(update(&lru, 1, 10, BPF_ANY));
	TRY(update(&lru, 2, 20, BPF_ANY));
	TRY(update(&lru, 3, 30, BPF_NOEXIST));
	TRY(update(&lru, 3, 30, BPF_NOEXIST));
	TRY(update(&lru, 4, 40, BPF_ANY));
	TRY(update(&lru, 4, 41, BPF_EXIST));
	TRY(update(&lru, 5, 50, BPF_ANY));
	TRY(lookup(&lru, 5));
	TRY(update(&lru, 6, 60, BPF_F_LOCK));
	TRY(delete(&lru, 5));
	TRY(delete(&lru, 5));
	TRY(lookup(&lru, 1));
	TRY(lookup(&lru, 2));
	TRY(lookup(&lru, 3));
	TRY(lookup(&lru, 4));
	TRY(update(&lru, 7, 70, BPF_ANY));
	TRY(update(&lru, 8, 80, BPF_ANY));
	TRY(update(&lru, 9, 90, BPF_ANY));
	TRY(lookup(&lru, 2));
	TRY(lookup(&lru, 3));
	TRY(lookup(&lru, 4));
	TRY(lookup(&lru, 7));
	TRY(lookup(&lru, 8));
	TRY(lookup(&lru, 9));
	return 0;
}

static __always_inline long reserve_and(int submit, u64 size, u64 flags)
{
	u64 *record = size == 8 ? bpf_ringbuf_reserve(&ring, 8, flags) : bpf_ringbuf_reserve(&ring, 5000, flags);

	if (!record)
		return -1;
	*record = size;
	if (submit)
		bpf_ringbuf_submit(record, 0);
	else
		bpf_ringbuf_discard(record, 0);
	return 0;
}

SEC("raw_tp/sys_enter")
int rings(u64 *ctx)
{
	static char filling[5000];

	if (!is_mine(ctx[1]))
		return 0;
	TRY(bpf_ringbuf_output(&ring, filling, 5000, 0));
	TRY(bpf_ringbuf_output(&ring, filling, 8, 4));
	TRY(bpf_ringbuf_output(&ring, filling, 8, BPF_RB_NO_WAKEUP));
	TRY(bpf_ringbuf_output(&ring, filling, 8, BPF_RB_FORCE_WAKEUP));
	TRY(reserve_and(1, 8, 0));
	TRY(reserve_and(1, 8, 1));
	TRY(reserve_and(1, 5000, 0));
	TRY(bpf_ringbuf_query(&ring, BPF_RB_PROD_POS));
	TRY(reserve_and(0, 8, 0));
	TRY(bpf_ringbuf_query(&ring, BPF_RB_PROD_POS));
	TRY(bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA));
	TRY(bpf_ringbuf_query(&ring, BPF_RB_CONS_POS));
	TRY(bpf_ringbuf_query(&ring, 9));
	TRY(bpf_ringbuf_output(&ring, filling, 2000, 0));
	TRY(bpf_ringbuf_output(&ring, filling, 2000, 0));
	TRY(bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA));
	TRY(bpf_ringbuf_output(&ring, filling, 8, 0));
	TRY(bpf_ringbuf_output(&ring, filling, 1000, 0));
	TRY(bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA));
	return 0;
}

static u32 visits;

/* Reached by a tail call only. */
SEC("raw_tp")
int called(u64 *ctx)
{
	TRY(visits);
	return 0;
}

/* Calls itself until the kernel no longer lets it, and says how often it ran. */
SEC("raw_tp")
int endless(u64 *ctx)
{
	visits++;
	bpf_tail_call(ctx, &programs, 2);
	bpf_tail_call(ctx, &programs, 0);
	TRY(visits);
	return 0;
}

SEC("raw_tp/sys_enter")
int tails(u64 *ctx)
{
	if (!is_mine(ctx[1]))
		return 0;
	TRY((bpf_tail_call(ctx, &programs, 1), 1));
	TRY((bpf_tail_call(ctx, &programs, 3), 1));
	TRY((bpf_tail_call(ctx, &programs, -1), 1));
	bpf_tail_call(ctx, &programs, 0);
	TRY(-1);
	return 0;
}

SEC("raw_tp/sys_enter")
int tails_endless(u64 *ctx)
{
	if (!is_mine(ctx[1]))
		return 0;
	bpf_tail_call(ctx, &programs, 2);
	TRY(-1);
	return 0;
}

/* Not on the stack: a verifier would follow its values through every turn. */
static struct sum {
	u64 keys, values, calls;
} sum;

static long add(void *map, u32 *key, u64 *value, void *context)
{
	sum.keys += *key;
	sum.values += *value;
	sum.calls++;
	return sum.calls == 3;
}

static long count(u32 index, void *context)
{
	sum.keys += index;
	sum.calls++;
	return sum.calls == 5;
}

static long never(u32 index, void *context)
{
	return 0;
}

#define EACH(map, flags)                                                                                     \
	({                                                                                                   \
		__builtin_memset(&sum, 0, sizeof(sum));                                                      \
		long visited = bpf_for_each_map_elem(map, add, 0, flags);                                    \
		__builtin_memcpy(data, &sum, sizeof(sum));                                                   \
		visited;                                                                                     \
	})
#define LOOP(times, flags)                                                                                   \
	({                                                                                                   \
		__builtin_memset(&sum, 0, sizeof(sum));                                                      \
		long looped = bpf_loop(times, count, 0, flags);                                              \
		__builtin_memcpy(data, &sum, sizeof(sum));                                                   \
		looped;                                                                                      \
	})

SEC("raw_tp/sys_enter")
int callbacks(u64 *ctx)
{
	if (!is_mine(ctx[1]))
		return 0;
	update(&array, 1, 10, BPF_ANY);
	update(&array, 2, 20, BPF_ANY);
	update(&hash, 5, 50, BPF_ANY);
	update(&percpu_hash, 6, 60, BPF_ANY);
	update(&percpu_array, 1, 70, BPF_ANY);
	TRY(EACH(&array, 0));
	TRY(EACH(&array, 1));
	TRY(EACH(&hash, 0));
	TRY(EACH(&percpu_hash, 0));
	TRY(EACH(&percpu_array, 0));
	update(&lru, 1, 10, BPF_ANY);
	update(&lru, 2, 20, BPF_ANY);
	TRY(EACH(&lru, 0));
	TRY(LOOP(3, 0));
	TRY(LOOP(0, 0));
	TRY(LOOP(100, 0));
	TRY(LOOP(3, 1));
	TRY(bpf_loop((1 << 23) + 1, never, 0, 0));
	TRY(bpf_loop(-1, never, 0, 0));
	return 0;
}

static const char fixed[] = "fixed";

#define RESULT ((void *)data)
#define strtol(text, size, flags) bpf_strtol(text, size, flags, RESULT)
#define strtoul(text, size, flags) bpf_strtoul(text, size, flags, RESULT)
#define snprintf(size, ...) BPF_SNPRINTF((char *)data, size, ##__VA_ARGS__)

SEC("raw_tp/sys_enter")
int texts(u64 *ctx)
{
	static char kernel_text[] = "kernel string";

	if (!is_mine(ctx[1]))
		return 0;
	TRY(strtol("42", 3, 0));
	TRY(strtol("-42 rest", 9, 10));
	TRY(strtol("  7", 4, 0));
	TRY(strtol("0x1f", 5, 0));
	TRY(strtol("0x1f", 5, 16));
	TRY(strtol("010", 4, 0));
	TRY(strtol("010", 4, 8));
	TRY(strtol("ff", 3, 16));
	TRY(strtol("ff", 3, 10));
	TRY(strtol("12345", 2, 10));
	TRY(strtol("5", 2, 7));
	TRY(strtol("5", 2, 1 << 5));
	TRY(strtol("+5", 3, 10));
	TRY(strtol("-", 2, 10));
	TRY(strtol("", 1, 10));
	TRY(strtol("9223372036854775807", 20, 10));
	TRY(strtol("9223372036854775808", 20, 10));
	TRY(strtol("-9223372036854775808", 21, 10));
	TRY(strtoul("18446744073709551615", 21, 10));
	TRY(strtoul("18446744073709551616", 21, 10));
	TRY(strtoul("-1", 3, 10));
	TRY(bpf_strncmp("fixed", 6, fixed));
	TRY(bpf_strncmp("fixed", 3, fixed));
	TRY(bpf_strncmp("fiyed", 6, fixed));
	TRY(bpf_strncmp("fiwed", 6, fixed));
	TRY(bpf_strncmp("fixed and more", 15, fixed));
	TRY(snprintf(32, "plain"));
	TRY(snprintf(4, "truncated"));
	TRY(snprintf(32, "%d %s %llx", 7, kernel_text, -1LL));
	TRY(snprintf(32, "%d", 1, 2));
	TRY(snprintf(32, "[%6s]", "abc"));
	TRY(snprintf(32, "%%%c", 'c'));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
