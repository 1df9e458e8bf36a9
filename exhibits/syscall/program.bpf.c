// SPDX-License-Identifier: Apache-2.0
// A program that makes system calls: it creates a map, counts in it and closes it, as loaders written in BPF do.
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/errno.h>
#include <bpf/bpf_helpers.h>

/* What the caller gives and gets back. */
struct request {
	__u32 key;
	__u32 times;
	__u64 count;
	__s32 missing;
	__s32 closed;
	__s32 closed_again;
	__u32 knows_task;
};

static __always_inline long element(int command, int map, void *key, void *value)
{
	union bpf_attr attr;

	/* The kernel refuses attributes with anything behind the command's last one. */
	__builtin_memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	attr.key = (__u64)(long)key;
	attr.value = (__u64)(long)value;
	return bpf_sys_bpf(command, &attr, sizeof(attr));
}

SEC("syscall")
int count(struct request *request)
{
	static const char type[] = "task_struct";
	union bpf_attr attr;
	__u32 key = request->key, other = key + 1;
	__u64 value = 0;
	long map;

	__builtin_memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_HASH;
	attr.key_size = sizeof(__u32);
	attr.value_size = sizeof(__u64);
	attr.max_entries = 4;
	map = bpf_sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	if (map < 0)
		return map;
	for (__u32 i = 0; i < request->times && i < 16; i++) {
		element(BPF_MAP_LOOKUP_ELEM, map, &key, &value);
		value++;
		element(BPF_MAP_UPDATE_ELEM, map, &key, &value);
	}
	element(BPF_MAP_LOOKUP_ELEM, map, &key, &request->count);
	request->missing = element(BPF_MAP_LOOKUP_ELEM, map, &other, &value);
	request->closed = bpf_sys_close(map);
	request->closed_again = bpf_sys_close(map);
	request->knows_task = bpf_btf_find_by_name_kind((char *)type, sizeof(type), BTF_KIND_STRUCT, 0) > 0;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
