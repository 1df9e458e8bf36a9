// SPDX-License-Identifier: Apache-2.0
// What programs are answered on queues, stacks, bloom filters, tries, maps of maps, task storages, user ring buffers
// and dynptrs, the refused calls included.
#include "answers.h"

#define MAP(name, kind, entries)                                                                             \
	struct {                                                                                             \
		__uint(type, kind);                                                                          \
		__uint(max_entries, entries);                                                                \
		__type(value, u64);                                                                          \
	} name SEC(".maps")

MAP(queue, BPF_MAP_TYPE_QUEUE, 2);
MAP(stack, BPF_MAP_TYPE_STACK, 2);
MAP(filter, BPF_MAP_TYPE_BLOOM_FILTER, 1000);

struct prefix {
	u32 length;
	u8 data[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 3);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, u64);
} trie SEC(".maps");

struct inner_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
} first SEC(".maps"), second SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 3);
	__type(key, u32);
	__array(values, struct inner_map);
} array_of_maps SEC(".maps") = { .values = { [0] = &first, [2] = &second } };

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 3);
	__type(key, u32);
	__array(values, struct inner_map);
} hash_of_maps SEC(".maps") = { .values = { [1] = &second } };

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, u64);
} storage SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64);
} initial SEC(".maps");

/* User space has put records in before the program runs: "first", "second" and 40 bytes of "x". */
struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} requests SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

#define push(map, number, flags) bpf_map_push_elem(map, &(u64){ number }, flags)
#define pop(map) bpf_map_pop_elem(map, data)
#define peek(map) bpf_map_peek_elem(map, data)
#define may_have(number) bpf_map_peek_elem(&filter, &(u64){ number })

SEC("raw_tp/sys_enter")
int queues(u64 *ctx)
{
	if (!is_mine(ctx[1]))
		return 0;
	TRY(pop(&queue));
	TRY(peek(&queue));
	TRY(push(&queue, 1, BPF_ANY));
	TRY(push(&queue, 2, BPF_NOEXIST));
	TRY(push(&queue, 2, BPF_EXIST));
	TRY(push(&queue, 3, BPF_ANY));
	TRY(push(&queue, 3, 3));
	TRY(peek(&queue));
	TRY(push(&queue, 3, BPF_EXIST));
	TRY(pop(&queue));
	TRY(pop(&queue));
	TRY(pop(&queue));
	TRY(push(&stack, 1, BPF_ANY));
	TRY(push(&stack, 2, BPF_ANY));
	TRY(push(&stack, 3, BPF_ANY));
	TRY(push(&stack, 3, BPF_EXIST));
	TRY(peek(&stack));
	TRY(pop(&stack));
	TRY(pop(&stack));
	TRY(pop(&stack));
	TRY(may_have(5));
	TRY(push(&filter, 5, BPF_ANY));
	TRY(push(&filter, 6, BPF_EXIST));
	TRY(push(&filter, 6, BPF_NOEXIST));
	TRY(may_have(5));
	TRY(may_have(6));
	return 0;
}

#define PREFIX(length, a, b, c, d) (&(struct prefix){ length, { a, b, c, d } })
#define lookup_prefix(...)                                                                                   \
	({ u64 *found = bpf_map_lookup_elem(&trie, PREFIX(__VA_ARGS__)); found ? (long)*found : -1; })
#define put(number, flags, ...) bpf_map_update_elem(&trie, PREFIX(__VA_ARGS__), &(u64){ number }, flags)
#define drop(...) bpf_map_delete_elem(&trie, PREFIX(__VA_ARGS__))

