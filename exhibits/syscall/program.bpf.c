// SPDX-License-Identifier: Apache-2.0
// A program that makes system calls: it creates a map, fills it and closes it, as loaders written in BPF do.
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/errno.h>
#include <bpf/bpf_helpers.h>

/* What the caller gives and gets back. */
struct request {
	__u32 keys;
	/* How many keys went in, and what refused the next one. */
	__u32 kept;
	__s32 full;
	__s32 deleted;
	__s32 deleted_again;
	__s32 closed;
	__s32 closed_again;
	__u32 knows_task;
};

#define ENTRIES 4

/* bpf(2) refuses attributes with anything behind the command's last one. */
#define CLEAR(attr) __builtin_memset(&attr, 0, sizeof(attr))

static __always_inline long element(int command, int map, __u32 *key, __u64 *value)
{
	union bpf_attr attr;

	CLEAR(attr);
	attr.map_fd = map;
	attr.key = (__u64)(long)key;
	attr.value = (__u64)(long)value;
	return bpf_sys_bpf(command, &attr, sizeof(attr));
}

SEC("syscall")
int fill(struct request *request)
{
	static const char type[] = "task_struct";
	union bpf_attr attr;
	__u64 value = 1;
	__u32 key;
	long map;

	CLEAR(attr);
	attr.map_type = BPF_MAP_TYPE_HASH;
	attr.key_size = sizeof(key);
	attr.value_size = sizeof(value);
	attr.max_entries = ENTRIES;
	map = bpf_sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	if (map < 0)
		return map;
	for (int i = 0; i < 16 && i < request->keys; i++) {
		key = i;
		request->full = element(BPF_MAP_UPDATE_ELEM, map, &key, &value);
		if (request->full)
			break;
		request->kept++;
	}
	key = 0;
	request->deleted = element(BPF_MAP_DELETE_ELEM, map, &key, 0);
	request->deleted_again = element(BPF_MAP_DELETE_ELEM, map, &key, 0);
	request->closed = bpf_sys_close(map);
	request->closed_again = bpf_sys_close(map);
	request->knows_task = bpf_btf_find_by_name_kind((char *)type, sizeof(type), BTF_KIND_STRUCT, 0) > 0;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
