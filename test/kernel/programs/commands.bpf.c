// SPDX-License-Identifier: Apache-2.0
// Maps and programs of many kinds, for the commands that list and dump them.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct bpf_map;

enum colour { RED, GREEN = 5, BLUE = -1 };
typedef unsigned int count_t;

struct key {
	__u32 id;
	char letter;
	char name[11];
};

struct value {
	count_t count;
	signed char small;
	_Bool flag;
	__s64 big;
	enum colour colour;
	__u32 low : 3, high : 7;
	void *where;
	__u16 numbers[3];
	char raw[4];
	union {
		__u32 word;
		__u8 bytes[4];
	};
	struct {
		int x, y;
	} point;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, struct key);
	__type(value, struct value);
} typed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} per_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} jumps SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} inner SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, __u32);
	__array(values, struct inner);
} outer SEC(".maps") = { .values = { &inner } };

const volatile char bpf_metadata_author[] SEC(".rodata") = "a beekeeper";
const volatile int bpf_metadata_hives SEC(".rodata") = 7;

int hits;
long total = 41;

__attribute__((noinline)) int add(int by)
{
	__asm__ __volatile__("" : "+r"(by));
	total += by;
	return by + 1;
}

SEC("xdp")
int entry_with_a_name_that_is_long(struct xdp_md *ctx)
{
	struct key key = { .id = ctx->ingress_ifindex };
	struct value *value = bpf_map_lookup_elem(&typed, &key);

	if (value)
		value->count++;
	hits += add(bpf_metadata_hives);
	bpf_tail_call(ctx, &jumps, 1);
	return bpf_metadata_author[0] == 'a' ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int target(struct xdp_md *ctx)
{
	__u32 zero = 0;
	__u64 *value = bpf_map_lookup_elem(&per_cpu, &zero);

	if (value)
		__sync_fetch_and_add(value, 1);
	return XDP_PASS;
}

static long visit(struct bpf_map *map, const void *key, void *value, void *ctx)
{
	*(long *)ctx = 1;
	return 0;
}

SEC("raw_tp/sched_switch")
int count_elements(void *ctx)
{
	long count = 0;

	bpf_for_each_map_elem(&typed, visit, &count, 0);
	if (bpf_map_lookup_elem(&outer, &hits))
		count++;
	return 0;
}

SEC("cgroup_skb/egress")
int pass(struct __sk_buff *skb)
{
	return 1;
}

SEC("lsm_cgroup/socket_bind")
int may_bind(void *ctx)
{
	return 1;
}