SEC("raw_tp/sys_enter")
int tries(u64 *ctx)
{
	if (!is_mine(ctx[1]))
		return 0;
	TRY(lookup_prefix(32, 10, 0, 0, 1));
	TRY(put(1, BPF_EXIST, 8, 10, 0, 0, 0));
	TRY(put(1, BPF_ANY, 8, 10, 0, 0, 0));
	TRY(put(2, BPF_NOEXIST, 16, 10, 1, 0, 0));
	TRY(put(3, BPF_NOEXIST, 16, 10, 1, 9, 9));
	TRY(put(3, BPF_ANY, 33, 10, 1, 9, 9));
	TRY(put(3, 3, 24, 10, 1, 9, 9));
	TRY(put(3, BPF_ANY, 32, 10, 1, 1, 1));
	TRY(put(4, BPF_ANY, 32, 10, 1, 1, 2));
	TRY(lookup_prefix(32, 10, 1, 1, 1));
	TRY(lookup_prefix(32, 10, 1, 1, 2));
	TRY(lookup_prefix(32, 10, 2, 1, 2));
	TRY(lookup_prefix(12, 10, 1, 1, 2));
	TRY(lookup_prefix(7, 10, 1, 1, 2));
	TRY(lookup_prefix(33, 10, 1, 1, 2));
	TRY(drop(32, 10, 1, 1, 2));
	TRY(drop(16, 10, 1, 1, 2));
	TRY(drop(40, 10, 1, 1, 2));
	TRY(lookup_prefix(32, 10, 1, 1, 2));
	return 0;
}

/* A value of the map in a slot; -1 without a map, -2 without a value. */
static __always_inline long nested(void *outer, u32 slot, u32 key)
{
	void *inner = bpf_map_lookup_elem(outer, &slot);
	u64 *value;

	if (!inner)
		return -1;
	value = bpf_map_lookup_elem(inner, &key);
	return value ? (long)*value : -2;
}

static __always_inline long put_nested(void *outer, u32 slot, u32 key, u64 value)
{
	void *inner = bpf_map_lookup_elem(outer, &slot);

	return inner ? bpf_map_update_elem(inner, &key, &value, BPF_ANY) : -1;
}

SEC("raw_tp/sys_enter")
int nesting(u64 *ctx)
{
	if (!is_mine(ctx[1]))
		return 0;
	TRY(nested(&array_of_maps, 0, 7));
	TRY(nested(&array_of_maps, 1, 7));
	TRY(nested(&array_of_maps, 2, 7));
	TRY(nested(&array_of_maps, 3, 7));
	TRY(nested(&hash_of_maps, 0, 7));
	TRY(nested(&hash_of_maps, 1, 7));
	TRY(put_nested(&array_of_maps, 2, 7, 70));
	TRY(put_nested(&array_of_maps, 1, 7, 71));
	TRY(nested(&hash_of_maps, 1, 7));
	TRY(nested(&array_of_maps, 2, 7));
	TRY(nested(&array_of_maps, 0, 7));
	return 0;
}

#define value_of(flags, start)                                                                               \
	({                                                                                                   \
		u64 *found = bpf_task_storage_get(&storage, bpf_get_current_task_btf(), start, flags);       \
		found ? (long)*found : -1;                                                                   \
	})
#define forget() bpf_task_storage_delete(&storage, bpf_get_current_task_btf())

SEC("raw_tp/sys_enter")
int storing(u64 *ctx)
{
	u64 *start = bpf_map_lookup_elem(&initial, &(u32){ 0 });
	u64 *mine;

	if (!is_mine(ctx[1]) || !start)
		return 0;
	*start = 40;
	TRY(forget());
	TRY(value_of(0, 0));
	TRY(value_of(2, 0));
	TRY(value_of(3, 0));
	TRY(value_of(BPF_LOCAL_STORAGE_GET_F_CREATE, 0));
	mine = bpf_task_storage_get(&storage, bpf_get_current_task_btf(), 0, 0);
	if (mine)
		*mine = 11;
	TRY(value_of(0, 0));
	TRY(value_of(BPF_LOCAL_STORAGE_GET_F_CREATE, start));
	TRY(forget());
	TRY(forget());
	TRY(value_of(0, 0));
	TRY(value_of(BPF_LOCAL_STORAGE_GET_F_CREATE, start));
	*start = 41;
	TRY(value_of(BPF_LOCAL_STORAGE_GET_F_CREATE, start));
	return 0;
}

static struct {
	u64 calls, lengths, first_byte;
} drained;

static long take_all(struct bpf_dynptr *record, void *context)
{
	u8 byte = 0;

	drained.calls++;
	bpf_dynptr_read(&byte, 1, record, 0, 0);
	drained.first_byte = byte;
	drained.lengths += bpf_dynptr_read(&byte, 1, record, 39, 0) == 0;
	return 0;
}

