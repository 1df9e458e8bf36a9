// SPDX-License-Identifier: Apache-2.0
// Dynptrs over a map value and over records of a ring buffer: what helpers and kernel functions answer.
#include "on-getppid.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u8[64]);
} bytes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

extern int bpf_dynptr_adjust(const struct bpf_dynptr *p, u32 start, u32 end) __weak __ksym;
extern bool bpf_dynptr_is_null(const struct bpf_dynptr *p) __weak __ksym;
extern bool bpf_dynptr_is_rdonly(const struct bpf_dynptr *p) __weak __ksym;
extern u32 bpf_dynptr_size(const struct bpf_dynptr *p) __weak __ksym;
extern int bpf_dynptr_clone(const struct bpf_dynptr *p, struct bpf_dynptr *clone) __weak __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *p, u32 offset, void *buffer, u32 size) __weak __ksym;

/* from_mem, write, read, data */
long made, made_with_flags, written, written_past, written_with_flags, written_null;
long read_back, read_past, read_wrapped, read_with_flags, read_null, text;
long data_first, data_past, data_null;
/* ring buffers */
long reserved, filled, reserved_too_large, reserved_with_flags, waiting, discarded_waiting;
/* kernel functions */
long null_is_null, made_is_null, read_only, size, size_of_null, adjusted, adjusted_size, adjusted_past;
long adjusted_backwards, adjusted_null, after_adjust, cloned, cloned_null, clone_size, clone_is_null;
long sliced, sliced_past, slice_null;

ON_GETPPID(helpers)
{
	u32 zero = 0;
	u64 word = 0x1122334455667788, back = 0;
	u8 *value = bpf_map_lookup_elem(&bytes, &zero), *part;
	struct bpf_dynptr ptr, null, record;

	if (!value)
		return;
	made_with_flags = bpf_dynptr_from_mem(value, 64, 1, &null);
	made = bpf_dynptr_from_mem(value, 64, 0, &ptr);
	written = bpf_dynptr_write(&ptr, 56, &word, 8, 0);
	written_past = bpf_dynptr_write(&ptr, 57, &word, 8, 0);
	written_with_flags = bpf_dynptr_write(&ptr, 0, &word, 8, 1);
	written_null = bpf_dynptr_write(&null, 0, &word, 8, 0);
	read_back = bpf_dynptr_read(&back, 8, &ptr, 56, 0);
	text = back;
	read_past = bpf_dynptr_read(&back, 8, &ptr, 60, 0);
	read_wrapped = bpf_dynptr_read(&back, 8, &ptr, 0xfffffffc, 0);
	read_with_flags = bpf_dynptr_read(&back, 8, &ptr, 0, 1);
	read_null = bpf_dynptr_read(&back, 8, &null, 0, 0);
	part = bpf_dynptr_data(&ptr, 56, 8);
	data_first = part ? part[0] : -1;
	part = bpf_dynptr_data(&ptr, 60, 8);
	data_past = part != NULL;
	part = bpf_dynptr_data(&null, 0, 1);
	data_null = part != NULL;

	reserved_with_flags = bpf_ringbuf_reserve_dynptr(&ring, 16, 1, &record);
	bpf_ringbuf_discard_dynptr(&record, 0);
	reserved_too_large = bpf_ringbuf_reserve_dynptr(&ring, 5000, 0, &record);
	bpf_ringbuf_submit_dynptr(&record, 0);
	reserved = bpf_ringbuf_reserve_dynptr(&ring, 16, 0, &record);
	filled = bpf_dynptr_write(&record, 8, &word, 8, 0);
	bpf_ringbuf_submit_dynptr(&record, 0);
	waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
	bpf_ringbuf_reserve_dynptr(&ring, 100, 0, &record);
	bpf_ringbuf_discard_dynptr(&record, 0);
	discarded_waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
}

ON_GETPPID(functions)
{
	u32 zero = 0;
	u64 word = 0xabcd;
	u8 buffer[8] = {}, *value = bpf_map_lookup_elem(&bytes, &zero), *part;
	struct bpf_dynptr ptr, null, copy, null_copy;

	if (!value)
		return;
	bpf_dynptr_from_mem(value, 64, 1, &null);
	bpf_dynptr_from_mem(value, 64, 0, &ptr);
	null_is_null = bpf_dynptr_is_null(&null);
	made_is_null = bpf_dynptr_is_null(&ptr);
	read_only = bpf_dynptr_is_rdonly(&ptr);
	size = bpf_dynptr_size(&ptr);
	size_of_null = bpf_dynptr_size(&null);
	cloned = bpf_dynptr_clone(&ptr, &copy);
	cloned_null = bpf_dynptr_clone(&null, &null_copy);
	clone_is_null = bpf_dynptr_is_null(&null_copy);
	adjusted = bpf_dynptr_adjust(&ptr, 16, 24);
	adjusted_size = bpf_dynptr_size(&ptr);
	clone_size = bpf_dynptr_size(&copy);
	adjusted_past = bpf_dynptr_adjust(&ptr, 4, 9);
	adjusted_backwards = bpf_dynptr_adjust(&ptr, 4, 3);
	adjusted_null = bpf_dynptr_adjust(&null, 0, 0);
	bpf_dynptr_write(&ptr, 0, &word, 8, 0);
	after_adjust = *(u64 *)(value + 16);
	part = bpf_dynptr_slice(&ptr, 0, buffer, sizeof(buffer));
	sliced = part ? part[0] : -1;
	part = bpf_dynptr_slice(&ptr, 1, buffer, sizeof(buffer));
	sliced_past = part != NULL;
	part = bpf_dynptr_slice(&null, 0, buffer, sizeof(buffer));
	slice_null = part != NULL;
}