static long take_one(struct bpf_dynptr *record, void *context)
{
	take_all(record, context);
	return 1;
}

#define DRAIN(callback, flags)                                                                               \
	({                                                                                                   \
		__builtin_memset(&drained, 0, sizeof(drained));                                              \
		long count = bpf_user_ringbuf_drain(&requests, callback, 0, flags);                          \
		__builtin_memcpy(data, &drained, sizeof(drained));                                           \
		count;                                                                                       \
	})

SEC("raw_tp/sys_enter")
int draining(u64 *ctx)
{
	if (!is_mine(ctx[1]))
		return 0;
	TRY(DRAIN(take_all, 4));
	TRY(DRAIN(take_one, 0));
	TRY(DRAIN(take_all, BPF_RB_NO_WAKEUP));
	TRY(DRAIN(take_all, BPF_RB_FORCE_WAKEUP));
	TRY(DRAIN(take_one, 0));
	return 0;
}

static u64 words[4] = { 1, 2, 3, 4 };

#define read(length, offset, flags) bpf_dynptr_read(data, length, &pointer, offset, flags)
#define write(offset, length, flags) bpf_dynptr_write(&pointer, offset, &(u64){ 9 }, length, flags)
#define word_at(offset) ({ u64 *word = bpf_dynptr_data(&pointer, offset, 8); word ? (long)*word : -1; })

/* The same of memory that the program has, and of a record that it reserves. */
#define EXERCISE()                                                                                           \
	do {                                                                                                 \
		TRY(read(8, 8, 0));                                                                          \
		TRY(read(32, 0, 0));                                                                         \
		TRY(read(8, 24, 0));                                                                         \
		TRY(read(8, 25, 0));                                                                         \
		TRY(read(8, 33, 0));                                                                         \
		TRY(read(8, 0, 1));                                                                          \
		TRY(write(8, 8, 0));                                                                         \
		TRY(write(28, 8, 0));                                                                        \
		TRY(write(8, 8, 1));                                                                         \
		TRY(word_at(8));                                                                             \
		TRY(word_at(24));                                                                            \
		TRY(word_at(25));                                                                            \
		TRY(read(16, 0, 0));                                                                         \
	} while (0)

SEC("raw_tp/sys_enter")
int pointing(u64 *ctx)
{
	struct bpf_dynptr pointer;

	if (!is_mine(ctx[1]))
		return 0;
	TRY(bpf_dynptr_from_mem(words, sizeof(words), 0, &pointer));
	EXERCISE();
	return 0;
}

SEC("raw_tp/sys_enter")
int pointing_at_records(u64 *ctx)
{
	struct bpf_dynptr pointer;

	if (!is_mine(ctx[1]))
		return 0;
	TRY(bpf_ringbuf_reserve_dynptr(&ring, 32, 0, &pointer));
	bpf_dynptr_write(&pointer, 0, words, sizeof(words), 0);
	EXERCISE();
	bpf_ringbuf_submit_dynptr(&pointer, 0);
	TRY(bpf_ringbuf_query(&ring, BPF_RB_PROD_POS));
	return 0;
}

SEC("raw_tp/sys_enter")
int pointing_nowhere(u64 *ctx)
{
	struct bpf_dynptr pointer;

	if (!is_mine(ctx[1]))
		return 0;
	TRY(bpf_ringbuf_reserve_dynptr(&ring, 5000, 0, &pointer));
	TRY(read(8, 0, 0));
	TRY(write(0, 8, 0));
	TRY(word_at(0));
	bpf_ringbuf_discard_dynptr(&pointer, 0);
	TRY(bpf_ringbuf_reserve_dynptr(&ring, 32, 1, &pointer));
	TRY(read(8, 0, 0));
	bpf_ringbuf_submit_dynptr(&pointer, 0);
	TRY(bpf_ringbuf_reserve_dynptr(&ring, 1 << 24, 0, &pointer));
	bpf_ringbuf_discard_dynptr(&pointer, 0);
	TRY(bpf_ringbuf_reserve_dynptr(&ring, 32, 0, &pointer));
	bpf_ringbuf_discard_dynptr(&pointer, 0);
	TRY(bpf_ringbuf_query(&ring, BPF_RB_PROD_POS));
	TRY(bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA));
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
